//! Corrections of a name or ID number, from what was typed to a changed record.
//!
//! The ID number is the sign-in name, and a key slot is derived from it: an account follows its
//! number. Whose password has a key slot gets a one-time code and chooses a password again, since
//! nobody else knows the one in force. The only administrator of an office gives it anyway, so their
//! slot is made anew with it. The new slot stands beside the old one until the database names it:
//! wherever it breaks off, the old number opens or the new one does.

use super::door::wrong;
use super::recovery::standing_slot;
use super::{Door, Office, Session};
use crate::domain::account::{Account, AccountState, Actor, Role};
use crate::domain::correction::{
    Correction, CorrectionEntry, CorrectionVerdict, CorrectionsShown, Decider,
};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::{IdNumber, normal_form};
use crate::domain::ids::{CorrectionId, MemberId, Moment, Now};
use crate::domain::person_name::PersonName;
use crate::domain::text::clean_line;
use crate::store::{Deed, Pen, SignIn};
use crate::vault::{
    SigningRoot, SlotId, SlotKey, VaultFault, Verifier, initial_password, one_time_code,
};

/// How long a one-time code is good, in seconds (domain.md A5).
const CODE_SECONDS: i64 = 2 * 86_400;

/// What a correction led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// The name as it is now.
    pub name: String,
    /// A one-time code for the person, where their password had a key slot.
    pub code: Option<String>,
    /// What is to be told.
    pub sentence: String,
}

impl Session<'_> {
    /// How many requests in scope wait for this administrator: those of others.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn n_corrections_to_decide(&self) -> Result<usize, Fault> {
        if self.actor.role != Role::Administrator {
            return Ok(0);
        }
        let open = self.desk().corrections(CorrectionsShown::Open)?;
        Ok(open.iter().filter(|asked| asked.asker != self.actor.account).count())
    }

    /// Asks for another name or ID number; an empty text leaves that part as it is.
    ///
    /// # Errors
    /// Where the name or number is at fault, or the store refuses.
    pub fn ask_correction(
        &self,
        id: MemberId,
        (name, number): (&str, &str),
        (reason, evidence): (&str, &str),
    ) -> Result<CorrectionId, Fault> {
        let old = self.desk().member(id)?;
        let name = match name.trim() {
            "" => old.name,
            text => PersonName::parse(text).map_err(|f| rule(f.to_string()))?.as_str().to_owned(),
        };
        let id_number = match number.trim() {
            "" => old.id_number,
            text => IdNumber::parse_as(old.document, text).map_err(|f| rule(f.to_string()))?,
        };
        let (reason, evidence) = (clean_line(reason).text, clean_line(evidence).text);
        self.desk().ask_correction(id, &CorrectionEntry { name, id_number, reason, evidence })
    }

    /// Leaves the record as it is, or takes the own request back.
    ///
    /// # Errors
    /// As the store says.
    pub fn refuse_correction(&self, id: CorrectionId, remark: &str) -> Result<(), Fault> {
        self.desk().refuse_correction(id, &clean_line(remark).text)
    }

    /// What has to hold before a request is accepted. Whoever decides types the number from the
    /// document again: a mask shows nothing to compare, and two people seldom mistype alike.
    fn check_verdict(
        &self,
        asked: &Correction,
        verdict: &CorrectionVerdict,
    ) -> Result<Decider, Fault> {
        let decider = self.desk().decider_of(asked)?;
        if decider == Decider::Alone {
            self.check_assurance("核准自己申请的更正")?;
        }
        if !asked.changes_number() {
            return Ok(decider);
        }
        let typed = normal_form(&verdict.id_number);
        if typed.is_empty() {
            return Err(rule(
                "还没输新证件号。改证件号要两个人各照证件输一遍，请照证件把新号码再输一遍。",
            ));
        }
        if typed != asked.new_number.reveal() {
            return Err(rule(
                "输的号码和申请里的不一样，没有更正。请再照证件核对：如果是申请写错了，请不同意它，让申请的人重新提。",
            ));
        }
        Ok(decider)
    }

    /// The account that has to follow the number, if there is one.
    fn following_account(&self, asked: &Correction) -> Result<Option<Account>, Fault> {
        if !asked.changes_number() {
            return Ok(None);
        }
        let sitting = self.office.store.sitting(asked.old_number.reveal())?;
        let Some(account) = sitting.map(|sitting| sitting.account) else { return Ok(None) };
        let own = account.id == self.actor.account;
        // A code in the hands of whoever accepts lets them in: never into an account above them.
        if own || self.actor.org_path.contains(&account.org_path) {
            return Ok(Some(account));
        }
        let sentence = format!(
            "{} 在「{}」有账号，登录名就是证件号，会跟着更正。这个账号不归你管，请由它的上级管理员核准。",
            account.name, account.org_name
        );
        Err(Fault::new(FaultKind::NotAllowed, sentence))
    }
}

impl Door {
    /// Changes a record as asked for, with everything that hangs on it. `password` is needed only
    /// where the only administrator corrects their own number; it was checked just before.
    ///
    /// # Errors
    /// Where the store refuses, the number was not typed alike, or a key slot cannot be written.
    /// Nothing changes then.
    pub fn accept_correction(
        &mut self,
        id: CorrectionId,
        verdict: &CorrectionVerdict,
        password: &str,
        now: Now,
    ) -> Result<Corrected, Fault> {
        self.must_write(now)?;
        let session = self.session(now)?;
        let asked = session.desk().correction(id)?;
        session.check_verdict(&asked, verdict)?;
        let account = session.following_account(&asked)?;
        let remark = clean_line(&verdict.remark).text;
        let code = match account {
            None => session.desk().accept_correction(id, &remark, SignIn::Kept).map(|_| None)?,
            Some(account) if account.id == session.actor.account => {
                self.accept_for_oneself((&asked, &account), &remark, password, now)?;
                None
            }
            Some(account) => self.accept_with_account((&asked, &account), &remark, now)?,
        };
        Ok(corrected(&asked, code))
    }

    /// The account of somebody else follows.
    fn accept_with_account(
        &mut self,
        (asked, account): (&Correction, &Account),
        remark: &str,
        now: Now,
    ) -> Result<Option<String>, Fault> {
        let until = Moment(self.later(now).0.saturating_add(CODE_SECONDS));
        self.check_not_last(account)?;
        let session = self.session(now)?;
        let cost = session.office.cost();
        let accept =
            |sign_in: SignIn<'_>| session.desk().accept_correction(asked.id, remark, sign_in);
        if account.slot.is_some() {
            let code = one_time_code()?;
            let slot = accept(SignIn::Anew(&Verifier::make(&code, cost)?, Some(until)))?;
            if let Err(fault) = self.opened()?.0.drop_slot(slot) {
                // The code holds, and the slot is served no more: the list does not hold it.
                self.warnings.push(fault.sentence);
            }
            return Ok(Some(code.to_string()));
        }
        if account.state == AccountState::Initial && account.code_until.is_none() {
            let initial = initial_password(asked.new_number.reveal());
            accept(SignIn::Anew(&Verifier::make(&initial, cost)?, None))?;
        } else {
            accept(SignIn::Kept)?;
        }
        Ok(None)
    }

    /// The account of whoever accepts follows: the only administrator there is.
    fn accept_for_oneself(
        &mut self,
        (asked, account): (&Correction, &Account),
        remark: &str,
        password: &str,
        now: Now,
    ) -> Result<(), Fault> {
        let old = account.slot.clone().map(SlotId);
        let actor = self.session(now)?.actor.clone();
        let office = self.office.as_mut().ok_or_else(wrong)?;
        match old {
            Some(old) if office.vault.is_some() => {
                if password.is_empty() {
                    let sentence =
                        "更正自己的证件号要再输一遍密码：登录名跟着换，密码不变。请填好密码再办。";
                    return Err(Fault::new(FaultKind::Rule, sentence));
                }
                office.accept_with_new_slot((asked, &actor), remark, password, now)?;
                // The old slot is served no more; one that stays in the file goes at the next sign-in.
                let left = office.drop_slot(Some(old.0));
                self.warnings.extend(left.err().map(|fault| fault.sentence));
            }
            Some(_) | None => {
                office.desk(&actor, now).accept_correction(asked.id, remark, SignIn::Kept)?;
            }
        }
        let sitting = office.store.sitting(asked.new_number.reveal())?.ok_or_else(wrong)?;
        self.actor = Some(sitting.actor);
        Ok(())
    }
}

impl Office {
    fn accept_with_new_slot(
        &mut self,
        (asked, actor): (&Correction, &Actor),
        remark: &str,
        password: &str,
        now: Now,
    ) -> Result<(), Fault> {
        self.desk(actor, now).check_acceptable(asked.id)?;
        let vault = self.vault.as_mut().ok_or_else(wrong)?;
        vault.unlock(actor.id_number.reveal(), password)?;
        let (SlotKey { slot, public_key }, signing) =
            self.slot_of_new_number((asked, actor), password, now)?;
        let (store, pen) = (&self.store, self.pen.as_ref());
        let new = store.atomically(|| -> Result<Pen, Fault> {
            let desk = store.desk(actor, now).signing_with(pen);
            desk.accept_correction(asked.id, remark, SignIn::Slot(&slot.0, &public_key))?;
            let why = "证件号更正后重新登记";
            match pen.filter(|pen| pen.account() == actor.account) {
                Some(old) => {
                    let deed = Deed::new("password_change", actor.name.clone());
                    super::pens::succeed(store, (actor, old), (deed, &signing), now, why)
                }
                None => super::pens::enrol(store, actor, &signing, now, why),
            }
        })?;
        self.pen = Some(new);
        Ok(())
    }

    /// The slot for the new number, listed before it is written; or the one that stands already,
    /// where an earlier try with this password broke off behind the key file.
    fn slot_of_new_number(
        &mut self,
        (asked, actor): (&Correction, &Actor),
        password: &str,
        now: Now,
    ) -> Result<(SlotKey, SigningRoot), Fault> {
        let vault = self.vault.as_mut().ok_or_else(wrong)?;
        let login = (asked.new_number.reveal(), password);
        let store = &self.store;
        let list = |slot: &SlotKey| {
            let listed = (slot.slot.0.as_str(), &slot.public_key);
            let account = Some(actor.account);
            store.atomically(|| store.list_slot(listed, account, &actor.name, now.moment))
        };
        let (planned, signing) = match vault.plan_slot(&self.key, None, login) {
            Err(VaultFault::PasswordInUse) => {
                let (slot, signing) = standing_slot(vault, login)?;
                list(&slot)?;
                return Ok((slot, signing));
            }
            planned => planned?,
        };
        let slot = planned.key();
        list(&slot)?;
        vault.put_slot(&self.key, planned)?;
        Ok((slot, signing))
    }
}

fn corrected(asked: &Correction, code: Option<String>) -> Corrected {
    let name = asked.new_name.clone();
    let follows = match (&code, asked.changes_number()) {
        (Some(_), _) => {
            "他的密码开着数据库，跟着证件号要重新设：请把一次性验证码交给本人，2 天内用新号码登录并改密码。"
        }
        (None, true) => "如果他有账号，以后用新证件号登录。",
        (None, false) => "",
    };
    let sentence = format!("已更正：{}。操作记录里留有申请和核准两条。{follows}", asked.words());
    Corrected { name, code, sentence }
}

fn rule(sentence: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Rule, sentence)
}
