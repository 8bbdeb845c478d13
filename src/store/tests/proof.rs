//! The check of the history against hands at the file: everything is changed through the raw
//! connection with the triggers dropped, as somebody with the database's key could.

use super::fixture::*;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::Initiator;
use crate::domain::history::Head;
use crate::domain::progress::unwatched;
use crate::domain::testing::id_number;
use crate::domain::workflow::Act;
use crate::store::chain::{Link, personal_digest};
use crate::store::{Deed, Expectations, Pen, Ruling, Signatures};

const NO_TRIGGERS: &str = "DROP TRIGGER events_are_never_changed;
    DROP TRIGGER events_are_never_removed; DROP TRIGGER signers_are_only_closed;
    DROP TRIGGER signers_are_never_removed; DROP TRIGGER events_are_counted;";

/// An office whose people sign.
struct Signed {
    office: Office,
    pens: Vec<(u32, Pen)>,
}

impl Signed {
    fn new() -> Self {
        let office = Office::new();
        office.store.record_unsigned(START.moment, "", &Deed::new("office_create", "省")).unwrap();
        let pens = EVERYBODY.iter().map(|n| (*n, enrolled(&office, *n, 1))).collect();
        Self { office, pens }
    }

    fn pen(&self, n: u32) -> &Pen {
        &self.pens.iter().rev().find(|(of, _)| *of == n).unwrap().1
    }

    fn record(&self, n: u32, deed: &Deed) {
        let actor = self.office.actor(n);
        let desk = self.office.store.desk(&actor, START);
        desk.signing_with(Some(self.pen(n))).record(deed).unwrap();
    }

    /// A transfer that was handed in and approved once, an export, a reveal.
    fn busy() -> Self {
        let signed = Self::new();
        let request = signed.office.request(MEMBER, "T", Initiator::Member);
        let actor = signed.office.actor(MEMBER);
        let desk = signed.office.store.desk(&actor, START).signing_with(Some(signed.pen(MEMBER)));
        let (id, ..) = desk.submit(&request).unwrap();
        let actor = signed.office.actor(UNIVERSITY);
        let desk = signed.office.store.desk(&actor, START);
        let desk = desk.signing_with(Some(signed.pen(UNIVERSITY)));
        desk.decide(id, full(Act::Approve, None)).unwrap();
        signed.record(ROOT, &Deed::new("reveal", "周敏"));
        signed.record(UNIVERSITY, &Deed::new("export", "转接 名单.xlsx").detail("3 行"));
        signed
    }

    fn prove(&self, heads: &[Head]) -> Result<i64, Fault> {
        let wanted = Expectations { now: START, signatures: Signatures::Required, heads };
        self.office.store.prove_history(wanted).map(|found| found.n_signed)
    }

    /// Changes something behind the program's back and returns what the check says.
    fn after(&self, change: &str) -> String {
        self.office.behind(NO_TRIGGERS).unwrap();
        self.office.behind(change).unwrap_or_else(|error| panic!("{change}: {error}"));
        let fault = self.prove(&[]).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Damaged);
        fault.sentence
    }

    fn seq(&self, action: &str) -> i64 {
        self.office.one(&format!("SELECT max(seq) FROM events WHERE action = '{action}'"))
    }
}

fn enrolled(office: &Office, n: u32, salt: u8) -> Pen {
    let actor = office.actor(n);
    let seed = [salt.wrapping_add(u8::try_from(n % 251).unwrap()); 32];
    let pen = Pen::new(actor.account, &seed);
    let desk = office.store.desk(&actor, START);
    desk.signing_with(Some(&pen)).enrol(&[salt; 32], "首次登记").unwrap();
    pen
}

/// Computes every hash again, as somebody would who knows the format and has no signing key.
fn rehash(office: &Office) {
    type Row = (i64, i64, [Option<i64>; 4], [String; 5], [String; 4], Vec<u8>);
    let connection = &office.store.connection;
    let mut statement = connection
        .prepare(
            "SELECT seq, at, account_id, behalf_id, transfer_id, scope_path, behalf_name, action,
                from_stage, to_stage, actor, object, reason, detail, salt, member_id FROM events ORDER BY seq",
        )
        .unwrap();
    let rows: Vec<Row> = statement
        .query_map([], |r| {
            Ok((
                r.get(0)?,
                r.get(1)?,
                [r.get(2)?, r.get(3)?, r.get(4)?, r.get(15)?],
                [r.get(5)?, r.get(6)?, r.get(7)?, r.get(8)?, r.get(9)?],
                [r.get(10)?, r.get(11)?, r.get(12)?, r.get(13)?],
                r.get(14)?,
            ))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut prev: Vec<u8> = Vec::new();
    for (seq, at, [account, behalf, transfer, member], fixed, personal, salt) in rows {
        let fixed = fixed.each_ref().map(String::as_str);
        let link = Link { seq, at, account, behalf, transfer, member, fixed };
        let digest = personal_digest(&salt, personal.each_ref().map(String::as_str));
        let hash = link.hash(&prev, &digest);
        connection
            .execute(
                "UPDATE events SET prev_hash = $1, hash = $2 WHERE seq = $3",
                (&prev, &hash, seq),
            )
            .unwrap();
        prev = hash.to_vec();
    }
}

#[test]
fn only_the_founding_is_nobodys() {
    for action in ["backup", "key_change", "recovery_key", "restore", "sign_in", "approve"] {
        let signed = Signed::busy();
        signed.prove(&[]).unwrap();
        let deed = Deed::new(action, "某人");
        signed.office.store.record_unsigned(START.moment, "", &deed).unwrap();
        let fault = signed.prove(&[]).unwrap_err();
        assert!(fault.sentence.contains("没有写明是谁的账号"), "{action}: {fault}");
    }
}

#[test]
fn an_honest_office_is_proven_with_every_signature() {
    let signed = Signed::busy();
    assert_eq!(signed.prove(&[]), Ok(11));
    let head = signed.office.store.head().unwrap().unwrap();
    assert_eq!(head.seq, 12);
    assert_eq!(signed.prove(&[head]), Ok(11));
    signed.record(ROOT, &Deed::new("backup", "周五"));
    assert_eq!(signed.prove(&[head]), Ok(12), "an older head still fits");
}

#[test]
fn whatever_is_changed_is_named_with_its_entry() {
    for (change, action) in [
        ("UPDATE events SET reason = '别的' WHERE action = 'approve'", "approve"),
        ("UPDATE events SET to_stage = 'completed' WHERE action = 'approve'", "approve"),
        ("UPDATE events SET actor = '别人' WHERE action = 'export'", "export"),
        ("UPDATE events SET object = '没人' WHERE action = 'reveal'", "reveal"),
        ("UPDATE events SET detail = '1 行' WHERE action = 'export'", "export"),
        ("UPDATE events SET at = at + 1 WHERE action = 'submit'", "submit"),
        ("UPDATE events SET account_id = NULL WHERE action = 'reveal'", "reveal"),
        ("UPDATE events SET salt = x'00' WHERE action = 'reveal'", "reveal"),
        ("UPDATE events SET hash = prev_hash WHERE action = 'export'", "export"),
        ("UPDATE events SET signature = NULL WHERE action = 'approve'", "approve"),
        ("UPDATE events SET signature = zeroblob(64) WHERE action = 'export'", "export"),
        ("UPDATE events SET signature = x'01' WHERE action = 'export'", "export"),
        (
            "UPDATE events SET signature = (SELECT signature FROM events WHERE action = 'submit')
             WHERE action = 'approve'",
            "approve",
        ),
    ] {
        let signed = Signed::busy();
        let seq = signed.seq(action);
        let said = signed.after(change);
        assert!(
            said.contains(&format!("操作记录第 {seq} 条（2020-06-02 10:00，")),
            "{change}: {said}"
        );
        assert!(said.contains("请停止录入"), "{said}");
    }
}

#[test]
fn entries_that_were_swapped_or_taken_out_are_named() {
    for (change, named) in [
        ("DELETE FROM events WHERE action = 'reveal'", "第 11 条不见了"),
        ("DELETE FROM events WHERE seq = 1", "第 1 条不见了"),
        ("DELETE FROM events WHERE action = 'export'", "到第 11 条为止"),
        ("DELETE FROM events WHERE seq > 3; DELETE FROM transfers", "到第 3 条为止"),
        (
            "DELETE FROM events WHERE action = 'reveal'; UPDATE events SET seq = 11 WHERE seq = 12",
            "第 11 条（",
        ),
        (
            "UPDATE events SET seq = 100 WHERE seq = 11; UPDATE events SET seq = 11 WHERE seq = 12;
             UPDATE events SET seq = 12 WHERE seq = 100",
            "第 11 条（",
        ),
    ] {
        let signed = Signed::busy();
        signed
            .office
            .behind("DROP TRIGGER transfers_are_never_removed; PRAGMA foreign_keys = OFF")
            .unwrap();
        let said = signed.after(change);
        assert!(said.contains(named), "{change}: {said}");
    }
}

#[test]
fn a_history_cut_short_with_care_is_told_by_a_head_of_before() {
    let signed = Signed::busy();
    let head = signed.office.store.head().unwrap().unwrap();
    signed.office.behind(NO_TRIGGERS).unwrap();
    let cut = "DELETE FROM events WHERE seq = 12; UPDATE history_end SET seq = 11";
    signed.office.behind(cut).unwrap();
    assert_eq!(signed.prove(&[]), Ok(10), "nothing inside can tell");
    let said = signed.prove(&[head]).unwrap_err().sentence;
    assert!(said.contains("到第 11 条为止，以前已经记到第 12 条"), "{said}");
    signed.record(ROOT, &Deed::new("export", "别的"));
    let said = signed.prove(&[head]).unwrap_err().sentence;
    assert!(said.contains("第 12 条（") && said.contains("不是同一条"), "{said}");
}

#[test]
fn a_history_that_was_hashed_anew_is_told_by_the_signatures() {
    let changes = [
        ("UPDATE events SET reason = '别的' WHERE action = 'approve'", 10),
        ("UPDATE events SET at = at - 86400 WHERE action = 'export'", 12),
        ("UPDATE events SET account_id = 1 WHERE action = 'approve'", 10),
        ("UPDATE events SET account_id = NULL, signature = NULL WHERE action = 'approve'", 10),
        ("UPDATE events SET signature = NULL WHERE action = 'export'", 12),
    ];
    for (change, named) in changes {
        let signed = Signed::busy();
        signed.office.behind(NO_TRIGGERS).unwrap();
        signed.office.behind(change).unwrap();
        rehash(&signed.office);
        let said = signed.prove(&[]).unwrap_err().sentence;
        assert!(said.contains(&format!("操作记录第 {named} 条")), "{change}: {said}");
    }
    let signed = Signed::busy();
    rehash_untouched(&signed);
}

/// Hashing an untouched history anew changes nothing: the tests above fail for the right reason.
fn rehash_untouched(signed: &Signed) {
    signed.office.behind(NO_TRIGGERS).unwrap();
    rehash(&signed.office);
    assert_eq!(signed.prove(&[]), Ok(11));
}

#[test]
fn a_public_key_that_was_replaced_is_named_by_its_first_entry() {
    let stranger = Pen::new(crate::domain::ids::AccountId(2), &[77; 32]);
    let hex: String = stranger.public_key().iter().map(|b| format!("{b:02x}")).collect();
    for change in [
        format!("UPDATE signers SET public_key = x'{hex}' WHERE account_id = 2"),
        "UPDATE signers SET public_key = zeroblob(32) WHERE account_id = 2".to_owned(),
        "DELETE FROM signers WHERE account_id = 2".to_owned(),
        "UPDATE signers SET from_seq = 7 WHERE account_id = 2".to_owned(),
        "UPDATE signers SET account_id = 3 - account_id WHERE account_id IN (1, 2)".to_owned(),
    ] {
        let signed = Signed::busy();
        signed.office.behind("DROP INDEX signers_current").unwrap();
        let said = signed.after(&change);
        assert!(
            said.contains("操作记录第 3 条") || said.contains("操作记录第 2 条"),
            "{change}: {said}"
        );
        assert!(said.contains("公钥"), "{said}");
    }
}

#[test]
fn a_key_is_good_until_it_is_closed_and_no_longer() {
    let mut signed = Signed::busy();
    let before = signed.pens.len();
    let id = signed.office.actor(UNIVERSITY).account;
    let actor = signed.office.actor(ROOT);
    let desk = signed.office.store.desk(&actor, START).signing_with(Some(signed.pen(ROOT)));
    desk.reset_account(id, "code", START.moment).unwrap();
    assert!(signed.office.store.current_signer(id).unwrap().is_none());
    assert_eq!(signed.prove(&[]), Ok(12), "what was signed before still fits");
    let old = signed.pens.swap_remove(1).1;
    assert_eq!((old.account(), before), (id, 7));
    signed.pens.push((UNIVERSITY, enrolled(&signed.office, UNIVERSITY, 9)));
    signed.record(UNIVERSITY, &Deed::new("reveal", "周敏"));
    assert_eq!(signed.prove(&[]), Ok(14));
    signed.pens.push((UNIVERSITY, old));
    signed.record(UNIVERSITY, &Deed::new("reveal", "李雷"));
    let said = signed.prove(&[]).unwrap_err().sentence;
    assert!(said.contains("第 16 条") && said.contains("公钥对不上"), "{said}");
}

#[test]
fn a_pen_signs_for_nobody_else() {
    let signed = Signed::new();
    let actor = signed.office.actor(ROOT);
    let desk = signed.office.store.desk(&actor, START);
    desk.signing_with(Some(signed.pen(MEMBER))).record(&Deed::new("reveal", "周敏")).unwrap();
    let said = signed.prove(&[]).unwrap_err().sentence;
    assert!(said.contains("应有本人的签名，现在没有"), "{said}");
}

#[test]
fn a_transfer_that_stands_elsewhere_than_its_history_is_named() {
    for (change, now) in [
        ("UPDATE transfers SET stage = 'completed', done_at = 1", "已完成"),
        ("UPDATE transfers SET stage = 'origin_review'", ""),
        ("UPDATE transfers SET stage = 'returned', stopped_in = 'placement'", ""),
    ] {
        let signed = Signed::busy();
        let said = signed.after(change);
        assert!(
            said.contains("转接 ZJ20200602-0001 现在是") && said.contains("第 10 条"),
            "{said}"
        );
        assert!(now.is_empty() || said.contains("现在是"), "{said}");
    }
}

#[test]
fn signers_are_neither_changed_nor_removed() {
    let signed = Signed::new();
    for sql in [
        "DELETE FROM signers",
        "UPDATE signers SET public_key = zeroblob(32)",
        "UPDATE signers SET from_seq = 1",
    ] {
        assert!(signed.office.behind(sql).is_err(), "{sql}");
    }
}

#[test]
fn a_person_is_erased_and_the_history_still_holds() {
    let signed = Signed::new();
    let office = &signed.office;
    let as_ = |n: u32| -> crate::domain::account::Actor { office.actor(n) };
    let (root, member) = (as_(ROOT), as_(MEMBER));
    let desk = office.store.desk(&root, START).signing_with(Some(signed.pen(ROOT)));
    let own = office.store.desk(&member, START).signing_with(Some(signed.pen(MEMBER)));
    let (id, ..) = own.submit(&office.request(MEMBER, "T", Initiator::Member)).unwrap();
    let record = office.member(MEMBER).id;
    let erase = |reason| desk.erase_member(record, reason, &mut unwatched);
    assert_eq!(kind(erase("本人申请")), FaultKind::Rule, "still a member here");
    own.decide(id, Ruling { reason: "不转了", ..full(Act::Withdraw, None) }).unwrap();
    desk.retire_member(record, "离团").unwrap();
    assert_eq!(kind(erase(" ")), FaultKind::Rule, "no reason");
    assert_eq!(kind(erase("本人申请")), FaultKind::Conflict, "an account");
    desk.remove_account(member.account).unwrap();
    assert_eq!(
        kind(office.as_(OPERATOR, |d| d.erase_member(record, "x", &mut unwatched))),
        FaultKind::NotAllowed
    );
    let before = signed.prove(&[]).unwrap();
    let head = office.store.head().unwrap().unwrap();
    let n = erase("本人书面申请").unwrap();
    assert_eq!(n, 5, "key, submit, withdraw, retire, remove");
    assert_eq!(signed.prove(&[head]), Ok(before + 1), "every signature still fits");
    for (table, column) in [
        ("events", "actor"),
        ("events", "object"),
        ("members", "name"),
        ("transfers", "person_name"),
        ("accounts", "name"),
    ] {
        let left: i64 =
            office.one(&format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%周敏%'"));
        assert_eq!(left, 0, "{table}.{column}");
    }
    let number = id_number(MEMBER);
    for (table, column) in
        [("members", "id_number"), ("transfers", "person_number"), ("accounts", "id_number")]
    {
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} = '{}'", number.reveal());
        assert_eq!(office.one::<i64>(&sql), 0, "{table}");
    }
    let (rows, _) = desk.audit(None).unwrap();
    assert!(rows.iter().any(|row| row.detail.contains("已按本人要求删除")));
    assert_eq!(office.store.member_by_number(number.reveal()).unwrap(), None);
    assert!(
        desk.member(record).is_ok() && desk.transfer(id).is_ok() && office.store.verify().is_ok()
    );
    assert_eq!(kind(desk.remove_account(member.account)), FaultKind::NotFound);
}

#[test]
fn an_erased_entry_cannot_be_given_other_texts() {
    let signed = Signed::busy();
    let digest = "UPDATE events SET salt = NULL, digest = zeroblob(32), actor = '', object = '',
        reason = '', detail = '' WHERE action = 'reveal'";
    signed.office.behind(digest).unwrap();
    let said = signed.prove(&[]).unwrap_err().sentence;
    assert!(said.contains("操作记录第 11 条（") && said.contains("姓名已按要求删除"), "{said}");
}
