//! Registers of members and organisations as exports, under headers that the imports know.

use super::export::{Disclosure, ExportColumn};
use crate::domain::id_number::DocumentKind;
use crate::domain::member::MemberEntry;
use crate::domain::organisation::OrgEntry;
use crate::domain::phone::mask_phone;

macro_rules! columns {
    ($($id:literal $header:literal $width:literal)+) => {
        &[$(ExportColumn { id: $id, header: $header, width_columns: $width }),+]
    };
}
pub(super) use columns;

/// Columns of a register of members, in the order of [`member_cells`].
pub const MEMBER_COLUMNS: &[ExportColumn] = columns! {
    "name" "姓名" 12
    "document" "证件类型" 10
    "id_number" "身份证号" 20
    "phone" "手机号" 14
    "branch" "所在团支部" 50
    "joined_on" "入团时间" 9
    "ethnic_group" "民族" 10
    "political_status" "政治面貌" 12
    "education" "学历" 12
    "league_post" "团内职务" 12
    "membership_number" "发展团员编号" 16
    "fees_paid_to" "团费交至" 9
    "graduation_mark" "毕业标记" 9
    "authentication" "志愿书认证" 10
};

/// A row of a register of members; `branch` is the full name or code of the branch.
pub fn member_cells(entry: &MemberEntry, branch: &str, disclosure: Disclosure) -> Vec<String> {
    let (id, phone) = match disclosure {
        Disclosure::Full => (entry.id_number.reveal().to_owned(), entry.phone.clone()),
        Disclosure::Masked => (entry.id_number.masked(), mask_phone(&entry.phone)),
    };
    let document = match entry.document {
        DocumentKind::ResidentCard => "居民身份证",
        DocumentKind::Other => "其他",
    };
    let profile = &entry.profile;
    vec![
        entry.name.clone(),
        document.to_owned(),
        id,
        phone,
        branch.to_owned(),
        profile.joined_on.clone(),
        profile.ethnic_group.clone(),
        profile.political_status.clone(),
        profile.education.clone(),
        profile.league_post.clone(),
        profile.membership_number.clone(),
        profile.fees_paid_to.clone(),
        profile.graduation_mark.label().to_owned(),
        profile.authentication.label().to_owned(),
    ]
}

/// Columns of a directory of organisations, in the order of [`organisation_cells`].
pub const ORGANISATION_COLUMNS: &[ExportColumn] = columns! {
    "code" "组织编号" 14
    "superior" "上级组织" 40
    "full_name" "组织全称" 50
    "short_name" "组织简称" 20
    "kind" "组织类别" 10
    "contact_name" "联系人" 12
    "contact_phone" "联系电话" 14
    "graduates_on" "毕业时间" 9
};

/// A row of a directory of organisations.
pub fn organisation_cells(entry: &OrgEntry) -> Vec<String> {
    vec![
        entry.code.clone(),
        entry.superior.clone(),
        entry.full_name.clone(),
        entry.short_name.clone(),
        entry.kind.map_or_else(String::new, |kind| kind.label().to_owned()),
        entry.contact_name.clone(),
        entry.contact_phone.clone(),
        entry.graduates_on.clone(),
    ]
}
