//! State to cells: the only home of widgets.
