//! The command line: one file a command. Parses, dispatches, sets the exit code; holds no logic of its own.
//!
//! Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 some input rejected (`extract`, `timeline`, `backfill`).

mod articles;
mod backfill;
mod check;
mod config;
mod demo;
mod eval;
mod explain;
mod extract;
mod formats;
mod input;
pub mod kafka;
mod run;
mod serve;
mod service;
mod shared;
mod table;
mod timeline;

use std::fmt::Display;
use std::io::{self, Write};
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
    Demo(demo::DemoArgs),
    /// Reads articles or plain text and prints their events
    Extract(extract::Extract),
    Timeline(timeline::TimelineArgs),
    /// Tells what messages are taken for, and where each field is read from
    Formats(formats::FormatsArgs),
    Run(run::RunArgs),
    Backfill(backfill::BackfillArgs),
    Serve(serve::ServeArgs),
    /// Scores against annotated corpora
    Eval(eval::EvalArgs),
    Check(check::CheckArgs),
    Config(config::ConfigArgs),
}

/// The exit code for what does not work for now.
const FAILED: u8 = 1;
/// The exit code for flags and configuration that cannot work.
const USAGE: u8 = 2;
/// The exit code for input that was rejected in part.
const REJECTED: u8 = 3;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Extract(command) => extract::run(&command),
        Command::Timeline(args) => timeline::run(&args),
        Command::Formats(args) => formats::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Backfill(args) => backfill::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Config(args) => config::run(&args),
    }
}

/// Prints text to standard output.
fn print(text: &str) -> ExitCode {
    written(io::stdout().write_all(text.as_bytes()))
}

/// The exit code after writing. A reader that has gone away (`dateline config | head`) is no failure.
fn written(result: io::Result<()>) -> ExitCode {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(FAILED, &error),
        _ => ExitCode::SUCCESS,
    }
}

/// Tells people what went wrong, on standard error.
fn failed(code: u8, error: &dyn Display) -> ExitCode {
    // Nobody is left to be told if this fails.
    let _ = writeln!(io::stderr(), "dateline: {error}");
    code.into()
}
