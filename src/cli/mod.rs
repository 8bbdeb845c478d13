//! The command shell: clap definitions, one file per noun, text and JSON output.
//!
//! Every command calls the same use cases of [`crate::office`] as the screens; here is only how
//! words become calls and results become text or JSON. The contract is the command table of the
//! design; its exit codes are in [`code_of`].

mod account;
mod args;
mod config;
mod corrections;
mod data;
mod demo;
mod history;
mod imports;
mod init;
mod keys;
mod ledger;
mod member;
mod org;
mod org_search;
mod output;
mod paper;
mod recover;
mod stats;
mod transfer;
mod watch;
mod who;
mod words_of_clap;

use std::ffi::OsString;
use std::io::IsTerminal;

use crate::app::world::{self, Clock, Demo};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::Now;
use crate::office::{DEMO_ACCOUNTS, Door, Places, Session, finish_restore, is_demo};
use args::{Cli, Command, Global};
use output::{Exit, Form, Output, Said, Stop, note};
use who::Access;

/// Runs one command line, the program's name first, and returns the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    world::keep_private();
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = crate::app::parser::serve_if_asked(&args) {
        return code;
    }
    let cli = match args::parse(args) {
        Ok(cli) => cli,
        Err(error) => return answer_of_clap(&error),
    };
    let mut out = Output::stdout(if cli.global.json { Form::Json } else { Form::Text });
    let said = dispatch(cli, &mut out).and_then(|exit| out.flush().map(|()| exit));
    match said {
        Ok(Exit(code)) => code,
        Err(Stop::Closed) => 0,
        Err(Stop::Fault(fault)) => {
            // What was written before the fault still belongs to the reader.
            out.flush().unwrap_or(());
            note(&fault.sentence);
            code_of(fault.kind)
        }
    }
}

/// The exit code of each kind of fault.
pub fn code_of(kind: FaultKind) -> u8 {
    match kind {
        FaultKind::Failed => 1,
        FaultKind::Usage => 2,
        FaultKind::NotFound => 4,
        FaultKind::NotAllowed => 5,
        FaultKind::Conflict => 6,
        FaultKind::Rule => 7,
        FaultKind::Terminal => 69,
        FaultKind::CannotWrite => 73,
        FaultKind::Damaged | FaultKind::OtherVersion | FaultKind::Disk => 74,
        FaultKind::Busy => 75,
        FaultKind::Stopped => 130,
    }
}

/// Help and version are answers; everything else that clap says is about the call's words.
fn answer_of_clap(error: &clap::Error) -> u8 {
    if error.use_stderr() {
        note(&words_of_clap::sentence(error));
        return code_of(FaultKind::Usage);
    }
    let text = error.render().to_string();
    let mut out = Output::stdout(Form::Text);
    match out.line(text.trim_end()).and_then(|()| out.flush()) {
        Ok(()) | Err(Stop::Closed) => 0,
        Err(Stop::Fault(fault)) => code_of(fault.kind),
    }
}

fn dispatch(cli: Cli, out: &mut Output) -> Said {
    let Cli { global, command } = cli;
    let Some(command) = command else {
        let call = Call::new(global, out)?;
        return open_interface(call.places, call.clock);
    };
    if !command.opens_interface() {
        watch::leave_on_interrupt();
    }
    match command {
        Command::Init(order) => init::run(&mut Call::new(global, out)?, &order),
        Command::Demo(order) => demo::run(&global, out, &order),
        Command::Org(order) => org::run(&mut Call::new(global, out)?, order),
        Command::Member(order) => member::run(&mut Call::new(global, out)?, order),
        Command::Transfer(order) => transfer::run(&mut Call::new(global, out)?, order),
        Command::Stats(order) => stats::run(&mut Call::new(global, out)?, &order),
        Command::Account(order) => account::run(&mut Call::new(global, out)?, order),
        Command::Backup(order) => data::back_up(&mut Call::new(global, out)?, &order),
        Command::Restore(order) => data::restore(&mut Call::new(global, out)?, &order),
        Command::Verify(order) => data::verify(&mut Call::new(global, out)?, &order),
        Command::History(order) => history::run(&mut Call::new(global, out)?, order),
        Command::Recover(order) => recover::run(&mut Call::new(global, out)?, &order),
        Command::Config(order) => config::run(&mut Call::new(global, out)?, order),
        Command::Paper(order) => paper::run(global, out, &order),
        Command::Keys => keys::run(out),
        Command::Completions(order) => args::completions(out, &order),
        Command::Man => args::manual(out),
    }
}

/// Opens the terminal interface, where there is a terminal.
fn open_interface(places: Places, clock: Clock) -> Said {
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        let sentence = "这里不是终端，打不开界面。请在终端窗口里运行，或用命令办理（tuanzhuan --help 列出全部命令）。";
        return Err(Fault::new(FaultKind::Terminal, sentence).into());
    }
    let mut door = Door::new(places)?;
    let walked_in = match DEMO_ACCOUNTS.first() {
        Some(first) if door.is_demo() => Some(door.walk_in(first.id_number)?),
        _ => None,
    };
    crate::app::run(door, clock, walked_in)?;
    Ok(Exit::DONE)
}

/// One call: where things lie, what time it is, who acts, and where the answer goes.
struct Call<'o> {
    places: Places,
    clock: Clock,
    global: Global,
    out: &'o mut Output,
}

impl<'o> Call<'o> {
    fn new(global: Global, out: &'o mut Output) -> Result<Self, Fault> {
        let places = world::places(global.data_dir.as_deref())?;
        finish_restore(&places)?;
        let (clock, warning) = Clock::of_environment(Demo::from(is_demo(&places)));
        warning.iter().for_each(|text| note(text));
        Ok(Self { places, clock, global, out })
    }

    fn now(&self) -> Now {
        self.clock.now()
    }

    /// The door with somebody signed in who only reads. It works beside another window.
    fn sign_in(&self) -> Result<Door, Fault> {
        who::sign_in((&self.places, Access::Read), &self.global, self.now())
    }

    /// The door with somebody signed in who may write; refused where another window does.
    fn sign_in_to_write(&self) -> Result<Door, Fault> {
        self.sign_in_keeping_password().map(|(door, _)| door)
    }

    /// The same with the password that was given, for what has to derive from it again.
    fn sign_in_keeping_password(&self) -> Result<(Door, who::Secret), Fault> {
        let to = (&self.places, Access::Write);
        let (door, password) = who::sign_in_keeping_password(to, &self.global, self.now())?;
        // The first one who may write on a day makes the backup of what yesterday left.
        if let Some(job) = door.daily_backup(self.now())
            && let Err(fault) = job.run()
        {
            note(&format!("今天的自动备份没有做成。{}", fault.sentence));
        }
        Ok((door, password))
    }

    fn session<'d>(&self, door: &'d Door) -> Result<Session<'d>, Fault> {
        door.session(self.now())
    }

    /// Asks for consent: `--yes`, or an answer on the terminal; refused where nobody can answer.
    fn consent(&self, question: &str) -> Result<(), Fault> {
        who::consent(&self.global, question)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fault_has_its_exit_code() {
        let kinds = [
            FaultKind::Failed,
            FaultKind::Usage,
            FaultKind::NotFound,
            FaultKind::NotAllowed,
            FaultKind::Conflict,
            FaultKind::Rule,
            FaultKind::Terminal,
            FaultKind::CannotWrite,
            FaultKind::Damaged,
            FaultKind::Busy,
            FaultKind::Disk,
            FaultKind::Stopped,
        ];
        let codes: Vec<u8> = kinds.into_iter().map(code_of).collect();
        assert_eq!(codes, [1, 2, 4, 5, 6, 7, 69, 73, 74, 75, 74, 130]);
    }
}
