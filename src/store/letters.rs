//! Letters of introduction: their running numbers, how often they were printed, their receipts.

use chrono::{Datelike, NaiveDate};
use rusqlite::{OptionalExtension, Row, named_params, params};

use super::Desk;
use super::chain::Deed;
use super::fault::{Stored, Told, conflict, not_found, rule};
use crate::domain::id_number::DocumentKind;
use crate::domain::ids::{MemberId, OrgId, TransferId};
use crate::domain::letter::{LetterNumber, LetterQuery, LetterRow, LetterView, valid_until};
use crate::domain::transfer::{Contact, TransferRow};
use crate::domain::workflow::Stage;

/// Letters of one page.
const PAGE: i64 = 200;

const COLUMNS: &str = "l.id, l.transfer_id, t.number, t.stage, l.year, l.seq, l.issuer_name,
    t.person_name, t.destination_name, l.issued_on, l.valid_until, l.receipt_on, l.n_printed,
    l.replaced";

/// Letters that this person's side issued: from within the range, or for a member who left it.
const ISSUED_HERE: &str = "((t.origin_path >= :lo AND t.origin_path < :hi)
    OR EXISTS (SELECT 1 FROM organisations o WHERE o.id = l.issuer_id AND o.path >= :lo AND o.path < :hi))";

/// What a paper says of a transfer and of whom it is about.
#[derive(Clone)]
pub struct PaperSubject {
    /// The light row.
    pub row: TransferRow,
    /// ID number of the transferee, in the clear.
    pub id_number: String,
    /// The record here, if there is one.
    pub member: Option<MemberId>,
    /// Kind of the document; resident cards where no record says otherwise.
    pub document: DocumentKind,
    /// 民族; the rest likewise as entered, and empty where it is not known.
    pub ethnic_group: String,
    /// 政治面貌
    pub political_status: String,
    /// Month of joining.
    pub joined_on: String,
    /// 团内职务
    pub league_post: String,
    /// 发展团员编号
    pub membership_number: String,
    /// Month up to which fees are paid.
    pub fees_paid_to: String,
    /// Whom to call at the origin.
    pub contact: Contact,
}

/// A letter as it stands after it was issued, or counted once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedLetter {
    /// Its number.
    pub number: LetterNumber,
    /// Who issued it, as named then.
    pub issuer: String,
    /// When.
    pub issued_on: NaiveDate,
    /// For how many days.
    pub valid_days: i64,
    /// Its last day.
    pub valid_until: NaiveDate,
    /// How often it has been printed, this time included.
    pub times: u32,
    /// The letter that ran out, in whose place it stands.
    pub replaces: Option<LetterNumber>,
}

/// A letter in force, with its row.
struct Kept {
    id: i64,
    letter: IssuedLetter,
    received: bool,
}

impl Desk<'_> {
    /// What papers say of a transfer in scope.
    ///
    /// # Errors
    /// Where there is none in scope, or it names nobody: an unfinished draft, or erased data.
    pub fn paper_subject(&self, id: TransferId) -> Stored<PaperSubject> {
        const SQL: &str = "SELECT t.person_number, m.id, coalesce(m.document, ''),
                coalesce(m.ethnic_group, ''), coalesce(m.political_status, ''),
                coalesce(m.joined_on, ''), coalesce(m.league_post, ''),
                coalesce(m.membership_number, ''), coalesce(m.fees_paid_to, ''), t.origin_id
            FROM transfers t LEFT JOIN members m ON m.id = t.member_id WHERE t.id = $1";
        let row = self.transfer(id)?;
        let connection = &self.store.connection;
        let (mut subject, origin) =
            connection.query_row(SQL, [id.0], |r| subject_of(r, row)).told()?;
        if subject.id_number.is_empty() {
            return Err(rule(format!(
                "{} 里没有转出人的证件号码（草稿还没填，或个人信息已经删除），不能打印。请先填好再提交。",
                subject.row.number
            )));
        }
        subject.contact = self.store.contact_of(origin)?;
        Ok(subject)
    }

    /// Gives a transfer's letter its number, or counts one more print of the letter in force. One
    /// that ran out without a receipt is replaced. Belongs in the transaction that prints.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn issue_letter(&self, id: TransferId, valid_days: i64) -> Stored<IssuedLetter> {
        let today = self.now.today();
        match self.letter_in_force(id)? {
            Some(kept) if kept.received || kept.letter.valid_until >= today => {
                const COUNT: &str = "UPDATE letters SET n_printed = n_printed + 1 WHERE id = $1";
                self.store.connection.execute(COUNT, [kept.id]).told()?;
                Ok(IssuedLetter { times: kept.letter.times + 1, ..kept.letter })
            }
            Some(expired) => {
                const REPLACE: &str = "UPDATE letters SET replaced = 1 WHERE id = $1";
                self.store.connection.execute(REPLACE, [expired.id]).told()?;
                self.insert_letter(id, valid_days, Some(expired.letter.number))
            }
            None => self.insert_letter(id, valid_days, None),
        }
    }

    fn insert_letter(
        &self,
        id: TransferId,
        valid_days: i64,
        replaces: Option<LetterNumber>,
    ) -> Stored<IssuedLetter> {
        const NEXT: &str =
            "SELECT coalesce(max(seq), 0) + 1 FROM letters WHERE issuer_id = $1 AND year = $2";
        const INSERT: &str = "INSERT INTO letters (transfer_id, issuer_id, issuer_name, year, seq,
                issued_on, issued_at, account_id, valid_days, valid_until)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let (connection, today) = (&self.store.connection, self.now.today());
        let (OrgId(issuer), year) = (self.actor.org, today.year());
        let issuer_name = self.store.organisation(self.actor.org)?.full_name;
        let seq: u32 = connection.query_row(NEXT, params![issuer, year], |r| r.get(0)).told()?;
        let until = valid_until(today, valid_days);
        let values = params![
            id.0,
            issuer,
            issuer_name,
            year,
            seq,
            iso(today),
            self.now.moment.0,
            self.actor.account.0,
            valid_days,
            iso(until)
        ];
        connection.execute(INSERT, values).told()?;
        Ok(IssuedLetter {
            number: LetterNumber { year, seq },
            issuer: issuer_name,
            issued_on: today,
            valid_days,
            valid_until: until,
            times: 1,
            replaces,
        })
    }

    fn letter_in_force(&self, id: TransferId) -> Stored<Option<Kept>> {
        const SQL: &str = "SELECT id, year, seq, issuer_name, issued_on, valid_days, valid_until,
                n_printed, receipt_on FROM letters WHERE transfer_id = $1 AND replaced = 0";
        self.store.connection.query_row(SQL, [id.0], kept_of).optional().told()
    }

    /// Notes that something was printed, in the transaction that prints it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn note_paper(&self, deed: &Deed) -> Stored<()> {
        self.note(deed).map(drop)
    }

    /// Notes the day on which the receiver took the member in, as the receipt says; over an earlier
    /// one where that was wrong. Returns the letter.
    ///
    /// # Errors
    /// Where there is no letter, or the day lies before the letter.
    pub fn note_receipt(&self, id: TransferId, on: NaiveDate) -> Stored<LetterRow> {
        const UPDATE: &str = "UPDATE letters SET receipt_on = $1 WHERE id = $2";
        self.store.atomically(|| {
            let row = self.letter_of(id)?;
            self.check_in_force(id, &row)?;
            check_day(&row, on)?;
            self.store.connection.execute(UPDATE, params![iso(on), row.id]).told()?;
            let before = row.receipt_on.map_or_else(String::new, |day| format!("，原登记 {day}"));
            let detail = format!("第 {} 号，接收日期 {on}{before}", row.number);
            let deed = Deed {
                transfer: Some(id),
                ..Deed::new("letter_receipt", row.transfer_number.clone()).detail(detail)
            };
            self.note(&deed)?;
            Ok(LetterRow { receipt_on: Some(on), ..row })
        })
    }

    /// A letter of a transfer that ended without success is void.
    fn check_in_force(&self, id: TransferId, row: &LetterRow) -> Stored<()> {
        let stage = self.transfer(id)?.facts.stage;
        if !matches!(stage, Stage::Returned | Stage::Withdrawn | Stage::Lapsed) {
            return Ok(());
        }
        Err(conflict(format!(
            "{} {}，第 {} 号介绍信已作废，不能登记回执。请核对回执上的编号。",
            row.transfer_number,
            stage.label(),
            row.number
        )))
    }

    /// The letter of a transfer that this person's side issued.
    fn letter_of(&self, id: TransferId) -> Stored<LetterRow> {
        let sql = format!(
            "SELECT {COLUMNS} FROM letters l JOIN transfers t ON t.id = l.transfer_id
             WHERE l.transfer_id = :id AND l.replaced = 0 AND {ISSUED_HERE}"
        );
        let b = self.bounds();
        let params = named_params! {":lo": b.lo, ":hi": b.hi, ":id": id.0};
        let found = self.store.connection.query_row(&sql, params, row_of).optional().told()?;
        let number = || self.transfer(id).map_or_else(|_| id.to_string(), |row| row.number);
        found.ok_or_else(|| not_found("介绍信", &number(), "这一单还没有开过介绍信，请先打印。"))
    }

    /// The transfer that a number means: its own, or that of a letter issued by this person's side.
    ///
    /// # Errors
    /// Where there is none, or several organisations have a letter of that number.
    pub fn transfer_of_paper(&self, text: &str) -> Stored<TransferId> {
        let Ok(number) = text.trim().parse::<LetterNumber>() else {
            return self.transfer_by_number(text).map(|row| row.id);
        };
        let sql = format!(
            "SELECT l.transfer_id, l.replaced FROM letters l JOIN transfers t ON t.id = l.transfer_id
             WHERE l.year = :year AND l.seq = :seq AND {ISSUED_HERE} LIMIT 2"
        );
        let b = self.bounds();
        let params =
            named_params! {":lo": b.lo, ":hi": b.hi, ":year": number.year, ":seq": number.seq};
        let mut statement = self.store.connection.prepare(&sql).told()?;
        let rows =
            statement.query_map(params, |r| Ok((TransferId(r.get(0)?), r.get(1)?))).told()?;
        let found: Vec<(TransferId, bool)> = rows.collect::<Result<_, _>>().told()?;
        match found.as_slice() {
            [] => Err(not_found("介绍信", text, "请核对编号，例如 2020-0013。")),
            [(_, true)] => Err(conflict(format!(
                "介绍信第 {number} 号过期后已由新的一封代替。请按新的编号或转接编号（ZJ 开头）登记。"
            ))),
            [(one, false)] => Ok(*one),
            _ => Err(conflict(format!(
                "介绍信第 {number} 号有几封，是不同组织开的。请改用转接编号（ZJ 开头）。"
            ))),
        }
    }

    /// A page of the letters that this person's side issued, newest first, and where the next one
    /// begins.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn letters(&self, query: &LetterQuery) -> Stored<(Vec<LetterRow>, Option<i64>)> {
        const OPEN: &str = "l.receipt_on = '' AND l.replaced = 0 AND t.stage NOT IN ('returned', 'withdrawn', 'lapsed')";
        let view = match query.view {
            LetterView::Awaited => OPEN.to_owned(),
            LetterView::Overdue => format!("{OPEN} AND l.valid_until < :today"),
            LetterView::All => "1".to_owned(),
        };
        // Every parameter stands in the statement, whatever the view.
        let sql = format!(
            "SELECT {COLUMNS} FROM letters l JOIN transfers t ON t.id = l.transfer_id
             WHERE {ISSUED_HERE} AND {view} AND :today <> '' AND l.id < :after
               AND (:search = ''
                 OR row_match(:search, t.person_name, t.number, t.origin_name, t.destination_name)
                 OR instr(printf('%d-%04d', l.year, l.seq), :search))
             ORDER BY l.id DESC LIMIT :limit"
        );
        let b = self.bounds();
        let search = query.search.trim();
        let params = named_params! {
            ":lo": b.lo, ":hi": b.hi, ":today": iso(self.now.today()), ":search": search,
            ":after": query.after.unwrap_or(i64::MAX), ":limit": PAGE + 1,
        };
        let mut statement = self.store.connection.prepare(&sql).told()?;
        let rows = statement.query_map(params, row_of).told()?;
        let mut found: Vec<LetterRow> = rows.collect::<Result<_, _>>().told()?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let has_more = found.len() > page;
        found.truncate(page);
        let next = found.last().map(|row| row.id).filter(|_| has_more);
        Ok((found, next))
    }
}

fn check_day(row: &LetterRow, on: NaiveDate) -> Stored<()> {
    if on >= row.issued_on {
        return Ok(());
    }
    Err(rule(format!(
        "回执日期 {on} 在开具介绍信（{}）之前。请照回执上写的接收日期填。",
        row.issued_on
    )))
}

fn iso(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// A day of the database. One that cannot be read counts as long past, so that it is looked at.
fn day(r: &Row<'_>, i: usize) -> Result<NaiveDate, rusqlite::Error> {
    let text: String = r.get(i)?;
    Ok(NaiveDate::parse_from_str(&text, "%Y-%m-%d").unwrap_or(NaiveDate::MIN))
}

fn row_of(r: &Row<'_>) -> Result<LetterRow, rusqlite::Error> {
    let receipt: String = r.get(11)?;
    Ok(LetterRow {
        id: r.get(0)?,
        transfer: TransferId(r.get(1)?),
        transfer_number: r.get(2)?,
        stage: Stage::from_id(&r.get::<_, String>(3)?).unwrap_or(Stage::Draft),
        number: LetterNumber { year: r.get(4)?, seq: r.get(5)? },
        issuer: r.get(6)?,
        transferee: r.get(7)?,
        destination: r.get(8)?,
        issued_on: day(r, 9)?,
        valid_until: day(r, 10)?,
        receipt_on: if receipt.is_empty() { None } else { Some(day(r, 11)?) },
        times: r.get(12)?,
        replaced: r.get(13)?,
    })
}

fn kept_of(r: &Row<'_>) -> Result<Kept, rusqlite::Error> {
    let letter = IssuedLetter {
        number: LetterNumber { year: r.get(1)?, seq: r.get(2)? },
        issuer: r.get(3)?,
        issued_on: day(r, 4)?,
        valid_days: r.get(5)?,
        valid_until: day(r, 6)?,
        times: r.get(7)?,
        replaces: None,
    };
    Ok(Kept { id: r.get(0)?, letter, received: !r.get::<_, String>(8)?.is_empty() })
}

fn subject_of(
    r: &Row<'_>,
    row: TransferRow,
) -> Result<(PaperSubject, Option<OrgId>), rusqlite::Error> {
    let document = match r.get::<_, String>(2)?.as_str() {
        "other" => DocumentKind::Other,
        _ => DocumentKind::ResidentCard,
    };
    let subject = PaperSubject {
        row,
        id_number: r.get(0)?,
        member: r.get::<_, Option<i64>>(1)?.map(MemberId),
        document,
        ethnic_group: r.get(3)?,
        political_status: r.get(4)?,
        joined_on: r.get(5)?,
        league_post: r.get(6)?,
        membership_number: r.get(7)?,
        fees_paid_to: r.get(8)?,
        contact: Contact::default(),
    };
    Ok((subject, r.get::<_, Option<i64>>(9)?.map(OrgId)))
}
