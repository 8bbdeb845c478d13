//! State to cells: the only home of widgets.

pub mod popup;
pub mod width;
