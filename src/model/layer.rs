//! The stack of screens and popups, and what a screen gives back.

use super::effect::{Effect, Reply, Ticket};
use super::screens::{
    accounts::Accounts, apply::Apply, audit::Audit, card::CardPage, centre::Centre, choice::Choice,
    corrections::Corrections, exports::Exports, home::Home, import::Import, letters::Letters,
    members::Members, organisations::Organisations, page::Page, pick::Pick, reconcile::Reconcile,
    record::Record, reminders::Reminders, setup::Setup, sign_in::SignIn, text::TextPage,
};
use super::state::{Message, Session};
use crate::domain::ids::{Moment, Now};
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::rules::Rules;

/// What a screen may look at while it acts.
pub struct Ctx<'a> {
    /// The time of the message.
    pub now: Now,
    /// Who is signed in.
    pub session: Option<&'a Session>,
    /// The rule file in force.
    pub rules: &'a Rules,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The last ticket given out.
    pub tickets: &'a mut u64,
}

impl Ctx<'_> {
    /// A ticket newer than all before.
    pub fn ticket(&mut self) -> Ticket {
        *self.tickets += 1;
        Ticket(*self.tickets)
    }
}

/// What becomes of the stack.
pub enum Nav {
    /// Open on top.
    Push(Box<Layer>),
    /// Close the top; the one below is told.
    Pop,
    /// Close the top and hand this to the layer below.
    Give(Given),
    /// Open in place of everything.
    Reset(Box<Layer>),
    /// Say something in the message line.
    Say(Message),
}

/// What a picker or popup hands to the layer that opened it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A member: row and name.
    Member(crate::domain::ids::MemberId, String),
    /// An organisation: row, if it has one in the database, code and full name.
    Org(Option<crate::domain::ids::OrgId>, String, String),
    /// A full name typed by hand, because the organisation is not in this database.
    Typed(String),
    /// The chosen option of a field: its identifier.
    Option(String),
}

/// What a screen answers to an input or a reply.
#[derive(Default)]
pub struct Out {
    /// For the world, in order.
    pub effects: Vec<Effect>,
    /// For the stack, in order.
    pub nav: Vec<Nav>,
}

impl Out {
    /// Nothing.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Adds an effect.
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }

    /// Opens a layer.
    pub fn push(mut self, layer: Layer) -> Self {
        self.nav.push(Nav::Push(Box::new(layer)));
        self
    }

    /// Closes the top layer.
    pub fn pop(mut self) -> Self {
        self.nav.push(Nav::Pop);
        self
    }

    /// Closes the top layer and hands something to the one below.
    pub fn give(mut self, given: Given) -> Self {
        self.nav.push(Nav::Give(given));
        self
    }

    /// Replaces the whole stack.
    pub fn reset(mut self, layer: Layer) -> Self {
        self.nav.push(Nav::Reset(Box::new(layer)));
        self
    }

    /// Says something in the message line.
    pub fn say(mut self, text: impl Into<String>) -> Self {
        self.nav.push(Nav::Say(Message::note(text)));
        self
    }

    /// Says what is wrong in the message line.
    pub fn warn(mut self, text: impl Into<String>) -> Self {
        self.nav.push(Nav::Say(Message::warning(text)));
        self
    }

    /// Both, in order.
    pub fn and(mut self, other: Self) -> Self {
        self.effects.extend(other.effects);
        self.nav.extend(other.nav);
        self
    }
}

macro_rules! layers {
    ($($(#[$doc:meta])* $variant:ident($screen:ty)),+ $(,)?) => {
        /// A screen or popup on the stack.
        pub enum Layer { $($(#[$doc])* $variant(Box<$screen>)),+ }

        $(impl From<$screen> for Layer {
            fn from(screen: $screen) -> Self { Self::$variant(Box::new(screen)) }
        })+

        impl Layer {
            /// Which keys hold.
            pub fn screen(&self) -> Screen { match self { $(Self::$variant(s) => s.screen()),+ } }
            /// What has the focus.
            pub fn focus(&self) -> Focus { match self { $(Self::$variant(s) => s.focus()),+ } }
            /// Its part of the breadcrumb.
            pub fn crumb(&self) -> String { match self { $(Self::$variant(s) => s.crumb()),+ } }
            /// Takes an input.
            pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
                match self { $(Self::$variant(s) => s.act(input, ctx)),+ }
            }
            /// Takes an answer of the world; every layer sees every answer.
            pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
                match self { $(Self::$variant(s) => s.reply(reply, ctx)),+ }
            }
            /// Takes what the layer above gave.
            pub fn given(&mut self, given: Given, ctx: &mut Ctx<'_>) -> Out {
                match self { $(Self::$variant(s) => s.given(given, ctx)),+ }
            }
            /// Asks for its data, when it comes to the top.
            pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
                match self { $(Self::$variant(s) => s.enter(ctx)),+ }
            }
        }
    };
}

layers! {
    /// First-run set-up.
    Setup(Setup),
    /// Sign-in, also after locking.
    SignIn(SignIn),
    /// The list of transfers.
    Home(Home),
    /// One transfer.
    Card(CardPage),
    /// 发起转接
    Apply(Apply),
    /// Any other form: a record, a password, a reason, a file name.
    Record(Record),
    /// A picker.
    Pick(Pick),
    /// Numbered choices; 办理 and 菜单 among them.
    Choice(Choice),
    /// 团员
    Members(Members),
    /// 组织
    Organisations(Organisations),
    /// 账号
    Accounts(Accounts),
    /// 操作记录
    Audit(Audit),
    /// 介绍信
    Letters(Letters),
    /// 更正申请
    Corrections(Corrections),
    /// 导出登记
    Exports(Exports),
    /// 到期提醒
    Reminders(Reminders),
    /// One member or organisation.
    Page(Page),
    /// The import preview.
    Import(Import),
    /// 对账
    Reconcile(Reconcile),
    /// A page of text.
    Text(TextPage),
    /// 个人中心
    Centre(Centre),
}

impl Layer {
    /// Whether it is drawn over the layer below.
    pub fn is_popup(&self) -> bool {
        match self {
            Self::Choice(_) => true,
            Self::Record(record) => record.is_popup(),
            _ => false,
        }
    }

    /// Why an action is not possible here now, for the footer's brackets and the message line.
    pub fn refusal(&self, action: Action) -> Option<String> {
        match self {
            Self::Home(home) => home.refusal(action),
            Self::Card(card) => card.refusal(action),
            Self::Members(members) => members.refusal(action),
            Self::Organisations(organisations) => organisations.refusal(action),
            Self::Accounts(accounts) => accounts.refusal(action),
            Self::Audit(audit) => audit.refusal(action),
            Self::Letters(letters) => letters.refusal(action),
            Self::Corrections(corrections) => corrections.refusal(action),
            Self::Exports(exports) => exports.refusal(action),
            Self::Page(page) => page.refusal(action),
            Self::Import(import) => import.refusal(action),
            Self::Centre(centre) => centre.refusal(action),
            Self::Reconcile(reconcile) => reconcile.refusal(action),
            _ => None,
        }
    }

    /// Whether an action never does anything on this screen, so that the footer leaves it out.
    pub fn lacks(&self, action: Action) -> bool {
        match self {
            Self::SignIn(sign_in) => action == Action::Menu && sign_in.has_office(),
            Self::Record(record) => record.form.lacks(action),
            Self::Reconcile(_) => matches!(action, Action::Find | Action::Sort),
            Self::Letters(_) => matches!(action, Action::New | Action::Sort | Action::Export),
            // The keys of a search are longer, and this one has to make room.
            Self::Home(home) => action == Action::Print && home.searching,
            Self::Audit(_) => matches!(action, Action::New | Action::Decide | Action::Sort),
            Self::Corrections(_) => action == Action::Export,
            Self::Exports(_) => matches!(action, Action::New | Action::Sort | Action::Export),
            Self::Reminders(_) => {
                matches!(action, Action::New | Action::Sort | Action::Export | Action::Find)
            }
            Self::Members(_) | Self::Organisations(_) | Self::Accounts(_) => {
                action == Action::Export
            }
            Self::Pick(pick) => pick.lacks(action),
            Self::Page(page) => action == Action::Reveal && page.refusal(action).is_some(),
            _ => false,
        }
    }

    /// When it wants to be told that time has passed: a draft to keep, numbers to hide.
    pub fn deadline(&self) -> Option<Moment> {
        match self {
            Self::Apply(apply) => apply.deadline(),
            Self::Card(card) => card.deadline(),
            Self::Page(page) => page.deadline(),
            _ => None,
        }
    }

    /// Is told that a deadline has come.
    pub fn due(&mut self, ctx: &mut Ctx<'_>) -> Out {
        match self {
            Self::Apply(apply) => apply.due(ctx),
            Self::Card(card) => card.due(ctx),
            Self::Page(page) => page.due(ctx),
            _ => Out::nothing(),
        }
    }
}
