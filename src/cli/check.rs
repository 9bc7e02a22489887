//! `dateline check`: what is wrong between the configuration and a worker that works, and how to mend it.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::kafka::KafkaArgs;
use super::{FAILED, USAGE, failed, print};
use crate::stream::check::{Finding, Verdict, check};

/// Looks at configuration, brokers, topics and permissions: what is wrong, and how to mend it.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Make the topics that are missing.
    #[arg(long)]
    create_topics: bool,
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
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(FAILED, &error),
    };
    let findings = runtime.block_on(check(&settings, args.create_topics, Duration::from_secs(args.timeout)));
    let printed = print(&findings.iter().map(line).collect::<String>());
    if findings.iter().any(|finding| finding.verdict == Verdict::Wrong) { FAILED.into() } else { printed }
}

fn line(finding: &Finding) -> String {
    let verdict = match finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Wrong => "wrong",
        Verdict::Unknown => "unknown",
    };
    format!("{verdict:7}  {}: {}\n", finding.what, finding.detail)
}
