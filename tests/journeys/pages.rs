//! 操作记录, 帮助, 设置, 操作指南.

use crate::rehearsal::{Rehearsal, Who};

#[test]
fn the_trail_is_read() {
    journey!(Committee, "08", "audit-list");
    journey!(Committee, "08<enter>", "audit-entry");
}

#[test]
fn help_belongs_to_the_screen() {
    journey!(Committee, "1", "help-home");
    journey!(Committee, "1<pgdn>", "help-home-more");
    journey!(Branch, "21<f1>", "help-form");
    journey!(Committee, "0<end><up><up><up><up><enter>", "guide");
    journey!(Committee, "0<end><up><up><up><enter>", "papers");
}

#[test]
fn settings_change_the_drawing_at_once() {
    let mut office = journey!(Committee, "09", "settings");
    office.keys("<down><right><f8>");
    picture!(office, "home-ascii");
    office.keys("8");
    office.must_not_show("╔");
    let again = Rehearsal::office(Who::Committee);
    again.must_show("╔");
}
