//! The clock and the environment: the only place that reads either.

use std::time::Instant;

use chrono::{NaiveDateTime, Offset};

use crate::domain::ids::{Moment, Now};
use crate::office::Places;

/// Where the time comes from.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    frozen: Option<Now>,
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self { frozen: None }
    }

    /// A clock that stands still, for rehearsals: neither the hour nor the zone of the machine
    /// counts.
    pub fn frozen(now: Now) -> Self {
        Self { frozen: Some(now) }
    }

    /// The test clock of `TUANZHUAN_NOW`, which counts in the invented office only. Elsewhere a
    /// variable that is set is ignored, and the second value warns of it.
    pub fn of_environment(demo: Demo) -> (Self, Option<String>) {
        let Some(text) = variable("TUANZHUAN_NOW") else { return (Self::system(), None) };
        if demo == Demo::No {
            let warning = "TUANZHUAN_NOW 只在演示数据里有效，已忽略。";
            return (Self::system(), Some(warning.to_owned()));
        }
        match NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S") {
            Ok(local) => (Self::frozen(Now::from_local(local, machine().offset)), None),
            Err(_) => {
                let warning =
                    format!("TUANZHUAN_NOW 应写成 2020-06-02T10:30:00，现在是「{text}」，已忽略。");
                (Self::system(), Some(warning))
            }
        }
    }

    /// The time now.
    pub fn now(self) -> Now {
        self.frozen.unwrap_or_else(machine)
    }

    /// Whether time stands still.
    pub fn is_frozen(self) -> bool {
        self.frozen.is_some()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that knows the time")]
fn machine() -> Now {
    let local = chrono::Local::now();
    Now { moment: Moment(local.timestamp()), offset: local.offset().fix().local_minus_utc() }
}

/// Notices that the machine slept: the time since it was started goes on then, and the time that
/// programs measure stands still.
#[derive(Debug)]
pub struct SleepWatch {
    began: Instant,
    /// Seconds asleep when it was asked last, counted from anywhere.
    asleep: i64,
}

impl SleepWatch {
    /// One that counts from now.
    pub fn new() -> Self {
        let mut watch = Self { began: Instant::now(), asleep: 0 };
        watch.slept();
        watch
    }

    /// Seconds that the machine slept since this was asked last, give or take one. Where the system
    /// does not tell, none.
    pub fn slept(&mut self) -> i64 {
        let awake = i64::try_from(self.began.elapsed().as_secs()).unwrap_or(i64::MAX);
        uptime().map_or(0, |uptime| self.gap(uptime, awake))
    }

    fn gap(&mut self, uptime: i64, awake: i64) -> i64 {
        let before = std::mem::replace(&mut self.asleep, uptime.saturating_sub(awake));
        self.asleep.saturating_sub(before).max(0)
    }
}

impl Default for SleepWatch {
    fn default() -> Self {
        Self::new()
    }
}

/// Seconds since the machine was started, those asleep among them.
#[cfg(target_os = "linux")]
fn uptime() -> Option<i64> {
    Some(rustix::system::sysinfo().uptime)
}

/// Elsewhere the lock after a time without keys has to do, which goes by the clock on the wall.
#[cfg(not(target_os = "linux"))]
fn uptime() -> Option<i64> {
    None
}

/// Whether the data at hand is the invented office's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    /// It is.
    Yes,
    /// It is a real office's, or none.
    No,
}

impl From<bool> for Demo {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// A variable of the environment, unless it is empty or no text.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Keeps what this process knows from others of this machine, before it reads anything (security.md
/// T3, T4, T12): files are readable by their owner only whatever wrote them, a crash leaves no image
/// of the memory, and no other process of this user may look into it. What the system does not
/// grant is no reason to stop.
pub fn keep_private() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit, umask};
        umask(rustix::fs::Mode::from_raw_mode(0o077));
        setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
            .unwrap_or_default();
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable).unwrap_or_default();
    }
}

/// Whether colour is unwanted (`NO_COLOR`).
pub fn no_colour() -> bool {
    variable("NO_COLOR").is_some()
}

/// The directories: of `--data-dir`, else of `TUANZHUAN_DATA_DIR`, else the platform's.
///
/// # Errors
/// Where the system names no home directory.
pub fn places(data_dir: Option<&std::path::Path>) -> Result<Places, crate::domain::fault::Fault> {
    let from_environment = variable("TUANZHUAN_DATA_DIR").map(std::path::PathBuf::from);
    match data_dir.map(std::path::Path::to_path_buf).or(from_environment) {
        Some(dir) => Ok(Places::below(&absolute(&dir))),
        None => Places::platform(),
    }
}

fn absolute(dir: &std::path::Path) -> std::path::PathBuf {
    std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_only_the_machine_counts_was_slept() {
        let mut watch = SleepWatch { began: Instant::now(), asleep: 0 };
        assert_eq!(watch.gap(5_000, 0), 5_000, "where the counting begins is no matter");
        for (uptime, awake, slept) in
            [(5_010, 10, 0), (5_071, 11, 60), (5_072, 12, 0), (8_700, 40, 3_600), (8_700, 41, 0)]
        {
            assert_eq!(watch.gap(uptime, awake), slept, "{uptime} {awake}");
        }
        assert!(SleepWatch::new().slept() <= 1, "nobody slept in this test");
    }
}
