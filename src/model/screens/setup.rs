//! 首次设置: organisation, administrator, recovery key. Nothing is in place before the last step.

use super::open;
use super::record::checks::{id_fault, name_fault, password_fault, phone_fault};
use super::sign_in::SignIn;
use crate::domain::organisation::OrgKind;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{Effect, OfficeEntry, Reply};
use crate::model::form::{Field, FieldKind, Form, FormEvent};
use crate::model::layer::{Ctx, Given, Out};

/// Characters of a password that opens the database (security.md 3).
pub const LEAST_PASSWORD: usize = 12;
/// Characters of a recovery key: eight groups of content and one of check.
const KEY_LENGTH: usize = 36;

/// The three steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// 1 组织
    Office,
    /// 2 管理员
    Administrator,
    /// 3 恢复密钥
    Recovery,
}

/// 首次设置
pub struct Setup {
    /// Which step is on the screen.
    pub step: Step,
    /// Whether an answer is awaited.
    pub waiting: bool,
    office: Form,
    administrator: Form,
    recovery: Form,
    recovery_key: String,
    asked: &'static str,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            step: Step::Office,
            waiting: false,
            office: office_form(),
            administrator: administrator_form(),
            recovery: recovery_form(),
            recovery_key: String::new(),
            asked: "",
        }
    }
}

impl Setup {
    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Setup
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::Text
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        "首次设置".to_owned()
    }

    /// The form of the step.
    pub fn form(&self) -> &Form {
        match self.step {
            Step::Office => &self.office,
            Step::Administrator => &self.administrator,
            Step::Recovery => &self.recovery,
        }
    }

    fn form_mut(&mut self) -> &mut Form {
        match self.step {
            Step::Office => &mut self.office,
            Step::Administrator => &mut self.administrator,
            Step::Recovery => &mut self.recovery,
        }
    }

    /// Heading of the step.
    pub fn title(&self) -> &'static str {
        match self.step {
            Step::Office => "首次设置  第 1 步，共 3 步：组织",
            Step::Administrator => "首次设置  第 2 步，共 3 步：管理员",
            Step::Recovery => "首次设置  第 3 步，共 3 步：恢复密钥",
        }
    }

    /// What the person reads above the fields.
    pub fn intro(&self) -> Vec<String> {
        let lines: &[&str] = match self.step {
            Step::Office => &[
                "先登记本组织。以后的下级组织、团员和账号都加在它下面。",
                "做完第 3 步之前，什么都不会建立；按 Esc 退一步。",
                "",
            ],
            Step::Administrator => &[
                "本组织的管理员，也就是你。用身份证号码和密码登录。",
                "密码不少于 12 个字（或空格隔开的 4 个词），不要含姓名、生日和号码；",
                "大写字母、小写字母、数字、符号、汉字里至少要有 3 类。",
                "做完第 3 步之前，什么都不会建立；按 Esc 退一步。",
                "",
            ],
            Step::Recovery => &[
                "忘了密码或换电脑时，只有恢复密钥能打开数据。它只显示这一次：",
                "请抄在纸上，和公章放在一起，不要拍照，不要存进电脑。",
                "",
            ],
        };
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        if self.step == Step::Recovery {
            lines.extend(groups(&self.recovery_key));
            lines.push(String::new());
            lines.push("照纸上的把它完整输入一遍。输对之前，什么都没有建立。".to_owned());
        }
        lines
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Out {
        if self.waiting {
            return Out::nothing();
        }
        let events = self.form_mut().act(input);
        events.into_iter().fold(Out::nothing(), |out, event| out.and(self.happened(event)))
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, _ctx: &mut Ctx<'_>) -> Out {
        match reply {
            Reply::OfficePrepared { recovery_key } if self.waiting => {
                self.waiting = false;
                recovery_key.clone_into(&mut self.recovery_key);
                self.recovery = recovery_form();
                self.step = Step::Recovery;
                Out::nothing().say("请先抄下恢复密钥，再输入一遍。")
            }
            Reply::OfficeReady(arrival) => Out::nothing().reset(open::desk(arrival.actor.role)),
            Reply::Failed(..) => {
                self.waiting = false;
                Out::nothing()
            }
            _ => Out::nothing(),
        }
    }

    /// Takes what the layer above gave.
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        if let Given::Option(option) = given {
            let asked = self.asked;
            self.form_mut().choose(asked, &option);
        }
        Out::nothing()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    fn happened(&mut self, event: FormEvent) -> Out {
        match event {
            FormEvent::Submit => self.go_on(),
            FormEvent::Cancel => self.go_back(),
            FormEvent::Left("repeat") => {
                let fault = self.repeat_fault();
                self.administrator.set_fault("repeat", fault);
                Out::nothing()
            }
            FormEvent::Expand(id) => self.expand(id),
            FormEvent::Said(text) => Out::nothing().say(text),
            FormEvent::Warned(text) => Out::nothing().warn(text),
            FormEvent::Changed(_)
            | FormEvent::Left(_)
            | FormEvent::Save
            | FormEvent::SameAsLast(_)
            | FormEvent::Lookup(..) => Out::nothing(),
            FormEvent::Unknown => Out::nothing().say("这个键在这里没有用。按 F1 看帮助。"),
        }
    }

    fn expand(&mut self, id: &'static str) -> Out {
        let Some(field) = self.form().get(id) else { return Out::nothing() };
        let FieldKind::Choice { options, .. } = &field.kind else { return Out::nothing() };
        let popup = open::choice(&field.label, Vec::new(), options.clone());
        self.asked = id;
        Out::nothing().push(popup)
    }

    fn repeat_fault(&self) -> Option<String> {
        let same = self.administrator.text("password") == self.administrator.text("repeat");
        (!same).then(|| "两次输入的密码不一样。请把第二次重新输入。".to_owned())
    }

    fn go_on(&mut self) -> Out {
        if self.step == Step::Administrator
            && let Some(fault) = self.repeat_fault()
        {
            self.administrator.set_fault("repeat", Some(fault));
        }
        if let Some(sentence) = self.form_mut().to_first_fault() {
            return Out::nothing().warn(sentence);
        }
        match self.step {
            Step::Office => {
                self.step = Step::Administrator;
                Out::nothing()
            }
            Step::Administrator => self.prepare(),
            Step::Recovery => {
                self.waiting = true;
                let typed = self.recovery.text("typed");
                Out::nothing().effect(Effect::ConfirmOffice(typed)).say("正在建立..")
            }
        }
    }

    fn prepare(&mut self) -> Out {
        let Some(kind) = OrgKind::from_id(&self.office.text("kind")) else { return Out::nothing() };
        self.waiting = true;
        let of = |id| self.administrator.text(id).trim().to_owned();
        let entry = OfficeEntry {
            org: self.office.text("org").trim().to_owned(),
            kind,
            name: of("name"),
            id_number: of("id_number"),
            phone: of("phone"),
            password: self.administrator.secret("password"),
        };
        Out::nothing().effect(Effect::PrepareOffice(entry)).say("正在生成恢复密钥..")
    }

    fn go_back(&mut self) -> Out {
        match self.step {
            Step::Office => Out::nothing().reset(SignIn::new(false, false).into()),
            Step::Administrator => {
                self.step = Step::Office;
                Out::nothing()
            }
            Step::Recovery => {
                self.step = Step::Administrator;
                self.recovery_key.clear();
                Out::nothing()
                    .effect(Effect::AbandonOffice)
                    .say("刚才的恢复密钥作废，抄下的请划掉。什么都没有建立。")
            }
        }
    }
}

fn office_form() -> Form {
    let kinds = OrgKind::ALL.iter().map(|kind| (kind.id(), kind.label()));
    Form::new(vec![
        Field::line("org", "组织全称", 100).required(),
        Field::choice("kind", "组织类型", kinds).required(),
    ])
}

fn administrator_form() -> Form {
    Form::new(vec![
        Field::line("name", "姓名", 50).required().checked(name_fault),
        Field::line("id_number", "身份证号码", 24).required().complete_at(18).checked(id_fault),
        Field::line("phone", "手机号", 24).complete_at(11).checked(phone_fault),
        Field::secret("password", "密码")
            .required()
            .complete_at(LEAST_PASSWORD)
            .checked(|text| password_fault(text, LEAST_PASSWORD)),
        Field::secret("repeat", "再输一遍密码").required(),
    ])
}

fn recovery_form() -> Form {
    Form::new(vec![
        Field::line("typed", "恢复密钥", 60).required().complete_at(KEY_LENGTH).checked(key_fault),
    ])
}

/// Counts only: whether it is the right key is for the vault to say.
fn key_fault(text: &str) -> Option<String> {
    let n = text.chars().filter(|c| c.is_alphanumeric()).count();
    (n != KEY_LENGTH).then(|| {
        format!("恢复密钥应为 {KEY_LENGTH} 个字母和数字，现在 {n} 个。请照纸上的补全；横线和空格可以不输。")
    })
}

/// The key on lines of at most five groups, wide apart for copying.
fn groups(key: &str) -> Vec<String> {
    let groups: Vec<&str> = key.split('-').collect();
    groups.chunks(5).map(|line| format!("    {}", line.join("  "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::testing::id_number;
    use crate::model::layer::Layer;
    use crate::model::state::State;
    use crate::view::testing::{desk, dump, press, reply};

    const KEY: &str = "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ-0123";
    const PASSWORD: &str = "kran blau sieb ofen";

    fn at_key() -> (State, Vec<Effect>) {
        let (mut state, _) = desk(Setup::default(), Role::Administrator);
        state.session = None;
        assert!(press(&mut state, "某某学院团委<enter>2<enter><enter>").is_empty());
        let number = id_number(3);
        let keys = format!(
            "周敏<enter>{}<enter><enter>{PASSWORD}<enter>{PASSWORD}<enter><enter>",
            number.reveal()
        );
        let effects = press(&mut state, &keys);
        drop(reply(&mut state, Reply::OfficePrepared { recovery_key: KEY.to_owned() }));
        (state, effects)
    }

    fn step(state: &State) -> Step {
        match state.top() {
            Layer::Setup(setup) => setup.step,
            _ => panic!("the setup is on top"),
        }
    }

    #[test]
    fn three_steps_lead_to_the_confirmed_office() {
        let (mut state, effects) = at_key();
        let [Effect::PrepareOffice(entry)] = &effects[..] else { panic!("prepares") };
        assert_eq!((entry.org.as_str(), entry.kind), ("某某学院团委", OrgKind::Committee));
        assert_eq!(entry.password.as_str(), PASSWORD);
        let screen = dump(&state, 80, 24).join("\n");
        assert!(screen.contains("0123  4567  89AB  CDEF  GHJK"), "{screen}");
        assert!(screen.contains("什么都没有建立"), "{screen}");
        assert!(press(&mut state, "0123 4567<f8>").is_empty());
        assert!(dump(&state, 80, 24).join("").contains("现在 8 个"));
        let effects = press(&mut state, &format!("<f2>{}<f8>", KEY.to_lowercase()));
        assert!(
            matches!(&effects[..], [Effect::ConfirmOffice(typed)] if *typed == KEY.to_lowercase())
        );
    }

    #[test]
    fn esc_goes_one_step_back_and_throws_the_key_away() {
        let (mut state, _) = at_key();
        let effects = press(&mut state, "<esc>");
        assert!(matches!(effects[..], [Effect::AbandonOffice]));
        assert_eq!(step(&state), Step::Administrator);
        assert!(!dump(&state, 80, 24).join("").contains("89AB"));
        assert!(press(&mut state, "<esc>").is_empty());
        assert_eq!(step(&state), Step::Office);
        assert!(press(&mut state, "<esc>").is_empty());
        assert!(matches!(state.top(), Layer::SignIn(_)));
    }

    #[test]
    fn two_different_passwords_stay_in_their_step() {
        let (mut state, _) = desk(Setup::default(), Role::Administrator);
        drop(press(&mut state, "某某学院团委<enter>2<enter><enter>"));
        let number = id_number(3);
        let keys =
            format!("周敏<enter>{}<enter><enter>short<enter>other<enter><f8>", number.reveal());
        assert!(press(&mut state, &keys).is_empty());
        let screen = dump(&state, 80, 24).join("\n");
        assert!(
            screen.contains("两次输入的密码不一样") && screen.contains("现在 5 个字"),
            "{screen}"
        );
    }
}
