//! How far long work is, and whether to go on.

use std::ops::ControlFlow;

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
