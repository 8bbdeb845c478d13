//! Breaking off what the database is doing, from another thread.

use std::sync::Arc;

use rusqlite::InterruptHandle;

use super::Store;

/// Breaks off the statement that is running; where none is, nothing happens. A statement that was
/// broken off writes nothing and is told as a fault.
#[derive(Clone)]
pub struct Interrupter(Arc<InterruptHandle>);

impl Interrupter {
    /// Breaks off.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

impl Store {
    /// What can break off this database's statements.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(Arc::new(self.connection.get_interrupt_handle()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_statement_that_would_run_for_ever_is_broken_off() {
        const ENDLESS: &str = "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n)
            SELECT max(i) FROM n";
        let store = Store::in_memory().unwrap();
        let interrupter = store.interrupter();
        let began = Instant::now();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            interrupter.interrupt();
        });
        let broken = store.connection.query_row(ENDLESS, [], |r| r.get::<_, i64>(0));
        assert!(broken.is_err() && began.elapsed() < Duration::from_secs(10));
        thread.join().unwrap();
        // Nothing stays of it: the next statement runs.
        assert!(store.meta("nothing").unwrap().is_none());
    }
}
