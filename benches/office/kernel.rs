//! What the kernel counts for us: processor time of a thread and of children, and its cache of files.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

/// What children that have ended took, all together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ended {
    /// Processor time, user and system.
    pub cpu: Duration,
    /// The most memory that one of them held, MiB.
    pub peak_mib: f64,
}

/// Processor time of this thread so far.
#[cfg(unix)]
pub fn thread_time() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

/// Processor time of this thread so far; elsewhere the time of the day has to do.
#[cfg(not(unix))]
pub fn thread_time() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

/// Processor time of this process so far, all threads.
#[cfg(unix)]
pub fn process_time() -> Duration {
    use nix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

/// Processor time of this process so far.
#[cfg(not(unix))]
pub fn process_time() -> Duration {
    thread_time()
}

/// What the children of this process took that have ended.
#[cfg(unix)]
pub fn ended_children() -> Result<Ended> {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| time.tv_sec() as u64 * 1_000_000 + time.tv_usec() as u64)
        .sum();
    Ok(Ended { cpu: Duration::from_micros(micros), peak_mib: usage.max_rss() as f64 / 1024.0 })
}

/// What the children of this process took that have ended.
#[cfg(not(unix))]
pub fn ended_children() -> Result<Ended> {
    anyhow::bail!("only Unix tells what a child took")
}

/// Writes a file out and drops it from the kernel's cache, so that the next reader waits for the
/// disk. Pages that somebody has mapped stay.
#[cfg(target_os = "linux")]
pub fn forget(path: &Path) -> Result<()> {
    use rustix::fs::{Advice, fadvise};
    let file = std::fs::File::open(path)?;
    file.sync_all()?;
    Ok(fadvise(&file, 0, None, Advice::DontNeed)?)
}

/// Writes a file out and drops it from the kernel's cache.
#[cfg(not(target_os = "linux"))]
pub fn forget(_: &Path) -> Result<()> {
    anyhow::bail!("only Linux is asked to forget a file")
}
