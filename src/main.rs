//! Arguments, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tuanzhuan::cli::run(std::env::args_os()))
}
