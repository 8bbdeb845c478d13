//! Members, organisations and accounts: from what was typed to rows.

use super::Session;
use crate::domain::account::Role;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::{DocumentKind, IdNumber};
use crate::domain::ids::{MemberId, Moment, OrgId};
use crate::domain::member::{Authentication, GraduationMark, MemberEntry, Profile};
use crate::domain::order::{AccountEntry, MemberAnswers, RevealTarget};
use crate::domain::organisation::{OrgEntry, Organisation};
use crate::domain::person_name::PersonName;
use crate::domain::phone::Phone;
use crate::domain::progress::Watch;
use crate::domain::text::clean_line;
use crate::store::{Deed, NewAccount};
use crate::vault::{Verifier, initial_password};

/// How long numbers may stay on the screen: 10 seconds (security.md T9).
const REVEAL_SECONDS: i64 = 10;

impl Session<'_> {
    /// Makes a member.
    ///
    /// # Errors
    /// Every field at fault, or where the store refuses.
    pub fn add_member(&self, answers: &MemberAnswers) -> Result<MemberId, Fault> {
        let entry = member_entry(answers)?;
        self.desk().add_member(&entry, &clean_line(&answers.branch).text)
    }

    /// Changes the free parts of a member's record.
    ///
    /// # Errors
    /// Every field at fault, or where the store refuses.
    pub fn edit_member(&self, id: MemberId, answers: &MemberAnswers) -> Result<(), Fault> {
        let mut said = Vec::new();
        let phone = phone_of(&answers.phone, &mut said);
        let profile = profile_of(answers, &mut said);
        refuse(&said)?;
        self.desk().edit_member(id, &phone, &profile)
    }

    /// Erases what is known of a member who is no longer in use here. Returns how many entries of the
    /// history lost their texts.
    ///
    /// # Errors
    /// Where the password was not given just now, or the store refuses.
    pub fn erase_member(
        &self,
        id: MemberId,
        reason: &str,
        watch: &mut Watch<'_>,
    ) -> Result<usize, Fault> {
        self.check_assurance("删除个人信息")?;
        self.desk().erase_member(id, &clean_line(reason).text, watch)
    }

    /// Makes or changes an organisation.
    ///
    /// # Errors
    /// Where a field is at fault, or the store refuses.
    pub fn save_org(&self, id: Option<OrgId>, entry: &OrgEntry) -> Result<Organisation, Fault> {
        let entry = org_entry(entry)?;
        match id {
            None if entry.kind.is_none() => {
                Err(rule("还没选组织类别。请选团委、团工委、团总支或团支部。"))
            }
            None => self.add_below(&entry),
            Some(id) => self.desk().edit_organisation(id, &entry),
        }
    }

    /// A superior of the directory alone comes into the database with the new organisation.
    fn add_below(&self, entry: &OrgEntry) -> Result<Organisation, Fault> {
        if entry.superior.is_empty() {
            return self.desk().add_organisation(entry);
        }
        let named = match self.look_up_organisation(&entry.superior) {
            Ok(named) => named,
            // Whether this person may add one at all is told before what is wrong with the form.
            Err(unknown) => {
                let told = |own: Fault| {
                    if own.kind == FaultKind::NotFound { unknown } else { own }
                };
                return self.desk().add_organisation(entry).map_err(told);
            }
        };
        self.office.store.atomically(|| {
            let superior = self.adopted(named)?.code;
            self.desk().add_organisation(&OrgEntry { superior, ..entry.clone() })
        })
    }

    /// ID number and telephone in the clear, recorded, and until when they may be shown.
    ///
    /// # Errors
    /// Where the person is not in scope.
    pub fn reveal(&self, target: RevealTarget) -> Result<(String, String, Moment), Fault> {
        let desk = self.desk();
        let mut deed = Deed::new("reveal", "");
        let (object, numbers) = match target {
            RevealTarget::Member(id) => {
                deed = deed.about(id);
                let member = desk.member(id)?;
                (member.name, (member.id_number.reveal().to_owned(), member.phone))
            }
            RevealTarget::Transfer(id) => (desk.transfer(id)?.number, desk.numbers_of(id)?),
        };
        desk.record(&Deed { object, ..deed })?;
        Ok((numbers.0, numbers.1, Moment(self.now.moment.0 + REVEAL_SECONDS)))
    }

    /// Makes an account whose initial password is the last 8 characters of the ID number.
    ///
    /// # Errors
    /// Where a field is at fault, or the store refuses.
    pub fn add_account(&self, entry: &AccountEntry) -> Result<String, Fault> {
        let name = PersonName::parse(&entry.name).map_err(|f| rule(f.to_string()))?;
        let id_number = IdNumber::parse(&entry.id_number).map_err(|f| rule(f.to_string()))?;
        let mut said = Vec::new();
        let phone = phone_of(&entry.phone, &mut said);
        refuse(&said)?;
        let named = self.look_up_organisation(&entry.org)?;
        let verifier = Verifier::make(&initial_password(id_number.reveal()), self.office.cost())?;
        let new = |org| NewAccount {
            id_number,
            name: name.as_str().to_owned(),
            phone,
            role: entry.role,
            org,
        };
        self.office.store.atomically(|| {
            let org = self.adopted(named)?;
            let new = new(org.id);
            self.desk().add_account(&new, &verifier)?;
            Ok(account_words(&new, &org.full_name))
        })
    }
}

fn account_words(new: &NewAccount, org: &str) -> String {
    let first = match new.role {
        Role::Administrator => "第一次要在本机由已启用的管理员登录后，再换人登录",
        Role::Operator | Role::Member => "请在管理员打开程序之后登录",
    };
    format!(
        "已为 {} 开设账号：{}，{org}。初始密码是本人身份证号的后 8 位（X 大写），14 天内有效，{first}，并马上改密码。",
        new.name,
        new.role.label()
    )
}

fn member_entry(answers: &MemberAnswers) -> Result<MemberEntry, Fault> {
    let mut said = Vec::new();
    let name = PersonName::parse(&answers.name).map_err(|f| said.push(f.to_string())).ok();
    let document =
        if answers.document == "other" { DocumentKind::Other } else { DocumentKind::ResidentCard };
    let id_number =
        IdNumber::parse_as(document, &answers.id_number).map_err(|f| said.push(f.to_string())).ok();
    let phone = phone_of(&answers.phone, &mut said);
    let profile = profile_of(answers, &mut said);
    if answers.branch.trim().is_empty() {
        said.push("还没选所在团支部。请选一个团支部。".to_owned());
    }
    match (name, id_number) {
        (Some(name), Some(id_number)) if said.is_empty() => {
            Ok(MemberEntry { name: name.as_str().to_owned(), document, id_number, phone, profile })
        }
        _ => Err(rule(said.join("\n"))),
    }
}

fn phone_of(text: &str, said: &mut Vec<String>) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    match Phone::parse(text) {
        Ok(phone) => phone.reveal().to_owned(),
        Err(fault) => {
            said.push(fault.to_string());
            text.to_owned()
        }
    }
}

fn profile_of(answers: &MemberAnswers, said: &mut Vec<String>) -> Profile {
    let text = |text: &str| clean_line(text).text;
    Profile {
        ethnic_group: text(&answers.ethnic_group),
        political_status: text(&answers.political_status),
        education: text(&answers.education),
        joined_on: month_of("入团年月", &answers.joined_on, said),
        league_post: text(&answers.league_post),
        membership_number: text(&answers.membership_number),
        authentication: Authentication::from_id(&answers.authentication)
            .unwrap_or(Authentication::Unknown),
        fees_paid_to: month_of("团费交至", &answers.fees_paid_to, said),
        graduation_mark: GraduationMark::from_id(&answers.graduation_mark)
            .unwrap_or(GraduationMark::None),
    }
}

fn month_of(label: &str, text: &str, said: &mut Vec<String>) -> String {
    let text = clean_line(text).text;
    if text.is_empty() {
        return text;
    }
    match crate::exchange::dates::month_of(&crate::exchange::sheet::Cell::from_text(&text)) {
        Ok(month) => month,
        Err(_) => {
            said.push(format!("{label}「{text}」看不懂。请写成 2017-12 这样的年-月。"));
            text
        }
    }
}

fn org_entry(entry: &OrgEntry) -> Result<OrgEntry, Fault> {
    let text = |text: &str| clean_line(text).text;
    let mut said = Vec::new();
    let clean = OrgEntry {
        code: crate::domain::id_number::normal_form(&entry.code),
        superior: text(&entry.superior),
        kind: entry.kind,
        full_name: text(&entry.full_name),
        short_name: text(&entry.short_name),
        contact_name: text(&entry.contact_name),
        contact_phone: phone_of(&entry.contact_phone, &mut said),
        graduates_on: month_of("预计毕业时间", &entry.graduates_on, &mut said),
    };
    refuse(&said)?;
    Ok(clean)
}

fn refuse(said: &[String]) -> Result<(), Fault> {
    if said.is_empty() { Ok(()) } else { Err(rule(said.join("\n"))) }
}

fn rule(sentence: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Rule, sentence)
}
