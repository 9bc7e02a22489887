//! Flags shared by the commands that extract. Knows how flags are spelled, not what the settings do.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::article::Format;
use crate::pipeline::{Genre, Settings};

/// What the core can be told on the command line. A flag that is left out leaves the setting as it was.
#[derive(Debug, Clone, Default, Args)]
pub struct ExtractArgs {
    /// What a bare "in May" counts from: publication (news) or the last date told (narrative)
    #[arg(long, value_enum)]
    pub genre: Option<GenreFlag>,
    /// The language of articles that do not tell theirs, as a BCP 47 tag such as en-GB
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// The time zone of publication times that do not tell theirs, such as Europe/London
    #[arg(long, value_name = "ZONE", value_parser = timezone)]
    pub timezone: Option<chrono_tz::Tz>,
}

impl ExtractArgs {
    /// Lays the flags that were given over the settings.
    pub fn apply(&self, settings: &mut Settings) {
        if let Some(GenreFlag(genre)) = self.genre {
            settings.genre = genre;
        }
        if let Some(language) = &self.language {
            settings.language.clone_from(language);
        }
        if let Some(timezone) = self.timezone {
            settings.input.timezone = timezone;
        }
    }
}

/// The format of the input; `None` tells it message by message.
#[derive(Debug, Clone, Copy)]
pub struct InputFormat(pub Option<Format>);

impl ValueEnum for InputFormat {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [InputFormat; Format::ALL.len() + 1] = {
            let mut all = [InputFormat(None); Format::ALL.len() + 1];
            let mut at = 0;
            while at < Format::ALL.len() {
                all[at + 1] = InputFormat(Some(Format::ALL[at]));
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.map_or("auto", Format::name)))
    }
}

/// A genre as a flag.
#[derive(Debug, Clone, Copy)]
pub struct GenreFlag(pub Genre);

impl ValueEnum for GenreFlag {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Genre::News), Self(Genre::Narrative), Self(Genre::Auto)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self.0 {
            Genre::News => PossibleValue::new("news"),
            Genre::Narrative => PossibleValue::new("narrative"),
            Genre::Auto => PossibleValue::new("auto").help("decided for each article"),
        })
    }
}

fn timezone(name: &str) -> Result<chrono_tz::Tz, String> {
    name.parse().map_err(|_| "no such time zone; use an IANA name such as Europe/London".to_owned())
}
