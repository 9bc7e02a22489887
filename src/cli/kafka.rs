//! The flags that the Kafka commands share. Each is also a key of the configuration and an environment variable.

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::shared::{ExtractArgs, log_ignored, variables};
use super::{FAILED, USAGE, failed};
use crate::config::{Configuration, Error, Log, Settings};
use crate::telemetry::start_log;

/// Where the configuration comes from, and the keys that are set most often.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct KafkaArgs {
    /// A configuration file; `dateline config --reference` prints every key
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Bootstrap brokers of the cluster
    #[arg(long, value_name = "HOST:PORT[,…]")]
    brokers: Option<String>,
    /// The topics to read articles from, and regular expressions for their names, which begin with ^
    #[arg(long, value_name = "TOPIC[,…]")]
    input: Option<String>,
    /// The prefix of the output topics
    #[arg(long, value_name = "PREFIX")]
    output_prefix: Option<String>,
    /// The consumer group
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The name of this replica: unique, and stable across restarts
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    /// The address for health and metrics; without a host only this machine can connect, port 0 picks one and logs it
    #[arg(long, value_name = "[HOST:]PORT")]
    http: Option<String>,
    #[command(flatten)]
    extract: ExtractArgs,
}

impl KafkaArgs {
    /// Returns the effective, validated configuration.
    ///
    /// # Errors
    /// If it cannot be read or is not valid; the program then exits with 2.
    pub fn settings(&self) -> Result<Settings, Error> {
        self.configuration()?.settings()
    }

    /// Returns the effective configuration.
    ///
    /// # Errors
    /// If a source cannot be read, or a key is unknown.
    pub fn configuration(&self) -> Result<Configuration, Error> {
        self.configuration_with(&[])
    }

    /// Returns the effective configuration with more flags: name, key and value of each.
    ///
    /// # Errors
    /// As [`configuration`](Self::configuration).
    pub fn configuration_with(
        &self,
        more: &[(&'static str, &'static str, Option<&str>)],
    ) -> Result<Configuration, Error> {
        let flags = [
            ("--brokers", "kafka.brokers", self.brokers.as_deref()),
            ("--input", "kafka.input", self.input.as_deref()),
            ("--output-prefix", "kafka.output_prefix", self.output_prefix.as_deref()),
            ("--group", "kafka.group", self.group.as_deref()),
            ("--instance", "kafka.instance", self.instance.as_deref()),
            ("--http", "http", self.http.as_deref()),
        ];
        let given =
            flags.into_iter().chain(more.iter().copied()).filter_map(|(flag, key, text)| Some((flag, key, text?)));
        Configuration::load(self.config.as_deref(), variables(), given.chain(self.extract.given()))
    }

    /// Starts the log of a long-running command, with the variables that it ignored, or reports why there are no settings for
    /// it: also that in the format that the log would have.
    ///
    /// # Errors
    /// If there are none, or the log cannot be started: with the exit code.
    pub fn start<T, E: Display>(&self, settled: Result<T, E>, of: impl FnOnce(&T) -> &Settings) -> Result<T, ExitCode> {
        match settled {
            Ok(settled) => {
                let settings = of(&settled);
                start_log(&settings.log).map_err(|error| failed(FAILED, &error))?;
                log_ignored(&settings.ignored);
                Ok(settled)
            }
            Err(error) => {
                if Configuration::asks_for_json(self.config.as_deref(), variables()) {
                    // Without one the error is a line of text.
                    let _ = start_log(&Log::json());
                }
                Err(failed(USAGE, &error))
            }
        }
    }
}
