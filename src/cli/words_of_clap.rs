//! What clap says of a command line that it cannot read, in the words of this program.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Says in Chinese which word of the call does not fit, and what would.
pub(super) fn sentence(error: &clap::Error) -> String {
    let what = match error.kind() {
        ErrorKind::UnknownArgument => {
            format!("不认识「{}」。{}", of(error, ContextKind::InvalidArg), near(error))
        }
        ErrorKind::InvalidSubcommand => {
            format!(
                "没有「{}」这个命令。{}",
                of(error, ContextKind::InvalidSubcommand),
                near(error)
            )
        }
        ErrorKind::MissingRequiredArgument => {
            format!("还缺 {}。", of(error, ContextKind::InvalidArg))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "后面还缺一个命令。".to_owned()
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => value(error),
        ErrorKind::NoEquals => {
            format!("{} 后面要用等号写内容。", of(error, ContextKind::InvalidArg))
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{} 的内容个数不对。", of(error, ContextKind::InvalidArg))
        }
        ErrorKind::ArgumentConflict => conflict(error),
        ErrorKind::InvalidUtf8 => "命令里有不是 UTF-8 的字。".to_owned(),
        // What is left are help and version, which are no refusals, and faults of the system.
        _ => return error.render().to_string().trim_end().to_owned(),
    };
    format!("{what}{}", next_step(error))
}

fn value(error: &clap::Error) -> String {
    let (arg, given) = (of(error, ContextKind::InvalidArg), of(error, ContextKind::InvalidValue));
    if given.is_empty() {
        return format!("{arg} 后面还缺内容。");
    }
    let why = std::error::Error::source(error).map(|source| format!("{source}。"));
    let possible = of(error, ContextKind::ValidValue);
    let possible = (!possible.is_empty()).then(|| format!("可以用：{possible}。"));
    let what = why.or(possible).unwrap_or_default();
    format!("{arg} 填的是「{given}」，用不了。{what}")
}

fn conflict(error: &clap::Error) -> String {
    let (arg, other) = (of(error, ContextKind::InvalidArg), of(error, ContextKind::PriorArg));
    if arg == other || other.is_empty() {
        return format!("{arg} 只能写一次。");
    }
    format!("{arg} 和 {other} 不能一起用，请去掉一个。")
}

/// What was probably meant.
fn near(error: &clap::Error) -> String {
    let kinds =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let found = kinds.into_iter().map(|kind| of(error, kind)).find(|text| !text.is_empty());
    found.map_or_else(String::new, |text| format!("是不是「{text}」？"))
}

/// How the command is called, and where more is said.
fn next_step(error: &clap::Error) -> String {
    let usage = of(error, ContextKind::Usage);
    let usage = usage.trim().trim_start_matches("Usage:").trim();
    if usage.is_empty() {
        return "\n写上 --help 看说明。".to_owned();
    }
    format!("\n用法：{usage}\n写上 --help 看说明。")
}

fn of(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::StyledStrs(texts)) => {
            texts.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::args::parse;
    use super::*;

    fn said(line: &str) -> String {
        let words = std::iter::once("tuanzhuan").chain(line.split(' ')).map(Into::into);
        parse(words).err().map_or_else(String::new, |error| sentence(&error))
    }

    #[test]
    fn what_does_not_fit_is_named_in_chinese() {
        let cases = [
            ("transfer list --stag x", "不认识「--stag」。是不是「--stage」？"),
            ("transfer lst", "没有「lst」这个命令。是不是「list」？"),
            ("transfer show", "还缺 <NUMBER>。"),
            ("transfer list --stage x", "--stage <S> 填的是「x」，用不了。可以用：draft"),
            ("transfer list --limit x", "--limit <N> 填的是「x」，用不了。应是 1 或更大的整数。"),
            ("transfer list --search", "--search <TEXT> 后面还缺内容。"),
            ("transfer list --search a --search b", "只能写一次。"),
            ("completions zzz", "可以用："),
            ("transfer", "后面还缺一个命令。"),
        ];
        for (line, start) in cases {
            let said = said(line);
            assert!(said.contains(start), "{line}: {said}");
            assert!(said.ends_with("写上 --help 看说明。"), "{said}");
            for english in ["error", "tip", "invalid", "Usage", "argument", "required"] {
                assert!(!said.contains(english), "{line}: {said}");
            }
        }
    }
}
