//! Draws [`Record`]: a whole page, or a popup for a reason or a date.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::model::screens::record::{Purpose, Record};
use crate::view::Scene;
use crate::view::form::{self, Panel};
use crate::view::popup::clear_area;

/// Columns of a popup.
const POPUP: u16 = 66;
/// Rows kept free in a popup, so that it need not grow while a fault is shown.
const SPARE: usize = 3;

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Record,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let go = if screen.waiting { "请稍等..".to_owned() } else { format!("F8 {}", verb(screen)) };
    let buttons = [go.as_str(), "Esc 不办了"];
    let panel = Panel { title: &screen.title, intro: &screen.intro, buttons: &buttons };
    let area = if screen.is_popup() { popup(screen, panel, scene, frame, area) } else { area };
    let cursor = form::draw(&screen.form, panel, scene.theme, frame, area);
    if screen.waiting { None } else { cursor }
}

fn popup(
    screen: &Record,
    panel: Panel<'_>,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Rect {
    let cols = POPUP.min(area.width);
    let rows = form::height(&screen.form, panel, scene.theme, usize::from(cols) - 2) + 2 + SPARE;
    let rows = u16::try_from(rows).unwrap_or(area.height).min(area.height);
    let (x, y) = ((area.width - cols) / 2, (area.height - rows) / 2);
    let place = Rect::new(area.x + x, area.y + y, cols, rows);
    clear_area(frame.buffer_mut(), place);
    place
}

fn verb(screen: &Record) -> &'static str {
    match screen.purpose {
        Purpose::ChangePassword => "改密码",
        Purpose::AddMember | Purpose::AddOrg | Purpose::AddAccount => "添加",
        Purpose::ReconcilePath => "对账",
        Purpose::Print(..) => "打印",
        Purpose::EditMember(..) | Purpose::EditOrg(..) | Purpose::Settings => "保存",
        Purpose::AskReason(_) | Purpose::AskReceipt(_) | Purpose::LetterReceipt(_) => "确定",
        Purpose::CorrectMember(..) => "提交申请",
        Purpose::AcceptCorrection(_) | Purpose::RefuseCorrection(_) => "确定",
        Purpose::EraseMember(_) => "删除",
        Purpose::UndoImport => "撤销",
        Purpose::ImportPath(_) | Purpose::Export(_) => "预览",
        Purpose::ExportHistory(_) | Purpose::ExportReconciled(_) => "导出",
    }
}
