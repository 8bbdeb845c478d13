//! 学社衔接 figures: what they are made of, and nothing else (domain.md B6).

/// How many graduates stand where. All are counts of people of one season.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GraduateCounts {
    /// Members whose branch graduates in the season.
    pub graduates: i64,
    /// Of these, marked 延迟毕业.
    pub delayed: i64,
    /// Of these, marked 教师.
    pub teachers: i64,
    /// Due, and a transfer was handed in.
    pub initiated: i64,
    /// Requests that reached the destination side.
    pub received: i64,
    /// Of these, agreed to or sent back.
    pub decided_received: i64,
    /// Due, and the transfer is complete.
    pub completed: i64,
    /// Moved to the organisation of an employer.
    pub to_employer: i64,
    /// Due, and leaving for further study.
    pub further_study: i64,
}

/// One share with the words of its formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// Its name on the screen.
    pub label: &'static str,
    /// The formula in words.
    pub formula: &'static str,
    /// Number of people counted.
    pub part: i64,
    /// Out of how many.
    pub whole: i64,
}

impl Figure {
    /// The share in tenths of a percent, rounded half up; none where there is nobody to count.
    pub fn per_mille(&self) -> Option<i64> {
        (self.whole > 0).then(|| (self.part * 2000 + self.whole) / (self.whole * 2))
    }

    /// The share as a fraction; none where there is nobody to count.
    pub fn share(&self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// 「85.7%」, or 「—」 where there is nobody to count.
    pub fn percent(&self) -> String {
        self.per_mille().map_or_else(|| "—".to_owned(), |n| format!("{}.{}%", n / 10, n % 10))
    }
}

impl GraduateCounts {
    /// The words of the formula of [`GraduateCounts::due`].
    pub const DUE_FORMULA: &'static str = "应转人数 = 毕业生团员 - 延迟毕业 - 教师";

    /// 应转人数: those who must transfer. Members marked 延迟毕业 or 教师 do not count.
    pub fn due(&self) -> i64 {
        (self.graduates - self.delayed - self.teachers).max(0)
    }

    /// 发起率
    pub fn initiated_rate(&self) -> Figure {
        let formula = "发起率 = 已发起人数 ÷ 应转人数";
        Figure { label: "发起率", formula, part: self.initiated, whole: self.due() }
    }

    /// 审批率, of the requests that were received.
    pub fn decided_rate(&self) -> Figure {
        let formula = "审批率 = 已审批的转入申请 ÷ 收到的转入申请";
        Figure { label: "审批率", formula, part: self.decided_received, whole: self.received }
    }

    /// 完成率
    pub fn completed_rate(&self) -> Figure {
        let formula = "完成率 = 已完成人数 ÷ 应转人数";
        Figure { label: "完成率", formula, part: self.completed, whole: self.due() }
    }

    /// 单位团组织转接率, by the text of 2021: further study is left out.
    pub fn employer_rate(&self) -> Figure {
        let whole = (self.due() - self.further_study).max(0);
        let formula = "单位团组织转接率 = 转入单位团组织人数 ÷（应转人数 - 升学人数）";
        Figure { label: "单位团组织转接率", formula, part: self.to_employer, whole }
    }

    /// The four shares, in the order in which the work is done.
    pub fn figures(&self) -> [Figure; 4] {
        [self.initiated_rate(), self.decided_rate(), self.completed_rate(), self.employer_rate()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_leave_out_who_need_not_go() {
        let counts = GraduateCounts {
            graduates: 110,
            delayed: 8,
            teachers: 2,
            initiated: 90,
            received: 30,
            decided_received: 20,
            completed: 75,
            to_employer: 24,
            further_study: 28,
        };
        assert_eq!(counts.due(), 100);
        let shown: Vec<_> = counts.figures().iter().map(Figure::percent).collect();
        assert_eq!(shown, ["90.0%", "66.7%", "75.0%", "33.3%"]);
        for figure in counts.figures() {
            assert!(figure.formula.starts_with(figure.label), "{figure:?}");
        }
    }

    #[test]
    fn nobody_due_gives_no_share() {
        let counts = GraduateCounts { graduates: 3, delayed: 3, ..GraduateCounts::default() };
        assert!(counts.figures().iter().all(|f| f.share().is_none() && f.percent() == "—"));
        let only_study =
            GraduateCounts { graduates: 2, further_study: 2, ..GraduateCounts::default() };
        assert_eq!(only_study.employer_rate().share(), None);
        assert_eq!(only_study.initiated_rate().share(), Some(0.0));
    }

    #[test]
    fn more_marks_than_graduates_do_not_go_below_zero() {
        let counts = GraduateCounts { graduates: 1, delayed: 3, ..GraduateCounts::default() };
        assert_eq!(counts.due(), 0);
    }
}
