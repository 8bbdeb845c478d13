//! From a password that was right to the pen that signs in the person's name.

use super::Office;
use crate::domain::account::Actor;
use crate::domain::fault::Fault;
use crate::domain::ids::Now;
use crate::store::{Deed, Pen, Store, key_text};
use crate::vault::SigningRoot;

/// Said where the password leads to another key than the one that is entered. A password change
/// that broke off looks like this, and so does a key that somebody else put there.
const REPLACED: &str = "你登记的签名公钥和你的密码对不上，已经用现在的密码重新登记。如果你最近改过密码时程序中断过，这是正常的；如果没有，请在「操作记录」里核对署你名字的记录，并运行 tuanzhuan verify，把结果交给上级管理员。";

impl Office {
    /// Takes up the pen of somebody whose password was right, and says what they should be told. A
    /// key is entered where there is none, or where the one that is there is not of this password;
    /// the invented office has no pens.
    pub(super) fn take_up_pen(
        &mut self,
        actor: &Actor,
        root: &SigningRoot,
        now: Now,
    ) -> Result<Option<String>, Fault> {
        self.pen = None;
        // Who only looks signs nothing, and enters no key.
        if self.is_demo() || self.viewing.is_some() {
            return Ok(None);
        }
        let current = self.store.current_signer(actor.account)?;
        let (why, told) = match current {
            None => ("首次登记", None),
            Some(current) => {
                let pen = Pen::new(actor.account, &*root.seed(&current.salt)?);
                if pen.public_key() == current.public_key {
                    self.pen = Some(pen);
                    return Ok(None);
                }
                ("和原来登记的公钥对不上，重新登记", Some(REPLACED.to_owned()))
            }
        };
        self.pen = Some(enrol(&self.store, actor, root, now, why)?);
        Ok(told)
    }
}

/// Makes a signing key with a fresh salt and enters it in the history.
///
/// # Errors
/// Where there is no randomness, or it cannot be written.
pub(super) fn enrol(
    store: &Store,
    actor: &Actor,
    root: &SigningRoot,
    now: Now,
    why: &str,
) -> Result<Pen, Fault> {
    let (salt, pen) = new_pen(actor, root)?;
    store.desk(actor, now).signing_with(Some(&pen)).enrol(&salt, why)?;
    Ok(pen)
}

/// A signing key with a fresh salt, before it is entered.
pub(super) fn new_pen(actor: &Actor, root: &SigningRoot) -> Result<([u8; 32], Pen), Fault> {
    let salt = SigningRoot::fresh_salt()?;
    let pen = Pen::new(actor.account, &*root.seed(&salt)?);
    Ok((salt, pen))
}

/// Enters a key that the pen in force vouches for: `deed`, which the old pen signs, names it.
pub(super) fn succeed(
    store: &Store,
    (actor, old): (&Actor, &Pen),
    (deed, root): (Deed, &SigningRoot),
    now: Now,
    why: &str,
) -> Result<Pen, Fault> {
    let (salt, pen) = new_pen(actor, root)?;
    let named = format!("签名公钥 {}", key_text(&pen.public_key()));
    let detail = if deed.detail.is_empty() { named } else { format!("{}，{named}", deed.detail) };
    store.desk(actor, now).signing_with(Some(old)).record(&deed.detail(detail))?;
    store.desk(actor, now).signing_with(Some(&pen)).enrol(&salt, why)?;
    Ok(pen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::ids::AccountId;
    use crate::domain::order::AccountEntry;
    use crate::office::tests::{ADMIN, PASSWORD, now, office};
    use crate::office::{Door, Entry};
    use rusqlite::Connection;

    const OPERATOR: &str = "320102199505051238";
    const OTHER: &str = "Meadow-5-clouds";

    /// The database behind the program's back.
    fn behind(door: &Door) -> Connection {
        let key = door.session(now()).unwrap().office.key.pragma_literal();
        let connection = Connection::open(door.places().database()).unwrap();
        connection.pragma_update(None, "key", key.as_str()).unwrap();
        connection
    }

    fn keys_of(door: &Door, account: AccountId) -> Vec<(bool, Option<i64>)> {
        let connection = behind(door);
        let sql = "SELECT salt IS NULL, until_seq FROM signers WHERE account_id = $1 ORDER BY id";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([account.0], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn whoever_set_a_password_signs_from_the_first_entry_on() {
        let (_dir, door) = office("某某学院团委");
        let session = door.session(now()).unwrap();
        session.desk().record(&Deed::new("reveal", "周敏")).unwrap();
        let found = session.verify().unwrap();
        // The founding has no signature; the key, the sign-in and the reveal have.
        assert_eq!((found.n_events, found.n_signed), (4, 3));
        assert_eq!(found.head.map(|head| head.seq), Some(4));
    }

    #[test]
    fn a_new_password_brings_a_new_key_and_the_old_is_closed_for_good() {
        let (_dir, mut door) = office("某某学院团委");
        let account = door.change_password(PASSWORD, OTHER, now()).unwrap().account;
        assert_eq!(keys_of(&door, account), [(true, Some(4)), (false, None)]);
        let found = door.session(now()).unwrap().verify().unwrap();
        assert_eq!((found.n_events, found.n_signed), (5, 4));
        door.seal();
        assert!(matches!(door.knock(ADMIN, OTHER, now()), Ok(Entry::Welcome(_))));
        assert_eq!(door.take_warnings(), [""; 0]);
        door.lock();
        assert!(matches!(door.knock(ADMIN, OTHER, now()), Ok(Entry::Welcome(_))));
        assert_eq!(keys_of(&door, account).len(), 2, "signing in again enters no key");
        assert_eq!(door.session(now()).unwrap().verify().unwrap().n_signed, 6);
    }

    #[test]
    fn an_account_without_a_slot_signs_after_its_first_change() {
        let (_dir, mut door) = office("某某学院团委");
        let entry = AccountEntry {
            id_number: OPERATOR.to_owned(),
            name: "李雷".to_owned(),
            phone: String::new(),
            role: Role::Operator,
            org: "某某学院团委".to_owned(),
        };
        door.session(now()).unwrap().add_account(&entry).unwrap();
        door.lock();
        assert!(matches!(door.knock(OPERATOR, "05051238", now()), Ok(Entry::MustChange { .. })));
        let account = door.change_password("05051238", "river7stone", now()).unwrap().account;
        assert_eq!(keys_of(&door, account), [(false, None)]);
        door.lock();
        assert!(matches!(door.knock(OPERATOR, "river7stone", now()), Ok(Entry::Welcome(_))));
        assert_eq!(door.take_warnings(), [""; 0]);
        door.lock();
        door.knock(ADMIN, PASSWORD, now()).unwrap();
        let found = door.session(now()).unwrap().verify().unwrap();
        assert_eq!(found.n_events - found.n_signed, 1, "only the founding has no signature");
        door.reset_account(account, now()).unwrap();
        assert_eq!(keys_of(&door, account), [(true, Some(found.n_events))]);
        assert!(door.session(now()).unwrap().verify().is_ok());
    }

    #[test]
    fn keys_are_vouched_for_by_the_one_before_or_by_another_administrator() {
        use crate::office::tests::keys::{SECOND, enter, peopled, second};
        let (_dir, mut door) = peopled();
        let unvouched = |door: &Door| door.session(now()).unwrap().unvouched_keys().unwrap();
        assert_eq!(unvouched(&door), ["周敏", "李静", "李静"], "first keys");
        let vouch = |door: &Door, number: &str| {
            door.session(now()).unwrap().desk().vouch(second().reveal(), number)
        };
        assert!(vouch(&door, "1234 5678").unwrap_err().sentence.contains("对不上"));
        door.knock(second().reveal(), SECOND, now()).unwrap();
        let number = door.session(now()).unwrap().desk().own_key_number().unwrap().unwrap();
        assert_eq!(number.split(' ').filter(|group| group.len() == 4).count(), 8, "{number}");
        assert!(vouch(&door, &number).is_err(), "nobody vouches for themselves");
        enter(&mut door, now());
        assert_eq!(vouch(&door, &number.replace(' ', "")), Ok("李静".to_owned()));
        assert_eq!(unvouched(&door), ["周敏", "李静"]);
        // A change of the password: the old key names the new one.
        door.knock(second().reveal(), SECOND, now()).unwrap();
        door.change_password(SECOND, OTHER, now()).unwrap();
        assert_eq!(unvouched(&door), ["周敏", "李静"], "vouched for by the key before");
        // A key that somebody else put there is not.
        let stranger = Pen::new(AccountId(1), &[9; 32]).public_key();
        let connection = behind(&door);
        connection.execute_batch("DROP TRIGGER signers_are_only_closed").unwrap();
        let swap = "UPDATE signers SET public_key = $1 WHERE until_seq IS NULL AND account_id =
            (SELECT id FROM accounts WHERE id_number = $2)";
        connection.execute(swap, rusqlite::params![stranger, second().reveal()]).unwrap();
        assert_eq!(unvouched(&door).len(), 3);
    }

    #[test]
    fn a_key_that_is_not_of_the_own_password_is_told_at_sign_in() {
        let (_dir, mut door) = office("某某学院团委");
        let stranger = Pen::new(AccountId(1), &[9; 32]).public_key();
        let connection = behind(&door);
        connection.execute_batch("DROP TRIGGER signers_are_only_closed").unwrap();
        connection.execute("UPDATE signers SET public_key = $1", [stranger]).unwrap();
        drop(connection);
        door.seal();
        assert!(matches!(door.knock(ADMIN, PASSWORD, now()), Ok(Entry::Welcome(_))));
        let notice = door.take_warnings().join("");
        assert!(notice.contains("对不上") && notice.contains("verify"), "{notice}");
        assert!(door.take_warnings().is_empty(), "told once");
        let said = door.session(now()).unwrap().verify().unwrap_err().sentence;
        assert!(said.contains("操作记录第 2 条") && said.contains("公钥"), "{said}");
    }
}
