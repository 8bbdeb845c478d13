//! Draws [`CardPage`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::form::FieldId;
use crate::domain::phone::mask_phone;
use crate::domain::transfer::{Contact, TransferCard, TransferEvent};
use crate::model::screens::card::CardPage;
use crate::model::words::next_step;
use crate::view::Scene;
use crate::view::theme::Focused;
use crate::view::transfer::{minute, progress_line, reason, second, stage_style};
use crate::view::width::{Fit, fit, wrap};

/// Columns of the labels: the widest is 工作单位所在地详细地址.
const LABEL: usize = 24;

type Lines = Vec<(String, Style)>;

/// Draws the screen into `area` and says where the cursor belongs: the first line shown.
pub fn draw(
    screen: &CardPage,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let number = screen.card.as_ref().map(|card| card.row.number.as_str());
    let title = format!("转接详情 {}", number.unwrap_or_default());
    let block = scene.theme.pane(title.trim_end(), Focused::Yes);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let cols = usize::from(inner.width.saturating_sub(2));
    let lines = match &screen.card {
        None => vec![("正在读取".to_owned(), scene.theme.dim())],
        Some(card) => page(screen, card, scene, cols),
    };
    let last = lines.len().saturating_sub(usize::from(inner.height));
    if screen.scroll < last {
        let more = Line::raw(" 下面还有，按下键或 PgDn ");
        let row = Rect { x: area.x + 2, y: area.bottom().saturating_sub(1), height: 1, ..area };
        let cols = u16::try_from(more.width()).unwrap_or(0).min(area.width.saturating_sub(4));
        frame.render_widget(more, Rect { width: cols, ..row });
    }
    let shown = lines.into_iter().skip(screen.scroll.min(last));
    for (y, (text, style)) in (inner.y..inner.bottom()).zip(shown) {
        let line = Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(2), height: 1 };
        frame.render_widget(Line::styled(fit(&text, cols, Fit::Tail), style), line);
    }
    Some(Position::new(inner.x + 1, inner.y))
}

fn page(screen: &CardPage, card: &TransferCard, scene: Scene<'_>, cols: usize) -> Lines {
    let plain = Style::new();
    let state = scene.state;
    let mut lines: Lines = vec![(progress_line(card, scene.theme, state.now, &state.rules), plain)];
    let next = state.session.as_ref().map(|session| next_step(card, &session.actor));
    let style = stage_style(card.row.facts.stage, scene.theme);
    lines.extend(wrap(&next.unwrap_or_default(), cols).into_iter().map(|text| (text, style)));
    lines.push((String::new(), plain));
    let fields = fields(screen, card, scene);
    let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
    for (label, value) in given {
        lines.extend(labelled(&label, &value, cols).into_iter().map(|text| (text, plain)));
    }
    lines.push((String::new(), plain));
    lines.push(("经过".to_owned(), scene.theme.strong()));
    lines.extend(card.events.iter().flat_map(|e| event(e, scene, cols)).map(|text| (text, plain)));
    if card.events.is_empty() {
        lines.push(("还没有提交。".to_owned(), scene.theme.dim()));
    }
    lines
}

fn fields(screen: &CardPage, card: &TransferCard, scene: Scene<'_>) -> Vec<(String, String)> {
    let (row, form, now) = (&card.row, &card.form, scene.state.now);
    let clear = screen.clear.as_ref();
    let id_number = clear.map_or(&card.masked_id, |clear| &clear.id_number);
    let phone = clear.map_or(&card.masked_phone, |clear| &clear.phone);
    let rules = &scene.state.rules;
    let contact_phone = match clear {
        Some(_) => form.contact_phone.clone(),
        None => mask_phone(&form.contact_phone),
    };
    let system = form.external_system.map_or("否", |system| rules.external_label(system));
    let route = rules.route_label(&form.further_study).unwrap_or(&form.further_study);
    // The same field has another name under another reason.
    let asked = rules.fields(form);
    let address = asked.iter().find(|field| field.id == FieldId::Address);
    let address = address.map_or("详细地址", |field| field.label.as_str());
    let fields = [
        ("处理状态", row.facts.stage.label().to_owned()),
        ("退回或结束的原因", card.closing_reason.clone()),
        ("转出人姓名", row.transferee.clone()),
        ("身份证号码", id_number.clone()),
        ("手机号", phone.clone()),
        ("转出团支部", row.origin.clone()),
        ("团支部管理员", contact(&card.origin_contact)),
        ("直属上级", contact(&card.superior_contact)),
        ("常用联系方式", contact_phone),
        ("转入京/粤/闽", system.to_owned()),
        ("转出原因", reason(row, rules).to_owned()),
        ("毕业去向", route.to_owned()),
        ("新学校名称", form.school.clone()),
        ("工作单位名称", form.employer.clone()),
        (address, form.address.clone()),
        ("申请转入组织", row.destination.clone()),
        ("转入组织联系人", contact(&card.destination_contact)),
        ("分配到的团支部", card.placed_in.clone()),
        ("备注", form.remark.clone()),
        ("发起方", row.facts.initiator.label().to_owned()),
        ("申请时间", second(row.applied_at, now)),
        ("完成时间", second(row.done_at, now)),
    ];
    fields.map(|(label, value)| (label.to_owned(), value)).into()
}

fn contact(contact: &Contact) -> String {
    let parts = [contact.name.as_str(), contact.phone.as_str()];
    let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    known.join(" ")
}

fn labelled(label: &str, value: &str, cols: usize) -> Vec<String> {
    let wrapped = wrap(value, cols.saturating_sub(LABEL).max(2));
    let head = |i: usize| if i == 0 { fit(label, LABEL, Fit::Tail) } else { " ".repeat(LABEL) };
    wrapped.iter().enumerate().map(|(i, text)| head(i) + text).collect()
}

/// When, who and what; 代办 for whom and the reason word for word on lines of their own.
fn event(event: &TransferEvent, scene: Scene<'_>, cols: usize) -> Vec<String> {
    let at = minute(event.at, scene.state.now);
    let mut lines =
        vec![format!("{at} {}  {}，到「{}」", event.actor, event.act.label(), event.to.label())];
    let mut below = |text: String| {
        let wrapped = wrap(&text, cols.saturating_sub(12).max(2));
        lines.extend(wrapped.into_iter().map(|text| " ".repeat(12) + &text));
    };
    if !event.on_behalf_of.is_empty() {
        below(format!("代办：{}", event.on_behalf_of));
    }
    if !event.reason.is_empty() {
        below(format!("原因：{}", event.reason));
    }
    lines
}
