//! The history: appended to, never changed, and its chain.

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
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
