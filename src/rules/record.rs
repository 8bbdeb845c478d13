//! The part of 转接体检 that reckons with months and years of the member's record (domain.md
//! B5.2). What is not recorded makes a warning; only what is recorded and cannot be blocks.

use chrono::{Datelike, Months, NaiveDate};

use super::checkup::CheckupFacts;
use super::types::{MembershipNumbers, Numbers, Severity};
use crate::domain::member::{Profile, age_on};

/// How grave, and the sentence.
pub(super) type Verdict = (Severity, String);

pub(super) fn pass(sentence: impl Into<String>) -> Verdict {
    (Severity::Pass, sentence.into())
}

pub(super) fn warn(sentence: impl Into<String>) -> Verdict {
    (Severity::Warn, sentence.into())
}

pub(super) fn block(sentence: impl Into<String>) -> Verdict {
    (Severity::Block, sentence.into())
}

/// The first day of a month written `YYYY-MM`; days that follow are let pass.
fn month(text: &str) -> Option<NaiveDate> {
    let mut parts = text.trim().splitn(3, '-');
    let (year, month) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    NaiveDate::from_ymd_opt(year, month, 1)
}

/// The month of joining, or the first half of a sentence about why it is not known.
pub(super) fn joined(profile: &Profile) -> Result<NaiveDate, String> {
    let text = profile.joined_on.trim();
    if text.is_empty() {
        return Err("没有登记入团年月，".to_owned());
    }
    month(text).ok_or_else(|| format!("入团年月「{text}」不是 2016-05 这样的写法，"))
}

pub(super) fn year(day: NaiveDate) -> i64 {
    i64::from(day.year())
}

fn birthday(facts: &CheckupFacts<'_>) -> Option<NaiveDate> {
    facts.id_number().ok()?.birthday()
}

/// Members of 28 and older leave the League unless they hold a post; members of the Party stay
/// until 28 and must transfer like the others.
pub(super) fn age(numbers: &Numbers, facts: &CheckupFacts<'_>) -> Verdict {
    let limit = numbers.age_limit;
    let Some(age) = birthday(facts).and_then(|born| age_on(born, facts.today)).map(i64::from)
    else {
        return warn("从证件看不出生日，无法核对年龄。请向本人核实。");
    };
    let party = facts.profile.political_status.contains("党员");
    let post = facts.profile.league_post.trim();
    if age < limit && party {
        pass(format!("{age} 周岁，中共党员未满 {limit} 周岁，仍保留团籍，要转接。"))
    } else if age < limit {
        pass(format!("{age} 周岁，未满 {limit} 周岁。"))
    } else if post.is_empty() {
        block(format!(
            "现在 {age} 周岁，年满 {limit} 周岁且没有担任团内职务，应该办理离团而不是转接。请办离团；担任职务的先登记职务。"
        ))
    } else {
        pass(format!("{age} 周岁，担任「{post}」，可以保留团籍。"))
    }
}

/// Age at joining. Only the month is known, so each bound is tested on the day of the month that
/// is kinder to the member.
pub(super) fn joining_age(numbers: &Numbers, facts: &CheckupFacts<'_>) -> Verdict {
    let joined = match joined(facts.profile) {
        Ok(day) => day,
        Err(why) => return warn(format!("{why}无法核对入团年龄。请补正入团年月。")),
    };
    let text = facts.profile.joined_on.trim();
    if joined > facts.today {
        return block(format!("入团年月「{text}」在今天以后。请对照入团志愿书改正。"));
    }
    let Some(born) = birthday(facts) else {
        return warn("从证件看不出生日，无法核对入团年龄。请对照入团志愿书核实。");
    };
    let last = joined.checked_add_months(Months::new(1)).and_then(|day| day.pred_opt());
    let at = |day: NaiveDate| age_on(born, day).map_or(-1, i64::from);
    let (oldest, youngest) = (at(last.unwrap_or(joined)), at(joined));
    joining_verdict(numbers, text, oldest, youngest)
}

fn joining_verdict(numbers: &Numbers, joined: &str, oldest: i64, youngest: i64) -> Verdict {
    let (low, usual, limit) =
        (numbers.join_block_below, numbers.join_warn_below, numbers.age_limit);
    let check = "请对照入团志愿书核对身份证号和入团年月";
    if oldest < 0 {
        block(format!("入团年月「{joined}」早于出生日期。{check}。"))
    } else if oldest < low {
        block(format!("「{joined}」入团时 {oldest} 周岁，应满 {low} 周岁。{check}。"))
    } else if youngest >= limit {
        block(format!("「{joined}」入团时 {youngest} 周岁，应未满 {limit} 周岁。{check}。"))
    } else if oldest < usual {
        let proof = "有的地方要当时发展单位的证明";
        warn(format!("「{joined}」入团时 {oldest} 周岁，一般应满 {usual} 周岁，{proof}。{check}。"))
    } else {
        pass(format!("「{joined}」入团，{oldest} 周岁。"))
    }
}

/// 发展团员编号 by the year of joining. The number may only be wanting here and known elsewhere,
/// so nothing about it blocks.
pub(super) fn membership(rule: &MembershipNumbers, facts: &CheckupFacts<'_>) -> Verdict {
    let number = facts.profile.membership_number.trim();
    let joined = match joined(facts.profile) {
        Ok(day) => year(day),
        Err(why) => return warn(format!("{why}无法核对发展团员编号。请补正入团年月。")),
    };
    if number.is_empty() && joined < rule.either_year_from {
        return pass(format!("{joined} 年入团，可以没有编号。"));
    }
    if number.is_empty() {
        return warn(format!(
            "{joined} 年入团，没有登记编号，应有 {} 位编号。请对照入团志愿书补上。",
            rule.digits
        ));
    }
    if is_long_number(rule, number, joined) || fits(rule, number, joined) {
        return pass(format!("编号与 {joined} 年入团对得上。"));
    }
    warn(format!(
        "编号现在 {} 位、开头「{}」，{joined} 年入团的{}。请对照入团志愿书改正编号或入团年月。",
        number.chars().count(),
        number.chars().take(4).collect::<String>(),
        wanted(rule, joined)
    ))
}

fn is_long_number(rule: &MembershipNumbers, number: &str, joined: i64) -> bool {
    let digits = number.chars().all(|c| c.is_ascii_digit());
    digits
        && number.chars().count() as i64 == rule.long_digits
        && rule
            .long_numbers
            .iter()
            .any(|(start, years)| number.starts_with(start.as_str()) && years.contains(&joined))
}

fn fits(rule: &MembershipNumbers, number: &str, joined: i64) -> bool {
    let length = number.chars().count() as i64;
    let all_digits = number.chars().all(|c| c.is_ascii_digit());
    let starts = starts(rule, joined).iter().any(|year| number.starts_with(&year.to_string()));
    if joined >= rule.either_year_from {
        starts && all_digits && length == rule.digits
    } else {
        starts && length >= rule.least_characters
    }
}

/// The years with which a number may begin: the year of joining, and in the years when numbers
/// were brought in any of these.
fn starts(rule: &MembershipNumbers, joined: i64) -> Vec<i64> {
    if (rule.either_year_from..rule.required_from).contains(&joined) {
        (rule.either_year_from..rule.required_from).collect()
    } else {
        vec![joined]
    }
}

fn wanted(rule: &MembershipNumbers, joined: i64) -> String {
    let years: Vec<_> = starts(rule, joined).iter().map(i64::to_string).collect();
    let years = years.join(" 或 ");
    if joined >= rule.either_year_from {
        format!("应为 {} 位数字、开头是 {years}", rule.digits)
    } else {
        format!("应不少于 {} 个字符、开头是 {years}", rule.least_characters)
    }
}

/// Fees are paid up to the running month, or somebody should look.
pub(super) fn fees(facts: &CheckupFacts<'_>) -> Verdict {
    let text = facts.profile.fees_paid_to.trim();
    let pay = "请交清后登记交到哪一月，介绍信上要写";
    if text.is_empty() {
        return warn(format!("没有登记团费交到哪一月。{pay}。"));
    }
    match month(text) {
        None => warn(format!("团费交至「{text}」不是 2020-06 这样的写法。请改正。")),
        Some(paid) if paid < facts.today.with_day(1).unwrap_or(facts.today) => {
            let now = facts.today.format("%Y-%m");
            warn(format!("团费交到 {text}，现在是 {now}，应交到本月。{pay}。"))
        }
        Some(_) => pass(format!("团费交到 {text}。")),
    }
}
