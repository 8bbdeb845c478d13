//! `init`: the database with its first organisation and administrator.

use clap::Args;
use serde_json::json;

use super::output::{Exit, Said, Stop, note};
use super::{Call, args, who};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::organisation::OrgKind;
use crate::office::{OfficeEntry, PreparedOffice};
use crate::vault::KdfCost;

#[derive(Args)]
pub(super) struct InitOrder {
    #[arg(long, value_name = "FULL_NAME", help = "本单位团组织的全称")]
    org: String,
    #[arg(long, value_parser = args::kind, help = "组织类别，如 committee（团委）")]
    kind: OrgKind,
    #[arg(long, help = "管理员姓名")]
    name: String,
    #[arg(long, value_name = "ID_NUMBER", help = "管理员的身份证号，也是登录名")]
    id: String,
    #[arg(long, default_value = "", hide_default_value = true, help = "管理员的手机号")]
    phone: String,
}

pub(super) fn run(call: &mut Call<'_>, order: &InitOrder) -> Said {
    let password = who::new_password(&call.global)?;
    let entry = OfficeEntry {
        org: order.org.clone(),
        kind: order.kind,
        name: order.name.clone(),
        id_number: order.id.clone(),
        phone: order.phone.clone(),
        password,
    };
    let cost = KdfCost::calibrated().map_err(Fault::from)?;
    let office = PreparedOffice::make(&call.places, &entry, cost, call.now())?;
    // The key is shown before the office counts: one that nobody could read must not exist.
    if let Err(stop) = show(call, order, &office.recovery_key()) {
        office.abandon()?;
        return Err(unread(stop).into());
    }
    office.put_in_place()?;
    note("恢复密钥只显示这一次。请抄在纸上，和电脑分开保管：忘了密码或换了机器要用它。");
    Ok(Exit::DONE)
}

fn show(call: &mut Call<'_>, order: &InitOrder, key: &str) -> Result<(), Stop> {
    let document = json!({
        "organisation": order.org.trim(),
        "kind": order.kind.id(),
        "kind_label": order.kind.label(),
        "administrator": order.name.trim(),
        "data_dir": call.places.data.display().to_string(),
        "recovery_key": key,
    });
    call.out.answer(&document, |out| {
        out.line(&format!("已建立：{}（{}）", order.org.trim(), order.kind.label()))?;
        out.line(&format!("管理员：{}", order.name.trim()))?;
        out.line(&format!("恢复密钥：{key}"))
    })?;
    call.out.flush()
}

fn unread(stop: Stop) -> Fault {
    match stop {
        Stop::Fault(fault) => fault,
        Stop::Closed => {
            let sentence = "恢复密钥没有显示出来，所以没有建立单位。请让标准输出能写，再办一次。";
            Fault::new(FaultKind::CannotWrite, sentence)
        }
    }
}
