//! Opening and making the database file.
//!
//! A database is made in one place only, [`Store::create`], which first-run set-up calls. Opening
//! never makes one: an error on opening is told and nothing is recreated (security.md 5).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::Store;
use super::fault::{Stored, Told, not_found};
use super::words::is_among;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::name_search::NameQuery;
use crate::domain::words::RowQuery;

/// Marks our files: `TuZh` in ASCII, as SQLite's application_id.
const APPLICATION_ID: i32 = 0x5475_5a68;

/// Prepared statements that are kept: a list asks some in each of its orders.
const STATEMENTS: usize = 128;

/// The first SQLite without the WAL-reset corruption (security.md 1); asserted at every open.
const LEAST_SQLITE: i32 = 3_051_003;

/// The migrations, oldest first. Only ever added to, never edited.
const MIGRATIONS: &[&str] = &[include_str!("../../assets/sql/0001_ground.sql")];

/// What is done before an older database is brought up to this version.
pub type BeforeMigration<'a> = &'a mut dyn FnMut(&Store) -> Stored<()>;

/// How a database is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It is made; the file is empty and ours.
    Make,
    /// It is there, and will be written.
    Write,
    /// It is there, and is only read.
    View,
}

impl Store {
    /// Opens an existing database with its raw key (`x'…'`, as SQLCipher takes it).
    ///
    /// The file is never opened beside SQLite, not even to look at its header: closing it would
    /// drop the locks of every connection of this process. A file without encryption is refused by
    /// SQLCipher, since its first page does not authenticate.
    ///
    /// # Errors
    /// Where the file is missing, damaged, keyed otherwise, newer than this program, or busy.
    pub fn open(path: &Path, key: &str) -> Stored<Self> {
        Self::open_existing(path, key, Manner::Write, &mut |_| Ok(()))
    }

    /// The same; `before` is called with the database as it is, if an older version has to be
    /// brought up to this one, and keeps that from happening by a fault.
    ///
    /// # Errors
    /// As [`Store::open`], and as `before`.
    pub fn open_bringing_up(path: &Path, key: &str, before: BeforeMigration<'_>) -> Stored<Self> {
        Self::open_existing(path, key, Manner::Write, before)
    }

    /// The same for looking only: whatever would write is refused by SQLite itself.
    ///
    /// # Errors
    /// As [`Store::open`]; also where a killed program left a journal that only a writer may take
    /// back, or where the database is of an older version.
    pub fn open_to_view(path: &Path, key: &str) -> Stored<Self> {
        Self::open_existing(path, key, Manner::View, &mut |_| Ok(()))
    }

    fn open_existing(
        path: &Path,
        key: &str,
        manner: Manner,
        before: BeforeMigration<'_>,
    ) -> Stored<Self> {
        if !path.is_file() {
            let shown = path.display().to_string();
            return Err(not_found(
                "数据库文件",
                &shown,
                "请检查数据目录；如果移动过，请移回原处或恢复备份。",
            ));
        }
        // SQLite takes an empty file for a new database; here it is one that has lost its content.
        if path.metadata().is_ok_and(|file| file.len() == 0) {
            let sentence = "数据库文件是空的，内容已经丢失，没有打开。请用「恢复备份」找回。";
            return Err(Fault::new(FaultKind::Damaged, sentence));
        }
        let access = match manner {
            Manner::View => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Manner::Make | Manner::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        begin_engine();
        let connection = Connection::open_with_flags(path, flags).told()?;
        Self::prepare(connection, Some(key), manner, before)
    }

    /// Makes a new database. The file must not exist.
    ///
    /// # Errors
    /// Where a file stands there already, or it cannot be written.
    pub fn create(path: &Path, key: &str) -> Stored<Self> {
        if path.exists() {
            let sentence =
                format!("{} 已经存在，没有覆盖。请直接登录，或换一个数据目录。", path.display());
            return Err(Fault::new(FaultKind::Conflict, sentence));
        }
        make_private_file(path)?;
        begin_engine();
        let connection = Connection::open(path).told()?;
        let store = Self::prepare(connection, Some(key), Manner::Make, &mut |_| Ok(()))?;
        store.connection.pragma_update(None, "application_id", APPLICATION_ID).told()?;
        Ok(store)
    }

    /// A database in memory with the real schema, for tests and trials.
    ///
    /// # Errors
    /// Where SQLite refuses.
    pub fn in_memory() -> Stored<Self> {
        let connection = Connection::open_in_memory().told()?;
        Self::prepare(connection, None, Manner::Make, &mut |_| Ok(()))
    }

    fn prepare(
        connection: Connection,
        key: Option<&str>,
        manner: Manner,
        before: BeforeMigration<'_>,
    ) -> Stored<Self> {
        if let Some(key) = key {
            // SQLCipher prints errors over the screen unless its log is off before the key is set.
            connection.pragma_update(None, "cipher_log_level", "NONE").told()?;
            connection.execute_batch(&key_order("PRAGMA key = ", key)).told()?;
            assert_cipher(&connection)?;
        }
        connection.busy_timeout(Duration::from_secs(3)).told()?;
        connection.execute_batch(PRAGMAS).told()?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).told()?;
        assert_version()?;
        // The first read tells a wrong key from a right one.
        let n: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).told()?;
        if n == 0 && manner != Manner::Make {
            let sentence =
                "数据库里什么也没有，内容已经丢失，没有打开。请用「恢复备份」找回，原文件请保留。";
            return Err(Fault::new(FaultKind::Damaged, sentence));
        }
        if manner != Manner::Make {
            assert_ours(&connection)?;
        }
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let (gathered, pace, suspect) = Default::default();
        let mut store = Self { connection, fresh: n == 0, gathered, pace, suspect };
        store.migrate(manner, MIGRATIONS, before)?;
        store.define_functions()?;
        Ok(store)
    }

    /// Each step in one transaction, looked over before it counts; an older database is first
    /// shown to `before` as it is.
    pub(super) fn migrate(
        &mut self,
        manner: Manner,
        migrations: &[&str],
        before: BeforeMigration<'_>,
    ) -> Stored<()> {
        let version: i64 =
            self.connection.pragma_query_value(None, "user_version", |r| r.get(0)).told()?;
        let known = migrations.len();
        let done = usize::try_from(version).unwrap_or(usize::MAX);
        if done > known {
            let sentence = format!(
                "这个数据库是更新的版本（{version}）写的，本程序只认到 {known}，没有打开也没有改动。请换用新版程序。"
            );
            return Err(Fault::new(FaultKind::OtherVersion, sentence));
        }
        if done == known {
            return Ok(());
        }
        if manner == Manner::View {
            let sentence =
                "这个数据库是旧版本写的，要先升级，只读打不开。请在能写入的机器上打开一次。";
            return Err(Fault::new(FaultKind::OtherVersion, sentence));
        }
        if done > 0 {
            before(self)?;
        }
        for (i, sql) in migrations.iter().enumerate().skip(done) {
            self.atomically(|| {
                self.connection.execute_batch(sql).told()?;
                self.check_references()?;
                self.connection.pragma_update(None, "user_version", i + 1).told()
            })?;
        }
        Ok(())
    }

    /// The functions of our statements: `name_match(query, name, code)`, whether an organisation fits
    /// a search text; `row_match(query, person, number, origin, destination)`, whether a row of a
    /// list does; `is_among(rows, row)`, whether a row is in a set of rows. Parsed queries are kept
    /// for the statement.
    fn define_functions(&self) -> Stored<()> {
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        let define = |name, n, f: fn(&Context<'_>) -> rusqlite::Result<bool>| {
            self.connection.create_scalar_function(name, n, flags, f).told()
        };
        define("name_match", 3, |ctx| {
            let query = parsed(ctx, NameQuery::parse)?;
            Ok(query.matches(text(ctx, 1), text(ctx, 2)).is_some())
        })?;
        define("row_match", 5, |ctx| {
            let query = parsed(ctx, RowQuery::parse)?;
            Ok(query.fits_transfer(text(ctx, 1), text(ctx, 2), [text(ctx, 3), text(ctx, 4)]))
        })?;
        define("is_among", 2, |ctx| {
            Ok(is_among(ctx.get_raw(0).as_blob()?, ctx.get_raw(1).as_i64()?))
        })
    }
}

/// The query that is the first argument, parsed once for a statement.
fn parsed<T: Send + Sync + 'static>(
    ctx: &Context<'_>,
    parse: fn(&str) -> T,
) -> rusqlite::Result<Arc<T>> {
    ctx.get_or_create_aux(0, |value| -> Result<_, FromSqlError> { Ok(parse(value.as_str()?)) })
}

fn text<'a>(ctx: &'a Context<'_>, i: usize) -> &'a str {
    ctx.get_raw(i).as_str().unwrap_or_default()
}

/// DELETE with EXTRA keeps an acknowledged decision through a power cut, and leaves one file when
/// idle, so that a copy of it is complete (security.md 5).
///
/// The cache only ever grows to what was read of the file: a small office's takes little. Of a large
/// one's it holds the upper pages of every index, each of which would have to be decrypted again;
/// more would break the limit of memory at rest (performance.md 3).
const PRAGMAS: &str = "
    PRAGMA journal_mode = DELETE;
    PRAGMA synchronous = EXTRA;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA mmap_size = 0;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -24576;
";

/// An empty file that only its owner may read, which must not exist yet: SQLite would make one that
/// others can read.
pub(super) fn make_private_file(path: &Path) -> Stored<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| {
        let sentence = format!("建不了数据库文件 {}。请检查目录权限和磁盘空间。", path.display());
        Fault::new(FaultKind::CannotWrite, sentence).because(error)
    })
}

/// A database of another program can only lie here by mistake.
fn assert_ours(connection: &Connection) -> Stored<()> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |r| r.get(0)).told()?;
    if id == APPLICATION_ID {
        return Ok(());
    }
    let sentence =
        "这个数据库不是本程序的，没有打开也没有改动。请检查数据目录，或用「恢复备份」找回。";
    Err(Fault::new(FaultKind::Damaged, sentence))
}

/// Has SQLCipher begun before two threads open files at once: the engine says that it is ready
/// before its encryption is, and a thread that comes in between is refused its key.
fn begin_engine() {
    static BEGUN: std::sync::Once = std::sync::Once::new();
    // Where even this cannot be opened, the opening that follows tells why.
    BEGUN.call_once(|| drop(Connection::open_in_memory()));
}

/// A statement with a key in it, in memory that is wiped; rusqlite's own would leave a copy behind.
pub(super) fn key_order(order: &str, key: &str) -> Zeroizing<String> {
    let mut sql = Zeroizing::new(String::with_capacity(order.len() + key.len() + 2));
    sql.extend([order, "\"", key, "\""]);
    sql
}

fn assert_cipher(connection: &Connection) -> Stored<()> {
    let version: Option<String> =
        connection.pragma_query_value(None, "cipher_version", |r| r.get(0)).ok();
    match version {
        Some(text) if !text.is_empty() => Ok(()),
        _ => Err(Fault::new(
            FaultKind::Failed,
            "这个程序编译时没有带上加密的数据库引擎，不能打开数据。请换用正式发布的程序。",
        )),
    }
}

fn assert_version() -> Stored<()> {
    if rusqlite::version_number() >= LEAST_SQLITE {
        return Ok(());
    }
    let sentence = format!(
        "数据库引擎版本太旧（{}），旧版有损坏数据的缺陷，没有打开。请换用正式发布的程序。",
        rusqlite::version()
    );
    Err(Fault::new(FaultKind::Failed, sentence))
}
