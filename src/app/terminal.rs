//! The terminal: taken over at the start, given back whatever happens.

use std::io::{BufWriter, IsTerminal, Stdout, Write, stdin, stdout};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use super::world::variable;
use crate::domain::fault::{Fault, FaultKind};
use crate::model::State;

/// A full repaint at 200x60 in Chinese is under this, so that it leaves in one write.
const BUFFER: usize = 64 * 1024;

/// The terminal while the program holds it. Dropping it gives it back.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
}

impl Screen {
    /// Takes the terminal over.
    pub(super) fn take() -> Result<Self, Fault> {
        check_usable()?;
        enable_raw_mode().map_err(unusable)?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste).map_err(unusable)?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(BUFFER, stdout()));
        Ok(Self { terminal: Terminal::new(backend).map_err(unusable)? })
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((80, 24), |size| (size.width, size.height))
    }

    /// Draws the state; what has not changed is not written.
    pub(super) fn draw(&mut self, state: &State) -> std::io::Result<()> {
        execute_buffered(&mut self.terminal, BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| crate::view::frame(state, frame))?;
        execute_buffered(&mut self.terminal, EndSynchronizedUpdate)?;
        self.terminal.backend_mut().flush()
    }

    /// Forgets what is on the screen, so that the next drawing writes everything.
    ///
    /// `Terminal::clear` would ask the terminal where its cursor is and wait for the answer, which
    /// the thread that reads keys takes away; setting the size anew clears without asking.
    pub(super) fn forget(&mut self) -> std::io::Result<()> {
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Takes the terminal over again after the program was stopped and continued.
    pub(super) fn resume(&mut self) -> std::io::Result<()> {
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        self.forget()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn execute_buffered(
    terminal: &mut Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    command: impl crossterm::Command,
) -> std::io::Result<()> {
    crossterm::queue!(terminal.backend_mut(), command)
}

/// Gives the terminal back as it was. Safe to call more than once; a terminal that is gone cannot
/// be given back, so errors have nobody to hear them.
pub(super) fn give_back() {
    execute!(stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show)
        .unwrap_or_default();
    disable_raw_mode().unwrap_or_default();
}

fn unusable(error: std::io::Error) -> Fault {
    Fault::new(
        FaultKind::Terminal,
        "这个终端用不了。请换一个终端窗口，或用命令行方式（见 --help）。",
    )
    .because(error)
}

/// Whether a locale writes Unicode. Where none is set nothing is known, and it is tried.
fn is_unicode(locale: &str) -> bool {
    locale.replace('-', "").to_uppercase().contains("UTF8")
}

fn check_usable() -> Result<(), Fault> {
    let told = |sentence: &str| Err(Fault::new(FaultKind::Terminal, sentence));
    if !stdin().is_terminal() || !stdout().is_terminal() {
        return told(
            "界面要在终端窗口里打开，现在的输入或输出不是终端。脚本里请用命令，例如 tuanzhuan transfer list（见 --help）。",
        );
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    if cfg!(unix) && locale.is_some_and(|locale| !is_unicode(&locale)) {
        return told(
            "现在的语言环境不是 UTF-8，显示不了汉字。请先运行 export LC_ALL=C.UTF-8 再打开，或用命令行方式（见 --help）。\nThe locale is not UTF-8; please run: export LC_ALL=C.UTF-8",
        );
    }
    match variable("TERM").as_deref() {
        Some("dumb") => {
            told("TERM=dumb 的终端画不了界面。请换一个终端，或用命令行方式（见 --help）。")
        }
        Some("linux") => told(
            "Linux 文本控制台没有汉字字库，画不了界面。请从别的电脑用 SSH 登录，或装 kmscon。\nThe Linux console has no Chinese glyphs; please connect by SSH.",
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_locales_that_write_unicode_will_do() {
        for locale in ["C.UTF-8", "zh_CN.UTF-8", "en_US.utf8", "UTF-8", "zh_CN.utf-8@pinyin"] {
            assert!(is_unicode(locale), "{locale}");
        }
        for locale in ["C", "POSIX", "zh_CN", "zh_CN.GB18030", "en_US.ISO-8859-1"] {
            assert!(!is_unicode(locale), "{locale}");
        }
    }
}
