use super::*;
use crate::domain::id_number::check_character;
use crate::domain::organisation::OrgKind;
use Severity::{Block, Pass, Warn};

/// A case: what is different, the item it is about, how grave, and words of the sentence.
type Case = (fn(&mut World), CheckItem, Severity, &'static str);

/// Facts that own what the checked facts borrow.
struct World {
    form: TransferForm,
    name: String,
    number: Option<IdNumber>,
    document: DocumentKind,
    phone: String,
    profile: Profile,
    open: Option<String>,
    only_administrator: bool,
    beijing: bool,
    destination: Option<DestinationFacts>,
}

fn born(day: &str) -> Option<IdNumber> {
    let first = format!("320102{day}021");
    let check = char::from(check_character(first.as_bytes()));
    Some(IdNumber::parse(&format!("{first}{check}")).unwrap())
}

fn in_order() -> World {
    World {
        form: TransferForm {
            reason: Some(Reason::EmployedWithOrg),
            contact_phone: "18625201029".to_owned(),
            ..TransferForm::default()
        },
        name: "王凡".to_owned(),
        number: born("19990715"),
        document: DocumentKind::ResidentCard,
        phone: "18625201029".to_owned(),
        profile: Profile {
            joined_on: "2015-05".to_owned(),
            political_status: "共青团员".to_owned(),
            membership_number: "201532010001".to_owned(),
            fees_paid_to: "2020-06".to_owned(),
            ..Profile::default()
        },
        open: None,
        only_administrator: false,
        beijing: false,
        destination: Some(DestinationFacts {
            full_name: "江苏省常州市某某机械有限公司团支部".to_owned(),
            kind: OrgKind::Branch,
            is_own_branch: false,
            is_present_school: false,
            is_hollow: false,
            verified_days: Some(30),
            outside: false,
        }),
    }
}

fn list(world: &World) -> Vec<Finding> {
    Rules::national().checkup(&CheckupFacts {
        form: &world.form,
        name: &world.name,
        id_number: world.number.clone(),
        document: world.document,
        phone: &world.phone,
        profile: &world.profile,
        open_transfer: world.open.clone(),
        only_administrator: world.only_administrator,
        origin_is_beijing: world.beijing,
        destination: world.destination.clone(),
        today: NaiveDate::from_ymd_opt(2020, 6, 2).unwrap(),
    })
}

#[test]
fn a_record_in_order_passes_every_item_in_order() {
    let found = list(&in_order());
    let items: Vec<_> = found.iter().map(|f| f.item.as_str()).collect();
    let wanted: Vec<_> = CheckItem::ALL.iter().map(|item| item.label()).collect();
    assert_eq!(items, wanted);
    for finding in found {
        assert_eq!(finding.severity, Pass, "{finding:?}");
        assert!(finding.rule.ends_with(" 年起）"), "{finding:?}");
        assert!(!finding.sentence.contains("18625201029"), "{finding:?}");
        assert!(!finding.sentence.contains("19990715"), "{finding:?}");
    }
}

fn check(cases: &[Case]) {
    for (i, (change, item, severity, words)) in cases.iter().enumerate() {
        let mut world = in_order();
        change(&mut world);
        let found = list(&world);
        let finding = found.iter().find(|f| f.item == item.label()).unwrap();
        assert_eq!(finding.severity, *severity, "case {i}: {finding:?}");
        assert!(finding.sentence.contains(words), "case {i}: {finding:?}");
    }
}

fn destination(world: &mut World) -> &mut DestinationFacts {
    world.destination.as_mut().unwrap()
}

#[test]
fn person_and_contact() {
    use CheckItem::*;
    check(&[
        (|w| w.number = None, IdNumber, Block, "还没填身份证号"),
        (
            |w| {
                w.document = DocumentKind::Other;
                w.number = self::IdNumber::parse_other("H12345678").ok();
            },
            IdNumber,
            Pass,
            "非大陆证件",
        ),
        (|w| w.phone.clear(), Phone, Warn, "没有登记手机号"),
        (|w| w.phone = "1862520102".to_owned(), Phone, Block, "少 1 位"),
        (|w| w.phone = "12025201029".to_owned(), Phone, Warn, "号段"),
        (|w| w.form.contact_phone.clear(), ContactPhone, Block, "还没填「常用联系人"),
        (|w| w.form.contact_phone = "微信".to_owned(), ContactPhone, Block, "不像电话"),
        (|w| w.form.contact_phone = "11025201029".to_owned(), ContactPhone, Warn, "号段"),
        (|w| w.form.contact_phone = "0519-86330000".to_owned(), ContactPhone, Pass, "****"),
        (|w| w.name = "王凡3".to_owned(), Name, Block, "「3」"),
        (|w| w.name.clear(), Name, Block, "还没填姓名"),
    ]);
}

#[test]
fn standing_of_the_member() {
    use CheckItem::*;
    check(&[
        (
            |w| w.open = Some("ZJ20200521-0003，转出组织审批".to_owned()),
            OpenTransfer,
            Block,
            "ZJ20200521-0003",
        ),
        (|w| w.number = born("19920602"), Age, Block, "离团"),
        (|w| w.number = born("19920603"), Age, Pass, "27 周岁"),
        (
            |w| {
                w.number = born("19920602");
                w.profile.league_post = "书记".to_owned();
            },
            Age,
            Pass,
            "担任「书记」",
        ),
        (|w| w.profile.political_status = "中共党员".to_owned(), Age, Pass, "仍保留团籍"),
        (
            |w| {
                w.number = born("19920602");
                w.profile.political_status = "中共预备党员".to_owned();
            },
            Age,
            Block,
            "离团",
        ),
        (|w| w.number = None, Age, Warn, "看不出生日"),
        (|w| w.profile.league_post = "组织委员".to_owned(), LeaguePost, Warn, "组织委员"),
        (
            |w| {
                w.profile.league_post = "书记".to_owned();
                w.beijing = true;
            },
            LeaguePost,
            Block,
            "北京系统",
        ),
        (|w| w.only_administrator = true, OnlyAdministrator, Block, "唯一的管理员"),
        (|w| w.profile.joined_on = "2020-01".to_owned(), Authentication, Warn, "未登记"),
        (|w| w.profile.joined_on = "2019-12".to_owned(), Authentication, Pass, "不要求"),
        (|w| w.profile.joined_on.clear(), Authentication, Warn, "没有登记入团年月"),
        (
            |w| {
                w.profile.joined_on = "2020-01".to_owned();
                w.profile.authentication = self::Authentication::Authenticated;
            },
            Authentication,
            Pass,
            "已认证",
        ),
    ]);
}

#[test]
fn age_at_joining_and_fees() {
    use CheckItem::*;
    check(&[
        (|w| w.profile.joined_on = "2011-06".to_owned(), JoiningAge, Block, "11 周岁"),
        (|w| w.profile.joined_on = "2011-07".to_owned(), JoiningAge, Warn, "12 周岁"),
        (|w| w.profile.joined_on = "2013-06".to_owned(), JoiningAge, Warn, "13 周岁"),
        (|w| w.profile.joined_on = "2013-07".to_owned(), JoiningAge, Pass, "14 周岁"),
        (|w| w.profile.joined_on = "1998-07".to_owned(), JoiningAge, Block, "早于出生日期"),
        (|w| w.profile.joined_on = "2020-07".to_owned(), JoiningAge, Block, "在今天以后"),
        (|w| w.profile.joined_on = "15年5月".to_owned(), JoiningAge, Warn, "写法"),
        (|w| w.profile.joined_on.clear(), JoiningAge, Warn, "没有登记"),
        (|w| w.number = born("19870430"), JoiningAge, Block, "28 周岁"),
        (|w| w.number = born("19870502"), JoiningAge, Pass, "28 周岁"),
        (|w| w.profile.fees_paid_to.clear(), Fees, Warn, "没有登记团费"),
        (|w| w.profile.fees_paid_to = "2020-05".to_owned(), Fees, Warn, "2020-05"),
        (|w| w.profile.fees_paid_to = "2020-07".to_owned(), Fees, Pass, "2020-07"),
        (|w| w.profile.fees_paid_to = "六月".to_owned(), Fees, Warn, "写法"),
    ]);
}

#[test]
fn the_destination() {
    use CheckItem::*;
    check(&[
        (|w| destination(w).is_hollow = true, Hollow, Warn, "没有管理员"),
        (|w| destination(w).outside = true, Hollow, Pass, "不在本库"),
        (|w| destination(w).verified_days = None, Verified, Warn, "没有登记过"),
        (|w| destination(w).verified_days = Some(365), Verified, Pass, "365 天前"),
        (|w| destination(w).verified_days = Some(366), Verified, Warn, "366 天前"),
        (|w| destination(w).full_name = "李公朴小学".to_owned(), FullName, Warn, "没有写明"),
        (
            |w| {
                destination(w).full_name = "天宁街道流动团员团支部".to_owned();
                destination(w).outside = true;
            },
            FullName,
            Warn,
            "像是简称",
        ),
        (|w| destination(w).is_own_branch = true, Destination, Block, "不用转接"),
        (|w| w.form.reason = Some(Reason::EmployedWithoutOrg), Destination, Warn, "看不出"),
        (|w| w.destination = None, Destination, Warn, "还没选转入组织"),
        (|w| w.destination = None, Hollow, Warn, "还没选转入组织"),
        (
            |w| {
                w.destination = None;
                w.form.reason = Some(Reason::SpecialUnit);
            },
            FullName,
            Pass,
            "不适用",
        ),
        (
            |w| {
                w.destination = None;
                w.form.initiated_by = Some(Initiator::Destination);
            },
            Verified,
            Pass,
            "不适用",
        ),
    ]);
}

#[test]
fn membership_numbers_go_by_the_year_of_joining() {
    for (joined, number, wanted) in [
        ("2019-05", "201932010001", Pass),
        ("2019-05", "201832010001", Warn),
        ("2019-05", "20193201001", Warn),
        ("2019-05", "2019320100O1", Warn),
        ("2019-05", "", Warn),
        ("2018-05", "201732010001", Pass),
        ("2017-05", "201832010001", Pass),
        ("2017-05", "201932010001", Warn),
        ("2017-05", "", Warn),
        ("2016-05", "", Pass),
        ("2016-05", "20161", Pass),
        ("2016-05", "2016", Warn),
        ("2014-05", "", Pass),
        ("2014-05", "2014苏0001", Pass),
        ("2014-05", "2015苏0001", Warn),
        ("2016-05", "2015163201000001", Pass),
        ("2017-05", "2016173201000001", Pass),
        ("2018-05", "2016173201000001", Warn),
        ("2017-05", "201617320100001", Warn),
        ("", "201932010001", Warn),
    ] {
        let mut world = in_order();
        world.profile.joined_on = joined.to_owned();
        world.profile.membership_number = number.to_owned();
        let found = list(&world);
        let finding = found.iter().find(|f| f.item == "发展团员编号").unwrap();
        assert_eq!(finding.severity, wanted, "{joined} {number}: {finding:?}");
    }
}
