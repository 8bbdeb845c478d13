//! What a picker says of an answer beside its rows.

use crate::domain::org_search::{Likeness, MOST_NEAR, OrgHits};

/// What to say of an answer: which old names were looked for by their new ones, and what comes
/// near where nothing fits.
pub(super) fn of(hits: &OrgHits) -> Vec<String> {
    let renamed = hits
        .synonyms
        .iter()
        .map(|(old, new)| format!("「{old}」现在叫「{new}」，两种叫法都查了。"));
    let near = hits.suggestions.iter().filter(|s| !s.rows.is_empty()).map(|s| {
        let n = counted(s.n);
        match &s.likeness {
            Likeness::Without(term) => format!("去掉「{term}」能找到 {n}，相近的列在上面。"),
            Likeness::Spelled => format!("是不是有一个字不对？只差一个字的有 {n}。"),
            Likeness::InOrder => format!("中间隔着别的字的有 {n}，请核对全称。"),
        }
    });
    renamed.chain(near).collect()
}

fn counted(n: usize) -> String {
    let more = if n >= MOST_NEAR { "以上" } else { "" };
    format!("{n} 条{more}")
}
