//! Keys on a large list, in this process: the same `update`, the same drawing and the same world as
//! the program's, without its threads, so that each part can be timed alone.
//!
//! *Seen* is from the key to the frame that the person gets at once. *Answered* is to the frame with
//! everything that the key asked of the database. A search may take long to be answered, but must
//! never hold up the key that is typed next.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use anyhow::Result;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tuanzhuan::app::perform::World;
use tuanzhuan::app::world::Clock;
use tuanzhuan::keys::notation::parse_keys;
use tuanzhuan::model::effect::{Effect, Reply};
use tuanzhuan::model::screens::sign_in::SignIn;
use tuanzhuan::model::{Msg, State, update};

use crate::ground::{Ground, world_of};
use crate::report::{Report, Row, median, quantile};
use crate::starting::{SIZES, ms};
use crate::terminal::Size;
use crate::{Effort, progress};

/// What is pressed in each round, by kind. A kind in brackets leads to the next one and is not told.
const SCRIPT: [(&str, &str); 13] = [
    ("cursor", "<down><down><down><down><down><down><down><down><up><up><up>"),
    ("page", "<pgdn><pgdn><pgdn><pgup>"),
    ("end", "<end><end><home>"),
    ("view", "<right><right><right><right><right>"),
    ("search, common", "<f3>wan"),
    ("clear the search", "<esc>"),
    ("search, rare", "wx"),
    ("search, absent", "q"),
    ("(back)", "<esc><esc>"),
    ("(sort popup)", "4"),
    ("sort by name", "1"),
    ("open the details", "<enter>"),
    ("(back)", "<esc>47<left><left><left><left><left>"),
];

/// A sink that knows how much was written.
#[derive(Clone, Default)]
struct Counted(Rc<Cell<usize>>);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The program without its threads.
struct Desk {
    world: World,
    state: State,
    clock: Clock,
    terminal: Terminal<CrosstermBackend<Counted>>,
    written: Counted,
}

/// One key.
struct Stroke {
    kind: &'static str,
    seen: f64,
    answered: f64,
    bytes: f64,
}

impl Desk {
    fn open(dir: &Path, size: Size) -> Result<Self> {
        let (mut world, actor, clock) = world_of(dir)?;
        let arrival = world.arrival(actor);
        let rules = world.door().rules().clone();
        let (state, _) = State::new(SignIn::new(true, false).into(), rules, size, clock.now());
        let written = Counted::default();
        let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
        let backend = CrosstermBackend::new(written.clone());
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport })?;
        let mut desk = Self { world, state, clock, terminal, written };
        let effects = desk.take(Msg::Reply(Box::new(Reply::SignedIn(arrival))));
        desk.settle(effects);
        desk.draw()?;
        Ok(desk)
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        update(&mut self.state, msg, self.clock.now())
    }

    /// Performs effects and everything that their answers ask for.
    fn settle(&mut self, effects: Vec<Effect>) {
        let mut waiting: VecDeque<Effect> = effects.into();
        while let Some(effect) = waiting.pop_front() {
            for reply in self.world.perform(effect) {
                waiting.extend(self.take(Msg::Reply(Box::new(reply))));
            }
        }
    }

    fn draw(&mut self) -> Result<usize> {
        let before = self.written.0.get();
        crossterm::queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| tuanzhuan::view::frame(&self.state, frame))?;
        crossterm::queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        Ok(self.written.0.get() - before)
    }

    fn strike(&mut self, kind: &'static str, keys: &str) -> Result<Vec<Stroke>> {
        let mut strokes = Vec::new();
        for press in parse_keys(keys)? {
            let start = Instant::now();
            let effects = self.take(Msg::Press(press));
            let mut bytes = self.draw()?;
            let seen = ms(start.elapsed());
            self.settle(effects);
            bytes += self.draw()?;
            let answered = ms(start.elapsed());
            strokes.push(Stroke { kind, seen, answered, bytes: bytes as f64 });
        }
        Ok(strokes)
    }
}

/// Measures keys at both sizes.
pub fn measure(ground: &Ground, effort: &Effort, report: &mut Report) -> Result<()> {
    let (_, largest) = ground.largest()?;
    for size in SIZES {
        progress(&format!("keys at {}x{}", size.0, size.1));
        keys(largest, size, effort, report)?;
    }
    Ok(())
}

fn keys(dir: &Path, size: Size, effort: &Effort, report: &mut Report) -> Result<()> {
    let mut desk = Desk::open(dir, size)?;
    let mut strokes = Vec::new();
    for _ in 0..effort.n_rounds {
        for (kind, keys) in SCRIPT {
            strokes.extend(desk.strike(kind, keys)?);
        }
    }
    let at = format!("{}x{}", size.0, size.1);
    let seen: Vec<f64> = strokes.iter().map(|stroke| stroke.seen).collect();
    report.spread(&format!("any key to repaint, {at}"), &seen, "ms", Some(16.7));
    for (kind, _) in SCRIPT.iter().filter(|(kind, _)| !kind.starts_with('(')) {
        let of_kind = || strokes.iter().filter(|stroke| stroke.kind == *kind);
        let seen: Vec<f64> = of_kind().map(|stroke| stroke.seen).collect();
        let answered: Vec<f64> = of_kind().map(|stroke| stroke.answered).collect();
        report.add(Row::new(format!("{kind}, {at}: seen, p99"), quantile(&seen, 0.99), "ms"));
        report.add(Row::new(format!("{kind}, {at}: answered, median"), median(&answered), "ms"));
        let worst = quantile(&answered, 0.99);
        report.add(Row::new(format!("{kind}, {at}: answered, p99"), worst, "ms"));
    }
    let moves: Vec<f64> = strokes.iter().filter(|s| s.kind == "cursor").map(|s| s.bytes).collect();
    // Of a large screen more changes with the details; the limit is for the small one.
    let most = (size == SIZES[0]).then_some(2048.0);
    report.spread(&format!("bytes of a cursor move and its details, {at}"), &moves, "B", most);
    Ok(())
}
