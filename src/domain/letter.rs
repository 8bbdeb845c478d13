//! Papers of a transfer: the letter of introduction (介绍信) with its receipt (回执), and the two
//! forms that go with a transfer. Plain values; who prints, numbers and keeps them is elsewhere.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate};

use super::fault::Fault;
use super::ids::TransferId;
use super::labels::labelled;
use super::workflow::{Facts, Origin, Stage};

labelled! {
    /// What can be printed of a transfer (domain.md B6).
    pub enum PaperKind {
        /// Numbered, with counterfoil and receipt.
        Letter = "letter" / "团员组织关系介绍信",
        /// Asks that the membership stay where it is for a while.
        Retention = "retention" / "保留组织关系申请表",
        /// Tells a member who has moved what holds for them.
        Notice = "notice" / "流动团员管理服务告知书",
    }
}

labelled! {
    /// Which letters a list shows.
    pub enum LetterView {
        /// Those whose receipt has not come.
        Awaited = "awaited" / "待回执",
        /// Those of them whose term is over.
        Overdue = "overdue" / "逾期未回",
        /// Every one.
        All = "all" / "全部",
    }
}

/// The running number of a letter: `2020-0013`, the thirteenth of a year from one organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LetterNumber {
    /// The year in which it was issued.
    pub year: i32,
    /// Its place in that year, from one.
    pub seq: u32,
}

impl fmt::Display for LetterNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}", self.year, self.seq)
    }
}

impl FromStr for LetterNumber {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (year, seq) = text.split_once('-').ok_or(())?;
        let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
        if year.len() != 4 || !digits(year) || !digits(seq) {
            return Err(());
        }
        Ok(Self { year: year.parse().map_err(|_| ())?, seq: seq.parse().map_err(|_| ())? })
    }
}

/// The last day of a letter: the day of issue itself does not count.
pub fn valid_until(issued_on: NaiveDate, days: i64) -> NaiveDate {
    let days = Days::new(u64::try_from(days).unwrap_or(0));
    issued_on.checked_add_days(days).unwrap_or(NaiveDate::MAX)
}

/// A day as papers write it: `2020年6月2日`.
pub fn day_in_words(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A month `2020-06` as papers write it: `2020年6月`. Any other text stays as it is.
pub fn month_in_words(month: &str) -> String {
    let parts = month.split_once('-').and_then(|(year, month)| {
        let month: u32 = month.parse().ok()?;
        (year.len() == 4 && (1..=12).contains(&month)).then(|| format!("{year}年{month}月"))
    });
    parts.unwrap_or_else(|| month.to_owned())
}

/// Why no letter of introduction can be made for a transfer that stands so; none where it can.
///
/// The origin has to have let the member go, and it alone issues the letter: from the review of
/// the destination on, while another system is awaited, and afterwards for the file (domain.md A2).
pub fn no_letter(number: &str, facts: &Facts) -> Option<String> {
    if matches!(facts.origin, Origin::Outside) {
        return Some(format!(
            "{number} 的转出方不在本库，介绍信由转出方开具。请向转出方索要，收到后存入团员档案。"
        ));
    }
    let stage = facts.stage.label();
    match facts.stage {
        Stage::Draft => {
            Some(format!("{number} 还是草稿，不能开介绍信。请先提交，转出组织同意后再开。"))
        }
        Stage::OriginReview => {
            Some(format!("{number} 还在{stage}，不能开介绍信。请转出组织同意后再开。"))
        }
        Stage::Returned | Stage::Withdrawn | Stage::Lapsed => Some(format!(
            "{number} {stage}，不能开介绍信；以前开出的请收回作废。需要的话请再次申请。"
        )),
        Stage::DestinationReview
        | Stage::ProvinceReview
        | Stage::ExternalReceipt
        | Stage::Placement
        | Stage::Completed => None,
    }
}

/// What to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintOrder {
    /// Which paper.
    pub kind: PaperKind,
    /// Of which transfers, one page each, in this order.
    pub ids: Vec<TransferId>,
    /// The file, `.pdf`.
    pub path: PathBuf,
    /// Whether the ID number is masked. A letter identifies a person, so that in full is usual;
    /// that is recorded.
    pub masked: bool,
    /// Replace a file of that name.
    pub overwrite: bool,
}

/// How a transfer of an order fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Its number.
    pub number: String,
    /// Name of the transferee, empty where it is not known.
    pub transferee: String,
    /// The paper, or why there is none.
    pub outcome: Result<PrintedPaper, Fault>,
}

/// A printed paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedPaper {
    /// The letter's number and its last day; none for the other papers.
    pub letter: Option<(LetterNumber, NaiveDate)>,
    /// How often it has been printed, this time included.
    pub times: u32,
    /// The letter that ran out and that this one replaces.
    pub replaces: Option<LetterNumber>,
}

impl PrintedPaper {
    /// What there is to say of it, for the result of a run.
    pub fn words(&self) -> String {
        let mut said = match &self.letter {
            Some((number, until)) => format!("第 {number} 号，有效期至 {}", day_in_words(*until)),
            None => "已打印".to_owned(),
        };
        if self.letter.is_some() && self.times > 1 {
            said.push_str(&format!("，补打（共 {} 次）", self.times));
        }
        if let Some(old) = self.replaces {
            said.push_str(&format!("，重开：原第 {old} 号已过期"));
        }
        said
    }
}

/// What became of an order. Where nothing could be printed there is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintRun {
    /// The file.
    pub path: Option<PathBuf>,
    /// Each transfer, in the order asked for.
    pub results: Vec<Printed>,
}

impl PrintRun {
    /// How many were printed.
    pub fn n_printed(&self) -> usize {
        self.results.iter().filter(|printed| printed.outcome.is_ok()).count()
    }
}

/// Which letters are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterQuery {
    /// The view.
    pub view: LetterView,
    /// Name, number or organisation; empty for all.
    pub search: String,
    /// The page begins after this row.
    pub after: Option<i64>,
}

/// A letter in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// Row.
    pub id: i64,
    /// The transfer.
    pub transfer: TransferId,
    /// Its number.
    pub transfer_number: String,
    /// Where it stands.
    pub stage: Stage,
    /// The letter's number.
    pub number: LetterNumber,
    /// Full name of the organisation that issued it.
    pub issuer: String,
    /// 转出人
    pub transferee: String,
    /// 转入组织
    pub destination: String,
    /// When it was issued first.
    pub issued_on: NaiveDate,
    /// Its last day.
    pub valid_until: NaiveDate,
    /// When the receiver took the member in, as the receipt says.
    pub receipt_on: Option<NaiveDate>,
    /// How often it was printed.
    pub times: u32,
    /// Whether a newer letter stands in its place.
    pub replaced: bool,
}

labelled! {
    /// How it stands with a letter.
    pub enum LetterState {
        /// The receipt is here.
        Received = "received" / "回执已收",
        /// It is awaited, and the term runs.
        Awaited = "awaited" / "待回执",
        /// It is awaited, and the term is over.
        Overdue = "overdue" / "逾期未回",
        /// The transfer was returned, taken back or voided.
        Void = "void" / "已作废",
        /// A newer letter stands in its place.
        Replaced = "replaced" / "已重开",
    }
}

impl LetterRow {
    /// How it stands on a day.
    pub fn state(&self, today: NaiveDate) -> LetterState {
        let is_void = matches!(self.stage, Stage::Returned | Stage::Withdrawn | Stage::Lapsed);
        match self.receipt_on {
            Some(_) => LetterState::Received,
            None if self.replaced => LetterState::Replaced,
            None if is_void => LetterState::Void,
            None if self.valid_until < today => LetterState::Overdue,
            None => LetterState::Awaited,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::Initiator;
    use super::super::ids::{AccountId, OrgId};
    use super::super::organisation::OrgPath;
    use super::super::workflow::Destination;
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let number = LetterNumber { year: 2020, seq: 13 };
        assert_eq!(number.to_string(), "2020-0013");
        assert_eq!("2020-0013".parse(), Ok(number));
        assert_eq!("2020-10013".parse(), Ok(LetterNumber { year: 2020, seq: 10_013 }));
        for wrong in ["", "2020", "20-13", "2020-", "2020-x", "ZJ20200602-0013", "2020-+1"] {
            assert_eq!(wrong.parse::<LetterNumber>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn days_and_months_are_written_as_on_paper() {
        assert_eq!(day_in_words(day(2020, 6, 2)), "2020年6月2日");
        assert_eq!(month_in_words("2020-06"), "2020年6月");
        assert_eq!(month_in_words("2020年春"), "2020年春");
        assert_eq!(month_in_words("2020-13"), "2020-13");
        assert_eq!(valid_until(day(2020, 6, 2), 90), day(2020, 8, 31));
    }

    fn facts(stage: Stage, origin: Origin) -> Facts {
        Facts {
            stage,
            origin,
            destination: Destination::Outside,
            initiator: Initiator::Member,
            applicant: AccountId(1),
            applicant_path: None,
            origin_consents: false,
            destination_consents: false,
            is_own: false,
        }
    }

    #[test]
    fn a_letter_needs_the_consent_of_an_origin_that_is_here() {
        let here = || Origin::Managed(OrgPath::root(OrgId(1)));
        let may: Vec<Stage> = Stage::ALL
            .iter()
            .copied()
            .filter(|stage| no_letter("ZJ1", &facts(*stage, here())).is_none())
            .collect();
        use Stage::*;
        assert_eq!(may, [DestinationReview, ProvinceReview, ExternalReceipt, Placement, Completed]);
        let said = no_letter("ZJ1", &facts(ExternalReceipt, Origin::Outside)).unwrap();
        assert!(said.contains("由转出方开具"), "{said}");
    }

    #[test]
    fn a_letter_is_overdue_from_the_day_after_its_last() {
        let row = LetterRow {
            id: 1,
            transfer: TransferId(1),
            transfer_number: "ZJ20200602-0013".to_owned(),
            stage: Stage::ExternalReceipt,
            number: LetterNumber { year: 2020, seq: 1 },
            issuer: "某某学院团委".to_owned(),
            transferee: "孔维嘉".to_owned(),
            destination: "某某区团委".to_owned(),
            issued_on: day(2020, 6, 2),
            valid_until: day(2020, 8, 31),
            receipt_on: None,
            times: 1,
            replaced: false,
        };
        assert_eq!(row.state(day(2020, 8, 31)), LetterState::Awaited);
        assert_eq!(row.state(day(2020, 9, 1)), LetterState::Overdue);
        let back = LetterRow { receipt_on: Some(day(2020, 9, 2)), ..row.clone() };
        assert_eq!(back.state(day(2020, 9, 3)), LetterState::Received);
        let void = LetterRow { stage: Stage::Returned, ..row.clone() };
        assert_eq!(void.state(day(2020, 9, 3)), LetterState::Void);
        let replaced = LetterRow { replaced: true, ..row };
        assert_eq!(replaced.state(day(2020, 9, 3)), LetterState::Replaced);
    }
}
