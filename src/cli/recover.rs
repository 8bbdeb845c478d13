//! `recover`: the way in with the recovery key, on a new machine or after a forgotten password.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::output::{Exit, Said};
use super::{Call, who};
use crate::domain::id_number::normal_form;
use crate::office::recover;

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
    let password = who::new_password(&call.global)?;
    let actor = recover(&call.places, &key, (&id, &password), call.now())?;
    let document = json!({"name": actor.name, "role": "administrator", "role_label": "管理员"});
    call.out.answer(&document, |out| {
        out.line(&format!("已设置 {} 的新密码，可以登录了", actor.name))
    })?;
    Ok(Exit::DONE)
}
