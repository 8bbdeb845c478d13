//! `backup`, `restore`, `verify`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Call;
use super::output::{Exit, Said, note};
use super::watch::watched;
use crate::domain::history::Head;
use crate::office::{
    FoundBackup, Occasion, RestorePreview, check_backup, list_backups, preview_restore,
    restore as put_in_place,
};
use crate::store::Verification;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct BackupOrder {
    #[command(subcommand)]
    what: Option<BackupWhat>,
    #[arg(value_name = "FILE", help = "备份文件，不能已经存在；不写就放进备份目录")]
    file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum BackupWhat {
    #[command(about = "列出备份目录里的备份，新的在前；不用登录")]
    List(ListOrder),
}

#[derive(Args)]
struct ListOrder {
    #[arg(long, help = "逐个核对内容和清单")]
    check: bool,
}

#[derive(Args)]
pub(super) struct VerifyOrder {
    #[arg(
        long,
        value_name = "N:HEX",
        help = "以前记下的操作记录末条（导出或备份上印的），可以多次；和现在的记录核对"
    )]
    head: Vec<Head>,
    #[arg(long, help = "先按记录重新编排条数和检索，再检查（管理员）")]
    rebuild: bool,
}

#[derive(Args)]
pub(super) struct RestoreOrder {
    #[arg(value_name = "FILE", help = "备份文件")]
    file: PathBuf,
}

pub(super) fn back_up(call: &mut Call<'_>, order: &BackupOrder) -> Said {
    if let Some(BackupWhat::List(order)) = &order.what {
        return list(call, order);
    }
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let (file, found) = match &order.file {
        Some(file) => (file.clone(), session.back_up(file)?),
        None => session.back_up_here()?,
    };
    let path = file.display().to_string();
    note(&format!("已备份并检查过：{}", words_of(&found)));
    call.out.answer(&json!({"path": path, "counts": counts_of(&found)}), |out| out.line(&path))?;
    Ok(Exit::DONE)
}

/// Needs nobody signed in: whoever looks for a backup may have no database that opens.
fn list(call: &mut Call<'_>, order: &ListOrder) -> Said {
    let found = list_backups(&call.places);
    let states: Vec<Option<bool>> =
        found.iter().map(|b| order.check.then(|| check_backup(&b.path).is_ok())).collect();
    let documents: Vec<Value> = found.iter().zip(&states).map(|(b, s)| listed(b, *s)).collect();
    call.out.answer(&json!({"rows": documents}), |out| {
        let rows: Vec<Vec<String>> = found.iter().zip(&states).map(|(b, s)| cells(b, *s)).collect();
        out.table(&["时间", "怎么来的", "团员", "转接", "MB", "核对", "密钥", "文件"], &rows)
    })?;
    if found.iter().any(|b| b.old_key) {
        note(
            "标着「旧密钥」的备份是换数据库密钥以前做的，以前的密码还打得开。确认新备份能用以后，请把它们销毁。",
        );
    }
    let damaged = states.contains(&Some(false));
    Ok(if damaged { Exit::DAMAGED } else { Exit::DONE })
}

fn listed(found: &FoundBackup, sound: Option<bool>) -> Value {
    json!({
        "path": found.path.display().to_string(),
        "made_at": found.made_at.format("%Y-%m-%dT%H:%M:%S").to_string(),
        "organisation": found.org, "occasion_label": occasion_of(found), "bytes": found.bytes,
        "counts": {"members": found.n_members, "transfers": found.n_transfers}, "sound": sound,
        "old_key": found.old_key,
    })
}

fn occasion_of(found: &FoundBackup) -> &'static str {
    found.occasion.map_or("手工", Occasion::label)
}

fn cells(found: &FoundBackup, sound: Option<bool>) -> Vec<String> {
    let state = match sound {
        None => "",
        Some(true) => "完好",
        Some(false) => "损坏",
    };
    vec![
        found.made_at.format("%Y-%m-%d %H:%M").to_string(),
        occasion_of(found).to_owned(),
        found.n_members.to_string(),
        found.n_transfers.to_string(),
        found.bytes.div_ceil(1024 * 1024).to_string(),
        state.to_owned(),
        if found.old_key { "旧密钥" } else { "" }.to_owned(),
        found.path.display().to_string(),
    ]
}

/// Needs nobody signed in: whoever restores may have no database that opens.
pub(super) fn restore(call: &mut Call<'_>, order: &RestoreOrder) -> Said {
    let preview = preview_restore(&call.places, &order.file)?;
    let place = call.places.data.display().to_string();
    note(&format!(
        "备份：{}，{} 做的，团员 {} 人，转接 {} 单。",
        preview.org, preview.made_at, preview.n_members, preview.n_transfers
    ));
    let question = if preview.replaces {
        let size = preview.bytes_now.map_or_else(String::new, |bytes| {
            format!("，数据库 {} MB", bytes.div_ceil(1024 * 1024))
        });
        format!("将换掉 {place} 里现在的数据{size}（旧的会留着）。")
    } else {
        format!("将放到 {place}（现在没有数据）。")
    };
    note(&question);
    note(
        "一切回到备份那时：之后移除的账号又能登录，之后删除的个人信息又在，恢复密钥也是那时的；需要的请恢复后再办一次。",
    );
    call.consent("恢复备份：")?;
    let kept = put_in_place(&call.places, &order.file, call.now())?;
    let kept = kept.map(|path| path.display().to_string());
    call.out.answer(&document_of(&preview, kept.as_deref()), |out| {
        out.line(&format!("已恢复到 {place}"))?;
        kept.iter().try_for_each(|path| out.line(&format!("原来的数据在 {path}")))
    })?;
    if !call.places.config.join("device.key").exists() && call.places.key_file().exists() {
        note(
            "这台机器还没有这份数据的机器密钥。请用「tuanzhuan recover」和恢复密钥打开，再重新设置密码。",
        );
    }
    Ok(Exit::DONE)
}

fn document_of(preview: &RestorePreview, kept: Option<&str>) -> Value {
    json!({
        "organisation": preview.org, "made_at": preview.made_at.replace(' ', "T"),
        "counts": {"members": preview.n_members, "transfers": preview.n_transfers},
        "replaced": preview.replaces, "kept": kept,
    })
}

pub(super) fn verify(call: &mut Call<'_>, order: &VerifyOrder) -> Said {
    let door = if order.rebuild { call.sign_in_to_write()? } else { call.sign_in()? };
    let session = call.session(&door)?;
    if order.rebuild {
        watched(|watch| session.rebuild_derived(watch))?;
    }
    let found = session.verify_with(&order.head)?;
    let listed = watched(|watch| session.verify_directory(watch))?;
    let directory = listed.map(|n| json!({"organisations": n}));
    let older = door.older_copy().map(str::to_owned);
    let unvouched = session.unvouched_keys()?;
    let document = json!({"ok": true, "counts": counts_of(&found), "directory": directory,
        "older_copy": older, "unvouched_keys": unvouched});
    call.out.answer(&document, |out| {
        out.line(&format!("数据库完好：{}", words_of(&found)))?;
        let head = found.head.map(|head| format!("操作记录末条 {head}"));
        head.iter().try_for_each(|head| out.line(head))?;
        listed.iter().try_for_each(|n| out.line(&format!("全国组织目录完好：组织 {n} 个")))
    })?;
    if !unvouched.is_empty() {
        note(&format!(
            "签名公钥还没有人担保的：{}。请本人用「account key-number」读出编号，另一位管理员用「account confirm-key」核对。",
            unvouched.join("、")
        ));
    }
    if let Some(older) = older {
        note(&format!(
            "内容前后一致，但比这台机器见过的旧，或者换成了另一份：{older}。若刚恢复过备份，这是正常的。"
        ));
    }
    Ok(Exit::DONE)
}

fn counts_of(found: &Verification) -> Value {
    json!({
        "members": found.n_members, "transfers": found.n_transfers, "events": found.n_events,
        "signed": found.n_signed, "history_head": found.head.map(|head| head.to_string()),
    })
}

fn words_of(found: &Verification) -> String {
    format!(
        "团员 {} 人，转接 {} 单，操作记录 {} 条（有本人签名的 {} 条）",
        found.n_members, found.n_transfers, found.n_events, found.n_signed
    )
}
