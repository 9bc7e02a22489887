//! The command line: one file a command. Parses, dispatches, sets the exit code; holds no logic of its own.
//!
//! Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 some input rejected (`extract`).

mod explain;
mod extract;
mod input;
mod shared;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Finds the dates told in news articles and what happened then.
#[derive(Debug, Parser)]
#[command(name = "dateline", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Extract(extract::Extract),
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Extract(command) => extract::run(&command),
    }
}
