//! The invented people. Nobody's data is here by chance: the county codes of the ID numbers, the
//! beginning of the mobile numbers and the area code of the landlines have been given to nobody.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::chance::{Chance, lines, words};
use super::organisations::{Place, Tree};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::{DocumentKind, IdNumber, check_character};
use crate::domain::ids::Now;
use crate::domain::member::{Authentication, GraduationMark, MemberEntry, Profile};

const SURNAMES: &str = include_str!("../../../assets/demo/surnames.txt");
const GIVEN_NAMES: &str = include_str!("../../../assets/demo/given_names.txt");
const MINORITY_NAMES: &str = include_str!("../../../assets/demo/minority_names.txt");

/// County codes for students, for residents and for people from elsewhere. Codes ending in 98 are
/// given to no county, so none of these numbers can be anybody's.
const STUDENTS: [u32; 5] = [320_298, 320_498, 320_998, 340_198, 410_198];
const RESIDENTS: [u32; 3] = [320_198, 320_598, 340_298];
const ARRIVALS: [u32; 4] = [330_198, 370_298, 510_198, 430_198];

/// Somebody as the story knows them.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id_number: IdNumber,
    pub(super) name: String,
    /// Where in the tree the person's branch is.
    pub(super) node: usize,
}

/// Name and ethnic group.
pub(super) fn person_name(chance: &mut Chance) -> (String, &'static str) {
    if chance.one_in(40) {
        let line = chance.word(&lines(MINORITY_NAMES));
        let (name, group) = line.split_once(' ').unwrap_or((line, ""));
        return (name.to_owned(), group);
    }
    let (surnames, given) = (words(SURNAMES), words(GIVEN_NAMES));
    // The front of the list holds the common surnames.
    let common = if chance.one_in(2) { 20 } else { surnames.len() };
    let surname = surnames.get(chance.below(common)).copied().unwrap_or("王");
    (format!("{surname}{}", chance.word(&given)), "汉族")
}

/// A mobile number with a beginning (154) that no operator hands out.
pub(super) fn mobile(chance: &mut Chance) -> String {
    format!("154{:08}", chance.below(100_000_000))
}

/// A landline in an area (0509) that does not exist.
pub(super) fn office_phone(n: usize) -> String {
    format!("0509-8{:07}", (n * 7_919 + 3_000_017) % 10_000_000)
}

/// Makes people one after another, each with a number of their own.
pub(super) struct Registry {
    now: Now,
    chance: Chance,
    /// How many were made of each year of birth, and of residents and arrivals.
    made: std::collections::BTreeMap<i32, u64>,
}

impl Registry {
    pub(super) fn new(seed: u64, now: Now) -> Self {
        Self { now, chance: Chance::new(seed, 3), made: std::collections::BTreeMap::new() }
    }

    /// A student who entered the university in a year, at 18.
    fn student(&mut self, entered: i32) -> Result<IdNumber, Fault> {
        let from = NaiveDate::from_ymd_opt(entered - 19, 9, 1).unwrap_or_default();
        let serial = self.serial(entered);
        number(&STUDENTS, from, 365, serial)
    }

    /// Somebody between 22 and 27 who lives or works in the city.
    fn resident(&mut self) -> Result<IdNumber, Fault> {
        let serial = self.serial(0);
        number(&RESIDENTS, self.eldest(), 1500, serial)
    }

    /// Somebody of that age whose record is elsewhere.
    pub(super) fn arrival(&mut self) -> Result<Person, Fault> {
        let serial = self.serial(-1);
        let id_number = number(&ARRIVALS, self.eldest(), 1500, serial)?;
        Ok(Person { id_number, name: person_name(&mut self.chance).0, node: 0 })
    }

    /// The birthday of people who turn 27 about now: nobody is as old as 28, at which membership
    /// ends.
    fn eldest(&self) -> NaiveDate {
        let today = self.now.today();
        today.checked_sub_months(Months::new(27 * 12 - 1)).unwrap_or(today)
    }

    fn serial(&mut self, of: i32) -> u64 {
        let made = self.made.entry(of).or_insert(0);
        *made += 1;
        *made - 1
    }

    /// A member of a branch.
    pub(super) fn member(&mut self, tree: &Tree, node: usize) -> Result<MemberEntry, Fault> {
        let entered = tree.nodes[node].entered;
        let id_number = if entered > 0 { self.student(entered)? } else { self.resident()? };
        let (name, group) = person_name(&mut self.chance);
        let place = tree.nodes[node].place;
        Ok(self.entry(id_number, name, group, place))
    }

    /// A member whose name and number are given.
    pub(super) fn entry(
        &mut self,
        id_number: IdNumber,
        name: String,
        group: &str,
        place: Place,
    ) -> MemberEntry {
        let born = id_number.birthday().unwrap_or_default().year();
        let profile = self.profile(born, group, place);
        let phone = if self.chance.one_in(25) { String::new() } else { mobile(&mut self.chance) };
        MemberEntry { name, document: DocumentKind::ResidentCard, id_number, phone, profile }
    }

    fn profile(&mut self, born: i32, group: &str, place: Place) -> Profile {
        let chance = &mut self.chance;
        let joined = born + 15;
        let month = ["05", "12", "10", "05"][chance.below(4)];
        let student = matches!(place, Place::GraduatingClass | Place::Class);
        let numbered = joined >= 2017 && !chance.one_in(15);
        let serial = chance.below(100_000_000);
        let posts = ["组织委员", "宣传委员", "团小组组长"];
        let today = self.now.today();
        let behind = if chance.one_in(8) { 3 } else { 0 };
        let paid = today.checked_sub_months(Months::new(behind)).unwrap_or(today);
        Profile {
            ethnic_group: group.to_owned(),
            political_status: political(chance).to_owned(),
            education: if student { "本科" } else { "大专" }.to_owned(),
            joined_on: format!("{joined}-{month}"),
            league_post: if chance.one_in(18) { chance.word(&posts) } else { "" }.to_owned(),
            membership_number: if numbered {
                format!("{joined}{serial:08}")
            } else {
                String::new()
            },
            authentication: authentication(joined, chance),
            fees_paid_to: paid.format("%Y-%m").to_string(),
            graduation_mark: mark(place, chance),
        }
    }
}

fn political(chance: &mut Chance) -> &'static str {
    match chance.below(30) {
        0 => "中共党员",
        1 | 2 => "中共预备党员",
        _ => "共青团员",
    }
}

fn authentication(joined: i32, chance: &mut Chance) -> Authentication {
    match (joined, chance.below(10)) {
        (2020.., 0) => Authentication::Missing,
        (2020.., _) => Authentication::Authenticated,
        _ => Authentication::Unknown,
    }
}

fn mark(place: Place, chance: &mut Chance) -> GraduationMark {
    if place == Place::GraduatingClass && chance.one_in(30) {
        GraduationMark::Delayed
    } else {
        GraduationMark::None
    }
}

/// The number of the `serial`th person of a window of days. Neighbours in the row get birthdays far
/// apart; two different places in the row never get the same number as long as there are fewer
/// than 997 for each day.
fn number(counties: &[u32], from: NaiveDate, days: u64, serial: u64) -> Result<IdNumber, Fault> {
    let day = serial * 157 % days;
    let order = 1 + (serial / days + 7 * day) % 997;
    let county = counties[usize::try_from(day).unwrap_or(0) % counties.len()];
    let born = from.checked_add_days(Days::new(day)).unwrap_or(from);
    let first_17 = format!("{county}{}{order:03}", born.format("%Y%m%d"));
    let check = char::from(check_character(first_17.as_bytes()));
    IdNumber::parse(&format!("{first_17}{check}")).map_err(|fault| {
        Fault::new(FaultKind::Failed, "演示数据没有做成：编不出号码。").because(fault)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::person_name::PersonName;
    use crate::domain::phone::Phone;

    #[test]
    fn numbers_differ_and_pass_the_checks() {
        let from = NaiveDate::from_ymd_opt(2001, 9, 1).unwrap();
        let mut seen = std::collections::HashSet::new();
        for serial in 0..20_000 {
            let made = number(&STUDENTS, from, 365, serial).unwrap();
            assert!(seen.insert(made.reveal().to_owned()), "{serial}");
        }
    }

    #[test]
    fn names_and_telephones_are_well_formed() {
        let mut chance = Chance::new(5, 5);
        for n in 0..500 {
            let (name, group) = person_name(&mut chance);
            assert_eq!(PersonName::parse(&name).unwrap().as_str(), name);
            assert!(group.ends_with('族'), "{name} {group}");
            assert!(Phone::parse(&mobile(&mut chance)).unwrap().in_known_range());
            assert!(Phone::parse(&office_phone(n)).is_ok());
        }
    }
}
