//! The flags of commands that read messages without Kafka: the configuration for messages, and what files do not hold of them.

use std::path::PathBuf;

use clap::Args;

use super::shared::{ExtractArgs, InputFormat, variables};
use crate::article::{Message, Published};
use crate::config::Configuration;
use crate::pipeline::Settings;

/// How messages are read, and what they came with.
#[derive(Debug, Args)]
pub struct MessageArgs {
    /// The format of the input; auto detects it message by message
    #[arg(long, value_enum, default_value = "auto", value_name = "FORMAT")]
    input_format: InputFormat,
    /// The publication time of input that has none, such as 2019-05-03T18:35:00+01:00
    #[arg(long, value_name = "TIME")]
    published: Option<String>,
    /// A configuration file: its `[input]`, `[extract]` and `[[source]]` apply as in `run`, with environment variables
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The topic that the messages are from, as for `[[source]]`
    #[arg(long)]
    topic: Option<String>,
    /// The key of the messages
    #[arg(long)]
    key: Option<String>,
    /// A header of the messages; can be repeated
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    #[command(flatten)]
    extract: ExtractArgs,
}

impl MessageArgs {
    /// Returns the settings; without a file the built-in ones, whatever the environment says.
    ///
    /// # Errors
    /// What is wrong with the file, a variable or a flag.
    pub fn settings(&self) -> Result<Settings, String> {
        let mut settings = match &self.config {
            None => {
                let mut settings = Settings::default();
                self.extract.apply(&mut settings);
                settings
            }
            Some(path) => Configuration::load(Some(path), variables(), self.extract.given())
                .and_then(|configuration| configuration.extraction())
                .map_err(|error| error.to_string())?,
        };
        if let Some(format) = self.input_format.0 {
            settings.input.format = Some(format);
            settings.input.sources = settings.input.sources.without_formats();
        }
        if let Some(text) = &self.published {
            let published = Published::parse(text, settings.input.timezone);
            settings.input.published = Some(published.map_err(|error| format!("--published: {error}"))?);
        }
        Ok(settings)
    }

    /// Calls `read` with a message of these bytes.
    pub fn message<T>(&self, value: &[u8], read: impl FnOnce(&Message<'_>) -> T) -> T {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let key = self.key.as_deref().map(str::as_bytes);
        read(&Message { value, headers: &headers, topic: self.topic.as_deref(), key, schema: None })
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
