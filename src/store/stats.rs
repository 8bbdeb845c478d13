//! The counts behind the 学社衔接 figures (domain.md B6).

use rusqlite::named_params;

use super::Desk;
use super::fault::{Stored, Told};
use crate::domain::organisation::OrgPath;
use crate::rules::GraduateCounts;

const PEOPLE: &str = "
    WITH graduates AS (
        SELECT m.id_number AS number, m.graduation_mark AS mark
        FROM members m JOIN organisations o ON o.id = m.branch_id
        WHERE o.graduates_on LIKE :year AND m.state = 'active'
          AND o.path >= :lo AND o.path < :hi
        UNION
        SELECT t.person_number, coalesce(m.graduation_mark, 'none')
        FROM transfers t JOIN organisations o ON o.id = t.origin_id
        LEFT JOIN members m ON m.id = t.member_id
        WHERE o.graduates_on LIKE :year AND t.stage = 'completed'
          AND t.done_at >= :from AND t.done_at < :until
          AND t.origin_path >= :lo AND t.origin_path < :hi),
    latest AS (
        SELECT t.person_number AS number, t.stage AS stage, t.reason AS reason, max(t.id)
        FROM transfers t JOIN organisations o ON o.id = t.origin_id
        WHERE t.stage NOT IN ('draft', 'withdrawn', 'lapsed')
          AND o.graduates_on LIKE :year
          AND (t.done_at = 0 OR (t.done_at >= :from AND t.done_at < :until))
          AND t.origin_path >= :lo AND t.origin_path < :hi GROUP BY t.person_number)
    SELECT count(*),
        coalesce(sum(g.mark = 'delayed'), 0), coalesce(sum(g.mark = 'teacher'), 0),
        coalesce(sum(g.mark = 'none' AND l.number IS NOT NULL), 0),
        coalesce(sum(g.mark = 'none' AND l.stage = 'completed'), 0),
        coalesce(sum(g.mark = 'none' AND l.stage = 'completed' AND l.reason = 'employed_with_org'), 0),
        coalesce(sum(g.mark = 'none' AND l.reason = 'further_study'), 0)
    FROM graduates g LEFT JOIN latest l ON l.number = g.number";
const RECEIVED: &str = "SELECT
        count(DISTINCT e.transfer_id),
        count(DISTINCT e.transfer_id) FILTER (WHERE e.transfer_id IN (
            SELECT d.transfer_id FROM events d WHERE d.from_stage = 'destination_review'
              AND d.action IN ('approve', 'return')))
    FROM events e JOIN transfers t ON t.id = e.transfer_id
    WHERE e.to_stage = 'destination_review' AND e.at >= :from AND e.at < :until
      AND t.destination_path >= :lo AND t.destination_path < :hi";

impl Desk<'_> {
    /// Counts of the graduates of a year in an organisation and below, within this person's scope.
    ///
    /// A member counts as a graduate where the branch graduates in that year (毕业时间标记), also
    /// after having left it by a transfer of the same year. Only transfers out of such a branch,
    /// under way or ended in that year, count as initiated and completed.
    ///
    /// # Errors
    /// Where this person is a member without an office, or it cannot be read.
    pub fn graduate_counts(&self, year: i32, under: &OrgPath) -> Stored<GraduateCounts> {
        self.check_clerk()?;
        let under = if self.covers(under) { under } else { &self.actor.org_path };
        let (lo, hi) = (under.as_str().to_owned(), under.range_end());
        let (from, until) = self.span_of(year);
        let people = named_params! {":year": format!("{year}-%"), ":from": from, ":until": until,
        ":lo": lo, ":hi": hi};
        let mut counts = self
            .store
            .connection
            .query_row(PEOPLE, people, |r| {
                Ok(GraduateCounts {
                    graduates: r.get(0)?,
                    delayed: r.get(1)?,
                    teachers: r.get(2)?,
                    initiated: r.get(3)?,
                    completed: r.get(4)?,
                    to_employer: r.get(5)?,
                    further_study: r.get(6)?,
                    received: 0,
                    decided_received: 0,
                })
            })
            .told()?;
        let received = named_params! {":from": from, ":until": until, ":lo": lo, ":hi": hi};
        (counts.received, counts.decided_received) = self
            .store
            .connection
            .query_row(RECEIVED, received, |r| Ok((r.get(0)?, r.get(1)?)))
            .told()?;
        Ok(counts)
    }

    fn span_of(&self, year: i32) -> (i64, i64) {
        let first =
            |y| chrono::NaiveDate::from_ymd_opt(y, 1, 1).map_or(0, |d| self.now.start_of(d).0);
        (first(year), first(year + 1))
    }
}
