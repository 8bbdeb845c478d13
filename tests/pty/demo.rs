//! The invented office opened in a window, for tests that need work to look at.

use std::path::Path;

use super::terminal::{Start, Terminal};

/// How to open the invented office below a directory.
pub fn start(data: &Path) -> Start {
    Start::new(data, &["demo", "--seed", "7"])
}

/// How to open the one that is there already.
pub fn start_again(data: &Path) -> Start {
    Start::new(data, &["demo"])
}

/// A window on the first screen, with everything it asks for.
pub fn open(start: Start) -> Terminal {
    let window = start.go();
    wait_for_list(&window);
    window
}

/// Waits for the list with the details of its first row, after which nothing more comes.
pub fn wait_for_list(window: &Terminal) {
    window.wait_until("the list with details", |screen| {
        screen.contains("[待我办 ") && screen.contains("下一步：")
    });
}

/// Goes to an empty 发起转接, whose first field that is typed into has the focus.
pub fn open_form(window: &mut Terminal) {
    window.keys("2");
    window.wait_for("╔ 新建");
    window.keys("1");
    window.wait_for("╔ 草稿");
    window.keys("2");
    window.wait_gone("╔ 草稿");
    window.keys("<down>");
    window.wait_for("►*常用联系人");
}
