//! The rule file: reasons, fields, destinations, limits; loading and plain-sentence faults.
//!
//! Which fields a reason asks for, where it may lead, how long things may take: all of it differs
//! between years and provinces, so it is data (domain.md A3). [`Rules::national`] is built in;
//! an office may lay its own file over it ([`Rules::parse`]).
//!
//! | file | what lives there |
//! |---|---|
//! | `types.rs` | what a rule file holds |
//! | `read.rs`, `file.rs`, `entries.rs`, `fault.rs` | text to rules, all faults at once |
//! | `form.rs` | which fields the form asks for now, and what is wrong with the answers |
//! | `place.rs`, `guard.rs` | what a name tells of a place, and which reason may lead there |
//! | `checkup.rs`, `record.rs` | 转接体检 |
//! | `figures.rs` | 学社衔接 figures |

mod checkup;
mod entries;
mod fault;
mod figures;
mod file;
mod form;
mod guard;
mod old_names;
mod place;
mod read;
mod record;
mod types;

#[cfg(test)]
mod tests;

pub use checkup::{CheckupFacts, Finding};
pub use fault::RuleFault;
pub use figures::{Figure, GraduateCounts};
pub use form::OriginKind;
pub use guard::DestinationFacts;
pub use old_names::usual_synonyms;
pub use types::{
    Basis, Calendar, CheckItem, Choice, Deadline, ExternalRule, FieldRule, Matching, PlaceClass,
    ReasonRule, Retention, Severity, Synonym, SystemRoot,
};

use chrono::{Months, NaiveDate};

use crate::domain::form::{ExternalSystem, Reason};
use crate::domain::id_number::normal_form;
use crate::domain::ids::Now;
use crate::domain::name_search::Synonyms;
use crate::domain::reminder::{Due, ReminderKind};
use crate::domain::workflow::Stage;
use types::{ClassRule, Numbers, Words};

/// The text of the built-in rule file, for `config` to print as a start for an own one.
pub const NATIONAL: &str = include_str!("../../assets/rules/national.toml");

const N_REASONS: usize = Reason::ALL.len();

/// One rule file, loaded and without fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    version: String,
    title: String,
    year: i64,
    general: Vec<String>,
    common: Vec<FieldRule>,
    /// In the order of [`Reason::ALL`], so that each has one and looking it up cannot fail.
    reasons: [ReasonRule; N_REASONS],
    routes: Vec<Choice>,
    externals: Vec<ExternalRule>,
    roots: Vec<SystemRoot>,
    classes: Vec<ClassRule>,
    words: Words,
    old_names: Vec<Synonym>,
    synonyms: Synonyms,
    numbers: Numbers,
    retentions: Vec<Retention>,
    calendars: Vec<Calendar>,
    checks: Vec<(CheckItem, Basis)>,
}

impl Default for Rules {
    /// Rules that ask for nothing, the start of reading a file.
    fn default() -> Self {
        Self {
            version: String::new(),
            title: String::new(),
            year: 0,
            general: Vec::new(),
            common: Vec::new(),
            reasons: std::array::from_fn(|i| ReasonRule::unnamed(Reason::ALL[i])),
            routes: Vec::new(),
            externals: Vec::new(),
            roots: Vec::new(),
            classes: Vec::new(),
            words: Words::default(),
            old_names: Vec::new(),
            synonyms: Synonyms::default(),
            numbers: Numbers::default(),
            retentions: Vec::new(),
            calendars: Vec::new(),
            checks: Vec::new(),
        }
    }
}

impl Rules {
    /// The built-in rules. A test proves that the file has no faults.
    pub fn national() -> Self {
        Self::parse(NATIONAL).unwrap_or_default()
    }

    /// Reads a whole rule file.
    ///
    /// # Errors
    /// Every fault of the file, in its order. A text that is no TOML at all gives one fault.
    pub fn parse(text: &str) -> Result<Self, Vec<RuleFault>> {
        file::parse(text)
    }

    /// Reads the file of the configuration directory, which replaces the built-in one as a whole.
    ///
    /// # Errors
    /// As [`Rules::parse`].
    pub fn load_override(text: &str) -> Result<Self, Vec<RuleFault>> {
        Self::parse(text)
    }

    /// Version of the file.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Title of the file.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The year whose rules these are.
    pub fn year(&self) -> i64 {
        self.year
    }

    /// Reasons of the general form (工作, 搬迁), which are entered as 其他.
    pub fn general_labels(&self) -> &[String] {
        &self.general
    }

    /// The rule of a reason, switched off or not.
    pub fn reason(&self, reason: Reason) -> &ReasonRule {
        &self.reasons[reason as usize]
    }

    /// The reasons that are switched on, in the order of the file.
    pub fn reasons(&self) -> Vec<&ReasonRule> {
        let mut reasons: Vec<_> = self.reasons.iter().filter(|r| r.enabled).collect();
        reasons.sort_by_key(|r| r.order);
        reasons
    }

    /// The further-study routes (毕业去向), in the order of the file.
    pub fn routes(&self) -> &[Choice] {
        &self.routes
    }

    /// The route that an identifier or its words name. Words are compared without blanks and with
    /// narrow brackets, because they are typed both ways.
    pub fn route(&self, text: &str) -> Option<&Choice> {
        let wanted = normal_form(text);
        self.routes.iter().find(|r| r.id == text.trim() || normal_form(&r.label) == wanted)
    }

    /// The words of a route.
    pub fn route_label(&self, id: &str) -> Option<&str> {
        self.route(id).map(|route| route.label.as_str())
    }

    /// The systems that run apart.
    pub fn externals(&self) -> &[ExternalRule] {
        &self.externals
    }

    /// The words of a system.
    pub fn external_label(&self, system: ExternalSystem) -> &str {
        let rule = self.externals.iter().find(|rule| rule.system == system);
        rule.map_or(system.label(), |rule| &rule.label)
    }

    /// The roots that go by system and not by place.
    pub fn system_roots(&self) -> &[SystemRoot] {
        &self.roots
    }

    /// Old names that people go on typing, in the order of the file, each with its source.
    pub fn old_names(&self) -> &[Synonym] {
        &self.old_names
    }

    /// The same, as a search takes them.
    pub fn synonyms(&self) -> &Synonyms {
        &self.synonyms
    }

    /// After how many days in a stage somebody is reminded; none where nobody is waited for.
    pub fn remind_days(&self, stage: Stage) -> Option<i64> {
        let own = self.numbers.stages.iter().find(|limit| limit.stage == stage);
        let days = own.map(|limit| limit.remind_days).or(self.numbers.remind_days);
        days.filter(|_| stage.is_open())
    }

    /// After how many days in a stage a transfer counts as overdue. It makes a colour and nothing
    /// else: no stage changes by the passing of time.
    pub fn overdue_days(&self, stage: Stage) -> Option<i64> {
        let own = self.numbers.stages.iter().find(|limit| limit.stage == stage);
        let days = own.map(|limit| limit.overdue_days).or(self.numbers.overdue_days);
        days.filter(|_| stage.is_open())
    }

    /// What stands behind the reminder limits: the sources disagree, and this says so.
    pub fn limits_basis(&self) -> &Basis {
        &self.numbers.limits
    }

    /// For how many days a letter of introduction is valid.
    pub fn letter_days(&self) -> i64 {
        self.numbers.letter_days
    }

    /// What stands behind the validity of letters.
    pub fn letter_basis(&self) -> &Basis {
        &self.numbers.letter
    }

    /// The age in full years at which membership ends (28).
    pub fn age_limit(&self) -> i64 {
        self.numbers.age_limit
    }

    /// After how many days somebody who left is reminded of, since their data is still kept.
    pub fn former_days(&self) -> i64 {
        self.numbers.former_days
    }

    /// After how many days a file with full numbers should be deleted.
    pub fn export_days(&self) -> i64 {
        self.numbers.export_days
    }

    /// The members that a reminder is about today; none for the kinds that are about files.
    pub fn due(&self, kind: ReminderKind, now: Now) -> Option<Due> {
        match kind {
            ReminderKind::Former => Some(Due::Former(now.waiting_since(self.former_days()))),
            ReminderKind::Overage => born_by(now.today(), self.age_limit()).map(Due::Overage),
            ReminderKind::Exports | ReminderKind::Backups => None,
        }
    }

    /// What stands behind the limits for personal data.
    pub fn personal_data_basis(&self) -> &Basis {
        &self.numbers.personal_data
    }

    /// Retention terms, in the order of the file.
    pub fn retentions(&self) -> &[Retention] {
        &self.retentions
    }

    /// A retention term by its identifier.
    pub fn retention(&self, id: &str) -> Option<&Retention> {
        self.retentions.iter().find(|term| term.id == id)
    }

    /// Deadline calendars, in the order of the file.
    pub fn calendars(&self) -> &[Calendar] {
        &self.calendars
    }

    /// A calendar by its identifier or label.
    pub fn calendar(&self, name: &str) -> Option<&Calendar> {
        self.calendars.iter().find(|calendar| calendar.id == name || calendar.label == name)
    }

    /// What stands behind a line of the check-up.
    pub fn check_basis(&self, item: CheckItem) -> Option<&Basis> {
        self.checks.iter().find(|(of, _)| *of == item).map(|(_, basis)| basis)
    }
}

/// Whoever was born on this day or before is so many full years old today.
fn born_by(today: NaiveDate, years: i64) -> Option<NaiveDate> {
    let months = u32::try_from(years).ok()?.checked_mul(12)?;
    today.checked_sub_months(Months::new(months))
}
