//! The text of a PDF as a reader would copy it: no tool is needed to compare what was printed.

use std::collections::HashMap;
use std::io::Read;

use flate2::read::ZlibDecoder;

/// The texts of all pages in the order of drawing, one line for each piece.
pub fn text_of(bytes: &[u8]) -> String {
    let streams: Vec<Vec<u8>> = streams(bytes);
    let is_map = |stream: &&Vec<u8>| contains(stream, b"begincmap");
    let letters: HashMap<u16, String> =
        streams.iter().filter(is_map).flat_map(|map| characters(map)).collect();
    let pages = streams.iter().filter(|stream| contains(stream, b"]TJ"));
    let pieces = pages.flat_map(|page| pieces(page));
    let read = |codes: Vec<u8>| -> String {
        let pairs = codes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        pairs.map(|code| letters.get(&code).cloned().unwrap_or("?".to_owned())).collect()
    };
    pieces.map(read).collect::<Vec<_>>().join("\n")
}

/// How many pages there are.
pub fn n_pages(bytes: &[u8]) -> usize {
    let page = b"/Type/Page/";
    let spaced = b"/Type/Page\n";
    bytes.windows(page.len()).filter(|w| w == page || w == spaced).count()
}

fn contains(stream: &[u8], wanted: &[u8]) -> bool {
    stream.windows(wanted.len()).any(|window| window == wanted)
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
}

fn streams(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = find(bytes, b"stream\n", from) {
        let begin = at + b"stream\n".len();
        let mut inflated = Vec::new();
        let body = bytes.get(begin..).unwrap_or_default();
        // What is no stream of ours stays out.
        if ZlibDecoder::new(body).read_to_end(&mut inflated).is_ok() {
            found.push(inflated);
        }
        from = find(bytes, b"endstream", begin).map_or(bytes.len(), |end| end + 9);
    }
    found
}

/// The pairs `<0001> <56E2>` of a map of characters.
fn characters(map: &[u8]) -> Vec<(u16, String)> {
    let text = String::from_utf8_lossy(map);
    let lines = text.lines().filter_map(|line| {
        let (code, character) = line.trim().strip_prefix('<')?.split_once("> <")?;
        let code = u16::from_str_radix(code, 16).ok()?;
        let hex = character.strip_suffix('>')?;
        let units = hex
            .as_bytes()
            .chunks(4)
            .filter_map(|four| u16::from_str_radix(std::str::from_utf8(four).ok()?, 16).ok());
        let units: Vec<u16> = units.collect();
        Some((code, String::from_utf16_lossy(&units)))
    });
    lines.collect()
}

/// The bytes of each `[(…)]TJ` with their escapes resolved.
fn pieces(page: &[u8]) -> Vec<Vec<u8>> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = find(page, b"[", from) {
        let end = find(page, b"]TJ", at).unwrap_or(page.len());
        found.push(strings(page.get(at + 1..end).unwrap_or_default()));
        from = end + 3;
    }
    found
}

fn strings(array: &[u8]) -> Vec<u8> {
    let (mut codes, mut inside, mut at) = (Vec::new(), false, 0);
    while let Some(byte) = array.get(at) {
        match (inside, byte) {
            (false, b'(') => inside = true,
            (false, b'<') => {
                let end = find(array, b">", at).unwrap_or(array.len());
                let hex = array.get(at + 1..end).unwrap_or_default();
                let pairs = hex.chunks_exact(2).filter_map(|pair| std::str::from_utf8(pair).ok());
                codes.extend(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
                at = end;
            }
            (true, b')') => inside = false,
            (true, b'\\') => at += escaped(array.get(at + 1..).unwrap_or_default(), &mut codes),
            (true, byte) => codes.push(*byte),
            (false, _) => {}
        }
        at += 1;
    }
    codes
}

/// Resolves what follows a backslash, and says how many bytes that was.
fn escaped(rest: &[u8], codes: &mut Vec<u8>) -> usize {
    let digits = rest.iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
    if digits > 0 {
        let value = rest.iter().take(digits).fold(0_u32, |sum, b| sum * 8 + u32::from(b - b'0'));
        codes.push(u8::try_from(value).unwrap_or(b'?'));
        return digits;
    }
    let known = [(b'n', b'\n'), (b'r', b'\r'), (b't', b'\t'), (b'b', 8), (b'f', 12)];
    let letter = rest.first().copied().unwrap_or(b'?');
    codes.push(known.iter().find(|(name, _)| *name == letter).map_or(letter, |(_, byte)| *byte));
    1
}
