//! Members: one record for one ID number, changed in the open and never removed.

use rusqlite::{CachedStatement, OptionalExtension, Row, ToSql, named_params, params};

use super::chain::Deed;
use super::fault::{Stored, Told, conflict, not_allowed, not_found};
use super::organisations::{check_in_use, no_branch};
use super::words::Search;
use super::{Desk, Store, retention};
use crate::domain::id_number::{DocumentKind, IdNumber, mask_id};
use crate::domain::ids::{BatchId, MemberId, OrgId};
use crate::domain::member::{
    Authentication, GraduationMark, Member, MemberEntry, MemberRow, MemberState, Profile,
};
use crate::domain::name_key::name_key;
use crate::domain::organisation::{OrgKind, OrgPath, Organisation};
use crate::domain::phone::mask_phone;
use crate::domain::reminder::Due;

const COLUMNS: &str = "m.id, m.name, m.document, m.id_number, m.phone, m.branch_id, o.full_name, o.path,
    m.ethnic_group, m.political_status, m.education, m.joined_on, m.league_post, m.membership_number,
    m.authentication, m.fees_paid_to, m.graduation_mark, m.state";

/// Most rows of one page.
const PAGE: usize = 100;

/// Most members of a scope that are read and sorted.
const MOST_SORTED: i64 = 5_000;

/// The members of a small scope by their branches, for SQL.
pub(super) const FEW: &str = "m.id IN (SELECT id FROM members WHERE branch_id IN (SELECT id FROM organisations
        WHERE path >= max(:lo, :under) AND path < (CASE :under WHEN '' THEN :hi ELSE min(:hi, :end) END))
    UNION ALL SELECT id FROM members WHERE id_number = :id)";

/// Which members a list shows.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// Search text: characters, pinyin, initials, or a whole ID number.
    pub search: String,
    /// In this organisation or below.
    pub under: Option<OrgPath>,
    /// Those who left or were taken out of use, too.
    pub former: bool,
    /// Page begins after this name key and row.
    pub after: Option<(String, i64)>,
    /// Most rows; a page where it is not said.
    pub limit: Option<usize>,
    /// Only those that a reminder is about.
    pub due: Option<Due>,
}

impl Store {
    pub(super) fn member_by_number(&self, number: &str) -> Stored<Option<Member>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM members m JOIN organisations o ON o.id = m.branch_id
             WHERE m.id_number = $1"
        );
        self.connection
            .prepare_cached(&sql)
            .told()?
            .query_row([number], member_of)
            .optional()
            .told()
    }

    pub(super) fn member_by_row(&self, id: MemberId) -> Stored<Option<Member>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM members m JOIN organisations o ON o.id = m.branch_id WHERE m.id = $1"
        );
        self.connection.prepare_cached(&sql).told()?.query_row([id.0], member_of).optional().told()
    }

    /// Writes a member that was checked.
    pub(super) fn insert_member(
        &self,
        entry: &MemberEntry,
        branch: OrgId,
        batch: Option<BatchId>,
    ) -> Stored<MemberId> {
        self.member_insert(1)?.put(entry, branch, batch)?;
        Ok(MemberId(self.connection.last_insert_rowid()))
    }

    /// The statement that writes `n_rows` members at once.
    pub(super) fn member_insert(&self, n_rows: usize) -> Stored<MemberInsert<'_>> {
        const INTO: &str = "members (id_number, document, name, name_key, phone, branch_id,
            ethnic_group, political_status, education, joined_on, league_post, membership_number,
            authentication, fees_paid_to, graduation_mark, batch_id)";
        const ROW: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        // Whoever writes many has a transaction that a fault undoes as a whole. SQLite then need not
        // keep what each statement changed, which is half of the work.
        let or = if n_rows == 1 { "" } else { "OR FAIL " };
        let rows = [ROW].repeat(n_rows).join(", ");
        let sql = format!("INSERT {or}INTO {INTO} VALUES {rows}");
        let statement = self.connection.prepare_cached(&sql).told()?;
        Ok(MemberInsert { statement, n_rows, n_bound: 0 })
    }
}

/// See [`Store::member_insert`].
pub(super) struct MemberInsert<'a> {
    statement: CachedStatement<'a>,
    n_rows: usize,
    n_bound: usize,
}

impl MemberInsert<'_> {
    /// Takes a member; writes when there are as many as the statement holds.
    pub(super) fn put(
        &mut self,
        entry: &MemberEntry,
        branch: OrgId,
        batch: Option<BatchId>,
    ) -> Stored<()> {
        let p = &entry.profile;
        let values: &[&dyn ToSql] = params![
            entry.id_number.reveal(),
            document_id(entry.document),
            entry.name,
            name_key(&entry.name),
            entry.phone,
            branch.0,
            p.ethnic_group,
            p.political_status,
            p.education,
            p.joined_on,
            p.league_post,
            p.membership_number,
            p.authentication.id(),
            p.fees_paid_to,
            p.graduation_mark.id(),
            batch.map(|b| b.0)
        ];
        let before = self.n_bound * values.len();
        for (at, value) in values.iter().enumerate() {
            self.statement.raw_bind_parameter(before + at + 1, value).told()?;
        }
        self.n_bound += 1;
        if self.n_bound == self.n_rows { self.run() } else { Ok(()) }
    }

    fn run(&mut self) -> Stored<()> {
        self.n_bound = 0;
        self.statement.raw_execute().map(drop).told()
    }
}

impl Desk<'_> {
    /// Whether this person may see a member's record.
    pub(super) fn may_see(&self, member: &Member) -> bool {
        self.covers(&member.branch_path) || member.id_number == self.actor.id_number
    }

    /// A member in scope.
    ///
    /// # Errors
    /// Where there is none in scope; the two cases are not told apart.
    pub fn member(&self, id: MemberId) -> Stored<Member> {
        let found = self.store.member_by_row(id)?.filter(|m| self.may_see(m));
        found.ok_or_else(|| not_found("团员", &id.to_string(), "请刷新列表后再选。"))
    }

    /// A member in scope by ID number.
    ///
    /// # Errors
    /// Where there is none in scope; the sentence shows only a mask.
    pub fn member_by_number(&self, number: &str) -> Stored<Member> {
        let number = crate::domain::id_number::normal_form(number);
        let found = self.store.member_by_number(&number)?.filter(|m| self.may_see(m));
        let next = "请核对号码；如果还没录入，先用「添加团员」或导入名册。";
        found.ok_or_else(|| not_found("团员", &mask_id(&number), next))
    }

    /// The record of a whole ID number wherever it is: for taking somebody in, and for naming where
    /// a person is already. What is shown of it is the caller's business.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn find_member(&self, number: &str) -> Stored<Option<Member>> {
        self.store.member_by_number(&crate::domain::id_number::normal_form(number))
    }

    /// Number and stage of a person's open transfer, as words.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn open_transfer(&self, id_number: &IdNumber) -> Stored<Option<String>> {
        self.store.open_transfer_of(id_number.reveal())
    }

    /// The signed-in person's own record, if there is one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn own_record(&self) -> Stored<Option<Member>> {
        self.store.member_by_number(self.actor.id_number.reveal())
    }

    /// A page of members in scope, in pinyin order.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn members(
        &self,
        filter: &MemberFilter,
    ) -> Stored<(Vec<MemberRow>, Option<(String, i64)>)> {
        let search = self.store.search_members(&filter.search)?;
        let bounds = self.bounds();
        let (under, end) = filter
            .under
            .as_ref()
            .map_or_else(Default::default, |p| (p.as_str().to_owned(), p.range_end()));
        let (key, row) = filter.after.clone().unwrap_or_default();
        let limit = filter.limit.unwrap_or(PAGE);
        let searched = search.as_ref().map_or("1", |search| search.condition.as_str());
        let is_gathered = search.as_ref().is_some_and(|search| search.few);
        let scope =
            if !is_gathered && self.has_few_members(filter.under.as_ref())? { FEW } else { "1" };
        let kept = filter.due.map_or_else(|| "1".to_owned(), retention::condition);
        let sql = format!(
            "SELECT m.id, m.name, m.id_number, m.phone, o.full_name, m.joined_on,
                m.league_post, m.state, coalesce((SELECT t.number FROM transfers t WHERE t.person_number = m.id_number
                    AND t.stage IN ('origin_review', 'destination_review', 'province_review',
                        'external_receipt', 'placement')), ''), m.name_key
            FROM members m JOIN organisations o ON o.id = m.branch_id
            WHERE ((o.path >= :lo AND o.path < :hi) OR m.id_number = :id)
              AND (:under = '' OR (o.path >= :under AND o.path < :end))
              AND (m.state = 'active' OR :former)
              AND {searched} AND {scope} AND {kept} AND (m.name_key, m.id) > (:key, :row)
            ORDER BY m.name_key, m.id LIMIT :limit"
        );
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let usual = named_params! {":lo": bounds.lo, ":hi": bounds.hi, ":id": bounds.id,
        ":under": under, ":end": end, ":former": filter.former, ":key": key, ":row": row,
        ":limit": limit + 1};
        let mut values = usual.to_vec();
        values.extend(search.iter().flat_map(Search::params));
        let due = filter.due.map(retention::value);
        values.extend(due.iter().map(|due| (":due", due as &dyn ToSql)));
        let found = statement
            .query_map(values.as_slice(), |r| Ok((row_of(r)?, r.get::<_, String>(9)?)))
            .told()?;
        let mut found: Vec<(MemberRow, String)> = found.collect::<Result<_, _>>().told()?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(row, key)| (key.clone(), row.id.0));
        Ok((found.into_iter().map(|(row, _)| row).collect(), next))
    }

    /// Whether so few members are in scope, or below an organisation, that it is cheapest to read and
    /// sort them all: otherwise a page is met soon on a walk in the order of the names.
    pub(super) fn has_few_members(&self, under: Option<&OrgPath>) -> Stored<bool> {
        const ORGS: &str = "SELECT id FROM organisations WHERE path >= $1 AND path < $2 LIMIT 4000";
        let all = self.bounds();
        let (low, high) =
            under.map_or((all.lo, all.hi), |p| (p.as_str().to_owned(), p.range_end()));
        let count = format!(
            "SELECT (SELECT count(*) FROM ({ORGS})),
                (SELECT count(*) FROM (SELECT 1 FROM members WHERE branch_id IN ({ORGS}) LIMIT $3)),
                (SELECT coalesce(max(id), 0) FROM members)"
        );
        let mut statement = self.store.connection.prepare_cached(&count).told()?;
        let (orgs, members, last): (i64, i64, i64) = statement
            .query_row(params![low, high, MOST_SORTED], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
            .told()?;
        Ok(orgs < 4000 && members < MOST_SORTED && members * 8 < last)
    }

    /// Makes a member in a branch.
    ///
    /// # Errors
    /// Where the branch is out of scope or no branch, or the ID number is in the database already;
    /// then the sentence says where.
    pub fn add_member(&self, entry: &MemberEntry, branch: &str) -> Stored<MemberId> {
        let branch = self.branch_in_scope(branch)?;
        self.store.atomically(|| {
            if let Some(there) = self.presence(entry.id_number.reveal())? {
                return Err(conflict(there));
            }
            let id = self.store.insert_member(entry, branch.id, None)?;
            self.note(
                &Deed::new("member_add", entry.name.clone())
                    .about(id)
                    .detail(branch.full_name.clone()),
            )?;
            Ok(id)
        })
    }

    /// A branch that this person fills in for, by code or full name.
    pub(super) fn branch_in_scope(&self, text: &str) -> Stored<Organisation> {
        let branch = self.store.find_organisation(text)?;
        if branch.kind != OrgKind::Branch {
            return Err(no_branch(&branch));
        }
        if !self.covers(&branch.path) {
            return Err(not_allowed(format!(
                "「{}」不在你管理的范围内。请选自己管理的团支部，或请它的管理员录入。",
                branch.full_name
            )));
        }
        check_in_use(&branch)?;
        Ok(branch)
    }

    /// Where an ID number is in the database already, as a sentence that offers what to do.
    pub(super) fn presence(&self, number: &str) -> Stored<Option<String>> {
        let Some(member) = self.store.member_by_number(number)? else {
            let open = self.store.open_transfer_of(number)?;
            return Ok(open.map(|open| {
                format!("{} 正在转入（{open}），办完时自动建立记录，不用再录。", mask_id(number))
            }));
        };
        let here = self.may_see(&member);
        let place = if here { member.branch_name.as_str() } else { "别的组织" };
        let next = match (here, member.state) {
            (true, MemberState::Active) => "不用再录；需要换团支部请发起转接。",
            (_, MemberState::TransferredOut) => "曾经转出，请用「办理转入」接回来，不要另建一条。",
            (true, MemberState::Retired) => "已停用，请先核对原因。",
            (false, _) => "同一个人只能有一条记录，请用「办理转入」发起转接。",
        };
        // Whoever types a number does not learn the name of somebody elsewhere by it.
        let name = if here { member.name.as_str() } else { "这个证件号" };
        Ok(Some(format!(
            "{name} 已在{place}录入（{}，{}）。{next}",
            member.id_number.masked(),
            member.state.label()
        )))
    }
}

fn document_id(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::ResidentCard => "resident",
        DocumentKind::Other => "other",
    }
}

fn id_number_of(text: &str) -> Result<IdNumber, rusqlite::Error> {
    IdNumber::parse(text).or_else(|_| IdNumber::parse_other(text)).map_err(|fault| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(fault))
    })
}

fn member_of(row: &Row<'_>) -> Result<Member, rusqlite::Error> {
    let text = |i: usize| row.get::<_, String>(i);
    let id_number = id_number_of(&text(3)?)?;
    Ok(Member {
        id: MemberId(row.get(0)?),
        name: text(1)?,
        document: if text(2)? == "resident" {
            DocumentKind::ResidentCard
        } else {
            DocumentKind::Other
        },
        id_number,
        phone: text(4)?,
        branch: OrgId(row.get(5)?),
        branch_name: text(6)?,
        branch_path: OrgPath::from_stored(text(7)?),
        profile: Profile {
            ethnic_group: text(8)?,
            political_status: text(9)?,
            education: text(10)?,
            joined_on: text(11)?,
            league_post: text(12)?,
            membership_number: text(13)?,
            authentication: Authentication::from_id(&text(14)?).unwrap_or(Authentication::Unknown),
            fees_paid_to: text(15)?,
            graduation_mark: GraduationMark::from_id(&text(16)?).unwrap_or(GraduationMark::None),
        },
        state: MemberState::from_id(&text(17)?).unwrap_or(MemberState::Retired),
    })
}

fn row_of(row: &Row<'_>) -> Result<MemberRow, rusqlite::Error> {
    Ok(MemberRow {
        id: MemberId(row.get(0)?),
        name: row.get(1)?,
        masked_id: mask_id(&row.get::<_, String>(2)?),
        masked_phone: mask_phone(&row.get::<_, String>(3)?),
        branch_name: row.get(4)?,
        joined_on: row.get(5)?,
        league_post: row.get(6)?,
        state: MemberState::from_id(&row.get::<_, String>(7)?).unwrap_or(MemberState::Retired),
        open_transfer: row.get(8)?,
    })
}

/// Reads a stored ID number; shared by the readers of accounts and transfers.
pub(super) fn stored_id(text: &str) -> Result<IdNumber, rusqlite::Error> {
    id_number_of(text)
}
