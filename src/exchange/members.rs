//! Members from a sheet, row by row: each parsed as a whole, every fault of it named.

mod number;

use std::borrow::Cow;

use self::number::{Age, SPOILT, parse_id};
use super::columns::{ColumnOverride, ColumnPlan, KnownField, ReadFault, recognise};
use super::dates::{calendar_part, month_of};
use super::doubles::Double;
use super::fault::{RowFault, masked_where_id};
use super::fields::MemberField;
use super::sheet::{Cell, SheetFault, SheetRow};
use super::sheet_file::{SheetFile, SheetRows};
use crate::domain::id_number::{DocumentKind, IdNumber, mask_id};
use crate::domain::member::{Authentication, GraduationMark, MemberEntry, Profile};
use crate::domain::person_name::PersonName;
use crate::domain::phone::Phone;
use crate::domain::progress::Progress;
use chrono::Datelike;

/// Most characters of a free text such as 民族: more is a column mixed up.
const TEXT_LIMIT: usize = 60;

/// How to read a register of members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberOptions {
    /// What the user says about columns.
    pub overrides: Vec<ColumnOverride>,
    /// Code or full name of the branch for rows that name none; without it they are at fault.
    pub branch: Option<String>,
}

/// A register of members, read row by row; nothing is stored.
pub struct MemberRows {
    plan: ColumnPlan<MemberField>,
    source: SheetRows,
    branch: Option<String>,
}

impl MemberRows {
    /// Begins a pass over a register.
    ///
    /// # Errors
    /// Where the file cannot be read or its columns cannot be told.
    pub fn start(file: &SheetFile, options: &MemberOptions) -> Result<Self, ReadFault> {
        let mut source = file.rows()?;
        let plan = recognise(&mut source, &options.overrides)?;
        Ok(Self { plan, source, branch: options.branch.clone() })
    }

    /// Which column holds what.
    pub fn plan(&self) -> &ColumnPlan<MemberField> {
        &self.plan
    }

    /// The next row with content; none at the end.
    ///
    /// # Errors
    /// As [`SheetRows::next_row`]. Faults of the row's cells are in the row.
    pub fn next_row(&mut self) -> Result<Option<MemberRowIn<'_>>, SheetFault> {
        let (plan, branch) = (&self.plan, self.branch.as_deref());
        let row = self.source.next_row()?;
        Ok(row.map(|row| RowReader::new(plan, row).read(branch)))
    }

    /// How far the pass is.
    pub fn progress(&self, step: &'static str) -> Progress {
        self.source.progress(step)
    }
}

/// A row of a register of members.
pub struct MemberRowIn<'r> {
    plan: &'r ColumnPlan<MemberField>,
    source: &'r SheetRow,
    /// What the row says and code or full name of the branch; or everything wrong with it.
    pub entry: Result<(MemberEntry, String), Vec<RowFault>>,
    /// The ID number of a faulty row where that is right, for finding duplicates.
    number: Option<IdNumber>,
    /// Whether its ID number was an old one of 15 digits, and is now the one of 18 that belongs to
    /// it.
    pub is_raised: bool,
}

impl MemberRowIn<'_> {
    /// Row in the file, from one.
    pub fn row(&self) -> usize {
        self.source.number
    }

    /// The cells as the file has them, to be handed back to whoever mends them.
    pub fn cells(&self) -> &[Cell] {
        &self.source.cells
    }

    /// The ID number where that is right, whatever else is wrong with the row.
    pub fn number(&self) -> Option<&IdNumber> {
        self.entry.as_ref().map_or(self.number.as_ref(), |(entry, _)| Some(&entry.id_number))
    }

    /// What to show of it, faulty rows included.
    pub fn shown(&self) -> ShownMember {
        let text = |field| self.plan.cell(self.source, field).shown();
        ShownMember {
            name: masked_where_id(&text(MemberField::Name)),
            masked_id: mask_id(bare(&text(MemberField::IdNumber))),
        }
    }

    /// Everything wrong with the row, and that its number stands in other rows too: a program cannot
    /// tell which of them is right, so that each of them is at fault.
    pub fn faults_with(&self, doubles: &[Double]) -> Vec<RowFault> {
        let mut faults = self.entry.as_ref().err().cloned().unwrap_or_default();
        let column = self.plan.header(MemberField::IdNumber);
        let masked = self.shown().masked_id;
        faults.extend(doubles.iter().map(|Double { one, other, .. }| {
            let sentence = format!(
                "第 {one} 行和第 {other} 行是同一个身份证号。请只留一行，或对照证件改正其中一行。"
            );
            RowFault::from_sentence(self.row(), column.clone(), &masked, &sentence)
        }));
        faults
    }
}

/// How a row is recognised on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMember {
    /// Name as given.
    pub name: String,
    /// ID number as given, masked.
    pub masked_id: String,
}

/// A number without the apostrophes by which people keep it a text, at either end.
fn bare(text: &str) -> &str {
    let mark = |c: char| matches!(c, '\'' | '’' | '‘' | '`' | '′' | '＇') || c.is_whitespace();
    text.trim_matches(mark)
}

/// One row being read: collects faults, so that a row is mended in one go.
struct RowReader<'r> {
    plan: &'r ColumnPlan<MemberField>,
    row: &'r SheetRow,
    faults: Vec<RowFault>,
    is_raised: bool,
}

impl<'r> RowReader<'r> {
    fn new(plan: &'r ColumnPlan<MemberField>, row: &'r SheetRow) -> Self {
        Self { plan, row, faults: Vec::new(), is_raised: false }
    }

    fn read(mut self, default_branch: Option<&str>) -> MemberRowIn<'r> {
        let name = self.name();
        let document = self.document();
        let id_number = document.and_then(|kind| self.id_number(kind));
        let phone = self.phone();
        let branch = self.branch(default_branch);
        let profile = self.profile();
        if let Some(id) = &id_number {
            self.compare_sex(id);
            self.compare_birthday(id);
        }
        let (plan, source, is_raised) = (self.plan, self.row, self.is_raised);
        match (name, document, id_number) {
            (Some(name), Some(document), Some(id_number)) if self.faults.is_empty() => {
                let entry = MemberEntry { name, document, id_number, phone, profile };
                let entry = Ok((entry, branch));
                MemberRowIn { plan, source, entry, number: None, is_raised }
            }
            (_, _, number) => {
                MemberRowIn { plan, source, entry: Err(self.faults), number, is_raised }
            }
        }
    }

    fn text(&self, field: MemberField) -> Cow<'r, str> {
        self.plan.cell(self.row, field).shown()
    }

    fn fault(&mut self, field: MemberField, sentence: &str) {
        let value = match field {
            MemberField::IdNumber => mask_id(bare(&self.text(field))),
            _ => self.text(field).into_owned(),
        };
        let column = self.plan.header(field);
        self.faults.push(RowFault::from_sentence(self.row.number, column, &value, sentence));
    }

    /// The value, or its fault noted.
    fn take<T, E: std::fmt::Display>(
        &mut self,
        field: MemberField,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|fault| self.fault(field, &fault.to_string())).ok()
    }

    fn name(&mut self) -> Option<String> {
        let parsed = PersonName::parse(bare(&self.text(MemberField::Name)));
        self.take(MemberField::Name, parsed).map(|name| name.as_str().to_owned())
    }

    fn document(&mut self) -> Option<DocumentKind> {
        let text = self.text(MemberField::Document);
        let parsed = document_of(&text).ok_or_else(|| {
            format!("证件类型「{text}」不认得，可以填「居民身份证」或「其他」。请改成其中一个。")
        });
        self.take(MemberField::Document, parsed)
    }

    fn id_number(&mut self, kind: DocumentKind) -> Option<IdNumber> {
        let parsed = match self.plan.cell(self.row, MemberField::IdNumber) {
            Cell::Number { .. } | Cell::Date(_) => Err(SPOILT.to_owned()),
            Cell::Text(_) | Cell::Empty => parse_id(kind, bare(&self.text(MemberField::IdNumber))),
        };
        let (number, age) = self.take(MemberField::IdNumber, parsed)?;
        self.is_raised = age == Age::Old;
        Some(number)
    }

    fn phone(&mut self) -> String {
        let text = self.text(MemberField::Phone);
        let text = bare(&text);
        if text.is_empty() {
            return String::new();
        }
        let parsed = Phone::parse(text);
        let phone = self.take(MemberField::Phone, parsed);
        phone.map_or_else(String::new, |phone| phone.reveal().to_owned())
    }

    fn branch(&mut self, default_branch: Option<&str>) -> String {
        let given = self.text(MemberField::Branch);
        let given = Cow::Borrowed(bare(&given));
        match default_branch {
            Some(branch) if given.is_empty() => branch.to_owned(),
            None if given.is_empty() => {
                let sentence = "还没填所在的团支部。请填团支部的编号或全称，或给没写的行定一个团支部（界面里按 4，命令行用 --branch）。";
                self.fault(MemberField::Branch, sentence);
                String::new()
            }
            Some(_) | None => given.into_owned(),
        }
    }

    fn profile(&mut self) -> Profile {
        Profile {
            ethnic_group: self.free_text(MemberField::EthnicGroup),
            political_status: self.free_text(MemberField::PoliticalStatus),
            education: self.free_text(MemberField::Education),
            joined_on: self.month(MemberField::Joined),
            league_post: self.league_post(),
            membership_number: self.free_text(MemberField::MembershipNumber),
            authentication: self.authentication(),
            fees_paid_to: self.month(MemberField::FeesPaidTo),
            graduation_mark: self.graduation_mark(),
        }
    }

    fn free_text(&mut self, field: MemberField) -> String {
        let text = self.text(field);
        let n = if text.len() > TEXT_LIMIT { text.chars().count() } else { 0 };
        if n > TEXT_LIMIT {
            let label = field.label();
            self.fault(
                field,
                &format!(
                    "{label}最多 {TEXT_LIMIT} 个字，现在 {n} 个。请删短，或核对列有没有错位。"
                ),
            );
        }
        text.into_owned()
    }

    fn month(&mut self, field: MemberField) -> String {
        let parsed = month_of(self.plan.cell(self.row, field));
        self.take(field, parsed).unwrap_or_default()
    }

    fn league_post(&mut self) -> String {
        let post = self.free_text(MemberField::LeaguePost);
        if matches!(post.as_str(), "无" | "-" | "—" | "/") { String::new() } else { post }
    }

    fn authentication(&mut self) -> Authentication {
        let text = self.text(MemberField::Authentication);
        let parsed = match text.as_ref() {
            "" => Some(Authentication::Unknown),
            "是" => Some(Authentication::Authenticated),
            "否" => Some(Authentication::Missing),
            other => Authentication::from_label(other).or_else(|| Authentication::from_id(other)),
        };
        let parsed = parsed.ok_or_else(|| {
            let words = Authentication::ALL.iter().map(|value| value.label());
            unknown_word("志愿书认证", &text, words)
        });
        self.take(MemberField::Authentication, parsed).unwrap_or(Authentication::Unknown)
    }

    fn graduation_mark(&mut self) -> GraduationMark {
        let text = self.text(MemberField::GraduationMark);
        let known = GraduationMark::from_label(&text).or_else(|| GraduationMark::from_id(&text));
        let parsed = if text.is_empty() { Some(GraduationMark::None) } else { known };
        let parsed = parsed.ok_or_else(|| {
            let words = GraduationMark::ALL.iter().map(|value| value.label());
            unknown_word("毕业标记", &text, words)
        });
        self.take(MemberField::GraduationMark, parsed).unwrap_or(GraduationMark::None)
    }

    fn compare_sex(&mut self, id: &IdNumber) {
        let given = self.text(MemberField::Sex);
        let Some(sex) = id.sex() else { return };
        if matches!(given.as_ref(), "男" | "女") && given != sex.label() {
            let sentence = format!(
                "性别是「{given}」，和身份证号第 17 位对不上。请对照证件，看是性别错了还是身份证号错了。"
            );
            self.fault(MemberField::Sex, &sentence);
        }
    }

    /// A birthday that cannot be read contradicts nothing.
    fn compare_birthday(&mut self, id: &IdNumber) {
        let given = calendar_part(self.plan.cell(self.row, MemberField::Birthday));
        let (Ok(given), Some(born)) = (given, id.birthday()) else { return };
        let agrees = given.year == born.year()
            && given.month == born.month()
            && given.day.is_none_or(|day| day == born.day() || self.is_month_only());
        if !agrees {
            let sentence = "出生日期和身份证号第 7 到 14 位对不上。请对照证件，看是出生日期错了还是身份证号错了。";
            self.fault(MemberField::Birthday, sentence);
        }
    }

    /// A workbook keeps 出生年月 as the first day of the month.
    fn is_month_only(&self) -> bool {
        self.plan.header(MemberField::Birthday).contains("年月")
    }
}

fn document_of(text: &str) -> Option<DocumentKind> {
    match text {
        "" | "居民身份证" | "身份证" | "resident_card" => Some(DocumentKind::ResidentCard),
        "其他" | "其它" | "其他证件" | "境外身份证" | "护照" | "other" => {
            Some(DocumentKind::Other)
        }
        _ => None,
    }
}

fn unknown_word<'w>(label: &str, given: &str, words: impl Iterator<Item = &'w str>) -> String {
    let words = words.collect::<Vec<_>>().join("」「");
    format!("{label}「{given}」不认得，可以填「{words}」。请改成其中一个，或留空。")
}

#[cfg(test)]
mod tests;
