//! `recover`: the way in with the recovery key, on a new machine or after a forgotten password.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::output::{Exit, Said};
use super::{Call, who};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::normal_form;
use crate::office::enrol;
use crate::store::{Credentials, Deed, Store};
use crate::vault::{PersonalFacts, SigningRoot, SlotId, Vault, VaultFault, check_slot_password};

#[derive(Args)]
pub(super) struct RecoverOrder {
    #[arg(long, value_name = "FILE", help = "第一行是恢复密钥的文件")]
    recovery_key_file: PathBuf,
}

/// Opens the vault with the recovery key and gives the administrator of `--as` a new password,
/// which is the one of `--password-stdin` or `--password-file`.
pub(super) fn run(call: &mut Call<'_>, order: &RecoverOrder) -> Said {
    let id = normal_form(&who::acting(&call.global)?);
    let key = who::first_line_of(&order.recovery_key_file)?;
    let mut vault = Vault::open(&call.places.data, &call.places.config).map_err(Fault::from)?;
    let unlocked = vault.unlock_with_recovery(&key).map_err(Fault::from)?;
    let store = Store::open(&call.places.database(), &unlocked.key.pragma_literal())?;
    let sitting =
        store.sitting(&id)?.filter(|s| s.actor.role == crate::domain::account::Role::Administrator);
    let sitting = sitting.ok_or_else(|| {
        let sentence = "这份数据里没有这个管理员账号。请核对 --as 后面的身份证号。";
        Fault::new(FaultKind::NotAllowed, sentence)
    })?;
    let password = who::new_password(&call.global)?;
    let account = &sitting.account;
    let facts = PersonalFacts { id_number: &id, phone: &account.phone, name: &account.name };
    if let Some(fault) = check_slot_password(&password, &facts).first() {
        return Err(Fault::new(FaultKind::Rule, fault.sentence()).into());
    }
    let slot = match vault.replace_device_key(&unlocked.key, &id, &password) {
        Err(VaultFault::DeviceKeyFits) => {
            new_slot(&mut vault, &unlocked.key, account.slot.as_deref(), (&id, &password))
        }
        done => done,
    };
    let (slot, signing) = slot.map_err(Fault::from)?;
    store.atomically(|| {
        store.set_credentials(account.id, &Credentials::Slot(slot.0.clone()))?;
        let pen = enrol(&store, &sitting.actor, &signing, call.now(), "用恢复密钥重设密码")?;
        let deed = Deed::new("password_change", account.name.clone()).detail("用恢复密钥");
        store.desk(&sitting.actor, call.now()).signing_with(Some(&pen)).record(&deed)
    })?;
    let document = json!({"name": account.name, "role": "administrator", "role_label": "管理员"});
    call.out.answer(&document, |out| {
        out.line(&format!("已设置 {} 的新密码，可以登录了", account.name))
    })?;
    Ok(Exit::DONE)
}

/// A forgotten password on the same machine: the account's own slot, or one made anew.
fn new_slot(
    vault: &mut Vault,
    key: &crate::vault::DatabaseKey,
    slot: Option<&str>,
    (id, password): (&str, &str),
) -> Result<(SlotId, SigningRoot), VaultFault> {
    let Some(slot) = slot.map(|slot| SlotId(slot.to_owned())) else {
        return vault.add_slot(key, id, password);
    };
    let signing = vault.change_password(key, &slot, id, password)?;
    Ok((slot, signing))
}
