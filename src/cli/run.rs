//! `dateline run`: the live worker.

use std::process::ExitCode;

use clap::Args;

use super::kafka::KafkaArgs;
use super::service::serve;
use super::{FAILED, USAGE, failed};
use crate::stream::{self, Control};
use crate::telemetry::start_log;

/// Reads articles from Kafka and publishes their events, until it is told to end (Ctrl-C, SIGTERM).
///
/// It then finishes the batch in hand and leaves the group. Run as many as the input has partitions, each with its own
/// `--instance`.
#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Runs the command.
pub fn run(args: &RunArgs) -> ExitCode {
    let settings = match args.kafka.settings() {
        Ok(settings) => settings,
        Err(error) => return failed(USAGE, &error),
    };
    if let Err(error) = start_log(&settings.log) {
        return failed(FAILED, &error);
    }
    let kafka = &settings.kafka;
    tracing::info!(
        version = crate::VERSION, brokers = kafka.brokers, input = kafka.input, group = kafka.group,
        instance = kafka.instance, delivery = ?settings.stream.delivery, "starting"
    );
    let control = Control::default();
    match serve(&settings, &control, || stream::run(&settings, &control)) {
        Ok(did) => {
            tracing::info!(
                articles = did.articles,
                rejected = did.rejected,
                events = did.events,
                batches = did.batches,
                aborted = did.aborted,
                "ended as asked"
            );
            ExitCode::SUCCESS
        }
        Err(error) => failed(FAILED, &error),
    }
}
