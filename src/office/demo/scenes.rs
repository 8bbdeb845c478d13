//! The table of scenes: how many transfers of which kind there are, and how far each has come.

use crate::domain::form::Reason;
use crate::domain::workflow::Stage;

/// Who moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// A member of a graduating class.
    Graduate,
    /// A member of another class.
    Student,
    /// A member of a township, a company or the other school.
    Resident,
    /// Somebody whose record is elsewhere.
    Outside,
}

/// Where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Township,
    TownshipItself,
    YouthHome,
    Company,
    CompanyCommittee,
    OtherSchool,
    University,
    Class,
    StudyAbroad,
    FarSchool,
    Beijing,
    Guangdong,
    Fujian,
    Typed,
    Nowhere,
}

/// Whose request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The member's own, or filled in for the member by a clerk.
    Member,
    /// 办理转出.
    Origin,
    /// 办理转入.
    Destination,
    /// The administrator of both sides.
    Both,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Draft,
    At(Stage),
    Completed,
    Returned(Stage),
    Withdrawn(Stage),
    Lapsed(Stage),
}

/// How long ago the last move was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Within the week.
    Fresh,
    /// Past the reminder.
    Late,
    /// Past the limit.
    Overdue,
    /// Some time in the last months.
    Any,
}

/// One row: so many shares of all transfers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene {
    pub(super) n: usize,
    pub(super) from: From,
    pub(super) reason: Reason,
    pub(super) to: To,
    pub(super) by: By,
    pub(super) end: End,
    pub(super) age: Age,
}

const fn scene(
    n: usize,
    (from, to): (From, To),
    reason: Reason,
    by: By,
    end: End,
    age: Age,
) -> Scene {
    Scene { n, from, reason, to, by, end, age }
}

use Reason as R;
use Stage as S;

/// What is to be seen: every stage, every reason, both ways of reaching another system, and for the
/// administrator of the university a day's work of a dozen and a half decisions.
#[rustfmt::skip]
pub(super) const SCENES: &[Scene] = &[
    // Done.
    scene(20, (From::Graduate, To::OtherSchool),      R::FurtherStudy,       By::Member,      End::Completed, Age::Any),
    scene( 8, (From::Graduate, To::OtherSchool),      R::FurtherStudy,       By::Origin,      End::Completed, Age::Any),
    scene( 4, (From::Graduate, To::Beijing),          R::FurtherStudy,       By::Origin,      End::Completed, Age::Any),
    scene(18, (From::Graduate, To::Company),          R::EmployedWithOrg,    By::Member,      End::Completed, Age::Any),
    scene(10, (From::Graduate, To::CompanyCommittee), R::EmployedWithOrg,    By::Origin,      End::Completed, Age::Any),
    scene( 3, (From::Graduate, To::Guangdong),        R::EmployedWithOrg,    By::Origin,      End::Completed, Age::Any),
    scene(15, (From::Graduate, To::Township),         R::EmployedWithoutOrg, By::Origin,      End::Completed, Age::Any),
    scene( 4, (From::Graduate, To::YouthHome),        R::EmployedWithoutOrg, By::Member,      End::Completed, Age::Any),
    scene(12, (From::Graduate, To::Township),         R::Unemployed,         By::Origin,      End::Completed, Age::Any),
    scene( 2, (From::Graduate, To::CompanyCommittee), R::AbroadOfficial,     By::Origin,      End::Completed, Age::Any),
    scene( 3, (From::Graduate, To::Township),         R::AbroadPrivate,      By::Member,      End::Completed, Age::Any),
    scene( 3, (From::Graduate, To::StudyAbroad),      R::AbroadStudy,        By::Both,        End::Completed, Age::Any),
    scene( 4, (From::Graduate, To::Nowhere),          R::SpecialUnit,        By::Origin,      End::Completed, Age::Any),
    scene( 5, (From::Student,  To::Class),            R::Other,              By::Both,        End::Completed, Age::Any),
    scene( 6, (From::Resident, To::University),       R::FurtherStudy,       By::Destination, End::Completed, Age::Any),
    scene( 4, (From::Outside,  To::University),       R::FurtherStudy,       By::Destination, End::Completed, Age::Any),
    scene( 4, (From::Outside,  To::Township),         R::Other,              By::Destination, End::Completed, Age::Any),
    // The university's move.
    scene( 4, (From::Graduate, To::Township),         R::EmployedWithoutOrg, By::Member,      End::At(S::OriginReview), Age::Fresh),
    scene( 2, (From::Graduate, To::Company),          R::EmployedWithOrg,    By::Member,      End::At(S::OriginReview), Age::Overdue),
    scene( 1, (From::Graduate, To::StudyAbroad),      R::AbroadStudy,        By::Member,      End::At(S::OriginReview), Age::Late),
    scene( 1, (From::Graduate, To::Township),         R::Unemployed,         By::Destination, End::At(S::OriginReview), Age::Fresh),
    scene( 2, (From::Resident, To::University),       R::FurtherStudy,       By::Member,      End::At(S::DestinationReview), Age::Fresh),
    scene( 2, (From::Resident, To::University),       R::FurtherStudy,       By::Destination, End::At(S::Placement), Age::Fresh),
    scene( 1, (From::Graduate, To::Beijing),          R::FurtherStudy,       By::Origin,      End::At(S::ExternalReceipt), Age::Late),
    scene( 1, (From::Graduate, To::Fujian),           R::EmployedWithOrg,    By::Origin,      End::At(S::ExternalReceipt), Age::Overdue),
    scene( 1, (From::Graduate, To::FarSchool),        R::FurtherStudy,       By::Origin,      End::At(S::ExternalReceipt), Age::Fresh),
    scene( 1, (From::Graduate, To::Typed),            R::EmployedWithOrg,    By::Origin,      End::At(S::ExternalReceipt), Age::Fresh),
    scene( 1, (From::Outside,  To::University),       R::FurtherStudy,       By::Destination, End::At(S::ExternalReceipt), Age::Fresh),
    // Somebody else's move.
    scene(10, (From::Graduate, To::Township),         R::EmployedWithoutOrg, By::Origin,      End::At(S::DestinationReview), Age::Fresh),
    scene( 4, (From::Graduate, To::Township),         R::EmployedWithoutOrg, By::Origin,      End::At(S::DestinationReview), Age::Late),
    scene( 3, (From::Graduate, To::Township),         R::Unemployed,         By::Origin,      End::At(S::DestinationReview), Age::Overdue),
    scene( 6, (From::Graduate, To::OtherSchool),      R::FurtherStudy,       By::Member,      End::At(S::DestinationReview), Age::Fresh),
    scene( 4, (From::Graduate, To::Company),          R::EmployedWithOrg,    By::Member,      End::At(S::DestinationReview), Age::Fresh),
    scene( 3, (From::Graduate, To::OtherSchool),      R::FurtherStudy,       By::Origin,      End::At(S::Placement), Age::Fresh),
    scene( 2, (From::Graduate, To::CompanyCommittee), R::EmployedWithOrg,    By::Origin,      End::At(S::Placement), Age::Late),
    scene( 2, (From::Graduate, To::TownshipItself),   R::Unemployed,         By::Origin,      End::At(S::Placement), Age::Fresh),
    scene( 5, (From::Graduate, To::Nowhere),          R::SpecialUnit,        By::Origin,      End::At(S::ProvinceReview), Age::Fresh),
    scene( 1, (From::Graduate, To::Nowhere),          R::SpecialUnit,        By::Origin,      End::At(S::ProvinceReview), Age::Overdue),
    scene( 2, (From::Resident, To::Township),         R::Other,              By::Member,      End::At(S::OriginReview), Age::Fresh),
    scene( 1, (From::Outside,  To::TownshipItself),   R::Other,              By::Destination, End::At(S::ExternalReceipt), Age::Late),
    // Ended without a transfer.
    scene( 8, (From::Graduate, To::Township),         R::EmployedWithoutOrg, By::Origin,      End::Returned(S::DestinationReview), Age::Any),
    scene( 4, (From::Graduate, To::Company),          R::EmployedWithOrg,    By::Member,      End::Returned(S::DestinationReview), Age::Any),
    scene( 4, (From::Graduate, To::Township),         R::Unemployed,         By::Member,      End::Returned(S::OriginReview), Age::Any),
    scene( 2, (From::Graduate, To::Beijing),          R::FurtherStudy,       By::Origin,      End::Returned(S::ExternalReceipt), Age::Any),
    scene( 1, (From::Graduate, To::Nowhere),          R::SpecialUnit,        By::Origin,      End::Returned(S::ProvinceReview), Age::Any),
    scene( 2, (From::Graduate, To::OtherSchool),      R::FurtherStudy,       By::Member,      End::Returned(S::DestinationReview), Age::Any),
    scene( 1, (From::Outside,  To::University),       R::FurtherStudy,       By::Destination, End::Returned(S::ExternalReceipt), Age::Any),
    scene( 5, (From::Graduate, To::Township),         R::Unemployed,         By::Member,      End::Withdrawn(S::OriginReview), Age::Any),
    scene( 4, (From::Graduate, To::Company),          R::EmployedWithOrg,    By::Origin,      End::Withdrawn(S::DestinationReview), Age::Any),
    scene( 2, (From::Graduate, To::Guangdong),        R::EmployedWithOrg,    By::Origin,      End::Withdrawn(S::ExternalReceipt), Age::Any),
    scene( 1, (From::Graduate, To::Nowhere),          R::SpecialUnit,        By::Origin,      End::Withdrawn(S::ProvinceReview), Age::Any),
    scene( 4, (From::Graduate, To::Company),          R::EmployedWithOrg,    By::Origin,      End::Lapsed(S::DestinationReview), Age::Any),
    scene( 2, (From::Graduate, To::Beijing),          R::FurtherStudy,       By::Origin,      End::Lapsed(S::ExternalReceipt), Age::Any),
    scene( 2, (From::Graduate, To::OtherSchool),      R::FurtherStudy,       By::Origin,      End::Lapsed(S::Placement), Age::Any),
    // Being filled in.
    scene( 3, (From::Graduate, To::Company),          R::EmployedWithOrg,    By::Both,        End::Draft, Age::Fresh),
    scene( 4, (From::Graduate, To::Township),         R::Unemployed,         By::Member,      End::Draft, Age::Fresh),
    scene( 1, (From::Graduate, To::OtherSchool),      R::FurtherStudy,       By::Origin,      End::Draft, Age::Late),
    scene( 1, (From::Outside,  To::TownshipItself),   R::Other,              By::Destination, End::Draft, Age::Fresh),
];
