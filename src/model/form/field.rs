//! One field of a form: its declaration, its content, and its own check.

use crate::model::text_field::TextField;

/// What a lookup field is filled with by a picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupKind {
    /// A member.
    Member,
    /// An organisation of any kind.
    Organisation,
    /// A branch, the only home of members.
    Branch,
}

/// How a field is filled.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// One line.
    Line(TextField),
    /// Several lines.
    Paragraph(TextField),
    /// A password.
    Secret(TextField),
    /// One of several options.
    Choice {
        /// Identifier and words of each.
        options: Vec<(String, String)>,
        /// Which, if one was taken.
        chosen: Option<usize>,
    },
    /// Filled by a picker.
    Lookup {
        /// With what.
        what: LookupKind,
        /// What is stored; empty where nothing was picked.
        key: String,
        /// What is shown.
        label: String,
    },
    /// Filled by the program and never changed here.
    Fixed(String),
}

/// Most options that stand side by side and are switched by left and right.
pub const MOST_IN_A_ROW: usize = 3;

/// One field. Declared by a constructor and the words that follow it, so that a list of fields
/// reads like the paper form.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name in the program.
    pub id: &'static str,
    /// The words on the form.
    pub label: String,
    /// How it is filled, and with what.
    pub kind: FieldKind,
    /// Whether it carries a star.
    pub required: bool,
    /// A word on how to fill it, at the right.
    pub hint: String,
    /// What is wrong with it: a whole sentence.
    pub fault: Option<String>,
    /// A word after its content, such as 自动带出.
    pub note: String,
    /// Whether it is left out of the form now; its content is kept.
    pub hidden: bool,
    /// How many characters a complete answer has, for the live counter.
    pub complete_at: Option<usize>,
    /// The words of a ruled line above it; an empty text rules a plain line.
    pub ruled: Option<String>,
    /// Whether it stands at the right of the field before it. Only for fixed ones.
    pub beside: bool,
    /// Its own check of a content that is not empty.
    pub check: Option<fn(&str) -> Option<String>>,
}

impl Field {
    fn new(id: &'static str, label: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            id,
            label: label.into(),
            kind,
            required: false,
            hint: String::new(),
            fault: None,
            note: String::new(),
            hidden: false,
            complete_at: None,
            ruled: None,
            beside: false,
            check: None,
        }
    }

    /// One line of at most `limit` characters.
    pub fn line(id: &'static str, label: impl Into<String>, limit: usize) -> Self {
        Self::new(id, label, FieldKind::Line(TextField::line(Some(limit))))
    }

    /// Several lines of at most `limit` characters.
    pub fn paragraph(id: &'static str, label: impl Into<String>, limit: usize) -> Self {
        Self::new(id, label, FieldKind::Paragraph(TextField::paragraph(Some(limit))))
    }

    /// A password.
    pub fn secret(id: &'static str, label: impl Into<String>) -> Self {
        Self::new(id, label, FieldKind::Secret(TextField::secret()))
    }

    /// One of several options, each with identifier and words.
    pub fn choice<I, L>(
        id: &'static str,
        label: impl Into<String>,
        options: impl IntoIterator<Item = (I, L)>,
    ) -> Self
    where
        I: Into<String>,
        L: Into<String>,
    {
        let options = options.into_iter().map(|(id, label)| (id.into(), label.into())).collect();
        Self::new(id, label, FieldKind::Choice { options, chosen: None })
    }

    /// Filled by a picker.
    pub fn lookup(id: &'static str, label: impl Into<String>, what: LookupKind) -> Self {
        let kind = FieldKind::Lookup { what, key: String::new(), label: String::new() };
        Self::new(id, label, kind)
    }

    /// Filled by the program.
    pub fn fixed(id: &'static str, label: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(id, label, FieldKind::Fixed(text.into()))
    }

    /// With a star.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// With a word at the right.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With a word after the content.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With a ruled line above.
    pub fn ruled(mut self, words: impl Into<String>) -> Self {
        self.ruled = Some(words.into());
        self
    }

    /// At the right of the field before.
    pub fn beside(mut self) -> Self {
        self.beside = true;
        self
    }

    /// With a counter up to the length of a complete answer.
    pub fn complete_at(mut self, n: usize) -> Self {
        self.complete_at = Some(n);
        self
    }

    /// With a check of what was typed; it gives the sentence of the fault.
    pub fn checked(mut self, check: fn(&str) -> Option<String>) -> Self {
        self.check = Some(check);
        self
    }

    /// With this content to start from: a text, or the identifier of an option.
    pub fn with(mut self, answer: &str) -> Self {
        self.set_answer(answer);
        self
    }

    /// With this picked content to start from.
    pub fn looked_up(mut self, key: &str, label: &str) -> Self {
        self.set_lookup(key, label);
        self
    }

    /// Whether the focus can stand on it.
    pub fn takes_focus(&self) -> bool {
        !self.hidden && !matches!(self.kind, FieldKind::Fixed(_))
    }

    /// The text, the identifier of the option, or the key of the lookup.
    pub fn answer(&self) -> &str {
        match &self.kind {
            FieldKind::Line(t) | FieldKind::Paragraph(t) | FieldKind::Secret(t) => t.value(),
            FieldKind::Choice { options, chosen } => {
                chosen.and_then(|i| options.get(i)).map_or("", |(id, _)| id)
            }
            FieldKind::Lookup { key, .. } => key,
            FieldKind::Fixed(text) => text,
        }
    }

    /// What a reader sees of the content; a password is never shown.
    pub fn shown(&self) -> &str {
        match &self.kind {
            FieldKind::Line(t) | FieldKind::Paragraph(t) => t.value(),
            FieldKind::Secret(_) => "",
            FieldKind::Choice { options, chosen } => {
                chosen.and_then(|i| options.get(i)).map_or("", |(_, label)| label)
            }
            FieldKind::Lookup { label, .. } => label,
            FieldKind::Fixed(text) => text,
        }
    }

    /// Whether nothing was filled in; blanks alone are nothing.
    pub fn is_empty(&self) -> bool {
        self.answer().trim().is_empty()
    }

    /// Puts a content in: a text, or the identifier of an option. A lookup shows its key.
    pub fn set_answer(&mut self, answer: &str) {
        match &mut self.kind {
            FieldKind::Line(t) | FieldKind::Paragraph(t) | FieldKind::Secret(t) => {
                t.set_value(answer);
            }
            FieldKind::Choice { options, chosen } => {
                *chosen = options.iter().position(|(id, _)| id == answer);
            }
            FieldKind::Lookup { key, label, .. } => {
                answer.clone_into(key);
                answer.clone_into(label);
            }
            FieldKind::Fixed(text) => answer.clone_into(text),
        }
    }

    /// Takes an option by its identifier; an unknown one leaves the field as it is.
    pub fn choose(&mut self, option: &str) {
        if let FieldKind::Choice { options, chosen } = &mut self.kind {
            *chosen = options.iter().position(|(id, _)| id == option).or(*chosen);
        }
    }

    /// Takes what a picker gave.
    pub fn set_lookup(&mut self, new_key: &str, new_label: &str) {
        if let FieldKind::Lookup { key, label, .. } = &mut self.kind {
            new_key.clone_into(key);
            new_label.clone_into(label);
        }
    }

    /// The text under edit, if it is typed into.
    pub fn typed(&self) -> Option<&TextField> {
        match &self.kind {
            FieldKind::Line(t) | FieldKind::Paragraph(t) | FieldKind::Secret(t) => Some(t),
            FieldKind::Choice { .. } | FieldKind::Lookup { .. } | FieldKind::Fixed(_) => None,
        }
    }

    /// The same, to change it.
    pub fn typed_mut(&mut self) -> Option<&mut TextField> {
        match &mut self.kind {
            FieldKind::Line(t) | FieldKind::Paragraph(t) | FieldKind::Secret(t) => Some(t),
            FieldKind::Choice { .. } | FieldKind::Lookup { .. } | FieldKind::Fixed(_) => None,
        }
    }

    /// Most characters it takes, if it is typed into.
    pub fn limit(&self) -> Option<usize> {
        self.typed().and_then(TextField::limit)
    }

    /// What stands at its right now: a live counter, or how to fill it.
    pub fn live_hint(&self) -> String {
        let n = self.typed().map_or(0, TextField::count);
        match (&self.kind, self.complete_at) {
            // Blanks and dashes between the groups of a number are not counted.
            (FieldKind::Line(text), Some(all)) if n > 0 => {
                let n = text.value().chars().filter(|c| c.is_alphanumeric()).count();
                format!("{n}/{all} 位")
            }
            (FieldKind::Secret(_), Some(least)) => format!("{n} 个字，至少 {least}"),
            (FieldKind::Paragraph(_), _) => format!("{n}/{}", self.limit().unwrap_or(0)),
            _ if !self.hint.is_empty() => self.hint.clone(),
            (FieldKind::Choice { options, .. }, _) if options.len() <= MOST_IN_A_ROW => {
                "左右键换".to_owned()
            }
            (FieldKind::Choice { .. }, _) => "F4 展开".to_owned(),
            (FieldKind::Lookup { .. }, _) => "F7 选择".to_owned(),
            (FieldKind::Line(_) | FieldKind::Secret(_) | FieldKind::Fixed(_), _) => String::new(),
        }
    }

    /// What its own check finds: an empty field with a star, or a content that cannot be right.
    pub fn own_fault(&self) -> Option<String> {
        if !self.is_empty() {
            return self.check.and_then(|check| check(self.answer().trim()));
        }
        let next = match &self.kind {
            FieldKind::Line(_) | FieldKind::Paragraph(_) | FieldKind::Secret(_) => "请填写。",
            FieldKind::Choice { options, .. } if options.len() <= MOST_IN_A_ROW => {
                "按左右键选一个。"
            }
            FieldKind::Choice { .. } => "按 F4 选一个。",
            FieldKind::Lookup { .. } => "按 F7 选一个。",
            FieldKind::Fixed(_) => return None,
        };
        self.required.then(|| format!("还没填「{}」。{next}", self.label))
    }

    /// Keeps cursor and history of a text that is the same as in the form before.
    pub(super) fn keep_editing(&mut self, before: Option<&Self>) {
        let Some(old) = before.and_then(Self::typed).cloned() else { return };
        if let Some(new) = self.typed_mut()
            && new.value() == old.value()
            && new.kind() == old.kind()
        {
            *new = old;
        }
    }
}
