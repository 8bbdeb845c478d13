//! Where things lie: data, configuration (with the device key), backups, logs.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::domain::fault::{Fault, FaultKind};
use crate::exchange::letter::OwnFont;

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

    /// Where the office's own templates of papers lie, if it has any.
    pub fn letters_dir(&self) -> PathBuf {
        self.config.join("letters")
    }

    /// The font that the settings name for papers. Settings that cannot be read name none; the
    /// program says elsewhere that they are at fault.
    pub fn own_font(&self) -> Option<OwnFont> {
        #[derive(serde::Deserialize)]
        struct Chosen {
            letter_font: Option<String>,
        }
        let text = std::fs::read_to_string(self.settings_file()).ok()?;
        let chosen: Chosen = toml::from_str(&text).ok()?;
        let path = chosen.letter_font.filter(|path| !path.trim().is_empty())?;
        Some(OwnFont::of(path.trim()))
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

/// Makes a directory that only its owner may enter, and has its name last through a power cut: what
/// is synced in a directory is lost with it where its own name never reached the disk.
pub(crate) fn make_private(dir: &Path) -> Result<(), Fault> {
    let is_missing = |dir: &&Path| !dir.as_os_str().is_empty() && !dir.exists();
    let missing: Vec<&Path> = dir.ancestors().take_while(is_missing).collect();
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| super::io_fault("建不了目录", dir, &error))?;
    missing.into_iter().try_for_each(sync_above)
}

/// Has the name of a new directory last. One that may be entered and not read cannot be synced, which
/// is no reason to refuse the work.
fn sync_above(dir: &Path) -> Result<(), Fault> {
    let above = dir.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_closed = |error: std::io::Error| error.kind() == std::io::ErrorKind::PermissionDenied;
    if std::fs::read_dir(above).is_err_and(is_closed) {
        return Ok(());
    }
    super::setup::sync_dir(above)
}
