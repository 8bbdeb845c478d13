//! Settings that people choose, in the configuration directory.

use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::domain::fault::{Fault, FaultKind};
use crate::model::effect::Settings;
use crate::office::{Places, make_private};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SettingsFile {
    /// Minutes without a key until the screen locks.
    lock_after_minutes: u32,
    /// Borders and marks of ASCII only.
    ascii: bool,
    /// No colour.
    plain: bool,
    /// A font file for papers, asked before the built-in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    letter_font: Option<String>,
}

impl Default for SettingsFile {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            lock_after_minutes: settings.lock_after_minutes,
            ascii: settings.ascii,
            plain: settings.plain,
            letter_font: None,
        }
    }
}

/// The settings in force. A file that cannot be read counts as none, and the sentence says so.
pub fn load(places: &Places, no_colour: bool) -> (Settings, Option<String>) {
    let path = places.settings_file();
    let (file, warning) = match std::fs::read_to_string(&path) {
        Err(_) => (SettingsFile::default(), None),
        Ok(text) => match toml::from_str(&text) {
            Ok(file) => (file, None),
            Err(error) => {
                let said = format!(
                    "设置文件 {} 看不懂（{}），这次用默认设置。请改好，或在「设置」里重新保存。",
                    path.display(),
                    error.message()
                );
                (SettingsFile::default(), Some(said))
            }
        },
    };
    let settings = Settings {
        lock_after_minutes: file.lock_after_minutes.clamp(1, 240),
        ascii: file.ascii,
        plain: file.plain || no_colour,
    };
    (settings, warning)
}

/// The font that stands in the file: no screen asks for it, so that keeping the others keeps it.
fn letter_font(path: &std::path::Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    toml::from_str::<SettingsFile>(&text).ok()?.letter_font
}

/// Keeps settings: written beside and renamed into place. Where the terminal asked for no colour,
/// that is no choice of this person, and the one on file stays.
///
/// # Errors
/// Where they cannot be written.
pub fn keep(places: &Places, settings: &Settings, no_colour: bool) -> Result<(), Fault> {
    let path = places.settings_file();
    let plain = if no_colour { load(places, false).0.plain } else { settings.plain };
    let told = |cause: &dyn std::fmt::Display| {
        let sentence = format!("设置没有保存：写不了 {}。请检查目录权限后再试。", path.display());
        Fault::new(FaultKind::CannotWrite, sentence).because(cause)
    };
    let file = SettingsFile {
        lock_after_minutes: settings.lock_after_minutes,
        ascii: settings.ascii,
        plain,
        letter_font: letter_font(&path),
    };
    let text = toml::to_string(&file).map_err(|error| told(&error))?;
    // Not the data's: a directory that is gone is never made anew here.
    make_private(&places.config)?;
    let mut out = tempfile::NamedTempFile::new_in(&places.config).map_err(|e| told(&e))?;
    out.write_all(text.as_bytes()).map_err(|e| told(&e))?;
    out.as_file().sync_all().map_err(|e| told(&e))?;
    out.persist(&path).map(drop).map_err(|e| told(&e.error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_loaded_and_a_bad_file_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::below(dir.path());
        assert_eq!(load(&places, false), (Settings::default(), None));
        let chosen = Settings { lock_after_minutes: 9, ascii: true, plain: true };
        keep(&places, &chosen, false).unwrap();
        assert_eq!(load(&places, false), (chosen.clone(), None));
        let plain_terminal = Settings { plain: true, ..Settings::default() };
        keep(&places, &Settings::default(), false).unwrap();
        keep(&places, &plain_terminal, true).unwrap();
        assert_eq!(load(&places, false).0, Settings::default());
        std::fs::write(places.settings_file(), "letter_font = \"/字体/仿宋.ttf#1\"").unwrap();
        keep(&places, &chosen, false).unwrap();
        assert_eq!(load(&places, false), (chosen, None));
        let font = places.own_font().unwrap();
        assert_eq!(font.path(), std::path::Path::new("/字体/仿宋.ttf"));
        std::fs::write(places.settings_file(), "lock_after_minutes = \"五\"").unwrap();
        assert_eq!(places.own_font(), None);
        let (settings, warning) = load(&places, true);
        assert_eq!(settings, Settings { plain: true, ..Settings::default() });
        assert!(warning.unwrap().contains("看不懂"));
    }
}
