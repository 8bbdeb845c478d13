//! The history: its end, by which an old copy is told from the newest.

use std::fmt;
use std::str::FromStr;

/// The end of the history at some moment: how many entries there were, and how the hash of the last
/// one begins. It is printed on what leaves the office, so that a history that was cut short or
/// written anew can be told by a paper of before (security.md 4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry.
    pub seq: i64,
    /// The first 8 bytes of its hash.
    pub start: [u8; 8],
}

impl Head {
    /// The head that an entry with this hash makes. None where that is no hash.
    pub fn of(seq: i64, hash: &[u8]) -> Option<Self> {
        Some(Self { seq, start: hash.get(..8)?.try_into().ok()? })
    }

    /// The 16 hex digits.
    pub fn digits(&self) -> String {
        self.start.iter().map(|b| format!("{b:02x}")).collect()
    }
}

impl fmt::Display for Head {
    /// `1234:0123456789abcdef`, as it is printed and typed back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.digits())
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text.trim()).ok_or_else(|| {
            "末条应写成 1234:0123456789abcdef 这样：序号、冒号、16 位校验值。请照导出或备份上记的抄"
                .to_owned()
        })
    }
}

fn read(text: &str) -> Option<Head> {
    let (seq, digits) = text.split_once([':', '：'])?;
    let number = u64::from_str_radix(digits, 16)
        .ok()
        .filter(|_| digits.len() == 16 && !digits.contains('+'))?;
    let seq: i64 = seq.parse().ok().filter(|seq| *seq > 0)?;
    Some(Head { seq, start: number.to_be_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_printed() {
        let head = Head::of(1234, &[0x0a; 32]).unwrap();
        assert_eq!(head.to_string(), "1234:0a0a0a0a0a0a0a0a");
        assert_eq!(" 1234：0A0a0a0a0a0a0a0a ".parse(), Ok(head));
        let digits = "0a0a0a0a0a0a0a0a";
        let wrong = [format!("0:{digits}"), format!("x:{digits}"), digits.replacen("0a", "1:+", 1)];
        for wrong in wrong.iter().map(String::as_str).chain(["", "1234", "1234:0a"]) {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
        assert_eq!(Head::of(1, &[0; 7]), None);
    }
}
