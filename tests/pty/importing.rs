//! A long import: it shows how far it is, holds no key, and can be cancelled.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::demo;
use super::terminal::Terminal;

/// More than can be read and written before somebody presses a key.
const ROWS: usize = 40_000;

/// How long a key may take to show; far less than the import takes.
const AT_ONCE: Duration = Duration::from_millis(500);

fn list(dir: &Path) -> PathBuf {
    let mut text = "组织编号,上级编号,组织全称,组织类别\nN1,,远山省团委,团委\n".to_owned();
    for n in 2..=ROWS {
        writeln!(text, "N{n},N1,远山省第{n}中学团委,团委").unwrap();
    }
    let path = dir.join("list.csv");
    std::fs::write(&path, text).unwrap();
    path
}

/// Goes to the import screen of a list.
fn open_import(window: &mut Terminal, path: &Path) {
    window.keys("0");
    window.wait_for("╔ 菜单");
    let row = window.row_with("导入组织");
    let digit: String = row.chars().filter(char::is_ascii_digit).take(1).collect();
    window.keys(&digit);
    window.wait_for("文件");
    window.type_text(&path.display().to_string());
    window.keys("<f8>");
}

/// Presses a key that the loop alone answers, and says how long it took.
fn time_of(window: &mut Terminal, key: &str, shows: &str) -> Duration {
    let began = Instant::now();
    window.keys(key);
    window.wait_for(shows);
    began.elapsed()
}

#[test]
fn keys_are_answered_while_a_list_is_written_and_esc_stops_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = list(dir.path());
    let mut window = demo::open(demo::start(dir.path()));
    open_import(&mut window, &path);
    window.wait_for("共 40000 行：可导入 40000");
    window.keys("8");
    window.wait_for("Esc 取消");
    // The help opens over the screen that waits, and closes again.
    let open = time_of(&mut window, "1", "帮助：");
    let close = time_of(&mut window, "<esc>", "┌ 进度");
    assert!(open < AT_ONCE && close < AT_ONCE, "{open:?} {close:?}");
    assert!(window.screen().contains("Esc 取消"), "it goes on:\n{}", window.screen());
    window.keys("<esc>");
    window.wait_for("什么都没有写入");
    let files = std::fs::read_dir(dir.path().join("demo").join("data")).unwrap();
    let names: Vec<String> =
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert!(!names.iter().any(|name| name.ends_with(".tzd")), "{names:?}");
    window.keys("<esc>");
    demo::wait_for_list(&window);
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
}

/// What the list brought can be searched at once, by what people type.
#[test]
fn a_list_that_was_imported_is_searched_in_the_picker() {
    let dir = tempfile::tempdir().unwrap();
    let path = list(dir.path());
    let mut window = demo::open(demo::start(dir.path()));
    open_import(&mut window, &path);
    window.wait_for("共 40000 行：可导入 40000");
    window.keys("8");
    window.wait_for("已导入 40000 行");
    window.keys("<esc>");
    demo::wait_for_list(&window);
    demo::open_form(&mut window);
    window.keys("<down><f4>");
    window.wait_for("1 否");
    window.keys("1");
    window.wait_gone("1 否");
    window.keys("<down><f4>");
    window.wait_for("9 其他");
    window.keys("9");
    window.wait_for("*申请转入组织");
    window.keys("<down><f7>");
    window.wait_for("全国目录 ");
    window.type_text("yss 31234");
    window.wait_for("远山省第31234中学");
    window.wait_for("来自全国目录");
    window.keys("<enter>");
    window.wait_until("the form with the destination", |screen| {
        screen.contains("╔ 发起转接") && screen.contains("远山省第31234中学团委")
    });
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
}
