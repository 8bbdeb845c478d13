//! The history: appended to, never changed, and its chain.

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
use crate::domain::history::HistoryQuery;
use crate::domain::ids::{Moment, Now};
use crate::domain::testing::id_number;
use crate::domain::workflow::Act;
use crate::store::Deed;

fn busy_office() -> Office {
    let office = Office::new();
    let id = office.send(MEMBER, MEMBER, "T", Initiator::Member);
    office.decide(UNIVERSITY, id, Act::Approve).unwrap();
    office.place(TOWNSHIP, id, Act::Approve, "TF").unwrap();
    office.store.record_unsigned(START.moment, "", &Deed::new("backup", "每日")).unwrap();
    office
}

#[test]
fn events_are_neither_changed_nor_removed() {
    let office = busy_office();
    for sql in ["UPDATE events SET actor = '别人'", "DELETE FROM events WHERE seq = 1"] {
        let said = office.behind(sql).unwrap_err().to_string();
        assert!(said.contains("append-only"), "{said}");
    }
}

#[test]
fn the_chain_of_an_honest_office_holds() {
    assert_eq!(busy_office().n_proven(), 5);
    assert_eq!(Office::new().n_proven(), 0);
}

#[test]
fn a_change_behind_the_programs_back_names_its_event() {
    for (change, named) in [
        ("UPDATE events SET actor = '别人' WHERE seq = 2", 2),
        ("UPDATE events SET at = at + 1 WHERE seq = 3", 3),
        ("UPDATE events SET transfer_id = NULL WHERE seq = 4", 4),
        ("UPDATE events SET reason = detail, detail = reason WHERE seq = 4", 4),
        ("DELETE FROM events WHERE seq = 1", 1),
        ("DELETE FROM events WHERE seq = 3", 3),
        ("UPDATE events SET hash = prev_hash WHERE seq = 3", 3),
    ] {
        let office = busy_office();
        office
            .behind("DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_removed;")
            .unwrap();
        office.behind(change).unwrap();
        let fault = office.prove().unwrap_err();
        assert_eq!(fault.kind, FaultKind::Damaged);
        assert!(fault.sentence.contains(&format!("第 {named} 条")), "{change}: {fault}");
    }
}

#[test]
fn every_move_leaves_one_event_with_who_and_for_whom() {
    let office = busy_office();
    let card = office.as_(ROOT, |d| {
        let row = d.transfer_by_number("zj20200602-0001").unwrap();
        d.card(row.id).unwrap()
    });
    let acts: Vec<_> = card.events.iter().map(|e| e.act).collect();
    assert_eq!(acts, [Act::Submit, Act::Approve, Act::Approve, Act::Place]);
    assert_eq!(card.events[1].actor, "校管理员");
    assert_eq!(card.events[1].on_behalf_of, "江海大学文学院一班团支部");
    assert_eq!(card.events[2].on_behalf_of, "");
    assert!(card.events[3].reason.contains("天宁街道流动团员团支部"));
    let ends: Vec<_> = card.events.iter().map(|e| (e.from, e.to)).collect();
    assert!(ends.windows(2).all(|pair| pair[0].1 == pair[1].0), "{ends:?}");
}

#[test]
fn the_history_shows_to_each_what_is_theirs() {
    let office = busy_office();
    office.send(BRANCH_B, 6, "B2", Initiator::Member);
    let seen = |who| -> Vec<i64> {
        let (rows, next) = office.as_(who, |d| d.audit(None)).unwrap();
        assert_eq!(next, None);
        rows.iter().map(|row| row.seq).collect()
    };
    assert_eq!(seen(MEMBER), [4, 3, 2, 1]);
    assert_eq!(seen(TOWNSHIP), [4, 3, 2, 1]);
    assert_eq!(seen(BRANCH_B), [6]);
    assert_eq!(seen(UNIVERSITY), [6, 4, 3, 2, 1]);
}

#[test]
fn the_history_pages_without_gaps() {
    let office = Office::new();
    for i in 0..250 {
        let deed = Deed::new("export", format!("第 {i} 次"));
        office.as_(UNIVERSITY, |d| d.record(&deed)).unwrap();
    }
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let (rows, next) = office.as_(UNIVERSITY, |d| d.audit(before)).unwrap();
        seen.extend(rows.iter().map(|row| row.seq));
        let Some(next) = next else { break };
        before = Some(next);
    }
    assert_eq!(seen, (1..=250).rev().collect::<Vec<_>>());
}

/// Everything that somebody finds, page by page.
fn found(office: &Office, who: u32, query: &HistoryQuery) -> Vec<i64> {
    let (mut seqs, mut before) = (Vec::new(), None);
    loop {
        let (rows, next) = office.as_(who, |d| d.history(query, before)).unwrap();
        seqs.extend(rows.iter().map(|row| row.seq));
        match next {
            Some(next) => before = Some(next),
            None => return seqs,
        }
    }
}

fn asked(text: &str) -> HistoryQuery {
    HistoryQuery::parse(text, START)
}

#[test]
fn the_history_is_narrowed_by_person_action_day_and_transfer() {
    let office = busy_office();
    let later = Now { moment: Moment(START.moment.0 + 3 * 86_400), ..START };
    office.at(later, UNIVERSITY, |d| d.record(&Deed::new("reveal", "周敏"))).unwrap();
    office.at(later, ROOT, |d| d.record(&Deed::new("export", "团员 名册.csv"))).unwrap();
    let university = id_number(UNIVERSITY);
    for (text, seqs) in [
        ("", &[7, 6, 5, 4, 3, 2, 1][..]),
        ("2020-06-03", &[7, 6]),
        ("2020-06-01 2020-06-02", &[5, 4, 3, 2, 1]),
        ("查看和导出", &[7, 6, 5]),
        ("查看和导出 2020-06-03 校管理员", &[6]),
        ("校管理员", &[6, 2]),
        ("周敏", &[6, 1]),
        (university.reveal(), &[6, 2]),
        ("zj20200602-0001", &[4, 3, 2, 1]),
        ("同意", &[3, 2]),
        ("转接办理", &[4, 3, 2, 1]),
        ("没有这个人", &[]),
        ("名册.csv", &[7]),
    ] {
        assert_eq!(found(&office, ROOT, &asked(text)), seqs, "{text}");
    }
    assert_eq!(found(&office, BRANCH_B, &asked("查看和导出")), [0; 0], "others' are not shown");
    assert_eq!(found(&office, MEMBER, &asked("查看和导出")), [0; 0]);
    assert_eq!(found(&office, MEMBER, &asked("同意")), [3, 2]);
}

#[test]
fn a_question_finds_a_few_of_very_many_in_pages() {
    const FILL: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250000)
        INSERT INTO events (seq, at, account_id, actor, scope_path, action, object, salt, prev_hash, hash)
        SELECT i, i, 2, CASE WHEN i % 100000 = 7 THEN '稀客' ELSE '常客' END, '/1/2/',
            CASE WHEN i % 50000 = 1 THEN 'export' ELSE 'sign_in' END, '', x'00', x'00', zeroblob(32) FROM n";
    let office = Office::new();
    office.behind(FILL).unwrap();
    assert_eq!(found(&office, ROOT, &asked("稀客")), [200_007, 100_007, 7]);
    assert_eq!(found(&office, ROOT, &asked("查看和导出")), [200_001, 150_001, 100_001, 50_001, 1]);
    assert_eq!(found(&office, MEMBER, &asked("")), [0; 0]);
    let (rows, next) = office.as_(ROOT, |d| d.history(&asked("稀客"), None)).unwrap();
    assert_eq!((rows.len(), next), (2, Some(50_001)), "one answer looks at 200000 entries at most");
    let (rows, next) = office.as_(ROOT, |d| d.history(&asked("查看和导出"), None)).unwrap();
    assert_eq!((rows.len(), next), (5, None), "an index leads to these");
}

#[test]
fn the_list_shows_no_long_number_that_somebody_typed() {
    let office = Office::new();
    let number = id_number(5);
    let deed = Deed::new("export", format!("{}.xlsx", number.reveal())).reason(number.reveal());
    office.as_(ROOT, |d| d.record(&deed)).unwrap();
    let (rows, _) = office.as_(ROOT, |d| d.audit(None)).unwrap();
    assert!(rows[0].object.starts_with("320***************"), "{:?}", rows[0]);
    assert!(!rows[0].detail.contains(number.reveal()));
}

#[test]
fn entries_are_never_purged_however_old() {
    let office = busy_office();
    office.behind("UPDATE history_end SET seq = seq").unwrap();
    for age in [0, 199, 200, 201, 4000] {
        let sql = format!("DELETE FROM events WHERE at < {} - {age} * 86400", i64::MAX / 2);
        let said = office.behind(&sql).unwrap_err().to_string();
        assert!(said.contains("append-only"), "{said}");
    }
    let leaving = "UPDATE events SET salt = NULL, digest = zeroblob(32) WHERE seq = 1";
    assert!(office.behind(leaving).is_err(), "a digest does not replace texts that stay");
}
