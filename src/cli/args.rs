//! The words of the command line. Help texts are Chinese, so they are attributes and not comments.

use std::ffi::OsString;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Arg, ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use super::output::{Exit, Output, Said, Stop};
use super::{
    account, config, data, demo, history, init, member, org, paper, recover, stats, transfer,
};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::labels::labelled;

const NAME: &str = "tuanzhuan";

#[derive(Parser)]
#[command(name = NAME, version, about = "团组织关系转接：不带命令时打开终端界面")]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Args)]
pub(super) struct Global {
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "数据、密钥、备份、日志和配置都放在这个目录下"
    )]
    pub data_dir: Option<PathBuf>,
    #[arg(long = "as", global = true, value_name = "ID_NUMBER", help = "办理人的身份证号")]
    pub acting: Option<String>,
    #[arg(long, global = true, help = "从标准输入的第一行读密码")]
    pub password_stdin: bool,
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "password_stdin",
        help = "从文件的第一行读密码"
    )]
    pub password_file: Option<PathBuf>,
    #[arg(
        long,
        global = true,
        value_name = "ID_NUMBER",
        help = "先由这位管理员打开数据库，再由 --as 办理"
    )]
    pub opened_by: Option<String>,
    #[arg(long, global = true, value_name = "FILE", help = "打开数据库的管理员的密码文件")]
    pub opened_by_password_file: Option<PathBuf>,
    #[arg(long, global = true, help = "输出一份 JSON")]
    pub json: bool,
    #[arg(long, global = true, help = "同意需要确认的操作")]
    pub yes: bool,
}

#[derive(Subcommand)]
pub(super) enum Command {
    #[command(about = "首次设置：建立数据库、第一个组织和管理员，并给出恢复密钥")]
    Init(init::InitOrder),
    #[command(about = "建立并打开一个演示用的单位，人和号码都是编造的")]
    Demo(demo::DemoOrder),
    #[command(subcommand, about = "组织")]
    Org(org::OrgOrder),
    #[command(subcommand, about = "团员")]
    Member(member::MemberOrder),
    #[command(subcommand, about = "组织关系转接")]
    Transfer(transfer::TransferOrder),
    #[command(about = "学社衔接统计")]
    Stats(stats::StatsOrder),
    #[command(subcommand, about = "账号")]
    Account(account::AccountOrder),
    #[command(about = "备份到一个文件")]
    Backup(data::BackupOrder),
    #[command(about = "从备份恢复，原来的数据会留着")]
    Restore(data::RestoreOrder),
    #[command(about = "检查数据库是否完好，操作记录和签名有没有对不上的")]
    Verify(data::VerifyOrder),
    #[command(subcommand, about = "操作记录：谁在什么时候做了什么")]
    History(history::HistoryOrder),
    #[command(about = "换了机器或忘了密码：用恢复密钥打开，重新设置管理员密码")]
    Recover(recover::RecoverOrder),
    #[command(subcommand, about = "配置和规则文件")]
    Config(config::ConfigOrder),
    #[command(about = "打印办公室要存档的说明：数据清单、谁能看什么、丢失或泄露后怎么办")]
    Paper(paper::PaperOrder),
    #[command(about = "列出每个画面的操作和按键")]
    Keys,
    #[command(about = "输出命令补全脚本")]
    Completions(CompletionsOrder),
    #[command(about = "输出手册页")]
    Man,
}

impl Command {
    /// Whether the command goes on as the terminal interface, which has signals of its own.
    pub fn opens_interface(&self) -> bool {
        matches!(self, Self::Demo(order) if !order.prepare)
    }
}

#[derive(Args)]
pub(super) struct CompletionsOrder {
    #[arg(value_name = "SHELL", help = "bash、zsh、fish、powershell 或 elvish")]
    shell: Shell,
}

/// Reads the command line.
pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(args)?;
    Cli::from_arg_matches(&matches)
}

/// The whole command with its headings in Chinese.
fn command() -> clap::Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help);
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
    in_chinese(Cli::command())
        .arg(help.global(true).help("看帮助").help_heading("每个命令都有的选项"))
        .arg(version.help("看版本").help_heading("每个命令都有的选项"))
}

fn in_chinese(command: clap::Command) -> clap::Command {
    let named = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading("命令")
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}")
        .mut_args(|arg| {
            let heading = match (arg.is_positional(), arg.is_global_set()) {
                (true, _) => "参数",
                (false, true) => "每个命令都有的选项",
                (false, false) => "选项",
            };
            arg.help_heading(heading)
        });
    named.mut_subcommands(in_chinese)
}

/// Prints a completion script.
pub(super) fn completions(out: &mut Output, order: &CompletionsOrder) -> Said {
    let mut script = Vec::new();
    clap_complete::generate(order.shell, &mut command(), NAME, &mut script);
    out.raw(&script)?;
    Ok(Exit::DONE)
}

/// Prints the manual page.
pub(super) fn manual(out: &mut Output) -> Said {
    let mut page = Vec::new();
    clap_mangen::Man::new(command()).render(&mut page).map_err(|error| {
        let sentence = "手册页写不出来。请改看「tuanzhuan --help」。";
        Stop::Fault(Fault::new(FaultKind::Failed, sentence).because(error))
    })?;
    out.raw(&page)?;
    Ok(Exit::DONE)
}

labelled! {
    /// Kinds of documents, as the command line names them.
    pub enum Document {
        /// 18 characters with a check character.
        Resident = "resident" / "居民身份证",
        /// Any other.
        Other = "other" / "其他",
    }
}

/// A reader for one of the domain's enumerations by identifier or word.
macro_rules! readers {
    ($($name:ident $type:ty),+ $(,)?) => {$(
        pub(super) fn $name(text: &str) -> Result<$type, String> {
            let found = <$type>::from_id(text).or_else(|| <$type>::from_label(text));
            found.ok_or_else(|| {
                let known: Vec<String> =
                    <$type>::ALL.iter().map(|v| format!("{}（{}）", v.id(), v.label())).collect();
                format!("可以用：{}", known.join("、"))
            })
        }
    )+};
}

readers! {
    stage crate::domain::workflow::Stage,
    reason crate::domain::form::Reason,
    kind crate::domain::organisation::OrgKind,
    role crate::domain::account::Role,
    document Document,
    encoding crate::domain::intake::TextEncoding,
    delimiter crate::domain::intake::Delimiter,
    authentication crate::domain::member::Authentication,
    graduation_mark crate::domain::member::GraduationMark,
}

/// Reads a day.
pub(super) fn day(text: &str) -> Result<NaiveDate, String> {
    let plain = crate::domain::id_number::normal_form(text).replace(['/', '.'], "-");
    NaiveDate::parse_from_str(&plain, "%Y-%m-%d")
        .map_err(|_| "日期应写成 2020-06-02 这样的年-月-日".to_owned())
}

/// Reads a count of at least one.
pub(super) fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("应是 1 或更大的整数".to_owned()),
        Ok(n) => Ok(n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        command().debug_assert();
    }

    #[test]
    fn every_command_and_argument_explains_itself() {
        fn look(command: &clap::Command) {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name} has no help");
            for arg in command.get_arguments() {
                assert!(arg.get_help().is_some(), "{name} {} has no help", arg.get_id());
            }
            command.get_subcommands().for_each(look);
        }
        look(&command());
    }

    #[test]
    fn days_and_enumerations_are_read() {
        assert_eq!(day("2020/6/2"), Ok(NaiveDate::from_ymd_opt(2020, 6, 2).unwrap()));
        assert!(day("6月2日").is_err() && count("0").is_err());
        assert!(stage("placement").is_ok() && stage("分配团支部").is_ok() && stage("x").is_err());
    }
}
