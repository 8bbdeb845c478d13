//! Long work on the command line: a line that says how far it is, and Ctrl+C, which stops it with
//! nothing half done.

use std::io::{IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use crate::domain::progress::{Progress, Watch};
use crate::domain::text::columns;

/// Least time between two drawings of the line.
const PAUSE: Duration = Duration::from_millis(100);

/// Whether Ctrl+C ends the program at once. Long work takes that away; the first Ctrl+C then asks
/// it to stop and gives it back, so that a second one ends the program after all.
static AT_ONCE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// An interrupted command ends at once with 130. What was not committed is not there: the
/// database takes back an open transaction, and files appear only when they are whole.
pub(super) fn leave_on_interrupt() {
    #[cfg(unix)]
    {
        use signal_hook::consts::SIGINT;
        use signal_hook::flag::{register, register_conditional_shutdown};
        // The order matters: what the first one looks at, the second one sets for the next time.
        // Without handlers the signal's own action ends the program all the same.
        register_conditional_shutdown(SIGINT, 130, Arc::clone(&AT_ONCE))
            .and_then(|_| register(SIGINT, Arc::clone(&AT_ONCE)))
            .map(drop)
            .unwrap_or_default();
    }
}

/// Does long work: shows how far it is where somebody sits at a terminal, and stops it on Ctrl+C.
pub(super) fn watched<T>(work: impl FnOnce(&mut Watch<'_>) -> T) -> T {
    AT_ONCE.store(false, Ordering::SeqCst);
    let mut line = Line::new(std::io::stderr().is_terminal());
    let done = work(&mut |progress| {
        line.show(progress);
        if AT_ONCE.load(Ordering::SeqCst) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    line.clear();
    AT_ONCE.store(true, Ordering::SeqCst);
    done
}

/// The line, written over itself with a carriage return and blanks, which every terminal knows.
struct Line {
    is_seen: bool,
    drawn: Option<(Instant, &'static str)>,
    width: usize,
}

impl Line {
    fn new(is_seen: bool) -> Self {
        Self { is_seen, drawn: None, width: 0 }
    }

    fn show(&mut self, progress: Progress) {
        let is_due = self.drawn.is_none_or(|(at, step)| {
            step != progress.step || at.elapsed() >= PAUSE || progress.done == progress.total
        });
        if self.is_seen && is_due {
            self.write(&words(progress));
            self.drawn = Some((Instant::now(), progress.step));
        }
    }

    fn write(&mut self, text: &str) {
        let width = columns(text);
        let rest = " ".repeat(self.width.saturating_sub(width));
        self.width = width;
        let mut out = std::io::stderr();
        // Nobody misses a line that cannot be written.
        write!(out, "\r{text}{rest}").and_then(|()| out.flush()).unwrap_or_default();
    }

    fn clear(&mut self) {
        if self.drawn.is_some() {
            self.write("");
            self.write("");
        }
    }
}

fn words(Progress { step, done, total }: Progress) -> String {
    if total == 0 {
        return format!("{step} {done}");
    }
    let percent = u128::from(done.min(total)) * 100 / u128::from(total);
    format!("{step} {done}/{total}（{percent}%）")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_step_amount_and_share() {
        let told = |done, total| words(Progress { step: "读取名单", done, total });
        assert_eq!(told(0, 4), "读取名单 0/4（0%）");
        assert_eq!(told(3, 4), "读取名单 3/4（75%）");
        assert_eq!(told(9, 4), "读取名单 9/4（100%）");
        assert_eq!(told(7, 0), "读取名单 7");
        assert_eq!(told(u64::MAX, u64::MAX), format!("读取名单 {0}/{0}（100%）", u64::MAX));
    }

    #[test]
    fn the_first_interrupt_asks_the_work_to_stop() {
        let progress = Progress { step: "读取名单", done: 0, total: 1 };
        let answers = watched(|watch| {
            let before = watch(progress);
            AT_ONCE.store(true, Ordering::SeqCst);
            (before, watch(progress))
        });
        assert_eq!(answers, (ControlFlow::Continue(()), ControlFlow::Break(())));
        assert!(AT_ONCE.load(Ordering::SeqCst));
    }
}
