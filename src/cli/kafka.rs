//! The flags that the Kafka commands share. Each is a key of the configuration and a variable as well.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::shared::ExtractArgs;
use crate::config::{Configuration, Error, Settings};

/// Where the configuration comes from, and the keys that are set most often.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct KafkaArgs {
    /// A file with settings; `dateline config --reference` prints all of them.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Some brokers of the cluster.
    #[arg(long, value_name = "HOST:PORT[,…]")]
    brokers: Option<String>,
    /// The topic that articles are read from.
    #[arg(long, value_name = "TOPIC")]
    input: Option<String>,
    /// What the names of the output topics start with.
    #[arg(long, value_name = "PREFIX")]
    output_prefix: Option<String>,
    /// The consumer group.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The name of this replica, its own and stable over restarts.
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    /// Where health and metrics are served, on this machine alone without a host; port 0 picks one and logs it.
    #[arg(long, value_name = "[HOST:]PORT")]
    http: Option<String>,
    #[command(flatten)]
    extract: ExtractArgs,
}

impl KafkaArgs {
    /// The effective, validated configuration.
    ///
    /// # Errors
    /// If it cannot be read or cannot work; the program then ends with exit code 2.
    pub fn settings(&self) -> Result<Settings, Error> {
        self.configuration()?.settings()
    }

    /// The effective configuration.
    ///
    /// # Errors
    /// If a place that it comes from cannot be read, or a key is not known.
    pub fn configuration(&self) -> Result<Configuration, Error> {
        self.configuration_with(&[])
    }

    /// The effective configuration with more flags: each its name, its key and the text given.
    ///
    /// # Errors
    /// As above.
    pub fn configuration_with(
        &self,
        own: &[(&'static str, &'static str, Option<&str>)],
    ) -> Result<Configuration, Error> {
        let ExtractArgs { genre, language, timezone } = &self.extract;
        let genre = genre.and_then(|genre| Some(genre.to_possible_value()?.get_name().to_owned()));
        let flags = [
            ("--brokers", "kafka.brokers", self.brokers.as_deref()),
            ("--input", "kafka.input", self.input.as_deref()),
            ("--output-prefix", "kafka.output_prefix", self.output_prefix.as_deref()),
            ("--group", "kafka.group", self.group.as_deref()),
            ("--instance", "kafka.instance", self.instance.as_deref()),
            ("--http", "http", self.http.as_deref()),
            ("--genre", "extract.genre", genre.as_deref()),
            ("--language", "extract.language", language.as_deref()),
            ("--timezone", "extract.timezone", timezone.map(|zone| zone.name())),
        ];
        let given =
            flags.into_iter().chain(own.iter().copied()).filter_map(|(flag, key, text)| Some((flag, key, text?)));
        // What is not Unicode is no variable of ours, or fails as a value.
        let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
        let variables = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
        Configuration::load(self.config.as_deref(), variables, given)
    }
}
