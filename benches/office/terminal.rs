//! A process in a pseudo-terminal of its own, watched as a person would watch it.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::process::Process;

/// So long nothing is written, and the screen counts as done.
const QUIET: Duration = Duration::from_millis(150);

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Columns and rows.
pub type Size = (u16, u16);

/// A process and its terminal.
pub struct Watched {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    /// What was written, each piece with the moment at which it arrived.
    pieces: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    /// When the process was asked for.
    pub started: Instant,
    _terminal: Box<dyn MasterPty + Send>,
}

/// When something came to stand on the screen.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The first piece of output after what was done.
    pub first: Instant,
    /// The piece with which the text that was waited for was there.
    pub seen: Instant,
    /// The last piece before it fell quiet.
    pub stable: Instant,
}

impl Watched {
    /// Starts a program.
    pub fn start(program: &str, args: &[&str], size: Size) -> Result<Self> {
        let (cols, rows) = size;
        let pair =
            native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 })?;
        let mut reader = pair.master.try_clone_reader()?;
        let (sender, pieces) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                let piece = buffer.get(..n).unwrap_or_default().to_vec();
                if sender.send((Instant::now(), piece)).is_err() {
                    return;
                }
            }
        });
        let command = command(program, args);
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let at_least_one = |n| NonZeroU16::new(n).context("a terminal without cells");
        Ok(Self {
            child,
            keyboard: pair.master.take_writer()?,
            pieces,
            screen: vt100::Parser::new(at_least_one(rows)?, at_least_one(cols)?, 0),
            started,
            _terminal: pair.master,
        })
    }

    /// Waits until `text` stands on the screen and nothing more is written.
    pub fn wait_for(&mut self, text: &str) -> Result<Shown> {
        let (mut first, mut seen, mut last) = (None, None, None);
        loop {
            let patience = if seen.is_some() { QUIET } else { PATIENCE };
            let piece = self.pieces.recv_timeout(patience).ok();
            let Some((at, bytes)) = piece else { break };
            self.screen.process(&bytes);
            first = first.or(Some(at));
            if seen.is_none() && self.text().contains(text) {
                seen = Some(at);
            }
            last = Some(at);
        }
        match (first, seen, last) {
            (Some(first), Some(seen), Some(stable)) => Ok(Shown { first, seen, stable }),
            _ => bail!("「{text}」 never came; the screen is\n{}", self.text()),
        }
    }

    /// Presses keys, given as the bytes that a terminal sends for them.
    pub fn press(&mut self, keys: &str) -> Result<Instant> {
        let at = Instant::now();
        self.keyboard.write_all(keys.as_bytes())?;
        self.keyboard.flush()?;
        Ok(at)
    }

    /// Presses keys and waits until the answers are drawn.
    pub fn answer(&mut self, keys: &str) -> Result<(Instant, Shown)> {
        let at = self.press(keys)?;
        Ok((at, self.wait_for("")?))
    }

    /// The screen as text.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Bytes written while nothing was done.
    pub fn leave_alone(&mut self, pause: Duration) -> usize {
        let end = Instant::now() + pause;
        let mut written = 0;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            match self.pieces.recv_timeout(left) {
                Ok((_, bytes)) => written += bytes.len(),
                Err(_) => break,
            }
        }
        written
    }

    /// The process as the kernel knows it.
    pub fn process(&self) -> Result<Process> {
        Ok(Process::of(self.child.process_id().context("the process is gone")?))
    }

    /// Leaves by the key, or kills what does not listen.
    pub fn quit(mut self) -> Result<()> {
        self.press("\x11")?;
        let end = Instant::now() + Duration::from_secs(5);
        while Instant::now() < end {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.child.kill()?;
        bail!("it did not end on Ctrl+Q")
    }

    /// When the next piece of output arrives, if it does in that time.
    pub fn next_piece(&mut self, patience: Duration) -> Option<Instant> {
        let (at, bytes) = self.pieces.recv_timeout(patience).ok()?;
        self.screen.process(&bytes);
        Some(at)
    }

    /// Ends a program that is not asked.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits for a program that ends by itself.
    pub fn ended(mut self) -> Result<()> {
        self.child.wait()?;
        Ok(())
    }
}

fn command(program: &str, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.args(args);
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    for name in ["NO_COLOR", "COLUMNS", "LINES", "TUANZHUAN_NOW", "TUANZHUAN_DATA_DIR"] {
        command.env_remove(name);
    }
    command
}

/// The program that is measured, on the data below a directory.
pub fn program(dir: &Path, words: &[&str], size: Size) -> Result<Watched> {
    let dir = dir.to_str().context("the target folder has no name in UTF-8")?;
    let args: Vec<&str> = ["--data-dir", dir].iter().chain(words).copied().collect();
    Watched::start(env!("CARGO_BIN_EXE_tuanzhuan"), &args, size)
}
