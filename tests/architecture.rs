//! Who may import whom, and what may be named where: the map of `src/lib.rs` as a test.

#![expect(clippy::unwrap_used, reason = "a test ends where its ground is missing")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("rules", &["domain"]),
    ("vault", &[]),
    ("store", &["domain", "rules"]),
    ("directory", &["domain"]),
    ("exchange", &["domain", "rules"]),
    ("office", &["domain", "rules", "vault", "store", "directory", "exchange"]),
    ("keys", &["domain"]),
    ("model", &["domain", "rules", "keys"]),
    ("view", &["domain", "rules", "keys", "model"]),
    (
        "app",
        &[
            "domain",
            "rules",
            "vault",
            "store",
            "directory",
            "exchange",
            "office",
            "keys",
            "model",
            "view",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "rules",
            "vault",
            "store",
            "directory",
            "exchange",
            "office",
            "keys",
            "model",
            "view",
            "app",
        ],
    ),
];

/// Crates and words with the places that may name them.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("rusqlite", &["store/"]),
    ("ratatui::", &["view/", "app/terminal.rs"]),
    ("crossterm", &["keys/", "app/"]),
    ("Local::now", &["app/world.rs"]),
    ("SystemTime::now", &["app/world.rs"]),
    ("env::var", &["app/world.rs"]),
    ("calamine", &["exchange/"]),
    ("rust_xlsxwriter", &["exchange/"]),
    ("krilla", &["exchange/letter/"]),
    ("skrifa", &["exchange/letter/"]),
    ("argon2", &["vault/"]),
    ("ed25519_dalek", &["store/signers.rs"]),
    ("memmap2", &["directory/"]),
    ("unsafe ", &["directory/map.rs"]),
];

/// A source file without its tests and comments.
struct Source {
    path: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    let read = |path: PathBuf| {
        let shown = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        Source { code: production_code(&fs::read_to_string(&path).unwrap()), path: shown }
    };
    found.into_iter().map(read).filter(|source| !is_test_file(&source.path)).collect()
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Tests of a room may build on any other; files that hold only such are left out.
fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.contains("/tests/")
        || matches!(name, "tests.rs" | "testing.rs" | "sample.rs" | "fixture.rs")
}

fn production_code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn room_of(path: &str) -> Option<&str> {
    path.split_once('/').map(|(room, _)| room)
}

/// The rooms that a text names as `crate::room`.
fn rooms_named(code: &str) -> Vec<&'static str> {
    let named = |room: &str| {
        ["::", ";", " ", "}", ","].iter().any(|end| code.contains(&format!("crate::{room}{end}")))
    };
    MAY_IMPORT.iter().map(|(room, _)| *room).filter(|room| named(room)).collect()
}

#[test]
fn rooms_import_only_what_the_map_allows() {
    let allowed: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut faults = Vec::new();
    for source in sources() {
        let Some(room) = room_of(&source.path) else { continue };
        let may = allowed.get(room).unwrap_or_else(|| panic!("{room} is on no map"));
        for other in rooms_named(&source.code) {
            if other != room && !may.contains(&other) {
                faults.push(format!("{} imports {other}", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn crates_are_named_only_where_they_belong() {
    let mut faults = Vec::new();
    for source in sources() {
        for (word, places) in ONLY_IN {
            let here = places.iter().any(|place| source.path.starts_with(place));
            if !here && source.code.contains(word) {
                faults.push(format!("{} names {word}", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn only_the_workflow_changes_a_stage() {
    let writes = sources()
        .into_iter()
        .filter(|s| s.code.contains("SET stage") || s.code.contains("stage = $"));
    let places: Vec<String> = writes.map(|s| s.path).collect();
    let known = ["store/transfers/decide.rs", "store/transfers/submit.rs"];
    let strangers: Vec<_> = places.iter().filter(|p| !known.contains(&p.as_str())).collect();
    assert!(strangers.is_empty(), "{strangers:?} write a stage");
    for path in known {
        let source = sources().into_iter().find(|s| s.path == path).unwrap();
        assert!(source.code.contains("advance("), "{path} writes a stage without asking the table");
    }
}

#[test]
fn the_map_names_every_room() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for (room, _) in MAY_IMPORT {
        assert!(lib.contains(&format!("[`{room}`]")), "the map does not name {room}");
        assert!(lib.contains(&format!("pub mod {room};")), "there is no room {room}");
    }
}

#[test]
fn the_top_level_holds_only_what_was_agreed() {
    let agreed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "assets",
        "tests",
        "README.md",
        "benches",
        "LICENSE",
        "CHANGELOG.md",
        "target",
        "proptest-regressions",
    ];
    for entry in fs::read_dir(env!("CARGO_MANIFEST_DIR")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(
            name.starts_with('.') || agreed.contains(&name.as_str()),
            "{name} lies on the top level"
        );
    }
}
