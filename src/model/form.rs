//! A form: fields in the order of the paper form, the focus, and what keys do to them.
//!
//! A form knows nothing of what its answers mean. It tells the screen what happened as
//! [`FormEvent`]s; the screen checks, stores and opens pickers (ux.md 6.5).

mod act;
mod field;

use crate::domain::text::count_characters;
use crate::keys::action::Action;
pub use field::{Field, FieldKind, LookupKind, MOST_IN_A_ROW};

/// What a form tells its screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormEvent {
    /// The content of a field is another one now.
    Changed(&'static str),
    /// The focus left a field, so its content may be checked.
    Left(&'static str),
    /// 提交 from anywhere; the form has marked what its own checks found.
    Submit,
    /// Esc.
    Cancel,
    /// Keep what there is (Ctrl+S).
    Save,
    /// 「同上一单」 for one field, or for all of them.
    SameAsLast(Option<&'static str>),
    /// Show the options of a field as a numbered popup.
    Expand(&'static str),
    /// Open the picker of a field, with this search text.
    Lookup(&'static str, String),
    /// Something to say.
    Said(String),
    /// Something that did not go as meant.
    Warned(String),
    /// A key without meaning in a form.
    Unknown,
}

/// A form under work. The focus is always on a field that can be filled, or on the button.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Every field in the order of the paper form, hidden ones too.
    pub fields: Vec<Field>,
    focus: usize,
    on_button: bool,
    done: Vec<(&'static str, FieldKind)>,
    undone: Vec<(&'static str, FieldKind)>,
    /// Digits typed one after the other on a field of choices, and nothing else since.
    digits: DigitRun,
}

/// What digits have done to a field of choices. A number that is typed there by mistake, such as a
/// telephone, must not leave an option behind that nobody chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum DigitRun {
    /// None was typed.
    #[default]
    None,
    /// One was, and left the option as it was.
    Kept,
    /// One was, and took an option.
    Took,
    /// Several were: it is a number, and the option is what it was before.
    Number,
}

impl Form {
    /// A form with the focus on its first empty required field (ux.md 6.3).
    pub fn new(fields: Vec<Field>) -> Self {
        let mut form = Self { fields, ..Self::default() };
        form.focus_first();
        form
    }

    /// Puts the focus on the first empty required field, or else on the first one.
    pub fn focus_first(&mut self) {
        let can = |f: &&Field| f.takes_focus();
        let empty = self.fields.iter().position(|f| can(&f) && f.required && f.is_empty());
        let first = empty.or_else(|| self.fields.iter().position(|f| can(&f)));
        self.on_button = first.is_none();
        self.focus = first.unwrap_or(0);
    }

    /// The field that has the focus; none where the button has it.
    pub fn focused(&self) -> Option<&Field> {
        if self.on_button { None } else { self.fields.get(self.focus) }
    }

    /// Whether the button has the focus.
    pub fn on_button(&self) -> bool {
        self.on_button
    }

    /// Puts the focus on a field, if it can be filled.
    pub fn focus_on(&mut self, id: &str) {
        let place = self.fields.iter().position(|f| f.id == id && f.takes_focus());
        if let Some(place) = place {
            self.focus = place;
            self.on_button = false;
            self.digits = DigitRun::None;
        }
    }

    /// Puts other fields in place of these, keeping the focus and the faults by name.
    pub fn replace_fields(&mut self, fields: Vec<Field>) {
        let old = std::mem::replace(&mut self.fields, fields);
        for field in &mut self.fields {
            let before = old.iter().find(|f| f.id == field.id);
            field.fault = before.and_then(|f| f.fault.clone());
            field.keep_editing(before);
        }
        let focused = old.get(self.focus).map_or("", |f| f.id);
        let (was_on_button, focused) = (self.on_button, focused.to_owned());
        // An answer may change which fields there are; whoever types goes on typing.
        let digits = self.digits;
        self.focus_first();
        self.focus_on(&focused);
        self.on_button = was_on_button;
        self.digits = digits;
    }

    /// A field by its name.
    pub fn get(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.id == id)
    }

    /// A field by its name, to change it.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|f| f.id == id)
    }

    /// The answer of a field: its text, the identifier of its option, the key of its lookup.
    /// Empty where there is no such field.
    pub fn text(&self, id: &str) -> String {
        self.get(id).map_or(String::new(), |f| f.answer().to_owned())
    }

    /// A password as typed, wiped from memory when dropped.
    pub fn secret(&self, id: &str) -> crate::model::effect::Password {
        crate::model::effect::Password::new(self.text(id))
    }

    /// Takes an option by its identifier, as one step that can be undone.
    pub fn choose(&mut self, id: &str, option: &str) {
        self.step(id, |field| field.choose(option));
    }

    /// Takes what a picker gave, as one step that can be undone.
    pub fn look_up(&mut self, id: &str, key: &str, label: &str) {
        self.step(id, |field| field.set_lookup(key, label));
    }

    /// Marks a field as faulty, or as mended.
    pub fn set_fault(&mut self, id: &str, fault: Option<String>) {
        if let Some(field) = self.get_mut(id) {
            field.fault = fault;
        }
    }

    /// Runs the form's own checks of every visible field: stars and what each field declares.
    pub fn check_all(&mut self) {
        for field in self.fields.iter_mut().filter(|f| f.takes_focus()) {
            field.fault = field.own_fault();
        }
    }

    /// How many required fields are filled, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        let required: Vec<_> = self.fields.iter().filter(|f| !f.hidden && f.required).collect();
        (required.iter().filter(|f| !f.is_empty()).count(), required.len())
    }

    /// Names of the fields that are faulty.
    pub fn faulty(&self) -> Vec<&'static str> {
        self.fields.iter().filter(|f| !f.hidden && f.fault.is_some()).map(|f| f.id).collect()
    }

    /// Whether an action can do nothing here because no field is of its kind.
    pub fn lacks(&self, action: Action) -> bool {
        let shown = || self.fields.iter().filter(|field| !field.hidden);
        let lookup = shown().any(|field| matches!(field.kind, FieldKind::Lookup { .. }));
        let choice = shown().any(|field| matches!(field.kind, FieldKind::Choice { .. }));
        match action {
            Action::Pick => !lookup,
            Action::Options => !lookup && !choice,
            _ => false,
        }
    }

    /// Puts the focus on the first faulty field and says how many there are and which; none
    /// where all is well.
    pub fn to_first_fault(&mut self) -> Option<String> {
        let first = self.faulty().first().copied()?;
        self.focus_on(first);
        self.faults_sentence()
    }

    /// 「还有 2 处要改（按 F3 到下一处）：手机号、转出原因。」; none where all is well.
    pub fn faults_sentence(&self) -> Option<String> {
        let faulty = self.fields.iter().filter(|f| !f.hidden && f.fault.is_some());
        let labels: Vec<_> = faulty.map(|f| f.label.as_str()).collect();
        let n = labels.len();
        let list = labels.join("、");
        (n > 0).then(|| match n {
            1 => format!("还有 1 处要改：{list}。改好后按 F8。"),
            _ => format!("还有 {n} 处要改（按 F3 到下一处）：{list}。"),
        })
    }

    /// Changes a field that is not typed into, remembering how it was.
    fn step(&mut self, id: &str, change: impl FnOnce(&mut Field)) {
        let Some(field) = self.get_mut(id) else { return };
        let before = (field.id, field.kind.clone());
        change(field);
        field.fault = None;
        if field.kind != before.1 {
            self.done.push(before);
            self.undone.clear();
        }
    }
}

/// How many characters were refused, as a sentence.
fn refused(field: &Field, rest: &str) -> FormEvent {
    let limit = field.limit().unwrap_or(0);
    let n = count_characters(rest);
    FormEvent::Warned(format!("「{}」最多 {limit} 个字，多出的 {n} 个没有放进去。", field.label))
}

#[cfg(test)]
mod tests;
