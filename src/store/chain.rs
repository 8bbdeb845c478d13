//! The history: events appended with a hash of the one before, signed by whoever did it.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::fault::{Stored, Told};
use super::signers::Pen;
use super::{Desk, Store};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::history::Head;
use crate::domain::ids::{AccountId, MemberId, Moment, OrgId, TransferId};
use crate::domain::text::clean_text;
use crate::domain::workflow::Stage;

/// Something that was done, before it has a number.
#[derive(Debug, Clone, Default)]
pub struct Deed {
    /// An act of the workflow or a word of its own, such as `member_import`.
    pub action: String,
    /// The transfer it was done to.
    pub transfer: Option<TransferId>,
    /// The member whose record it is about, so that the entry is found when they are erased.
    pub member: Option<MemberId>,
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

    /// Names the member whose record it is about.
    pub fn about(self, member: MemberId) -> Self {
        Self { member: Some(member), ..self }
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
    /// The person's own, if it is known; the invented office has none.
    pen: Option<&'a Pen>,
}

impl Desk<'_> {
    /// Appends to the history in the name of the signed-in person, signed where the person's pen is
    /// here. Every entry of a person is signed and not only approvals: that needs no list of what
    /// matters, and an entry without a signature is wrong whatever it says.
    pub(super) fn note(&self, deed: &Deed) -> Stored<i64> {
        let author = Author {
            account: Some(self.actor.account),
            name: &self.actor.name,
            scope_path: self.actor.org_path.as_str(),
            pen: self.pen.filter(|pen| pen.account() == self.actor.account),
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
        let author = Author { account: None, name, scope_path: "/", pen: None };
        self.atomically(|| self.append(&author, at, deed).map(drop))
    }

    fn append(&self, author: &Author<'_>, at: Moment, deed: &Deed) -> Stored<i64> {
        const NAME: &str = "SELECT full_name FROM organisations WHERE id = $1";
        let (seq, prev) = self.chain_end()?;
        let behalf_name: String = match deed.on_behalf_of {
            Some(org) => self.connection.query_row(NAME, [org.0], |r| r.get(0)).told()?,
            None => String::new(),
        };
        let link = Link {
            seq,
            at: at.0,
            account: author.account.map(|a| a.0),
            behalf: deed.on_behalf_of.map(|o| o.0),
            transfer: deed.transfer.map(|t| t.0),
            member: deed.member.map(|m| m.0),
            fixed: [
                author.scope_path,
                &behalf_name,
                &deed.action,
                deed.from.map_or("", Stage::id),
                deed.to.map_or("", Stage::id),
            ],
        };
        // Names of files and typed reasons are other people's texts: what steers a terminal ends here.
        let [object, reason, detail] =
            [&deed.object, &deed.reason, &deed.detail].map(|text| clean_text(text).text);
        let personal = [author.name, &object, &reason, &detail];
        self.write_link(&link, personal, &prev, author.pen)?;
        Ok(seq)
    }

    fn write_link(
        &self,
        link: &Link<'_>,
        personal: [&str; 4],
        prev: &[u8],
        pen: Option<&Pen>,
    ) -> Stored<()> {
        const INSERT: &str =
            "INSERT INTO events (seq, at, account_id, actor, scope_path, behalf_id,
                behalf_name, action, transfer_id, object, from_stage, to_stage, reason, detail,
                salt, prev_hash, hash, signature, member_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                $18, $19)";
        let salt = fresh_salt()?;
        let hash = link.hash(prev, &personal_digest(&salt, personal));
        let signature = pen.map(|pen| pen.sign(&hash));
        let [scope, behalf_name, action, from, to] = link.fixed;
        let [actor, object, reason, detail] = personal;
        let values = params![
            link.seq,
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
            salt,
            prev,
            hash,
            signature,
            link.member
        ];
        self.connection.prepare_cached(INSERT).told()?.execute(values).map(drop).told()
    }

    /// The number that comes next, and the hash it follows.
    pub(super) fn chain_end(&self) -> Stored<(i64, Vec<u8>)> {
        Ok(self.last_link()?.map_or((1, Vec::new()), |(seq, hash)| (seq + 1, hash)))
    }

    fn last_link(&self) -> Stored<Option<(i64, Vec<u8>)>> {
        const LAST: &str = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1";
        let mut statement = self.connection.prepare_cached(LAST).told()?;
        statement.query_row([], |r| Ok((r.get(0)?, r.get(1)?))).optional().told()
    }

    /// The end of the history, for what leaves the office. None before the first entry.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn head(&self) -> Stored<Option<Head>> {
        Ok(self.last_link()?.and_then(|(seq, hash)| Head::of(seq, &hash)))
    }
}

/// Sixteen random bytes: what goes into the digest of an entry's personal texts beside them, so that
/// nobody can guess an erased name back by trying names.
fn fresh_salt() -> Stored<[u8; 16]> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| {
        let sentence = "系统给不出随机数，操作记录写不了，这一步没有保存。请重启电脑后再办一次。";
        Fault::new(FaultKind::Failed, sentence).because(error)
    })?;
    Ok(salt)
}

/// The digest of the texts that may speak of a person, with lengths, so that no two entries share
/// bytes.
pub(super) fn personal_digest(salt: &[u8], texts: [&str; 4]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"tuanzhuan-personal-1");
    hasher.update((salt.len() as u64).to_be_bytes());
    hasher.update(salt);
    add_texts(&mut hasher, &texts);
    hasher.finalize().into()
}

fn add_texts(hasher: &mut Sha256, texts: &[&str]) {
    for text in texts {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
}

/// What is hashed of an event beside its personal texts, in a fixed order with lengths.
pub(super) struct Link<'a> {
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) account: Option<i64>,
    pub(super) behalf: Option<i64>,
    pub(super) transfer: Option<i64>,
    pub(super) member: Option<i64>,
    /// Scope, name acted for, action, from, to.
    pub(super) fixed: [&'a str; 5],
}

impl Link<'_> {
    pub(super) fn hash(&self, prev: &[u8], personal: &[u8; 32]) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(b"tuanzhuan-event-2");
        hasher.update((prev.len() as u64).to_be_bytes());
        hasher.update(prev);
        let about = [self.account, self.behalf, self.transfer, self.member];
        for number in [Some(self.seq), Some(self.at)].into_iter().chain(about) {
            hasher.update(number.unwrap_or(i64::MIN).to_be_bytes());
        }
        add_texts(&mut hasher, &self.fixed);
        hasher.update(personal);
        hasher.finalize().into()
    }
}
