//! The text of a file as UTF-8 with line feeds, decoded a piece at a time.

use std::fs::File;
use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

use super::sheet::SheetFaultCause;

/// Bytes taken from the file at once.
const CHUNK: usize = 64 * 1024;
/// Text has at most this many bytes for each byte of the file: UTF-16 and GB 18030 have characters
/// of two bytes that take three in UTF-8, and the end adds a line feed.
const GROWTH: usize = 3;

/// Reads a file as text: every line end is one line feed, and the last line has one too.
///
/// A fault is kept in [`TextStream::fault`], because [`Read`] can only tell that there was one.
pub(super) struct TextStream {
    file: File,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    /// Where the text begins that nobody has taken yet.
    at: usize,
    after_return: bool,
    ended: bool,
    /// Checksum of the bytes of the file, mark included.
    sum: crc32fast::Hasher,
    bytes: u64,
    /// Whether so far the quotation marks make no pairs.
    quote_is_open: bool,
    /// How much more text may be taken before a row must have ended.
    pub(super) allowance: usize,
    fault: Option<SheetFaultCause>,
}

impl TextStream {
    /// The text of a file whose mark is `skip` bytes long.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(super) fn new(
        file: File,
        encoding: &'static Encoding,
        skip: usize,
    ) -> Result<Self, SheetFaultCause> {
        let mut stream = Self {
            file,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; CHUNK],
            text: Vec::with_capacity(CHUNK * GROWTH),
            at: 0,
            after_return: false,
            ended: false,
            sum: crc32fast::Hasher::new(),
            bytes: 0,
            quote_is_open: false,
            allowance: usize::MAX,
            fault: None,
        };
        let mut mark = vec![0; skip];
        stream.file.read_exact(&mut mark)?;
        stream.sum.update(&mark);
        stream.bytes = skip as u64;
        Ok(stream)
    }

    /// Why reading failed, where it did.
    pub(super) fn fault(&mut self) -> Option<SheetFaultCause> {
        self.fault.take()
    }

    /// Bytes of the file that were taken.
    pub(super) fn taken(&self) -> u64 {
        self.bytes
    }

    /// Whether one quotation mark is left without another.
    pub(super) fn is_quote_open(&self) -> bool {
        self.quote_is_open
    }

    /// Checksum of the bytes of the file that were taken.
    pub(super) fn checksum(&self) -> u32 {
        self.sum.clone().finalize()
    }

    /// The next piece of text, not empty; none at the end.
    pub(super) fn piece(&mut self) -> Result<Option<&[u8]>, SheetFaultCause> {
        while self.at >= self.text.len() && !self.ended {
            self.refill()?;
        }
        let from = std::mem::replace(&mut self.at, self.text.len());
        Ok(self.text.get(from..).filter(|piece| !piece.is_empty()))
    }

    /// Whether the rest of the file has a zero byte, which no text in GB 18030 has.
    pub(super) fn has_zero_ahead(&mut self) -> bool {
        let mut found = memchr::memchr(0, &self.raw).is_some();
        while !found {
            match self.file.read(&mut self.raw) {
                Ok(n) if n > 0 => {
                    found = memchr::memchr(0, self.raw.get(..n).unwrap_or(&[])).is_some();
                }
                Ok(_) | Err(_) => return false,
            }
        }
        true
    }

    fn refill(&mut self) -> Result<(), SheetFaultCause> {
        self.raw.resize(CHUNK, 0);
        let n = read_some(&mut self.file, &mut self.raw)?;
        self.raw.truncate(n);
        self.sum.update(&self.raw);
        self.bytes += n as u64;
        self.ended = n == 0;
        self.decode()?;
        self.one_line_end();
        self.quote_is_open ^= memchr::memchr_iter(b'"', &self.text).count() % 2 == 1;
        if self.ended {
            self.text.push(b'\n');
        }
        self.at = 0;
        Ok(())
    }

    fn decode(&mut self) -> Result<(), SheetFaultCause> {
        self.text.resize(CHUNK * GROWTH, 0);
        let (result, _, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.raw, &mut self.text, self.ended);
        self.text.truncate(written);
        match result {
            DecoderResult::InputEmpty => Ok(()),
            DecoderResult::OutputFull | DecoderResult::Malformed(..) => {
                Err(SheetFaultCause::Undecodable)
            }
        }
    }

    /// Makes every line end one line feed: `\r\n` of Windows, `\r` of old programs.
    fn one_line_end(&mut self) {
        if !self.after_return && memchr::memchr(b'\r', &self.text).is_none() {
            return;
        }
        let (mut from, mut to) = (0, 0);
        while from < self.text.len() {
            let skip = self.after_return && self.text[from] == b'\n';
            from += usize::from(skip);
            let rest = self.text.get(from..).unwrap_or(&[]);
            let plain = memchr::memchr(b'\r', rest).unwrap_or(rest.len());
            self.text.copy_within(from..from + plain, to);
            (from, to) = (from + plain, to + plain);
            self.after_return = from < self.text.len();
            if self.after_return {
                self.text[to] = b'\n';
                (from, to) = (from + 1, to + 1);
            }
        }
        self.text.truncate(to);
    }
}

impl Read for TextStream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.text.len() && !self.ended {
            if let Err(cause) = self.refill() {
                self.fault = Some(cause);
                return Err(io::Error::other("sheet"));
            }
        }
        let ready = self.text.get(self.at..).unwrap_or(&[]);
        let n = ready.len().min(out.len()).min(self.allowance);
        if n == 0 && !ready.is_empty() {
            return Err(io::Error::other("row too long"));
        }
        out[..n].copy_from_slice(&ready[..n]);
        self.at += n;
        self.allowance -= n;
        Ok(n)
    }
}

fn read_some(file: &mut File, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use encoding_rs::{GB18030, UTF_8};

    use super::*;

    fn text_of(bytes: &[u8], encoding: &'static Encoding) -> Result<String, SheetFaultCause> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        let mut stream = TextStream::new(file, encoding, 0).unwrap();
        let mut text = Vec::new();
        while let Some(piece) = stream.piece()? {
            text.extend_from_slice(piece);
        }
        assert_eq!(stream.checksum(), crc32fast::hash(bytes));
        assert_eq!(stream.taken(), bytes.len() as u64);
        Ok(String::from_utf8(text).unwrap())
    }

    /// What the stream must give, computed on the whole text.
    fn whole(text: &str) -> String {
        text.replace("\r\n", "\n").replace('\r', "\n") + "\n"
    }

    #[test]
    fn line_ends_become_one_wherever_a_piece_ends() {
        for tail in ["", "\r", "\n", "\r\n", "\r\r\n\n\r", "a\rb\nc\r\n\r\nd"] {
            for fill in CHUNK - 4..CHUNK + 3 {
                let text = format!("{}{tail}x{tail}", "y".repeat(fill));
                assert!(
                    text_of(text.as_bytes(), UTF_8).unwrap() == whole(&text),
                    "{tail:?} {fill}"
                );
            }
        }
    }

    #[test]
    fn characters_are_whole_wherever_a_piece_ends() {
        for fill in CHUNK - 5..CHUNK + 1 {
            let text = format!("{}团支部𠮷䶮\r\n", "y".repeat(fill));
            assert!(text_of(text.as_bytes(), UTF_8).unwrap() == whole(&text), "{fill}");
            let (bytes, _, _) = GB18030.encode(&text);
            assert!(text_of(&bytes, GB18030).unwrap() == whole(&text), "{fill}");
        }
        assert_eq!(
            text_of("团".repeat(CHUNK).as_bytes(), UTF_8).unwrap().chars().count(),
            CHUNK + 1
        );
    }

    #[test]
    fn a_character_that_is_cut_off_is_no_text() {
        assert_eq!(text_of(&"支部".as_bytes()[..5], UTF_8), Err(SheetFaultCause::Undecodable));
        assert_eq!(text_of(b"a\xFF\xFF", GB18030), Err(SheetFaultCause::Undecodable));
    }
}
