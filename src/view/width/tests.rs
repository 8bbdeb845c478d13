//! Tables of widths, cuts and lines.

use super::*;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

#[test]
fn widths_are_display_columns() {
    for (text, cols) in [("", 0), ("abc", 3), ("孔维嘉", 6), ("..学2017级", 10), ("\u{7}a", 1)]
    {
        assert_eq!(width(text), cols, "{text:?}");
    }
}

#[test]
fn a_text_is_fitted_exactly() {
    let cases = [
        ("孔维嘉", 8, Fit::Tail, "孔维嘉  "),
        ("孔维嘉", 6, Fit::Tail, "孔维嘉"),
        ("古丽米热·艾力", 9, Fit::Tail, "古丽米.. "),
        ("古丽米热·艾力", 8, Fit::Tail, "古丽米.."),
        ("江苏省常州市", 9, Fit::Head, "..常州市 "),
        ("江苏省常州市", 2, Fit::Head, ".."),
        ("江苏省常州市", 1, Fit::Head, "."),
        ("江苏省常州市", 0, Fit::Head, ""),
        ("李公朴小学2017级13班", 14, Fit::Head, "..学2017级13班"),
        ("李公朴小学2017级13班", 16, Fit::Head, "..小学2017级13班"),
        ("李公朴小学2017级13班", 13, Fit::Head, "..2017级13班 "),
        ("李公朴小学2017级13班", 6, Fit::Head, "..13班"),
        ("李公朴小学2017级13班", 5, Fit::Head, "..   "),
        ("2017级13班团支部", 9, Fit::Tail, "2017级.. "),
        ("第一中学高三(5)班", 10, Fit::Head, "..(5)班   "),
        ("第一中学高三(5)班", 12, Fit::Head, "..高三(5)班 "),
        ("初中部十三班", 6, Fit::Head, "..    "),
        ("初中部十三班", 8, Fit::Head, "..十三班"),
        ("第一中学", 6, Fit::Tail, "第一.."),
        ("international", 6, Fit::Tail, "inte.."),
    ];
    for (text, cols, how, want) in cases {
        let got = fit(text, cols, how);
        assert_eq!(got, want, "{text} {cols}");
        assert_eq!(width(&got), cols);
    }
}

#[test]
fn texts_are_placed_right_and_in_the_middle() {
    assert_eq!(pad_left("213", 6), "   213");
    assert_eq!(pad_left("三人", 6), "  三人");
    assert_eq!(pad_left("三人", 3), "三人");
    assert_eq!(center("办理", 9), "  办理   ");
    assert_eq!(center("办理", 4), "办理");
}

#[test]
fn organisations_are_shortened_by_meaning() {
    let class = "江苏省常州市武进区湖塘镇李公朴小学团支部2017级13班团支部";
    let cases = [
        (class, 60, "江苏省常州市武进区湖塘镇李公朴小学团支部2017级13班团支部    "),
        (class, 52, "常州市武进区湖塘镇李公朴小学团支部2017级13班团支部  "),
        (class, 40, "湖塘镇李公朴小学团支部2017级13班团支部  "),
        (class, 26, "湖塘镇李公朴小学2017级13班"),
        (class, 20, "..公朴小学2017级13班"),
        (class, 15, "..学2017级13班 "),
        (class, 12, "..2017级13班"),
        (class, 11, "..13班     "),
        ("江苏省南京市南京晓庄学院团委", 18, "南京晓庄学院团委  "),
        ("共青团南京晓庄学院委员会", 20, "南京晓庄学院委员会  "),
        ("共青团南京晓庄学院委员会", 12, "南京晓庄学院"),
        ("江苏省常州市天宁区天宁街道流动团员团支部", 16, "天宁街道流动团员"),
        ("江苏省常州市天宁区天宁街道流动团员团支部", 14, "..街道流动团员"),
        ("常州城市学院团委", 14, "..城市学院团委"),
        ("红旗小学团支部", 8, "红旗小学"),
        ("中山路社区团支部", 10, "中山路社区"),
        ("内蒙古自治区呼和浩特市第一中学团委", 18, "第一中学团委      "),
        ("常州市武进区", 8, "武进区  "),
    ];
    for (name, cols, want) in cases {
        let got = short_org(name, cols);
        assert_eq!(got, want, "{name} {cols}");
        assert_eq!(width(&got), cols);
    }
}

#[test]
fn lines_are_broken_as_printed() {
    let cases: &[(&str, usize, &[&str])] = &[
        ("", 10, &[""]),
        ("孔维嘉", 10, &["孔维嘉"]),
        ("孔维嘉王凡", 6, &["孔维嘉", "王凡"]),
        ("请对照证件，补全。", 10, &["请对照证", "件，补全。"]),
        ("他说（不对）就改", 6, &["他说", "（不", "对）就", "改"]),
        ("见「转接」一项", 4, &["见", "「转", "接」", "一项"]),
        ("按 F8 提交", 7, &["按 F8", "提交"]),
        ("编号 3204020017 已有", 12, &["编号", "3204020017", "已有"]),
        ("3204020017", 4, &["3204", "0200", "17"]),
        ("第一行\n\n第三行", 10, &["第一行", "", "第三行"]),
        ("王凡", 1, &["王", "凡"]),
        ("王凡", 0, &["王", "凡"]),
        ("  缩进", 10, &["  缩进"]),
        ("一   二", 4, &["一", "二"]),
    ];
    for (text, cols, want) in cases {
        assert_eq!(wrap(text, *cols), *want, "{text:?} {cols}");
    }
}

fn painted(text: &str) -> usize {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 1));
    buffer.set_stringn(0, 0, text, 200, Style::default()).0.into()
}

proptest! {
    #[test]
    fn the_painter_measures_as_we_do(text in any::<String>()) {
        prop_assert_eq!(width(&text), painted(&text));
    }

    #[test]
    fn the_painter_agrees_on_odd_characters(
        text in "[ｶﾞﾟ\u{301}\u{FE0F}\u{200D}👨⚠🇨🇳·…①\u{E123}\u{1F1E6}\u{1100}\u{1161}\n\t]{0,20}",
    ) {
        prop_assert_eq!(width(&text), painted(&text));
    }

    #[test]
    fn fitting_is_exact(text in "[一-龥a-z0-9级班()·，🇨🇳\u{301}]{0,30}", cols in 0_usize..40) {
        prop_assert_eq!(width(&fit(&text, cols, Fit::Tail)), cols);
        prop_assert_eq!(width(&fit(&text, cols, Fit::Head)), cols);
        prop_assert_eq!(width(&short_org(&text, cols)), cols);
    }

    #[test]
    fn the_class_is_whole_or_gone(school in "[一-龥]{0,8}", class in 1_u32..100, cols in 0_usize..40) {
        let short = short_org(&format!("{school}2017级{class}班团支部"), cols);
        let digits: String = short.chars().filter(char::is_ascii_digit).collect();
        let whole = [format!("2017{class}"), class.to_string(), String::new()];
        prop_assert!(whole.contains(&digits), "{}", short);
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing(text in "[一-龥a-z0-9 ，。（）「」]{0,40}", cols in 8_usize..30) {
        let lines = wrap(&text, cols);
        prop_assert!(lines.iter().all(|line| width(line) <= cols), "{:?}", lines);
        let without_spaces = |text: &str| text.replace(' ', "");
        prop_assert_eq!(without_spaces(&lines.concat()), without_spaces(&text));
    }

    #[test]
    fn lines_start_and_end_well(text in "[一-龥]{1,3}([，。）」]?[一-龥]{1,5}[（「]?[一-龥]){0,8}", cols in 12_usize..30) {
        let lines = wrap(&text, cols);
        let starts = lines.iter().skip(1).filter_map(|line| line.chars().next());
        prop_assert!(!starts.into_iter().any(|c| "，。）」".contains(c)), "{:?}", lines);
        let ends = lines.iter().filter_map(|line| line.chars().next_back());
        prop_assert!(!ends.into_iter().any(|c| "（「".contains(c)), "{:?}", lines);
    }
}
