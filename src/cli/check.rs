//! `dateline check`: what is wrong between the configuration and a worker, or a timeline, that works, and how to mend it.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::kafka::KafkaArgs;
use super::serve;
use super::{FAILED, USAGE, failed, print};
use crate::config::Settings;
use crate::store::Store;
use crate::stream::check::{Finding, Role, Verdict, check};
use crate::web::ask_ready;

/// Looks at configuration, brokers, topics and permissions: what is wrong, and how to mend it.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Make the topics that are missing.
    #[arg(long)]
    create_topics: bool,
    /// Look at what `dateline serve` needs, in place of what a worker does.
    #[arg(long)]
    serve: bool,
    /// Look at nothing but whether the worker that serves health at `http` is ready: for a container's health check.
    #[arg(long, conflicts_with_all = ["create_topics", "serve"])]
    ready: bool,
    /// How long each question to the cluster may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Runs the command. It fails if anything is wrong; what the cluster does not tell is no failure.
pub fn run(args: &CheckArgs) -> ExitCode {
    let settings = match args.kafka.settings() {
        Ok(settings) => settings,
        Err(error) => return failed(USAGE, &error),
    };
    let timeout = Duration::from_secs(args.timeout);
    if args.ready {
        return ready(&settings, timeout);
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(FAILED, &error),
    };
    let role = if args.serve { Role::Timeline } else { Role::Worker };
    let mut findings = runtime.block_on(check(&settings, role, args.create_topics, timeout));
    if args.serve {
        findings.extend(own(&settings));
    }
    let printed = print(&findings.iter().map(line).collect::<String>());
    if findings.iter().any(|finding| finding.verdict == Verdict::Wrong) { FAILED.into() } else { printed }
}

/// What the timeline needs beside the cluster.
fn own(settings: &Settings) -> Vec<Finding> {
    let database = match Store::probe(&settings.serve.database) {
        Ok(true) => (Verdict::Ok, "is there, and can be written".to_owned()),
        Ok(false) => (Verdict::Ok, "is not there yet, and can be made".to_owned()),
        Err(error) => (Verdict::Wrong, format!("{error}; see serve.database")),
    };
    let token = settings.serve.token_file.as_deref().map(|path| match serve::token(path) {
        Ok(_) => (Verdict::Ok, "can be read".to_owned()),
        Err(error) => (Verdict::Wrong, error),
    });
    let database = (format!("database {}", settings.serve.database.display()), database);
    let token = token.map(|told| ("token".to_owned(), told));
    let told = std::iter::once(database).chain(token);
    told.map(|(what, (verdict, detail))| Finding { verdict, what, detail }).collect()
}

fn ready(settings: &Settings, timeout: Duration) -> ExitCode {
    let Some(address) = settings.http else {
        return failed(USAGE, &"http is empty, so no worker can be asked; set it as the worker has it");
    };
    match ask_ready(address, timeout) {
        Ok(()) => print("ok\n"),
        Err(error) => failed(FAILED, &format!("{address}: {error}")),
    }
}

fn line(finding: &Finding) -> String {
    let verdict = match finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Wrong => "wrong",
        Verdict::Unknown => "unknown",
    };
    format!("{verdict:7}  {}: {}\n", finding.what, finding.detail)
}
