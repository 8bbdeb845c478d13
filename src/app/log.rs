//! The log: technical causes only, never people's data. A log that cannot be written is no reason
//! to stop anybody's work.

use std::fs::OpenOptions;
use std::io::Write;

use super::world::Clock;
use crate::office::Places;

/// Most bytes of the log before it is begun anew.
const LIMIT: u64 = 1024 * 1024;

/// Adds a line to the log.
pub fn write(places: &Places, line: &str) {
    let path = places.logs.join("tuanzhuan.log");
    let full = std::fs::metadata(&path).is_ok_and(|meta| meta.len() > LIMIT);
    let mut options = OpenOptions::new();
    options.create(true).append(!full).truncate(full).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let now = Clock::system().now();
    let stamp = now.local(now.moment).format("%Y-%m-%d %H:%M:%S");
    if let Ok(mut file) = options.open(&path) {
        // Nothing better can be done than to go on without the line.
        writeln!(file, "{stamp} {line}").unwrap_or_default();
    }
}
