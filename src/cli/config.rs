//! `dateline config`: the effective configuration, its reference, and the reference of the rules.

use std::process::ExitCode;

use clap::Args;

use super::kafka::KafkaArgs;
use super::{USAGE, failed, print};
use crate::config;
use crate::language::{self, Pack};

/// Prints the effective configuration as TOML, with secrets masked
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Print the reference instead: every key with its default and what it is for
    #[arg(long)]
    reference: bool,
    /// Print the rules of every language instead, with their examples, as Markdown
    #[arg(long, conflicts_with = "reference")]
    rules: bool,
    /// List the languages instead, with their version and how much of a text is read in each
    #[arg(long, conflicts_with_all = ["reference", "rules"])]
    languages: bool,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Runs the command.
pub fn run(args: &ConfigArgs) -> ExitCode {
    match text(args) {
        Ok(text) => print(&text),
        Err(error) => failed(USAGE, &error),
    }
}

/// Returns a line for each language: its code, its version, how much of a text is read, its name.
fn languages() -> String {
    let line = |source: &language::Source| {
        let (code, version, depth) = (source.language, source.version, source.depth.name());
        format!("{code} {version} {depth:<10} {}\n", source.name())
    };
    language::languages().map(line).collect()
}

/// Returns what to print. The configuration is validated first, so that a printed one works.
fn text(args: &ConfigArgs) -> Result<String, config::Error> {
    if args.reference {
        return config::reference();
    }
    if args.rules {
        return Ok(language::packs().map(Pack::reference).collect::<Vec<_>>().join("\n"));
    }
    if args.languages {
        return Ok(languages());
    }
    let configuration = args.kafka.configuration()?;
    configuration.settings()?;
    configuration.effective()
}
