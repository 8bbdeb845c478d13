//! The forms about the rights of the person whose data it is: correcting, erasing.

use super::{Purpose, Record};
use crate::domain::correction::Correction;
use crate::domain::member::Member;
use crate::model::form::Field;

/// Most characters of a name, of a number, of a reason.
const NAME: usize = 50;
const NUMBER: usize = 24;
const REASON: usize = 200;

impl Record {
    /// Asks for another name or ID number, with a reason.
    pub fn correct_member(member: &Member) -> Self {
        let mut fields = super::declare::person(member);
        fields.extend([
            Field::line("name", "应为的姓名", NAME)
                .required()
                .checked(super::checks::name_fault)
                .with(&member.name),
            Field::line("id_number", "应为的证件号码", NUMBER).hint("空着不改").complete_at(18),
            Field::paragraph("reason", "更正的原因", REASON).required(),
            Field::line("evidence", "依据", NAME).hint("如 身份证原件"),
        ]);
        let number = member.id_number.reveal().to_owned();
        let purpose = Purpose::CorrectMember(member.id, number, member.document);
        let mut page = Self::page("申请更正", purpose, fields).saying(&[
            "提交后记录先不改，由另一位管理员在「更正申请」里核准；申请和核准都记入操作记录。",
        ]);
        // The name stands there already; it is what most often has to be put right.
        page.form.focus_on("name");
        page
    }

    /// Accepts a request; the number is typed again from the document.
    pub fn accept_correction(asked: &Correction) -> Self {
        let mut fields = vec![Field::fixed("words", "更正", asked.words())];
        if asked.changes_number() {
            fields.push(Field::line("id_number", "新证件号码", NUMBER).required().complete_at(18));
        }
        fields.push(Field::line("remark", "备注", REASON));
        fields.push(
            Field::secret("password", "自己的登录密码")
                .hint("只有没有第二位管理员、由申请人自己核准时才填"),
        );
        let intro: &[&str] = if asked.changes_number() {
            &[
                "请照证件把新号码再输一遍：两个人各输一遍，才不会错。",
                "登录名会跟着号码换；密码开着数据库的人要重新设密码。",
            ]
        } else {
            &["请核对依据后再同意。在办的转接里的姓名一起更正，办结的不动。"]
        };
        let purpose = Purpose::AcceptCorrection(asked.id);
        Self::popup(&format!("同意第 {} 号更正", asked.id), purpose, fields).saying(intro)
    }

    /// Refuses a request, or takes the own one back.
    pub fn refuse_correction(asked: &Correction, own: bool) -> Self {
        let reason = Field::paragraph("reason", "原因", REASON);
        let (title, reason) = if own {
            (format!("撤回第 {} 号更正申请", asked.id), reason)
        } else {
            (format!("不同意第 {} 号更正", asked.id), reason.required())
        };
        Self::popup(&title, Purpose::RefuseCorrection(asked.id), vec![reason])
            .saying(&[&asked.words(), "记录不会改。原因会记入操作记录，申请的人看得到。"])
    }

    /// Erases what is known of a member, naming what goes and what stays.
    pub fn erase_member(member: &Member) -> Self {
        let mut fields = super::declare::person(member);
        fields.extend([
            Field::paragraph("reason", "依据", REASON).required().hint("不要写姓名"),
            Field::secret("password", "自己的登录密码").required(),
        ]);
        Self::page("删除个人信息", Purpose::EraseMember(member.id), fields).saying(&[
            "删除：档案里的姓名、证件号、手机号等各项，转接里本人填的内容，操作记录和登记里涉及本人的文字，组织联系人里的本人，查找用的字词。不能恢复。",
            "保留：从哪里转到哪里、各步的时间和经办账号、操作记录的序号和校验值。它们是办理凭据，也让记录仍能核对；里面没有本人的信息。",
            "管不到：以前的备份、导出的文件和打印的纸，要另外销毁。",
        ])
    }
}
