//! Who acts: ID number, password, consent. Nothing is asked where standard input is no terminal,
//! and no password is ever taken from the command line or the environment.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use super::args::Global;
use super::output::note;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::normal_form;
use crate::domain::ids::Now;
use crate::office::{DEMO_ACCOUNTS, Door, Entry, Occupant, Patience, Places, io_fault};

/// Most bytes of a line with a password or an answer; longer ones are no such thing.
const LINE_LIMIT: u64 = 4096;

/// A text that is wiped from memory after use.
pub(super) type Secret = Zeroizing<String>;

/// What a command does with the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It reads, also beside a window that writes.
    Read,
    /// It writes; it waits for another command and is refused beside a window.
    Write,
}

/// The door with somebody signed in.
pub(super) fn sign_in(to: (&Places, Access), global: &Global, now: Now) -> Result<Door, Fault> {
    sign_in_keeping_password(to, global, now).map(|(door, _)| door)
}

/// The same, with the password that was given; empty where none was needed.
pub(super) fn sign_in_keeping_password(
    to: (&Places, Access),
    global: &Global,
    now: Now,
) -> Result<(Door, Secret), Fault> {
    let mut door = open(to, global, now)?;
    if door.is_demo() && !names_password(global) {
        let first = DEMO_ACCOUNTS.first().map_or("", |account| account.id_number);
        let id = global.acting.as_deref().map_or_else(|| first.to_owned(), normal_form);
        door.walk_in(&id)?;
        return Ok((door, Secret::default()));
    }
    let id = acting(global)?;
    let password = password(global, "密码：")?;
    let entry = door.knock(&id, &password, now);
    tell_warnings(&mut door);
    match entry? {
        Entry::Welcome(_) => {
            // The disk may have turned out to be full only now.
            if to.1 == Access::Write {
                door.must_write(now)?;
            }
            Ok((door, password))
        }
        Entry::MustChange { name, .. } => Err(must_change(&name)),
    }
}

/// Tells on standard error what the door has to say besides its answers.
pub(super) fn tell_warnings(door: &mut Door) {
    door.take_warnings().iter().for_each(|text| note(text));
}

/// The door, with the database opened by the administrator of `--opened-by` if one is named.
pub(super) fn open(
    (places, access): (&Places, Access),
    global: &Global,
    now: Now,
) -> Result<Door, Fault> {
    let patience = match access {
        Access::Read => Patience::None,
        Access::Write => Patience::Short,
    };
    let mut door = Door::claiming(places.clone(), Occupant::Command, patience)?;
    tell_warnings(&mut door);
    if access == Access::Write {
        door.must_write(now)?;
    }
    if !door.has_office() {
        // The door says itself that nothing stands here; nobody is asked for a password first.
        door.knock("", "", now)?;
    }
    let Some(opener) = &global.opened_by else { return Ok(door) };
    if door.is_demo() {
        return Ok(door);
    }
    let Some(file) = &global.opened_by_password_file else {
        let sentence = "有 --opened-by，还缺它的密码。请加上 --opened-by-password-file 文件。";
        return Err(Fault::new(FaultKind::Usage, sentence));
    };
    match door.knock(opener, &first_line_of(file)?, now)? {
        Entry::Welcome(_) => door.lock(),
        Entry::MustChange { name, .. } => return Err(must_change(&name)),
    }
    tell_warnings(&mut door);
    Ok(door)
}

fn must_change(name: &str) -> Fault {
    let sentence = format!(
        "{name} 用的还是初始密码或一次性验证码，应先换成自己的密码。请用「tuanzhuan account passwd」设置后再办。"
    );
    Fault::new(FaultKind::NotAllowed, sentence)
}

fn names_password(global: &Global) -> bool {
    global.password_stdin || global.password_file.is_some()
}

/// The ID number of who acts.
pub(super) fn acting(global: &Global) -> Result<String, Fault> {
    match &global.acting {
        Some(id) => Ok(id.clone()),
        None if std::io::stdin().is_terminal() => ask("身份证号："),
        None => Err(not_signed_in("不知道是谁在办理")),
    }
}

/// The password in force: of standard input, of a file, or asked for.
pub(super) fn password(global: &Global, prompt: &str) -> Result<Secret, Fault> {
    if global.password_stdin {
        return first_line();
    }
    if let Some(file) = &global.password_file {
        return first_line_of(file);
    }
    ask_secret(prompt)
}

/// A password to set: of standard input, of a file, or asked for twice.
pub(super) fn new_password(global: &Global) -> Result<Secret, Fault> {
    if names_password(global) {
        return password(global, "");
    }
    ask_new_password()
}

/// Asks twice for a password to set.
pub(super) fn ask_new_password() -> Result<Secret, Fault> {
    let first = ask_secret("新密码：")?;
    if *first == *ask_secret("再输一遍：")? {
        return Ok(first);
    }
    Err(Fault::new(FaultKind::Rule, "两遍输入的密码不一样，没有设置。请再办一次。"))
}

/// The next line of standard input.
pub(super) fn first_line() -> Result<Secret, Fault> {
    let mut stdin = std::io::stdin().lock();
    line_of(&mut stdin).map_err(|error| {
        let sentence = "从标准输入读不到密码。请把密码放在第一行，用 UTF-8 编码。";
        Fault::new(FaultKind::Usage, sentence).because(error)
    })
}

/// The first line of a file, with a warning where others can read it.
pub(super) fn first_line_of(path: &Path) -> Result<Secret, Fault> {
    let told = |error: std::io::Error| io_fault("读不了密码文件", path, &error);
    let file = std::fs::File::open(path).map_err(told)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().map_err(told)?.permissions().mode();
        if mode & 0o077 != 0 {
            note(&format!(
                "密码文件 {} 别的用户也能读。请用 chmod 600 改成只有自己能读。",
                path.display()
            ));
        }
    }
    line_of(&mut BufReader::new(file)).map_err(told)
}

fn line_of(source: &mut impl BufRead) -> std::io::Result<Secret> {
    let mut line = Zeroizing::new(String::new());
    source.by_ref().take(LINE_LIMIT).read_line(&mut line)?;
    let n = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(n);
    Ok(line)
}

/// The rest of standard input, up to `limit` bytes and one more by which the reader can tell.
pub(super) fn rest_of_stdin(limit: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let most = limit as u64 + 1;
    std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(|error| {
        Fault::new(FaultKind::Failed, "读不了标准输入。请改用 --file 文件名。").because(error)
    })?;
    Ok(bytes)
}

fn ask(prompt: &str) -> Result<String, Fault> {
    let mut stderr = std::io::stderr();
    write!(stderr, "{prompt}").and_then(|()| stderr.flush()).unwrap_or_default();
    Ok(first_line()?.trim().to_owned())
}

fn ask_secret(prompt: &str) -> Result<Secret, Fault> {
    if !std::io::stdin().is_terminal() {
        return Err(not_signed_in("没有给出密码，这里也不是终端，问不了"));
    }
    let asked = rpassword::prompt_password(prompt).map_err(|error| {
        Fault::new(FaultKind::Terminal, "终端里读不到密码。请改用 --password-file。").because(error)
    })?;
    Ok(Zeroizing::new(asked))
}

fn not_signed_in(why: &str) -> Fault {
    let sentence = format!(
        "还没有登录：{why}。请加上 --as 身份证号，和 --password-stdin 或 --password-file 文件。"
    );
    Fault::new(FaultKind::NotAllowed, sentence)
}

/// Whether the person agrees: `--yes`, or an answer on the terminal.
pub(super) fn consent(global: &Global, question: &str) -> Result<(), Fault> {
    if global.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        let sentence = format!(
            "{question}这一步需要确认，这里不是终端，问不了，什么也没有做。确认要办请加上 --yes。"
        );
        return Err(Fault::new(FaultKind::Usage, sentence));
    }
    let answer = ask(&format!("{question}继续请输入 y："))?;
    if matches!(answer.as_str(), "y" | "Y" | "ｙ" | "是") {
        return Ok(());
    }
    Err(Fault::new(FaultKind::Failed, "没有继续，什么也没有做。"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_without_its_end() {
        for (text, line) in [("Kite 7!\r\nrest", "Kite 7!"), ("a\n", "a"), (" a ", " a "), ("", "")]
        {
            assert_eq!(*line_of(&mut text.as_bytes()).unwrap(), *line, "{text:?}");
        }
    }
}
