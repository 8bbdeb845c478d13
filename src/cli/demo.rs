//! `demo`: an invented office in a directory of its own.

use clap::Args;
use serde_json::{Value, json};

use super::args::{self, Global};
use super::output::{Exit, Output, Said, note};
use crate::app::world::{self, Clock, Demo};
use crate::domain::account::Actor;
use crate::domain::fault::Fault;
use crate::office::{
    DEMO_ACCOUNTS, DemoAccount, DemoSize, Door, Occupant, Patience, Places, is_demo, make_demo,
};

#[derive(Args)]
pub(super) struct DemoOrder {
    #[arg(long, value_name = "N", value_parser = args::count, help = "组织数")]
    orgs: Option<usize>,
    #[arg(long, value_name = "N", value_parser = args::count, help = "团员数")]
    members: Option<usize>,
    #[arg(long, value_name = "N", value_parser = args::count, help = "转接数")]
    transfers: Option<usize>,
    #[arg(long, value_name = "S", help = "随机种子；同一个种子总是同样的人")]
    seed: Option<u64>,
    #[arg(long, help = "只建立，不打开界面；列出目录、账号和密码")]
    pub prepare: bool,
}

impl DemoOrder {
    fn size(&self) -> DemoSize {
        let usual = DemoSize::default();
        DemoSize {
            n_orgs: self.orgs.unwrap_or(usual.n_orgs),
            n_members: self.members.unwrap_or(usual.n_members),
            n_transfers: self.transfers.unwrap_or(usual.n_transfers),
            seed: self.seed.unwrap_or(usual.seed),
        }
    }

    fn asks_for_a_size(&self) -> bool {
        let counts = [self.orgs, self.members, self.transfers];
        counts.iter().any(Option::is_some) || self.seed.is_some()
    }
}

pub(super) fn run(global: &Global, out: &mut Output, order: &DemoOrder) -> Said {
    let places = world::places(global.data_dir.as_deref())?.demo();
    let (clock, warning) = Clock::of_environment(Demo::Yes);
    warning.iter().for_each(|text| note(text));
    // Without a size whatever is there is opened; the maker keeps one of the same size itself.
    if !is_demo(&places) || order.asks_for_a_size() {
        make_demo(&places, order.size(), clock.now())?;
    }
    if !order.prepare {
        return super::open_interface(places, clock);
    }
    let directory = directory_of(&places);
    let accounts = accounts_of(places)?;
    let documents: Vec<Value> = accounts.iter().map(document_of).collect();
    out.answer(&json!({"directory": directory, "accounts": documents}), |out| {
        out.line(&format!("目录：{directory}"))?;
        let rows: Vec<Vec<String>> = accounts.iter().map(row_of).collect();
        out.table(&["账号", "姓名", "身份证号", "密码", "用途"], &rows)
    })?;
    note(&format!("用「tuanzhuan --data-dir {directory}」打开。人和号码都是编造的。"));
    Ok(Exit::DONE)
}

/// What `--data-dir` takes to reach the invented office.
fn directory_of(places: &Places) -> String {
    places.data.parent().unwrap_or(&places.data).display().to_string()
}

/// The accounts that are shown, with who they are in the database.
fn accounts_of(places: Places) -> Result<Vec<(DemoAccount, Actor)>, Fault> {
    let mut door = Door::claiming(places, Occupant::Command, Patience::None)?;
    DEMO_ACCOUNTS.iter().map(|a| Ok((*a, door.walk_in(a.id_number)?))).collect()
}

fn document_of((account, actor): &(DemoAccount, Actor)) -> Value {
    json!({
        "role": actor.role.id(),
        "role_label": actor.role.label(),
        "label": account.label,
        "organisation": actor.org_name,
        "name": account.name,
        "id_number": account.id_number,
        "password": account.password,
        "what": account.what,
    })
}

fn row_of((account, _): &(DemoAccount, Actor)) -> Vec<String> {
    [account.label, account.name, account.id_number, account.password, account.what]
        .map(str::to_owned)
        .to_vec()
}
