//! State to cells: the only home of widgets.
//!
//! [`frame`] draws the whole screen from the state and changes nothing. Each screen has a file in
//! [`screens`]; what they share (theme, widths, tables, forms, popups, chrome) is beside it.

pub mod browse;
pub mod chrome;
pub mod form;
pub mod popup;
pub mod screens;
pub mod table;
#[cfg(test)]
pub mod testing;
pub mod theme;
pub mod transfer;
pub mod width;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::model::State;
use crate::model::layer::Layer;
use theme::Theme;

/// What every drawing function may look at.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The state.
    pub state: &'a State,
    /// Styles and marks.
    pub theme: Theme,
}

/// Draws everything and puts the real cursor where the focus is: input methods and screen readers
/// follow it (ux.md 6.3).
pub fn frame(state: &State, frame: &mut Frame<'_>) {
    let scene = Scene { state, theme: Theme::of(&state.settings) };
    if state.too_small() {
        return chrome::too_small(scene, frame);
    }
    let [title, body, message, footer] = chrome::areas(frame.area());
    chrome::title(scene, frame, title);
    let mut cursor = None;
    for layer in visible(&state.layers) {
        cursor = draw(layer, scene, frame, body);
    }
    chrome::message(scene, frame, message);
    chrome::footer(scene, frame, footer);
    frame.set_cursor_position(cursor.unwrap_or(Position::new(0, message.y)));
}

/// The topmost full screen and the popups over it.
fn visible(layers: &[Layer]) -> &[Layer] {
    let first = layers.iter().rposition(|layer| !layer.is_popup()).unwrap_or(0);
    layers.get(first..).unwrap_or_default()
}

fn draw(layer: &Layer, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) -> Option<Position> {
    use screens as s;
    match layer {
        Layer::Setup(screen) => s::setup::draw(screen, scene, frame, area),
        Layer::SignIn(screen) => s::sign_in::draw(screen, scene, frame, area),
        Layer::Home(screen) => s::home::draw(screen, scene, frame, area),
        Layer::Card(screen) => s::card::draw(screen, scene, frame, area),
        Layer::Apply(screen) => s::apply::draw(screen, scene, frame, area),
        Layer::Record(screen) => s::record::draw(screen, scene, frame, area),
        Layer::Pick(screen) => s::pick::draw(screen, scene, frame, area),
        Layer::Choice(screen) => s::choice::draw(screen, scene, frame, area),
        Layer::Members(screen) => s::members::draw(screen, scene, frame, area),
        Layer::Organisations(screen) => s::organisations::draw(screen, scene, frame, area),
        Layer::Accounts(screen) => s::accounts::draw(screen, scene, frame, area),
        Layer::Reconcile(screen) => s::reconcile::draw(screen, scene, frame, area),
        Layer::Audit(screen) => s::audit::draw(screen, scene, frame, area),
        Layer::Letters(screen) => s::letters::draw(screen, scene, frame, area),
        Layer::Corrections(screen) => s::corrections::draw(screen, scene, frame, area),
        Layer::Exports(screen) => s::exports::draw(screen, scene, frame, area),
        Layer::Reminders(screen) => s::reminders::draw(screen, scene, frame, area),
        Layer::Page(screen) => s::page::draw(screen, scene, frame, area),
        Layer::Import(screen) => s::import::draw(screen, scene, frame, area),
        Layer::Text(screen) => s::text::draw(screen, scene, frame, area),
        Layer::Centre(screen) => s::centre::draw(screen, scene, frame, area),
    }
}
