//! Exports: streamed from the store page by page, masked unless chosen, recorded either way.

use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::Session;
use crate::domain::account::Role;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::{ExternalSystem, Initiator};
use crate::domain::history::Head;
use crate::domain::ids::{MemberId, Moment, OrgId};
use crate::domain::member::MemberEntry;
use crate::domain::order::ExportOrder;
use crate::domain::organisation::OrgEntry;
use crate::domain::progress::{Progress, Stopped, Watch};
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::Stage;
use crate::exchange::export::{
    Disclosure, ExportColumn, ExportFault, ExportRows, ExportTable, Overwrite, write_table,
};
use crate::exchange::registers::{
    MEMBER_COLUMNS, ORGANISATION_COLUMNS, member_cells, organisation_cells,
};
use crate::exchange::transfers::{TRANSFER_COLUMNS, TransferExportRow, transfer_cells};
use crate::store::{Deed, MemberFilter, OrgFilter, TransferExport};

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportDone {
    /// Where.
    pub path: PathBuf,
    /// Rows.
    pub n_rows: usize,
    /// The end of the history when it was written; the file has it where its form has a place.
    pub head: Option<Head>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportManner {
    /// Masked or in full.
    pub disclosure: Disclosure,
    /// Replace a file of that name.
    pub overwrite: Overwrite,
}

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
        let disclosure = if order.full_ids { Disclosure::Full } else { Disclosure::Masked };
        let overwrite = if order.overwrite { Overwrite::Yes } else { Overwrite::No };
        let manner = ExportManner { disclosure, overwrite };
        let desk = self.desk();
        let rows = paged(|after: Option<TransferRow>| {
            let page = desk.export_page(&order.query, self.rules(), after.as_ref())?;
            let next = page.last().map(|t| t.row.clone());
            Ok((page, next))
        });
        let mut n = 0;
        let mut rows = rows.map(|t| {
            report(watch, &mut n)?;
            Ok(transfer_cells(self.export_row(t?), disclosure))
        });
        self.write(("转接", TRANSFER_COLUMNS), &mut rows, &order.path, manner)
    }

    /// Writes the members in scope to a file.
    ///
    /// # Errors
    /// As [`Session::export_transfers`].
    pub fn export_members(&self, path: &Path, manner: ExportManner) -> Result<ExportDone, Fault> {
        let desk = self.desk();
        let rows = paged(|after| {
            desk.members(&MemberFilter { after, former: true, ..MemberFilter::default() })
        });
        let mut rows = rows.map(|row| self.member_row(row?.id, manner.disclosure));
        self.write(("团员", MEMBER_COLUMNS), &mut rows, path, manner)
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
        manner: ExportManner,
    ) -> Result<ExportDone, Fault> {
        let desk = self.desk();
        let rows = paged(|after: Option<String>| {
            desk.organisations("", &OrgFilter::default(), after.as_deref())
        });
        let mut rows = rows.map(|row| self.organisation_row(row?.id));
        self.write(("组织", ORGANISATION_COLUMNS), &mut rows, path, manner)
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
        (sheet_name, columns): (&str, &[ExportColumn]),
        rows: &mut ExportRows<'_, Fault>,
        path: &Path,
        manner: ExportManner,
    ) -> Result<ExportDone, Fault> {
        // The entry comes after the file, so a file that could not be recorded must not be made.
        self.must_write()?;
        let full = manner.disclosure == Disclosure::Full;
        if full && self.actor.role != Role::Administrator {
            let sentence = "导出完整号码要由管理员办理。请改为遮掩导出，或请管理员导出。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        if full {
            self.check_assurance("导出完整号码")?;
        }
        let head = self.office.store.head()?;
        let printed = head.map(|head| head.to_string());
        let font = self.office.places.own_font();
        let table = ExportTable {
            sheet_name,
            columns,
            history_head: printed.as_deref(),
            own_font: font.as_ref(),
        };
        let n = write_table(path, &table, rows, manner.overwrite).map_err(told)?;
        let n_rows = usize::try_from(n).unwrap_or(usize::MAX);
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let shown = if full { "完整号码" } else { "遮掩号码" };
        let detail =
            format!("{n_rows} 行，{shown}，记录末条 {}", printed.as_deref().unwrap_or("无"));
        self.desk().record(&Deed::new("export", format!("{sheet_name} {name}")).detail(detail))?;
        Ok(ExportDone { path: path.to_owned(), n_rows, head })
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
