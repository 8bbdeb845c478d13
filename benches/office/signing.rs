//! Deriving a key from a password. It is meant to take long, so this is told and not improved.

use std::time::Instant;

use anyhow::{Result, anyhow};
use tuanzhuan::vault::{KdfCost, Verifier};

use crate::report::{Report, Row, median};
use crate::starting::ms;
use crate::{Effort, progress};

/// What is derived from; any password that people would choose.
const PASSWORD: &str = "Shuiniao-Qiao-4820";

/// Measures one derivation at the cost that this machine is given.
pub fn measure(effort: &Effort, report: &mut Report) -> Result<()> {
    progress("deriving keys");
    let told = |fault| anyhow!("{fault}");
    let cost = KdfCost::calibrated().map_err(told)?;
    let mut taken = Vec::new();
    for _ in 0..effort.n_starts {
        let start = Instant::now();
        Verifier::make(PASSWORD, cost).map_err(told)?;
        taken.push(ms(start.elapsed()));
    }
    let name = format!("one derivation, {} MiB, {} passes", cost.memory_kib / 1024, cost.passes);
    report.add(Row::new(name, median(&taken), "ms").at_most(1000.0));
    let short = if median(&taken) < 300.0 { 1.0 } else { 0.0 };
    report.add(Row::new("derivations shorter than 0.3 s", short, "").at_most(0.0));
    Ok(())
}
