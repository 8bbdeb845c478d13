//! 登录, also the screen that is left after locking.

use super::record::{Change, Record};
use super::setup::Setup;
use super::text::TextPage;
use super::{open, text};
use crate::domain::id_number::IdNumber;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{Effect, Reply};
use crate::model::form::{Field, Form, FormEvent};
use crate::model::layer::{Ctx, Given, Out};

/// How to get in again without a password (domain.md A5).
const FORGOTTEN: &str = "\
# 忘记密码
不能自己重置，也没有短信验证码：请找管理员发一次性验证码。

1 向本组织的管理员要；本组织没有管理员，或你就是管理员，就向上级组织的管理员要。
2 管理员登录后，在「账号」里选中你，按 8 办理，选「重置密码」，把验证码当面或电话告诉你。
3 用身份证号码和这个验证码登录，再设一个新密码。验证码 2 天内有效，只能用一次。

唯一的管理员忘了密码，只能用首次设置时抄在纸上的恢复密钥打开数据。
初始密码是身份证号码后 8 位，X 用大写；第一次登录必须改掉。";

/// 登录
pub struct SignIn {
    /// 身份证号码 and 密码.
    pub form: Form,
    /// Whether an office is set up on this machine.
    pub has_office: bool,
    /// Whether the screen was locked, so that the office is open behind it.
    pub locked: bool,
    /// Whether an answer is awaited; deriving keys takes a moment.
    pub waiting: bool,
}

impl Default for SignIn {
    fn default() -> Self {
        Self::locked()
    }
}

impl SignIn {
    /// The screen as the program starts with it.
    pub fn new(has_office: bool, locked: bool) -> Self {
        let form = Form::new(vec![
            Field::line("id_number", "身份证号码", 24).required().complete_at(18).checked(id_fault),
            Field::secret("password", "密码").required(),
        ]);
        Self { form, has_office, locked, waiting: false }
    }

    /// The sign-in screen after locking.
    pub fn locked() -> Self {
        Self::new(true, true)
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::SignIn
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::Text
    }

    /// Whether there is an office to sign in to, so that none is set up here.
    pub fn has_office(&self) -> bool {
        self.has_office
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        if self.locked { "已锁屏" } else { "登录" }.to_owned()
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Out {
        if self.waiting {
            return Out::nothing();
        }
        match input {
            Input::Do(Action::Options) => Out::nothing().push(text::guide().into()),
            Input::Do(Action::Find) => Out::nothing().push(forgotten().into()),
            Input::Do(Action::Menu) => self.set_up(),
            Input::Do(Action::Enter) if self.is_typed() => {
                let events = self.form.act(Input::Do(Action::Decide));
                self.all(events)
            }
            other => {
                let events = self.form.act(other);
                self.all(events)
            }
        }
    }

    fn all(&mut self, events: Vec<FormEvent>) -> Out {
        events.into_iter().fold(Out::nothing(), |out, event| out.and(self.happened(event)))
    }

    /// Whether Enter stands in a filled password below a filled number. Signing in changes nothing,
    /// so here Enter may go on at once, as everybody expects of a password field.
    fn is_typed(&self) -> bool {
        let in_password = self.form.focused().is_some_and(|field| field.id == "password");
        let filled = |id: &str| !self.form.text(id).is_empty();
        in_password && filled("id_number") && filled("password")
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, _ctx: &mut Ctx<'_>) -> Out {
        match reply {
            Reply::SignedIn(arrival)
            | Reply::PasswordChanged(arrival)
            | Reply::OfficeReady(arrival) => Out::nothing().reset(open::desk(arrival.actor.role)),
            Reply::MustChangePassword { opens_database, .. } if self.waiting => {
                let current = self.form.secret("password");
                self.rest();
                let change = Change::Forced { opens_database: *opens_database, current };
                Out::nothing()
                    .push(Record::change_password(&change).into())
                    .say("密码对了。第一次登录要先换成自己的密码。")
            }
            Reply::Failed(..) if self.waiting => {
                self.rest();
                Out::nothing()
            }
            _ => Out::nothing(),
        }
    }

    /// Takes what the layer above gave.
    pub fn given(&mut self, _given: Given, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    fn happened(&mut self, event: FormEvent) -> Out {
        match event {
            FormEvent::Submit => self.sign_in(),
            FormEvent::Cancel => Out::nothing().say("退出请按 Ctrl+Q。"),
            FormEvent::Said(text) => Out::nothing().say(text),
            FormEvent::Warned(text) => Out::nothing().warn(text),
            FormEvent::Changed(_)
            | FormEvent::Left(_)
            | FormEvent::Save
            | FormEvent::SameAsLast(_)
            | FormEvent::Expand(_)
            | FormEvent::Lookup(..) => Out::nothing(),
            FormEvent::Unknown => Out::nothing().say("这个键在这里没有用。按 F1 看帮助。"),
        }
    }

    fn sign_in(&mut self) -> Out {
        if !self.has_office {
            return Out::nothing().warn("本机还没有设置组织，不能登录。请按 F10 首次设置。");
        }
        // The form's own sentence names F3, which means something else here.
        if self.form.to_first_fault().is_some() {
            let fault = self.form.focused().and_then(|field| field.fault.clone());
            return Out::nothing().warn(fault.unwrap_or_default());
        }
        self.waiting = true;
        let id_number = self.form.text("id_number").trim().to_owned();
        let password = self.form.secret("password");
        Out::nothing().effect(Effect::SignIn { id_number, password }).say("正在核对..")
    }

    fn set_up(&self) -> Out {
        if self.has_office {
            return Out::nothing().say("本机已经设置过组织，不用再设置。请登录。");
        }
        Out::nothing().push(Setup::default().into())
    }

    /// Wipes the password and stands ready for another try.
    fn rest(&mut self) {
        self.waiting = false;
        if let Some(field) = self.form.get_mut("password") {
            field.set_answer("");
        }
        self.form.focus_on("password");
    }
}

fn forgotten() -> TextPage {
    TextPage::new("忘记密码", FORGOTTEN.lines().map(str::to_owned).collect())
}

fn id_fault(text: &str) -> Option<String> {
    let other = IdNumber::parse_other(text).is_ok();
    IdNumber::parse(text).err().filter(|_| !other).map(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::fault::{Fault, FaultKind};
    use crate::domain::testing::{actor, id_number};
    use crate::model::effect::Arrival;
    use crate::model::layer::Layer;
    use crate::model::sample::own_path;
    use crate::model::state::State;
    use crate::view::testing::{desk, dump, press, reply};

    fn screen(has_office: bool) -> State {
        let (mut state, _) = desk(SignIn::new(has_office, false), Role::Administrator);
        state.session = None;
        state
    }

    fn signed(state: &mut State) -> Vec<Effect> {
        press(state, &format!("{}<enter>Geheim 12<enter>", id_number(3).reveal()))
    }

    fn arrival(role: Role) -> Arrival {
        Arrival { actor: actor(role, &own_path()), demo: false, notice: String::new() }
    }

    #[test]
    fn signing_in_waits_and_leads_to_the_desk_of_the_role() {
        for (role, is_home) in [(Role::Administrator, true), (Role::Member, false)] {
            let mut state = screen(true);
            let effects = signed(&mut state);
            assert!(
                matches!(&effects[..], [Effect::SignIn { password, .. }] if password.as_str() == "Geheim 12")
            );
            assert_eq!(state.message.text, "正在核对..");
            assert!(press(&mut state, "x<f8>").is_empty());
            drop(reply(&mut state, Reply::SignedIn(arrival(role))));
            assert_eq!(matches!(state.top(), Layer::Home(_)), is_home);
            assert_eq!(matches!(state.top(), Layer::Centre(_)), !is_home);
        }
    }

    #[test]
    fn a_refusal_wipes_the_password_only() {
        let mut state = screen(true);
        drop(signed(&mut state));
        let fault = Fault::new(FaultKind::NotAllowed, "账号或密码错误，请等 5 秒再试。");
        drop(reply(&mut state, Reply::Failed(None, fault)));
        assert!(state.message.warning);
        let Layer::SignIn(sign_in) = state.top() else { panic!("still here") };
        assert_eq!(sign_in.form.text("password"), "");
        assert_eq!(sign_in.form.text("id_number"), id_number(3).reveal());
        assert!(!sign_in.waiting);
    }

    #[test]
    fn the_initial_password_must_be_changed_at_once() {
        let mut state = screen(true);
        drop(signed(&mut state));
        let name = "周敏".to_owned();
        drop(reply(&mut state, Reply::MustChangePassword { name, opens_database: false }));
        let effects = press(&mut state, "Ander wort 1<enter>Ander wort 1<f8>");
        let [Effect::ChangePassword { current, new }] = &effects[..] else {
            panic!("{}", state.message.text)
        };
        assert_eq!((current.as_str(), new.as_str()), ("Geheim 12", "Ander wort 1"));
        drop(reply(&mut state, Reply::PasswordChanged(arrival(Role::Administrator))));
        assert!(matches!(state.top(), Layer::Home(_)));
        assert_eq!(state.layers.len(), 1);
    }

    #[test]
    fn setting_up_is_offered_only_without_an_office() {
        let mut state = screen(true);
        drop(press(&mut state, "<f10>"));
        assert!(matches!(state.top(), Layer::SignIn(_)));
        let mut state = screen(false);
        assert!(signed(&mut state).is_empty());
        drop(press(&mut state, "<f10>"));
        assert!(matches!(state.top(), Layer::Setup(_)));
    }

    #[test]
    fn the_screen_names_its_fields_and_hides_the_password() {
        let mut state = screen(true);
        drop(press(&mut state, "32<enter>geheim"));
        let screen = dump(&state, 80, 24).join("\n");
        for wanted in ["团 转", "身份证号码", "密码", "******", "操作指南", "忘记密码", "2/18 位"]
        {
            assert!(screen.contains(wanted), "{wanted}\n{screen}");
        }
        assert!(!screen.contains("geheim"));
        drop(press(&mut state, "<f3>"));
        assert!(dump(&state, 80, 24).join("\n").contains("2 天内有效"));
    }
}
