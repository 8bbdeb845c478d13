//! Places in a template that are filled in.

use crate::domain::labels::labelled;

labelled! {
    /// A place to fill in; its word stands in braces in the template.
    pub enum Slot {
        /// The letter's running number.
        Number = "number" / "编号",
        /// To whom it is addressed.
        Addressee = "addressee" / "抬头",
        /// Name.
        Name = "name" / "姓名",
        /// 男 or 女.
        Sex = "sex" / "性别",
        /// 民族
        EthnicGroup = "ethnic_group" / "民族",
        /// Year and month of birth.
        Born = "born" / "出生年月",
        /// What kind of document the number is of.
        Document = "document" / "证件名称",
        /// Its number.
        IdNumber = "id_number" / "证件号码",
        /// Month of joining.
        JoinedOn = "joined_on" / "入团年月",
        /// 发展团员编号
        MembershipNumber = "membership_number" / "团员编号",
        /// 团内职务
        LeaguePost = "league_post" / "团内职务",
        /// 政治面貌
        PoliticalStatus = "political_status" / "政治面貌",
        /// From where.
        Origin = "origin" / "转出组织",
        /// To where.
        Destination = "destination" / "转入组织",
        /// Why.
        Reason = "reason" / "转出原因",
        /// Up to which month fees are paid.
        FeesPaidTo = "fees_paid_to" / "团费交至",
        /// For how many days the letter is valid.
        ValidDays = "valid_days" / "有效天数",
        /// Its last day.
        ValidUntil = "valid_until" / "有效期至",
        /// Who issues it.
        Issuer = "issuer" / "开具组织",
        /// When.
        IssuedOn = "issued_on" / "开具日期",
        /// Who prints it.
        Clerk = "clerk" / "经办人",
        /// Whom to call.
        Contact = "contact" / "联系人",
        /// There.
        ContactPhone = "contact_phone" / "联系电话",
        /// Number of the transfer.
        Transfer = "transfer" / "转接编号",
    }
}

impl Slot {
    /// How many half-width places stay free for a pen where it cannot be filled in.
    fn blank(self) -> usize {
        match self {
            Self::Sex | Self::ValidDays => 4,
            Self::EthnicGroup => 8,
            Self::Number | Self::Born | Self::JoinedOn | Self::FeesPaidTo | Self::Document => 10,
            Self::Name | Self::Clerk | Self::Contact | Self::LeaguePost | Self::PoliticalStatus => {
                12
            }
            Self::MembershipNumber
            | Self::ContactPhone
            | Self::Transfer
            | Self::ValidUntil
            | Self::IssuedOn
            | Self::IdNumber => 18,
            Self::Reason => 20,
            Self::Addressee | Self::Origin | Self::Destination | Self::Issuer => 34,
        }
    }
}

/// What is filled in. What is not known stays a blank line for a pen.
#[derive(Debug, Clone, Default)]
pub struct Values {
    known: Vec<(Slot, String)>,
}

impl Values {
    /// Fills a place in. An empty text is not known.
    pub fn put(&mut self, slot: Slot, text: impl Into<String>) {
        let text = text.into();
        self.known.retain(|(known, _)| *known != slot);
        if !text.trim().is_empty() {
            self.known.push((slot, text));
        }
    }

    /// What stands in a place.
    pub(super) fn text(&self, slot: Slot) -> String {
        let known = self.known.iter().find(|(known, _)| *known == slot);
        known.map_or_else(|| "_".repeat(slot.blank()), |(_, text)| text.clone())
    }

    /// Every text that is filled in, with the word of its place.
    pub fn texts(&self) -> impl Iterator<Item = (Slot, &str)> {
        self.known.iter().map(|(slot, text)| (*slot, text.as_str()))
    }
}
