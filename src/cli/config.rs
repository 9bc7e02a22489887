//! `dateline config`: the effective configuration.

use std::process::ExitCode;

use clap::Args;

use super::kafka::KafkaArgs;
use super::{USAGE, failed, print};
use crate::config;

/// Prints the effective configuration as TOML, secrets masked.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Print the reference instead: every key with its default and what it is for.
    #[arg(long)]
    reference: bool,
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

/// The configuration is validated before it is shown, so that what is printed would run.
fn text(args: &ConfigArgs) -> Result<String, config::Error> {
    if args.reference {
        return config::reference();
    }
    let configuration = args.kafka.configuration()?;
    configuration.settings()?;
    configuration.effective()
}
