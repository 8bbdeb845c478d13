//! Corrections of a name or ID number: one asks, another decides, and what hangs on it follows.

use super::fixture::*;
use crate::domain::correction::{
    Correction, CorrectionEntry, CorrectionState, CorrectionsShown, Decider,
};
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
use crate::domain::ids::{CorrectionId, Moment};
use crate::domain::testing::id_number;
use crate::domain::workflow::Act;
use crate::store::{Attempts, SignIn, Stored};

fn wanted(name: &str, n: u32) -> CorrectionEntry {
    CorrectionEntry {
        name: name.to_owned(),
        id_number: id_number(n),
        reason: "录入时写错".to_owned(),
        evidence: "身份证原件".to_owned(),
    }
}

impl Office {
    fn ask(&self, who: u32, member: u32, entry: &CorrectionEntry) -> Stored<CorrectionId> {
        let id = self.member(member).id;
        self.as_(who, |d| d.ask_correction(id, entry))
    }

    fn accept(&self, who: u32, id: CorrectionId) -> Stored<Option<String>> {
        self.as_(who, |d| d.accept_correction(id, "已核对", SignIn::Kept))
    }

    fn asked(&self, id: CorrectionId) -> Correction {
        self.as_(ROOT, |d| d.correction(id)).unwrap()
    }
}

#[test]
fn asking_changes_nothing_and_is_recorded_masked() {
    let office = Office::new();
    let id = office.ask(OPERATOR, 2, &wanted("单熊", 70)).unwrap();
    let member = office.member(2);
    assert_eq!(member.name, "单雄", "the record stays until somebody else accepts");
    let asked = office.asked(id);
    assert_eq!((asked.state, asked.asked_by.as_str()), (CorrectionState::Open, "文经办人"));
    assert_eq!(office.one::<String>("SELECT action FROM events"), "correction_ask");
    let (reason, detail): (String, String) =
        (office.one("SELECT reason FROM events"), office.one("SELECT detail FROM events"));
    assert_eq!(reason, "录入时写错");
    assert!(detail.contains("「单雄」改为「单熊」") && detail.contains("身份证原件"), "{detail}");
    for n in [2, 70] {
        assert!(!detail.contains(id_number(n).reveal()), "{detail}");
    }
}

#[test]
fn who_may_ask_and_for_what() {
    let office = Office::new();
    let ask = |who, n, entry: &CorrectionEntry| office.ask(who, n, entry);
    assert_eq!(kind(ask(BRANCH_B, 2, &wanted("单熊", 2))), FaultKind::NotFound);
    assert_eq!(kind(ask(MEMBER, 2, &wanted("单熊", 2))), FaultKind::NotFound);
    assert_eq!(kind(ask(BRANCH_A, 2, &wanted("单雄", 2))), FaultKind::Rule, "nothing to correct");
    let without = CorrectionEntry { reason: " ".to_owned(), ..wanted("单熊", 2) };
    assert_eq!(kind(ask(BRANCH_A, 2, &without)), FaultKind::Rule);
    assert_eq!(kind(ask(BRANCH_A, 2, &wanted("单雄", 3))), FaultKind::Conflict, "taken");
    assert_eq!(kind(ask(BRANCH_A, 2, &wanted("单雄", OPERATOR))), FaultKind::Conflict, "signs in");
    ask(MEMBER, MEMBER, &wanted("周旻", MEMBER)).unwrap();
    let again = ask(BRANCH_A, MEMBER, &wanted("周珉", MEMBER)).unwrap_err();
    assert_eq!(again.kind, FaultKind::Conflict);
    assert!(again.sentence.contains("第 1 号"), "{again}");
}

#[test]
fn the_second_person_is_neither_who_asked_nor_the_person() {
    let office = Office::new();
    let id = office.ask(BRANCH_A, 2, &wanted("单熊", 2)).unwrap();
    let as_whom = |who, id| office.as_(who, |d| d.decider_of(&office.asked(id)));
    assert_eq!(kind(as_whom(BRANCH_A, id)), FaultKind::NotAllowed, "asked for it");
    assert_eq!(kind(office.accept(BRANCH_A, id)), FaultKind::NotAllowed);
    assert_eq!(kind(as_whom(OPERATOR, id)), FaultKind::NotAllowed, "no administrator");
    assert_eq!(kind(office.accept(BRANCH_B, id)), FaultKind::NotFound, "elsewhere");
    assert_eq!(as_whom(UNIVERSITY, id), Ok(Decider::Second));
    assert_eq!(as_whom(ROOT, id), Ok(Decider::Second));
    let own = office.ask(OPERATOR, BRANCH_A, &wanted("曾科", BRANCH_A)).unwrap();
    assert_eq!(kind(office.accept(BRANCH_A, own)), FaultKind::NotAllowed, "the own record");
    office.accept(UNIVERSITY, own).unwrap();
    assert_eq!(office.member(BRANCH_A).name, "曾科");
    assert_eq!(office.actor(BRANCH_A).name, "曾科", "the account has the name too");
}

#[test]
fn the_only_administrator_decides_alone_and_it_says_so() {
    let office = Office::new();
    let id = office.ask(BRANCH_A, 2, &wanted("单熊", 2)).unwrap();
    office
        .behind("UPDATE accounts SET state = 'removed' WHERE name IN ('省管理员', '校管理员')")
        .unwrap();
    let asked = office.as_(BRANCH_A, |d| d.correction(id)).unwrap();
    assert_eq!(office.as_(BRANCH_A, |d| d.decider_of(&asked)), Ok(Decider::Alone));
    office.accept(BRANCH_A, id).unwrap();
    assert!(office.as_(BRANCH_A, |d| d.correction(id)).unwrap().alone);
    let detail: String = office.one("SELECT detail FROM events WHERE action = 'member_correct'");
    assert!(detail.contains("没有第二位管理员"), "{detail}");
}

#[test]
fn an_accepted_correction_takes_everything_of_the_person_along() {
    let office = Office::new();
    let closed = office.send(BRANCH_A, 2, "B1", Initiator::Member);
    office.decide(BRANCH_A, closed, Act::Withdraw).unwrap();
    let open = office.send(BRANCH_A, 2, "T", Initiator::Member);
    let id = office.ask(BRANCH_A, 2, &wanted("单熊", 70)).unwrap();
    assert_eq!(office.accept(UNIVERSITY, id), Ok(None));
    let member = office.member(70);
    assert_eq!(member.name, "单熊");
    let of = |id, column| -> String {
        office.one(&format!("SELECT {column} FROM transfers WHERE id = {id}"))
    };
    assert_eq!(of(open, "person_name"), "单熊");
    assert_eq!(of(closed, "person_name"), "单雄", "what is closed stays as it was printed");
    for transfer in [open, closed] {
        assert_eq!(of(transfer, "person_number"), id_number(70).reveal(), "it is still theirs");
    }
    let asked = office.asked(id);
    assert_eq!((asked.state, asked.decided_by.as_str()), (CorrectionState::Accepted, "校管理员"));
    assert_eq!(kind(office.accept(ROOT, id)), FaultKind::Conflict, "once");
    assert_eq!(office.n_proven(), office.one::<i64>("SELECT count(*) FROM events"));
    let texts: String =
        office.one("SELECT group_concat(object || reason || detail, '\n') FROM events");
    assert!(!texts.contains(id_number(2).reveal()) && !texts.contains(id_number(70).reveal()));
    office.decide(BRANCH_A, open, Act::Approve).unwrap();
}

#[test]
fn the_account_follows_its_number() {
    let office = Office::new();
    let tries = Attempts { failures: 3, failed_at: START.moment };
    office.store.note_attempts(id_number(MEMBER).reveal(), tries).unwrap();
    let account = office.actor(MEMBER).account;
    let id = office.ask(BRANCH_A, MEMBER, &wanted("周敏", 70)).unwrap();
    office.accept(UNIVERSITY, id).unwrap();
    assert!(office.store.sitting(id_number(MEMBER).reveal()).unwrap().is_none());
    assert_eq!(office.actor(70).account, account);
    assert_eq!(office.store.attempts(id_number(MEMBER).reveal()), Ok(Attempts::default()));
    let own = office.send(BRANCH_A, 70, "T", Initiator::Origin);
    assert!(office.as_(70, |d| d.card(own)).unwrap().row.facts.is_own, "nobody decides on it");
    // A key slot is derived from the number: it goes, and a code comes.
    let slots = "UPDATE accounts SET slot = 'ab', verifier = '' WHERE name = '曾可'";
    office.behind(slots).unwrap();
    let id = office.ask(OPERATOR, BRANCH_A, &wanted("曾可", 71)).unwrap();
    let until = Some(Moment(START.moment.0 + 60));
    let accept = |sign_in| office.as_(ROOT, |d| d.accept_correction(id, "", sign_in));
    assert_eq!(accept(SignIn::Anew("hash", until)), Ok(Some("ab".to_owned())));
    let sitting = office.store.sitting(id_number(71).reveal()).unwrap().unwrap();
    assert_eq!((sitting.verifier.as_str(), sitting.account.code_until), ("hash", until));
    assert_eq!(sitting.account.slot, None);
}

#[test]
fn a_record_that_changed_meanwhile_is_not_corrected_by_an_old_request() {
    let office = Office::new();
    let id = office.ask(BRANCH_A, 2, &wanted("单熊", 2)).unwrap();
    office.behind("UPDATE members SET name = '单大雄' WHERE name = '单雄'").unwrap();
    assert_eq!(kind(office.accept(UNIVERSITY, id)), FaultKind::Conflict);
    let id = office.ask(BRANCH_A, 3, &wanted("李雷", 70)).unwrap();
    office.put_member(70, "新人", "B1");
    assert_eq!(kind(office.accept(UNIVERSITY, id)), FaultKind::Conflict, "taken meanwhile");
    assert_eq!(office.member(3).name, "李雷");
    assert_eq!(office.asked(id).state, CorrectionState::Open);
}

#[test]
fn a_request_is_refused_with_a_reason_or_taken_back() {
    let office = Office::new();
    let refuse = |who, id, why: &str| office.as_(who, |d| d.refuse_correction(id, why));
    let id = office.ask(OPERATOR, 2, &wanted("单熊", 2)).unwrap();
    assert_eq!(kind(refuse(UNIVERSITY, id, " ")), FaultKind::Rule);
    refuse(UNIVERSITY, id, "证件上就是雄").unwrap();
    assert_eq!(office.asked(id).state, CorrectionState::Refused);
    assert_eq!(kind(refuse(ROOT, id, "再来")), FaultKind::Conflict);
    assert_eq!(office.member(2).name, "单雄");
    let id = office.ask(MEMBER, MEMBER, &wanted("周旻", MEMBER)).unwrap();
    assert_eq!(kind(refuse(OPERATOR, id, "x")), FaultKind::NotAllowed);
    refuse(MEMBER, id, "").unwrap();
    assert_eq!(office.asked(id).state, CorrectionState::Withdrawn);
    let listed = |who, shown| office.as_(who, |d| d.corrections(shown)).unwrap().len();
    assert_eq!(listed(UNIVERSITY, CorrectionsShown::Open), 0);
    assert_eq!(listed(UNIVERSITY, CorrectionsShown::All), 2);
    assert_eq!(listed(MEMBER, CorrectionsShown::All), 1);
    assert_eq!(listed(BRANCH_B, CorrectionsShown::All), 0);
}

#[test]
fn a_decision_is_never_changed_and_an_import_with_one_stays() {
    let office = Office::new();
    let id = office.ask(OPERATOR, 2, &wanted("单熊", 2)).unwrap();
    office.accept(UNIVERSITY, id).unwrap();
    let back = "UPDATE corrections SET state = 'open', decided_at = NULL, decided_by = NULL";
    assert!(office.behind(back).is_err());
    let rows = vec![(entry(80, "新人"), "A1".to_owned())];
    let batch = office.as_(UNIVERSITY, |d| d.import_members(&rows, "名册.xlsx")).unwrap().batch;
    office.ask(BRANCH_A, 80, &wanted("辛人", 80)).unwrap();
    let undone = office.as_(UNIVERSITY, |d| d.undo_import(batch, None));
    assert_eq!(kind(undone), FaultKind::Conflict);
}
