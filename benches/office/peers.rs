//! The programs that ours is held against, where they are installed.

use std::process::{Command, Stdio};

use crate::report::Report;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// The shell of SQLite.
    Sqlite,
    /// ripgrep.
    Ripgrep,
    /// grep.
    Grep,
    /// fzf.
    Fzf,
    /// Python with openpyxl.
    Openpyxl,
    /// csvlens.
    Csvlens,
    /// VisiData.
    Visidata,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Sqlite,
        Self::Ripgrep,
        Self::Grep,
        Self::Fzf,
        Self::Openpyxl,
        Self::Csvlens,
        Self::Visidata,
    ];

    /// What it is called in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite3",
            Self::Ripgrep => "rg",
            Self::Grep => "grep",
            Self::Fzf => "fzf",
            Self::Openpyxl => "openpyxl",
            Self::Csvlens => "csvlens",
            Self::Visidata => "visidata",
        }
    }

    /// What may be started, the usual one first: a Python that was installed beside the system's
    /// often lacks what the system's has.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &["sqlite3"],
            Self::Ripgrep => &["rg"],
            Self::Grep => &["grep"],
            Self::Fzf => &["fzf"],
            Self::Openpyxl => &["python3", "/usr/bin/python3"],
            Self::Csvlens => &["csvlens"],
            Self::Visidata => &["vd"],
        }
    }

    /// How its version is asked for.
    fn question(self) -> &'static [&'static str] {
        match self {
            Self::Openpyxl => &["-c", "import openpyxl; print('openpyxl', openpyxl.__version__)"],
            Self::Sqlite => &["-version"],
            Self::Ripgrep | Self::Grep | Self::Fzf | Self::Csvlens | Self::Visidata => {
                &["--version"]
            }
        }
    }

    /// The program to start and the version it tells, or nothing where it is not installed.
    pub fn found(self) -> Option<(&'static str, String)> {
        let version = |program: &'static str| {
            let mut command = Command::new(program);
            let output = command.args(self.question()).stdin(Stdio::null()).output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout);
            let version = text.lines().next()?.chars().take(60).collect();
            output.status.success().then_some((program, version))
        };
        self.programs().iter().find_map(|program| version(program))
    }

    /// Something made with its program, where it is installed.
    pub fn then<T>(self, make: impl FnOnce(&'static str) -> T) -> Option<T> {
        self.found().map(|(program, _)| make(program))
    }
}

/// Says who is there and who is not.
pub fn introduce(report: &mut Report) {
    for peer in Peer::ALL {
        report.note(match peer.found() {
            Some((_, version)) => format!("peer {}: {version}", peer.name()),
            None => format!("peer {}: not installed, its rows have no ratio", peer.name()),
        });
    }
}
