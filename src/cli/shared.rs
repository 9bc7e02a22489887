//! The flags shared by the commands that extract. Knows how flags are spelled, not what the settings do.

use std::sync::LazyLock;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::article::Format;
use crate::config::Ignored;
use crate::error::Error;
use crate::pipeline::{Genre, Settings};

/// Settings of the extraction. A flag that is not given leaves the setting as it is.
#[derive(Debug, Clone, Default, Args)]
pub struct ExtractArgs {
    /// What a bare "in May" is counted from: publication (news), the last date mentioned (narrative), or whichever
    /// suits the article (auto)
    #[arg(long, value_enum)]
    pub genre: Option<GenreArg>,
    /// The language of articles that do not declare one, as a BCP 47 tag such as en-GB
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// The time zone of publication times that have none, such as Europe/London
    #[arg(long, value_name = "ZONE", value_parser = timezone)]
    pub timezone: Option<chrono_tz::Tz>,
}

impl ExtractArgs {
    /// Applies the flags that were given to the settings.
    pub fn apply(&self, settings: &mut Settings) {
        if let Some(GenreArg(genre)) = self.genre {
            settings.genre = genre;
        }
        if let Some(language) = &self.language {
            settings.language.clone_from(language);
        }
        if let Some(timezone) = self.timezone {
            settings.input.timezone = timezone;
        }
    }

    /// Returns the flags that were given, each with the key of the configuration and the value.
    pub fn given(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        let genre = self.genre.map(|genre| genre.0.name());
        let flags = [
            ("--genre", "extract.genre", genre),
            ("--language", "extract.language", self.language.as_deref()),
            ("--timezone", "extract.timezone", self.timezone.map(|zone| zone.name())),
        ];
        flags.into_iter().filter_map(|(flag, key, text)| Some((flag, key, text?)))
    }
}

/// Returns the environment variables.
pub fn variables() -> impl Iterator<Item = (String, String)> {
    // A name that is not Unicode is not ours; a value that is not Unicode fails validation.
    let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
}

/// Logs which variables with our prefix set nothing. To be called once the log was started.
pub fn log_ignored(ignored: &Ignored) {
    if !ignored.foreign.is_empty() {
        tracing::info!(variables = ignored.foreign.join(", "), "ignored variables that are like no key");
    }
    if !ignored.injected.is_empty() {
        tracing::debug!(variables = ignored.injected.join(", "), "ignored variables of Kubernetes for a Service");
    }
}

/// Which events are left out.
#[derive(Debug, Clone, Copy, Args)]
pub struct WeightArgs {
    /// Leave out events whose weight, how much an editor would want them on a timeline, is lower: 0 to 1. TimeML, which
    /// has dates and no events, stays as it is
    #[arg(long, value_name = "WEIGHT", default_value_t = 0.0, value_parser = weight)]
    pub min_weight: f32,
}

fn weight(text: &str) -> Result<f32, String> {
    let weight = text.parse().ok().filter(|weight| (0.0..=1.0).contains(weight));
    weight.ok_or_else(|| "a weight is a number from 0 to 1, such as 0.5".to_owned())
}

/// The format of the input; `None` detects it message by message.
#[derive(Debug, Clone, Copy)]
pub struct InputFormat(pub Option<Format>);

impl ValueEnum for InputFormat {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<InputFormat>> =
            LazyLock::new(|| std::iter::once(None).chain(Format::choices().map(Some)).map(InputFormat).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.map_or("auto", Format::name)))
    }
}

/// A genre as a flag names it.
#[derive(Debug, Clone, Copy)]
pub struct GenreArg(pub Genre);

impl ValueEnum for GenreArg {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [GenreArg; 3] = [GenreArg(Genre::News), GenreArg(Genre::Narrative), GenreArg(Genre::Auto)];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// Returns why a message was rejected, with what the flags can do about it.
pub fn with_advice(error: &Error) -> String {
    if error.is_published_missing() { format!("{error}; give one with --published") } else { error.to_string() }
}

fn timezone(name: &str) -> Result<chrono_tz::Tz, String> {
    name.parse().map_err(|_| "unknown time zone; use an IANA name such as Europe/London".to_owned())
}
