//! The command line: one file per command. Parses arguments, dispatches and sets the exit code; contains no other
//! logic.
//!
//! Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 some input rejected (`extract`, `timeline`, `backfill`,
//! `retry`, `formats`).

mod articles;
mod backfill;
mod bounds;
mod check;
mod config;
mod demo;
mod eval;
mod explain;
mod extract;
mod formats;
mod input;
pub mod kafka;
mod message;
mod retry;
mod run;
mod serve;
mod service;
mod shared;
mod table;
mod timeline;

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::telemetry::{log_panics, report_exit};

/// Extracts dated events from news articles
#[derive(Debug, Parser)]
#[command(name = "dateline", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Extract(extract::Extract),
    Timeline(timeline::TimelineArgs),
    Formats(formats::FormatsArgs),
    Run(run::RunArgs),
    Backfill(backfill::BackfillArgs),
    Retry(retry::RetryArgs),
    Serve(serve::ServeArgs),
    Eval(eval::EvalArgs),
    Check(check::CheckArgs),
    Config(config::ConfigArgs),
}

/// The exit code of a failure at run time.
const FAILED: u8 = 1;
/// The exit code of invalid flags or configuration.
const USAGE: u8 = 2;
/// The exit code if some of the input was rejected.
const REJECTED: u8 = 3;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    log_panics();
    match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Extract(command) => extract::run(&command),
        Command::Timeline(args) => timeline::run(&args),
        Command::Formats(args) => formats::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Backfill(args) => backfill::run(&args),
        Command::Retry(args) => retry::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Config(args) => config::run(&args),
    }
}

/// Returns the definition of the command line, from which man pages and completions are made.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Prints text to standard output.
fn print(text: &str) -> ExitCode {
    written(io::stdout().write_all(text.as_bytes()))
}

/// Returns the exit code after writing. A closed pipe (`dateline config | head`) is not a failure.
fn written(result: io::Result<()>) -> ExitCode {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(FAILED, &error),
        _ => ExitCode::SUCCESS,
    }
}

/// Reports an error, in the log if there is one, and returns the exit code.
fn failed(code: u8, error: &dyn Display) -> ExitCode {
    report_exit(code, error);
    code.into()
}
