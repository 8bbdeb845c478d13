//! What tests of screens share: a desk with somebody signed in, keys to press, and the screen as
//! lines of text.

use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::width::width;
use crate::domain::account::Role;
use crate::domain::filter::Counts;
use crate::domain::ids::Now;
use crate::domain::testing::actor;
use crate::keys::notation::parse_keys;
use crate::model::effect::{Effect, Reply};
use crate::model::layer::Layer;
use crate::model::sample::{at, own_path};
use crate::model::screens::sign_in::SignIn;
use crate::model::state::{Msg, Session, State, update};
use crate::rules::Rules;

/// The frozen time of all screen tests: 2020-06-02 10:00 in China.
pub fn now() -> Now {
    at(2020, 6, 2)
}

/// A state of 80x24 with this layer alone, somebody signed in, and what the layer asked for.
pub fn desk(first: impl Into<Layer>, role: Role) -> (State, Vec<Effect>) {
    let (mut state, _) = State::new(SignIn::locked().into(), rules(), (80, 24), now());
    state.session = Some(Session {
        actor: actor(role, &own_path()),
        demo: false,
        counts: Counts { views: [3, 12, 1, 2, 214, 229], drafts: 1 },
    });
    let effects = state.reset(first.into());
    (state, effects)
}

/// The shipped rules.
pub fn rules() -> Arc<Rules> {
    Arc::new(Rules::national())
}

/// Presses keys in the notation of `keys::notation` and gathers what was asked of the world.
pub fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let presses = parse_keys(keys).unwrap();
    presses.into_iter().flat_map(|press| update(state, Msg::Press(press), now())).collect()
}

/// Hands an answer of the world in.
pub fn reply(state: &mut State, reply: Reply) -> Vec<Effect> {
    update(state, Msg::Reply(Box::new(reply)), now())
}

/// Changes the size of the terminal.
pub fn resize(state: &mut State, cols: u16, rows: u16) {
    drop(update(state, Msg::Resized(cols, rows), now()));
}

/// The screen as lines, each wide character once.
pub fn dump(state: &State, cols: u16, rows: u16) -> Vec<String> {
    lines_of(painted(state, cols, rows).backend().buffer())
}

/// Where the real cursor stands: column and row.
pub fn cursor(state: &State, cols: u16, rows: u16) -> (u16, u16) {
    let position = painted(state, cols, rows).get_cursor_position().unwrap();
    (position.x, position.y)
}

/// The lines of a buffer, each wide character once.
pub fn lines_of(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    (area.top()..area.bottom()).map(|y| line_of(buffer, y)).collect()
}

fn line_of(buffer: &Buffer, y: u16) -> String {
    let (mut line, mut x) = (String::new(), buffer.area.left());
    while x < buffer.area.right() {
        let symbol = buffer[(x, y)].symbol();
        line += symbol;
        x += u16::try_from(width(symbol).max(1)).unwrap();
    }
    line
}

fn painted(state: &State, cols: u16, rows: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(cols, rows)).unwrap();
    terminal.draw(|frame| super::frame(state, frame)).unwrap();
    terminal
}
