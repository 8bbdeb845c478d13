//! Papers of transfers: letters of introduction and the forms beside them, printed to a PDF.
//!
//! A letter's number is in the database before its paper can be seen: the file is complete on the
//! disk, then the transaction is committed, then the file gets its name. What breaks off before the
//! commit leaves neither; what breaks off after it leaves a number whose paper is printed again.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::exports::{ExportManner, Sheet as ExportSheet, told};
use super::unfinished::Unfinished;
use super::{Places, Session};
use crate::domain::account::Role;
use crate::domain::authority::{Standing, standing};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::{DocumentKind, IdNumber, mask_id, normal_form};
use crate::domain::ids::{ExportId, TransferId};
use crate::domain::letter::{
    LetterQuery, LetterRow, PaperKind, PrintOrder, PrintRun, Printed, PrintedPaper, day_in_words,
    month_in_words, no_letter,
};
use crate::domain::progress::{Progress, Stopped, Watch};
use crate::domain::workflow::{Destination, Origin};
use crate::exchange::export::{
    Disclosure, ExportFault, Overwrite, Staged, Written, check_paper, stage,
};
use crate::exchange::letter::{
    Faces, PaperFault, PdfFile, Sheet, Slot, Template, Values, form_sheets, letter_sheets,
};
use crate::store::{Deed, IssuedLetter, PaperSubject};

/// Most papers of one file.
const MOST: usize = 1_000;
/// Papers between two reports.
const STRIDE: usize = 10;

/// What one print run works with.
struct Press<'r> {
    order: &'r PrintOrder,
    template: Template,
    faces: Faces,
}

/// The template of a kind of paper: the office's own, or the built-in one.
///
/// # Errors
/// Where the office's own cannot be read, or is at fault.
pub fn load_template(places: &Places, kind: PaperKind) -> Result<Template, Fault> {
    let path = template_path(places, kind);
    let read = |name: &str, bytes: &[u8]| Template::read(kind, name, bytes).map_err(Fault::from);
    match std::fs::read(&path) {
        Ok(bytes) => read(&path.display().to_string(), &bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            read("（内置）", Template::built_in_text(kind).as_bytes())
        }
        Err(error) => Err(super::io_fault("读不了模板", &path, &error)),
    }
}

/// Where the office's own template of a kind of paper lies, if it has one.
pub fn template_path(places: &Places, kind: PaperKind) -> PathBuf {
    places.letters_dir().join(format!("{}.txt", kind.id()))
}

/// The fonts of an office.
///
/// # Errors
/// Where the font that the settings name cannot be used.
pub fn load_faces(places: &Places) -> Result<Faces, Fault> {
    Faces::new(places.own_font().as_ref()).map_err(Fault::from)
}

impl Session<'_> {
    /// Prints papers into one file, a transfer each; those that cannot be printed are told of and
    /// left out. Every printed one is recorded. Where none can be printed, there is no file.
    ///
    /// # Errors
    /// Where the order as a whole cannot be carried out: the file, the template or the font is at
    /// fault, this person may not see full numbers, or the work was stopped. Nothing is left then.
    pub fn print(&self, order: &PrintOrder, watch: &mut Watch<'_>) -> Result<PrintRun, Fault> {
        self.must_write()?;
        check_size(order)?;
        self.check_printer(order)?;
        let overwrite = Overwrite::from(order.overwrite);
        check_paper::<Fault>(&order.path, overwrite).map_err(told)?;
        let places = &self.office.places;
        let press = Press {
            order,
            template: load_template(places, order.kind)?,
            faces: load_faces(places)?,
        };
        press.template.check_glyphs(&press.faces).map_err(Fault::from)?;
        let unfinished = Unfinished::begin(places, &order.path)?;
        let (results, staged) = self.office.store.atomically(|| {
            let mut file = PdfFile::new(&press.faces, order.kind.label());
            let results = self.print_all(&press, &mut file, watch)?;
            if file.n_sheets() == 0 {
                return Ok((results, None));
            }
            let bytes = file.finish().map_err(Fault::from)?;
            let staged = stage(&order.path, &bytes, (overwrite, &unfinished.prefix()))
                .map_err(told::<Fault>)?;
            let id = self.enter_papers(order, &results, &staged)?;
            Ok((results, Some((staged, id))))
        })?;
        let Some((staged, id)) = staged else { return Ok(PrintRun { path: None, results }) };
        self.publish(staged, id, &order.path).map_err(|fault| told_after(order.kind, fault))?;
        Ok(PrintRun { path: Some(order.path.clone()), results })
    }

    /// A letter with a full number is a disclosure: an administrator's, with the password just
    /// given.
    fn check_printer(&self, order: &PrintOrder) -> Result<(), Fault> {
        if order.masked {
            return Ok(());
        }
        if self.actor.role != Role::Administrator {
            let sentence =
                "打印完整号码要由管理员办理。请改为遮掩号码（命令行用 --masked），或请管理员打印。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        self.check_assurance("打印完整号码")
    }

    /// Enters the file in the ledger of exports, as every file with data of people in it.
    fn enter_papers(
        &self,
        order: &PrintOrder,
        results: &[Printed],
        staged: &Staged,
    ) -> Result<ExportId, Fault> {
        let n_rows = results.iter().filter(|printed| printed.outcome.is_ok()).count();
        let sha256 = staged.sha256::<Fault>().map_err(told)?;
        let written = Written { n_rows: u64::try_from(n_rows).unwrap_or(u64::MAX), sha256 };
        let sheet = ExportSheet { name: order.kind.label(), columns: &[], n_drafts: &Cell::new(0) };
        let manner = ExportManner {
            disclosure: if order.masked { Disclosure::Masked } else { Disclosure::Full },
            overwrite: order.overwrite.into(),
            reason: "",
        };
        self.enter(&sheet, &written, &order.path, (manner, None))
    }

    fn print_all(
        &self,
        press: &Press<'_>,
        file: &mut PdfFile<'_>,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<Printed>, Fault> {
        let ids = &press.order.ids;
        let mut results = Vec::with_capacity(ids.len());
        for (done, id) in ids.iter().enumerate() {
            report(watch, done, ids.len())?;
            let mut printed = Printed {
                number: id.to_string(),
                transferee: String::new(),
                outcome: Err(Fault::new(FaultKind::Failed, "没有打印。")),
            };
            printed.outcome = match self.print_one(press, *id, &mut printed) {
                Ok((sheets, paper)) => {
                    sheets.iter().for_each(|sheet| file.add(sheet));
                    Ok(paper)
                }
                Err(fault) if concerns_one(fault.kind) => Err(fault),
                Err(fault) => return Err(fault),
            };
            results.push(printed);
        }
        Ok(results)
    }

    fn print_one(
        &self,
        press: &Press<'_>,
        id: TransferId,
        printed: &mut Printed,
    ) -> Result<(Vec<Sheet>, PrintedPaper), Fault> {
        let subject = self.desk().paper_subject(id)?;
        printed.number.clone_from(&subject.row.number);
        printed.transferee.clone_from(&subject.row.transferee);
        self.check_subject(press.order.kind, &subject)?;
        let mut values = self.values(&subject, press.order.masked);
        check_values(&press.faces, press.order.kind, &subject.row.transferee, &values)?;
        match press.order.kind {
            PaperKind::Letter => {
                let letter = self.desk().issue_letter(id, self.rules().letter_days())?;
                put_letter(&mut values, &letter);
                // Numbered by now: what cannot be printed all the same takes the whole run back.
                check_values(&press.faces, press.order.kind, &subject.row.transferee, &values)
                    .map_err(|fault| Fault { kind: FaultKind::Failed, ..fault })?;
                self.note_print(press.order, &subject, Some(&letter))?;
                let filled = press.template.fill(&values);
                let sheets = letter_sheets(&press.faces, &filled, &reprint(letter.times));
                Ok((sheets, paper_of(&letter)))
            }
            PaperKind::Retention | PaperKind::Notice => {
                self.note_print(press.order, &subject, None)?;
                let sheets = form_sheets(&press.faces, &press.template.fill(&values));
                Ok((sheets, PrintedPaper { letter: None, times: 1, replaces: None }))
            }
        }
    }

    /// Whether this paper may be made for this transfer by this person.
    fn check_subject(&self, kind: PaperKind, subject: &PaperSubject) -> Result<(), Fault> {
        let row = &subject.row;
        if kind != PaperKind::Letter {
            return Ok(());
        }
        if let Some(sentence) = no_letter(&row.number, &row.facts) {
            return Err(Fault::new(FaultKind::Rule, sentence));
        }
        if row.facts.is_own {
            let sentence = "自己的介绍信要由另一位管理员开具。请联系本组织的其他管理员或上级。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        let side = match &row.facts.origin {
            Origin::Managed(path) => standing(self.actor, path),
            Origin::Outside => Standing::Stranger,
        };
        if side.may_decide() {
            return Ok(());
        }
        let sentence = format!(
            "{} 的介绍信由转出方（{}）或其上级的管理员开具，你现在是{}的{}。请联系他们。",
            row.number,
            row.origin,
            self.actor.org_name,
            self.actor.role.label()
        );
        Err(Fault::new(FaultKind::NotAllowed, sentence))
    }

    fn note_print(
        &self,
        order: &PrintOrder,
        subject: &PaperSubject,
        letter: Option<&IssuedLetter>,
    ) -> Result<(), Fault> {
        let shown = if order.masked { "遮掩号码" } else { "完整号码" };
        let file = order.path.file_name().map(|n| n.to_string_lossy().into_owned());
        let file = file.unwrap_or_default();
        let (action, what) = match letter {
            Some(letter) => {
                let again = reprint(letter.times);
                let replaced =
                    letter.replaces.map_or_else(String::new, |old| format!("，代替第 {old} 号"));
                let until = letter.valid_until;
                let what = format!("第 {} 号，有效期至 {until}{again}{replaced}", letter.number);
                ("letter_print", what)
            }
            None => ("paper_print", order.kind.label().to_owned()),
        };
        let deed = Deed::new(action, subject.row.number.clone());
        let deed = Deed {
            transfer: Some(subject.row.id),
            member: subject.member,
            ..deed.detail(format!("{what}，{shown}，{file}"))
        };
        self.desk().note_paper(&deed)
    }

    /// What is filled into a paper, but for what only a letter has.
    fn values(&self, subject: &PaperSubject, masked: bool) -> Values {
        let row = &subject.row;
        let mut values = Values::default();
        let number = IdNumber::parse_as(subject.document, &subject.id_number).ok();
        let born = number.as_ref().and_then(IdNumber::birthday);
        let sex = number.as_ref().and_then(IdNumber::sex);
        let shown = if masked { mask_id(&subject.id_number) } else { subject.id_number.clone() };
        let document = match subject.document {
            DocumentKind::ResidentCard => "居民身份证",
            DocumentKind::Other => "",
        };
        let reason = row.reason.map_or("", |reason| self.rules().reason(reason).label());
        let special = matches!(row.facts.destination, Destination::SpecialUnit { .. });
        // The unit's name is secret and not stored: its place stays free for a pen.
        let destination = if special { "" } else { row.destination.as_str() };
        let born = born.map_or_else(String::new, |day| day.format("%Y-%m").to_string());
        for (slot, text) in [
            (Slot::Addressee, destination),
            (Slot::Name, &row.transferee),
            (Slot::Sex, sex.map_or("", |sex| sex.label())),
            (Slot::EthnicGroup, &subject.ethnic_group),
            (Slot::Born, &month_in_words(&born)),
            (Slot::Document, document),
            (Slot::IdNumber, &shown),
            (Slot::JoinedOn, &month_in_words(&subject.joined_on)),
            (Slot::MembershipNumber, &subject.membership_number),
            (Slot::LeaguePost, &subject.league_post),
            (Slot::PoliticalStatus, &subject.political_status),
            (Slot::Origin, &row.origin),
            // 「转往特殊单位团组织」 stands for the name; the templates say 转往 themselves.
            (Slot::Destination, row.destination.strip_prefix("转往").unwrap_or(&row.destination)),
            (Slot::Reason, reason),
            (Slot::FeesPaidTo, &month_in_words(&subject.fees_paid_to)),
            (Slot::Issuer, &self.actor.org_name),
            (Slot::IssuedOn, &day_in_words(self.now.today())),
            (Slot::Clerk, &self.actor.name),
            (Slot::Contact, &subject.contact.name),
            (Slot::ContactPhone, &subject.contact.phone),
            (Slot::Transfer, &row.number),
        ] {
            values.put(slot, text);
        }
        values
    }

    /// A page of the letters that this person's side issued.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn letters(&self, query: &LetterQuery) -> Result<(Vec<LetterRow>, Option<i64>), Fault> {
        self.desk().letters(query)
    }

    /// The same from what was typed as the day.
    ///
    /// # Errors
    /// As [`Session::note_receipt`], or where that is no day.
    pub fn note_receipt_typed(&self, id: TransferId, typed: &str) -> Result<LetterRow, Fault> {
        let plain = normal_form(typed).replace(['/', '.'], "-");
        let day = NaiveDate::parse_from_str(&plain, "%Y-%m-%d").map_err(|_| {
            let sentence = format!("日期「{plain}」看不懂。请写成 2020-06-02 这样的年-月-日。");
            Fault::new(FaultKind::Rule, sentence)
        })?;
        self.note_receipt(id, day)
    }

    /// Notes the receipt of a transfer's letter.
    ///
    /// # Errors
    /// Where there is no letter, the day is not possible, or this person is no administrator.
    pub fn note_receipt(&self, id: TransferId, on: NaiveDate) -> Result<LetterRow, Fault> {
        if self.actor.role != Role::Administrator {
            let sentence = "回执要由开具介绍信一方的管理员登记。请联系本组织的管理员。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        if on > self.now.today() {
            let sentence = format!(
                "回执日期 {on} 在今天（{}）之后。请照回执上写的接收日期填。",
                self.now.today()
            );
            return Err(Fault::new(FaultKind::Rule, sentence));
        }
        self.desk().note_receipt(id, on)
    }
}

fn check_size(order: &PrintOrder) -> Result<(), Fault> {
    match order.ids.len() {
        0 => Err(Fault::new(FaultKind::Usage, "没有选要打印的转接。请先选中几单，再打印。")),
        n if n > MOST => {
            let sentence = format!("选了 {n} 单，一个文件最多 {MOST} 单。请分几次打印。");
            Err(Fault::new(FaultKind::Usage, sentence))
        }
        _ => Ok(()),
    }
}

/// Whether a fault is about one transfer and leaves the others alone.
fn concerns_one(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::NotFound | FaultKind::NotAllowed | FaultKind::Conflict | FaultKind::Rule
    )
}

fn report(watch: &mut Watch<'_>, done: usize, total: usize) -> Result<(), Fault> {
    if !done.is_multiple_of(STRIDE) {
        return Ok(());
    }
    let progress = Progress { step: "打印", done: done as u64, total: total as u64 };
    match watch(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Stopped.into()),
    }
}

/// The numbers are given and recorded by now; only the file is missing.
fn told_after(kind: PaperKind, fault: ExportFault<Fault>) -> Fault {
    let fault = told(fault);
    let sentence = match kind {
        PaperKind::Letter => {
            format!("{}编号已经登记，改好后再打印一次即可，编号不变。", fault.sentence)
        }
        PaperKind::Retention | PaperKind::Notice => fault.sentence,
    };
    Fault { sentence, ..fault }
}

fn put_letter(values: &mut Values, letter: &IssuedLetter) {
    values.put(Slot::Number, letter.number.to_string());
    values.put(Slot::ValidDays, letter.valid_days.to_string());
    values.put(Slot::ValidUntil, day_in_words(letter.valid_until));
    values.put(Slot::Issuer, letter.issuer.as_str());
    values.put(Slot::IssuedOn, day_in_words(letter.issued_on));
}

fn paper_of(letter: &IssuedLetter) -> PrintedPaper {
    PrintedPaper {
        letter: Some((letter.number, letter.valid_until)),
        times: letter.times,
        replaces: letter.replaces,
    }
}

fn reprint(times: u32) -> String {
    if times > 1 { format!("补打（第 {times} 次）") } else { String::new() }
}

/// Refuses what has no glyph by name: whose paper, which item, which character.
fn check_values(faces: &Faces, kind: PaperKind, name: &str, values: &Values) -> Result<(), Fault> {
    let missing = values.texts().find_map(|(slot, text)| Some((slot, faces.missing(text)?)));
    missing.map_or(Ok(()), |(slot, character)| {
        let whose = format!("{name}的{}「{}」", kind.label(), slot.label());
        Err(PaperFault::NoGlyph { whose, character }.into())
    })
}

#[cfg(test)]
mod tests;
