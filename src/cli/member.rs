//! `member`: importing, listing, showing, making and changing members.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::args::{self, Document};
use super::imports::{self, ImportOrder};
use super::output::{Exit, Said, merged};
use super::{Call, corrections, org};
use crate::domain::fault::Fault;
use crate::domain::id_number::DocumentKind;
use crate::domain::member::{Authentication, GraduationMark, Member, MemberRow};
use crate::domain::order::{ImportKind, MemberAnswers, RevealTarget};
use crate::domain::phone::mask_phone;
use crate::office::Session;
use crate::store::MemberFilter;

/// Rows fetched at a time.
const PAGE: usize = 500;

#[derive(Subcommand)]
pub(super) enum MemberOrder {
    #[command(about = "导入团员名册")]
    Import(MemberImport),
    #[command(about = "列出团员")]
    List(ListOrder),
    #[command(about = "看一位团员")]
    Show(ShowOrder),
    #[command(about = "添加一位团员")]
    Add(AddOrder),
    #[command(about = "修改一位团员；姓名和证件号用 correct 申请更正")]
    Edit(EditOrder),
    #[command(about = "停用一位团员")]
    Retire(RetireOrder),
    #[command(about = "删除一名不再在册的团员的个人信息，不能恢复")]
    Erase(corrections::EraseOrder),
    #[command(about = "申请更正姓名或证件号，由另一位管理员核准")]
    Correct(corrections::CorrectOrder),
    #[command(about = "列出更正申请")]
    Corrections(corrections::ListOrder),
    #[command(about = "同意一条更正申请，记录随即更正")]
    CorrectAccept(corrections::AcceptOrder),
    #[command(about = "不同意一条更正申请，或撤回自己的")]
    CorrectRefuse(corrections::RefuseOrder),
    #[command(about = "导出团员名册")]
    Export(ExportOrder),
}

#[derive(Args)]
pub(super) struct MemberImport {
    #[command(flatten)]
    file: ImportOrder,
    #[arg(long, value_name = "ORG", help = "没写团支部的行归这个团支部")]
    branch: Option<String>,
}

#[derive(Args)]
pub(super) struct ListOrder {
    #[arg(long, value_name = "ORG", help = "只要这个组织和它下面的")]
    branch: Option<String>,
    #[arg(long, value_name = "TEXT", help = "姓名（汉字、拼音、首字母）或完整证件号")]
    search: Option<String>,
    #[arg(long, help = "已转出和停用的也列出")]
    former: bool,
    #[arg(long, value_name = "N", value_parser = args::count, help = "最多几位")]
    limit: Option<usize>,
}

#[derive(Args)]
pub(super) struct ShowOrder {
    #[arg(value_name = "ID", help = "证件号")]
    id: String,
    #[arg(long, help = "显示完整号码；会记入操作记录")]
    reveal: bool,
}

#[derive(Args)]
pub(super) struct AddOrder {
    #[arg(long, help = "姓名")]
    name: String,
    #[arg(long, value_name = "ID_NUMBER", help = "证件号")]
    id: String,
    #[arg(long, value_parser = args::document, default_value = "resident", help = "证件类型：resident 或 other")]
    document: Document,
    #[arg(long, value_name = "ORG", help = "所在团支部的编号或全称")]
    branch: String,
    #[command(flatten)]
    details: Details,
}

#[derive(Args)]
pub(super) struct EditOrder {
    #[arg(value_name = "ID", help = "证件号")]
    id: String,
    #[command(flatten)]
    details: Details,
}

#[derive(Args)]
struct Details {
    #[arg(long, help = "手机号")]
    phone: Option<String>,
    #[arg(long, help = "民族")]
    ethnic_group: Option<String>,
    #[arg(long, help = "政治面貌")]
    political_status: Option<String>,
    #[arg(long, help = "学历")]
    education: Option<String>,
    #[arg(long, value_name = "YYYY-MM", help = "入团年月")]
    joined_on: Option<String>,
    #[arg(long, help = "团内职务")]
    league_post: Option<String>,
    #[arg(long, help = "发展团员编号")]
    membership_number: Option<String>,
    #[arg(long, value_parser = args::authentication, help = "志愿书认证：unknown、authenticated 或 missing")]
    authentication: Option<Authentication>,
    #[arg(long, value_name = "YYYY-MM", help = "团费交至")]
    fees_paid_to: Option<String>,
    #[arg(long, value_parser = args::graduation_mark, help = "毕业标记：none、delayed 或 teacher")]
    graduation_mark: Option<GraduationMark>,
}

impl Details {
    /// Puts what was given over what stands.
    fn over(self, answers: MemberAnswers) -> MemberAnswers {
        let chosen = |id: Option<&'static str>, old: String| id.map_or(old, str::to_owned);
        MemberAnswers {
            phone: self.phone.unwrap_or(answers.phone),
            ethnic_group: self.ethnic_group.unwrap_or(answers.ethnic_group),
            political_status: self.political_status.unwrap_or(answers.political_status),
            education: self.education.unwrap_or(answers.education),
            joined_on: self.joined_on.unwrap_or(answers.joined_on),
            league_post: self.league_post.unwrap_or(answers.league_post),
            membership_number: self.membership_number.unwrap_or(answers.membership_number),
            authentication: chosen(
                self.authentication.map(Authentication::id),
                answers.authentication,
            ),
            fees_paid_to: self.fees_paid_to.unwrap_or(answers.fees_paid_to),
            graduation_mark: chosen(
                self.graduation_mark.map(GraduationMark::id),
                answers.graduation_mark,
            ),
            ..answers
        }
    }
}

#[derive(Args)]
pub(super) struct RetireOrder {
    #[arg(value_name = "ID", help = "证件号")]
    id: String,
    #[arg(long, value_name = "T", default_value = "", hide_default_value = true, help = "原因")]
    remark: String,
}

#[derive(Args)]
pub(super) struct ExportOrder {
    #[arg(short, long, value_name = "FILE", help = ".xlsx、.csv、.json 或 .pdf 文件")]
    output: PathBuf,
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
}

pub(super) fn run(call: &mut Call<'_>, order: MemberOrder) -> Said {
    match order {
        MemberOrder::Import(order) => {
            imports::run(call, ImportKind::Members, &order.file, order.branch)
        }
        MemberOrder::List(order) => list(call, order),
        MemberOrder::Show(order) => show(call, &order),
        MemberOrder::Add(order) => add(call, order),
        MemberOrder::Edit(order) => edit(call, order),
        MemberOrder::Retire(order) => retire(call, &order),
        MemberOrder::Erase(order) => corrections::erase(call, &order),
        MemberOrder::Correct(order) => corrections::ask(call, &order),
        MemberOrder::Corrections(order) => corrections::list(call, &order),
        MemberOrder::CorrectAccept(order) => corrections::accept(call, &order),
        MemberOrder::CorrectRefuse(order) => corrections::refuse(call, &order),
        MemberOrder::Export(order) => {
            let door = call.sign_in_to_write()?;
            let manner = org::manner(order.overwrite, order.full_ids, &order.reason);
            let done = call.session(&door)?.export_members(&order.output, manner)?;
            org::exported(call, &done)
        }
    }
}

fn list(call: &mut Call<'_>, order: ListOrder) -> Said {
    let door = call.sign_in()?;
    let session = call.session(&door)?;
    let under = order.branch.map(|text| session.look_up_organisation(&text)).transpose()?;
    let filter = MemberFilter {
        search: order.search.unwrap_or_default(),
        under: under.map(|named| named.organisation.path),
        former: order.former,
        after: None,
        limit: Some(PAGE),
        due: None,
    };
    let rows = rows_of(&session, filter, order.limit.unwrap_or(usize::MAX))?;
    let documents: Vec<Value> = rows.iter().map(document_of_row).collect();
    call.out.answer(&json!({"rows": documents}), |out| {
        let cells = |row: &MemberRow| {
            vec![
                row.name.clone(),
                row.masked_id.clone(),
                row.masked_phone.clone(),
                row.branch_name.clone(),
                row.state.label().to_owned(),
                row.open_transfer.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
        out.table(&["姓名", "证件号", "手机号", "所在团支部", "状态", "在办转接"], &rows)
    })?;
    Ok(Exit::DONE)
}

fn rows_of(
    session: &Session<'_>,
    mut filter: MemberFilter,
    most: usize,
) -> Result<Vec<MemberRow>, Fault> {
    let mut all = Vec::new();
    loop {
        let (rows, next) = session.desk().members(&filter)?;
        all.extend(rows);
        if next.is_none() || all.len() >= most {
            all.truncate(most);
            return Ok(all);
        }
        filter.after = next;
    }
}

fn document_of_row(row: &MemberRow) -> Value {
    json!({
        "name": row.name, "id_number": row.masked_id, "phone": row.masked_phone,
        "branch": row.branch_name, "joined_on": row.joined_on, "league_post": row.league_post,
        "state": row.state.id(), "state_label": row.state.label(),
        "open_transfer": Some(&row.open_transfer).filter(|number| !number.is_empty()),
    })
}

fn show(call: &mut Call<'_>, order: &ShowOrder) -> Said {
    let door = if order.reveal { call.sign_in_to_write()? } else { call.sign_in()? };
    let session = call.session(&door)?;
    let member = session.desk().member_by_number(&order.id)?;
    let open = session.desk().open_transfer(&member.id_number)?.unwrap_or_default();
    let numbers = if order.reveal {
        let (id, phone, _) = session.reveal(RevealTarget::Member(member.id))?;
        (id, phone)
    } else {
        (member.id_number.masked(), mask_phone(&member.phone))
    };
    print(call, &member, numbers, open)
}

fn print(call: &mut Call<'_>, member: &Member, numbers: (String, String), open: String) -> Said {
    let document = merged([
        json!({"name": member.name, "id_number": numbers.0, "phone": numbers.1,
            "branch": member.branch_name, "open_transfer": Some(&open).filter(|o| !o.is_empty())}),
        json!({"state": member.state.id(), "state_label": member.state.label()}),
        profile_of(member),
    ]);
    let p = &member.profile;
    call.out.answer(&document, |out| {
        out.fields(&[
            ("姓名", member.name.clone()),
            ("证件类型", document_kind(member.document).label().to_owned()),
            ("证件号", numbers.0),
            ("手机号", numbers.1),
            ("所在团支部", member.branch_name.clone()),
            ("状态", member.state.label().to_owned()),
            ("在办转接", open),
            ("民族", p.ethnic_group.clone()),
            ("政治面貌", p.political_status.clone()),
            ("学历", p.education.clone()),
            ("入团年月", p.joined_on.clone()),
            ("团内职务", p.league_post.clone()),
            ("发展团员编号", p.membership_number.clone()),
            ("志愿书认证", p.authentication.label().to_owned()),
            ("团费交至", p.fees_paid_to.clone()),
            ("毕业标记", p.graduation_mark.label().to_owned()),
        ])
    })?;
    Ok(Exit::DONE)
}

fn profile_of(member: &Member) -> Value {
    let p = &member.profile;
    let document = document_kind(member.document);
    json!({
        "document": document.id(), "document_label": document.label(),
        "ethnic_group": p.ethnic_group, "political_status": p.political_status,
        "education": p.education, "joined_on": p.joined_on, "league_post": p.league_post,
        "membership_number": p.membership_number,
        "authentication": p.authentication.id(),
        "authentication_label": p.authentication.label(),
        "fees_paid_to": p.fees_paid_to,
        "graduation_mark": p.graduation_mark.id(),
        "graduation_mark_label": p.graduation_mark.label(),
    })
}

fn document_kind(kind: DocumentKind) -> Document {
    match kind {
        DocumentKind::ResidentCard => Document::Resident,
        DocumentKind::Other => Document::Other,
    }
}

fn add(call: &mut Call<'_>, order: AddOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let answers = order.details.over(MemberAnswers {
        name: order.name,
        document: order.document.id().to_owned(),
        id_number: order.id,
        branch: order.branch,
        ..MemberAnswers::default()
    });
    let id = session.add_member(&answers)?;
    done(call, &session.desk().member(id)?, "已添加")
}

fn edit(call: &mut Call<'_>, order: EditOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let old = session.desk().member_by_number(&order.id)?;
    session.edit_member(old.id, &order.details.over(answers_of(&old)))?;
    done(call, &session.desk().member(old.id)?, "已修改")
}

fn answers_of(member: &Member) -> MemberAnswers {
    let p = member.profile.clone();
    MemberAnswers {
        name: member.name.clone(),
        document: document_kind(member.document).id().to_owned(),
        id_number: member.id_number.reveal().to_owned(),
        phone: member.phone.clone(),
        branch: member.branch_name.clone(),
        ethnic_group: p.ethnic_group,
        political_status: p.political_status,
        education: p.education,
        joined_on: p.joined_on,
        league_post: p.league_post,
        membership_number: p.membership_number,
        authentication: p.authentication.id().to_owned(),
        fees_paid_to: p.fees_paid_to,
        graduation_mark: p.graduation_mark.id().to_owned(),
    }
}

fn retire(call: &mut Call<'_>, order: &RetireOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let member = session.desk().member_by_number(&order.id)?;
    session.desk().retire_member(member.id, &order.remark)?;
    done(call, &session.desk().member(member.id)?, "已停用")
}

fn done(call: &mut Call<'_>, member: &Member, what: &str) -> Said {
    let masked = member.id_number.masked();
    let document = json!({"name": member.name, "id_number": masked, "branch": member.branch_name,
        "state": member.state.id(), "state_label": member.state.label()});
    call.out.answer(&document, |out| {
        out.line(&format!("{what}：{}（{masked}），{}", member.name, member.branch_name))
    })?;
    Ok(Exit::DONE)
}
