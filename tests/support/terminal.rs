//! The real binary in a pseudo-terminal: what is typed goes in, what a person would see comes out.
//!
//! Nothing sleeps for a fixed time: whoever waits, waits for something on the screen.

use std::fmt::Debug;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tuanzhuan::keys::normalise::{Key, Press};
use tuanzhuan::keys::notation::parse_keys;

/// How long a screen may take to come; far more than it takes, for busy machines.
const PATIENCE: Duration = Duration::from_secs(20);
/// What opens and ends a frame that a terminal shows as one.
const FRAME: (&[u8], &[u8]) = (b"\x1b[?2026h", b"\x1b[?2026l");

/// What came out of the program.
struct Seen {
    parser: vt100::Parser,
    /// Every byte as it came.
    raw: Vec<u8>,
    /// Whether the other end is closed.
    ended: bool,
    /// Whether whoever reads shall stop at the next bytes.
    leaving: bool,
}

impl Seen {
    /// Whether the last frame is complete, so that what stands on the screen was meant together.
    fn is_whole(&self) -> bool {
        let last = |mark: &[u8]| self.raw.windows(mark.len()).rposition(|w| w == mark);
        last(FRAME.0) <= last(FRAME.1)
    }
}

/// A program in a pseudo-terminal. Dropping it kills the program.
pub struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// The settings of the line before the program started.
    line_before: String,
}

/// What to start, and how.
pub struct Start {
    command: CommandBuilder,
    size: (u16, u16),
}

impl Start {
    /// `tuanzhuan` with these words, on data below a directory.
    pub fn new(data: &Path, words: &[&str]) -> Self {
        Self::program(env!("CARGO_BIN_EXE_tuanzhuan"), data, words)
    }

    /// Any program, with the environment of the tests.
    pub fn program(program: &str, data: &Path, words: &[&str]) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(words);
        command.cwd(data);
        for name in ["NO_COLOR", "TUANZHUAN_NOW", "LC_ALL"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("TUANZHUAN_DATA_DIR", data);
        Self { command, size: (80, 24) }
    }

    /// With a variable of the environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// In a window of another size.
    pub fn sized(self, cols: u16, rows: u16) -> Self {
        Self { size: (cols, rows), ..self }
    }

    /// Starts it.
    pub fn go(self) -> Terminal {
        let (cols, rows) = self.size;
        let pair = native_pty_system().openpty(pty_size(cols, rows)).unwrap();
        let line_before = line_settings(pair.master.as_ref());
        let child = pair.slave.spawn_command(self.command).unwrap();
        let parser = vt100::Parser::new(rows.try_into().unwrap(), cols.try_into().unwrap(), 0);
        let seen = Seen { parser, raw: Vec::new(), ended: false, leaving: false };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        listen(pair.master.try_clone_reader().unwrap(), seen.clone());
        let writer = Some(pair.master.take_writer().unwrap());
        Terminal { master: Some(pair.master), writer, child, seen, line_before }
    }
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize { cols, rows, pixel_width: 0, pixel_height: 0 }
}

/// The settings of the line, to be compared only.
fn line_settings(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}

fn listen(mut reader: Box<dyn Read + Send>, seen: Arc<(Mutex<Seen>, Condvar)>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 65_536];
        loop {
            let n = reader.read(&mut buffer).unwrap_or(0);
            let mut now = seen.0.lock().unwrap();
            let bytes = buffer.get(..n).unwrap_or_default();
            now.parser.process(bytes);
            now.raw.extend_from_slice(bytes);
            now.ended = n == 0 || now.leaving;
            if now.ended {
                // Whoever waits for the end may count on this hold on the terminal being gone.
                drop(reader);
                seen.1.notify_all();
                return;
            }
            seen.1.notify_all();
        }
    });
}

impl Terminal {
    /// Types characters as an input method commits them.
    pub fn type_text(&mut self, text: &str) {
        self.send(text.as_bytes());
    }

    /// Presses keys, written as `<f8><down>`; see `tuanzhuan::keys::notation`.
    pub fn keys(&mut self, keys: &str) {
        let presses = parse_keys(keys).unwrap();
        let bytes: Vec<u8> = presses.into_iter().flat_map(bytes_of).collect();
        self.send(&bytes);
    }

    /// Pastes as a terminal does that was asked to mark pastes.
    pub fn paste(&mut self, text: &str) {
        assert!(self.with_screen(vt100::Screen::bracketed_paste), "pastes are marked");
        self.send(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    }

    fn send(&mut self, bytes: &[u8]) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    /// Waits until a text stands on the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |screen| screen.contains(text));
    }

    /// Waits until a text is gone from the screen.
    #[track_caller]
    pub fn wait_gone(&self, text: &str) {
        self.wait_until(text, |screen| !screen.contains(text));
    }

    /// Waits until the screen is as it should be; `what` is for the failure.
    #[track_caller]
    pub fn wait_until(&self, what: &str, right: impl Fn(&str) -> bool) {
        self.wait_with(PATIENCE, what, right);
    }

    /// The same with less patience.
    #[track_caller]
    pub fn wait_with(&self, patience: Duration, what: &str, right: impl Fn(&str) -> bool) {
        let come = self.wait_for_seen(patience, |seen| {
            seen.is_whole() && right(&seen.parser.screen().contents())
        });
        assert!(come, "waited in vain for {what:?}; the screen is:\n{}", self.screen());
    }

    fn wait_for_seen(&self, patience: Duration, right: impl Fn(&Seen) -> bool) -> bool {
        let end = Instant::now() + patience;
        let mut seen = self.seen();
        while !right(&seen) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
        true
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap()
    }

    fn with_screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen().parser.screen())
    }

    /// What stands on the screen, a line for each row.
    pub fn screen(&self) -> String {
        self.with_screen(vt100::Screen::contents)
    }

    /// The row of the screen in which a text stands.
    #[track_caller]
    pub fn row_with(&self, text: &str) -> String {
        let screen = self.screen();
        let found = screen.lines().find(|line| line.contains(text)).map(str::to_owned);
        found.unwrap_or_else(|| panic!("no {text:?} on the screen:\n{screen}"))
    }

    /// Where the cursor is: row and column, from zero.
    pub fn cursor(&self) -> (u16, u16) {
        self.with_screen(vt100::Screen::cursor_position)
    }

    /// Waits until the cursor is at a row and column, from zero.
    #[track_caller]
    pub fn wait_cursor(&self, place: (u16, u16)) {
        let come = self.wait_for_seen(PATIENCE, |seen| {
            seen.is_whole() && seen.parser.screen().cursor_position() == place
        });
        assert!(come, "the cursor is at {:?}, not at {place:?}:\n{self:?}", self.cursor());
    }

    /// Whether nothing comes for a time.
    pub fn stays_silent(&self, time: Duration) -> bool {
        let n = self.seen().raw.len();
        !self.wait_for_seen(time, |seen| seen.raw.len() != n)
    }

    /// Wipes what stood on the screen, so that only what is drawn anew can be seen afterwards.
    pub fn forget(&self) {
        self.seen().parser.process(b"\x1b[2J");
    }

    /// Makes the window another size, as a person drags it, and forgets what stood there.
    pub fn resize(&self, cols: u16, rows: u16) {
        self.seen().parser.set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
        self.forget();
        self.master.as_ref().unwrap().resize(pty_size(cols, rows)).unwrap();
    }

    /// The process.
    pub fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends a signal.
    pub fn kill(&self, signal: Signal) {
        let pid = Pid::from_raw(self.process_id().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Closes the window: the terminal is gone, and nobody reads or types any more.
    pub fn vanish(&mut self) {
        // A read that waits holds the terminal open, and only bytes wake it: a repaint sends some.
        self.seen().leaving = true;
        self.keys("<c-l>");
        assert!(self.wait_for_seen(PATIENCE, |seen| seen.ended), "the repaint comes");
        self.writer = None;
        self.master = None;
    }

    /// Waits until the program has ended, and returns its exit code.
    #[track_caller]
    pub fn wait_exit(&mut self) -> u32 {
        let code = self.wait_exit_within(PATIENCE);
        code.unwrap_or_else(|| {
            panic!("the program does not end; the screen is:\n{}", self.screen())
        })
    }

    /// The same with less patience; none where it has not ended.
    pub fn wait_exit_within(&mut self, patience: Duration) -> Option<u32> {
        let end = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status.exit_code());
            }
            if Instant::now() > end {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Says what of the terminal is not as it was before the program started; nothing is right.
    pub fn left_behind(&self) -> Vec<&'static str> {
        self.wait_for_seen(PATIENCE, |seen| seen.ended);
        let line = self.master.as_ref().map(|master| line_settings(master.as_ref()));
        let (alternate, hidden, paste) = self.with_screen(|screen| {
            (screen.alternate_screen(), screen.hide_cursor(), screen.bracketed_paste())
        });
        let checks = [
            (alternate, "the alternate screen"),
            (hidden, "a hidden cursor"),
            (paste, "marked pastes"),
            (!self.seen().is_whole(), "a frame that is never shown"),
            (line.is_some_and(|line| line != self.line_before), "the settings of the line"),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, what)| what).collect()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already, save where a test failed.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

impl Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.screen())
    }
}

/// The bytes that an xterm sends for a key.
fn bytes_of(press: Press) -> Vec<u8> {
    if press.ctrl
        && let Key::Char(c) = press.key
    {
        return vec![u8::try_from(c).unwrap() & 0x1f];
    }
    let named = match press.key {
        Key::Char(c) => return c.to_string().into_bytes(),
        Key::Enter => "\r",
        Key::Esc => "\x1b",
        Key::Tab => "\t",
        Key::BackTab => "\x1b[Z",
        Key::Backspace => "\x7f",
        Key::Delete => "\x1b[3~",
        Key::Up => "\x1b[A",
        Key::Down => "\x1b[B",
        Key::Left => "\x1b[D",
        Key::Right => "\x1b[C",
        Key::PageUp => "\x1b[5~",
        Key::PageDown => "\x1b[6~",
        Key::Home => "\x1b[H",
        Key::End => "\x1b[F",
        Key::Insert => "\x1b[2~",
        Key::F(n) => function_key(n),
    };
    named.as_bytes().to_vec()
}

fn function_key(n: u8) -> &'static str {
    const SENT: [&str; 10] = [
        "\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1b[18~", "\x1b[19~",
        "\x1b[20~", "\x1b[21~",
    ];
    SENT[usize::from(n) - 1]
}
