//! Every small form of the program, declared as it reads on the screen.

use super::checks::{
    batch_fault, day_fault, id_fault, minutes_fault, month_fault, name_fault, password_fault,
    phone_fault,
};
use super::{Change, Purpose, Record, Then};
use crate::domain::account::Role;
use crate::domain::filter::TransferQuery;
use crate::domain::id_number::DocumentKind;
use crate::domain::member::{Authentication, GraduationMark, Member};
use crate::domain::organisation::{OrgKind, Organisation};
use crate::domain::phone::mask_phone;
use crate::domain::reconcile::Reconciled;
use crate::domain::workflow::Act;
use crate::model::effect::{Decision, ImportKind, MemberAnswers, Settings};
use crate::model::form::{Field, LookupKind};

/// Least characters of a password that signs in only, and of one that also opens the database.
const LEAST: (usize, usize) = (8, 12);
/// Most characters of a name of an organisation, of a person, of a number, of a word, of a reason.
const ORG: usize = 100;
const NAME: usize = 50;
const NUMBER: usize = 24;
const WORD: usize = 30;
const REASON: usize = 200;
const PATH: usize = 500;
/// More than a day has, so that one typed after the day that stands there is seen and refused, and
/// not dropped with the old day left in force.
const DAY: usize = 24;
const NO_YES: [(&str, &str); 2] = [("no", "否"), ("yes", "是")];

impl Record {
    /// 改密码
    pub fn change_password(change: &Change) -> Self {
        let opens = match change {
            Change::Wanted { opens_database } | Change::Forced { opens_database, .. } => {
                *opens_database
            }
        };
        let check: fn(&str) -> Option<String> = if opens {
            |text| password_fault(text, LEAST.1)
        } else {
            |text| password_fault(text, LEAST.0)
        };
        let least = if opens { LEAST.1 } else { LEAST.0 };
        let current = Field::secret("current", "现在的密码").required();
        let current = match change {
            Change::Wanted { .. } => current,
            Change::Forced { current: known, .. } => Field { hidden: true, ..current }.with(known),
        };
        let fields = vec![
            current,
            Field::secret("new", "新密码").required().complete_at(least).checked(check),
            Field::secret("repeat", "再输一遍新密码").required(),
        ];
        let use_of =
            if opens { "这个密码还用来打开数据库，要求高一些：" } else { "" };
        let intro = format!("{use_of}不少于 {least} 个字，不要含姓名、生日、身份证号和手机号；");
        let n_classes = if opens { 3 } else { 2 };
        let classes = format!("大写字母、小写字母、数字、符号、汉字里至少要有 {n_classes} 类。");
        Self::page("改密码", Purpose::ChangePassword, fields).saying(&[&intro, &classes])
    }

    /// 添加团员
    pub fn add_member() -> Self {
        let documents = [("resident", "居民身份证"), ("other", "其他证件")];
        let mut fields = vec![
            Field::line("name", "姓名", NAME).required().checked(name_fault),
            Field::choice("document", "证件类型", documents).with("resident"),
            Field::line("id_number", "证件号码", NUMBER).required().complete_at(18),
            Field::line("phone", "手机号", NUMBER).complete_at(11).checked(phone_fault),
            Field::lookup("branch", "所在团支部", LookupKind::Branch).required(),
        ];
        fields.extend(profile_fields(&MemberAnswers::default()));
        Self::page("添加团员", Purpose::AddMember, fields)
    }

    /// The parts of a member's record that may be changed freely.
    pub fn edit_member(member: &Member) -> Self {
        let base = answers_of(member);
        let mut fields = person(member);
        fields.push(Field::fixed("branch_name", "所在团支部", &*member.branch_name));
        fields.push(phone_to_change(&member.phone));
        fields.extend(profile_fields(&base));
        Self::page("修改团员资料", Purpose::EditMember(member.id, Box::new(base)), fields)
            .saying(&["姓名和证件号码写错了，请用「申请更正」；换团支部请发起转接。"])
    }

    /// 添加组织, below another where one is given.
    pub fn add_org(superior: Option<&Organisation>) -> Self {
        let mut above = Field::lookup("superior", "上级组织", LookupKind::Organisation).required();
        if let Some(org) = superior {
            above = above.looked_up(&org.code, &org.full_name);
        }
        let fields = [vec![above], org_fields(None)].concat();
        Self::page("添加组织", Purpose::AddOrg, fields)
    }

    /// 修改组织
    pub fn edit_org(org: &Organisation) -> Self {
        let mut fields = org_fields(Some(org));
        if org.parent.is_some() {
            let above = Field::lookup("superior", "上级组织", LookupKind::Organisation);
            fields.insert(0, above.required().note("正在读取.."));
        }
        let purpose = Purpose::EditOrg(org.id, org.parent);
        Self::page("修改组织", purpose, fields)
    }

    /// 添加账号, for an organisation where one is given.
    pub fn add_account(org: Option<&Organisation>) -> Self {
        let mut at = Field::lookup("org", "所在组织", LookupKind::Organisation).required();
        if let Some(org) = org {
            at = at.looked_up(&org.code, &org.full_name);
        }
        let roles = Role::ALL.iter().map(|role| (role.id(), role.label()));
        let fields = vec![
            Field::line("name", "姓名", NAME).required().checked(name_fault),
            Field::line("id_number", "身份证号码", NUMBER)
                .required()
                .complete_at(18)
                .checked(id_fault),
            Field::line("phone", "手机号", NUMBER).complete_at(11).checked(phone_fault),
            Field::choice("role", "角色", roles).required(),
            at,
        ];
        Self::page("添加账号", Purpose::AddAccount, fields)
            .saying(&["初始密码是身份证号码后 8 位，第一次登录时本人必须改掉。"])
    }

    /// Asks for a reason, then does what it is for.
    pub fn ask_reason(title: &str, then: Then) -> Self {
        let seen = match &then {
            Then::Decide(_) => "原因会原样显示给对方。",
            Then::Give | Then::RetireMember(_) | Then::RetireOrg(_) => "原因会记入操作记录。",
            Then::NoteExportDeleted(_) => "写明怎样删的、副本在哪里也删了；会记入操作记录。",
        };
        let fields = vec![reason("原因").required()];
        Self::popup(title, Purpose::AskReason(then), fields).saying(&[seen])
    }

    /// Asks for the day of an outcome decided outside, and for the reason of a refusal.
    pub fn ask_receipt(decision: Decision) -> Self {
        let why = reason("原因或说明");
        let refused = decision.act == Act::RecordRefused;
        let fields = vec![
            Field::line("date", "对方办理的日期", DAY)
                .required()
                .hint("年-月-日")
                .checked(day_fault),
            if refused { why.required() } else { why },
        ];
        let title = decision.act.label();
        Self::popup(title, Purpose::AskReceipt(decision), fields)
            .saying(&["在对方系统里看到结果之后再登记；写明是谁告诉你的。"])
    }

    /// Asks which import to take back as a whole.
    pub fn undo_import() -> Self {
        let batch = Field::line("batch", "批次号", 9).required().checked(batch_fault);
        Self::popup("撤销一批导入", Purpose::UndoImport, vec![batch]).saying(&[
            "整批收回，和没有导入过一样；已有转接、账号或下级的批次不能撤销。",
            "批次号在导入完成时给出，操作记录里也能查到，例如「第 3 批」就填 3。",
        ])
    }

    /// Asks for the file to import.
    pub fn import_path(kind: ImportKind) -> Self {
        let title = match kind {
            ImportKind::Members => "导入团员名册",
            ImportKind::Organisations => "导入组织名单",
        };
        let fields = vec![Field::line("path", "文件", PATH).required()];
        Self::page(title, Purpose::ImportPath(kind), fields).saying(&[
            "输入或粘贴文件的完整路径（xlsx、xls、csv 或 txt），也可以把文件拖进窗口。",
            "下一步先预览，每一行都检查过，确认之前不写入。",
        ])
    }

    /// 导出 what a question finds.
    pub fn export(query: TransferQuery) -> Self {
        let fields = vec![
            Field::line("path", "存为", PATH).required().with("转接.xlsx"),
            Field::choice("full_ids", "写完整的身份证号", NO_YES).with("no"),
            Field::line("reason", "做什么用", WORD * 3).hint("写完整号码时要写，如 报上级核对"),
            Field::secret("password", "自己的登录密码").hint("写完整号码时要填"),
            Field::choice("overwrite", "同名文件已有时替换", NO_YES).with("no"),
        ];
        Self::page("导出", Purpose::Export(Box::new(query)), fields).saying(&[
            "扩展名决定格式：xlsx、csv、json，或打印用的 pdf。",
            "身份证号默认遮住；选「是」会写出完整号码，要写明用途、再输一遍密码。每次导出都登记。",
        ])
    }

    /// 导出 of the history.
    pub fn export_history(asked: &str) -> Self {
        let fields = vec![
            Field::line("path", "存为", PATH).required().with("操作记录.xlsx"),
            Field::choice("overwrite", "同名文件已有时替换", NO_YES).with("no"),
        ];
        let which = match asked {
            "" => "写出你能看到的全部记录。".to_owned(),
            asked => format!("只写出查找「{asked}」找到的记录。"),
        };
        Self::page("导出操作记录", Purpose::ExportHistory(asked.to_owned()), fields)
            .saying(&[&which, "扩展名决定格式：xlsx、csv 或 json。这次导出本身也会记入操作记录。"])
    }

    /// Asks for the list of the official site.
    pub fn reconcile_path() -> Self {
        let fields = vec![Field::line("path", "官网名单", PATH).required()];
        Self::page("对账", Purpose::ReconcilePath, fields).saying(&[
            "输入或粘贴官网导出的转接名单（xlsx 或 csv）的完整路径，也可以把文件拖进窗口。",
            "名单要有：转出人、转出团组织、转入团组织、处理状态；有申请时间认得更准。",
            "只是核对，不会改动任何一单。",
        ])
    }

    /// 导出 of a comparison.
    pub fn export_reconciled(lines: Vec<Reconciled>) -> Self {
        let fields = vec![
            Field::line("path", "存为", PATH).required().with("对账.xlsx"),
            Field::choice("overwrite", "同名文件已有时替换", NO_YES).with("no"),
        ];
        let which = format!("写出这一类的 {} 条，每条附上怎么办。", lines.len());
        Self::page("导出对账结果", Purpose::ExportReconciled(lines), fields)
            .saying(&[&which, "扩展名决定格式：xlsx、csv 或 json。这次导出会记入操作记录。"])
    }

    /// 设置
    pub fn settings(now: &Settings) -> Self {
        let minutes = now.lock_after_minutes.to_string();
        let choice = |id, label, on: bool| {
            Field::choice(id, label, NO_YES).with(if on { "yes" } else { "no" })
        };
        let fields = vec![
            Field::line("minutes", "几分钟不动就锁屏", 3)
                .required()
                .checked(minutes_fault)
                .with(&minutes),
            choice("ascii", "只用 ASCII 画线", now.ascii),
            choice("plain", "不用颜色", now.plain),
        ];
        Self::page("设置", Purpose::Settings, fields)
            .saying(&["框线错位或显示成问号时，把「只用 ASCII 画线」改为是。"])
    }

    /// Fills the settings in force in, if this is their form: only the state knows them.
    pub fn show_settings(&mut self, now: &Settings) {
        if self.purpose == Purpose::Settings {
            *self = Self::settings(now);
        }
    }
}

fn reason(label: &str) -> Field {
    Field::paragraph("reason", label, REASON)
}

pub(super) fn person(member: &Member) -> Vec<Field> {
    vec![
        Field::fixed("now_name", "姓名", &*member.name),
        Field::fixed("now_id", "证件号码", member.id_number.masked()),
    ]
}

/// The number itself is not shown; what is typed replaces it.
fn phone_to_change(phone: &str) -> Field {
    let field = Field::line("phone", "手机号", NUMBER).checked(phone_fault);
    if phone.is_empty() {
        field.complete_at(11)
    } else {
        field.hint(format!("现在 {}，空着不改", mask_phone(phone)))
    }
}

fn profile_fields(base: &MemberAnswers) -> Vec<Field> {
    let authentications = Authentication::ALL.iter().map(|a| (a.id(), a.label()));
    let marks = GraduationMark::ALL.iter().map(|mark| (mark.id(), mark.label()));
    let month = |id, label, text: &str| {
        Field::line(id, label, DAY).hint("如 2015-05").checked(month_fault).with(text)
    };
    let authentication = or(&base.authentication, Authentication::Unknown.id());
    let mark = or(&base.graduation_mark, GraduationMark::None.id());
    vec![
        Field::line("ethnic_group", "民族", WORD).with(&base.ethnic_group).ruled(""),
        Field::line("political_status", "政治面貌", WORD).with(&base.political_status),
        Field::line("education", "学历", WORD).with(&base.education),
        month("joined_on", "入团年月", &base.joined_on),
        Field::line("league_post", "团内职务", WORD).with(&base.league_post),
        Field::line("membership_number", "发展团员编号", WORD).with(&base.membership_number),
        Field::choice("authentication", "入团志愿书认证", authentications).with(authentication),
        month("fees_paid_to", "团费交至", &base.fees_paid_to),
        Field::choice("graduation_mark", "毕业时间标记", marks).with(mark),
    ]
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

fn org_fields(org: Option<&Organisation>) -> Vec<Field> {
    let kinds = OrgKind::ALL.iter().map(|kind| (kind.id(), kind.label()));
    let of = |text: fn(&Organisation) -> &str| org.map_or("", text);
    vec![
        Field::line("full_name", "组织全称", ORG).required().with(of(|o| &o.full_name)),
        Field::choice("kind", "组织类型", kinds).required().with(of(|o| o.kind.id())),
        Field::line("code", "编号", WORD).hint("空着由程序给").with(of(|o| &o.code)),
        Field::line("short_name", "简称", ORG).with(of(|o| &o.short_name)),
        Field::line("contact_name", "联系人", NAME).with(of(|o| &o.contact_name)),
        Field::line("contact_phone", "联系电话", NUMBER)
            .checked(phone_fault)
            .with(of(|o| &o.contact_phone)),
        Field::line("graduates_on", "预计毕业年月", DAY)
            .hint("如 2020-06")
            .checked(month_fault)
            .with(of(|o| &o.graduates_on)),
    ]
}

/// A record as the answers that would make it.
fn answers_of(member: &Member) -> MemberAnswers {
    let profile = member.profile.clone();
    let document = match member.document {
        DocumentKind::ResidentCard => "resident",
        DocumentKind::Other => "other",
    };
    MemberAnswers {
        name: member.name.clone(),
        document: document.to_owned(),
        id_number: member.id_number.reveal().to_owned(),
        phone: member.phone.clone(),
        branch: member.branch_name.clone(),
        ethnic_group: profile.ethnic_group,
        political_status: profile.political_status,
        education: profile.education,
        joined_on: profile.joined_on,
        league_post: profile.league_post,
        membership_number: profile.membership_number,
        authentication: profile.authentication.id().to_owned(),
        fees_paid_to: profile.fees_paid_to,
        graduation_mark: profile.graduation_mark.id().to_owned(),
    }
}
