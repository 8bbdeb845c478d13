//! Identifiers of stored rows, and moments in time.
//!
//! Each is a newtype, so that a member's number can never be handed in where an organisation's
//! belongs.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};

macro_rules! row_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

row_ids! {
    /// An organisation (团组织) in this database.
    OrgId,
    /// A member (团员) in this database.
    MemberId,
    /// An account that can sign in.
    AccountId,
    /// A transfer (组织关系转接), drafts included.
    TransferId,
    /// One import, the unit of undoing it.
    BatchId,
    /// A request to correct a name or ID number.
    CorrectionId,
    /// A file that was written out, in the ledger of exports.
    ExportId,
}

/// An instant, in whole seconds of UTC since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(pub i64);

/// The time of one message: the instant and how far local time is from UTC.
///
/// Everything that needs a date gets this handed in, so that tests and the demo can freeze it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The instant.
    pub moment: Moment,
    /// Local time minus UTC, in seconds.
    pub offset: i32,
}

impl Now {
    /// A fixed local time, taken as China Standard Time; used by the test clock.
    pub fn from_local(local: NaiveDateTime, offset: i32) -> Self {
        Self { moment: Moment(local.and_utc().timestamp() - i64::from(offset)), offset }
    }

    /// `moment` in this clock's local time.
    pub fn local(self, moment: Moment) -> NaiveDateTime {
        let zone = FixedOffset::east_opt(self.offset).unwrap_or_else(|| Utc.fix());
        DateTime::from_timestamp(moment.0, 0).map_or(NaiveDateTime::default(), |utc| {
            zone.from_utc_datetime(&utc.naive_utc()).naive_local()
        })
    }

    /// Today's local date.
    pub fn today(self) -> NaiveDate {
        self.local(self.moment).date()
    }

    /// Calendar days between the local day of `moment` and today, as people count waiting; zero
    /// where the clock went backwards.
    pub fn days_since(self, moment: Moment) -> i64 {
        (self.today() - self.local(moment).date()).num_days().max(0)
    }

    /// The instant before which `days` calendar days or more have been waited.
    pub fn waiting_since(self, days: i64) -> Moment {
        let latest = self.today().checked_sub_signed(chrono::TimeDelta::days(days - 1));
        latest.map_or(Moment(i64::MIN), |day| self.start_of(day))
    }

    /// The instant at which the local day `date` begins.
    pub fn start_of(self, date: NaiveDate) -> Moment {
        Moment(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() - i64::from(self.offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_follows_the_offset() {
        let ten = NaiveDate::from_ymd_opt(2020, 6, 2).unwrap().and_hms_opt(7, 0, 0).unwrap();
        let now = Now::from_local(ten, 8 * 3600);
        assert_eq!(now.local(now.moment), ten);
        assert_eq!(now.today(), ten.date());
        assert_eq!(now.local(now.start_of(ten.date())).time(), chrono::NaiveTime::MIN);
    }

    #[test]
    fn waiting_is_counted_in_calendar_days() {
        let at = |day, hour| {
            let time =
                NaiveDate::from_ymd_opt(2020, 6, day).unwrap().and_hms_opt(hour, 0, 0).unwrap();
            Now::from_local(time, 8 * 3600)
        };
        let now = at(3, 1);
        for (day, hour, days) in [(3, 0, 0), (2, 23, 1), (2, 0, 1), (1, 23, 2), (9, 9, 0)] {
            let since = at(day, hour).moment;
            assert_eq!(now.days_since(since), days, "{day} {hour}");
            for limit in 1..4 {
                let waited = since < now.waiting_since(limit);
                assert_eq!(waited, days >= limit, "{day} {hour}: {limit}");
            }
        }
    }
}
