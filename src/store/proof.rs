//! The check of the whole history: hashes, signatures, keys, its end, and whether the transfers
//! stand where it left them. The first entry that does not fit is named; nobody is blamed.

use std::collections::HashMap;

use rusqlite::Row;

use super::Store;
use super::chain::{Link, personal_digest};
use super::fault::{Stored, Told};
use super::signers::{KEY_ENTRY, Known};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::history::{Head, action_words};
use crate::domain::ids::{Moment, Now};
use crate::domain::workflow::Stage;

/// Whether entries of people must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signatures {
    /// Each of them, as in every real office.
    Required,
    /// Those that are there must fit: the invented office is entered without passwords.
    WhereMade,
}

/// What the history is held against.
#[derive(Debug, Clone, Copy)]
pub struct Expectations<'a> {
    /// For times as people read them.
    pub now: Now,
    /// Whether signatures must be there.
    pub signatures: Signatures,
    /// Ends of this history that were seen before, outside the database.
    pub heads: &'a [Head],
}

impl Default for Expectations<'_> {
    fn default() -> Self {
        let now = Now { moment: Moment(0), offset: 8 * 3600 };
        Self { now, signatures: Signatures::WhereMade, heads: &[] }
    }
}

/// What the check of the history found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proven {
    /// Entries.
    pub n_events: i64,
    /// Those with a signature; all of them fit.
    pub n_signed: i64,
    /// The end of the history.
    pub head: Option<Head>,
}

/// What is noted before there is anybody who could sign in.
const FOUNDING: &str = "office_create";

/// An entry with everything that is checked.
struct Entry {
    seq: i64,
    at: i64,
    account: Option<i64>,
    behalf: Option<i64>,
    transfer: Option<i64>,
    member: Option<i64>,
    fixed: [String; 5],
    personal: [String; 4],
    salt: Option<Vec<u8>>,
    digest: Option<[u8; 32]>,
    prev: Vec<u8>,
    hash: Vec<u8>,
    signature: Option<Vec<u8>>,
}

const COLUMNS: &str =
    "seq, at, account_id, behalf_id, transfer_id, scope_path, behalf_name, action,
    from_stage, to_stage, actor, object, reason, detail, salt, digest, prev_hash, hash, signature,
    member_id";

fn entry_of(r: &Row<'_>) -> Result<Entry, rusqlite::Error> {
    Ok(Entry {
        seq: r.get(0)?,
        at: r.get(1)?,
        account: r.get(2)?,
        behalf: r.get(3)?,
        transfer: r.get(4)?,
        fixed: [r.get(5)?, r.get(6)?, r.get(7)?, r.get(8)?, r.get(9)?],
        personal: [r.get(10)?, r.get(11)?, r.get(12)?, r.get(13)?],
        salt: r.get(14)?,
        digest: r.get(15)?,
        prev: r.get(16)?,
        hash: r.get(17)?,
        signature: r.get(18)?,
        member: r.get(19)?,
    })
}

impl Entry {
    fn action(&self) -> &str {
        &self.fixed[2]
    }

    fn to_stage(&self) -> &str {
        &self.fixed[4]
    }

    fn hash_fits(&self, prev: &[u8]) -> bool {
        let texts = self.personal.each_ref().map(String::as_str);
        let personal = match (&self.salt, self.digest) {
            (Some(salt), None) => personal_digest(salt, texts),
            (None, Some(digest)) if texts == [""; 4] => digest,
            _ => return false,
        };
        let link = Link {
            seq: self.seq,
            at: self.at,
            account: self.account,
            behalf: self.behalf,
            transfer: self.transfer,
            member: self.member,
            fixed: self.fixed.each_ref().map(String::as_str),
        };
        link.hash(prev, &personal).as_slice() == self.hash
    }

    /// Who, when, what, as the history shows it.
    fn named(&self, now: Now) -> String {
        let when = now.local(Moment(self.at)).format("%Y-%m-%d %H:%M");
        let [actor, object, ..] = &self.personal;
        let who = match (actor.as_str(), self.account) {
            ("", Some(_)) => "姓名已按要求删除",
            ("", None) => "程序",
            (actor, _) => actor,
        };
        let what = action_words(self.action());
        format!("操作记录第 {} 条（{when}，{who}，{what} {object}）", self.seq)
    }
}

/// Goes through the history once, from the first entry.
struct Walk<'a> {
    wanted: Expectations<'a>,
    signers: HashMap<i64, Vec<Known>>,
    /// Where each transfer was left.
    stages: HashMap<i64, (i64, Stage)>,
    prev: Vec<u8>,
    found: Proven,
}

impl Walk<'_> {
    fn take(&mut self, entry: &Entry) -> Stored<()> {
        let next = self.found.n_events + 1;
        if entry.seq != next {
            return Err(missing(next, &entry.named(self.wanted.now)));
        }
        let what = self.flaw(entry);
        if let Some(what) = what {
            return Err(damaged(&format!("{}{what}", entry.named(self.wanted.now))));
        }
        if let (Some(transfer), Some(stage)) = (entry.transfer, Stage::from_id(entry.to_stage())) {
            self.stages.insert(transfer, (entry.seq, stage));
        }
        self.found.n_events = entry.seq;
        self.found.n_signed += i64::from(entry.signature.is_some());
        self.found.head = Head::of(entry.seq, &entry.hash);
        self.prev.clone_from(&entry.hash);
        Ok(())
    }

    fn flaw(&self, entry: &Entry) -> Option<&'static str> {
        if entry.prev != self.prev {
            return Some("和前一条接不上：两条的次序变了，或者其中一条和当时写下的不同");
        }
        if !entry.hash_fits(&self.prev) {
            return Some("的内容和它自己的校验值不一致：和当时写下的不同");
        }
        let differs = |head: &&Head| {
            head.seq == entry.seq && Some(**head) != Head::of(entry.seq, &entry.hash)
        };
        if self.wanted.heads.iter().any(|head| differs(&head)) {
            return Some("和以前记下的末条不是同一条：库里的记录和当时的不同");
        }
        self.flaw_of_signature(entry)
    }

    fn flaw_of_signature(&self, entry: &Entry) -> Option<&'static str> {
        let required = self.wanted.signatures == Signatures::Required;
        let Some(account) = entry.account else {
            let founding = entry.action() == FOUNDING && entry.transfer.is_none();
            let wrong = entry.signature.is_some() || (required && !founding);
            return wrong.then_some("应是有人登录后办的，却没有写明是谁的账号");
        };
        let known = self.key_of(account, entry.seq);
        match (&entry.signature, known) {
            (Some(signature), Some(known)) if !known.signed(&entry.hash, signature) => {
                Some("的签名和这个账号当时登记的公钥对不上")
            }
            (_, Some(known)) if known.from == entry.seq && !begins(known, entry) => {
                Some("登记的签名公钥，和现在库里存的不一样")
            }
            (_, known)
                if entry.action() == KEY_ENTRY && known.is_none_or(|k| k.from != entry.seq) =>
            {
                Some("登记了签名公钥，现在库里却没有这个公钥")
            }
            (Some(_), Some(_)) => None,
            (Some(_), None) => Some("有签名，但这个账号那时没有登记公钥"),
            (None, Some(_)) => Some("应有本人的签名，现在没有"),
            (None, None) => required.then_some("应有本人的签名，现在没有"),
        }
    }

    fn key_of(&self, account: i64, seq: i64) -> Option<&Known> {
        let of_account = self.signers.get(&account)?;
        of_account.iter().rev().find(|known| known.from <= seq && seq <= known.until)
    }

    /// What can only be told at the end.
    fn finish(&self, noted: i64) -> Stored<Proven> {
        let n = self.found.n_events;
        let seen = self.wanted.heads.iter().map(|head| head.seq).max().unwrap_or(0);
        let most = noted.max(seen);
        if n < most {
            return Err(damaged(&format!(
                "操作记录到第 {n} 条为止，以前已经记到第 {most} 条：后面的 {} 条不见了，或者这是一份较早的数据",
                most - n
            )));
        }
        Ok(self.found)
    }
}

/// Whether an entry is the one that a key begins with.
fn begins(known: &Known, entry: &Entry) -> bool {
    entry.action() == KEY_ENTRY && entry.signature.is_some() && {
        let [.., detail] = &entry.personal;
        // The entry may have been erased with the person's data; the signature still fits then.
        *detail == known.text || entry.digest.is_some()
    }
}

impl Store {
    /// Recomputes the whole history and holds it against what is expected of it.
    ///
    /// # Errors
    /// Naming the first entry that does not fit, or the transfer that stands elsewhere.
    pub fn prove_history(&self, wanted: Expectations<'_>) -> Stored<Proven> {
        let mut statement = self
            .connection
            .prepare(&format!("SELECT {COLUMNS} FROM events ORDER BY seq"))
            .told()?;
        let mut rows = statement.query([]).told()?;
        let (signers, stages) = (self.signers()?, HashMap::new());
        let (prev, found) = (Vec::new(), Proven::default());
        let mut walk = Walk { wanted, signers, stages, prev, found };
        while let Some(row) = rows.next().told()? {
            let entry = entry_of(row).map_err(|error| {
                let next = walk.found.n_events + 1;
                damaged(&format!("操作记录第 {next} 条读不出来")).because(error)
            })?;
            walk.take(&entry)?;
        }
        let noted = self
            .connection
            .query_row("SELECT coalesce(max(seq), 0) FROM history_end", [], |r| r.get(0))
            .told()?;
        let found = walk.finish(noted)?;
        self.compare_stages(&walk.stages)?;
        Ok(found)
    }

    /// Whether every transfer stands where its last entry left it.
    fn compare_stages(&self, stages: &HashMap<i64, (i64, Stage)>) -> Stored<()> {
        const SQL: &str = "SELECT id, number, stage, stopped_in FROM transfers";
        let mut statement = self.connection.prepare(SQL).told()?;
        let mut rows = statement.query([]).told()?;
        while let Some(r) = rows.next().told()? {
            let text = |i| r.get_ref(i).map(|v| v.as_str().unwrap_or_default()).told();
            let (id, now, stopped): (i64, _, _) =
                (r.get(0).told()?, Stage::from_id(text(2)?), text(3)?);
            // A draft is its author's own; the history begins when it is handed in.
            if now == Some(Stage::Draft) || stopped == "draft" {
                continue;
            }
            let left = stages.get(&id);
            if now.is_none() || left.map(|(_, stage)| *stage) != now {
                return Err(astray(text(1)?, now, left));
            }
        }
        Ok(())
    }
}

fn astray(number: &str, now: Option<Stage>, left: Option<&(i64, Stage)>) -> Fault {
    let now = now.map_or("（读不懂的环节）", Stage::label);
    let left = match left {
        Some((seq, stage)) => {
            format!("操作记录里它最后一步（第 {seq} 条）到的是「{}」", stage.label())
        }
        None => "操作记录里却没有它的任何一步".to_owned(),
    };
    damaged(&format!("转接 {number} 现在是「{now}」，{left}"))
}

fn missing(expected: i64, after: &str) -> Fault {
    damaged(&format!("操作记录第 {expected} 条不见了，它后面现在是{after}"))
}

/// One sentence for everything that does not fit. It says what to do, and that the cause is open: a
/// broken disk, a restored copy and a hand at the file look alike.
fn damaged(what: &str) -> Fault {
    let sentence = format!(
        "{what}。原因还不清楚，可能是磁盘坏了、拷进了别的文件，也可能有人改过。请停止录入，原文件保留不动，把这句话和最近的备份交给上级管理员一起核对。"
    );
    Fault::new(FaultKind::Damaged, sentence)
}
