//! Who signs with what: public keys, and for which entries of the history each is good.

use std::collections::HashMap;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use super::chain::Deed;
use super::fault::{Stored, Told, not_found, rule};
use super::{Desk, Store};
use crate::domain::account::Account;
use crate::domain::id_number::mask_id;
use crate::domain::ids::AccountId;
use crate::domain::text::narrow;

/// Separates these signatures from every other use of such keys.
const PURPOSE: &[u8] = b"tuanzhuan-sign-1";

/// The action of the entry that a key begins with.
pub(super) const KEY_ENTRY: &str = "signing_key";

/// The action of the entry by which somebody vouches for another's key.
const VOUCH: &str = "key_vouch";

/// What a signed-in person signs with (Ed25519). Wiped when dropped.
pub struct Pen {
    account: AccountId,
    key: SigningKey,
}

impl Pen {
    /// The pen of an account, of a seed that only the person's password leads to.
    pub fn new(account: AccountId, seed: &[u8; 32]) -> Self {
        Self { account, key: SigningKey::from_bytes(seed) }
    }

    /// Whose it is.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The public half.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Signs the hash of an entry, and with it everything before.
    pub(super) fn sign(&self, hash: &[u8; 32]) -> [u8; 64] {
        self.key.sign(&message(hash)).to_bytes()
    }
}

fn message(hash: &[u8]) -> Vec<u8> {
    [PURPOSE, hash].concat()
}

/// The key that is in force for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentSigner {
    /// The salt of its seed.
    pub salt: [u8; 32],
    /// The public half.
    pub public_key: [u8; 32],
}

impl Store {
    /// The key in force for an account, if it has set a password of its own.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn current_signer(&self, account: AccountId) -> Stored<Option<CurrentSigner>> {
        const SQL: &str = "SELECT salt, public_key FROM signers
            WHERE account_id = $1 AND until_seq IS NULL";
        let row = self.connection.query_row(SQL, [account.0], |r| {
            Ok(CurrentSigner { salt: r.get(0)?, public_key: r.get(1)? })
        });
        row.optional().told()
    }

    /// Ends an account's key with the newest entry and erases its salt. Entries signed before stay
    /// verifiable; no new one can be signed with it.
    pub(super) fn close_signer(&self, account: AccountId) -> Stored<()> {
        const UPDATE: &str = "UPDATE signers SET salt = NULL,
                until_seq = (SELECT coalesce(max(seq), 0) FROM events)
            WHERE account_id = $1 AND until_seq IS NULL";
        self.connection.execute(UPDATE, [account.0]).map(drop).told()
    }

    /// All keys, by account, oldest first.
    pub(super) fn signers(&self) -> Stored<HashMap<i64, Vec<Known>>> {
        const SQL: &str = "SELECT account_id, public_key, from_seq, until_seq FROM signers
            ORDER BY from_seq";
        let mut statement = self.connection.prepare(SQL).told()?;
        let mut rows = statement.query([]).told()?;
        let mut all: HashMap<i64, Vec<Known>> = HashMap::new();
        while let Some(r) = rows.next().told()? {
            let public_key: [u8; 32] = r.get(1).told()?;
            let until: Option<i64> = r.get(3).told()?;
            let known = Known {
                text: key_text(&public_key),
                key: VerifyingKey::from_bytes(&public_key).ok(),
                from: r.get(2).told()?,
                until: until.unwrap_or(i64::MAX),
            };
            all.entry(r.get(0).told()?).or_default().push(known);
        }
        Ok(all)
    }
}

impl Store {
    /// The names of those whose key in force nobody has vouched for: neither the key before it, in
    /// the change of the password, if that one is vouched for itself, nor another administrator who
    /// compared its number. Whoever knows the database key could enter a key for somebody else, and
    /// a successor to it, but vouch for it only in the own name. It means something once the history
    /// was proven.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn unvouched_signers(&self) -> Stored<Vec<String>> {
        const HOLDERS: &str = "SELECT s.account_id, a.name, s.from_seq, s.public_key
            FROM signers s JOIN accounts a ON a.id = s.account_id
            WHERE s.until_seq IS NULL ORDER BY s.id";
        let (keys, said) = (self.signers()?, self.said_of_keys()?);
        let mut statement = self.connection.prepare(HOLDERS).told()?;
        let mut rows = statement.query([]).told()?;
        let mut names = Vec::new();
        while let Some(r) = rows.next().told()? {
            let account: i64 = r.get(0).told()?;
            let (from, text): (i64, _) = (r.get(2).told()?, key_text(&r.get(3).told()?));
            let own = keys.get(&account).map_or(&[][..], Vec::as_slice);
            // Exactly this row: a later one is in force for nothing that was signed so far.
            let place = own.iter().position(|key| key.from == from && key.text == text);
            let upto = place.and_then(|n| own.get(..=n)).unwrap_or_default();
            if !last_is_vouched_for(account, upto, &said) {
                names.push(r.get(1).told()?);
            }
        }
        Ok(names)
    }

    /// What administrators said of keys, and what keys said of the next.
    fn said_of_keys(&self) -> Stored<Vec<Said>> {
        const SQL: &str = "SELECT e.account_id, e.action = 'key_vouch', e.seq, e.detail
            FROM events e JOIN accounts a ON a.id = e.account_id
            WHERE e.action = 'password_change'
                OR (e.action = 'key_vouch' AND a.role = 'administrator')";
        let mut statement = self.connection.prepare(SQL).told()?;
        let rows = statement.query_map([], |r| {
            Ok(Said { by: r.get(0)?, vouches: r.get(1)?, seq: r.get(2)?, detail: r.get(3)? })
        });
        rows.told()?.collect::<Result<_, _>>().told()
    }
}

/// An entry that names a key.
struct Said {
    by: i64,
    /// Whether it vouches for somebody else's, rather than for the own next one.
    vouches: bool,
    seq: i64,
    detail: String,
}

/// Whether the newest of an account's keys is vouched for, by another administrator or through the
/// key before it. The keys come oldest first, so each step back is to an older one.
fn last_is_vouched_for(account: i64, keys: &[Known], all: &[Said]) -> bool {
    let Some((key, before)) = keys.split_last() else { return false };
    let mut of_key = all.iter().filter(|said| said.detail.contains(&key.text));
    of_key.any(|said| match (said.vouches, said.by == account) {
        (true, own) => !own,
        (false, true) => {
            let signed = |old: &Known| old.from <= said.seq && said.seq <= old.until;
            let signer = before.iter().rposition(signed);
            let upto = signer.and_then(|n| before.get(..=n)).unwrap_or_default();
            said.seq < key.from && last_is_vouched_for(account, upto, all)
        }
        (false, false) => false,
    })
}

impl Desk<'_> {
    /// Vouches for somebody's key: the number that the person reads out is the one of the key that
    /// stands here.
    ///
    /// # Errors
    /// Where this person is no administrator or is the person, there is no such account in the own
    /// organisations or those above, it has no key, or the numbers differ.
    pub fn vouch(&self, id_number: &str, number: &str) -> Stored<String> {
        self.check_administrator()?;
        let sitting = self.store.sitting(id_number)?;
        // Accounts of others answer like none: nobody shall learn here who has one.
        let near = |account: &Account| {
            let path = &account.org_path;
            self.covers(path) || path.contains(&self.actor.org_path)
        };
        let account = sitting.map(|sitting| sitting.account).filter(near);
        let next = "请用「account list」核对身份证号。";
        let account = account.ok_or_else(|| not_found("账号", &mask_id(id_number), next))?;
        if account.id == self.actor.account {
            return Err(rule("自己的签名公钥要由另一位管理员确认。请把编号读给他听。"));
        }
        let Some(current) = self.store.current_signer(account.id)? else {
            return Err(rule("这个账号还没有登记签名公钥：本人设好密码登录以后才有。"));
        };
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        if digits(&narrow(number)) != digits(&key_number(&current.public_key)) {
            return Err(rule(
                "编号和库里登记的公钥对不上，没有确认。请本人重新登录，当面或打电话再读一遍；仍对不上，请停止办理，交给上级管理员核对。",
            ));
        }
        let deed = Deed::new(VOUCH, account.name.clone()).detail(key_text(&current.public_key));
        self.store.atomically(|| self.note(&deed))?;
        Ok(account.name)
    }

    /// The number of the own key, to be read out; none where there is no key.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn own_key_number(&self) -> Stored<Option<String>> {
        let current = self.store.current_signer(self.actor.account)?;
        Ok(current.map(|current| key_number(&current.public_key)))
    }

    /// Enters the public half of this desk's pen as the person's key from here on; an older one ends.
    /// The entry is signed with the new key itself, which shows that the person has it. Does nothing
    /// at a desk without a pen.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn enrol(&self, salt: &[u8; 32], why: &str) -> Stored<()> {
        const INSERT: &str = "INSERT INTO signers (account_id, public_key, salt, from_seq)
            VALUES ($1, $2, $3, $4)";
        let Some(pen) = self.pen else { return Ok(()) };
        self.store.atomically(|| {
            self.store.close_signer(pen.account)?;
            let deed = Deed::new(KEY_ENTRY, self.actor.name.clone())
                .reason(why)
                .detail(key_text(&pen.public_key()));
            let seq = self.note(&deed)?;
            let values = params![pen.account.0, pen.public_key(), salt, seq];
            self.store.connection.execute(INSERT, values).map(drop).told()
        })
    }
}

/// What is compared by telephone: 8 groups of 4 digits that no second key has.
fn key_number(public_key: &[u8; 32]) -> String {
    let hash = Sha256::new().chain_update(b"tuanzhuan-key-number-1").chain_update(public_key);
    let groups = hash.finalize();
    let groups = groups.chunks_exact(4).map(|bytes| {
        let number = bytes.iter().fold(0_u32, |n, byte| (n << 8) | u32::from(*byte));
        format!("{:04}", number % 10_000)
    });
    groups.collect::<Vec<_>>().join(" ")
}

/// A public key as the history has it.
pub fn key_text(public_key: &[u8; 32]) -> String {
    public_key.iter().map(|b| format!("{b:02x}")).collect()
}

/// A key as the check of the history uses it.
pub(super) struct Known {
    /// As its first entry has it.
    pub(super) text: String,
    /// None where the stored bytes are no key.
    key: Option<VerifyingKey>,
    /// The first entry it is good for.
    pub(super) from: i64,
    /// The last.
    pub(super) until: i64,
}

impl Known {
    /// Whether this is a signature of that hash. Strict: exactly one encoding is accepted.
    pub(super) fn signed(&self, hash: &[u8], signature: &[u8]) -> bool {
        let (Some(key), Ok(signature)) = (&self.key, Signature::from_slice(signature)) else {
            return false;
        };
        key.verify_strict(&message(hash), &signature).is_ok()
    }
}
