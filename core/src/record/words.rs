//! The fixed lists of words in records. Each list stands here once; reading, writing and the schema are made from it.
//!
//! Later versions may add words. A record with one that this version does not know is still read, and written back as
//! it was.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$meaning])* $variant,)+
            /// A word of a later version.
            Other(Box<str>),
        }

        impl $name {
            /// All words of this version.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the word as it stands in records.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    other => Self::Other(other.into()),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::from(String::deserialize(deserializer)?.as_str()))
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "enum": [$($word),+]})
            }
        }
    };
}

words! {
    /// What the article says about the reality of a statement.
    Status {
        /// It has happened.
        Happened = "happened",
        /// It is going on.
        Ongoing = "ongoing",
        /// It is planned or scheduled.
        Planned = "planned",
        /// It may happen, or may have happened.
        Possible = "possible",
        /// It did not happen, or will not.
        Denied = "denied",
    }
}

words! {
    /// The unit to which a date is known.
    Granularity {
        /// A hundred years.
        Century = "century",
        /// Ten years.
        Decade = "decade",
        /// A year.
        Year = "year",
        /// Half a year.
        Half = "half",
        /// A quarter of a year.
        Quarter = "quarter",
        /// Spring, summer, autumn or winter.
        Season = "season",
        /// A month.
        Month = "month",
        /// An ISO week.
        Week = "week",
        /// Saturday and Sunday.
        Weekend = "weekend",
        /// A day.
        Day = "day",
        /// Morning, afternoon, evening or night.
        PartOfDay = "part-of-day",
        /// An hour.
        Hour = "hour",
        /// A minute.
        Minute = "minute",
        /// A second.
        Second = "second",
    }
}

words! {
    /// A TIMEX3 type.
    TimexType {
        /// A calendar date.
        Date = "DATE",
        /// A time of day.
        Time = "TIME",
        /// A length of time.
        Duration = "DURATION",
        /// A repetition.
        Set = "SET",
    }
}

words! {
    /// A TIMEX3 modifier.
    Modifier {
        /// The start of the period.
        Start = "START",
        /// The middle of the period.
        Mid = "MID",
        /// The end of the period.
        End = "END",
        /// About then.
        Approx = "APPROX",
        /// Before it.
        Before = "BEFORE",
        /// After it.
        After = "AFTER",
        /// Less than it.
        LessThan = "LESS_THAN",
        /// More than it.
        MoreThan = "MORE_THAN",
        /// It or less.
        EqualOrLess = "EQUAL_OR_LESS",
        /// It or more.
        EqualOrMore = "EQUAL_OR_MORE",
    }
}

words! {
    /// What a value was computed from.
    Basis {
        /// The text alone.
        Absolute = "absolute",
        /// The publication time.
        Relative = "relative",
        /// A date mentioned before.
        Narrative = "narrative",
        /// The date is the publication date itself: a dateline.
        Publication = "publication",
    }
}

words! {
    /// Which of its times an article counts its dates from.
    PublishedFrom {
        /// The first publication.
        FirstCreated = "firstcreated",
        /// When the content was created.
        ContentCreated = "contentcreated",
        /// When this revision was created.
        VersionCreated = "versioncreated",
        /// The date of the dateline.
        Dateline = "dateline",
        /// When the envelope around the article was created.
        Envelope = "envelope",
        /// A time from outside.
        Given = "given",
        /// When the record that holds the message was written to Kafka.
        Record = "record",
    }
}

impl Granularity {
    /// Whether the date is known to the day, or more precisely.
    #[must_use]
    pub fn is_day_or_finer(&self) -> bool {
        matches!(self, Self::Day | Self::PartOfDay | Self::Hour | Self::Minute | Self::Second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_was_written() {
        for status in Status::ALL {
            let json = serde_json::to_string(status).expect("JSON");
            assert_eq!(json, format!("{:?}", status.name()));
            assert_eq!(serde_json::from_str::<Status>(&json).expect("a status"), *status);
        }
    }

    #[test]
    fn a_word_of_a_later_version_goes_through() {
        let basis: Basis = serde_json::from_str("\"astronomical\"").expect("any word");
        assert_eq!(basis, Basis::Other("astronomical".into()));
        assert_eq!(serde_json::to_string(&basis).expect("JSON"), "\"astronomical\"");
    }

    #[test]
    fn what_is_not_a_word_is_refused() {
        assert!(serde_json::from_str::<Basis>("7").is_err());
    }
}
