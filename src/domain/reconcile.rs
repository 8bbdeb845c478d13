//! 对账: the list of the official site beside our own transfers.
//!
//! The official list has seven columns and neither an ID number nor our number, so that a row is
//! recognised by the name of the person, both organisations and the day of application. What fits
//! two of ours equally well is left to a person.

mod standing;

use std::collections::HashMap;

use chrono::NaiveDate;

use super::ids::Now;
use super::transfer::TransferRow;
use super::workflow::Stage;
use standing::Standing;

/// Days between two records of one application: somebody entered it here later than there.
const DAYS_APART: i64 = 7;
/// Points of a pair: each organisation that is the same, the same day, a day near by.
const SAME_ORGANISATION: u32 = 4;
const SAME_DAY: u32 = 3;
const NEAR_DAY: u32 = 2;
/// A pair needs both organisations, or one of them and a day near by.
const ENOUGH: u32 = SAME_ORGANISATION + NEAR_DAY;

/// Most pairs of one name that are compared: a list that repeats a name beyond that is none that a
/// program can tell apart, and must not keep it busy for hours.
const MOST_PAIRS: usize = 250_000;

/// A row of the official list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialRow {
    /// Row in the file, from one.
    pub row: usize,
    /// 转出人
    pub transferee: String,
    /// 转出团组织
    pub origin: String,
    /// 转入团组织
    pub destination: String,
    /// Day of 申请时间, where it can be read.
    pub applied_on: Option<NaiveDate>,
    /// 处理状态, word for word.
    pub status: String,
}

/// What the comparison says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Difference {
    /// Completed in the list, open here.
    DoneThere,
    /// Completed here, open in the list.
    DoneHere,
    /// Ended on one side, open or completed on the other.
    Otherwise,
    /// In the list only.
    OnlyThere,
    /// Here only.
    OnlyHere,
    /// Several of ours fit equally well, or the status says nothing that is known.
    Unclear,
    /// The same on both sides.
    Same,
}

impl Difference {
    /// Each, in the order of the screen: what needs somebody first.
    pub const ALL: [Self; 7] = [
        Self::DoneThere,
        Self::DoneHere,
        Self::Otherwise,
        Self::OnlyThere,
        Self::OnlyHere,
        Self::Unclear,
        Self::Same,
    ];

    /// Identifier for JSON.
    pub fn id(self) -> &'static str {
        match self {
            Self::DoneThere => "done_there",
            Self::DoneHere => "done_here",
            Self::Otherwise => "otherwise",
            Self::OnlyThere => "only_there",
            Self::OnlyHere => "only_here",
            Self::Unclear => "unclear",
            Self::Same => "same",
        }
    }

    /// Words for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::DoneThere => "官网完成",
            Self::DoneHere => "这里完成",
            Self::Otherwise => "结果不同",
            Self::OnlyThere => "名单独有",
            Self::OnlyHere => "这里独有",
            Self::Unclear => "认不准",
            Self::Same => "一致",
        }
    }

    /// What it means and what to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::DoneThere => "官网名单里已经完成，这里还在办。核对后把这里也办完。",
            Self::DoneHere => "这里已经完成，官网名单里还在办。请到官网办完，或再导一次名单。",
            Self::Otherwise => "一边已退回、撤销或失效，另一边不是。请打开核对以哪边为准。",
            Self::OnlyThere => "官网名单里有，这里没有这一单。核对后在这里补建。",
            Self::OnlyHere => "这里有，名单里没有。请在官网补交，或核对姓名、组织名是否写得一样。",
            Self::Unclear => "有几单都像，或名单里的状态看不懂。请打开核对。",
            Self::Same => "两边一致，不用办。",
        }
    }
}

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// What it says.
    pub difference: Difference,
    /// The row of the list, where there is one.
    pub there: Option<OfficialRow>,
    /// Our transfer, where there is one; the likeliest where several fit.
    pub here: Option<TransferRow>,
}

/// The whole comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciliation {
    /// The lines, in the order of [`Difference::ALL`] and of the file.
    pub rows: Vec<Reconciled>,
    /// Name of the file, cleaned for the screen.
    pub file_name: String,
    /// Rows of the file.
    pub n_there: usize,
    /// Rows of the file that name nobody, and were passed over.
    pub nameless: usize,
    /// Transfers of ours that were not listed under [`Difference::OnlyHere`] because there are too
    /// many of them.
    pub left_out: usize,
}

impl Reconciliation {
    /// How many lines say so.
    pub fn count(&self, difference: Difference) -> usize {
        self.rows.iter().filter(|row| row.difference == difference).count()
    }
}

/// Most transfers of ours that are listed as missing in the list: more are no difference, but
/// another list.
pub const MOST_ONLY_HERE: usize = 20_000;

/// Compares a list with ours, which are shown to it one after the other.
pub struct Reconciler {
    there: Vec<OfficialRow>,
    by_name: HashMap<String, Vec<usize>>,
    /// Ours whose name stands in the list.
    here: Vec<TransferRow>,
    /// Places in `here` of each name.
    ours_by_name: HashMap<String, Vec<usize>>,
    only_here: Vec<TransferRow>,
    left_out: usize,
    first_day: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
    standings: Vec<Standing>,
    now: Now,
}

impl Reconciler {
    /// Begins with the rows of a list; days are those of `now`'s place.
    pub fn new(there: Vec<OfficialRow>, now: Now) -> Self {
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, row) in there.iter().enumerate() {
            by_name.entry(plain(&row.transferee)).or_default().push(at);
        }
        let days = || there.iter().filter_map(|row| row.applied_on);
        let mut standings: Vec<_> =
            there.iter().filter_map(|row| Standing::of_words(&row.status)).collect();
        standings.sort_unstable();
        standings.dedup();
        Self {
            first_day: days().min(),
            last_day: days().max(),
            standings,
            by_name,
            there,
            here: Vec::new(),
            ours_by_name: HashMap::new(),
            only_here: Vec::new(),
            left_out: 0,
            now,
        }
    }

    /// Shows it one of ours. Drafts are passed over.
    pub fn see(&mut self, ours: TransferRow) {
        if ours.facts.stage == Stage::Draft {
            return;
        }
        let name = plain(&ours.transferee);
        if self.by_name.contains_key(&name) {
            self.ours_by_name.entry(name).or_default().push(self.here.len());
            self.here.push(ours);
        } else {
            self.miss(ours);
        }
    }

    /// Keeps one of ours that the list lacks, where the list should have it: one of the days and
    /// standings that it covers.
    fn miss(&mut self, ours: TransferRow) {
        let day = ours.applied_at.map(|at| self.now.local(at).date());
        let covered = match (self.first_day, self.last_day, day) {
            (Some(first), Some(last), Some(day)) => (first..=last).contains(&day),
            _ => true,
        };
        let standing = Standing::of_stage(ours.facts.stage);
        let told = standing.is_some_and(|standing| self.standings.contains(&standing));
        if !covered || !told {
            return;
        }
        if self.only_here.len() < MOST_ONLY_HERE {
            self.only_here.push(ours);
        } else {
            self.left_out += 1;
        }
    }

    /// Ends the comparison.
    pub fn finish(mut self) -> Reconciliation {
        let taken = self.pair_off();
        let mut rows: Vec<Reconciled> = Vec::with_capacity(self.there.len());
        let n_there = self.there.len();
        for (row, choice) in std::mem::take(&mut self.there).into_iter().zip(&taken) {
            let here = choice.ours().and_then(|at| self.here.get(at)).cloned();
            rows.push(Reconciled {
                difference: difference(&row, here.as_ref(), *choice),
                there: Some(row),
                here,
            });
        }
        let mut found = vec![false; self.here.len()];
        for at in taken.iter().filter_map(|choice| choice.ours()) {
            if let Some(found) = found.get_mut(at) {
                *found = true;
            }
        }
        for (ours, _) in std::mem::take(&mut self.here).into_iter().zip(found).filter(|(_, f)| !f) {
            self.miss(ours);
        }
        let missing = std::mem::take(&mut self.only_here).into_iter();
        rows.extend(missing.map(|ours| Reconciled {
            difference: Difference::OnlyHere,
            there: None,
            here: Some(ours),
        }));
        let place = |row: &Reconciled| Difference::ALL.iter().position(|d| *d == row.difference);
        rows.sort_by_key(place);
        Reconciliation { rows, n_there, left_out: self.left_out, ..Reconciliation::default() }
    }

    /// Which of ours each row of the list is. The best pairs are taken first, so that of two
    /// applications of one person each finds its own.
    fn pair_off(&self) -> Vec<Choice> {
        let mut choices = vec![Choice::None; self.there.len()];
        for (name, theirs) in &self.by_name {
            let Some(ours) = self.ours_by_name.get(name) else { continue };
            if theirs.len().saturating_mul(ours.len()) > MOST_PAIRS {
                for (there, here) in theirs.iter().zip(ours.iter().cycle()) {
                    if let Some(choice) = choices.get_mut(*there) {
                        *choice = Choice::Several(*here);
                    }
                }
                continue;
            }
            let mut pairs: Vec<(u32, usize, usize)> = Vec::new();
            for there in theirs {
                for here in ours {
                    let score = self.score(*there, *here);
                    if score >= ENOUGH {
                        pairs.push((score, *there, *here));
                    }
                }
            }
            take_best(pairs, &mut choices);
        }
        choices
    }

    fn score(&self, there: usize, here: usize) -> u32 {
        let (Some(there), Some(here)) = (self.there.get(there), self.here.get(here)) else {
            return 0;
        };
        let same = |a: &str, b: &str| u32::from(plain(a) == plain(b)) * SAME_ORGANISATION;
        let day = here.applied_at.map(|at| self.now.local(at).date());
        let apart = there.applied_on.zip(day).map(|(a, b)| (a - b).num_days().abs());
        let days = match apart {
            Some(0) => SAME_DAY,
            Some(days) if days <= DAYS_APART => NEAR_DAY,
            // The same two organisations twice in different months are two applications.
            Some(_) => return 0,
            None => 0,
        };
        same(&there.origin, &here.origin) + same(&there.destination, &here.destination) + days
    }
}

/// What a row of the list was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    None,
    One(usize),
    /// This one or others, equally well.
    Several(usize),
}

impl Choice {
    fn ours(self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::One(at) | Self::Several(at) => Some(at),
        }
    }
}

/// Takes pairs by falling score. A row that fits two of ours equally well has no best one.
fn take_best(mut pairs: Vec<(u32, usize, usize)>, choices: &mut [Choice]) {
    pairs.sort_by_key(|(score, there, here)| (std::cmp::Reverse(*score), *there, *here));
    let mut taken: Vec<usize> = Vec::new();
    for (score, there, here) in &pairs {
        let Some(choice) = choices.get_mut(*there) else { continue };
        if *choice != Choice::None || taken.contains(here) {
            continue;
        }
        let rival = pairs.iter().any(|(other_score, other_there, other)| {
            other_there == there && other != here && other_score == score && !taken.contains(other)
        });
        // Rows that are the same in the list, too, are as many applications as there are rows.
        let twins = pairs.iter().any(|(other_score, other, ours)| {
            other != there && ours == here && other_score == score
        });
        *choice = if rival && !twins { Choice::Several(*here) } else { Choice::One(*here) };
        taken.push(*here);
    }
}

fn difference(there: &OfficialRow, here: Option<&TransferRow>, choice: Choice) -> Difference {
    let Some(here) = here else { return Difference::OnlyThere };
    let standings = (Standing::of_words(&there.status), Standing::of_stage(here.facts.stage));
    match (choice, standings) {
        (Choice::Several(_), _) | (_, (None, _) | (_, None)) => Difference::Unclear,
        (_, (Some(there), Some(here))) if there == here => Difference::Same,
        (_, (Some(Standing::Done), Some(Standing::Open))) => Difference::DoneThere,
        (_, (Some(Standing::Open), Some(Standing::Done))) => Difference::DoneHere,
        _ => Difference::Otherwise,
    }
}

/// A name without blanks and in narrow forms: both sites are typed by people.
fn plain(name: &str) -> String {
    super::text::narrow(name).chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests;
