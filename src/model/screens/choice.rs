//! A popup of numbered choices: 办理, 菜单, 新建, 排序 and results.
//!
//! It holds what each choice releases. A choice that is not possible stays listed in brackets and
//! says why, so that the numbers of the others never shift under somebody's fingers.

use super::doors::Door;
use crate::domain::ids::OrgId;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{Decision, Effect, Reply};
use crate::model::layer::{Ctx, Given, Out};

pub use super::menu::menu;

/// What a choice does.
#[derive(Clone, PartialEq)]
pub enum Release {
    /// Asks this of the world.
    Effect(Effect),
    /// Opens a screen in place of the popup.
    Open(Door),
    /// Picks a branch below an organisation first, then decides with it.
    Place(Decision, OrgId),
    /// Hands this to the layer below.
    Give(Given),
    /// Says this.
    Say(String),
    /// Closes the popup.
    Close,
}

/// One choice.
#[derive(Clone, PartialEq)]
pub struct ChoiceItem {
    /// Its words.
    pub label: String,
    /// Why it is not possible, if so.
    pub refusal: Option<String>,
    /// What it does.
    pub release: Release,
}

impl ChoiceItem {
    /// A possible choice.
    pub fn new(label: impl Into<String>, release: Release) -> Self {
        Self { label: label.into(), refusal: None, release }
    }

    /// The same, not possible for a reason where one is given.
    pub fn unless(self, refusal: Option<String>) -> Self {
        Self { refusal, ..self }
    }
}

/// The popup.
#[derive(Clone, PartialEq, Default)]
pub struct Choice {
    /// Heading.
    pub title: String,
    /// What is decided about.
    pub lines: Vec<String>,
    /// First line shown, where not all fit.
    pub scroll: usize,
    /// Choices in their order; the first nine have a digit.
    pub options: Vec<ChoiceItem>,
    /// Index of the chosen one.
    pub selected: usize,
    /// A remark below the choices; may be empty.
    pub note: String,
    placing: Option<Decision>,
}

impl Choice {
    /// A popup with its first possible choice chosen.
    pub fn new(title: impl Into<String>, lines: Vec<String>, options: Vec<ChoiceItem>) -> Self {
        let selected = options.iter().position(|item| item.refusal.is_none()).unwrap_or(0);
        Self { title: title.into(), lines, options, selected, ..Self::default() }
    }

    /// Lines to read, and one choice that closes.
    pub fn notice(title: impl Into<String>, lines: Vec<String>) -> Self {
        Self::new(title, lines, vec![ChoiceItem::new("知道了", Release::Close)])
    }

    /// The same with a remark below the choices.
    pub fn noting(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Popup
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::Choices
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        self.title.clone()
    }

    /// Takes an input.
    #[expect(clippy::needless_pass_by_value, reason = "every screen takes its input alike")]
    pub fn act(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Out {
        match input {
            Input::Do(Action::Choose(n)) => self.choose(usize::from(n).saturating_sub(1)),
            Input::Do(Action::Enter) => self.choose(self.selected),
            Input::Do(Action::Back) => Out::nothing().pop(),
            Input::Do(action) => {
                self.moved(action);
                Out::nothing()
            }
            Input::Type(_) | Input::Unknown => {
                Out::nothing().say("请按数字选一项，或按上下键移动后按 Enter。按 Esc 返回。")
            }
        }
    }

    fn moved(&mut self, action: Action) {
        let last = self.options.len().saturating_sub(1);
        let last_line = self.lines.len().saturating_sub(1);
        match action {
            // Round and round: what stands beyond the nine digits is near from the top as well.
            Action::Up | Action::PreviousPane => {
                self.selected = self.selected.checked_sub(1).unwrap_or(last);
            }
            Action::Down | Action::NextPane if self.selected == last => self.selected = 0,
            Action::Down | Action::NextPane => self.selected += 1,
            Action::First => self.selected = 0,
            Action::Last => self.selected = last,
            Action::PageUp => self.scroll = self.scroll.saturating_sub(5),
            Action::PageDown => self.scroll = (self.scroll + 5).min(last_line),
            _ => {}
        }
    }

    fn choose(&mut self, at: usize) -> Out {
        let Some(item) = self.options.get(at) else {
            let keys = match self.options.len().min(9) {
                0 | 1 => "1".to_owned(),
                n => format!("1 到 {n}"),
            };
            return Out::nothing().warn(format!("没有这个号。请按 {keys}，或按 Esc 返回。"));
        };
        self.selected = at;
        if let Some(refusal) = &item.refusal {
            return Out::nothing().warn(refusal.clone());
        }
        match item.release.clone() {
            Release::Effect(effect) => {
                let said = meanwhile(&effect);
                said.into_iter().fold(Out::nothing().pop().effect(effect), Out::say)
            }
            Release::Open(Door::Home) => Out::nothing().reset(Door::Home.open()),
            Release::Open(door) => Out::nothing().pop().push(door.open()),
            Release::Give(given) => Out::nothing().give(given),
            Release::Say(text) => Out::nothing().pop().say(text),
            Release::Close => Out::nothing().pop(),
            Release::Place(decision, destination) => {
                self.placing = Some(decision);
                Out::nothing().push(Door::Branch(destination).open())
            }
        }
    }

    /// Takes an answer of the world: none concerns a popup.
    pub fn reply(&mut self, _reply: &Reply, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Takes the branch that was picked, and decides with it.
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        match (self.placing.take(), given) {
            (Some(decision), Given::Org(Some(branch), _, _)) => {
                let decision = Decision { branch: Some(branch), ..decision };
                Out::nothing().pop().effect(Effect::Decide(decision))
            }
            (Some(_), Given::Typed(_) | Given::Org(None, _, _)) => {
                Out::nothing().warn("分配时只能选本库里的团支部，不能手填。请再选一个。")
            }
            _ => Out::nothing(),
        }
    }

    /// Needs no data.
    pub fn enter(&mut self, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }
}

/// What is said until a slow disk has answered (R33); the answer takes its place.
fn meanwhile(effect: &Effect) -> Option<&'static str> {
    match effect {
        Effect::Decide(_) => Some("正在保存.."),
        Effect::BackUp => Some("正在备份.."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::model::layer::Layer;
    use crate::model::screens::home::Home;
    use crate::view::testing::{cursor, desk, dump, press};

    fn popup() -> Choice {
        let items = vec![
            ChoiceItem::new("同意", Release::Say("不该".to_owned()))
                .unless(Some("这一步要由对方办理。".to_owned())),
            ChoiceItem::new("锁屏", Release::Effect(Effect::Lock)),
            ChoiceItem::new("团员", Release::Open(Door::Members)),
        ];
        Choice::new("办理转接", vec!["转出人 孔维嘉".to_owned()], items).noting("原样显示给对方。")
    }

    fn open() -> crate::model::State {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        state.layers.push(popup().into());
        state
    }

    #[test]
    fn a_digit_acts_at_once_and_an_impossible_one_says_why() {
        let mut state = open();
        assert!(press(&mut state, "1").is_empty());
        assert_eq!(state.message.text, "这一步要由对方办理。");
        assert_eq!(state.layers.len(), 2);
        assert!(press(&mut state, "9").is_empty());
        assert!(state.message.text.contains("没有这个号"));
        assert!(press(&mut state, "2") == [Effect::Lock, Effect::Redraw]);
        assert_eq!(state.layers.len(), 1);
    }

    #[test]
    fn arrows_and_enter_do_the_same_and_escape_does_nothing() {
        let mut state = open();
        press(&mut state, "<down><enter>");
        assert!(matches!(state.top(), Layer::Members(_)));
        let mut state = open();
        assert!(press(&mut state, "<esc>").is_empty());
        assert!(matches!(state.top(), Layer::Home(_)));
    }

    #[test]
    fn lines_that_all_fit_do_not_scroll_away() {
        let mut state = open();
        let before = dump(&state, 80, 24);
        press(&mut state, "<pgdn>");
        assert_eq!(dump(&state, 80, 24), before);
    }

    #[test]
    fn the_last_choice_is_one_step_up_from_the_first() {
        let mut state = open();
        drop(press(&mut state, "<home><up><enter>"));
        assert!(matches!(state.top(), Layer::Members(_)), "the third of three");
    }

    #[test]
    fn the_popup_shows_brackets_numbers_and_the_cursor() {
        let mut state = open();
        let lines = dump(&state, 80, 24).join("\n");
        for wanted in ["办理转接", "转出人 孔维嘉", "(1 同意)", "► 2 锁屏", "3 团员", "原样显示"]
        {
            assert!(lines.contains(wanted), "{wanted}\n{lines}");
        }
        let before = cursor(&state, 80, 24);
        press(&mut state, "<down>");
        assert_eq!(cursor(&state, 80, 24), (before.0, before.1 + 1));
    }
}
