//! The keys as files spell them. The doc comments here are the reference: `config/dateline.toml` and `dateline config
//! --reference` are made from them, so they speak to the person who runs the program.
//!
//! Must not know what makes a value valid; see `validate`. Nothing here has `Debug`: it holds secrets.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Configuration of dateline: every key with its default.
///
/// These values are built in. A file named with `--config` goes before them and holds no more than what differs;
/// variables go before the file (`kafka.brokers` is `DATELINE_KAFKA__BROKERS`: two underscores stand for the dot);
/// flags go before all. `dateline config` prints what comes out.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Raw {
    /// Where health (`/live`, `/ready`) and metrics (`/metrics`) are served: a port for this machine alone, or `HOST:PORT`,
    /// for example `0.0.0.0:9464` for all who can reach it; port 0 picks a free one and logs it. Empty for no server;
    /// `dateline serve`, which serves the timeline there as well, takes port 8080 then. Flag: `--http`.
    pub http: String,
    /// Kafka: where it is, and what the topics are called.
    pub kafka: Kafka,
    /// Batches and delivery.
    pub stream: Stream,
    /// How messages become articles.
    pub input: Input,
    /// Corrections, kills and embargoes.
    pub revisions: Revisions,
    /// How articles are read.
    pub extract: Extract,
    /// The timeline: `dateline serve`.
    pub serve: Serve,
    /// The log, on standard error.
    pub log: Log,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kafka {
    /// Some brokers of the cluster, as `HOST:PORT`, parted by commas. Flag: `--brokers`.
    pub brokers: String,
    /// The topic that articles are read from. Flag: `--input`.
    pub input: String,
    /// What the names of the output topics start with: `timeline.` makes `timeline.events`, `timeline.articles` and
    /// `timeline.rejected`. Flag: `--output-prefix`.
    pub output_prefix: String,
    /// The consumer group. All replicas of a worker share it. Flag: `--group`.
    pub group: String,
    /// The name of this replica. Each replica of a group needs its own and must keep it over restarts: group and
    /// instance make the transactional id, by which a restarted worker takes over from its former self. In a
    /// Kubernetes StatefulSet, the name of the pod. Two workers with one name stop each other. Flag: `--instance`.
    pub instance: String,
    /// Where the token for `sasl.mechanism = "OAUTHBEARER"` stands, a JSON Web Token: the path of a file that something
    /// else keeps fresh. It is read anew before the token runs out. Asking an identity provider for tokens (OIDC) is not
    /// built in. Empty without OAUTHBEARER.
    pub token_file: String,
    /// How many partitions `dateline check --create-topics` gives a topic; -1 for the broker's own default.
    pub partitions: i64,
    /// How many replicas `dateline check --create-topics` gives a partition; -1 for the broker's own default.
    pub replication: i64,
    /// librdkafka's own settings, passed through under their own names, for example
    /// `"security.protocol" = "SASL_SSL"`. As a variable: `DATELINE_KAFKA__CLIENT__SECURITY_PROTOCOL`. Those that
    /// exactly-once depends on are refused by name. Secrets are never printed.
    pub client: BTreeMap<String, String>,
    /// The same, where a value stands in a file: `"sasl.password" = "/run/secrets/kafka"`. A line break at the end of
    /// the file is left out.
    pub client_files: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stream {
    /// `exactly-once`: outputs and offsets of a batch in one transaction. `at-least-once`: for brokers without
    /// transactions; after a crash some records come twice, with the same keys and values.
    pub delivery: String,
    /// The most articles in a batch, 1 to 100000. A batch ends at the first of the three limits that it meets.
    pub batch_messages: i64,
    /// The most bytes of input in a batch, 1024 to 1073741824. A larger article makes a batch of its own.
    pub batch_bytes: i64,
    /// The longest that a batch waits to fill, in milliseconds, 1 to 30000.
    pub batch_time_ms: i64,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extract {
    /// What a bare "in May" counts from: `news`, the publication time; `narrative`, the last date told; `auto` decides
    /// for each article. Flag: `--genre`.
    pub genre: String,
    /// The language of articles that do not tell theirs, as a BCP 47 tag. Flag: `--language`.
    pub language: String,
    /// The time zone of publication times that do not tell theirs, by its IANA name. Flag: `--timezone`.
    pub timezone: String,
    /// The month in which fiscal years start, 1 to 12. From 2 on, fiscal 2019 is the year that ends in 2019; with 1 it
    /// is the calendar year.
    pub fiscal_year_start: i64,
    /// The largest message that is read, in bytes, 1 to 1073741824; a larger one is rejected.
    pub max_bytes: i64,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The format of the messages: `plain`, `ninjs`, `newsml-g2`, `nitf`, `json-ld`, `news-please`, `rss`, `atom` or
    /// `text`; `auto` tells each message by itself. A CloudEvents envelope may be around any of them.
    pub format: String,
    /// Which of its times an article is published at, so that "yesterday" is the day before: `firstcreated`,
    /// `contentcreated`, `versioncreated`, or `dateline`, the date of the dateline. Where that is not told, the first
    /// of these that is counts.
    pub reference: String,
    /// The same for single sources, by their name as articles tell it or by the host of their address, for example
    /// `"Example Wire" = "versioncreated"`.
    pub references: BTreeMap<String, String>,
    /// The time zones of single sources, named as above: for times that tell none, and for times in UTC, which say
    /// nothing of what the readers call today. For example `"PA" = "Europe/London"`.
    pub timezones: BTreeMap<String, String>,
    /// The time zones of cities, for articles whose source has none: by the city of the dateline, for example
    /// `"New York" = "America/New_York"`.
    pub cities: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revisions {
    /// For how many days an article is remembered after its last revision, 1 to 36500, by the times of the messages.
    /// Within them a newer revision takes back the events that it no longer tells, and an older one changes nothing.
    pub window: i64,
    /// What becomes of an article under embargo: `hold`, nothing of it is published before the embargo ends, and then
    /// it is; `pass`, it is published, with a warning on `timeline.articles`; `reject`, it goes to `timeline.rejected`.
    pub embargo: String,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Serve {
    /// The file that keeps the timeline; made where it is missing. Flag: `--database`.
    pub database: String,
    /// What reads the topics is called this among the brokers' groups. No offsets are committed there: they stand in
    /// the database.
    pub group: String,
    /// Where a secret stands that all who ask must give, as `Authorization: Bearer`: the path of a file. Health and the
    /// bare page are open. Empty for no token. Flag: `--token-file`.
    pub token_file: String,
    /// Which web pages of others may ask for the timeline, as origins parted by commas, for example
    /// `https://desk.example.org`. Empty for none.
    pub origins: String,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// `off`, `error`, `warn`, `info`, `debug` or `trace`; for one part of the program, `info,dateline::stream=debug`.
    pub level: String,
    /// `text`, or `json` with one object a line.
    pub format: String,
}
