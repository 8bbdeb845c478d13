//! Every screen at many sizes: nothing panics, and no row is wider than the terminal.

use tuanzhuan::domain::text::columns;

use crate::rehearsal::{Rehearsal, Who};

const SIZES: [(u16, u16); 11] = [
    (80, 24),
    (81, 25),
    (100, 30),
    (120, 40),
    (200, 60),
    (79, 24),
    (80, 23),
    (1, 1),
    (3, 2),
    (300, 100),
    (80, 24),
];

/// Keys from the first screen of somebody to each of the others.
const TOUR: &[(Who, &str)] = &[
    (Who::Committee, ""),
    (Who::Committee, "<left>"),
    (Who::Committee, "3没有这个人"),
    (Who::Committee, "1"),
    (Who::Committee, "2"),
    (Who::Committee, "4"),
    (Who::Committee, "8"),
    (Who::Committee, "81"),
    (Who::Committee, "82"),
    (Who::Committee, "6"),
    (Who::Committee, "68"),
    (Who::Committee, "9"),
    (Who::Committee, "0"),
    (Who::Committee, "02"),
    (Who::Committee, "022"),
    (Who::Committee, "02<enter>"),
    (Who::Committee, "02<enter>8"),
    (Who::Committee, "03"),
    (Who::Committee, "032"),
    (Who::Committee, "03<enter>"),
    (Who::Committee, "04"),
    (Who::Committee, "042"),
    (Who::Committee, "048"),
    (Who::Committee, "05"),
    (Who::Committee, "08"),
    (Who::Committee, "08<enter>"),
    (Who::Committee, "09"),
    (Who::Committee, "0<end><up><up><up><enter>"),
    (Who::Committee, "<enter>"),
    (Who::Committee, "<enter><end>"),
    (Who::Committee, "3郭鹏程<f8>1"),
    (Who::Branch, "21"),
    (Who::Branch, "21邓"),
    (Who::Branch, "21邓鸿飞<enter>139<enter><enter><f4>"),
    (Who::Branch, "21邓鸿飞<enter>139<enter><enter><f4>4<f8>"),
    (Who::Branch, "22"),
    (Who::Member, ""),
    (Who::Member, "<enter>"),
];

#[test]
fn every_screen_fits_every_size() {
    for (who, keys) in TOUR {
        let mut office = Rehearsal::office(*who);
        office.keys(keys);
        fits_every_size(&mut office, keys);
    }
}

#[test]
fn the_door_fits_every_size() {
    fits_every_size(&mut Rehearsal::door(), "door");
    let mut nothing = Rehearsal::nothing();
    fits_every_size(&mut nothing, "nothing");
    nothing.keys("<f10>");
    fits_every_size(&mut nothing, "set-up");
}

/// The first and the last size are one, so that growing again must bring the same screen back.
fn fits_every_size(office: &mut Rehearsal, keys: &str) {
    let mut seen = Vec::new();
    for (cols, rows) in SIZES {
        office.resize(cols, rows);
        let drawn = office.rows();
        assert_eq!(drawn.len(), usize::from(rows), "{keys} at {cols}x{rows}");
        for row in &drawn {
            assert!(columns(row) <= usize::from(cols), "{keys} at {cols}x{rows}: {row}");
        }
        seen.push(drawn);
    }
    assert_eq!(seen.first(), seen.last(), "{keys}: the screen changed by resizing");
}

#[test]
fn every_row_is_exactly_as_wide_as_the_terminal() {
    let mut office = Rehearsal::office(Who::Committee);
    for (cols, rows) in [(80, 24), (81, 25), (120, 40)] {
        office.resize(cols, rows);
        let misfits: Vec<String> =
            office.rows().into_iter().filter(|row| columns(row) != usize::from(cols)).collect();
        assert!(misfits.is_empty(), "{misfits:#?}");
    }
}
