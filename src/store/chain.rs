//! The history: events appended with a hash of the one before, and the check of the whole chain.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::fault::{Stored, Told};
use super::{Desk, Store};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{AccountId, Moment, OrgId, TransferId};
use crate::domain::workflow::Stage;

/// Something that was done, before it has a number.
#[derive(Debug, Clone, Default)]
pub struct Deed {
    /// An act of the workflow or a word of its own, such as `member_import`.
    pub action: String,
    /// The transfer it was done to.
    pub transfer: Option<TransferId>,
    /// The organisation acted for from above.
    pub on_behalf_of: Option<OrgId>,
    /// To what, in words: a number, a name, never an ID number.
    pub object: String,
    /// From which stage.
    pub from: Option<Stage>,
    /// To which stage.
    pub to: Option<Stage>,
    /// Reason, word for word.
    pub reason: String,
    /// Further details.
    pub detail: String,
}

impl Deed {
    /// A deed with its object.
    pub fn new(action: &str, object: impl Into<String>) -> Self {
        Self { action: action.to_owned(), object: object.into(), ..Self::default() }
    }

    /// Adds details.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Adds a reason.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }
}

/// Who stands behind an entry.
struct Author<'a> {
    account: Option<AccountId>,
    name: &'a str,
    scope_path: &'a str,
}

impl Desk<'_> {
    /// Appends to the history in the name of the signed-in person.
    pub(super) fn note(&self, deed: &Deed) -> Stored<i64> {
        let author = Author {
            account: Some(self.actor.account),
            name: &self.actor.name,
            scope_path: self.actor.org_path.as_str(),
        };
        self.store.append(&author, self.now.moment, deed)
    }

    /// Records something that changes no table of its own, such as an export or a reveal.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn record(&self, deed: &Deed) -> Stored<()> {
        self.store.atomically(|| self.note(deed).map(drop))
    }
}

impl Store {
    /// Records something that happened before anybody was signed in.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn record_unsigned(&self, at: Moment, name: &str, deed: &Deed) -> Stored<()> {
        let author = Author { account: None, name, scope_path: "/" };
        self.atomically(|| self.append(&author, at, deed).map(drop))
    }

    fn append(&self, author: &Author<'_>, at: Moment, deed: &Deed) -> Stored<i64> {
        const NAME: &str = "SELECT full_name FROM organisations WHERE id = $1";
        const INSERT: &str =
            "INSERT INTO events (seq, at, account_id, actor, scope_path, behalf_id,
                behalf_name, action, transfer_id, object, from_stage, to_stage, reason, detail,
                prev_hash, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
        let (seq, prev) = self.chain_end()?;
        let behalf_name: String = match deed.on_behalf_of {
            Some(org) => self.connection.query_row(NAME, [org.0], |r| r.get(0)).told()?,
            None => String::new(),
        };
        let link = Link {
            seq,
            at: at.0,
            account: author.account.map(|a| a.0),
            texts: [
                author.name,
                author.scope_path,
                &behalf_name,
                &deed.action,
                &deed.object,
                deed.from.map_or("", Stage::id),
                deed.to.map_or("", Stage::id),
                &deed.reason,
                &deed.detail,
            ],
            behalf: deed.on_behalf_of.map(|o| o.0),
            transfer: deed.transfer.map(|t| t.0),
        };
        let hash = link.hash(&prev);
        let [actor, scope, behalf_name, action, object, from, to, reason, detail] = link.texts;
        self.connection
            .prepare_cached(INSERT)
            .told()?
            .execute(params![
                seq,
                link.at,
                link.account,
                actor,
                scope,
                link.behalf,
                behalf_name,
                action,
                link.transfer,
                object,
                from,
                to,
                reason,
                detail,
                prev,
                hash
            ])
            .told()?;
        Ok(seq)
    }

    /// The number that comes next, and the hash it follows.
    fn chain_end(&self) -> Stored<(i64, Vec<u8>)> {
        const LAST: &str = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1";
        let last: Option<(i64, Vec<u8>)> = self
            .connection
            .prepare_cached(LAST)
            .told()?
            .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()
            .told()?;
        Ok(last.map_or((1, Vec::new()), |(seq, hash)| (seq + 1, hash)))
    }

    /// Recomputes the whole chain. Returns how many events there are.
    ///
    /// # Errors
    /// Naming the first event whose hash, number or predecessor does not fit.
    pub fn verify_chain(&self) -> Stored<i64> {
        const SQL: &str = "SELECT seq, at, account_id, actor, scope_path, behalf_id, behalf_name,
                action, transfer_id, object, from_stage, to_stage, reason, detail, prev_hash, hash
            FROM events ORDER BY seq";
        let mut statement = self.connection.prepare(SQL).told()?;
        let mut rows = statement.query([]).told()?;
        let (mut expected, mut prev) = (1, Vec::new());
        while let Some(row) = rows.next().told()? {
            let seq: i64 = row.get(0).told()?;
            let (before, hash): (Vec<u8>, Vec<u8>) = (row.get(14).told()?, row.get(15).told()?);
            if seq != expected || before != prev || link_hash(row, &prev).told()? != hash {
                return Err(broken(expected));
            }
            (expected, prev) = (seq + 1, hash);
        }
        Ok(expected - 1)
    }
}

fn broken(seq: i64) -> Fault {
    let sentence = format!(
        "操作记录第 {seq} 条对不上：有记录被改动或缺失。请停止录入，保留原文件，用最近的备份核对。"
    );
    Fault::new(FaultKind::Damaged, sentence)
}

/// What is hashed of an event, in a fixed order with lengths, so that no two events share bytes.
struct Link<'a> {
    seq: i64,
    at: i64,
    account: Option<i64>,
    behalf: Option<i64>,
    transfer: Option<i64>,
    texts: [&'a str; 9],
}

impl Link<'_> {
    fn hash(&self, prev: &[u8]) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(b"tuanzhuan-event-1");
        hasher.update(prev);
        for number in [Some(self.seq), Some(self.at), self.account, self.behalf, self.transfer] {
            hasher.update(number.unwrap_or(i64::MIN).to_be_bytes());
        }
        for text in self.texts {
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().to_vec()
    }
}

fn link_hash(row: &rusqlite::Row<'_>, prev: &[u8]) -> Result<Vec<u8>, rusqlite::Error> {
    let text = |i: usize| -> Result<String, rusqlite::Error> { row.get(i) };
    let texts = [
        text(3)?,
        text(4)?,
        text(6)?,
        text(7)?,
        text(9)?,
        text(10)?,
        text(11)?,
        text(12)?,
        text(13)?,
    ];
    let link = Link {
        seq: row.get(0)?,
        at: row.get(1)?,
        account: row.get(2)?,
        behalf: row.get(5)?,
        transfer: row.get(8)?,
        texts: texts.each_ref().map(String::as_str),
    };
    Ok(link.hash(prev))
}
