//! The order in which people expect names: by pinyin, syllable by syllable.

use pinyin::ToPinyin;

/// A text that sorts as the name does in pinyin, with the name itself behind it so that namesakes
/// stay together and different names never share a key.
///
/// Surnames read otherwise than the common reading of their character (单 shan, 曾 zeng, 解 xie …)
/// are corrected for the first character, where a surname stands.
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len() * 3);
    for (i, c) in name.chars().enumerate() {
        match surname_reading(i, c).or_else(|| c.to_pinyin().map(pinyin::Pinyin::plain)) {
            Some(syllable) => key.push_str(syllable),
            None => key.extend(c.to_lowercase()),
        }
        key.push(' ');
    }
    key + name
}

fn surname_reading(place: usize, c: char) -> Option<&'static str> {
    const READINGS: &[(char, &str)] = &[
        ('单', "shan"),
        ('曾', "zeng"),
        ('解', "xie"),
        ('仇', "qiu"),
        ('查', "zha"),
        ('任', "ren"),
        ('区', "ou"),
        ('盖', "ge"),
        ('朴', "piao"),
        ('尉', "yu"),
        ('长', "zhang"),
        ('覃', "qin"),
        ('翟', "zhai"),
        ('种', "chong"),
        ('召', "shao"),
        ('折', "she"),
        ('缪', "miao"),
        ('乐', "yue"),
    ];
    let found = READINGS.iter().find(|(surname, _)| place == 0 && *surname == c);
    found.map(|(_, reading)| *reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_pinyin_order() {
        let mut names = vec!["周敏", "阿依古丽", "单雄", "李雷", "Anna", "曾可"];
        names.sort_by_key(|name| name_key(name));
        assert_eq!(names, ["Anna", "阿依古丽", "李雷", "单雄", "曾可", "周敏"]);
    }
}
