//! How far a transfer is, in words that both sides know.

use crate::domain::workflow::Stage;

/// How far a transfer is, as both sides can tell it: the official words for the stages between are
/// not known (domain.md B).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Somebody has still to decide.
    Open,
    /// 已完成
    Done,
    /// Returned, withdrawn or lapsed.
    Ended,
}

impl Standing {
    /// Reads an official status; none where its words say nothing that is known.
    pub fn of_words(status: &str) -> Option<Self> {
        const ENDED: [&str; 10] =
            ["退回", "驳回", "拒绝", "不同意", "不通过", "未通过", "撤销", "撤回", "失效", "取消"];
        const DONE: [&str; 3] = ["完成", "成功", "办结"];
        const OPEN: [&str; 9] =
            ["待", "审批", "审核", "分配", "接收", "办理", "处理", "进行", "未完成"];
        let says = |words: &[&str]| words.iter().any(|word| status.contains(word));
        if says(&ENDED) {
            Some(Self::Ended)
        } else if says(&DONE) && !status.contains('未') && !status.contains('待') {
            Some(Self::Done)
        } else if says(&OPEN) {
            Some(Self::Open)
        } else {
            None
        }
    }

    /// How far a transfer of ours is; none for a draft, which nobody else knows of.
    pub fn of_stage(stage: Stage) -> Option<Self> {
        match stage {
            Stage::Draft => None,
            Stage::Completed => Some(Self::Done),
            Stage::Returned | Stage::Withdrawn | Stage::Lapsed => Some(Self::Ended),
            Stage::OriginReview
            | Stage::DestinationReview
            | Stage::ProvinceReview
            | Stage::ExternalReceipt
            | Stage::Placement => Some(Self::Open),
        }
    }
}
