//! An invented office: a province with a university of two general branches and a township, an
//! unmanaged root beside it, and people of every role. Everything exists twice, so that a list that
//! leaks beyond its scope shows rows of the neighbour.

use crate::domain::account::{Actor, Role};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::{Initiator, Reason, TransferForm};
use crate::domain::id_number::DocumentKind;
use crate::domain::ids::{MemberId, Moment, Now, OrgId, TransferId};
use crate::domain::member::{Member, MemberEntry, Profile};
use crate::domain::organisation::{OrgEntry, OrgKind, Organisation};
use crate::domain::testing::id_number;
use crate::domain::workflow::{Act, Stage};
use crate::store::organisations::Namesake;
use crate::store::{
    Desk, Expectations, Goal, NewAccount, Proven, Request, Ruling, Store, Stored, Transferee,
};

/// Accounts, by the number that makes their invented ID number.
pub const ROOT: u32 = 901;
/// Administrator of the university.
pub const UNIVERSITY: u32 = 902;
/// Administrator of the first branch of the first school, and a member of it.
pub const BRANCH_A: u32 = 903;
/// Administrator of the first branch of the second school.
pub const BRANCH_B: u32 = 904;
/// Administrator of the township.
pub const TOWNSHIP: u32 = 905;
/// Operator of the first school.
pub const OPERATOR: u32 = 906;
/// A member of the first branch who has an account.
pub const MEMBER: u32 = 1;

/// Everybody who can sign in.
pub const EVERYBODY: [u32; 7] = [ROOT, UNIVERSITY, BRANCH_A, BRANCH_B, TOWNSHIP, OPERATOR, MEMBER];

/// Ten in the morning of 2 June 2020 in China.
pub const START: Now = Now { moment: Moment(1_591_063_200), offset: 8 * 3600 };

const ORGANISATIONS: &[(&str, &str, OrgKind, &str)] = &[
    ("P", "", OrgKind::ProvinceRoot, "共青团江海省委员会"),
    ("U", "P", OrgKind::Committee, "江海大学团委"),
    ("GA", "U", OrgKind::GeneralBranch, "江海大学文学院团总支"),
    ("GB", "U", OrgKind::GeneralBranch, "江海大学理学院团总支"),
    ("A1", "GA", OrgKind::Branch, "江海大学文学院一班团支部"),
    ("A2", "GA", OrgKind::Branch, "江海大学文学院二班团支部"),
    ("B1", "GB", OrgKind::Branch, "江海大学理学院一班团支部"),
    ("B2", "GB", OrgKind::Branch, "江海大学理学院二班团支部"),
    ("T", "P", OrgKind::WorkingCommittee, "天宁街道团工委"),
    ("TF", "T", OrgKind::Branch, "天宁街道流动团员团支部"),
    ("X", "", OrgKind::Committee, "远山大学团委"),
    ("X1", "X", OrgKind::Branch, "远山大学一班团支部"),
];

const MEMBERS: &[(u32, &str, &str)] = &[
    (MEMBER, "周敏", "A1"),
    (2, "单雄", "A1"),
    (3, "李雷", "A1"),
    (BRANCH_A, "曾可", "A1"),
    (4, "王芳", "A2"),
    (5, "赵倩", "A2"),
    (6, "李雷", "B1"),
    (7, "阿依古丽", "B1"),
    (8, "韩梅", "B2"),
    (9, "何晓", "TF"),
    (10, "远方", "X1"),
];

const ACCOUNTS: &[(u32, &str, Role, &str)] = &[
    (ROOT, "省管理员", Role::Administrator, "P"),
    (UNIVERSITY, "校管理员", Role::Administrator, "U"),
    (BRANCH_A, "曾可", Role::Administrator, "A1"),
    (BRANCH_B, "理管理员", Role::Administrator, "B1"),
    (TOWNSHIP, "街道管理员", Role::Administrator, "T"),
    (OPERATOR, "文经办人", Role::Operator, "GA"),
    (MEMBER, "周敏", Role::Member, "A1"),
];

/// The office and its clock.
pub struct Office {
    /// The open database.
    pub store: Store,
}

impl Office {
    /// The office with everybody in it.
    pub fn new() -> Self {
        Self::on(Store::in_memory().unwrap())
    }

    /// The same in a database that was made elsewhere.
    pub fn on(store: Store) -> Self {
        let office = Self { store };
        for (code, superior, kind, name) in ORGANISATIONS {
            let parent = (!superior.is_empty()).then(|| office.org(superior));
            let entry = org_entry(code, superior, *kind, name);
            office
                .store
                .insert_organisation(&entry, parent.as_ref(), None, Namesake::Refused)
                .unwrap();
        }
        for (n, name, role, org) in ACCOUNTS {
            let new = NewAccount { name: (*name).to_owned(), ..office.account(*n, *role, org) };
            office.store.add_first_account(&new, "", START.moment).unwrap();
        }
        for (n, name, branch) in MEMBERS {
            office.put_member(*n, name, branch);
        }
        office
    }

    /// What makes an account.
    pub fn account(&self, n: u32, role: Role, org: &str) -> NewAccount {
        NewAccount {
            id_number: id_number(n),
            name: "新人".to_owned(),
            phone: "13900000000".to_owned(),
            role,
            org: self.org(org).id,
        }
    }

    /// Writes a member without asking who may.
    pub fn put_member(&self, n: u32, name: &str, branch: &str) -> MemberId {
        let branch = self.org(branch).id;
        self.store.insert_member(&entry(n, name), branch, None).unwrap()
    }

    /// An organisation by code.
    pub fn org(&self, code: &str) -> Organisation {
        self.store.find_organisation(code).unwrap()
    }

    /// Somebody signed in.
    pub fn actor(&self, n: u32) -> Actor {
        self.store.sitting(id_number(n).reveal()).unwrap().unwrap().actor
    }

    /// Does something as somebody.
    pub fn as_<T>(&self, n: u32, work: impl FnOnce(Desk<'_>) -> T) -> T {
        self.at(START, n, work)
    }

    /// Does something as somebody at a moment.
    pub fn at<T>(&self, now: Now, n: u32, work: impl FnOnce(Desk<'_>) -> T) -> T {
        let actor = self.actor(n);
        work(self.store.desk(&actor, now))
    }

    /// A member's record, whoever asks.
    pub fn member(&self, n: u32) -> Member {
        self.store.member_by_number(id_number(n).reveal()).unwrap().unwrap()
    }

    /// A request for a member to go to an organisation.
    pub fn request(&self, member: u32, goal: &str, initiator: Initiator) -> Request {
        Request {
            form: form(member),
            transferee: Transferee::Member(Box::new(self.member(member))),
            goal: Goal::Organisation(Box::new(self.org(goal))),
            initiator,
            draft: None,
        }
    }

    /// Hands a request in.
    pub fn submit(&self, who: u32, request: &Request) -> Stored<(TransferId, Stage)> {
        self.as_(who, |d| d.submit(request)).map(|(id, _, stage)| (id, stage))
    }

    /// Hands a plain request in.
    pub fn send(&self, who: u32, member: u32, goal: &str, initiator: Initiator) -> TransferId {
        self.submit(who, &self.request(member, goal, initiator)).unwrap().0
    }

    /// Decides with everything an act could need but a branch.
    pub fn decide(&self, who: u32, id: TransferId, act: Act) -> Stored<Stage> {
        self.as_(who, |d| d.decide(id, full(act, None)))
    }

    /// Decides with a branch.
    pub fn place(&self, who: u32, id: TransferId, act: Act, branch: &str) -> Stored<Stage> {
        let branch = Some(self.org(branch).id);
        self.as_(who, |d| d.decide(id, full(act, branch)))
    }

    /// One value of the database.
    pub fn one<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.store.connection.query_row(sql, [], |r| r.get(0)).unwrap()
    }

    /// Changes the database behind the program's back.
    pub fn behind(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.store.connection.execute_batch(sql)
    }

    /// Checks the history, signatures where they were made.
    pub fn prove(&self) -> Stored<Proven> {
        self.store.prove_history(Expectations::default())
    }

    /// How many entries the history has, all of which fit.
    pub fn n_proven(&self) -> i64 {
        self.prove().unwrap().n_events
    }

    /// The stage of a transfer as it is stored.
    pub fn stage(&self, id: TransferId) -> String {
        self.one(&format!("SELECT stage FROM transfers WHERE id = {id}"))
    }
}

/// A ruling with everything an act could need.
pub fn full(act: Act, branch: Option<OrgId>) -> Ruling<'static> {
    Ruling { act, seen: None, reason: "材料已核对", branch, date: "2020-06-02" }
}

/// An organisation's entry.
pub fn org_entry(code: &str, superior: &str, kind: OrgKind, name: &str) -> OrgEntry {
    OrgEntry {
        code: code.to_owned(),
        superior: superior.to_owned(),
        kind: Some(kind),
        full_name: name.to_owned(),
        ..OrgEntry::default()
    }
}

/// A member's entry.
pub fn entry(n: u32, name: &str) -> MemberEntry {
    MemberEntry {
        name: name.to_owned(),
        document: DocumentKind::ResidentCard,
        id_number: id_number(n),
        phone: "13800000000".to_owned(),
        profile: Profile::default(),
    }
}

/// The answers of a plain request.
pub fn form(member: u32) -> TransferForm {
    TransferForm {
        member: id_number(member).reveal().to_owned(),
        reason: Some(Reason::Other),
        contact_phone: "13700000000".to_owned(),
        remark: "转专业".to_owned(),
        ..TransferForm::default()
    }
}

/// Somebody whose record is elsewhere.
pub fn arrival(n: u32, name: &str) -> Transferee {
    Transferee::Arrival {
        name: name.to_owned(),
        id_number: id_number(n),
        origin: "远山大学一班团支部".to_owned(),
    }
}

/// The kind of a fault.
pub fn kind<T: std::fmt::Debug>(result: Result<T, Fault>) -> FaultKind {
    result.unwrap_err().kind
}
