//! Signals and a vanished terminal, as messages to the loop.

use std::sync::mpsc::Sender;

use super::Incoming;

/// Watches for what ends or resumes the program from outside.
#[cfg(unix)]
pub(super) fn watch(inbox: &Sender<Incoming>) -> std::io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
    let watched = [SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGWINCH];
    let mut signals = signal_hook::iterator::Signals::new(watched)?;
    let ours = inbox.clone();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let message = match signal {
                SIGCONT => Incoming::Continued,
                SIGWINCH => Incoming::SizeChanged,
                _ => Incoming::Ended,
            };
            if ours.send(message).is_err() {
                return;
            }
        }
    })?;
    let ours = inbox.clone();
    std::thread::Builder::new().name("terminal".to_owned()).spawn(move || {
        wait_for_hang_up();
        // The loop may be gone already, and then nobody needs to know.
        ours.send(Incoming::Ended).unwrap_or_default();
    })?;
    Ok(())
}

/// Returns when the terminal is gone. A read on it would answer at once for ever, and a program
/// that does not look spins on that (security.md 0.6).
#[cfg(unix)]
fn wait_for_hang_up() {
    use rustix::event::{PollFd, PollFlags, poll};
    let stdin = std::io::stdin();
    loop {
        let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        match poll(&mut watched, None) {
            Ok(_) if watched.iter().any(|fd| fd.revents().intersects(gone)) => return,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

/// Windows tells a closed window through the console itself.
#[cfg(not(unix))]
pub(super) fn watch(_inbox: &Sender<Incoming>) -> std::io::Result<()> {
    Ok(())
}
