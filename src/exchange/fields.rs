//! The columns that imports know, with the headers under which offices keep them.

use super::columns::{FieldSpec, KnownField, Need};

macro_rules! specs {
    ($($field:ident $id:literal $need:ident [$($header:literal),+])+) => {
        &[$(FieldSpec {
            field: Self::$field, id: $id, headers: &[$($header),+], need: Need::$need,
        }),+]
    };
}

/// Columns of a register of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberField {
    /// 姓名
    Name,
    /// 证件类型
    Document,
    /// 身份证号
    IdNumber,
    /// 手机号
    Phone,
    /// Code or full name of the branch.
    Branch,
    /// 入团时间
    Joined,
    /// 民族
    EthnicGroup,
    /// 政治面貌
    PoliticalStatus,
    /// 学历
    Education,
    /// 团内职务
    LeaguePost,
    /// 发展团员编号
    MembershipNumber,
    /// 团费交至
    FeesPaidTo,
    /// 毕业标记
    GraduationMark,
    /// 入团志愿书认证
    Authentication,
    /// 性别: compared with the ID number, not stored.
    Sex,
    /// 出生日期: likewise.
    Birthday,
}

impl KnownField for MemberField {
    fn specs() -> &'static [FieldSpec<Self>] {
        specs! {
            Name "name" Required ["姓名", "团员姓名", "名字", "学生姓名", "团员名字"]
            IdNumber "id_number" Required
                ["身份证号", "身份证号码", "公民身份号码", "公民身份证号码", "居民身份证号", "居民身份证号码",
                 "证件号码", "证件号", "身份证"]
            Branch "branch" Optional
                ["所在团组织编号", "所在团支部编号", "团组织编号", "团支部编号", "所在团支部", "所在团组织",
                 "团支部", "团组织", "团支部全称"]
            Phone "phone" Optional ["手机号", "手机号码", "手机", "联系电话", "联系方式", "电话"]
            Document "document" Optional ["证件类型", "证件种类"]
            Joined "joined_on" Optional ["入团时间", "入团年月", "入团日期"]
            EthnicGroup "ethnic_group" Optional ["民族"]
            PoliticalStatus "political_status" Optional ["政治面貌"]
            Education "education" Optional ["学历", "文化程度", "最高学历"]
            LeaguePost "league_post" Optional ["团内职务", "现任团内职务"]
            MembershipNumber "membership_number" Optional ["发展团员编号", "团员编号", "入团志愿书编号"]
            FeesPaidTo "fees_paid_to" Optional ["团费交至", "团费缴至", "团费交纳至"]
            GraduationMark "graduation_mark" Optional ["毕业标记", "毕业时间标记"]
            Authentication "authentication" Optional
                ["志愿书认证", "入团志愿书认证", "电子志愿书认证", "认证状态"]
            Sex "sex" Optional ["性别"]
            Birthday "birthday" Optional ["出生日期", "出生年月", "出生年月日", "生日"]
        }
    }

    fn register() -> Option<&'static str> {
        Some("团员名册")
    }

    fn ignored() -> &'static [&'static str] {
        &["序号", "编号", "年龄", "状态"]
    }
}

/// Columns of a directory of organisations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrgField {
    /// 组织编号
    Code,
    /// Code or full name of the organisation above.
    Superior,
    /// 组织全称
    FullName,
    /// 组织简称
    ShortName,
    /// 组织类别
    Kind,
    /// 层级: makes a 团委 of 省 a province-level root.
    Level,
    /// 联系人
    ContactName,
    /// 联系电话
    ContactPhone,
    /// 毕业时间
    Graduates,
}

impl KnownField for OrgField {
    fn specs() -> &'static [FieldSpec<Self>] {
        specs! {
            FullName "full_name" Required ["组织全称", "团组织全称", "组织名称", "团组织名称", "全称", "名称"]
            Code "code" Optional ["组织编号", "团组织编号", "编号", "代码", "组织代码"]
            Superior "superior" Optional
                ["上级编号", "上级组织编号", "上级团组织编号", "上级组织", "上级团组织", "上级"]
            ShortName "short_name" Optional ["组织简称", "团组织简称", "简称"]
            Kind "kind" Optional ["组织类别", "团组织类别", "类别", "类型", "组织类型"]
            Level "level" Optional ["层级", "组织层级"]
            ContactName "contact_name" Optional ["联系人", "管理员"]
            ContactPhone "contact_phone" Optional ["联系电话", "联系方式", "电话", "管理员电话"]
            Graduates "graduates_on" Optional ["毕业时间", "毕业年月"]
        }
    }

    fn register() -> Option<&'static str> {
        Some("组织名单")
    }

    fn ignored() -> &'static [&'static str] {
        &["序号", "地区代码", "状态", "团员数"]
    }
}

/// Columns of the list of transfers that the official site exports, for whoever compares it with
/// what is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficialField {
    /// 转出人
    Transferee,
    /// 转出团组织
    Origin,
    /// 转入团组织
    Destination,
    /// 申请时间
    AppliedOn,
    /// 完成时间
    CompletedOn,
    /// 处理状态
    Status,
}

impl KnownField for OfficialField {
    fn specs() -> &'static [FieldSpec<Self>] {
        specs! {
            Transferee "transferee" Required ["转出人", "转接人", "姓名", "转出人姓名", "团员姓名"]
            Origin "origin" Required ["转出团组织", "转出组织", "转出团支部", "原团组织"]
            Destination "destination" Required ["转入团组织", "转入组织", "申请转入组织", "转入团支部"]
            AppliedOn "applied_on" Optional ["申请时间", "申请日期", "发起时间", "提交时间"]
            CompletedOn "completed_on" Optional ["完成时间", "完成日期", "办结时间"]
            Status "status" Required ["处理状态", "状态", "办理状态", "审批状态"]
        }
    }

    fn ignored() -> &'static [&'static str] {
        &["序号", "操作"]
    }
}
