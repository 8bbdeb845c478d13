//! One writer: who holds a data directory, and who may only look (security.md 0.11, R07, R09, R10).
//!
//! The lock is the operating system's (`flock`) on a file of its own, held for the life of the
//! process, so that a killed program leaves nothing to clear. What stands in the file is only for
//! the sentence that names the first window. Commands that only read need no lock: SQLite gives
//! them a consistent view beside a writer.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Places, ground, io_fault};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{Moment, Now};
use crate::domain::text::clean_line;

const NAME: &str = "station.lock";

/// Most bytes of the lock file that are read.
const MOST_BYTES: u64 = 1024;

/// How long one waits for a command to end; most take less than a second.
const PATIENCE: Duration = Duration::from_secs(3);

/// The pause between two looks at a held lock.
const PAUSE: Duration = Duration::from_millis(25);

/// What kind of process holds a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupant {
    /// A window that stays open.
    Screen,
    /// A command, which ends by itself.
    Command,
}

/// Who holds a directory, as that process wrote it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Window or command; none where nothing readable stands there.
    pub occupant: Option<Occupant>,
    /// Whose: user, machine and process; may be empty.
    pub who: String,
    /// Since when; none where the system does not tell.
    pub since: Option<Moment>,
}

impl Holder {
    /// The holder in words, without a full stop.
    pub fn words(&self, now: Now) -> String {
        let what = match self.occupant {
            Some(Occupant::Screen) => "一个已经打开的窗口",
            Some(Occupant::Command) => "一个还没办完的命令",
            None => "另一个窗口或命令",
        };
        let since = self.since.map(|at| format!("{} 起", now.local(at).format("%m-%d %H:%M")));
        let known: Vec<String> = [self.who.clone(), since.unwrap_or_default()]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect();
        if known.is_empty() {
            what.to_owned()
        } else {
            format!("{what}（{}）", known.join("，"))
        }
    }
}

/// Why a directory is only looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewing {
    /// Somebody else holds it.
    Occupied(Holder),
    /// The system lets us read and not write.
    ReadOnly,
    /// The disk was full when somebody signed in, so not even that could be recorded (R05).
    Full,
    /// A commit failed with an error of the disk, and nothing more is written (R06).
    Distrusted,
}

impl Viewing {
    /// What every writing act answers.
    pub fn refusal(&self, now: Now) -> Fault {
        match self {
            Self::Occupied(holder) => {
                let sentence = format!(
                    "数据正由{}使用，这里只能看，这一步没有办。请到那边办，或等它关掉后重新打开。",
                    holder.words(now)
                );
                Fault::new(FaultKind::Busy, sentence)
            }
            Self::ReadOnly => {
                let sentence = "数据目录不能写入，这里只能看，这一步没有办。请检查目录的权限，或看磁盘是不是只读，再重新打开。";
                Fault::new(FaultKind::CannotWrite, sentence)
            }
            Self::Full => {
                let sentence = "磁盘空间不够，现在只能看，这一步没有办。请腾出空间后重新登录再办。";
                Fault::new(FaultKind::CannotWrite, sentence)
            }
            Self::Distrusted => {
                let sentence = "磁盘刚才读写出错，为保住数据已改成只能看，这一步没有办。请检查磁盘，关掉程序再重新打开。";
                Fault::new(FaultKind::CannotWrite, sentence)
            }
        }
    }

    /// What the screen says when it opens so.
    pub fn notice(&self, now: Now) -> String {
        match self {
            Self::Occupied(holder) => format!("数据正由{}使用。", holder.words(now)),
            Self::ReadOnly => {
                "数据目录不能写入（目录、文件或磁盘是只读的，或属于别的用户）。".to_owned()
            }
            Self::Full => "磁盘空间不够，现在只能看。".to_owned(),
            Self::Distrusted => "磁盘读写出错，已改成只能看。".to_owned(),
        }
    }
}

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Station {
    file: File,
}

/// What came of asking for the lock.
#[derive(Debug)]
pub enum Claimed {
    /// It is ours.
    Held(Station),
    /// It is not; one may look.
    Viewing(Viewing),
}

impl Station {
    /// Asks for a directory that exists. A command is waited for as long as it usually takes where
    /// `patience` says so; a window is not, since it may stay open all day.
    ///
    /// # Errors
    /// Where the directory lies on a network file system, or the lock cannot be asked for at all.
    pub fn claim(dir: &Path, occupant: Occupant, patience: Patience) -> Result<Claimed, Fault> {
        ground::refuse_network(dir)?;
        let told = |error: io::Error| io_fault("占不了数据目录", &dir.join(NAME), &error);
        let mut left = match patience {
            Patience::Short => PATIENCE,
            Patience::None => Duration::ZERO,
        };
        loop {
            let file = match open(&dir.join(NAME)) {
                Ok(file) => file,
                Err(error) if is_read_only(&error) => {
                    return Ok(Claimed::Viewing(Viewing::ReadOnly));
                }
                Err(error) => return Err(told(error)),
            };
            match file.try_lock() {
                Ok(()) if !is_current(&file, dir) => {}
                Ok(()) => return Self { file }.signed(occupant).map(Claimed::Held).map_err(told),
                Err(TryLockError::WouldBlock) => {
                    let holder = read_holder(&file);
                    if left.is_zero() || holder.occupant == Some(Occupant::Screen) {
                        return Ok(Claimed::Viewing(Viewing::Occupied(holder)));
                    }
                    std::thread::sleep(PAUSE);
                    left = left.saturating_sub(PAUSE);
                }
                Err(TryLockError::Error(error)) => return Err(told(error)),
            }
        }
    }

    /// Asks for a directory whose database is to be written, and looks whether it could be.
    ///
    /// # Errors
    /// As [`Station::claim`].
    pub(super) fn of(
        places: &Places,
        occupant: Occupant,
        patience: Patience,
    ) -> Result<Claimed, Fault> {
        let claimed = Self::claim(&places.data, occupant, patience)?;
        Ok(match claimed {
            Claimed::Held(_) if !ground::can_write(&places.database()) => {
                Claimed::Viewing(Viewing::ReadOnly)
            }
            other => other,
        })
    }

    /// Asks for a directory that must be written.
    ///
    /// # Errors
    /// As [`Station::claim`], and where somebody else holds it.
    pub fn required(dir: &Path, occupant: Occupant, now: Now) -> Result<Self, Fault> {
        match Self::claim(dir, occupant, Patience::Short)? {
            Claimed::Held(station) => Ok(station),
            Claimed::Viewing(why) => Err(why.refusal(now)),
        }
    }

    /// Whether the locked directory still lies there.
    pub(super) fn is_at(&self, dir: &Path) -> bool {
        is_current(&self.file, dir)
    }

    /// Gives the directory back before the end of this value.
    pub(super) fn release(&self) {
        // Closing the file gives it back as well; this only makes it earlier.
        self.file.unlock().unwrap_or_default();
    }

    /// Writes down who holds it. The time of the writing says since when.
    fn signed(mut self, occupant: Occupant) -> io::Result<Self> {
        let line = serde_json::to_string(&Line { occupant, who: ground::who() })?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(line.as_bytes())?;
        Ok(self)
    }
}

/// Whether one waits for a command that holds the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// As long as a command usually takes.
    Short,
    /// Not at all.
    None,
}

#[derive(Serialize, Deserialize)]
struct Line {
    occupant: Occupant,
    who: String,
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default();
        options.mode(0o600).custom_flags(no_follow);
    }
    options.open(path)
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Whether the locked file is still the one of that name: a restored directory has another.
#[cfg(unix)]
fn is_current(file: &File, dir: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |ours: fs::Metadata, named: fs::Metadata| {
        (ours.dev(), ours.ino()) == (named.dev(), named.ino())
    };
    match (file.metadata(), fs::metadata(dir.join(NAME))) {
        (Ok(ours), Ok(named)) => same(ours, named),
        _ => false,
    }
}

/// Elsewhere a directory with an open file cannot be moved away.
#[cfg(not(unix))]
fn is_current(_file: &File, _dir: &Path) -> bool {
    true
}

/// Reads who holds the lock. Anybody may have written the file, so it is cleaned and cut.
fn read_holder(file: &File) -> Holder {
    let mut text = String::new();
    let read = file.take(MOST_BYTES).read_to_string(&mut text);
    let line: Option<Line> = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    let since = file.metadata().and_then(|meta| meta.modified()).ok().and_then(moment_of);
    let clean = |text: &str| clean_line(text).text.chars().take(80).collect();
    Holder {
        occupant: line.as_ref().map(|line| line.occupant),
        who: line.map_or_else(String::new, |line| clean(&line.who)),
        since,
    }
}

fn moment_of(time: std::time::SystemTime) -> Option<Moment> {
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok().map(Moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::tests::now;

    fn claim(dir: &Path, occupant: Occupant) -> Claimed {
        Station::claim(dir, occupant, Patience::None).unwrap()
    }

    fn held(claimed: Claimed) -> Station {
        match claimed {
            Claimed::Held(station) => station,
            Claimed::Viewing(why) => panic!("{why:?}"),
        }
    }

    #[test]
    fn the_second_is_told_who_was_first_and_gets_it_when_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let first = held(claim(dir.path(), Occupant::Screen));
        let Claimed::Viewing(Viewing::Occupied(holder)) = claim(dir.path(), Occupant::Screen)
        else {
            panic!("there is one writer")
        };
        assert_eq!(holder.occupant, Some(Occupant::Screen));
        assert!(holder.who.contains(&std::process::id().to_string()), "{holder:?}");
        let sentence = Viewing::Occupied(holder).refusal(now()).sentence;
        assert!(sentence.contains("已经打开的窗口") && sentence.contains(" 起"), "{sentence}");
        first.release();
        held(claim(dir.path(), Occupant::Command));
    }

    #[test]
    fn what_stands_in_the_file_is_cleaned_and_decides_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        fs::write(&path, "{\"occupant\":\"screen\",\"who\":\"old\"}").unwrap();
        let first = held(claim(dir.path(), Occupant::Command));
        for (content, who) in [
            ("\u{1b}[31m", ""),
            ("{\"occupant\":\"command\",\"who\":\"a\\u001b[2J\\u202eb\"}", "a[2Jb"),
            ("{\"occupant\":\"king\",\"who\":\"a\"}", ""),
        ] {
            fs::write(&path, content).unwrap();
            let Claimed::Viewing(Viewing::Occupied(holder)) = claim(dir.path(), Occupant::Screen)
            else {
                panic!("it is held")
            };
            let shown = holder.words(now());
            assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
            assert!(who.is_empty() || holder.who.contains('b'), "{holder:?}");
        }
        drop(first);
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_on_a_directory_that_was_moved_away_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let (data, old) = (dir.path().join("data"), dir.path().join("old"));
        fs::create_dir(&data).unwrap();
        let first = held(claim(&data, Occupant::Screen));
        fs::rename(&data, &old).unwrap();
        fs::create_dir(&data).unwrap();
        let second = held(claim(&data, Occupant::Screen));
        assert!(matches!(claim(&old, Occupant::Screen), Claimed::Viewing(_)));
        drop((first, second));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_its_place_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("target");
        fs::write(&target, "mine").unwrap();
        std::os::unix::fs::symlink(&target, dir.path().join(NAME)).unwrap();
        assert!(Station::claim(dir.path(), Occupant::Screen, Patience::None).is_err());
        assert_eq!(fs::read(&target).unwrap(), b"mine");
    }
}
