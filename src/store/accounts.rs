//! Accounts: who may sign in, with what, and who issues and takes back access.

use rusqlite::{OptionalExtension, Row, params};

use super::chain::Deed;
use super::fault::{Stored, Told, conflict, not_allowed, not_found, rule};
use super::members::stored_id;
use super::scope::may_administer;
use super::slot_keys::KeyChange;
use super::{Desk, Store};
use crate::domain::account::{Account, AccountState, Actor, Role};
use crate::domain::id_number::IdNumber;
use crate::domain::ids::{AccountId, MemberId, Moment, OrgId};
use crate::domain::organisation::{OrgKind, OrgPath};

const COLUMNS: &str =
    "a.id, a.id_number, a.name, a.phone, a.role, a.org_id, o.full_name, o.path, a.state,
    a.code_until, a.slot, a.verifier, a.made_at, o.kind,
    (SELECT m.id FROM members m WHERE m.id_number = a.id_number AND m.state = 'active')";

/// What makes a new account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// ID number, the sign-in name.
    pub id_number: IdNumber,
    /// Name.
    pub name: String,
    /// Telephone, may be empty.
    pub phone: String,
    /// Role.
    pub role: Role,
    /// Organisation.
    pub org: OrgId,
}

/// How an account is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A password hash, checked inside the opened database.
    Verifier(String),
    /// A key slot: the password opens the database itself.
    Slot(String),
}

/// An account at the door: who it is, and what the attempt is checked against.
#[derive(Debug, Clone)]
pub struct Sitting {
    /// The person as every later decision sees them.
    pub actor: Actor,
    /// The account as listed.
    pub account: Account,
    /// Password hash, empty where the password is a key slot's.
    pub verifier: String,
    /// When the account was made, from which the initial password counts.
    pub made_at: Moment,
}

impl Store {
    /// The account of an ID number, unless it was removed.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn sitting(&self, id_number: &str) -> Stored<Option<Sitting>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM accounts a JOIN organisations o ON o.id = a.org_id
             WHERE a.id_number = $1 AND a.state <> 'removed'"
        );
        self.connection.query_row(&sql, [id_number], sitting_of).optional().told()
    }

    /// Makes the first account of a database, the administrator of its first organisation, whose
    /// password has a key slot already.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn add_first_account(&self, new: &NewAccount, slot: &str, at: Moment) -> Stored<AccountId> {
        let id = self.insert_account(new, AccountState::Active, at)?;
        self.set_credentials(id, &Credentials::Slot(slot.to_owned()))?;
        Ok(id)
    }

    fn insert_account(
        &self,
        new: &NewAccount,
        state: AccountState,
        at: Moment,
    ) -> Stored<AccountId> {
        const INSERT: &str =
            "INSERT INTO accounts (id_number, name, phone, role, org_id, state, made_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (id_number) DO UPDATE SET name = excluded.name, phone = excluded.phone,
                role = excluded.role, org_id = excluded.org_id, state = excluded.state,
                verifier = '', slot = '', code_until = NULL, made_at = excluded.made_at
            RETURNING id";
        let values = params![
            new.id_number.reveal(),
            new.name,
            new.phone,
            new.role.id(),
            new.org.0,
            state.id(),
            at.0
        ];
        self.connection.query_row(INSERT, values, |r| r.get(0)).map(AccountId).told()
    }

    /// Sets what lets an account in, and that the person has chosen it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn set_credentials(&self, id: AccountId, credentials: &Credentials) -> Stored<()> {
        const UPDATE: &str = "UPDATE accounts SET verifier = $1, slot = $2, state = 'active',
            code_until = NULL WHERE id = $3";
        let (verifier, slot) = match credentials {
            Credentials::Verifier(verifier) => (verifier.as_str(), ""),
            Credentials::Slot(slot) => ("", slot.as_str()),
        };
        self.connection.execute(UPDATE, params![verifier, slot, id.0]).map(drop).told()
    }
}

impl Desk<'_> {
    /// The accounts in scope, removed ones left out.
    ///
    /// # Errors
    /// Where this person is no administrator.
    pub fn accounts(&self) -> Stored<Vec<Account>> {
        self.check_administrator()?;
        let sql = format!(
            "SELECT {COLUMNS} FROM accounts a JOIN organisations o ON o.id = a.org_id
             WHERE a.state <> 'removed' AND o.path >= $1 AND o.path < $2 ORDER BY o.path, a.role, a.id"
        );
        let bounds = self.bounds();
        let mut statement = self.store.connection.prepare(&sql).told()?;
        let rows =
            statement.query_map([bounds.lo, bounds.hi], |r| Ok(sitting_of(r)?.account)).told()?;
        rows.collect::<Result<_, _>>().told()
    }

    /// Makes an account with an initial password, of which `verifier` is the hash.
    ///
    /// # Errors
    /// Where the organisation is out of scope, the person has an account, or an administrator is
    /// not on the level that may appoint them (domain.md B8: the superior does).
    pub fn add_account(&self, new: &NewAccount, verifier: &str) -> Stored<AccountId> {
        let org = self.store.organisation(new.org)?;
        if !may_administer(self.actor, &org.path) {
            return Err(not_allowed(format!(
                "「{}」不在你管理的范围内。请由它的上级管理员开设账号。",
                org.full_name
            )));
        }
        super::organisations::check_in_use(&org)?;
        if new.role == Role::Member && org.kind != OrgKind::Branch {
            return Err(super::organisations::no_branch(&org));
        }
        if let Some(there) = self.store.sitting(new.id_number.reveal())? {
            return Err(conflict(format!(
                "{} 已有账号（{}，{}）。要换身份请先移除原账号。",
                there.account.name,
                there.account.role.label(),
                there.account.org_name
            )));
        }
        self.store.atomically(|| {
            let id = self.store.insert_account(new, AccountState::Initial, self.now.moment)?;
            self.set_verifier(id, verifier, None)?;
            self.store.forget_attempts(new.id_number.reveal())?;
            let detail = format!("{}，{}", new.role.label(), org.full_name);
            self.note(&Deed::new("account_add", new.name.clone()).detail(detail))?;
            Ok(id)
        })
    }

    fn set_verifier(&self, id: AccountId, verifier: &str, until: Option<Moment>) -> Stored<()> {
        const UPDATE: &str = "UPDATE accounts SET verifier = $1, slot = '', state = 'initial',
            code_until = $2 WHERE id = $3";
        let values = params![verifier, until.map(|u| u.0), id.0];
        self.store.connection.execute(UPDATE, values).map(drop).told()
    }

    /// An account in scope that is not the person's own.
    ///
    /// # Errors
    /// Where it is unknown, out of scope, or their own: nobody resets or removes themselves.
    pub fn account_to_change(&self, id: AccountId) -> Stored<Account> {
        let found = self.accounts()?.into_iter().find(|a| a.id == id);
        let account =
            found.ok_or_else(|| not_found("账号", &id.to_string(), "请刷新账号列表后再选。"))?;
        if account.id == self.actor.account {
            return Err(rule(
                "不能重置或移除自己的账号。请由另一位管理员或上级管理员办理；改密码请用「修改密码」。",
            ));
        }
        Ok(account)
    }

    /// Replaces an account's password by a one-time code of which `verifier` is the hash. Returns
    /// the key slot that must be removed with it, if there was one.
    ///
    /// # Errors
    /// As [`Desk::account_to_change`].
    pub fn reset_account(
        &self,
        id: AccountId,
        verifier: &str,
        until: Moment,
    ) -> Stored<Option<String>> {
        let account = self.account_to_change(id)?;
        self.store.atomically(|| {
            self.set_verifier(id, verifier, Some(until))?;
            self.store.close_signer(id)?;
            self.store.forget_attempts(account.id_number.reveal())?;
            self.store.distrust_slots(id)?;
            self.note(&Deed::new("account_reset", account.name.clone()))?;
            Ok(account.slot.clone())
        })
    }

    /// Replaces what lets an account in, where its sign-in name has changed: a one-time code until
    /// then, or an initial password that counts from now.
    pub(super) fn issue_anew(
        &self,
        account: &Account,
        verifier: &str,
        until: Option<Moment>,
    ) -> Stored<()> {
        const AGE: &str = "UPDATE accounts SET made_at = $1 WHERE id = $2";
        self.set_verifier(account.id, verifier, until)?;
        self.store.connection.execute(AGE, [self.now.moment.0, account.id.0]).told()?;
        self.store.close_signer(account.id)?;
        self.store.distrust_slots(account.id)?;
        let why = "证件号更正以后，登录名跟着换了";
        self.note(&Deed::new("account_reset", account.name.clone()).detail(why)).map(drop)
    }

    /// Takes an account out of use. Returns the key slot that must be removed with it. Where it was
    /// an administrator's, the database key is due to be changed.
    ///
    /// # Errors
    /// As [`Desk::account_to_change`].
    pub fn remove_account(&self, id: AccountId) -> Stored<Option<String>> {
        const UPDATE: &str =
            "UPDATE accounts SET state = 'removed', verifier = '', slot = '' WHERE id = $1";
        let account = self.account_to_change(id)?;
        self.store.atomically(|| {
            self.store.connection.execute(UPDATE, [id.0]).told()?;
            self.store.close_signer(id)?;
            self.store.distrust_slots(id)?;
            if account.role == Role::Administrator {
                // Kept in the same transaction, so that no crash can forget it.
                self.store.set_key_change(KeyChange::Due)?;
            }
            let detail = format!("{}，{}", account.role.label(), account.org_name);
            self.note(&Deed::new("account_remove", account.name.clone()).detail(detail))?;
            Ok(account.slot.clone())
        })
    }

    /// Whether a member is the only administrator of their branch (domain.md A4).
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn is_only_administrator(&self, number: &str, branch: OrgId) -> Stored<bool> {
        const SQL: &str = "SELECT count(*), coalesce(sum(id_number = $1), 0) FROM accounts
            WHERE org_id = $2 AND role = 'administrator' AND state <> 'removed'";
        let (all, own): (i64, i64) = self
            .store
            .connection
            .query_row(SQL, params![number, branch.0], |r| Ok((r.get(0)?, r.get(1)?)))
            .told()?;
        Ok(all == 1 && own == 1)
    }
}

fn sitting_of(row: &Row<'_>) -> Result<Sitting, rusqlite::Error> {
    let account = account_of(row)?;
    let actor = Actor {
        account: account.id,
        name: account.name.clone(),
        id_number: account.id_number.clone(),
        role: account.role,
        org: account.org,
        org_path: account.org_path.clone(),
        org_name: account.org_name.clone(),
        org_kind: OrgKind::from_id(&row.get::<_, String>(13)?).unwrap_or(OrgKind::Branch),
        member: row.get::<_, Option<i64>>(14)?.map(MemberId),
    };
    Ok(Sitting { actor, account, verifier: row.get(11)?, made_at: Moment(row.get(12)?) })
}

fn account_of(row: &Row<'_>) -> Result<Account, rusqlite::Error> {
    let slot: String = row.get(10)?;
    Ok(Account {
        id: AccountId(row.get(0)?),
        id_number: stored_id(&row.get::<_, String>(1)?)?,
        name: row.get(2)?,
        phone: row.get(3)?,
        role: Role::from_id(&row.get::<_, String>(4)?).unwrap_or(Role::Member),
        org: OrgId(row.get(5)?),
        org_name: row.get(6)?,
        org_path: OrgPath::from_stored(row.get(7)?),
        state: AccountState::from_id(&row.get::<_, String>(8)?).unwrap_or(AccountState::Removed),
        code_until: row.get::<_, Option<i64>>(9)?.map(Moment),
        slot: Some(slot).filter(|s| !s.is_empty()),
    })
}
