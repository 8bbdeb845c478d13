//! Text into lines of a width, by the rules of Unicode and of Chinese print.

use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::face::Faces;

/// Counters that stay with the number or the blank before them, and with the blank after them, so
/// that a date to be written in by hand stands on one line.
const COUNTERS: &str = "年月日号天次人页岁";

/// The text in lines of at most `room` points at this size. No line begins with a closing mark or
/// ends with an opening one; a run that is longer than a line is cut where it must be.
pub(super) fn lines(faces: &Faces, text: &str, size: f32, room: f32) -> Vec<String> {
    let mut done = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if line.is_empty() || fits(faces, &line, piece, size, room) {
            line.push_str(piece);
        } else {
            done.push(std::mem::replace(&mut line, piece.to_owned()));
        }
        while faces.width(line.trim_end(), size) > room {
            let Some(rest) = cut(faces, &mut line, size, room) else { break };
            done.push(std::mem::replace(&mut line, rest));
        }
    }
    if !line.is_empty() || done.is_empty() {
        done.push(line);
    }
    done.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

fn fits(faces: &Faces, line: &str, piece: &str, size: f32, room: f32) -> bool {
    faces.width(line, size) + faces.width(piece.trim_end(), size) <= room
}

/// The parts of a text between which a line may end.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    for (at, opportunity) in linebreaks(text) {
        let (before, after) = text.split_at(at);
        let is_counter = |c: char| COUNTERS.contains(c);
        let counted = before.ends_with(|c: char| c.is_ascii_digit() || c == '_')
            && after.starts_with(is_counter);
        let stays = counted || (before.ends_with(is_counter) && after.starts_with('_'));
        if opportunity == BreakOpportunity::Allowed && stays {
            continue;
        }
        found.extend(text.get(from..at));
        from = at;
    }
    found
}

/// Takes from the end of a line what does not fit, at least leaving one character. None where one
/// character is all there is.
fn cut(faces: &Faces, line: &mut String, size: f32, room: f32) -> Option<String> {
    let mut width = 0.0;
    let over = line.char_indices().skip(1).find(|(at, _)| {
        width = line.get(..*at).map_or(0.0, |head| faces.width(head, size));
        let next = line.get(*at..).and_then(|rest| rest.chars().next());
        width + next.map_or(0.0, |c| faces.width(c.encode_utf8(&mut [0; 4]), size)) > room
    });
    over.map(|(at, _)| line.split_off(at))
}
