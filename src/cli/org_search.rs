//! `org search`: what people type, the nearest first. As nobody, the public directory alone; as
//! somebody, the database too.

use std::ops::ControlFlow;

use clap::Args;
use serde_json::{Value, json};

use super::output::{Exit, Said, note};
use super::{Call, args};
use crate::domain::fault::Fault;
use crate::domain::org_search::{Likeness, MOST_HITS, OrgHit, OrgHits, OrgSearch, Within};
use crate::domain::organisation::OrgKind;
use crate::office::{has_directory, search_directory};

#[derive(Args)]
pub(super) struct SearchOrder {
    #[arg(value_name = "TEXT", required = true, help = "要找的字")]
    text: Vec<String>,
    #[arg(long, value_parser = args::kind, help = "只要这一类")]
    kind: Option<OrgKind>,
    #[arg(long, value_name = "CODE", help = "只要这个组织和它下面的")]
    under: Option<String>,
    #[arg(long, value_name = "N", default_value = "20", value_parser = args::count, help = "最多几个")]
    limit: usize,
}

pub(super) fn run(call: &mut Call<'_>, order: &SearchOrder) -> Said {
    let search = OrgSearch {
        text: order.text.join(" "),
        kind: order.kind,
        within: order.under.clone().map_or(Within::Nation, Within::Under),
        limit: order.limit,
    };
    let hits = found(call, &search)?;
    print(call, &hits)?;
    say(&hits, order.limit);
    Ok(Exit::DONE)
}

/// Without `--as` the database stays closed; where there is no directory, somebody has to sign in.
fn found(call: &Call<'_>, search: &OrgSearch) -> Result<OrgHits, Fault> {
    if call.global.acting.is_none() && has_directory(&call.places) {
        return search_directory(&call.places, search);
    }
    let door = call.sign_in()?;
    let session = call.session(&door)?;
    let hits = session.search_organisations(search, &mut |_| ControlFlow::Continue(()))?;
    Ok(hits.unwrap_or_default())
}

fn print(call: &mut Call<'_>, hits: &OrgHits) -> Said {
    let documents: Vec<Value> = hits.rows.iter().map(document_of).collect();
    call.out.answer(&json!({"rows": documents}), |out| {
        let rows: Vec<Vec<String>> = hits.rows.iter().map(cells_of).collect();
        out.table(&["编号", "组织全称", "类别", "管理员", "团员数"], &rows)
    })?;
    Ok(Exit::DONE)
}

/// What helps on, beside the data.
fn say(hits: &OrgHits, limit: usize) {
    hits.warning.iter().for_each(|text| note(text));
    for (old, new) in &hits.synonyms {
        note(&format!("「{old}」现在叫「{new}」，两种叫法都查了。"));
    }
    if hits.more && limit > MOST_HITS {
        note(&format!("只列前 {MOST_HITS} 条，请再加字词。"));
    }
    for suggestion in &hits.suggestions {
        let Some(first) = suggestion.rows.first() else { continue };
        let name = &first.full_name;
        note(&match &suggestion.likeness {
            Likeness::Without(term) => format!("没有找到。去掉「{term}」有，例如：{name}"),
            Likeness::Spelled => format!("没有找到。是不是要找：{name}"),
            Likeness::InOrder => format!("没有找到。字序相同的有，例如：{name}"),
        });
    }
}

fn cells_of(row: &OrgHit) -> Vec<String> {
    let members = row.id.map_or_else(|| "-".to_owned(), |_| row.n_members.to_string());
    vec![
        row.code.clone(),
        row.full_name.clone(),
        row.kind.label().to_owned(),
        row.administrator.clone(),
        members,
    ]
}

fn document_of(row: &OrgHit) -> Value {
    let superior = row.superior.as_ref().map(|s| json!({"code": s.code, "full_name": s.full_name}));
    json!({
        "code": row.code, "full_name": row.full_name,
        "kind": row.kind.id(), "kind_label": row.kind.label(), "superior": superior,
        "administrator": row.administrator, "members": row.n_members, "managed": row.managed,
        "state": row.state.id(), "state_label": row.state.label(),
    })
}
