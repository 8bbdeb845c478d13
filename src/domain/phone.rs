//! Telephone numbers (domain.md B5.2).

use super::id_number::normal_form;

/// A mobile number of 11 digits or a landline with its area code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone {
    text: String,
}

/// Why a text is no telephone number. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    /// Nothing was given.
    #[error("还没填手机号。请填 11 位手机号，或带区号的座机号。")]
    Empty,
    /// Not as long as a mobile number.
    #[error("手机号应为 11 位、以 1 开头；现在 {found} 位，{difference}。请核对后改正。")]
    Length {
        /// How many digits there are.
        found: usize,
        /// 「少 1 位」 or 「多 2 位」.
        difference: String,
    },
    /// Neither form.
    #[error(
        "「{0}」不像电话号码。手机号应为 11 位、以 1 开头；座机请写成 0519-86330000 这样带区号的形式。"
    )]
    Form(String),
}

impl Phone {
    /// Parses a mobile number or a landline with area code. Blanks, full-width forms and the
    /// country code +86 are mended.
    ///
    /// # Errors
    /// The first check that fails, as a sentence.
    pub fn parse(text: &str) -> Result<Self, PhoneFault> {
        let text = normal_form(text);
        let text = text.strip_prefix("+86").unwrap_or(&text).to_owned();
        if text.is_empty() {
            return Err(PhoneFault::Empty);
        }
        let text = if text.starts_with('1') { text.replace('-', "") } else { text };
        if is_landline(&text) || is_mobile(&text) {
            return Ok(Self { text });
        }
        Err(fault_of(text))
    }

    /// The number in the clear.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The first three and last four digits.
    pub fn masked(&self) -> String {
        mask_phone(&self.text)
    }

    /// Whether the number begins as mobile numbers do today (13 to 19). A number that does not is
    /// a warning only, because ranges are added over the years (domain.md B5.2).
    pub fn in_known_range(&self) -> bool {
        !self.text.starts_with('1') || matches!(self.text.as_bytes().get(1), Some(b'3'..=b'9'))
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

/// The mask for any text that stands where a telephone number belongs.
pub fn mask_phone(text: &str) -> String {
    let n = text.chars().count();
    if n < 8 {
        return "*".repeat(n);
    }
    text.chars().enumerate().map(|(i, c)| if i < 3 || i + 4 >= n { c } else { '*' }).collect()
}

fn is_mobile(text: &str) -> bool {
    text.len() == 11 && text.starts_with('1') && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_landline(text: &str) -> bool {
    let (area, rest) = text.split_once('-').unwrap_or(("", text));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !text.starts_with('0') || !digits(area) || !digits(rest) {
        return false;
    }
    if area.is_empty() {
        (10..=12).contains(&rest.len())
    } else {
        matches!(area.len(), 3 | 4) && matches!(rest.len(), 7 | 8)
    }
}

fn fault_of(text: String) -> PhoneFault {
    let found = text.chars().count();
    if !text.bytes().all(|b| b.is_ascii_digit()) || !text.starts_with('1') || found == 11 {
        return PhoneFault::Form(text);
    }
    let difference = if found < 11 {
        format!("少 {} 位", 11 - found)
    } else {
        format!("多 {} 位", found - 11)
    };
    PhoneFault::Length { found, difference }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_mobiles_and_landlines_and_mends_typing() {
        for (text, stored) in [
            ("18625201029", "18625201029"),
            ("＋８６ 186 2520 1029", "18625201029"),
            ("186-2520-1029", "18625201029"),
            ("0519-86330000", "0519-86330000"),
            ("02583240000", "02583240000"),
        ] {
            assert_eq!(Phone::parse(text).map(|p| p.reveal().to_owned()), Ok(stored.to_owned()));
        }
    }

    #[test]
    fn refuses_with_count_and_remedy() {
        for (text, wanted) in [
            ("", "还没填"),
            ("1825201029", "现在 10 位，少 1 位"),
            ("182520102911", "多 1 位"),
            ("86330000", "带区号"),
            ("微信同号", "不像电话号码"),
        ] {
            let said = Phone::parse(text).expect_err(text).to_string();
            assert!(said.contains(wanted), "{text}: {said}");
        }
    }

    #[test]
    fn unknown_ranges_are_told_apart_and_masks_keep_the_ends() {
        assert!(!Phone::parse("12025201029").unwrap().in_known_range());
        assert!(Phone::parse("19925201029").unwrap().in_known_range());
        assert_eq!(Phone::parse("18625201029").unwrap().masked(), "186****1029");
    }
}
