//! `org`: importing, finding, showing, making and changing organisations.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::imports::{self, ImportOrder};
use super::output::{Exit, Said, note};
use super::{Call, args, org_search};
use crate::domain::fault::Fault;
use crate::domain::order::ImportKind;
use crate::domain::org_search::Superior;
use crate::domain::organisation::{OrgEntry, OrgKind, OrgRow, Organisation};
use crate::exchange::export::{Disclosure, Overwrite};
use crate::office::{ExportDone, ExportManner, Session};
use crate::store::OrgFilter;

/// Rows fetched at a time.
const PAGE: usize = 500;

#[derive(Subcommand)]
pub(super) enum OrgOrder {
    #[command(about = "导入组织名单")]
    Import(ImportOrder),
    #[command(about = "查找：汉字、全拼、首字母、编号，可混写，空格隔开几个词")]
    Search(org_search::SearchOrder),
    #[command(about = "看一个组织")]
    Show(NamedOrder),
    #[command(about = "列出组织")]
    List(ListOrder),
    #[command(about = "添加一个组织")]
    Add(AddOrder),
    #[command(about = "修改一个组织")]
    Edit(EditOrder),
    #[command(about = "停用一个空的组织")]
    Retire(RetireOrder),
    #[command(about = "导出组织名单")]
    Export(ExportOrder),
}

#[derive(Args)]
pub(super) struct NamedOrder {
    #[arg(value_name = "CODE_OR_FULL_NAME", help = "组织编号或全称")]
    org: String,
}

#[derive(Args)]
pub(super) struct ListOrder {
    #[arg(long, value_name = "CODE", help = "只要这个组织和它下面的")]
    under: Option<String>,
    #[arg(long, value_parser = args::kind, help = "只要这一类")]
    kind: Option<OrgKind>,
    #[arg(long, help = "停用的也列出")]
    retired: bool,
    #[arg(long, value_name = "N", value_parser = args::count, help = "最多几个")]
    limit: Option<usize>,
}

#[derive(Args)]
pub(super) struct AddOrder {
    #[arg(long, value_name = "FULL_NAME", help = "组织全称")]
    name: String,
    #[arg(long, value_parser = args::kind, help = "组织类别，如 branch（团支部）")]
    kind: OrgKind,
    #[arg(long, value_name = "ORG", help = "上级组织的编号或全称")]
    superior: Option<String>,
    #[command(flatten)]
    details: Details,
}

#[derive(Args)]
pub(super) struct EditOrder {
    #[arg(value_name = "CODE_OR_FULL_NAME", help = "组织编号或全称")]
    org: String,
    #[arg(long, value_name = "FULL_NAME", help = "新的全称")]
    name: Option<String>,
    #[command(flatten)]
    details: Details,
}

#[derive(Args)]
struct Details {
    #[arg(long, help = "组织编号；不填由程序给")]
    code: Option<String>,
    #[arg(long, help = "简称")]
    short_name: Option<String>,
    #[arg(long, value_name = "NAME", help = "联系人")]
    contact: Option<String>,
    #[arg(long, help = "联系电话")]
    phone: Option<String>,
    #[arg(long, value_name = "YYYY-MM", help = "预计毕业时间")]
    graduates_on: Option<String>,
}

#[derive(Args)]
pub(super) struct RetireOrder {
    #[arg(value_name = "CODE_OR_FULL_NAME", help = "组织编号或全称")]
    org: String,
    #[arg(long, value_name = "T", default_value = "", hide_default_value = true, help = "原因")]
    remark: String,
}

#[derive(Args)]
pub(super) struct ExportOrder {
    #[arg(short, long, value_name = "FILE", help = ".xlsx、.csv、.json 或 .pdf 文件")]
    output: PathBuf,
    #[arg(long, help = "替换已有的文件")]
    overwrite: bool,
}

pub(super) fn run(call: &mut Call<'_>, order: OrgOrder) -> Said {
    match order {
        OrgOrder::Import(order) => imports::run(call, ImportKind::Organisations, &order, None),
        OrgOrder::Search(order) => org_search::run(call, &order),
        OrgOrder::Show(order) => show(call, &order),
        OrgOrder::List(order) => list(call, &order),
        OrgOrder::Add(order) => add(call, order),
        OrgOrder::Edit(order) => edit(call, order),
        OrgOrder::Retire(order) => retire(call, &order),
        OrgOrder::Export(order) => export(call, &order),
    }
}

fn list(call: &mut Call<'_>, order: &ListOrder) -> Said {
    let door = call.sign_in()?;
    let session = call.session(&door)?;
    let filter = filter_of(&session, order.under.as_deref(), order.kind)?;
    let filter = OrgFilter { retired: order.retired, ..filter };
    let rows = rows_of(&session, &filter, order.limit)?;
    print(call, &rows)
}

fn filter_of(
    session: &Session<'_>,
    under: Option<&str>,
    kind: Option<OrgKind>,
) -> Result<OrgFilter, Fault> {
    let under = under.map(|text| session.look_up_organisation(text)).transpose()?;
    if let Some(named) = under.as_ref().filter(|named| named.is_listed_only()) {
        note(&format!(
            "「{}」只在全国组织目录里，本库里没有它下面的组织。要查目录请用「tuanzhuan org search --under」。",
            named.organisation.full_name
        ));
    }
    Ok(OrgFilter {
        under: under.map(|named| named.organisation.path),
        kind,
        limit: Some(PAGE),
        retired: false,
    })
}

fn rows_of(
    session: &Session<'_>,
    filter: &OrgFilter,
    most: Option<usize>,
) -> Result<Vec<OrgRow>, Fault> {
    let most = most.unwrap_or(usize::MAX);
    let (mut all, mut after) = (Vec::new(), None::<String>);
    loop {
        let (rows, next) = session.desk().organisations("", filter, after.as_deref())?;
        all.extend(rows);
        if next.is_none() || all.len() >= most {
            all.truncate(most);
            return Ok(all);
        }
        after = next;
    }
}

fn print(call: &mut Call<'_>, rows: &[OrgRow]) -> Said {
    let documents: Vec<Value> = rows.iter().map(document_of_row).collect();
    call.out.answer(&json!({"rows": documents}), |out| {
        let cells = |row: &OrgRow| {
            vec![
                row.code.clone(),
                row.full_name.clone(),
                row.kind.label().to_owned(),
                row.administrator.clone(),
                row.n_members.to_string(),
            ]
        };
        let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
        out.table(&["编号", "组织全称", "类别", "管理员", "团员数"], &rows)
    })?;
    Ok(Exit::DONE)
}

fn document_of_row(row: &OrgRow) -> Value {
    json!({
        "code": row.code, "full_name": row.full_name,
        "kind": row.kind.id(), "kind_label": row.kind.label(),
        "administrator": row.administrator, "members": row.n_members, "managed": row.managed,
        "state": row.state.id(), "state_label": row.state.label(),
    })
}

fn show(call: &mut Call<'_>, order: &NamedOrder) -> Said {
    let door = call.sign_in()?;
    let session = call.session(&door)?;
    let named = session.look_up_organisation(&order.org)?;
    let (org, superior) = (named.organisation, named.superior);
    call.out.answer(&document_of(&org, superior.as_ref()), |out| {
        out.fields(&[
            ("编号", org.code.clone()),
            ("组织全称", org.full_name.clone()),
            ("简称", org.short_name.clone()),
            ("类别", org.kind.label().to_owned()),
            ("上级组织", superior.map_or_else(|| "无".to_owned(), |s| s.full_name)),
            ("联系人", org.contact_name.clone()),
            ("联系电话", org.contact_phone.clone()),
            ("预计毕业时间", org.graduates_on.clone()),
            ("核对日期", org.verified_on.clone()),
            ("状态", org.state.label().to_owned()),
            ("本机管理", if org.managed { "是" } else { "否" }.to_owned()),
            ("团员数", org.n_members.to_string()),
        ])
    })?;
    Ok(Exit::DONE)
}

fn document_of(org: &Organisation, superior: Option<&Superior>) -> Value {
    json!({
        "code": org.code, "full_name": org.full_name, "short_name": org.short_name,
        "kind": org.kind.id(), "kind_label": org.kind.label(),
        "superior": superior.map(|s| json!({"code": s.code, "full_name": s.full_name})),
        "contact_name": org.contact_name, "contact_phone": org.contact_phone,
        "graduates_on": org.graduates_on, "verified_on": org.verified_on,
        "state": org.state.id(), "state_label": org.state.label(),
        "managed": org.managed, "members": org.n_members,
    })
}

fn add(call: &mut Call<'_>, order: AddOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let details = order.details;
    let entry = OrgEntry {
        code: details.code.unwrap_or_default(),
        superior: order.superior.unwrap_or_default(),
        kind: Some(order.kind),
        full_name: order.name,
        short_name: details.short_name.unwrap_or_default(),
        contact_name: details.contact.unwrap_or_default(),
        contact_phone: details.phone.unwrap_or_default(),
        graduates_on: details.graduates_on.unwrap_or_default(),
    };
    let org = session.save_org(None, &entry)?;
    saved(call, &session, &org, "已添加")
}

fn edit(call: &mut Call<'_>, order: EditOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let old = session.find_organisation(&order.org)?;
    let details = order.details;
    let entry = OrgEntry {
        code: details.code.unwrap_or(old.code),
        superior: String::new(),
        kind: Some(old.kind),
        full_name: order.name.unwrap_or(old.full_name),
        short_name: details.short_name.unwrap_or(old.short_name),
        contact_name: details.contact.unwrap_or(old.contact_name),
        contact_phone: details.phone.unwrap_or(old.contact_phone),
        graduates_on: details.graduates_on.unwrap_or(old.graduates_on),
    };
    let org = session.save_org(Some(old.id), &entry)?;
    saved(call, &session, &org, "已修改")
}

fn saved(call: &mut Call<'_>, session: &Session<'_>, org: &Organisation, done: &str) -> Said {
    let superior = org.parent.map(|id| session.organisation(id)).transpose()?;
    let superior = superior.map(|s| Superior { code: s.code, full_name: s.full_name });
    call.out.answer(&document_of(org, superior.as_ref()), |out| {
        out.line(&format!("{done}：{}（编号 {}）", org.full_name, org.code))
    })?;
    Ok(Exit::DONE)
}

fn retire(call: &mut Call<'_>, order: &RetireOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let org = session.find_organisation(&order.org)?;
    session.desk().retire_organisation(org.id, &order.remark)?;
    let document = json!({"code": org.code, "full_name": org.full_name, "state": "retired", "state_label": "停用"});
    call.out.answer(&document, |out| out.line(&format!("已停用：{}", org.full_name)))?;
    Ok(Exit::DONE)
}

fn export(call: &mut Call<'_>, order: &ExportOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let manner = manner(order.overwrite, false, "");
    let done = call.session(&door)?.export_organisations(&order.output, manner)?;
    exported(call, &done)
}

/// How an export is written.
pub(super) fn manner(overwrite: bool, full_ids: bool, reason: &str) -> ExportManner<'_> {
    note_missing_reason(full_ids, reason);
    ExportManner {
        disclosure: if full_ids { Disclosure::Full } else { Disclosure::Masked },
        overwrite: if overwrite { Overwrite::Yes } else { Overwrite::No },
        reason,
    }
}

/// Full numbers leave with a reason in the ledger. On the command line it may be missing, because
/// calls of before must go on working; that it is missing is told.
pub(super) fn note_missing_reason(full_ids: bool, reason: &str) {
    if full_ids && reason.trim().is_empty() {
        super::output::note(
            "没有写导出完整号码的原因。导出登记里会空着；下次请加 --reason 写明做什么用。",
        );
    }
}

/// Tells where an export lies and how many rows it has.
pub(super) fn exported(call: &mut Call<'_>, done: &ExportDone) -> Said {
    let path = done.path.display().to_string();
    let n_rows = done.n_rows;
    super::output::note(&format!("{}。", done.words()));
    let head = done.head.map(|head| head.to_string());
    head.iter().for_each(|head| super::output::note(&format!("操作记录末条 {head}")));
    let document =
        json!({"path": path, "rows": n_rows, "drafts": done.n_drafts, "history_head": head});
    call.out.answer(&document, |out| out.line(&path))?;
    Ok(Exit::DONE)
}
