//! 更正申请: requests to correct a name or an ID number, and deciding them.

use super::members::{CHROME, Shown};
use super::page::{Page, Task};
use super::record::Record;
use super::ways::{self, Offer};
use crate::domain::account::{Actor, Role};
use crate::domain::correction::{Correction, CorrectionState, CorrectionsShown};
use crate::domain::ids::Now;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected};
use crate::model::effect::{Effect, Reply};
use crate::model::layer::{Ctx, Given, Out};

/// What to do where the list is empty, and how that is said in one line.
pub const EMPTY: &[&str] = &[
    "没有等着核准的更正申请。办过的按 Ctrl+T 看。",
    "更正自己的按 2；替别人申请：在「团员」里选中，按 8 选「申请更正」。",
];
const NOTHING: &str = "没有等着核准的更正申请。";

const ACCEPT: &str = "accept";
const REFUSE: &str = "refuse";
const NO_RECORD: &str =
    "本库里没有你的团员档案。替别人申请：在「团员」里选中，按 8 选「申请更正」。";

/// 更正申请
#[derive(Default)]
pub struct Corrections {
    /// The requests that match the search.
    pub list: Browse<Correction, ()>,
    /// Whether those that are decided are listed too.
    pub shown: Shown,
    all: Vec<Correction>,
    actor: Option<Actor>,
}

impl Corrections {
    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::List
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        self.list.focus()
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        "更正申请".to_owned()
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match self.list.act(&input) {
            Effected::Question => {
                self.filter();
                Out::nothing()
            }
            Effected::Selection | Effected::Done => Out::nothing(),
            Effected::Nothing => self.other_key(input, ctx),
        }
    }

    fn other_key(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        let Some(action) = input.action() else { return Out::nothing() };
        match action {
            Action::Back => Out::nothing().pop(),
            Action::New => self.ask_for_oneself(),
            Action::Refresh => self.enter(ctx),
            Action::Sort => self.toggle(ctx),
            Action::Enter | Action::Decide => self.popup(ctx.now),
            other => self.refusal(other).map_or_else(Out::nothing, |why| Out::nothing().say(why)),
        }
    }

    /// Why an action is not possible here.
    pub fn refusal(&self, action: Action) -> Option<String> {
        let without_record = self.actor.as_ref().is_some_and(|actor| actor.member.is_none())
            && action == Action::New;
        match action {
            Action::Export => Some("更正申请不能导出；办过的都在操作记录里。".to_owned()),
            _ => without_record.then(|| NO_RECORD.to_owned()),
        }
    }

    fn ask_for_oneself(&self) -> Out {
        match self.actor.as_ref().and_then(|actor| actor.member) {
            Some(member) => Out::nothing().push(Page::member(member).then(Task::Correct).into()),
            None => Out::nothing().warn(NO_RECORD),
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Corrections(ticket, rows) if self.list.awaits(*ticket) => {
                self.all.clone_from(rows);
                self.filter();
                Out::nothing()
            }
            Reply::Failed(ticket, _) => {
                self.list.failed(*ticket);
                Out::nothing()
            }
            Reply::Stored(_) | Reply::AccountIssued { .. } => self.enter(ctx),
            _ => Out::nothing(),
        }
    }

    /// Takes what the popup gave.
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        let (Given::Option(id), Some(row)) = (given, self.list.table.current()) else {
            return Out::nothing();
        };
        match id.as_str() {
            ACCEPT => Out::nothing().push(Record::accept_correction(row).into()),
            REFUSE => Out::nothing().push(Record::refuse_correction(row, self.is_own(row)).into()),
            _ => Out::nothing(),
        }
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        self.actor = ctx.session.map(|session| session.actor.clone());
        let ticket = self.list.ask(ctx);
        let shown = match self.shown {
            Shown::Current => CorrectionsShown::Open,
            Shown::All => CorrectionsShown::All,
        };
        Out::nothing().effect(Effect::LoadCorrections(ticket, shown))
    }

    fn toggle(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.shown = self.shown.other();
        self.list.table.rewind();
        let what = match self.shown {
            Shown::Current => "等着核准的",
            Shown::All => "全部",
        };
        self.enter(ctx).say(format!("现在列出{what}申请。再按一次换回来。"))
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }

    fn filter(&mut self) {
        let text = self.list.text();
        let hit = |row: &&Correction| {
            [&row.old_name, &row.new_name, &row.asked_by].iter().any(|name| name.contains(&text))
        };
        self.list.table.replace(self.all.iter().filter(hit).cloned().collect(), false);
    }

    fn is_own(&self, row: &Correction) -> bool {
        self.actor.as_ref().is_some_and(|actor| actor.account == row.asker)
    }

    fn popup(&self, now: Now) -> Out {
        let Some(row) = self.list.table.current() else { return Out::nothing().say(NOTHING) };
        let title = format!("更正申请第 {} 号", row.id);
        Out::nothing().push(ways::choice(&title, lines(row, now), self.offers(row)))
    }

    /// Whether the person is the only administrator is for the database to say.
    fn offers(&self, row: &Correction) -> Vec<Offer> {
        let decided = (row.state != CorrectionState::Open)
            .then(|| format!("这一条已经办过了：{}。", row.state.label()));
        let role = self.actor.as_ref().map(|actor| actor.role);
        let not_mine = (role != Some(Role::Administrator))
            .then(|| "核准要由管理员办理。请等他们办，或提醒一下。".to_owned());
        let refuse = if self.is_own(row) { "撤回申请" } else { "不同意（须写原因）" };
        let may_not_refuse = not_mine.clone().filter(|_| !self.is_own(row));
        vec![
            Offer::new(ACCEPT, "同意，更正记录").unless(decided.clone().or(not_mine)),
            Offer::new(REFUSE, refuse).unless(decided.or(may_not_refuse)),
        ]
    }
}

/// What is asked for, in full; numbers are masked.
fn lines(row: &Correction, now: Now) -> Vec<String> {
    let when = |at| now.local(at).format("%Y-%m-%d %H:%M").to_string();
    let mut lines = vec![
        format!("{}  {}", row.old_name, row.branch_name),
        row.words(),
        format!("原因：{}", row.reason),
    ];
    if !row.evidence.is_empty() {
        lines.push(format!("依据：{}", row.evidence));
    }
    lines.push(format!("{} 于 {} 申请", row.asked_by, when(row.asked_at)));
    if let Some(at) = row.decided_at {
        let alone = if row.alone { "（没有第二位管理员）" } else { "" };
        let said = if row.remark.is_empty() { String::new() } else { format!("：{}", row.remark) };
        let state = row.state.label();
        lines.push(format!("{} 于 {} {state}{alone}{said}", row.decided_by, when(at)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, CorrectionId, MemberId, Moment, OrgId};
    use crate::domain::organisation::OrgPath;
    use crate::domain::testing::id_number;
    use crate::model::effect::Ticket;
    use crate::model::layer::Layer;
    use crate::view::testing::{desk, dump, press, reply};

    fn row(id: i64, asker: i64) -> Correction {
        Correction {
            id: CorrectionId(id),
            member: MemberId(4),
            branch_name: "某某学院一班团支部".to_owned(),
            branch_path: OrgPath::root(OrgId(1)),
            old_name: "孔维佳".to_owned(),
            old_number: id_number(41),
            new_name: "孔维嘉".to_owned(),
            new_number: id_number(42),
            reason: "录入时写错".to_owned(),
            evidence: "身份证原件".to_owned(),
            asked_by: "李雷".to_owned(),
            asker: AccountId(asker),
            asked_at: Moment(1_591_059_600),
            state: CorrectionState::Open,
            decided_by: String::new(),
            decided_at: None,
            remark: String::new(),
            alone: false,
        }
    }

    fn shown(role: Role) -> crate::model::State {
        let (mut state, effects) = desk(Corrections::default(), role);
        assert!(matches!(effects[..], [Effect::LoadCorrections(_, CorrectionsShown::Open)]));
        reply(&mut state, Reply::Corrections(Ticket(1), vec![row(2, 99)]));
        state
    }

    #[test]
    fn requests_are_listed_masked_and_decided_by_administrators() {
        let mut state = shown(Role::Administrator);
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("孔维佳") && lines.contains("孔维嘉"), "{lines}");
        press(&mut state, "<enter>");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("依据：身份证原件") && lines.contains("1 同意"), "{lines}");
        assert!(!lines.contains(id_number(41).reveal()) && !lines.contains(id_number(42).reveal()));
        press(&mut state, "1");
        assert!(matches!(state.top(), Layer::Record(_)));
        let mut state = shown(Role::Operator);
        press(&mut state, "8");
        assert!(dump(&state, 80, 24).join("\n").contains("(1 同意"));
    }

    #[test]
    fn the_number_is_typed_again_and_an_empty_list_says_where_to_ask() {
        let mut state = shown(Role::Administrator);
        press(&mut state, "<enter>1<f8>");
        assert!(dump(&state, 80, 24).join("").contains("照证件"), "{:?}", dump(&state, 80, 24));
        let number = id_number(42).reveal().to_owned();
        let effects = press(&mut state, &format!("{number}<f8>"));
        let [Effect::AcceptCorrection { verdict, .. }] = &effects[..] else { panic!("accepted") };
        assert_eq!(verdict.id_number, number);
        let (mut state, _) = desk(Corrections::default(), Role::Administrator);
        reply(&mut state, Reply::Corrections(Ticket(1), vec![]));
        assert!(dump(&state, 80, 24).join("").contains("没有等着核准的"));
    }

    #[test]
    fn a_refusal_needs_a_reason() {
        let mut state = shown(Role::Administrator);
        assert!(press(&mut state, "<enter>2<f8>").is_empty());
        let effects = press(&mut state, "证件上不是这样。<f8>");
        assert!(matches!(&effects[..], [Effect::RefuseCorrection(CorrectionId(2), _)]));
    }
}
