//! `account`: listing, making, resetting, removing, and one's own password.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::{Exit, Said};
use super::who::Access;
use super::{Call, args, who};
use crate::domain::account::{Account, Role};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::{mask_id, normal_form};
use crate::domain::order::AccountEntry;
use crate::office::{Entry, Session};

#[derive(Subcommand)]
pub(super) enum AccountOrder {
    #[command(about = "列出账号")]
    List,
    #[command(about = "开设账号；初始密码是本人身份证号的后 8 位")]
    Add(AddOrder),
    #[command(about = "重置密码，给出一次性验证码")]
    Reset(NamedOrder),
    #[command(
        about = "改自己的密码，也用来启用新账号；--password-stdin 时第一行是现在的，第二行是新的"
    )]
    Passwd,
    #[command(about = "移除账号；移除管理员时会更换数据库密钥")]
    Remove(NamedOrder),
    #[command(about = "看自己签名公钥的编号，读给另一位管理员核对")]
    KeyNumber,
    #[command(about = "核对别人读出的编号，确认他的签名公钥")]
    ConfirmKey(ConfirmOrder),
    #[command(about = "换一个恢复密钥，原来那张纸作废；新的只显示一次")]
    RecoveryKey,
}

#[derive(Args)]
pub(super) struct AddOrder {
    #[arg(long, value_name = "ID_NUMBER", help = "身份证号，也是登录名")]
    id: String,
    #[arg(long, help = "姓名")]
    name: String,
    #[arg(long, value_parser = args::role, help = "身份：member、operator 或 administrator")]
    role: Role,
    #[arg(long, value_name = "ORG", help = "所属组织的编号或全称")]
    org: String,
    #[arg(long, default_value = "", hide_default_value = true, help = "手机号")]
    phone: String,
}

#[derive(Args)]
pub(super) struct NamedOrder {
    #[arg(value_name = "ID_NUMBER", help = "账号的身份证号")]
    id: String,
}

#[derive(Args)]
pub(super) struct ConfirmOrder {
    #[arg(value_name = "ID_NUMBER", help = "账号的身份证号")]
    id: String,
    #[arg(long, value_name = "DIGITS", help = "本人读出的编号，8 组 4 位数字")]
    number: String,
}

pub(super) fn run(call: &mut Call<'_>, order: AccountOrder) -> Said {
    match order {
        AccountOrder::List => list(call),
        AccountOrder::Add(order) => add(call, order),
        AccountOrder::Reset(order) => reset(call, &order),
        AccountOrder::Passwd => passwd(call),
        AccountOrder::Remove(order) => remove(call, &order),
        AccountOrder::KeyNumber => key_number(call),
        AccountOrder::ConfirmKey(order) => confirm_key(call, &order),
        AccountOrder::RecoveryKey => recovery_key(call),
    }
}

fn list(call: &mut Call<'_>) -> Said {
    let door = call.sign_in()?;
    let accounts = call.session(&door)?.desk().accounts()?;
    let documents: Vec<Value> = accounts.iter().map(document_of).collect();
    call.out.answer(&json!({"rows": documents}), |out| {
        let cells = |a: &Account| {
            let state = if a.code_until.is_some() { "待改密码" } else { a.state.label() };
            [&a.name, &a.id_number.masked(), a.role.label(), &a.org_name, state]
                .map(str::to_owned)
                .to_vec()
        };
        let rows: Vec<Vec<String>> = accounts.iter().map(cells).collect();
        out.table(&["姓名", "身份证号", "身份", "组织", "状态"], &rows)
    })?;
    Ok(Exit::DONE)
}

fn document_of(account: &Account) -> Value {
    json!({
        "name": account.name, "id_number": account.id_number.masked(),
        "role": account.role.id(), "role_label": account.role.label(),
        "organisation": account.org_name,
        "state": account.state.id(), "state_label": account.state.label(),
        "one_time_code": account.code_until.is_some(),
        "opens_database": account.slot.is_some(),
    })
}

fn add(call: &mut Call<'_>, order: AddOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let entry = AccountEntry {
        id_number: order.id,
        name: order.name,
        phone: order.phone,
        role: order.role,
        org: order.org,
    };
    let said = call.session(&door)?.add_account(&entry)?;
    let document = json!({"name": entry.name.trim(), "role": entry.role.id(),
        "role_label": entry.role.label(), "state": "initial", "message": said});
    call.out.answer(&document, |out| out.line(&said))?;
    Ok(Exit::DONE)
}

fn reset(call: &mut Call<'_>, order: &NamedOrder) -> Said {
    let mut door = call.sign_in_to_write()?;
    let account = find(&call.session(&door)?, &order.id)?;
    let (account, code) = door.reset_account(account.id, call.now())?;
    who::tell_warnings(&mut door);
    super::output::note(&format!(
        "请把一次性验证码告诉 {} 本人，2 天内有效，只显示这一次。",
        account.name
    ));
    let document = json!({"name": account.name, "code": code, "valid_days": 2});
    call.out.answer(&document, |out| out.line(&code))?;
    Ok(Exit::DONE)
}

fn remove(call: &mut Call<'_>, order: &NamedOrder) -> Said {
    let mut door = call.sign_in_to_write()?;
    let account = find(&call.session(&door)?, &order.id)?;
    let account = door.remove_account(account.id, call.now())?;
    who::tell_warnings(&mut door);
    let document = json!({"name": account.name, "state": "removed", "state_label": "已移除"});
    call.out.answer(&document, |out| out.line(&format!("已移除 {} 的账号", account.name)))?;
    Ok(Exit::DONE)
}

fn key_number(call: &mut Call<'_>) -> Said {
    let door = call.sign_in()?;
    let number = call.session(&door)?.desk().own_key_number()?;
    let number = number.ok_or_else(|| {
        Fault::new(FaultKind::NotFound, "这个账号没有签名公钥。演示数据里的账号都没有。")
    })?;
    call.out.answer(&json!({"number": number}), |out| out.line(&number))?;
    Ok(Exit::DONE)
}

fn confirm_key(call: &mut Call<'_>, order: &ConfirmOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let name = call.session(&door)?.desk().vouch(&normal_form(&order.id), &order.number)?;
    call.out.answer(&json!({"name": name, "confirmed": true}), |out| {
        out.line(&format!("已确认 {name} 的签名公钥，记入操作记录"))
    })?;
    Ok(Exit::DONE)
}

/// The new key is shown before it counts: one that nobody could read must not exist.
fn recovery_key(call: &mut Call<'_>) -> Said {
    let mut door = call.sign_in_to_write()?;
    call.consent("换恢复密钥，原来那张纸作废：")?;
    let new = door.new_recovery_key(call.now())?;
    let text = new.text();
    call.out.answer(&json!({"recovery_key": text.as_str()}), |out| out.line(&text))?;
    call.out.flush()?;
    door.put_recovery_key(new, call.now())?;
    super::output::note("恢复密钥只显示这一次。请抄在纸上，和电脑分开保管，并把旧的那张销毁。");
    Ok(Exit::DONE)
}

fn find(session: &Session<'_>, id: &str) -> Result<Account, Fault> {
    let id = normal_form(id);
    let found = session.desk().accounts()?.into_iter().find(|a| a.id_number.reveal() == id);
    found.ok_or_else(|| {
        let sentence =
            format!("没有找到账号「{}」。请用「account list」核对身份证号。", mask_id(&id));
        Fault::new(FaultKind::NotFound, sentence)
    })
}

fn passwd(call: &mut Call<'_>) -> Said {
    let mut door = who::open((&call.places, Access::Write), &call.global, call.now())?;
    let id = who::acting(&call.global)?;
    let current = who::password(&call.global, "现在的密码：")?;
    let new =
        if call.global.password_stdin { who::first_line()? } else { who::ask_new_password()? };
    // Either way in is right: somebody who must choose a password, or who may choose another.
    match door.knock(&id, &current, call.now())? {
        Entry::Welcome(_) | Entry::MustChange { .. } => {}
    }
    let actor = door.change_password(&current, &new, call.now())?;
    who::tell_warnings(&mut door);
    let document =
        json!({"name": actor.name, "role": actor.role.id(), "role_label": actor.role.label()});
    call.out.answer(&document, |out| out.line(&format!("已设置 {} 的新密码", actor.name)))?;
    Ok(Exit::DONE)
}
