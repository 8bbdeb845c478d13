//! Where things lie: data, configuration (with the device key), backups, logs.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::domain::fault::{Fault, FaultKind};

/// The directories of one installation. The configuration directory holds the device key and must
/// not lie inside the data directory: a copy of the data alone then opens nothing (security.md T2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Database, key file, attempts.
    pub data: PathBuf,
    /// Configuration, rule file, device key.
    pub config: PathBuf,
    /// Backups.
    pub backups: PathBuf,
    /// Logs.
    pub logs: PathBuf,
}

impl Places {
    /// The platform's own directories.
    ///
    /// # Errors
    /// Where the system names no home directory.
    pub fn platform() -> Result<Self, Fault> {
        let dirs = ProjectDirs::from("", "", "tuanzhuan").ok_or_else(|| {
            let sentence =
                "系统没有给出用户目录，不知道数据该放哪里。请用 --data-dir 指定一个目录。";
            Fault::new(FaultKind::Failed, sentence)
        })?;
        let data = dirs.data_local_dir().join("data");
        let config = dirs.config_dir().join("config");
        let state = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        Ok(Self {
            data,
            config,
            backups: dirs.data_local_dir().join("backups"),
            logs: state.join("logs"),
        })
    }

    /// Everything below one directory, in folders of their own.
    pub fn below(dir: &Path) -> Self {
        Self {
            data: dir.join("data"),
            config: dir.join("config"),
            backups: dir.join("backups"),
            logs: dir.join("logs"),
        }
    }

    /// The invented office's own directories.
    pub fn demo(&self) -> Self {
        let beside = |dir: &Path| dir.parent().unwrap_or(dir).join("demo");
        Self::below(&beside(&self.data))
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.data.join("tuanzhuan.db")
    }

    /// The key file, whose presence says that an office stands here.
    pub fn key_file(&self) -> PathBuf {
        self.data.join("vault.keys")
    }

    /// The open key of the invented office.
    pub fn demo_key(&self) -> PathBuf {
        self.data.join("demo.key")
    }

    /// The office's own rule file, if it has one.
    pub fn rules_file(&self) -> PathBuf {
        self.config.join("rules.toml")
    }

    /// Settings that people chose.
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.toml")
    }

    /// What was chosen for the columns of tables that were imported.
    pub fn layouts_file(&self) -> PathBuf {
        self.config.join("layouts.toml")
    }

    /// Makes the directories, readable by their owner only.
    ///
    /// # Errors
    /// Where one cannot be made.
    pub fn make(&self) -> Result<(), Fault> {
        for dir in [&self.data, &self.config, &self.backups, &self.logs] {
            make_private(dir)?;
        }
        Ok(())
    }
}

/// Makes a directory that only its owner may enter.
pub(super) fn make_private(dir: &Path) -> Result<(), Fault> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| super::io_fault("建不了目录", dir, &error))
}
