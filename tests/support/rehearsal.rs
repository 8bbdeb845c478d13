//! The program without a terminal: its own state, its own `update`, its own world on a directory
//! of its own, a clock that stands still, and the screen as text.
//!
//! The invented office is made once in each process and copied for every rehearsal, so that none
//! sees what another did.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::NaiveDate;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tempfile::TempDir;
use tuanzhuan::app::perform::World;
use tuanzhuan::app::world::Clock;
use tuanzhuan::domain::ids::{Moment, Now};
use tuanzhuan::domain::text::columns;
use tuanzhuan::keys::notation::parse_keys;
use tuanzhuan::model::effect::{Effect, Reply};
use tuanzhuan::model::screens::sign_in::SignIn;
use tuanzhuan::model::{Msg, State, update};
use tuanzhuan::office::{DEMO_ACCOUNTS, DemoAccount, DemoSize, Door, Places, make_demo};
use tuanzhuan::view;

/// Seconds by which the clock of the rehearsals is ahead of the world's: China, without summer time.
const CHINA: i32 = 8 * 3600;

/// Who tries the program, in the order of [`DEMO_ACCOUNTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Administrator of the university's committee.
    Committee,
    /// Administrator of the province.
    Province,
    /// Administrator of a graduating class.
    Branch,
    /// Administrator of a township.
    Township,
    /// Operator of the university.
    Operator,
    /// Member of the graduating class.
    Member,
}

impl Who {
    /// The account that plays this part.
    pub fn account(self) -> &'static DemoAccount {
        &DEMO_ACCOUNTS[self as usize]
    }
}

/// The moment at which every rehearsal begins: 2026-06-02 10:30 in China, a Tuesday in the season
/// of graduation.
pub fn morning() -> Now {
    let local = NaiveDate::from_ymd_opt(2026, 6, 2).and_then(|day| day.and_hms_opt(10, 30, 0));
    Now::from_local(local.unwrap(), CHINA)
}

/// The program on a directory of its own.
pub struct Rehearsal {
    /// What it remembers.
    pub state: State,
    /// Whether it wants to end.
    pub ended: bool,
    world: World,
    now: Now,
    places: Places,
    dir: TempDir,
}

impl Rehearsal {
    /// The invented office with somebody in it, on 80 columns and 24 rows.
    pub fn office(who: Who) -> Self {
        let dir = copy_of_office();
        let places = Places::below(dir.path()).demo();
        let mut rehearsal = Self::begin(dir, places, morning());
        rehearsal.walk_in(who);
        rehearsal
    }

    /// The door of the invented office, with nobody in it.
    pub fn door() -> Self {
        let dir = copy_of_office();
        let places = Places::below(dir.path()).demo();
        Self::begin(dir, places, morning())
    }

    /// A directory without any office.
    pub fn nothing() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::below(dir.path());
        Self::begin(dir, places, morning())
    }

    /// Ends the program without warning and begins it anew on the same directory, so many seconds
    /// later.
    pub fn again(self, seconds: i64) -> Self {
        let Self { dir, places, now, world, .. } = self;
        drop(world);
        Self::begin(dir, places, Now { moment: Moment(now.moment.0 + seconds), ..now })
    }

    fn begin(dir: TempDir, places: Places, now: Now) -> Self {
        let mut door = Door::new(places.clone()).unwrap();
        // The copy has other modes than the program gives; the shell tells that before all else.
        drop(door.take_warnings());
        let (rules, has_office) = (door.rules().clone(), door.has_office());
        let world = World::new(door, Clock::frozen(now));
        let first = SignIn::new(has_office, false);
        let (state, effects) = State::new(first.into(), rules, (80, 24), now);
        let mut rehearsal = Self { state, ended: false, world, now, places, dir };
        rehearsal.settle(effects);
        rehearsal
    }

    /// Lets somebody in without a password, as the demo does.
    pub fn walk_in(&mut self, who: Who) {
        let actor = self.world.door().walk_in(who.account().id_number).unwrap();
        let arrival = self.world.arrival(actor);
        self.take(Msg::Reply(Box::new(Reply::SignedIn(arrival))));
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.take(Msg::Resized(cols, rows));
    }

    /// Presses keys in the notation of `keys::notation` and waits until all is quiet.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for press in parse_keys(keys).unwrap() {
            self.take(Msg::Press(press));
        }
        self
    }

    /// Opens the entry of the menu that has these words, wherever it stands.
    pub fn menu(&mut self, words: &str) -> &mut Self {
        const MOST: usize = 60;
        self.keys("0");
        let chosen = |row: &String| row.contains('►') && row.contains(words);
        for _ in 0..MOST {
            if self.rows().iter().any(chosen) {
                return self.keys("<enter>");
            }
            self.keys("<down>");
        }
        unreachable!("the menu has no 「{words}」")
    }

    /// Pastes a text.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.take(Msg::Paste(text.to_owned()));
        self
    }

    /// Lets time pass without a key, each deadline at its time.
    pub fn pass(&mut self, seconds: i64) -> &mut Self {
        let end = Moment(self.now.moment.0 + seconds);
        while let Some(due) = self.state.deadline().filter(|due| *due <= end) {
            let before = self.state.deadline();
            self.now.moment = due.max(self.now.moment);
            self.take(Msg::Due);
            if self.state.deadline() == before {
                break;
            }
        }
        self.now.moment = end;
        self
    }

    fn take(&mut self, msg: Msg) {
        let effects = update(&mut self.state, msg, self.now);
        self.settle(effects);
    }

    /// Performs effects and hands the answers back until nobody asks for anything.
    fn settle(&mut self, effects: Vec<Effect>) {
        let mut orders = VecDeque::from(effects);
        while let Some(order) = orders.pop_front() {
            self.ended |= order == Effect::Quit;
            for reply in self.world.perform(order) {
                let msg = Msg::Reply(Box::new(reply));
                orders.extend(update(&mut self.state, msg, self.now));
            }
        }
    }

    /// The screen as text: one row a line, each wide character once, blanks at the ends cut.
    pub fn screen(&self) -> String {
        let rows = rows_of(self.painted().backend().buffer());
        rows.iter().map(|row| row.trim_end()).collect::<Vec<_>>().join("\n")
    }

    /// The screen, with the first blanks kept from the snapshot's trimming and the place of the
    /// real cursor, which input methods and screen readers follow.
    pub fn picture(&self) -> String {
        let cursor = self.painted().get_cursor_position().unwrap();
        format!("光标 {} 行 {} 列\n{}", cursor.y + 1, cursor.x + 1, self.screen())
    }

    /// The rows as drawn, blanks and all.
    pub fn rows(&self) -> Vec<String> {
        rows_of(self.painted().backend().buffer())
    }

    /// Whether a text can be read on the screen.
    pub fn shows(&self, text: &str) -> bool {
        self.screen().contains(text)
    }

    /// Ends the test with the screen where a text cannot be read on it.
    #[track_caller]
    pub fn must_show(&self, text: &str) {
        assert!(self.shows(text), "「{text}」 is not on the screen:\n{}", self.picture());
    }

    /// Ends the test with the screen where a text can be read on it.
    #[track_caller]
    pub fn must_not_show(&self, text: &str) {
        assert!(!self.shows(text), "「{text}」 is on the screen:\n{}", self.picture());
    }

    /// A file of this name in the rehearsal's own directory, with these bytes.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Where a file of this name would lie in the rehearsal's own directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn painted(&self) -> Terminal<TestBackend> {
        let (cols, rows) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(cols, rows)).unwrap();
        terminal.draw(|frame| view::frame(&self.state, frame)).unwrap();
        terminal
    }
}

fn rows_of(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    (area.top()..area.bottom()).map(|y| row_of(buffer, y)).collect()
}

/// A row of a buffer. A wide character fills two cells; the second is not read, whatever it holds.
fn row_of(buffer: &Buffer, y: u16) -> String {
    let (mut row, mut x) = (String::new(), buffer.area.left());
    while x < buffer.area.right() {
        let symbol = buffer[(x, y)].symbol();
        row += symbol;
        x += u16::try_from(columns(symbol).max(1)).unwrap();
    }
    row
}

/// The invented office, as files by name below its directory.
fn office_files() -> &'static [(PathBuf, Vec<u8>)] {
    static FILES: OnceLock<Vec<(PathBuf, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::below(dir.path()).demo();
        make_demo(&places, DemoSize::default(), morning()).unwrap();
        let mut files = Vec::new();
        gather(dir.path(), dir.path(), &mut files);
        files
    })
}

fn gather(root: &Path, dir: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_path_buf();
            files.push((name, std::fs::read(&path).unwrap()));
        }
    }
}

fn copy_of_office() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in office_files() {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    dir
}
