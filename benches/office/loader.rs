//! Makes a large office out of a small one: each transfer is copied under other numbers and for
//! other people. The use cases that made the small one take a millisecond or so for each, and a
//! million of them an afternoon; a copy takes about a minute, and lists cannot tell it apart.

use std::path::Path;

use anyhow::{Context as _, Result};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, params};
use tuanzhuan::office::Places;
use tuanzhuan::store::Store;

use crate::ground::told;
use crate::progress;

/// The columns that differ from copy to copy; `:copy` is its number.
const CHANGED: [(&str, &str); 6] = [
    ("number", "substr(number, 1, 11) || (10000 * :copy + CAST(substr(number, 12) AS INTEGER))"),
    ("person_number", "another_person(person_number, :copy)"),
    ("member_id", "NULL"),
    // What has ended lies further back with every copy, what is under way stays as fresh as it was.
    ("applied_at", "applied_at - :copy * iif(done_at > 0, 1100007, 3607)"),
    ("since", "since - :copy * iif(done_at > 0, 1100007, 3607)"),
    ("done_at", "iif(done_at > 0, done_at - :copy * 1100007, 0)"),
];

/// Copies the transfers of an office until there are about so many.
pub fn multiply(places: &Places, n_transfers: usize) -> Result<()> {
    let database = places.database();
    let hex = std::fs::read_to_string(places.demo_key())?;
    let key = format!("x'{}'", hex.trim());
    copy(&database, &key, n_transfers)?;
    progress("counting them");
    let store = Store::open(&database, &key).map_err(told)?;
    store.rebuild_tallies().map_err(told)
}

fn copy(database: &Path, key: &str, n_transfers: usize) -> Result<()> {
    let connection = Connection::open(database)?;
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    connection.pragma_update(None, "key", key)?;
    connection.execute_batch(
        "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -524288; PRAGMA foreign_keys = OFF;",
    )?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("another_person", 2, flags, |ctx| {
        Ok(another_person(&ctx.get::<String>(0)?, ctx.get(1)?))
    })?;
    connection.execute_batch("BEGIN")?;
    let parts = take_down(&connection)?;
    let n_there: usize =
        connection
            .query_row("SELECT count(*) FROM transfers WHERE stage <> 'draft'", [], |r| r.get(0))?;
    let last: i64 = connection.query_row("SELECT max(id) FROM transfers", [], |r| r.get(0))?;
    let insert = insertion(&connection)?;
    for number in 1..n_transfers.div_ceil(n_there.max(1)) {
        connection.execute(&insert, params![i64::try_from(number)?, last])?;
    }
    progress("indexing them");
    for part in parts {
        connection.execute_batch(&part)?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// Takes down indexes and triggers of the table, and tells how to put them up again.
fn take_down(connection: &Connection) -> Result<Vec<String>> {
    const PARTS: &str = "SELECT type, name, sql FROM sqlite_schema
        WHERE tbl_name = 'transfers' AND type IN ('index', 'trigger') AND sql IS NOT NULL";
    let mut statement = connection.prepare(PARTS)?;
    let rows = statement.query_map([], |r| {
        Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?))
    })?;
    let parts: Vec<(String, String, String)> = rows.collect::<Result<_, _>>()?;
    for (kind, name, _) in parts.iter().filter(|(_, name, _)| name != "one_open_transfer") {
        connection.execute_batch(&format!("DROP {kind} {name}"))?;
    }
    Ok(parts.into_iter().filter(|(_, name, _)| name != "one_open_transfer").map(|p| p.2).collect())
}

fn insertion(connection: &Connection) -> Result<String> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info('transfers')")?;
    let names = statement.query_map([], |r| r.get::<_, String>(0))?;
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != "id").collect();
    let value = |name: &&str| {
        let changed = CHANGED.iter().find(|(of, _)| of == name);
        changed.map_or((*name).to_owned(), |(_, value)| value.replace(":copy", "?1"))
    };
    let values: Vec<String> = names.iter().map(value).collect();
    // By chance two copies are of one person, who then cannot have two under way.
    Ok(format!(
        "INSERT OR IGNORE INTO transfers ({}) SELECT {} FROM transfers
         WHERE id <= ?2 AND stage <> 'draft' ORDER BY id",
        names.join(", "),
        values.join(", ")
    ))
}

/// The number of somebody born as many years earlier as the copy's number says, with a right check
/// digit.
fn another_person(number: &str, copy: i64) -> String {
    let shifted = || -> Result<String> {
        let (region, rest) = (number.get(..6).context("short")?, number.get(6..).context("short")?);
        let year: i64 = rest.get(..4).context("short")?.parse()?;
        let (month, order) = (rest.get(4..6).context("short")?, rest.get(8..11).context("short")?);
        let order = (order.parse::<i64>()? + 7 * copy) % 1000;
        let day = rest.get(6..8).context("short")?.parse::<i64>()?.min(28);
        Ok(format!("{region}{}{month}{day:02}{order:03}", year - copy % 40))
    };
    let Ok(first) = shifted() else { return format!("{number}{copy}") };
    let digits = first.bytes().map(|b| u32::from(b.wrapping_sub(b'0')));
    let sum: u32 = digits.enumerate().map(|(i, d)| d * (1 << (17 - i)) % 11).sum();
    let check = (12 - sum % 11) % 11;
    first + &if check == 10 { "X".to_owned() } else { check.to_string() }
}
