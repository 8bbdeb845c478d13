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

/// Where a page of a list stands. A row that is gone meanwhile still has its place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The first rows.
    First,
    /// The rows after this one.
    After(Cursor),
    /// This row and those after it, to read a place again.
    At(Cursor),
    /// The rows before this one, the nearest ones.
    Before(Cursor),
    /// The last rows.
    Last,
}

impl Start {
    /// The row that the page is told by.
    pub fn cursor(&self) -> Option<&Cursor> {
        match self {
            Self::After(cursor) | Self::At(cursor) | Self::Before(cursor) => Some(cursor),
            Self::First | Self::Last => None,
        }
    }

    /// Whether the page is read from its end to its beginning.
    pub fn is_backwards(&self) -> bool {
        match self {
            Self::Before(_) | Self::Last => true,
            Self::First | Self::After(_) | Self::At(_) => false,
        }
    }
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
    /// Which page.
    pub start: Start,
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
            start: Start::First,
            limit: 100,
        }
    }
}

/// A page of rows, and where the pages beside it are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Rows, in the order of the list whichever way the page was read.
    pub rows: Vec<T>,
    /// The first row, for [`Start::Before`]; none where nothing is known to stand before it.
    pub previous: Option<Cursor>,
    /// The last row, for [`Start::After`]; none where this is the last page.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Whole lists that fit one page.
    pub fn whole(rows: Vec<T>) -> Self {
        Self { rows, previous: None, next: None }
    }
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
