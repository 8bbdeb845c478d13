//! The process that reads workbooks, seen from both ends (security.md 6.1).
//!
//! The files of other programs are taken apart by a process of this same program that has nothing to
//! lose: no key, no database, no path, no environment, and limits on memory, time and open files. It
//! gets the open file as its standard input and sends rows back.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use crate::exchange::read_parser::{Feed, ParseOrder, Parser, Task, serve};
use crate::exchange::sheet::Ending;

/// First word of the command line of that process. It is in no help: people have no use for it.
const WORD: &str = "__parse";
/// Most bytes of memory that it may address.
#[cfg(unix)]
const MEMORY: u64 = 512 * 1024 * 1024;
/// Most seconds that it may compute, to look what is in a workbook and to read its rows: together
/// less than the 20 seconds that the worst file may take. The largest that is let in needs two.
#[cfg(unix)]
const SECONDS: (u64, u64) = (6, 12);
/// Most files that it may hold open: the three streams and the workbook a few times.
#[cfg(unix)]
const FILES: u64 = 16;
/// Seconds without a word after which it is ended.
#[cfg(unix)]
const PATIENCE: i64 = 20;

/// Starts a process for each workbook.
pub fn in_process() -> Parser {
    Parser(start)
}

/// Reads a workbook, where this process was started for that; the exit code then. Everything else
/// is left to the caller.
pub fn serve_if_asked(args: &[OsString]) -> Option<u8> {
    let words: Vec<&str> = args.iter().skip(1).filter_map(|arg| arg.to_str()).collect();
    let (first, rest) = words.split_first()?;
    if *first != WORD {
        return None;
    }
    let Some(order) = ParseOrder::from_words(rest) else { return Some(2) };
    // Without its limits it must not begin.
    if limit(order.task).is_err() {
        return Some(1);
    }
    let Ok(file) = standard_input() else { return Some(1) };
    serve(order, file, BufWriter::new(io::stdout().lock()));
    Some(0)
}

#[cfg(unix)]
fn limit(task: Task) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let seconds = match task {
        Task::Look => SECONDS.0,
        Task::Rows(_) => SECONDS.1,
    };
    let exactly = |most| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::As, exactly(MEMORY))?;
    setrlimit(Resource::Nofile, exactly(FILES))?;
    setrlimit(Resource::Cpu, time_limit(seconds)).map_err(io::Error::from)
}

/// The signal that tells of lost time comes at the lower limit. At the higher one the system kills
/// instead, which could not be told from a lack of memory; so that one lies above.
#[cfg(unix)]
fn time_limit(seconds: u64) -> rustix::process::Rlimit {
    rustix::process::Rlimit { current: Some(seconds), maximum: Some(seconds + 2) }
}

/// Other systems have no such limits for a process on itself; there it is only a process apart.
#[cfg(not(unix))]
fn limit(_: Task) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn standard_input() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn standard_input() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}

/// This program. On Linux the very file that runs, even if a newer one lies in its place by now.
fn program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() {
        Ok(running)
    } else {
        std::env::current_exe()
    }
}

fn start(order: ParseOrder, file: File) -> io::Result<Box<dyn Feed>> {
    let mut command = Command::new(program()?);
    command.arg(WORD).args(order.words()).env_clear();
    command.stdin(Stdio::from(file)).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // In a group of its own, so that Ctrl+C reaches this process alone, which then ends it.
        command.arg0(env!("CARGO_PKG_NAME")).current_dir("/").process_group(0);
    }
    let mut child = command.spawn()?;
    let Some(out) = child.stdout.take() else { return Err(io::Error::other("no output")) };
    Ok(Box::new(ChildFeed { child, out, was_too_slow: false }))
}

/// What a process sends.
struct ChildFeed {
    child: Child,
    out: ChildStdout,
    was_too_slow: bool,
}

impl Read for ChildFeed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !has_word(&self.out)? {
            self.was_too_slow = true;
            return Err(io::Error::from(io::ErrorKind::TimedOut));
        }
        self.out.read(into)
    }
}

/// Waits until there is something to read, or the end of it. False where nothing came in time.
#[cfg(unix)]
fn has_word(out: &ChildStdout) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let patience = Timespec { tv_sec: PATIENCE, tv_nsec: 0 };
    loop {
        match poll(&mut [PollFd::new(out, PollFlags::IN)], Some(&patience)) {
            Err(rustix::io::Errno::INTR) => {}
            other => return Ok(other? > 0),
        }
    }
}

#[cfg(not(unix))]
fn has_word(_out: &ChildStdout) -> io::Result<bool> {
    Ok(true)
}

impl Feed for ChildFeed {
    fn ending(&mut self) -> Ending {
        if self.was_too_slow {
            return Ending::TooSlow;
        }
        self.child.wait().map_or(Ending::Crashed, ending_of)
    }
}

#[cfg(unix)]
fn ending_of(status: ExitStatus) -> Ending {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt;
    let is = |signals: &[Signal]| {
        status.signal().is_some_and(|found| signals.iter().any(|s| s.as_raw() == found))
    };
    if is(&[Signal::XCPU]) {
        return Ending::TooSlow;
    }
    // What asks for memory that is not there is aborted; the system may also kill it for that.
    if is(&[Signal::ABORT, Signal::KILL]) {
        return Ending::OutOfMemory;
    }
    Ending::Crashed
}

#[cfg(not(unix))]
fn ending_of(_: ExitStatus) -> Ending {
    Ending::Crashed
}

impl Drop for ChildFeed {
    fn drop(&mut self) {
        // It has ended already, or nobody wants to know the rest.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Option<u8> {
        let args: Vec<OsString> = words.iter().map(Into::into).collect();
        serve_if_asked(&args)
    }

    #[test]
    fn other_commands_are_left_alone() {
        assert_eq!(asked(&["tuanzhuan"]), None);
        assert_eq!(asked(&["tuanzhuan", "member", "__parse"]), None);
        assert_eq!(asked(&["tuanzhuan", "__parse", "archive"]), Some(2));
    }

    #[cfg(unix)]
    #[test]
    fn the_way_it_ended_is_told() {
        use std::os::unix::process::ExitStatusExt;
        let told = [6, 9, 24, 11, 101 << 8].map(|raw| ending_of(ExitStatus::from_raw(raw)));
        let (room, slow) = (Ending::OutOfMemory, Ending::TooSlow);
        assert_eq!(told, [room, room, slow, Ending::Crashed, Ending::Crashed]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_computes_too_long_is_too_slow_and_not_too_large() {
        use rustix::process::{Pid, Resource, prlimit};
        let mut busy = Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        prlimit(Some(Pid::from_child(&busy)), Resource::Cpu, time_limit(1)).unwrap();
        assert_eq!(ending_of(busy.wait().unwrap()), Ending::TooSlow);
    }
}
