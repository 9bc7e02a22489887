//! `dateline check`: what would keep a worker, or the timeline, from working, and how to fix it.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::kafka::KafkaArgs;
use super::serve;
use super::{FAILED, USAGE, failed, print};
use crate::config::Settings;
use crate::store::Store;
use crate::stream::check::{Finding, Role, Verdict, check};
use crate::web::probe_ready;

/// Checks configuration, brokers, topics and permissions: what is wrong, and how to fix it
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Create the topics that are missing
    #[arg(long)]
    create_topics: bool,
    /// Check what `dateline serve` needs, instead of what a worker needs
    #[arg(long)]
    serve: bool,
    /// Only check whether the worker that serves health at `http` is ready: for a container's health check
    #[arg(long, conflicts_with_all = ["create_topics", "serve"])]
    ready: bool,
    /// The timeout of each request to the cluster, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Runs the command. It fails if anything is wrong; what cannot be checked is not a failure.
pub fn run(args: &CheckArgs) -> ExitCode {
    let settings = match args.kafka.settings() {
        Ok(settings) => settings,
        Err(error) => return failed(USAGE, &error),
    };
    let timeout = Duration::from_secs(args.timeout);
    if args.ready {
        return probe(&settings, timeout);
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(FAILED, &error),
    };
    let role = if args.serve { Role::Timeline } else { Role::Worker };
    let mut findings = runtime.block_on(check(&settings, role, args.create_topics, timeout));
    if args.serve {
        findings.extend(local_findings(&settings));
    }
    let printed = print(&findings.iter().map(line).collect::<String>());
    if findings.iter().any(|finding| finding.verdict == Verdict::Wrong) { FAILED.into() } else { printed }
}

/// Checks what the timeline needs besides the cluster.
fn local_findings(settings: &Settings) -> Vec<Finding> {
    let database = match Store::probe(&settings.serve.database) {
        Ok(true) => (Verdict::Ok, "exists and can be written".to_owned()),
        Ok(false) => (Verdict::Ok, "does not exist yet, but can be created".to_owned()),
        Err(error) => (Verdict::Wrong, format!("{error}; see serve.database")),
    };
    let token = settings.serve.token_file.as_deref().map(|path| match serve::token(path) {
        Ok(_) => (Verdict::Ok, "can be read".to_owned()),
        Err(error) => (Verdict::Wrong, error),
    });
    let links = settings.serve.links_file.as_deref().map(|path| match serve::links(path) {
        Ok(links) => (Verdict::Ok, format!("{} can be read", links.len())),
        Err(error) => (Verdict::Wrong, error),
    });
    let database = (format!("database {}", settings.serve.database.display()), database);
    let token = token.map(|finding| ("token".to_owned(), finding));
    let links = links.map(|finding| ("links".to_owned(), finding));
    let all = std::iter::once(database).chain(token).chain(links);
    all.map(|(what, (verdict, detail))| Finding { verdict, what, detail }).collect()
}

fn probe(settings: &Settings, timeout: Duration) -> ExitCode {
    let Some(address) = settings.http else {
        return failed(USAGE, &"http is empty; set it to the address that the worker serves health at");
    };
    match probe_ready(address, timeout) {
        Ok(()) => print("ok\n"),
        Err(error) => failed(FAILED, &format!("{address}: {error}")),
    }
}

fn line(finding: &Finding) -> String {
    let verdict = match finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Wrong => "wrong",
        Verdict::Unknown => "not known",
    };
    format!("{verdict:7}  {}: {}\n", finding.what, finding.detail)
}
