//! `dateline run`: the live worker.

use std::process::ExitCode;

use clap::Args;

use super::kafka::KafkaArgs;
use super::service::run_with_health;
use super::{FAILED, failed};
use crate::stream::{self, Control};

/// Reads articles from Kafka and publishes their events, until it is stopped (Ctrl-C, SIGTERM)
///
/// It then finishes the current batch and leaves the group. Run as many workers as the input has partitions, each with
/// its own `--instance`.
#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Runs the command.
pub fn run(args: &RunArgs) -> ExitCode {
    let settings = match args.kafka.start(args.kafka.settings(), |settings| settings) {
        Ok(settled) => settled,
        Err(code) => return code,
    };
    let kafka = &settings.kafka;
    tracing::info!(
        version = crate::VERSION, brokers = kafka.brokers, input = kafka.input, group = kafka.group,
        instance = kafka.instance, delivery = ?settings.stream.delivery, "starting"
    );
    let control = Control::default();
    match run_with_health(&settings, &control, || stream::run(&settings, &control)) {
        Ok(totals) => {
            tracing::info!(
                articles = totals.articles,
                rejected = totals.rejected,
                events = totals.events,
                batches = totals.batches,
                aborted = totals.aborted,
                "shut down cleanly"
            );
            ExitCode::SUCCESS
        }
        Err(error) => failed(FAILED, &error),
    }
}
