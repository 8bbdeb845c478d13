//! The transfer form: reasons, fields and what somebody typed into them.
//!
//! Which fields a reason asks for is data and lives in the rule file (domain.md A3); here are only
//! the names that the rule file, the database and the command line share.

use super::labels::labelled;

labelled! {
    /// 转出原因, with the identifiers of the command line. The rule file may give another label.
    pub enum Reason {
        /// 升学
        FurtherStudy = "further_study" / "升学",
        /// The employer has an organisation.
        EmployedWithOrg = "employed_with_org" / "已落实工作单位（工作单位有团组织）",
        /// The employer has none.
        EmployedWithoutOrg = "employed_without_org" / "已落实工作单位（工作单位无团组织）",
        /// 因公出国
        AbroadOfficial = "abroad_official" / "出国（因公出国/境）",
        /// 因私出国
        AbroadPrivate = "abroad_private" / "出国（因私出国/境）",
        /// 出国学习
        AbroadStudy = "abroad_study" / "出国（境）学习研究",
        /// 未就业
        Unemployed = "unemployed" / "未就业",
        /// Army and the like: the province decides and no unit is named.
        SpecialUnit = "special_unit" / "转往特殊单位团组织",
        /// 其他, for members who are not graduating.
        Other = "other" / "其他",
    }
}

labelled! {
    /// The systems that run apart from the national one (domain.md B3).
    pub enum ExternalSystem {
        /// 北京
        Beijing = "beijing" / "北京",
        /// 广东
        Guangdong = "guangdong" / "广东",
        /// 福建
        Fujian = "fujian" / "福建",
    }
}

labelled! {
    /// Whose request it is.
    pub enum Initiator {
        /// The member's own; both sides review.
        Member = "member" / "团员本人",
        /// 办理转出 by the origin side.
        Origin = "origin" / "转出方",
        /// 办理转入 by the destination side.
        Destination = "destination" / "转入方",
    }
}

labelled! {
    /// Fields of the form, with their names in FORM.json.
    pub enum FieldId {
        /// ID number of the transferee.
        Member = "member" / "转出人",
        /// Name of the transferee, typed only where the record is elsewhere (办理转入).
        MemberName = "member_name" / "转出人姓名",
        /// Full name of the origin, typed only where the record is elsewhere (办理转入).
        OriginTyped = "origin_typed" / "转出团组织全称",
        /// Whose request it is.
        InitiatedBy = "initiated_by" / "发起方",
        /// 常用联系人的联系方式
        ContactPhone = "contact_phone" / "常用联系人的联系方式",
        /// 转入组织是否属于北京/广东/福建
        ExternalSystem = "external_system" / "转入组织是否属于北京/广东/福建",
        /// 转出原因
        Reason = "reason" / "转出原因",
        /// 毕业去向
        FurtherStudy = "further_study" / "毕业去向",
        /// 新学校名称
        School = "school" / "新学校名称",
        /// 工作单位名称
        Employer = "employer" / "工作单位名称",
        /// Address; the rule file gives the label that the reason asks for.
        Address = "address" / "详细地址",
        /// 申请转入组织, picked.
        Destination = "destination" / "申请转入组织",
        /// 申请转入组织, typed in full where it is not in this database.
        DestinationTyped = "destination_typed" / "转入组织全称",
        /// 备注
        Remark = "remark" / "备注",
    }
}

/// Most characters a remark may have (domain.md B1.2).
pub const REMARK_LIMIT: usize = 100;

/// What was typed, unchecked: the content of a draft and of FORM.json. Empty texts mean 「not
/// given」.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransferForm {
    /// ID number of the transferee.
    pub member: String,
    /// Name, for 办理转入 of somebody whose record is elsewhere.
    pub member_name: String,
    /// Full name of the origin, likewise.
    pub origin_typed: String,
    /// Whose request it is; none lets the program tell it from who fills in.
    pub initiated_by: Option<Initiator>,
    /// 常用联系人的联系方式
    pub contact_phone: String,
    /// The external system, none for 否.
    pub external_system: Option<ExternalSystem>,
    /// 转出原因
    pub reason: Option<Reason>,
    /// Identifier of the further-study route.
    pub further_study: String,
    /// 新学校名称
    pub school: String,
    /// 工作单位名称
    pub employer: String,
    /// Address.
    pub address: String,
    /// Code or full name of an organisation in this database.
    pub destination: String,
    /// Full name typed by hand.
    pub destination_typed: String,
    /// 备注
    pub remark: String,
}

impl TransferForm {
    /// The text of a field; identifiers for the fields that are chosen.
    pub fn get(&self, field: FieldId) -> &str {
        match field {
            FieldId::Member => &self.member,
            FieldId::MemberName => &self.member_name,
            FieldId::OriginTyped => &self.origin_typed,
            FieldId::InitiatedBy => self.initiated_by.map_or("", Initiator::id),
            FieldId::ContactPhone => &self.contact_phone,
            FieldId::ExternalSystem => self.external_system.map_or("", ExternalSystem::id),
            FieldId::Reason => self.reason.map_or("", Reason::id),
            FieldId::FurtherStudy => &self.further_study,
            FieldId::School => &self.school,
            FieldId::Employer => &self.employer,
            FieldId::Address => &self.address,
            FieldId::Destination => &self.destination,
            FieldId::DestinationTyped => &self.destination_typed,
            FieldId::Remark => &self.remark,
        }
    }

    /// Puts a text into a field. An unknown identifier of a chosen field clears it.
    pub fn set(&mut self, field: FieldId, text: &str) {
        let text_field = match field {
            FieldId::InitiatedBy => return self.initiated_by = Initiator::from_id(text),
            FieldId::ExternalSystem => return self.external_system = ExternalSystem::from_id(text),
            FieldId::Reason => return self.reason = Reason::from_id(text),
            FieldId::Member => &mut self.member,
            FieldId::MemberName => &mut self.member_name,
            FieldId::OriginTyped => &mut self.origin_typed,
            FieldId::ContactPhone => &mut self.contact_phone,
            FieldId::FurtherStudy => &mut self.further_study,
            FieldId::School => &mut self.school,
            FieldId::Employer => &mut self.employer,
            FieldId::Address => &mut self.address,
            FieldId::Destination => &mut self.destination,
            FieldId::DestinationTyped => &mut self.destination_typed,
            FieldId::Remark => &mut self.remark,
        };
        text.clone_into(text_field);
    }
}

/// What is wrong with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Where.
    pub field: FieldId,
    /// The whole Chinese sentence.
    pub sentence: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_gives_back_what_was_put_in() {
        for field in FieldId::ALL {
            let text = match field {
                FieldId::InitiatedBy => "origin",
                FieldId::ExternalSystem => "fujian",
                FieldId::Reason => "unemployed",
                _ => "甲",
            };
            let mut form = TransferForm::default();
            form.set(*field, text);
            assert_eq!(form.get(*field), text, "{field:?}");
            assert_eq!(FieldId::ALL.iter().filter(|f| !form.get(**f).is_empty()).count(), 1);
        }
    }
}
