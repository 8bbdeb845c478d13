//! `transfer`: checking, handing in, listing, showing, deciding, exporting.

mod apply;
mod decide;
mod letter;
mod list;
mod reconcile;
mod show;

use std::path::PathBuf;

use chrono::{Days, NaiveDate};
use clap::{Args, Subcommand};

use super::output::Said;
use super::watch::watched;
use super::{Call, args, org};
use crate::domain::filter::{TransferQuery, View};
use crate::domain::ids::{Moment, Now};
use crate::domain::order::ExportOrder;
use crate::domain::workflow::Stage;

#[derive(Subcommand)]
pub(super) enum TransferOrder {
    #[command(about = "转接体检：提交前看一遍有没有问题")]
    Check(apply::FormOrder),
    #[command(about = "提交一份表单")]
    Submit(apply::SubmitOrder),
    #[command(about = "列出转接")]
    List(list::ListOrder),
    #[command(about = "看一单：各项内容、进度、记录")]
    Show(show::ShowOrder),
    #[command(about = "同意")]
    Approve(decide::ApproveOrder),
    #[command(about = "退回，要写原因")]
    Return(decide::ReasonOrder),
    #[command(about = "分配团支部")]
    Place(decide::PlaceOrder),
    #[command(about = "撤销，要写原因")]
    Withdraw(decide::ReasonOrder),
    #[command(about = "登记对方系统的结果")]
    Receipt(decide::ReceiptOrder),
    #[command(about = "登记失效，要写原因")]
    Lapse(decide::ReasonOrder),
    #[command(about = "导出转接")]
    Export(ExportFlags),
    #[command(about = "对账：官网导出的名单和这里逐单核对")]
    Reconcile(reconcile::ReconcileOrder),
    #[command(about = "打印团员组织关系介绍信（存根、介绍信、回执），PDF")]
    Letter(letter::LetterOrder),
    #[command(about = "列出开出的介绍信和回执")]
    Letters(letter::LettersOrder),
    #[command(about = "登记介绍信的回执")]
    LetterReceipt(letter::LetterReceiptOrder),
    #[command(about = "打印保留组织关系申请表或流动团员管理服务告知书，PDF")]
    Paper(letter::PaperOrder),
}

#[derive(Args)]
pub(super) struct ExportFlags {
    #[arg(long, value_parser = args::stage, help = "只要这些阶段，可以多次；默认 completed（已完成）")]
    stage: Vec<Stage>,
    #[arg(long, value_name = "DATE", value_parser = args::day, help = "从这一天起完成的")]
    from: Option<NaiveDate>,
    #[arg(long, value_name = "DATE", value_parser = args::day, help = "到这一天为止完成的，含当天")]
    to: Option<NaiveDate>,
    #[arg(long, help = "号码不遮掩；会记入操作记录")]
    full_ids: bool,
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        help = "导出完整号码做什么用，记入导出登记"
    )]
    reason: String,
    #[arg(long, help = "替换已有的文件")]
    overwrite: bool,
    #[arg(short, long, value_name = "FILE", help = ".xlsx、.csv、.json 或 .pdf 文件")]
    output: PathBuf,
}

pub(super) fn run(call: &mut Call<'_>, order: TransferOrder) -> Said {
    match order {
        TransferOrder::Check(order) => apply::check(call, &order),
        TransferOrder::Submit(order) => apply::submit(call, &order),
        TransferOrder::List(order) => list::run(call, order),
        TransferOrder::Show(order) => show::run(call, &order),
        TransferOrder::Approve(order) => decide::approve(call, order),
        TransferOrder::Return(order) => decide::send_back(call, order),
        TransferOrder::Place(order) => decide::place(call, order),
        TransferOrder::Withdraw(order) => decide::withdraw(call, order),
        TransferOrder::Receipt(order) => decide::receipt(call, order),
        TransferOrder::Lapse(order) => decide::lapse(call, order),
        TransferOrder::Export(flags) => export(call, flags),
        TransferOrder::Reconcile(order) => reconcile::run(call, &order),
        TransferOrder::Letter(order) => letter::letter(call, order),
        TransferOrder::Letters(order) => letter::list(call, &order),
        TransferOrder::LetterReceipt(order) => letter::receipt(call, &order),
        TransferOrder::Paper(order) => letter::form(call, order),
    }
}

fn export(call: &mut Call<'_>, flags: ExportFlags) -> Said {
    let door = call.sign_in_to_write()?;
    let now = call.now();
    let stages = if flags.stage.is_empty() { vec![Stage::Completed] } else { flags.stage };
    let query = TransferQuery {
        stages,
        done_from: flags.from.map(|day| now.start_of(day)),
        done_before: flags
            .to
            .and_then(|day| day.checked_add_days(Days::new(1)))
            .map(|day| now.start_of(day)),
        ..TransferQuery::of(View::All)
    };
    let order = ExportOrder {
        query,
        path: flags.output,
        full_ids: flags.full_ids,
        reason: flags.reason,
        overwrite: flags.overwrite,
    };
    org::note_missing_reason(order.full_ids, &order.reason);
    let session = call.session(&door)?;
    let done = watched(|watch| session.export_transfers(&order, watch))?;
    org::exported(call, &done)
}

/// An instant as local ISO text without a zone, for JSON.
fn iso(now: Now, at: Moment) -> String {
    now.local(at).format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// An instant for people, to the minute.
fn minute(now: Now, at: Moment) -> String {
    now.local(at).format("%Y-%m-%d %H:%M").to_string()
}
