//! Draws [`Page`].

use chrono::Datelike;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::domain::id_number::{DocumentKind, mask_id};
use crate::domain::member::Member;
use crate::domain::organisation::{OrgState, Organisation};
use crate::domain::phone::mask_phone;
use crate::model::screens::page::{Content, Page, Revealed};
use crate::view::Scene;
use crate::view::theme::Focused;
use crate::view::width::{Fit, fit, wrap};

/// Columns of a label.
const LABEL: usize = 16;

/// A label with its value.
type Entry = (&'static str, String);

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Page,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let pane = scene.theme.pane(screen.crumb(), Focused::Yes);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let entries = match &screen.content {
        Content::Loading => vec![("", "正在读取".to_owned())],
        Content::Failed(sentence) => vec![("没有读出来", sentence.clone())],
        Content::Member(m, open) => of_member(m, open, screen.revealed.as_ref()),
        Content::Org(org, superior) => of_org(org, superior),
    };
    let cols = usize::from(inner.width).saturating_sub(LABEL + 2);
    let lines = entries.iter().flat_map(|entry| rows(entry, cols, scene));
    let mut line = Rect { height: 1, ..inner };
    for text in lines.take(usize::from(inner.height)) {
        frame.render_widget(text, line);
        line.y += 1;
    }
    Some(Position::new(inner.x, inner.y))
}

fn rows(entry: &Entry, cols: usize, scene: Scene<'_>) -> Vec<Line<'static>> {
    let (label, value) = entry;
    let (text, style) = match value.as_str() {
        "" => ("（没有填）".to_owned(), scene.theme.dim()),
        _ => (value.clone(), Style::new()),
    };
    let mut label = format!(" {}", fit(label, LABEL, Fit::Tail));
    let mut lines = Vec::new();
    for row in wrap(&text, cols) {
        lines.push(Line::from(vec![Span::raw(label), Span::styled(row, style)]));
        label = " ".repeat(LABEL + 1);
    }
    lines
}

fn of_member(member: &Member, open: &str, revealed: Option<&Revealed>) -> Vec<Entry> {
    let (id_number, phone) = numbers(member, revealed);
    let profile = &member.profile;
    vec![
        ("姓名", member.name.clone()),
        ("性别和出生", sex_and_birth(member)),
        (document_label(member.document), id_number),
        ("手机号", phone),
        ("团支部", member.branch_name.clone()),
        ("状态", member.state.label().to_owned()),
        ("在办转接", if open.is_empty() { "没有".to_owned() } else { open.to_owned() }),
        ("民族", profile.ethnic_group.clone()),
        ("政治面貌", profile.political_status.clone()),
        ("学历", profile.education.clone()),
        ("入团年月", profile.joined_on.clone()),
        ("团内职务", profile.league_post.clone()),
        ("发展团员编号", profile.membership_number.clone()),
        ("入团志愿书", profile.authentication.label().to_owned()),
        ("团费交至", profile.fees_paid_to.clone()),
        ("毕业标记", profile.graduation_mark.label().to_owned()),
    ]
}

/// The numbers masked, or in the clear for as long as they may be seen.
fn numbers(member: &Member, revealed: Option<&Revealed>) -> (String, String) {
    match revealed {
        Some(r) => (format!("{}  （过一会儿自动遮住）", r.id_number), r.phone.clone()),
        None => {
            let phone =
                if member.phone.is_empty() { String::new() } else { mask_phone(&member.phone) };
            (format!("{}  （按 7 看 10 秒，会记下来）", mask_id(member.id_number.reveal())), phone)
        }
    }
}

fn document_label(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::ResidentCard => "身份证号",
        DocumentKind::Other => "证件号码",
    }
}

/// Only the year of birth is shown: the day is part of the number (security.md decision 9).
fn sex_and_birth(member: &Member) -> String {
    match (member.id_number.sex(), member.id_number.birthday()) {
        (Some(sex), Some(day)) => format!("{}  {} 年生", sex.label(), day.year()),
        _ => String::new(),
    }
}

fn of_org(org: &Organisation, superior: &str) -> Vec<Entry> {
    let superior = match (org.parent, superior) {
        (None, _) => "没有，这是最上级".to_owned(),
        (Some(_), "") => "正在读取".to_owned(),
        (Some(_), name) => name.to_owned(),
    };
    vec![
        ("全称", org.full_name.clone()),
        ("简称", org.short_name.clone()),
        ("类型", org.kind.label().to_owned()),
        ("编号", org.code.clone()),
        ("上级", superior),
        ("联系人", org.contact_name.clone()),
        ("联系电话", org.contact_phone.clone()),
        ("团员", format!("{} 人", org.n_members)),
        ("本库管理", managed(org).to_owned()),
        ("预计毕业年月", org.graduates_on.clone()),
        ("最近核对", org.verified_on.clone()),
        ("状态", state(org)),
    ]
}

fn managed(org: &Organisation) -> &'static str {
    if org.managed {
        "是，它或上级在这里有管理员"
    } else {
        "否，转入转出由对方系统办，这里登记结果"
    }
}

/// An organisation without anybody in it is told apart: a transfer there gets no answer.
fn state(org: &Organisation) -> String {
    let hollow = org.n_members == 0 && org.contact_name.is_empty();
    match org.state {
        OrgState::Active if hollow => {
            "在用（空壳：没有联系人也没有团员，转入前请先核实）".to_owned()
        }
        OrgState::Active | OrgState::Retired => org.state.label().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::ids::{MemberId, Moment, OrgId};
    use crate::domain::organisation::OrgKind;
    use crate::model::effect::{Reply, Ticket};
    use crate::model::state::{Msg, update};
    use crate::model::testing::{member, organisation};
    use crate::view::testing::{desk, dump, now, press, reply};

    #[test]
    fn a_member_is_masked_until_asked_for_and_again_after_ten_seconds() {
        let (mut state, _) = desk(Page::member(MemberId(4)), Role::Administrator);
        let record = member(4, "孔维嘉");
        let number = record.id_number.reveal().to_owned();
        reply(&mut state, Reply::Member(Ticket(1), Box::new(record)));
        let lines = dump(&state, 80, 24);
        assert!(lines[4].contains("320***************") && lines[4].contains("按 7"), "{lines:#?}");
        assert!(lines[5].contains("186****1029"), "{lines:#?}");
        assert!(lines[17].contains("毕业标记"), "{lines:#?}");
        assert!(!lines.join("").contains(&number));
        press(&mut state, "7");
        let until = Moment(now().moment.0 + 10);
        let phone = "18625201029".to_owned();
        reply(&mut state, Reply::Revealed { id_number: number.clone(), phone, until });
        assert!(dump(&state, 80, 24)[4].contains(&number));
        let mut later = now();
        later.moment = until;
        update(&mut state, Msg::Due, later);
        assert!(!dump(&state, 80, 24).join("").contains(&number));
    }

    #[test]
    fn an_organisation_shows_superior_contact_and_whether_it_is_hollow() {
        let (mut state, _) = desk(Page::org(OrgId(13)), Role::Administrator);
        let mut org = organisation(13, "江苏省南京市某某学院2017级13班团支部", OrgKind::Branch);
        org.n_members = 0;
        org.contact_name.clear();
        reply(&mut state, Reply::Org(Ticket(1), Box::new(org)));
        let above = organisation(1, "江苏省南京市某某学院团委", OrgKind::Committee);
        reply(&mut state, Reply::Org(Ticket(2), Box::new(above)));
        let lines = dump(&state, 80, 24).join("\n");
        for wanted in ["学院团委", "团支部", "3201040013", "0519-86330000", "空壳"] {
            assert!(lines.contains(wanted), "{wanted}\n{lines}");
        }
    }
}
