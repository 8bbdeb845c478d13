//! More cache for what writes at many places of a large database.

use super::Store;
use super::fault::{Stored, Told};

/// While it lives, pages that are written again and again stay in memory: each that does not is
/// encrypted, written, read and decrypted once more.
pub(super) struct Roomy<'a> {
    store: &'a Store,
    before: i64,
}

/// In KiB, as SQLite takes it.
const MUCH: i64 = -65_536;

impl<'a> Roomy<'a> {
    /// From here on.
    pub(super) fn begin(store: &'a Store) -> Stored<Self> {
        let connection = &store.connection;
        let before = connection.pragma_query_value(None, "cache_size", |r| r.get(0)).told()?;
        connection.pragma_update(None, "cache_size", MUCH).told()?;
        Ok(Self { store, before })
    }
}

impl Drop for Roomy<'_> {
    fn drop(&mut self) {
        // It cannot fail; and if it did, the next opening would set it right.
        self.store.connection.pragma_update(None, "cache_size", self.before).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_as_before_afterwards() {
        let store = Store::in_memory().unwrap();
        let size = || -> i64 {
            store.connection.pragma_query_value(None, "cache_size", |r| r.get(0)).unwrap()
        };
        let usual = size();
        let roomy = Roomy::begin(&store).unwrap();
        assert_eq!(size(), MUCH);
        assert!(MUCH < usual, "sizes in KiB are negative");
        drop(roomy);
        assert_eq!(size(), usual);
    }
}
