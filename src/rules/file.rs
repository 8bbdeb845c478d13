//! From the text of a rule file to [`Rules`], or to all its faults.

use std::cell::RefCell;

use toml::Table;

use super::Rules;
use super::entries::{
    MOST_DAYS, MOST_KEPT, class, deadline, field_rule, limit_days, named_classes, reason_fields,
    stage_limit,
};
use super::fault::RuleFault;
use super::read::{Faults, Item, check_once};
use super::types::{
    Basis, Calendar, CheckItem, Choice, ClassRule, ExternalRule, FieldRule, GuardRule, GuardScope,
    MembershipNumbers, Numbers, PlaceClass, ReasonRule, Retention, Severity, Synonym, SystemRoot,
    Words,
};
use crate::domain::form::{ExternalSystem, FieldId, Reason};

const YEARS: (i64, i64) = (1990, 2100);

/// Fields that every request has; the file must describe each of them.
const COMMON: [FieldId; 8] = [
    FieldId::Member,
    FieldId::MemberName,
    FieldId::OriginTyped,
    FieldId::ContactPhone,
    FieldId::ExternalSystem,
    FieldId::Reason,
    FieldId::DestinationTyped,
    FieldId::Remark,
];

pub(super) fn parse(text: &str) -> Result<Rules, Vec<RuleFault>> {
    let table = text.parse::<Table>().map_err(|e| vec![syntax_fault(text, &e)])?;
    let faults = Faults::default();
    let rules = read(&Item::root(&table, &faults));
    let faults = faults.into_inner();
    if faults.is_empty() { Ok(rules) } else { Err(faults) }
}

fn syntax_fault(text: &str, error: &toml::de::Error) -> RuleFault {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(start).filter(|b| *b == b'\n').count() + 1;
    let found = format!("读不懂（{}）", error.message().replace('\n', " "));
    RuleFault::new(&format!("第 {line} 行"), found, "应该是 TOML 格式")
        .remedy("请对照自带的规则文件改这一行")
}

/// The whole file with its sources at hand.
struct Book<'a> {
    sources: RefCell<Vec<(String, String)>>,
    root: &'a Item<'a>,
}

fn read(root: &Item<'_>) -> Rules {
    let book = Book { sources: RefCell::default(), root };
    book.sources.replace(book.read_sources());
    let mut rules = Rules {
        version: root.text("version"),
        title: root.text("title"),
        year: root.number("year", YEARS.0, YEARS.1),
        general: root.texts("general"),
        common: book.common(),
        routes: book.routes(),
        externals: book.externals(),
        roots: book.system_roots(),
        classes: book.classes(),
        words: book.words(),
        old_names: book.old_names(),
        numbers: book.numbers(),
        retentions: book.retentions(),
        calendars: book.calendars(),
        checks: book.checks(),
        ..Rules::default()
    };
    let pairs = rules.old_names.iter().map(|s| (s.old.as_str(), s.new.as_str()));
    rules.synonyms = pairs.collect();
    for reason in book.reasons() {
        let place = reason.reason as usize;
        rules.reasons[place] = reason;
    }
    root.finish();
    rules
}

impl Book<'_> {
    fn read_sources(&self) -> Vec<(String, String)> {
        let read = |item: &Item<'_>| {
            let source = (item.text("id"), item.text("title"));
            item.number("year", YEARS.0, YEARS.1);
            source
        };
        let sources: Vec<_> = self.root.each("source", read);
        check_once(self.root, "source", sources.iter().map(|(id, _)| id.as_str()));
        sources
    }

    /// Title of the source that a rule names.
    fn source(&self, item: &Item<'_>) -> String {
        let id = item.text("source");
        let sources = self.sources.borrow();
        let title = sources.iter().find(|(known, _)| *known == id).map(|(_, title)| title.clone());
        if title.is_none() && !id.is_empty() {
            let found = format!("现在是「{id}」");
            item.note(
                RuleFault::new(&item.place("source"), found, "应该是某条 [[source]] 的 id")
                    .remedy("请改成已有的 id，或补上这条来源"),
            );
        }
        title.unwrap_or_default()
    }

    fn basis(&self, item: &Item<'_>) -> Basis {
        Basis {
            help: item.text("help"),
            source: self.source(item),
            year: item.number("year", YEARS.0, YEARS.1),
        }
    }

    fn common(&self) -> Vec<FieldRule> {
        let fields = self.root.each_good("field", |item| self.common_field(item));
        check_once(self.root, "field", fields.iter().map(|f| f.id.id()));
        for id in COMMON.iter().filter(|id| fields.iter().all(|f| f.id != **id)) {
            self.missing("field", id.id());
        }
        fields
    }

    fn common_field(&self, item: &Item<'_>) -> Option<FieldRule> {
        let basis = self.basis(item);
        let id = item.choice("id", &COMMON, FieldId::id);
        let (label, required) = (item.text("label"), item.flag("required"));
        if id.is_some_and(|id| required == (id == FieldId::Remark)) {
            item.note(
                RuleFault::new(
                    &item.place("required"),
                    format!("现在是 {required}"),
                    format!("应该是 {}", !required),
                )
                .remedy("共有的各项里只有备注可以不填"),
            );
        }
        Some(field_rule(id?, label, required, basis))
    }

    fn reasons(&self) -> Vec<ReasonRule> {
        let reasons = self.root.each_good("reason", |item| self.reason(item));
        check_once(self.root, "reason", reasons.iter().map(|r| r.reason.id()));
        for id in Reason::ALL.iter().filter(|id| reasons.iter().all(|r| r.reason != **id)) {
            self.missing("reason", id.id());
        }
        if !reasons.iter().any(|reason| reason.enabled) {
            self.root.fault("reason", "没有一条启用", "应该至少有一条 enabled = true");
        }
        reasons
    }

    fn missing(&self, key: &str, id: &str) {
        let found = format!("里没有「{id}」这一条");
        let remedy = format!("请补上这一条；不想用的原因写 enabled = false（{id}）");
        let fault = RuleFault::new(&self.root.place(key), found, "每个 id 都要有一条");
        self.root.note(fault.remedy(remedy));
    }

    fn reason(&self, item: &Item<'_>) -> Option<ReasonRule> {
        let basis = self.basis(item);
        let reason = item.choice("id", Reason::ALL, Reason::id);
        let guards = item.each("guard", |guard| self.guard(guard));
        let fields = reason_fields(item, reason, &basis);
        let rule = ReasonRule {
            label: item.text("label"),
            order: item.number("order", 1, 99),
            enabled: item.flag("enabled"),
            graduate: item.flag("graduate"),
            fields,
            guards,
            basis,
            reason: reason.unwrap_or(Reason::Other),
        };
        reason.map(|_| rule)
    }

    fn guard(&self, item: &Item<'_>) -> GuardRule {
        let only = item.choices("classes", PlaceClass::ALL, PlaceClass::id);
        let except = item.choices("except", PlaceClass::ALL, PlaceClass::id);
        if only.is_empty() == except.is_empty() {
            item.fault("classes", "和 except 都写了或都没写", "应该只写其中一个，且不能是空的");
        }
        let severity = item.choice("severity", &[Severity::Warn, Severity::Block], Severity::id);
        let scope =
            if only.is_empty() { GuardScope::NoneOf(except) } else { GuardScope::AnyOf(only) };
        GuardRule {
            severity: severity.unwrap_or(Severity::Warn),
            scope,
            sentence: item.text("sentence"),
            basis: self.basis(item),
        }
    }

    fn routes(&self) -> Vec<Choice> {
        let read = |item: &Item<'_>| Choice { id: item.text("id"), label: item.text("label") };
        let routes: Vec<_> = self.root.each("route", read);
        if routes.is_empty() {
            self.root.fault("route", "一条也没有", "应该至少有一条毕业去向");
        }
        check_once(self.root, "route", routes.iter().map(|r| r.id.as_str()));
        routes
    }

    fn externals(&self) -> Vec<ExternalRule> {
        let rules = self.root.each_good("external", |item| self.external(item));
        check_once(self.root, "external", rules.iter().map(|r| r.system.id()));
        for id in ExternalSystem::ALL.iter().filter(|id| rules.iter().all(|r| r.system != **id)) {
            self.missing("external", id.id());
        }
        rules
    }

    fn external(&self, item: &Item<'_>) -> Option<ExternalRule> {
        let basis = self.basis(item);
        let system = item.choice("id", ExternalSystem::ALL, ExternalSystem::id);
        let (names, short) = (item.texts("names"), item.texts("short"));
        if names.is_empty() {
            item.fault("names", "是空的", "应该至少有一个名称的开头");
        }
        let label = item.text("label");
        Some(ExternalRule { system: system?, label, basis, names, short })
    }

    fn system_roots(&self) -> Vec<SystemRoot> {
        let read = |item: &Item<'_>| SystemRoot {
            id: item.text("id"),
            label: item.text("label"),
            basis: self.basis(item),
            names: item.texts("names"),
            keywords: item.texts("keywords"),
        };
        let roots: Vec<_> = self.root.each("system_root", read);
        check_once(self.root, "system_root", roots.iter().map(|r| r.id.as_str()));
        roots
    }

    fn classes(&self) -> Vec<ClassRule> {
        let classes = self.root.each_good("class", class);
        check_once(self.root, "class", classes.iter().map(|c| c.class.id()));
        for id in named_classes().filter(|id| classes.iter().all(|c| c.class != *id)) {
            self.missing("class", id.id());
        }
        classes
    }

    fn words(&self) -> Words {
        let mut words = Words::default();
        self.root.one("place_words", |item| words.ignored = item.texts("ignored"));
        self.root.one("region_words", |item| {
            words.streets = item.texts("streets");
            words.branch_offices = item.texts("branch_offices");
            words.provinces = item.texts("provinces");
        });
        words
    }

    fn old_names(&self) -> Vec<Synonym> {
        let synonyms: Vec<_> = self.root.each("synonyms", |item| self.synonym(item));
        check_once(self.root, "synonyms", synonyms.iter().map(|s| s.old.as_str()));
        synonyms
    }

    /// One character stands in names of every kind, so it cannot be the old name of anything.
    fn synonym(&self, item: &Item<'_>) -> Synonym {
        let synonym = Synonym {
            old: item.text("old"),
            new: item.text("new"),
            since: item.number("since", YEARS.0, YEARS.1),
            source: self.source(item),
        };
        if synonym.old.chars().count() == 1 {
            let found = format!("现在是「{}」", synonym.old);
            item.fault("old", found, "应该至少有两个字");
        }
        if synonym.old == synonym.new && !synonym.old.is_empty() {
            let found = format!("现在是「{}」", synonym.new);
            item.fault("new", found, "应该与 old 不同");
        }
        synonym
    }

    fn numbers(&self) -> Numbers {
        let mut numbers = Numbers::default();
        self.limits(&mut numbers);
        self.ages(&mut numbers);
        numbers.membership =
            self.root.one("membership_number", |item| self.membership(item)).unwrap_or_default();
        numbers
    }

    fn limits(&self, numbers: &mut Numbers) {
        let root = self.root;
        root.one("limits", |item| {
            numbers.limits = self.basis(item);
            let (remind, overdue) = limit_days(item);
            (numbers.remind_days, numbers.overdue_days) = (Some(remind), Some(overdue));
        });
        numbers.stages = root.each_good("stage_limit", stage_limit);
        check_once(root, "stage_limit", numbers.stages.iter().map(|s| s.stage.id()));
        root.one("letter", |item| {
            numbers.letter = self.basis(item);
            numbers.letter_days = item.number("valid_days", 1, MOST_DAYS);
        });
    }

    fn ages(&self, numbers: &mut Numbers) {
        self.root.one("age", |item| {
            self.basis(item);
            numbers.age_limit = item.number("limit", 14, 60);
            numbers.join_warn_below = item.number("join_warn_below", 1, 60);
            numbers.join_block_below = item.number("join_block_below", 1, 60);
            if numbers.join_block_below > numbers.join_warn_below {
                let found = format!("现在是 {}", numbers.join_block_below);
                item.fault("join_block_below", found, "不能大于 join_warn_below");
            }
        });
        self.root.one("verification", |item| {
            self.basis(item);
            numbers.stale_days = item.number("stale_days", 1, MOST_DAYS);
            numbers.authenticated_from = item.number("authenticated_from", YEARS.0, YEARS.1);
        });
        self.root.one("personal_data", |item| {
            numbers.personal_data = self.basis(item);
            numbers.former_days = item.number("former_days", 1, MOST_KEPT);
            numbers.export_days = item.number("export_days", 1, MOST_DAYS);
        });
    }

    fn membership(&self, item: &Item<'_>) -> MembershipNumbers {
        self.basis(item);
        let long = |entry: &Item<'_>| (entry.text("starts"), entry.years("joined"));
        MembershipNumbers {
            required_from: item.number("required_from", YEARS.0, YEARS.1),
            digits: item.number("digits", 1, 30),
            either_year_from: item.number("either_year_from", YEARS.0, YEARS.1),
            least_characters: item.number("least_characters", 1, 30),
            long_digits: item.number("long_digits", 1, 30),
            long_numbers: item.each("long_numbers", long),
        }
    }

    fn retentions(&self) -> Vec<Retention> {
        let read = |item: &Item<'_>| {
            let months = item.number("months", 1, 600).unsigned_abs();
            Retention {
                id: item.text("id"),
                label: item.text("label"),
                months: u32::try_from(months).unwrap_or(1),
                basis: self.basis(item),
            }
        };
        let terms: Vec<_> = self.root.each("retention", read);
        check_once(self.root, "retention", terms.iter().map(|t| t.id.as_str()));
        terms
    }

    fn calendars(&self) -> Vec<Calendar> {
        let read = |item: &Item<'_>| {
            let calendar = Calendar {
                id: item.text("id"),
                label: item.text("label"),
                deadlines: item.each("deadlines", deadline),
                basis: self.basis(item),
            };
            if calendar.deadlines.is_empty() {
                item.fault("deadlines", "是空的", "应该至少有一个日期");
            }
            calendar
        };
        let calendars: Vec<_> = self.root.each("calendar", read);
        check_once(self.root, "calendar", calendars.iter().map(|c| c.id.as_str()));
        calendars
    }

    fn checks(&self) -> Vec<(CheckItem, Basis)> {
        let read = |item: &Item<'_>| {
            let check = (item.choice("id", CheckItem::ALL, CheckItem::id), self.basis(item));
            Some((check.0?, check.1))
        };
        let checks: Vec<_> = self.root.each_good("check", read);
        check_once(self.root, "check", checks.iter().map(|(id, _)| id.id()));
        for id in CheckItem::ALL.iter().filter(|id| checks.iter().all(|(c, _)| c != *id)) {
            self.missing("check", id.id());
        }
        checks
    }
}
