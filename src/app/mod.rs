//! The terminal shell: loop, effects, clock and signals.
//!
//! The loop waits for keys, answers and deadlines, hands each to [`crate::model::update`], sends
//! the effects to the worker, and draws when nothing more is waiting. It never touches the store.

mod attention;
mod daily;
mod log;
mod long_work;
pub mod parser;
pub mod perform;
mod prefetch;
mod settings;
mod signals;
mod terminal;
mod worker;
pub mod world;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crossterm::event::Event;

use crate::domain::account::Actor;
use crate::domain::fault::Fault;
use crate::domain::ids::{Moment, Now};
use crate::keys::normalise::from_crossterm;
use crate::model::effect::{Effect, Reply};
use crate::model::screens::sign_in::SignIn;
use crate::model::{Msg, State, update};
use crate::office::Door;
use perform::World;
use terminal::Screen;
use worker::Worker;
use world::{Clock, SleepWatch};

/// How long the program waits at its end for what it was told: a draft takes some milliseconds,
/// and a window that is gone must not leave a process behind for long.
const LAST_ORDERS: Duration = Duration::from_secs(2);

/// Seconds after which deadlines are looked at again at the latest.
const LONGEST_PAUSE: i64 = 60;

/// Seconds that the machine may sleep without anything being closed (R34).
const LONGEST_NAP: i64 = 60;

/// What can reach the loop.
pub(crate) enum Incoming {
    /// From the terminal.
    Terminal(Event),
    /// From the worker.
    Reply(Box<Reply>),
    /// The program shall end: a signal, or the terminal is gone.
    Ended,
    /// The program was stopped and goes on.
    Continued,
    /// The window has another size. The thread that reads keys tells so too, but only once it has
    /// begun, and a window may change while the program starts.
    SizeChanged,
}

/// Whether the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Going {
    On,
    Out,
}

/// Opens the terminal interface; with somebody who is let in without a password, where the office
/// is the invented one.
///
/// # Errors
/// Where the terminal cannot be used. Everything later is told inside.
pub fn run(mut door: Door, clock: Clock, walked_in: Option<Actor>) -> Result<(), Fault> {
    let (settings, warning) = settings::load(door.places(), world::no_colour());
    let (rules, has_office) = (door.rules().clone(), door.has_office());
    let viewing = door.viewing().map(|why| why.notice(clock.now()));
    let warnings = door.take_warnings().into_iter().chain(warning);
    let world = World::new(door, clock).reading_apart();
    let arrival = walked_in.map(|actor| world.arrival(actor));
    catch_panics();
    let screen = Screen::take()?;
    let (inbox, messages) = channel();
    let worker = start(world, &inbox).map_err(|error| no_threads(&error))?;
    let first = SignIn::new(has_office, false);
    let (mut state, effects) = State::new(first.into(), rules, screen.size(), clock.now());
    state.settings = settings;
    let warning = warnings.collect::<Vec<_>>().join("\n");
    if !warning.is_empty() {
        state.messages.push(warning.clone());
        state.message = crate::model::state::Message::warning(warning);
    }
    let mut shell = Shell { screen, state, worker, clock, sleep: SleepWatch::new() };
    shell.send(effects);
    if let Some(arrival) = arrival {
        shell.take(Msg::Reply(Box::new(Reply::SignedIn(arrival))));
    }
    if let Some(why) = viewing {
        let effects = shell.state.view_only(why);
        shell.send(effects);
    }
    shell.go(&messages);
    Ok(())
}

fn start(world: World, inbox: &Sender<Incoming>) -> std::io::Result<Worker> {
    signals::watch(inbox)?;
    let worker = worker::start(world, inbox.clone())?;
    let ours = inbox.clone();
    std::thread::Builder::new().name("keys".to_owned()).spawn(move || {
        while let Ok(event) = crossterm::event::read() {
            if ours.send(Incoming::Terminal(event)).is_err() {
                return;
            }
        }
        // The terminal answers no more: the loop may be gone already.
        ours.send(Incoming::Ended).unwrap_or_default();
    })?;
    Ok(worker)
}

fn no_threads(error: &std::io::Error) -> Fault {
    let sentence = "系统开不了新的线程。请关掉一些程序后再试。";
    Fault::new(crate::domain::fault::FaultKind::Failed, sentence).because(error)
}

/// The loop with what it holds.
struct Shell {
    screen: Screen,
    state: State,
    worker: Worker,
    clock: Clock,
    sleep: SleepWatch,
}

impl Shell {
    fn go(&mut self, messages: &Receiver<Incoming>) {
        loop {
            if self.screen.draw(&self.state).is_err() {
                return self.leave();
            }
            #[cfg(debug_assertions)]
            panic_if_told();
            let mut next = self.wait(messages);
            // Everything that is waiting is taken before the next drawing.
            while let Some(incoming) = next {
                if self.receive(incoming) == Going::Out {
                    return self.leave();
                }
                next = messages.try_recv().ok();
            }
        }
    }

    /// Waits for a message or the next deadline; without a deadline it sleeps until a message comes.
    fn wait(&mut self, messages: &Receiver<Incoming>) -> Option<Incoming> {
        let Some(deadline) = self.state.deadline() else {
            return Some(messages.recv().unwrap_or(Incoming::Ended));
        };
        // While the machine sleeps this pause stands still, so it is kept short: the desk is locked
        // soon after waking.
        let left = (deadline.0 - self.clock.now().moment.0).clamp(0, LONGEST_PAUSE);
        // A whole second more than the difference, since moments are cut to seconds.
        let pause = Duration::from_secs(left.unsigned_abs()) + Duration::from_millis(50);
        match messages.recv_timeout(pause) {
            Ok(incoming) => Some(incoming),
            Err(RecvTimeoutError::Disconnected) => Some(Incoming::Ended),
            Err(RecvTimeoutError::Timeout) => {
                self.take(Msg::Due);
                None
            }
        }
    }

    fn receive(&mut self, incoming: Incoming) -> Going {
        match incoming {
            Incoming::Ended => Going::Out,
            Incoming::Reply(reply) => self.take(Msg::Reply(reply)),
            Incoming::Continued => {
                if self.screen.resume().is_err() {
                    return Going::Out;
                }
                Going::On
            }
            Incoming::SizeChanged => {
                let (cols, rows) = self.screen.size();
                let news = (cols, rows) != self.state.size;
                if news { self.take(Msg::Resized(cols, rows)) } else { Going::On }
            }
            Incoming::Terminal(Event::Key(key)) => {
                for press in from_crossterm(key) {
                    if self.take(Msg::Press(press)) == Going::Out {
                        return Going::Out;
                    }
                }
                Going::On
            }
            Incoming::Terminal(Event::Paste(text)) => self.take(Msg::Paste(text)),
            Incoming::Terminal(Event::Resize(cols, rows)) => self.take(Msg::Resized(cols, rows)),
            Incoming::Terminal(Event::FocusGained | Event::FocusLost | Event::Mouse(_)) => {
                Going::On
            }
        }
    }

    fn take(&mut self, msg: Msg) -> Going {
        let now = self.now();
        if self.sleep.slept() > LONGEST_NAP {
            let effects = update(&mut self.state, Msg::Slept, now);
            let is_typed = matches!(msg, Msg::Press(_) | Msg::Paste(_));
            let going = self.send(effects);
            // What woke the machine was not meant for what it found there.
            if going == Going::Out || is_typed {
                return going;
            }
        }
        let effects = update(&mut self.state, msg, now);
        self.send(effects)
    }

    fn now(&self) -> Now {
        self.clock.now()
    }

    fn send(&mut self, effects: Vec<Effect>) -> Going {
        for effect in effects {
            match effect {
                Effect::Quit => return Going::Out,
                Effect::Redraw => {
                    if self.screen.forget().is_err() {
                        return Going::Out;
                    }
                }
                order => {
                    if !self.worker.order(order) {
                        return Going::Out;
                    }
                }
            }
        }
        Going::On
    }

    /// What was typed in the last second is kept before the program ends.
    fn leave(&mut self) {
        let now = self.now();
        let soon = Now { moment: Moment(now.moment.0 + 2), ..now };
        for effect in update(&mut self.state, Msg::Due, soon) {
            if matches!(effect, Effect::SaveDraft(..)) && !self.worker.order(effect) {
                return;
            }
        }
        self.worker.finish(LAST_ORDERS);
    }
}

/// On a panic the terminal is given back before anything is said, and what is said names no person.
fn catch_panics() {
    std::panic::set_hook(Box::new(|info| {
        terminal::give_back();
        let place =
            info.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        let sentence = format!(
            "程序出了问题，已经停下，数据和草稿都已保存。请重新打开；再出现时请把这个位置告诉维护的人：{place}（E-PANIC）"
        );
        use std::io::Write;
        writeln!(std::io::stderr(), "{sentence}").unwrap_or_default();
        end_now();
    }));
}

/// Panics behind the first frame if a test wants to see what is left of the terminal then. It is
/// not in a release.
#[cfg(debug_assertions)]
#[expect(clippy::panic, reason = "it is what the test asks for")]
fn panic_if_told() {
    if world::variable("TUANZHUAN_PANIC").is_some() {
        panic!("a test asked for it");
    }
}

/// A thread that died leaves a program that answers half; ending it is the honest way out.
#[expect(
    clippy::exit,
    reason = "after a panic in any thread the program must not go on half alive"
)]
fn end_now() -> ! {
    std::process::exit(1)
}
