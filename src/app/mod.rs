//! The terminal shell: loop, effects, clock and signals.

pub mod world;

use crate::domain::fault::{Fault, FaultKind};
use crate::office::Places;
use world::Clock;

/// Opens the terminal interface and returns when it was left. In the invented office it lets the
/// first account in without asking.
///
/// # Errors
/// Where the terminal cannot be used, or the office cannot be opened.
pub fn run(_places: Places, _clock: Clock) -> Result<(), Fault> {
    let sentence = "终端界面还没有做好。请先用命令办理，「tuanzhuan --help」列出全部命令。";
    Err(Fault::new(FaultKind::Terminal, sentence))
}
