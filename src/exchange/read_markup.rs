//! Tags and texts of web pages and XML, as tolerant as browsers are and without anything that could
//! be followed or expanded: no entity but the usual ones, no file, no address.

use std::borrow::Cow;

/// Most bytes of a tag. A longer one is taken for text.
const TAG_LIMIT: usize = 8 * 1024;
/// Elements whose content is neither text nor tags.
const RAW: [&str; 2] = ["script", "style"];

/// A piece of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// `<name ...>` or `<name .../>`
    Open(Tag<'t>),
    /// `</name>`
    Close(&'t str),
    /// Text, with its entities.
    Text(&'t str),
}

/// A tag that opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'t> {
    name: &'t str,
    attributes: &'t str,
}

/// Whether that is the name, whatever its prefix and the size of its letters.
pub(super) fn is_named(name: &str, wanted: &str) -> bool {
    let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
    local.eq_ignore_ascii_case(wanted)
}

impl<'t> Tag<'t> {
    /// Whether that is its name.
    pub(super) fn is(&self, wanted: &str) -> bool {
        is_named(self.name, wanted)
    }

    /// Whether it closes itself.
    pub(super) fn is_closed(&self) -> bool {
        self.attributes.ends_with('/')
    }

    /// Its name, with its prefix.
    pub(super) fn name(&self) -> &'t str {
        self.name
    }

    /// The value of an attribute, empty where it has none.
    pub(super) fn attribute(&self, wanted: &str) -> Option<Cow<'t, str>> {
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let (name, after) = rest.split_at_checked(end)?;
            let (value, after) = value_of(after);
            if is_named(name, wanted) {
                return Some(unescaped(value));
            }
            // Something must be taken each time, even of what is no attribute.
            let shorter = after.trim_start();
            rest = if shorter.len() < rest.len() { shorter } else { "" };
        }
        None
    }

    /// The number that an attribute gives.
    pub(super) fn number(&self, wanted: &str) -> Option<usize> {
        self.attribute(wanted)?.trim().parse().ok()
    }
}

fn value_of(after_name: &str) -> (&str, &str) {
    let Some(rest) = after_name.trim_start().strip_prefix('=') else { return ("", after_name) };
    let rest = rest.trim_start();
    for quote in ['"', '\''] {
        if let Some(inner) = rest.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    rest.split_at_checked(end).unwrap_or((rest, ""))
}

/// The pieces of a page, in order.
pub(super) struct Markup<'t> {
    rest: &'t str,
    raw: Option<&'static str>,
    /// How many bytes follow the last `>` of all: no tag ends there.
    beyond: usize,
}

impl<'t> Markup<'t> {
    /// The pieces of that text.
    pub(super) fn of(text: &'t str) -> Self {
        let beyond = text.rfind('>').map_or(text.len(), |last| text.len() - last - 1);
        Self { rest: text, raw: None, beyond }
    }

    fn skip(&mut self, n: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(n).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn skip_past(&mut self, end: &str) {
        self.rest = self.rest.split_once(end).map_or("", |(_, rest)| rest);
    }

    /// Leaves out what stands in a script up to its end.
    fn skip_raw(&mut self, name: &str) {
        while let Some(at) = self.rest.find("</") {
            self.skip(at);
            let named = self.rest.get(2..2 + name.len());
            if named.is_some_and(|found| found.eq_ignore_ascii_case(name)) {
                return;
            }
            self.skip(2);
        }
        self.rest = "";
    }

    fn tag(&mut self) -> Option<Piece<'t>> {
        let inside = self.rest.get(1..)?;
        let is_close = inside.starts_with('/');
        let begins = if is_close { inside.get(1..)? } else { inside };
        let may_end = self.rest.len() > self.beyond;
        if !may_end || !begins.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let n = end_of_tag(inside)?;
        let body = inside.get(..n)?;
        self.skip(n + 2);
        if is_close {
            return Some(Piece::Close(body.get(1..)?.trim()));
        }
        let end = body.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(body.len());
        let (name, attributes) = body.split_at_checked(end)?;
        self.raw = RAW.into_iter().find(|raw| name.eq_ignore_ascii_case(raw));
        Some(Piece::Open(Tag { name, attributes: attributes.trim() }))
    }
}

/// Where the tag ends that these bytes are inside of: at the first `>` outside of quotes, or at
/// the first one of all where a quote is left open.
fn end_of_tag(inside: &str) -> Option<usize> {
    let mut quote = None;
    let mut first = None;
    for (at, byte) in inside.bytes().enumerate().take(TAG_LIMIT) {
        match (byte, quote) {
            (b'>', None) => return Some(at),
            (b'>', Some(_)) => first = first.or(Some(at)),
            (b'"' | b'\'', None) => quote = Some(byte),
            (found, Some(open)) if found == open => quote = None,
            _ => {}
        }
    }
    first
}

impl<'t> Iterator for Markup<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        loop {
            if let Some(raw) = self.raw.take() {
                self.skip_raw(raw);
            }
            let at = self.rest.find('<').unwrap_or(self.rest.len());
            if at > 0 {
                return Some(Piece::Text(self.skip(at)));
            }
            if self.rest.is_empty() {
                return None;
            }
            if self.rest.starts_with("<!--") {
                self.skip_past("-->");
            } else if self.rest.starts_with("<![CDATA[") {
                self.skip(9);
                let end = self.rest.find("]]>").unwrap_or(self.rest.len());
                let text = self.skip(end);
                self.skip(3);
                return Some(Piece::Text(text));
            } else if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
                self.skip_past(">");
            } else {
                let piece = self.tag();
                return Some(piece.unwrap_or_else(|| Piece::Text(self.skip(1))));
            }
        }
    }
}

/// Named characters that tables of offices hold.
const NAMED: [(&str, &str); 20] = [
    ("nbsp", " "),
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("middot", "·"),
    ("bull", "•"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("lsquo", "‘"),
    ("rsquo", "’"),
    ("mdash", "—"),
    ("ndash", "–"),
    ("hellip", "…"),
    ("ensp", " "),
    ("emsp", " "),
    ("times", "×"),
    ("laquo", "«"),
    ("raquo", "»"),
];

/// A text with its entities resolved. An unknown one stays as it is written.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut pieces = text.split('&');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let known = piece
            .split_once(';')
            .filter(|(name, _)| name.len() <= 10)
            .and_then(|(name, rest)| Some((character_of(name)?, rest)));
        match known {
            Some((character, rest)) => {
                out.push_str(&character);
                out.push_str(rest);
            }
            None => {
                out.push('&');
                out.push_str(piece);
            }
        }
    }
    Cow::Owned(out)
}

fn character_of(name: &str) -> Option<Cow<'static, str>> {
    let Some(number) = name.strip_prefix('#') else {
        let named = NAMED.iter().find(|(known, _)| *known == name);
        return named.map(|(_, text)| Cow::Borrowed(*text));
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    // A number that is no character is a letter that was lost.
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some(Cow::Owned(character.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let name = |piece| match piece {
            Piece::Open(tag) => format!("<{}|{}>", tag.name, tag.attributes),
            Piece::Close(name) => format!("</{name}>"),
            Piece::Text(text) => text.to_owned(),
        };
        Markup::of(text).map(name).collect()
    }

    #[test]
    fn tags_are_found_in_what_portals_write() {
        assert_eq!(
            pieces("<!DOCTYPE html><!-- <td> --><TD x='a>b' y>1 < 2</td ><br/>"),
            ["<TD|x='a>b' y>", "1 ", "<", " 2", "</td>", "<br|/>"]
        );
        assert_eq!(pieces("<style>a<td>b</STYLE>c"), ["<style|>", "</STYLE>", "c"]);
        assert_eq!(pieces("<script>never ends <td>"), ["<script|>"]);
        assert_eq!(pieces("<a href=\"open>x</a>"), ["<a|href=\"open>", "x", "</a>"]);
        assert_eq!(pieces("a<![CDATA[<b>]]>c<!-- open"), ["a", "<b>", "c"]);
        assert_eq!(pieces("<td"), ["<", "td"]);
    }

    #[test]
    fn attributes_are_read_in_every_dress() {
        let Some(Piece::Open(tag)) =
            Markup::of("<ss:Cell colspan=2 ss:Index = '3' T=\"a &amp; b\" hidden =x / >").next()
        else {
            unreachable!("it is a tag")
        };
        assert!(tag.is("cell") && !tag.is("ce"));
        assert_eq!((tag.number("colspan"), tag.number("Index")), (Some(2), Some(3)));
        assert_eq!(tag.attribute("t").as_deref(), Some("a & b"));
        assert_eq!(tag.attribute("hidden").as_deref(), Some("x"));
        assert_eq!(tag.attribute("none"), None);
    }

    #[test]
    fn entities_are_resolved_and_unknown_ones_kept() {
        assert_eq!(unescaped("a&nbsp;&#24352;&#x4DAE;&middot;&lol9;&"), "a 张䶮·&lol9;&");
        assert_eq!(unescaped("&#xD800;&#27;"), "\u{FFFD}\u{1b}");
        assert!(matches!(unescaped("王凡"), Cow::Borrowed(_)));
    }
}
