//! How far long work is, and whether to go on.

use std::ops::ControlFlow;

use super::fault::{Fault, FaultKind};

/// How far long work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done now, in Chinese, such as 「读取文件」.
    pub step: &'static str,
    /// Done so far, in the unit of `total`.
    pub done: u64,
    /// All there is to do in this step; zero where that is not known.
    pub total: u64,
}

/// Takes reports of long work; an answer of [`ControlFlow::Break`] asks it to stop, and then
/// nothing of it stays.
///
/// Work reports a few times a second, not for every row, so that a report may draw.
pub type Watch<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// A watch that wants no reports and never stops the work.
pub fn unwatched(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Long work was told to stop, and nothing of it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl From<Stopped> for Fault {
    fn from(_: Stopped) -> Self {
        Self::new(FaultKind::Stopped, "已停下，什么也没有写入，原来的数据没有动。")
    }
}

/// Reports of work that goes row by row: one for many rows, so that counting costs nothing.
pub struct Pace<'a, 'w> {
    watch: &'a mut Watch<'w>,
    progress: Progress,
    until: u64,
}

impl<'a, 'w> Pace<'a, 'w> {
    /// How many rows pass between two reports: some tens of milliseconds of work.
    const STRIDE: u64 = 1 << 14;

    /// Begins a step of `total` rows, and reports it.
    ///
    /// # Errors
    /// Where the work shall stop.
    pub fn begin(
        watch: &'a mut Watch<'w>,
        step: &'static str,
        total: u64,
    ) -> Result<Self, Stopped> {
        let mut pace = Self { watch, progress: Progress { step, done: 0, total }, until: 0 };
        pace.report()?;
        Ok(pace)
    }

    /// Another row is done.
    ///
    /// # Errors
    /// Where the work shall stop.
    pub fn step(&mut self) -> Result<(), Stopped> {
        self.reach(self.progress.done + 1)
    }

    /// So much is done, in the unit of the total.
    ///
    /// # Errors
    /// Where the work shall stop.
    pub fn reach(&mut self, done: u64) -> Result<(), Stopped> {
        self.progress.done = done;
        if done < self.until { Ok(()) } else { self.report() }
    }

    fn report(&mut self) -> Result<(), Stopped> {
        self.until = self.progress.done + Self::STRIDE;
        match (self.watch)(self.progress) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stopped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_comes_for_many_rows_and_can_stop_the_work() {
        let mut reports = Vec::new();
        let mut watch = |progress: Progress| {
            reports.push(progress.done);
            if progress.done < 20_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let mut pace = Pace::begin(&mut watch, "读取文件", 100_000).unwrap();
        let done = (0..100_000).take_while(|_| pace.step().is_ok()).count();
        assert_eq!(done, 32_767);
        assert_eq!(reports, [0, 16_384, 32_768]);
        assert_eq!(Fault::from(Stopped).kind, FaultKind::Stopped);
    }
}
