//! Leaving the desk: locked by a key or when nobody is there, sealed some time later
//! (security.md 4.3).

use super::{Message, State};
use crate::domain::ids::{Moment, Now};
use crate::model::effect::Effect;
use crate::model::layer::Layer;
use crate::model::screens::sign_in::SignIn;

/// Seconds between locking and closing the database (security.md 4.3).
const SEAL_AFTER: i64 = 15 * 60;

impl State {
    /// A clock that was set back must not put the lock or the seal off.
    pub(super) fn follow_clock(&mut self) {
        self.last_key = self.last_key.min(self.now.moment);
        self.locked_at = self.locked_at.map(|at| at.min(self.now.moment));
    }

    /// Whether somebody is signed in and no key came for as long as the settings say.
    pub(super) fn is_idle(&self) -> bool {
        let limit = i64::from(self.settings.lock_after_minutes) * 60;
        self.session.is_some() && self.now.moment.0 - self.last_key.0 >= limit
    }

    /// When the lock or the seal is due.
    pub(super) fn leaving_at(&self) -> Option<Moment> {
        let minutes = i64::from(self.settings.lock_after_minutes);
        let lock = self.session.as_ref().map(|_| Moment(self.last_key.0 + minutes * 60));
        let seal = self.locked_at.map(|at| Moment(at.0 + SEAL_AFTER));
        lock.into_iter().chain(seal).min()
    }
}

/// Locks; what was typed in the last second is kept first.
pub(super) fn lock(state: &mut State) -> Vec<Effect> {
    let now = state.now;
    state.now = Now { moment: Moment(now.moment.0 + 2), ..now };
    let mut effects = Vec::new();
    for idx in 0..state.layers.len() {
        effects.extend(state.with_layer(idx, Layer::due));
    }
    state.now = now;
    effects.push(Effect::Lock);
    cover(state);
    // Nothing of the desk may stay on the terminal, whatever it had kept.
    effects.push(Effect::Redraw);
    effects
}

/// Takes everything off the screen at once: the world may be busy for minutes before it answers.
pub(super) fn cover(state: &mut State) {
    if state.session.take().is_some() {
        state.locked_at = Some(state.now.moment);
    }
    state.layers = vec![SignIn::locked().into()];
    state.messages.clear();
    state.last_form = None;
    state.say(Message::note("屏幕已锁。请重新登录，没填完的草稿都在。"));
}

/// What has come due: a draft to keep, a number to hide, the lock, the seal.
pub(super) fn due(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.is_idle() {
        effects.extend(lock(state));
    } else {
        for idx in 0..state.layers.len() {
            effects.extend(state.with_layer(idx, Layer::due));
        }
    }
    effects.extend(seal_if_due(state));
    effects
}

/// Closes the database when nobody has come back for long.
pub(super) fn seal_if_due(state: &mut State) -> Vec<Effect> {
    let due = |at: Moment| state.now.moment.0 - at.0 >= SEAL_AFTER;
    if !state.locked_at.is_some_and(due) {
        return Vec::new();
    }
    state.locked_at = None;
    vec![Effect::Seal]
}

/// The machine slept, and nobody knows who woke it: the desk is covered and the database closed at
/// once (R34). Where nobody was in, nothing is open, and an office that is being set up stays.
pub(super) fn slept(state: &mut State) -> Vec<Effect> {
    if state.session.is_none() && state.locked_at.is_none() {
        return Vec::new();
    }
    let mut effects = if state.session.is_some() { lock(state) } else { Vec::new() };
    effects.push(Effect::Seal);
    state.say(Message::note("电脑睡眠过，屏幕已锁，数据已关上。请重新登录，没填完的草稿都在。"));
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::model::effect::Reply;
    use crate::model::screens::home::Home;
    use crate::model::state::{Msg, update};
    use crate::view::testing::{desk, dump, now, press, reply};

    fn after(seconds: i64) -> Now {
        Now { moment: Moment(now().moment.0 + seconds), ..now() }
    }

    fn office() -> State {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        drop(update(&mut state, Msg::Due, now()));
        state
    }

    fn is_covered(state: &State) -> bool {
        let screen = dump(state, 80, 24).join("\n");
        state.session.is_none()
            && matches!(state.layers[..], [Layer::SignIn(_)])
            && state.messages.len() == 1
            && screen.contains("已锁屏")
    }

    fn key(state: &mut State, c: char, now: Now) -> Vec<Effect> {
        let press = crate::keys::normalise::Press::plain(crate::keys::normalise::Key::Char(c));
        update(state, Msg::Press(press), now)
    }

    #[test]
    fn the_desk_is_covered_before_the_world_answers() {
        let mut state = office();
        assert!(!is_covered(&state));
        let effects = press(&mut state, "<c-w>");
        assert!(effects == [Effect::Lock, Effect::Redraw]);
        assert!(is_covered(&state));
        drop(press(&mut state, "3"));
        drop(reply(&mut state, Reply::Locked));
        let Layer::SignIn(sign_in) = state.top() else { panic!("the sign-in screen") };
        assert_eq!(sign_in.form.text("id_number"), "3", "what is typed meanwhile stays");
    }

    #[test]
    fn five_minutes_lock_and_fifteen_more_seal() {
        let mut state = office();
        assert!(update(&mut state, Msg::Due, after(299)).is_empty());
        assert!(update(&mut state, Msg::Due, after(300)) == [Effect::Lock, Effect::Redraw]);
        assert!(is_covered(&state));
        assert_eq!(state.deadline(), Some(after(300 + 900).moment));
        assert!(update(&mut state, Msg::Due, after(1199)).is_empty());
        assert!(update(&mut state, Msg::Due, after(1200)) == [Effect::Seal]);
        assert!(update(&mut state, Msg::Due, after(9999)).is_empty(), "once");
    }

    #[test]
    fn the_first_key_after_a_sleep_finds_the_desk_locked() {
        let mut state = office();
        assert!(key(&mut state, '1', after(4000)) == [Effect::Lock, Effect::Redraw]);
        assert!(is_covered(&state));
        let mut state = office();
        let pasted = update(&mut state, Msg::Paste("甲".to_owned()), after(4000));
        assert!(pasted == [Effect::Lock, Effect::Redraw]);
        // Locked already and asleep for long: sealed before anybody can sign in.
        assert!(key(&mut state, '3', after(8000)) == [Effect::Seal]);
        assert!(key(&mut state, '2', after(8001)).is_empty());
    }

    #[test]
    fn a_machine_that_slept_finds_the_desk_covered_and_the_data_closed() {
        let mut state = office();
        let effects = update(&mut state, Msg::Slept, after(90));
        assert!(effects == [Effect::Lock, Effect::Redraw, Effect::Seal]);
        assert!(is_covered(&state) || state.session.is_none());
        drop(reply(&mut state, Reply::Locked));
        drop(reply(&mut state, Reply::Locked));
        let screen = dump(&state, 80, 24).join("\n");
        assert!(screen.contains("睡眠过") && screen.contains("请重新登录"), "{screen}");
        // Locked by a key before it slept: it is closed all the same.
        let mut state = office();
        drop(press(&mut state, "<c-w>"));
        assert!(update(&mut state, Msg::Slept, after(90)) == [Effect::Seal]);
        // Nobody was in: whoever sets an office up goes on with it.
        let mut state = office();
        state.session = None;
        assert!(update(&mut state, Msg::Slept, after(90)).is_empty());
    }

    #[test]
    fn a_clock_set_back_does_not_put_the_lock_off() {
        let mut state = office();
        assert!(update(&mut state, Msg::Due, after(-86_400)).is_empty());
        assert_eq!(update(&mut state, Msg::Due, after(-86_400 + 300)).len(), 2);
        assert!(update(&mut state, Msg::Due, after(-100_000)).is_empty());
        assert!(update(&mut state, Msg::Due, after(-100_000 + 900)) == [Effect::Seal]);
    }
}
