//! The list of transfers: views, search, order, details.

#[test]
fn each_view_of_the_committee() {
    journey!(Committee, "", "home-waiting");
    journey!(Committee, "<right>", "home-mine");
    journey!(Committee, "]]", "home-overdue");
    journey!(Committee, "】】】", "home-returned");
    journey!(Committee, "<left><left>", "home-done");
    journey!(Committee, "[", "home-all");
}

#[test]
fn each_role_begins_where_its_work_is() {
    journey!(Province, "", "home-province");
    journey!(Branch, "", "home-branch");
    journey!(Township, "", "home-township");
    journey!(Operator, "", "home-operator");
}

#[test]
fn a_wide_terminal_shows_the_details_beside() {
    let mut office = journey!(Committee, "<down>", "home-second-row");
    office.resize(120, 40);
    picture!(office, "home-wide");
}

#[test]
fn people_are_found_by_characters_pinyin_and_initials() {
    let found = journey!(Committee, "<left>陶韵寒", "home-search-chinese");
    found.must_show("1/1 条");
    for keys in ["<left>/taoyunhan", "<left>3tyh", "<left>、陶yun"] {
        let mut office = crate::rehearsal::Rehearsal::office(crate::rehearsal::Who::Committee);
        office.keys(keys);
        office.must_show("►  陶韵寒");
    }
    let mut office = journey!(Committee, "3没有这个人", "home-search-nothing");
    office.keys("<esc>");
    office.must_show("已清空查找");
    office.keys("<esc>");
    office.must_show("1/18 条");
}

#[test]
fn the_order_is_chosen_and_reversed() {
    let mut office = journey!(Committee, "4", "home-sort-popup");
    office.keys("1");
    picture!(office, "home-sorted-by-name");
    office.keys("41");
    office.must_show("转出人 降");
}

#[test]
fn details_show_the_way_of_a_transfer_and_the_numbers_for_ten_seconds() {
    let mut office = journey!(Committee, "<left><left><down><enter>", "card-top");
    office.keys("<end>");
    picture!(office, "card-timeline");
    office.keys("<home>7");
    picture!(office, "card-numbers");
    office.pass(11);
    office.must_show("***************");
    office.keys("<esc>");
    office.must_show("[已完成");
}

#[test]
fn the_menu_lists_everything() {
    journey!(Committee, "0", "menu-administrator");
    journey!(Operator, "0", "menu-operator");
    journey!(Committee, ":<end><up><up><enter>", "menu-messages");
}
