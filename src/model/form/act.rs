//! What keys do in a form (ux.md 6.2, 6.5): Enter goes on and never submits from a text.

use super::field::MOST_IN_A_ROW;
use super::{DigitRun, Field, FieldKind, Form, FormEvent, refused};
use crate::keys::action::Action;
use crate::keys::table::Input;
use crate::model::text_field::{Motion, TextField};

/// What somebody types into a field to say 「同上一单」.
const SAME_AS_LAST: [&str; 2] = ["..", "。。"];

impl Form {
    /// Takes an input and tells what happened, in order.
    pub fn act(&mut self, input: Input) -> Vec<FormEvent> {
        let run = std::mem::take(&mut self.digits);
        match input {
            Input::Type(text) if run != DigitRun::None && digit(&text).is_some() => {
                self.another_digit(run)
            }
            Input::Type(text) => self.typed(&text),
            Input::Do(action) => self.done(action),
            Input::Unknown => vec![FormEvent::Unknown],
        }
    }

    fn done(&mut self, action: Action) -> Vec<FormEvent> {
        match action {
            Action::Enter if self.on_button => self.submit(),
            Action::Enter | Action::Down | Action::NextPane => self.go_on(),
            Action::Up | Action::PreviousPane => self.go_back(),
            Action::Left => self.sideways(Motion::Left),
            Action::Right => self.sideways(Motion::Right),
            Action::First => self.sideways(Motion::Home),
            Action::Last => self.sideways(Motion::End),
            Action::Backspace => self.edited(TextField::backspace),
            Action::Delete => self.edited(TextField::delete),
            Action::Clear => self.cleared(),
            Action::Undo => self.undone(),
            Action::Redo => self.redone(),
            Action::Options => self.expanded(),
            Action::Pick => self.looked_up(String::new()),
            Action::Find => self.next_fault(),
            Action::Decide => self.submit(),
            Action::Save => vec![FormEvent::Save],
            Action::SameAsLast => vec![FormEvent::SameAsLast(None)],
            Action::Back => vec![FormEvent::Cancel],
            _ => vec![FormEvent::Unknown],
        }
    }

    fn submit(&mut self) -> Vec<FormEvent> {
        self.check_all();
        vec![FormEvent::Submit]
    }

    /// Leaves the field, which is checked now and not while it is typed.
    fn leave(&mut self) -> Vec<FormEvent> {
        let Some(id) = self.focused().map(|f| f.id) else { return Vec::new() };
        let Some(field) = self.get_mut(id) else { return Vec::new() };
        if SAME_AS_LAST.contains(&field.answer().trim()) && field.typed().is_some() {
            return vec![FormEvent::SameAsLast(Some(id))];
        }
        field.fault = field.own_fault();
        vec![FormEvent::Left(id)]
    }

    fn go_on(&mut self) -> Vec<FormEvent> {
        if self.on_button {
            return Vec::new();
        }
        let events = self.leave();
        let later = self.fields.iter().enumerate().skip(self.focus + 1);
        match later.into_iter().find(|(_, f)| f.takes_focus()).map(|(i, _)| i) {
            Some(place) => self.focus = place,
            None => self.on_button = true,
        }
        events
    }

    fn go_back(&mut self) -> Vec<FormEvent> {
        let events = self.leave();
        let end = if self.on_button { self.fields.len() } else { self.focus };
        let earlier = self.fields.iter().take(end).rposition(Field::takes_focus);
        if let Some(place) = earlier {
            self.focus = place;
            self.on_button = false;
        }
        events
    }

    fn sideways(&mut self, motion: Motion) -> Vec<FormEvent> {
        let Some(field) = self.focused().map(|f| f.id).and_then(|id| self.get_mut(id)) else {
            return Vec::new();
        };
        match &field.kind {
            FieldKind::Choice { options, chosen } if options.len() <= MOST_IN_A_ROW => {
                let place = switched(*chosen, options.len(), motion);
                let option = options.get(place).map(|(id, _)| id.clone()).unwrap_or_default();
                self.took(field_id(self), &option)
            }
            FieldKind::Choice { .. } => {
                vec![FormEvent::Said("选项多于 3 个：按 F4 展开，或直接按数字选。".to_owned())]
            }
            FieldKind::Lookup { .. } => vec![FormEvent::Said("按 F7 选择。".to_owned())],
            FieldKind::Line(_) | FieldKind::Paragraph(_) | FieldKind::Secret(_) => {
                if let Some(text) = field.typed_mut() {
                    text.go(motion);
                }
                Vec::new()
            }
            FieldKind::Fixed(_) => Vec::new(),
        }
    }

    fn took(&mut self, id: &'static str, option: &str) -> Vec<FormEvent> {
        if self.text(id) == option {
            return Vec::new();
        }
        self.choose(id, option);
        vec![FormEvent::Changed(id)]
    }

    /// A first digit takes the option of its number at once, as in every list of choices.
    fn numbered(&mut self, id: &'static str, option: &str) -> Vec<FormEvent> {
        let events = self.took(id, option);
        self.digits = if events.is_empty() { DigitRun::Kept } else { DigitRun::Took };
        events
    }

    /// A second digit says that the first was part of a number: the option is put back.
    fn another_digit(&mut self, run: DigitRun) -> Vec<FormEvent> {
        let label = self.focused().map_or("", |field| &field.label);
        let said = format!("「{label}」是选择，填不了号码，选项没有变。要选，请按 F4 展开。");
        let mut events = vec![FormEvent::Warned(said)];
        if run == DigitRun::Took
            && let Some(step) = self.done.pop()
        {
            let (id, _) = self.swap(step);
            events.insert(0, FormEvent::Changed(id));
        }
        self.digits = DigitRun::Number;
        events
    }

    fn typed(&mut self, text: &str) -> Vec<FormEvent> {
        let Some(field) = self.focused() else {
            return vec![FormEvent::Said(
                "现在在按钮上。按 Enter 办理，按上键回到表里。".to_owned(),
            )];
        };
        let id = field.id;
        match &field.kind {
            // A burst of keys arrives as one text.
            FieldKind::Choice { options, .. }
                if digit(text) > Some(options.len()) && several(text) =>
            {
                self.another_digit(DigitRun::Kept)
            }
            FieldKind::Choice { options, .. } => {
                let option = numbered(options, text);
                option.map_or_else(
                    || vec![FormEvent::Expand(id)],
                    |option| self.numbered(id, &option),
                )
            }
            FieldKind::Lookup { .. } => vec![FormEvent::Lookup(id, text.trim().to_owned())],
            FieldKind::Fixed(_) => vec![FormEvent::Unknown],
            FieldKind::Line(_) | FieldKind::Paragraph(_) | FieldKind::Secret(_) => {
                self.inserted(id, text)
            }
        }
    }

    fn inserted(&mut self, id: &'static str, text: &str) -> Vec<FormEvent> {
        let Some(field) = self.get_mut(id) else { return Vec::new() };
        let one_line = !matches!(field.kind, FieldKind::Paragraph(_));
        let rest = field.typed_mut().map(|t| t.insert(text)).unwrap_or_default();
        let mut events = vec![FormEvent::Changed(id)];
        let lines = text.trim().lines().count();
        if !rest.is_empty() {
            events.push(refused(field, &rest));
        } else if one_line && lines > 1 {
            let said = format!("粘贴的内容有 {lines} 行，已并成一行。不要的话按 Ctrl+Z。");
            events.push(FormEvent::Said(said));
        }
        events
    }

    fn edited(&mut self, edit: impl FnOnce(&mut TextField) -> bool) -> Vec<FormEvent> {
        let Some(id) = self.focused().map(|f| f.id) else { return Vec::new() };
        let changed = self.get_mut(id).and_then(|f| f.typed_mut()).is_some_and(edit);
        if changed {
            return vec![FormEvent::Changed(id)];
        }
        let picked = self.get(id).is_some_and(|f| matches!(f.kind, FieldKind::Lookup { .. }));
        if picked { self.cleared() } else { Vec::new() }
    }

    fn cleared(&mut self) -> Vec<FormEvent> {
        let Some(id) = self.focused().filter(|f| !f.answer().is_empty()).map(|f| f.id) else {
            return Vec::new();
        };
        match self.get_mut(id).and_then(|f| f.typed_mut()) {
            Some(text) => text.clear(),
            None => self.step(id, |field| field.set_answer("")),
        }
        vec![FormEvent::Changed(id)]
    }

    /// Takes back typing in this field first, then choices and lookups anywhere.
    fn undone(&mut self) -> Vec<FormEvent> {
        if let Some(id) = self.retyped(TextField::undo) {
            return vec![FormEvent::Changed(id)];
        }
        let Some(step) = self.done.pop() else {
            return vec![FormEvent::Said("没有可以撤销的了。".to_owned())];
        };
        let (id, now) = self.swap(step);
        self.undone.extend(now);
        vec![FormEvent::Changed(id)]
    }

    fn redone(&mut self) -> Vec<FormEvent> {
        if let Some(id) = self.retyped(TextField::redo) {
            return vec![FormEvent::Changed(id)];
        }
        let Some(step) = self.undone.pop() else {
            return vec![FormEvent::Said("没有可以重做的了。".to_owned())];
        };
        let (id, now) = self.swap(step);
        self.done.extend(now);
        vec![FormEvent::Changed(id)]
    }

    fn retyped(&mut self, change: impl FnOnce(&mut TextField) -> bool) -> Option<&'static str> {
        let id = self.focused()?.id;
        let changed = self.get_mut(id)?.typed_mut().is_some_and(change);
        changed.then_some(id)
    }

    /// Puts an earlier content back and gives the one that it replaces.
    fn swap(
        &mut self,
        (id, kind): (&'static str, FieldKind),
    ) -> (&'static str, Option<(&'static str, FieldKind)>) {
        let now = self.get_mut(id).map(|field| std::mem::replace(&mut field.kind, kind));
        self.focus_on(id);
        (id, now.map(|now| (id, now)))
    }

    fn expanded(&mut self) -> Vec<FormEvent> {
        match self.focused() {
            Some(field) if matches!(field.kind, FieldKind::Choice { .. }) => {
                vec![FormEvent::Expand(field.id)]
            }
            Some(field) if matches!(field.kind, FieldKind::Lookup { .. }) => {
                self.looked_up(String::new())
            }
            _ => vec![FormEvent::Said("这一项直接输入，没有选项可展开。".to_owned())],
        }
    }

    fn looked_up(&mut self, search: String) -> Vec<FormEvent> {
        let here = self.focused().filter(|f| matches!(f.kind, FieldKind::Lookup { .. }));
        let event = match here {
            Some(field) => FormEvent::Lookup(field.id, search),
            None => FormEvent::Said("这一项直接输入，不用选择。".to_owned()),
        };
        vec![event]
    }

    /// F3: the next faulty field after the focus, and round again from the top.
    fn next_fault(&mut self) -> Vec<FormEvent> {
        let events = self.leave();
        let faulty = |i: usize| self.fields.get(i).is_some_and(|f| f.fault.is_some() && !f.hidden);
        let n = self.fields.len();
        let start = if self.on_button { 0 } else { self.focus + 1 };
        let next = (0..n).map(|step| (start + step) % n.max(1)).find(|i| faulty(*i));
        let said = match next {
            Some(place) => {
                self.focus = place;
                self.on_button = false;
                self.faults_sentence().unwrap_or_default()
            }
            None => "没有要改的地方。按 F8 提交。".to_owned(),
        };
        events.into_iter().chain([FormEvent::Said(said)]).collect()
    }
}

fn field_id(form: &Form) -> &'static str {
    form.focused().map_or("", |f| f.id)
}

fn switched(chosen: Option<usize>, n: usize, motion: Motion) -> usize {
    let last = n.saturating_sub(1);
    match (motion, chosen) {
        (Motion::Left | Motion::WordLeft, Some(i)) => i.saturating_sub(1),
        (Motion::Right | Motion::WordRight, Some(i)) => (i + 1).min(last),
        (Motion::End, _) => last,
        (Motion::Left | Motion::WordLeft | Motion::Right | Motion::WordRight, None)
        | (Motion::Home, _) => 0,
    }
}

/// The option that a typed digit names, counted from one.
fn numbered(options: &[(String, String)], text: &str) -> Option<String> {
    options.get(digit(text)?.checked_sub(1)?).map(|(id, _)| id.clone())
}

/// Whether a text is more than one character.
fn several(text: &str) -> bool {
    text.trim().chars().nth(1).is_some()
}

/// The number that a text is, in digits of either width.
fn digit(text: &str) -> Option<usize> {
    crate::domain::text::narrow(text).trim().parse().ok()
}
