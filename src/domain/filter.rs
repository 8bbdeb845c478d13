//! Questions to the store, as values.

use super::form::Reason;
use super::ids::{Moment, OrgId};
use super::labels::labelled;
use super::workflow::Stage;

labelled! {
    /// The views of the home screen.
    pub enum View {
        /// The signed-in person's move.
        Waiting = "waiting" / "待我办",
        /// Filled in by this person or for this organisation.
        Initiated = "initiated" / "我发起",
        /// Waiting longer than the rule file's limit.
        Overdue = "overdue" / "超期",
        /// Sent back.
        Returned = "returned" / "已退回",
        /// Done.
        Completed = "completed" / "已完成",
        /// Everything in scope.
        All = "all" / "全部",
    }
}

labelled! {
    /// Columns a list of transfers can be sorted by.
    pub enum SortColumn {
        /// 转出人, in pinyin order.
        Transferee = "transferee" / "转出人",
        /// 转出团组织
        Origin = "origin" / "转出团组织",
        /// 转入团组织
        Destination = "destination" / "转入团组织",
        /// 申请时间
        AppliedAt = "applied_at" / "申请时间",
        /// 完成时间
        DoneAt = "done_at" / "完成时间",
        /// 处理状态
        Stage = "stage" / "处理状态",
        /// How long it has stood in its stage.
        Waiting = "waiting" / "等待最久",
    }
}

/// Which way a column runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Direction {
    /// The other way round.
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// A sort order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub column: SortColumn,
    /// Which way.
    pub direction: Direction,
}

impl Default for Sort {
    /// Longest waiting first: the oldest request is the one most in need of a hand.
    fn default() -> Self {
        Self { column: SortColumn::Waiting, direction: Direction::Ascending }
    }
}

/// Where a page begins: the sort value and row number of the last row before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Sort value of that row.
    pub key: CursorKey,
    /// Its row number, which breaks ties.
    pub id: i64,
}

/// A sort value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CursorKey {
    /// Of a text column.
    Text(String),
    /// Of a column of numbers or instants.
    Number(i64),
}

/// A question for a page of transfers. Scope is not part of it: the handle adds that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferQuery {
    /// View.
    pub view: View,
    /// Only these stages; empty for all.
    pub stages: Vec<Stage>,
    /// Only this reason.
    pub reason: Option<Reason>,
    /// Only with origin or destination in this organisation or below.
    pub org: Option<OrgId>,
    /// Only those waiting at least this many days.
    pub waiting_days: Option<i64>,
    /// Only finished at or after this instant.
    pub done_from: Option<Moment>,
    /// Only finished before this instant.
    pub done_before: Option<Moment>,
    /// Search text: characters, pinyin, initials or a number.
    pub search: String,
    /// Order.
    pub sort: Sort,
    /// Page begins after this row; none for the first page.
    pub after: Option<Cursor>,
    /// Most rows of the page.
    pub limit: usize,
}

impl TransferQuery {
    /// The first page of a view.
    pub fn of(view: View) -> Self {
        Self {
            view,
            stages: Vec::new(),
            reason: None,
            org: None,
            waiting_days: None,
            done_from: None,
            done_before: None,
            search: String::new(),
            sort: Sort::default(),
            after: None,
            limit: 100,
        }
    }
}

/// A page of rows, and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Rows.
    pub rows: Vec<T>,
    /// None where this is the last page.
    pub next: Option<Cursor>,
}

/// How many transfers each view has, in the order of [`View::ALL`], and how many drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// By view.
    pub views: [i64; 6],
    /// Drafts of the signed-in person.
    pub drafts: i64,
}

impl Counts {
    /// The count of a view.
    pub fn of(&self, view: View) -> i64 {
        View::ALL
            .iter()
            .position(|v| *v == view)
            .and_then(|i| self.views.get(i))
            .copied()
            .unwrap_or(0)
    }
}
