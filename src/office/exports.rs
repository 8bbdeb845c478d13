//! Exports: streamed from the store page by page, masked unless chosen, recorded either way.

use std::cell::Cell;
use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::Session;
use super::unfinished::Unfinished;
use crate::domain::account::Role;
use crate::domain::disclosure::{ExportPreview, ExportRecord, NewExport, Shown, Whereabouts};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::{ExternalSystem, Initiator};
use crate::domain::history::Head;
use crate::domain::ids::{ExportId, MemberId, Moment, OrgId};
use crate::domain::member::MemberEntry;
use crate::domain::order::ExportOrder;
use crate::domain::organisation::OrgEntry;
use crate::domain::progress::{Progress, Stopped, Watch};
use crate::domain::text::clean_line;
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::Stage;
use crate::exchange::export::{
    Disclosure, ExportColumn, ExportFault, ExportRows, ExportTable, Overwrite, Staged, Written,
    stage_table,
};
use crate::exchange::registers::{
    MEMBER_COLUMNS, ORGANISATION_COLUMNS, member_cells, organisation_cells,
};
use crate::exchange::transfers::{TRANSFER_COLUMNS, TransferExportRow, transfer_cells};
use crate::store::{Deed, ExportsPage, MemberFilter, OrgFilter, TransferExport};

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportDone {
    /// Where.
    pub path: PathBuf,
    /// Rows.
    pub n_rows: usize,
    /// Of these, drafts, which nobody but their author sees.
    pub n_drafts: usize,
    /// The end of the history when it was written; the file has it where its form has a place.
    pub head: Option<Head>,
}

impl ExportDone {
    /// How many rows there are and what about them, in words.
    pub fn words(&self) -> String {
        match self.n_drafts {
            0 => format!("已导出 {} 行", self.n_rows),
            n => format!("已导出 {} 行，其中草稿 {n} 行（还没有提交）", self.n_rows),
        }
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportManner<'a> {
    /// Masked or in full.
    pub disclosure: Disclosure,
    /// Replace a file of that name.
    pub overwrite: Overwrite,
    /// Why, for the ledger; may be empty.
    pub reason: &'a str,
}

/// How many rows of an export are looked at before it is written.
const FIRST_ROWS: usize = 3;

impl Session<'_> {
    /// Writes transfers to a file by its extension. No file is there where the watch stops it.
    ///
    /// # Errors
    /// Where the file cannot be written, full numbers are asked for by somebody who is no
    /// administrator or has not just given their password, or the work was stopped.
    pub fn export_transfers(
        &self,
        order: &ExportOrder,
        watch: &mut Watch<'_>,
    ) -> Result<ExportDone, Fault> {
        let manner = manner_of(order);
        let desk = self.desk();
        let rows = paged(|after: Option<TransferRow>| {
            let page = desk.export_page(&order.query, self.rules(), after.as_ref())?;
            let next = page.last().map(|t| t.row.clone());
            Ok((page, next))
        });
        let (mut n, n_drafts) = (0, Cell::new(0_usize));
        let mut rows = rows.map(|t| {
            report(watch, &mut n)?;
            let transfer = t?;
            n_drafts.set(n_drafts.get() + usize::from(transfer.row.facts.stage == Stage::Draft));
            Ok(transfer_cells(self.export_row(transfer), manner.disclosure))
        });
        let table = Sheet { name: "转接", columns: TRANSFER_COLUMNS, n_drafts: &n_drafts };
        self.write(&table, &mut rows, &order.path, manner)
    }

    /// What an export of transfers will write. Nothing is written or recorded.
    ///
    /// # Errors
    /// Where full numbers are asked for by somebody who is no administrator, or it cannot be read.
    pub fn preview_export(&self, order: &ExportOrder) -> Result<ExportPreview, Fault> {
        let manner = manner_of(order);
        self.check_disclosure(manner.disclosure)?;
        let desk = self.desk();
        let page = desk.export_page(&order.query, self.rules(), None)?;
        // Looking at it first must not show what only the recorded file may hold.
        let cells = |t| transfer_cells(self.export_row(t), Disclosure::Masked);
        Ok(ExportPreview {
            path: order.path.clone(),
            n_rows: desk.count_transfers(&order.query, self.rules())?,
            shown: shown(manner.disclosure),
            columns: TRANSFER_COLUMNS.iter().map(|column| column.header.to_owned()).collect(),
            first: page.into_iter().take(FIRST_ROWS).map(cells).collect(),
        })
    }

    /// Writes the members in scope to a file.
    ///
    /// # Errors
    /// As [`Session::export_transfers`].
    pub fn export_members(
        &self,
        path: &Path,
        manner: ExportManner<'_>,
    ) -> Result<ExportDone, Fault> {
        let desk = self.desk();
        let rows = paged(|after| {
            desk.members(&MemberFilter { after, former: true, ..MemberFilter::default() })
        });
        let mut rows = rows.map(|row| self.member_row(row?.id, manner.disclosure));
        let table = Sheet { name: "团员", columns: MEMBER_COLUMNS, n_drafts: &Cell::new(0) };
        self.write(&table, &mut rows, path, manner)
    }

    fn member_row(&self, id: MemberId, disclosure: Disclosure) -> Result<Vec<String>, Fault> {
        let m = self.desk().member(id)?;
        let entry = MemberEntry {
            name: m.name,
            document: m.document,
            id_number: m.id_number,
            phone: m.phone,
            profile: m.profile,
        };
        Ok(member_cells(&entry, &m.branch_name, disclosure))
    }

    /// Writes every organisation of the database to a file; the list is public among offices.
    ///
    /// # Errors
    /// As [`Session::export_transfers`].
    pub fn export_organisations(
        &self,
        path: &Path,
        manner: ExportManner<'_>,
    ) -> Result<ExportDone, Fault> {
        let desk = self.desk();
        let rows = paged(|after: Option<String>| {
            desk.organisations("", &OrgFilter::default(), after.as_deref())
        });
        let mut rows = rows.map(|row| self.organisation_row(row?.id));
        let table =
            Sheet { name: "组织", columns: ORGANISATION_COLUMNS, n_drafts: &Cell::new(0) };
        self.write(&table, &mut rows, path, manner)
    }

    fn organisation_row(&self, id: OrgId) -> Result<Vec<String>, Fault> {
        let org = self.office.store.organisation(id)?;
        let superior = match org.parent {
            Some(parent) => self.office.store.organisation(parent)?.code,
            None => String::new(),
        };
        Ok(organisation_cells(&OrgEntry {
            code: org.code,
            superior,
            kind: Some(org.kind),
            full_name: org.full_name,
            short_name: org.short_name,
            contact_name: org.contact_name,
            contact_phone: org.contact_phone,
            graduates_on: org.graduates_on,
        }))
    }

    pub(super) fn write(
        &self,
        sheet: &Sheet<'_>,
        rows: &mut ExportRows<'_, Fault>,
        path: &Path,
        manner: ExportManner<'_>,
    ) -> Result<ExportDone, Fault> {
        // The entry comes after the file, so a file that could not be recorded must not be made.
        self.must_write()?;
        self.check_disclosure(manner.disclosure)?;
        if manner.disclosure == Disclosure::Full {
            self.check_assurance("导出完整号码")?;
        }
        let head = self.office.store.head()?;
        let printed = head.map(|head| head.to_string());
        let history_head = printed.as_deref();
        let font = self.office.places.own_font();
        let unfinished = Unfinished::begin(&self.office.places, path)?;
        let table = ExportTable {
            sheet_name: sheet.name,
            columns: sheet.columns,
            history_head,
            own_font: font.as_ref(),
            scratch_prefix: &unfinished.prefix(),
        };
        let staged = stage_table(path, &table, rows, manner.overwrite);
        let (written, staged) = staged.map_err(told)?;
        // Entered before it has its name: a file that could not be entered must not be there, and
        // one that it was to replace must not be gone.
        let id = self.enter(sheet, &written, path, (manner, history_head))?;
        self.publish(staged, id, path).map_err(told::<Fault>)?;
        let n_rows = usize::try_from(written.n_rows).unwrap_or(usize::MAX);
        Ok(ExportDone { path: path.to_owned(), n_rows, n_drafts: sheet.n_drafts.get(), head })
    }

    /// Gives a file its name that was entered before. Where that fails it is entered as gone, unless
    /// it is there all the same; files of this name that were entered earlier are replaced by it.
    pub(super) fn publish(
        &self,
        staged: Staged,
        id: ExportId,
        path: &Path,
    ) -> Result<(), ExportFault<Fault>> {
        if let Err(fault) = staged.publish() {
            self.note_export_deleted(id, "文件没有写成").unwrap_or_default();
            return Err(fault);
        }
        let replaced = self.desk().exports_at(&shown_path(path), id);
        for older in replaced.map_err(ExportFault::Source)? {
            let noted = self.desk().note_export_deleted(older, "已被同名的新文件替换");
            noted.map_err(ExportFault::Source)?;
        }
        Ok(())
    }

    fn check_disclosure(&self, disclosure: Disclosure) -> Result<(), Fault> {
        if disclosure == Disclosure::Full && self.actor.role != Role::Administrator {
            let sentence = "导出完整号码要由管理员办理。请改为遮掩导出，或请管理员导出。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        Ok(())
    }

    /// Enters a file in history and ledger.
    pub(super) fn enter(
        &self,
        sheet: &Sheet<'_>,
        written: &Written,
        path: &Path,
        (manner, head): (ExportManner<'_>, Option<&str>),
    ) -> Result<ExportId, Fault> {
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let numbers = match manner.disclosure {
            Disclosure::Full => "完整号码",
            Disclosure::Masked => "遮掩号码",
        };
        let n_rows = written.n_rows;
        let detail = format!("{n_rows} 行，{numbers}，记录末条 {}", head.unwrap_or("无"));
        let reason = clean_line(manner.reason).text;
        let deed = Deed::new("export", format!("{} {name}", sheet.name))
            .detail(detail)
            .reason(reason.clone());
        let headers: Vec<&str> = sheet.columns.iter().map(|column| column.header).collect();
        let new = NewExport {
            what: sheet.name.to_owned(),
            path: shown_path(path),
            sha256: written.sha256,
            n_rows: i64::try_from(n_rows).unwrap_or(i64::MAX),
            n_drafts: i64::try_from(sheet.n_drafts.get()).unwrap_or(i64::MAX),
            fields: headers.join("、"),
            shown: shown(manner.disclosure),
            reason,
        };
        self.desk().enter_export(&new, &deed)
    }

    /// A page of the ledger of exports, with what is known of each file now.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn exports(&self, before: Option<i64>) -> Result<ExportsPage, Fault> {
        let (mut rows, next) = self.desk().exports(before)?;
        rows.iter_mut().for_each(look_for);
        Ok((rows, next))
    }

    /// Enters that a file and its copies were deleted.
    ///
    /// # Errors
    /// Where the file still lies there, it was entered already, or it is out of scope.
    pub fn note_export_deleted(&self, id: ExportId, remark: &str) -> Result<(), Fault> {
        let mut found = self.desk().export(id)?;
        look_for(&mut found);
        if found.whereabouts == Whereabouts::There {
            let sentence = format!(
                "「{}」还在原处，没有登记。请先把它和别处的副本都删掉，再来登记。",
                found.path
            );
            return Err(Fault::new(FaultKind::Conflict, sentence));
        }
        self.desk().note_export_deleted(id, &clean_line(remark).text)
    }
}

/// A path from the root on, as the ledger keeps it.
fn shown_path(path: &Path) -> String {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    clean_line(&full.to_string_lossy()).text
}

/// A table before it is written.
pub(super) struct Sheet<'a> {
    /// Name of the sheet.
    pub name: &'a str,
    /// Columns.
    pub columns: &'a [ExportColumn],
    /// Drafts among the rows that were written so far.
    pub n_drafts: &'a Cell<usize>,
}

fn manner_of(order: &ExportOrder) -> ExportManner<'_> {
    ExportManner {
        disclosure: if order.full_ids { Disclosure::Full } else { Disclosure::Masked },
        overwrite: order.overwrite.into(),
        reason: &order.reason,
    }
}

fn shown(disclosure: Disclosure) -> Shown {
    match disclosure {
        Disclosure::Masked => Shown::Masked,
        Disclosure::Full => Shown::Full,
    }
}

/// Whether a file lies where it was written. A link in its place is not followed.
pub(super) fn look_for(record: &mut ExportRecord) {
    if record.whereabouts != Whereabouts::Deleted {
        let found = Path::new(&record.path).symlink_metadata();
        let there = found.is_ok_and(|found| found.is_file());
        record.whereabouts = if there { Whereabouts::There } else { Whereabouts::Gone };
    }
}

/// Reports now and then how many rows are written; how many there are is not known before.
pub(super) fn report(watch: &mut Watch<'_>, n: &mut u64) -> Result<(), Fault> {
    const STRIDE: u64 = 4096;
    *n += 1;
    if !n.is_multiple_of(STRIDE) {
        return Ok(());
    }
    match watch(Progress { step: "导出", done: *n, total: 0 }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Stopped.into()),
    }
}

pub(super) fn told<E: Display + Into<Fault>>(fault: ExportFault<E>) -> Fault {
    let kind = match fault {
        ExportFault::Source(source) => return source.into(),
        ExportFault::UnknownExtension(_) | ExportFault::NotPdf(_) => FaultKind::Usage,
        ExportFault::Paper(fault) => return fault.into(),
        _ => FaultKind::CannotWrite,
    };
    Fault::new(kind, fault.to_string())
}

/// Rows that `fetch` hands out in pages: given where a page begins, it returns the page and where
/// the next one begins. Ends after a page without a next one, or after a fault.
pub(super) fn paged<R, C>(
    mut fetch: impl FnMut(Option<C>) -> Result<(Vec<R>, Option<C>), Fault>,
) -> impl Iterator<Item = Result<R, Fault>> {
    let (mut page, mut cursor, mut done) = (Vec::new().into_iter(), None, false);
    std::iter::from_fn(move || {
        while page.len() == 0 && !done {
            match fetch(cursor.take()) {
                Ok((rows, next)) => (done, page, cursor) = (next.is_none(), rows.into_iter(), next),
                Err(fault) => {
                    done = true;
                    return Some(Err(fault));
                }
            }
        }
        page.next().map(Ok)
    })
}

impl Session<'_> {
    fn export_row(&self, transfer: TransferExport) -> TransferExportRow {
        let TransferExport { row, form, phone, placed_in, closing_reason } = transfer;
        let when = |at: Option<Moment>| {
            at.map_or_else(String::new, |at| {
                self.now.local(at).format("%Y-%m-%d %H:%M:%S").to_string()
            })
        };
        TransferExportRow {
            transferee: row.transferee,
            origin: row.origin,
            destination: row.destination,
            applied_at: when(row.applied_at),
            done_at: when(row.done_at.filter(|_| row.facts.stage == Stage::Completed)),
            stage: row.facts.stage.label().to_owned(),
            number: row.number,
            id_number: form.member,
            phone,
            reason: form
                .reason
                .map_or_else(String::new, |r| self.rules().reason(r).label().to_owned()),
            initiated_by: form.initiated_by.map_or("", Initiator::label).to_owned(),
            contact_phone: form.contact_phone,
            external_system: form.external_system.map_or("否", ExternalSystem::label).to_owned(),
            further_study: self.rules().route_label(&form.further_study).unwrap_or("").to_owned(),
            school: form.school,
            employer: form.employer,
            address: form.address,
            remark: form.remark,
            placed_in,
            closing_reason,
        }
    }
}
