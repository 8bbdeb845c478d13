//! The state, its messages, and `update`.

mod lock;

use std::sync::Arc;

use super::effect::{Effect, Reply, Settings};
use super::layer::{Ctx, Layer, Nav, Out};
pub use super::message::Message;
use super::words::handed_in;
use crate::domain::account::Actor;
use crate::domain::filter::Counts;
use crate::domain::form::TransferForm;
use crate::domain::ids::{Moment, Now};
use crate::domain::text::columns;
use crate::keys::action::Action;
use crate::keys::normalise::{Key, Press};
use crate::keys::table::{self, Focus, Input};
use crate::rules::Rules;
use lock::{cover, due, lock};

/// Smallest terminal that is worked in; below it a notice is shown and nothing acts.
pub const SMALLEST: (u16, u16) = (80, 24);

/// Something that happened.
#[derive(Clone)]
pub enum Msg {
    /// A key.
    Press(Press),
    /// Pasted text, one piece.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resized(u16, u16),
    /// An answer of the world.
    Reply(Box<Reply>),
    /// A deadline that the state asked for has come.
    Due,
    /// The machine slept for a while.
    Slept,
}

/// Who is signed in and what the title line tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Who.
    pub actor: Actor,
    /// Whether this is the invented office.
    pub demo: bool,
    /// Counts as last told by the store.
    pub counts: Counts,
}

/// Everything the program remembers. Invariant: `layers` is never empty.
pub struct State {
    /// Screens and popups, the top last.
    pub layers: Vec<Layer>,
    /// Who is signed in.
    pub session: Option<Session>,
    /// The message line.
    pub message: Message,
    /// Earlier messages, newest last, for 菜单.
    pub messages: Vec<String>,
    /// Columns and rows.
    pub size: (u16, u16),
    /// The time of the last message.
    pub now: Now,
    /// The rule file in force.
    pub rules: Arc<Rules>,
    /// Settings.
    pub settings: Settings,
    /// When the last key came, for locking when idle.
    pub last_key: Moment,
    /// Why the data is only looked at, where it is so.
    pub viewing: Option<String>,
    /// Ctrl+G was pressed and a digit is awaited.
    pub awaits_digit: bool,
    /// Ctrl+C was pressed once.
    pub interrupted: bool,
    /// What the signed-in person handed in last, for 「同上一单」 in the next form.
    last_form: Option<TransferForm>,
    /// Since when nobody is signed in while the database is still open.
    locked_at: Option<Moment>,
    tickets: u64,
}

impl State {
    /// A state with one screen, and what that screen asks for.
    pub fn new(first: Layer, rules: Arc<Rules>, size: (u16, u16), now: Now) -> (Self, Vec<Effect>) {
        let mut state = Self {
            layers: vec![first],
            session: None,
            message: Message::default(),
            messages: Vec::new(),
            size,
            now,
            rules,
            settings: Settings::default(),
            last_key: now.moment,
            viewing: None,
            awaits_digit: false,
            interrupted: false,
            last_form: None,
            locked_at: None,
            tickets: 0,
        };
        let effects = state.enter_top();
        (state, effects)
    }

    /// The layer that has the keys.
    pub fn top(&self) -> &Layer {
        self.layers.last().unwrap_or_else(|| unreachable!("layers are never empty"))
    }

    /// Whether the terminal is too small to work in.
    pub fn too_small(&self) -> bool {
        self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1
    }

    /// The next instant at which something is due: a draft to keep, the idle lock, a number to hide.
    pub fn deadline(&self) -> Option<Moment> {
        self.layers.iter().filter_map(Layer::deadline).chain(self.leaving_at()).min()
    }

    /// Opens for looking only: says why, and asks whether to go on so.
    pub fn view_only(&mut self, why: String) -> Vec<Effect> {
        let popup = super::screens::guard::occupied(&why);
        self.viewing = Some(why);
        self.navigate(Nav::Push(Box::new(popup.into())))
    }

    /// Opens a layer in place of everything, as after signing in, and returns what it asks for.
    pub fn reset(&mut self, layer: Layer) -> Vec<Effect> {
        self.navigate(Nav::Reset(Box::new(layer)))
    }

    fn ctx<'a>(
        (now, session, rules, size): (Now, Option<&'a Session>, &'a Rules, (u16, u16)),
        tickets: &'a mut u64,
    ) -> Ctx<'a> {
        Ctx { now, session, rules, size, tickets }
    }

    fn with_layer(
        &mut self,
        idx: usize,
        f: impl FnOnce(&mut Layer, &mut Ctx<'_>) -> Out,
    ) -> Vec<Effect> {
        let facts = (self.now, self.session.as_ref(), self.rules.as_ref(), self.size);
        let mut ctx = Self::ctx(facts, &mut self.tickets);
        let Some(layer) = self.layers.get_mut(idx) else { return Vec::new() };
        let out = f(layer, &mut ctx);
        self.follow(out)
    }

    fn with_top(&mut self, f: impl FnOnce(&mut Layer, &mut Ctx<'_>) -> Out) -> Vec<Effect> {
        self.with_layer(self.layers.len() - 1, f)
    }

    fn enter_top(&mut self) -> Vec<Effect> {
        self.with_top(Layer::enter)
    }

    fn follow(&mut self, out: Out) -> Vec<Effect> {
        for effect in &out.effects {
            if let Effect::SaveSettings(settings) = effect {
                self.settings = settings.clone();
            }
        }
        let mut effects = out.effects;
        for nav in out.nav {
            effects.extend(self.navigate(nav));
        }
        if effects.contains(&Effect::Lock) {
            effects.retain(|effect| *effect != Effect::Lock);
            effects.extend(lock(self));
        }
        effects
    }

    fn navigate(&mut self, nav: Nav) -> Vec<Effect> {
        match nav {
            Nav::Push(mut layer) => {
                self.tell(&mut layer);
                self.layers.push(*layer);
                self.enter_top()
            }
            Nav::Pop => {
                if self.layers.len() > 1 {
                    self.layers.pop();
                }
                Vec::new()
            }
            Nav::Give(given) => {
                if self.layers.len() > 1 {
                    self.layers.pop();
                }
                self.with_top(|layer, ctx| layer.given(given, ctx))
            }
            Nav::Reset(mut layer) => {
                self.tell(&mut layer);
                self.layers = vec![*layer];
                self.enter_top()
            }
            Nav::Say(message) => {
                self.say(message);
                Vec::new()
            }
        }
    }

    /// Tells a layer that is opened what only the state knows.
    fn tell(&self, layer: &mut Layer) {
        match layer {
            Layer::Record(record) => record.show_settings(&self.settings),
            Layer::Apply(apply) => apply.remember(self.last_form.as_ref()),
            _ => {}
        }
    }

    fn say(&mut self, message: Message) {
        if !message.text.is_empty() {
            self.messages.push(message.text.clone());
        }
        self.message = message;
    }
}

/// Takes a message, changes the state, and returns what the world shall do.
pub fn update(state: &mut State, msg: Msg, now: Now) -> Vec<Effect> {
    state.now = now;
    state.follow_clock();
    match msg {
        // A key after a long pause, as when the machine slept, finds the desk locked and is dropped.
        Msg::Press(_) | Msg::Paste(_) if state.is_idle() => due(state),
        Msg::Resized(cols, rows) => {
            state.size = (cols, rows);
            vec![Effect::Redraw]
        }
        Msg::Press(press) => {
            let mut effects = lock::seal_if_due(state);
            effects.extend(pressed(state, press));
            effects
        }
        Msg::Paste(text) => pasted(state, text),
        Msg::Reply(reply) => replied(state, &reply),
        Msg::Due => due(state),
        Msg::Slept => lock::slept(state),
    }
}

/// A fault says what to do next at its end, so one that does not fit its line is shown whole.
fn spell_out(state: &mut State, title: &str, sentence: &str) -> Vec<Effect> {
    let room = usize::from(state.size.0).saturating_sub(4);
    if !sentence.contains('\n') && columns(sentence) <= room {
        return Vec::new();
    }
    let lines = sentence.lines().map(str::to_owned).collect();
    let notice = super::screens::choice::Choice::notice(title, lines);
    state.navigate(Nav::Push(Box::new(notice.into())))
}

fn pressed(state: &mut State, press: Press) -> Vec<Effect> {
    state.last_key = state.now.moment;
    if press.ctrl && press.key == Key::Char('c') {
        return interrupt(state);
    }
    state.interrupted = false;
    if state.too_small() {
        return if press.ctrl && press.key == Key::Char('q') {
            vec![Effect::Quit]
        } else {
            Vec::new()
        };
    }
    if press.ctrl && press.key == Key::Char('g') {
        state.awaits_digit = true;
        state.say(Message::note("再按一个数字：和同号的 F 键一样。Esc 不要。"));
        return Vec::new();
    }
    let press = after_ctrl_g(state, press);
    let (screen, focus) = (state.top().screen(), state.top().focus());
    state.say(Message::default());
    let input = table::read(screen, focus, press);
    act(state, input)
}

fn after_ctrl_g(state: &mut State, press: Press) -> Press {
    if !std::mem::take(&mut state.awaits_digit) {
        return press;
    }
    match press.key {
        Key::Char('0') => Press::plain(Key::F(10)),
        Key::Char(c @ '1'..='9') => Press::plain(Key::F(c as u8 - b'0')),
        _ => press,
    }
}

fn interrupt(state: &mut State) -> Vec<Effect> {
    if std::mem::replace(&mut state.interrupted, true) {
        return vec![Effect::Quit];
    }
    state.say(Message::note("要退出请再按一次 Ctrl+C，或按 Ctrl+Q。草稿都已保存。"));
    Vec::new()
}

fn pasted(state: &mut State, text: String) -> Vec<Effect> {
    state.last_key = state.now.moment;
    if state.too_small() {
        return Vec::new();
    }
    match state.top().focus() {
        Focus::Choices => {
            state.say(Message::warning("这里不能粘贴。请按数字选一项，或按 Esc 返回。"));
            Vec::new()
        }
        Focus::List | Focus::Text | Focus::Search => act(state, Input::Type(text)),
    }
}

fn act(state: &mut State, input: Input) -> Vec<Effect> {
    match input {
        Input::Unknown => {
            state.say(Message::note("这个键在这里没有用。按 1（输入文字时按 F1）看帮助。"));
            Vec::new()
        }
        Input::Do(Action::Quit) => vec![Effect::Quit],
        Input::Do(Action::Redraw) => vec![Effect::Redraw],
        Input::Do(Action::Lock) => lock(state),
        Input::Do(Action::Help) if !matches!(state.top(), Layer::Text(_)) => help(state),
        Input::Do(Action::Menu) if state.session.is_some() => menu(state),
        other => state.with_top(|layer, ctx| layer.act(other, ctx)),
    }
}

fn help(state: &mut State) -> Vec<Effect> {
    let page = super::screens::text::help(state.top(), &state.rules);
    state.navigate(Nav::Push(Box::new(page.into())))
}

fn menu(state: &mut State) -> Vec<Effect> {
    let facts = (state.now, state.session.as_ref(), state.rules.as_ref(), state.size);
    let ctx = State::ctx(facts, &mut state.tickets);
    let popup = super::screens::choice::menu(&ctx, &state.messages);
    state.navigate(Nav::Push(Box::new(popup.into())))
}

fn replied(state: &mut State, reply: &Reply) -> Vec<Effect> {
    note_session(state, reply);
    let mut effects = Vec::new();
    // An answer may close layers, so the index is checked again by `with_layer`.
    for idx in (0..state.layers.len()).rev() {
        effects.extend(state.with_layer(idx, |layer, ctx| layer.reply(reply, ctx)));
    }
    if let Reply::Submitted { number, next, .. } = reply {
        state.messages.push(handed_in(number, next));
        state.last_form = state.layers.iter().rev().find_map(last_form).or(state.last_form.take());
    }
    if let Reply::Warned(sentence) = reply {
        state.say(Message::warning(sentence.clone()));
        effects.extend(spell_out(state, "请注意", sentence));
    }
    effects.extend(about_the_data(state, reply));
    if let Reply::Failed(_, fault) = reply {
        state.say(Message::warning(fault.sentence.clone()));
        effects.extend(spell_out(state, "没有办成", &fault.sentence));
    }
    effects
}

/// What concerns the data as a whole, whatever screen is open.
fn about_the_data(state: &mut State, reply: &Reply) -> Vec<Effect> {
    use super::screens::guard;
    match reply {
        Reply::ViewOnly(why) => {
            state.viewing.clone_from(why);
            Vec::new()
        }
        Reply::Damaged { sentence, backup } => {
            state.message = Message::default();
            let popup = guard::damaged(sentence, backup.as_ref());
            state.navigate(Nav::Push(Box::new(popup.into())))
        }
        Reply::BackedUp(sentence) => {
            state.message = Message::default();
            let popup = guard::backed_up(sentence);
            state.navigate(Nav::Push(Box::new(popup.into())))
        }
        Reply::Restored(sentence) => {
            state.session = None;
            state.message = Message::default();
            state.layers = vec![super::screens::sign_in::SignIn::new(true, false).into()];
            let popup = guard::restored(sentence);
            state.navigate(Nav::Push(Box::new(popup.into())))
        }
        _ => Vec::new(),
    }
}

fn last_form(layer: &Layer) -> Option<TransferForm> {
    match layer {
        Layer::Apply(apply) => apply.last().cloned(),
        _ => None,
    }
}

/// Keeps who is signed in true before any screen sees the answer.
fn note_session(state: &mut State, reply: &Reply) {
    match reply {
        Reply::OfficeReady(a) | Reply::SignedIn(a) | Reply::PasswordChanged(a) => {
            let counts = state.session.take().map_or(Counts::default(), |s| s.counts);
            state.session = Some(Session { actor: a.actor.clone(), demo: a.demo, counts });
            state.last_key = state.now.moment;
            state.locked_at = None;
            state.say(Message::note(a.notice.clone()));
        }
        // Where the desk was covered already, somebody may be typing a password by now.
        Reply::Locked if state.locked_at.is_some() && state.session.is_none() => {}
        Reply::Locked => cover(state),
        // What was under way when these come is over; the screens may say more.
        Reply::Findings(..) | Reply::AccountIssued { .. } | Reply::OfficePrepared { .. } => {
            state.message = Message::default();
        }
        Reply::Counts(_, counts) => {
            if let Some(session) = &mut state.session {
                session.counts = *counts;
            }
        }
        _ => {}
    }
}
