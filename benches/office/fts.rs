//! SQLite's own full text index over the same names: pieces of three characters, kept without the
//! names and without lengths, which is its smallest form. It finds nothing shorter than three.

use std::fs;
use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, params};

use crate::corpus::Corpus;
use crate::kernel;

/// The index.
pub struct Fts {
    connection: Connection,
    /// Processor time of the building, seconds.
    pub build: f64,
    /// Bytes of the file.
    pub n_bytes: f64,
}

impl Fts {
    /// Builds it with the place in the order of rank as its row, so that the first hits come first.
    pub fn build(corpus: &Corpus, path: &Path) -> Result<Self> {
        if path.exists() {
            fs::remove_file(path)?;
        }
        let before = kernel::thread_time();
        let mut connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;
             CREATE VIRTUAL TABLE names USING fts5 (name, content = '', columnsize = 0, tokenize = 'trigram');",
        )?;
        let transaction = connection.transaction()?;
        {
            let sql = "INSERT INTO names (rowid, name) VALUES ($1, $2)";
            let mut insert = transaction.prepare(sql)?;
            for rank in 0..corpus.n() {
                insert.execute(params![rank as i64 + 1, corpus.name_at(rank)])?;
            }
        }
        transaction.commit()?;
        connection.execute_batch("INSERT INTO names (names) VALUES ('optimize')")?;
        let build = (kernel::thread_time() - before).as_secs_f64();
        let n_bytes = path.metadata()?.len() as f64;
        Ok(Self { connection, build, n_bytes })
    }

    /// How many hits there are, fifty at most.
    pub fn search(&self, text: &str) -> Result<usize> {
        let sql = "SELECT rowid FROM names WHERE names MATCH $1 ORDER BY rowid LIMIT 50";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([format!("\"{text}\"")], |row| row.get::<_, i64>(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?.len())
    }
}
