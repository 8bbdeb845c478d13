//! What this machine saw of the history last, so that an older copy of the data put back is
//! noticed: the database authenticates its pages, not their freshness (security.md 0.8, R14).
//!
//! The design keeps it inside `device.key`. It lies in a file of its own beside it: the directory
//! and who can write there are the same, and the only copy of a secret is not rewritten at every
//! sign-in.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::device::DeviceKey;
use super::disk;
use super::fault::VaultFault;
use super::file::Body;
use super::key::{Hex, same_bytes};
use super::keyring::Vault;

/// The end of the history as it was seen here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The number of the last entry.
    pub seq: i64,
    /// Its hash.
    pub head: [u8; 32],
    /// The latest time that was ever seen, in seconds since 1970.
    pub at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    seq: i64,
    head: Hex<32>,
    at: i64,
    mac: Hex<32>,
}

const MOST_BYTES: u64 = 1024;

impl Vault {
    /// What was remembered of this vault on this machine; none on a new machine.
    ///
    /// # Errors
    /// The faults of `device.key`, [`VaultFault::DamagedSeen`], or a failed read.
    pub fn seen(&self) -> Result<Option<Seen>, VaultFault> {
        let path = self.seen_path();
        let bytes = match disk::read_small(&path, MOST_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                return Err(VaultFault::DamagedSeen { path });
            }
            Err(error) => return Err(VaultFault::reading(&path, &error)),
        };
        let device = self.device()?;
        let content: Option<Content> = serde_json::from_slice(&bytes).ok();
        let fits = |c: &Content| same_bytes(&c.mac.0, &mac(&device, self.body(), &c.seen()).0);
        content.filter(fits).map(|c| Some(c.seen())).ok_or(VaultFault::DamagedSeen { path })
    }

    /// Remembers the end of the history: whole or not at all.
    ///
    /// # Errors
    /// The faults of `device.key`, or [`VaultFault::CannotWrite`].
    pub fn remember(&self, seen: &Seen) -> Result<(), VaultFault> {
        let mac = mac(&self.device()?, self.body(), seen);
        let content = Content { seq: seen.seq, head: Hex(seen.head), at: seen.at, mac };
        let bytes =
            serde_json::to_vec(&content).map_err(|_| VaultFault::Internal { step: "seen file" })?;
        disk::replace(&self.seen_path(), &bytes)
    }

    fn seen_path(&self) -> PathBuf {
        self.config_dir().join(format!("seen-{}.json", self.id()))
    }
}

impl Content {
    fn seen(&self) -> Seen {
        Seen { seq: self.seq, head: self.head.0, at: self.at }
    }
}

/// Keyed by the machine: a file of another machine or vault, or a damaged one, does not fit.
fn mac(device: &DeviceKey, body: &Body, seen: &Seen) -> Hex<32> {
    let (seq, at) = (seen.seq.to_be_bytes(), seen.at.to_be_bytes());
    Hex(super::derive::hmac(device.bytes(), &[b"seen", &body.vault_id.0, &seq, &seen.head, &at]))
}
