//! The keys as files spell them. The doc comments here are the reference: `config/dateline.toml` and `dateline config
//! --reference` are generated from them, so they address the person who runs the program.
//!
//! Must not know what makes a value valid; see `validate`. Nothing here has `Debug`: it holds secrets.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Configuration of dateline: every key with its default.
///
/// These values are built in. A file named with `--config` overrides them, and needs only the keys that differ;
/// environment variables override the file (`kafka.brokers` is `DATELINE_KAFKA__BROKERS`: two underscores stand for the
/// dot); flags override everything. `dateline config` prints the result. A variable that is almost a key is an error; those
/// that Kubernetes sets for Services named `dateline…`, and those that are like no key, set nothing and are logged.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Raw {
    /// The address for health (`/live`, `/ready`) and metrics (`/metrics`): a port, to which only this machine can
    /// connect, or `HOST:PORT`, for example `0.0.0.0:9464` for everyone who can reach it; port 0 picks a free one and
    /// logs it. Empty for no server; `dateline serve`, which serves the timeline there as well, then uses port 8080.
    /// Flag: `--http`.
    pub http: String,
    /// What is set for single sources of a topic that many share, a `[[source]]` each, in the order of precedence: of all
    /// that are for an article, the first that sets something counts. It is for the articles that have all that it names:
    /// `source`, the name in articles or the host of their URLs, in any case; `header`, a header and its value, as
    /// `"agency=AFP"`; `topic`, or a regular expression for topics, which begins with `^`; `key_prefix`, what keys begin
    /// with. Each may be a list, of which one has to hold. It sets some of: `format`, `unwrap`, `items` and
    /// `fields`, as the keys of `[input]`, but not by `source`, which is known when they have been used;
    /// `language`, of articles that do not declare one; `timezone`, as `input.timezones`; `genre`; and `day_first`,
    /// whether `3/5/2019` is in May (`true`) or in March (`false`), also as a time of publication, which is refused
    /// otherwise. What an article declares itself comes first; `input.timezones`, `input.cities`, `input.format`
    /// and `[extract]` come after these; so does `input.fields`, for each field. No variables. For example:
    ///
    /// ```toml
    ///     [[source]]
    ///     source = ["PA", "pamedia.example"]
    ///     timezone = "Europe/London"
    ///     day_first = true
    /// ```
    #[serde(default)]
    pub source: Vec<Source>,
    /// Kafka: the cluster, and the names of topics and groups.
    pub kafka: Kafka,
    /// Batches and delivery.
    pub stream: Stream,
    /// How messages become articles.
    pub input: Input,
    /// What of messages passes on to the records of their articles.
    pub output: Output,
    /// Corrections, kills and embargoes.
    pub revisions: Revisions,
    /// How dates are extracted from articles.
    pub extract: Extract,
    /// The schemas of messages and records that are not JSON alone.
    pub schema: Schema,
    /// The timeline: `dateline serve`.
    pub serve: Serve,
    /// The log, on standard error.
    pub log: Log,
    /// Traces.
    pub telemetry: Telemetry,
}

/// Described at [`Raw::source`], since no entry is built in.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub source: Option<Texts>,
    pub header: Option<Texts>,
    pub topic: Option<Texts>,
    pub key_prefix: Option<Texts>,
    pub format: Option<String>,
    pub unwrap: Option<String>,
    pub items: Option<Texts>,
    pub language: Option<String>,
    pub timezone: Option<String>,
    pub genre: Option<String>,
    pub day_first: Option<bool>,
    pub fields: Option<BTreeMap<String, Texts>>,
}

/// A text or a list of texts.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Texts {
    One(String),
    Many(Vec<String>),
}

impl Texts {
    /// Returns all of them.
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kafka {
    /// Bootstrap brokers of the cluster, as `HOST:PORT`, separated by commas. Flag: `--brokers`.
    pub brokers: String,
    /// The topics to read articles from: one, or several separated by commas, and regular expressions for their names, which begin
    /// with `^` and have no comma, such as `'^wires\..*'`. New topics that match one are read within 30 s; the output topics never
    /// count. `[[source]]` has settings for each topic. Flag: `--input`.
    pub input: String,
    /// The prefix of the output topics: `timeline.` gives `timeline.events`, `timeline.articles` and
    /// `timeline.rejected`. Flag: `--output-prefix`.
    pub output_prefix: String,
    /// The consumer group. All replicas of a worker share it. Flag: `--group`.
    pub group: String,
    /// The name of this replica. Each replica of a group needs its own and must keep it across restarts: group and
    /// instance form the transactional id, by which a restarted worker fences off its predecessor. In a Kubernetes
    /// StatefulSet, use the name of the pod. Two workers with the same name stop each other. Flag: `--instance`.
    pub instance: String,
    /// Whether group and instance also make a static member of the group (`group.instance.id`), which gets its partitions
    /// back as soon as it is there again after it was killed, instead of when `session.timeout.ms` is over: `true`, `false`,
    /// or `auto`, if `kafka.instance` is set. Only with the classic protocol: with `"group.protocol" = "consumer"` a killed
    /// member is waited for until the broker's `group.consumer.session.timeout.ms` is over.
    pub static_membership: String,
    /// The version of the workers that this one takes over from, as long as some of the group are still of that version, or may
    /// be again: `0.1`. Records are then written where that version looks for them, under its transactional ids, so that the
    /// group can be rolled back. Empty once there is no way back; what was written meanwhile stays where it is.
    pub upgrade_from: String,
    /// The file with the token for `sasl.mechanism = "OAUTHBEARER"`: a JSON Web Token, a token of AWS (MSK IAM), or, with
    /// `kafka.token_expiry_file`, any other. Another program must keep it fresh; it is read again before the token expires.
    /// Requesting tokens from an identity provider (OIDC) is not supported. Empty without OAUTHBEARER.
    pub token_file: String,
    /// The file with the time when that token expires, as `2026-03-10T09:00:00Z`, or in seconds or milliseconds since 1970.
    /// Empty where the token itself says it.
    pub token_expiry_file: String,
    /// How many partitions `dateline check --create-topics` gives a topic; -1 for the default of the brokers.
    pub partitions: i64,
    /// How many replicas `dateline check --create-topics` gives a partition; -1 for the default of the brokers.
    pub replication: i64,
    /// Settings of librdkafka, passed through under their own names, for example `"security.protocol" = "SASL_SSL"`. As
    /// a variable: `DATELINE_KAFKA__CLIENT__SECURITY_PROTOCOL`. Those that exactly-once delivery depends on are refused
    /// by name. Secrets are never printed.
    pub client: BTreeMap<String, String>,
    /// The same, with values that are read from files: `"sasl.password" = "/run/secrets/kafka"`. A line break at the
    /// end of the file is ignored.
    pub client_files: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stream {
    /// `exactly-once`: the outputs and offsets of a batch are committed in one transaction. `at-least-once`: for
    /// brokers without transactions; after a crash some records are written twice, with the same keys and values.
    pub delivery: String,
    /// The most articles in a batch, 1 to 100000. A batch ends at the first of the three limits that it reaches.
    pub batch_messages: i64,
    /// The most bytes of input in a batch, 1024 to 1073741824. A larger article gets a batch of its own.
    pub batch_bytes: i64,
    /// The longest that a batch waits to fill, in milliseconds, 1 to 30000. It waits less where batches stay small, and hardly
    /// for a message that comes alone.
    pub batch_time_ms: i64,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extract {
    /// What a bare "in May" is counted from: `news`, the publication time; `narrative`, the last date mentioned; `auto`
    /// chooses for each article. Flag: `--genre`.
    pub genre: String,
    /// The language of articles that do not declare one, as a BCP 47 tag. Flag: `--language`.
    pub language: String,
    /// The time zone of publication times that have none, as an IANA name. Flag: `--timezone`.
    pub timezone: String,
    /// The month in which fiscal years start, 1 to 12. From 2 on, fiscal 2019 is the year that ends in 2019; with 1 it
    /// is the calendar year.
    pub fiscal_year_start: i64,
    /// The largest message, in bytes, 1 to 1073741824; larger ones are rejected.
    pub max_bytes: i64,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The format of the messages: `plain`, `ninjs`, `newsml-g2`, `newsml-1`, `nitf`, `json-ld`, `html`, `news-please`,
    /// `rss`, `atom`, `text`, or a preset by its name in docs/formats.md, such as `wordpress`; `auto` detects it for each
    /// message.
    pub format: String,
    /// Which envelopes are opened: `auto`, those that are unmistakable; `none`; or `cloudevents`, `debezium`, `outbox`,
    /// `connect`, `maxwell`, `canal`, `mongodb`, `elasticsearch` or `kafka-record`, in which every message then is.
    pub unwrap: String,
    /// Where the articles of a message in JSON stand, as paths separated by commas, for example `response.results` or
    /// `hits.hits[]._source`; each is an article of its own. Empty if a message is an article or a list of them.
    pub items: String,
    /// The last resort for an article without a time of publication: `record`, when its message was written to Kafka;
    /// empty, it is rejected.
    pub published: String,
    /// What a message without a value (null) does, which deletes what has its key. Where the key is the id of a known
    /// article: `withdraw`, the article is withdrawn and its events are retracted; `skip`, `timeline.articles` reports
    /// that it was skipped, and its events stay. Any other is only counted. `reject`: all go to `timeline.rejected`.
    pub tombstones: String,
    /// Which time of an article counts as its publication, so that "yesterday" is the day before: `firstcreated`,
    /// `contentcreated`, `versioncreated`, or `dateline`, the date of the dateline. If an article lacks that time, the
    /// first of these that it has is used.
    pub reference: String,
    /// The same for particular sources, by their name in articles or by the host of their URLs, in any case, for
    /// example `"Example Wire" = "versioncreated"`.
    pub references: BTreeMap<String, String>,
    /// Where the fields of an article in JSON stand, if its format does not know: for each field a path, or several
    /// separated by commas, of which the first that leads to a value counts, for example
    /// `body = "content.rendered, fields.bodyText"`. The fields are `id`, `revision`, `status`, `state`, `deleted`,
    /// `embargo`, `title`, `body`, `summary`, `published`, `contentcreated`, `versioncreated`, `modified`, `dateline`,
    /// `envelope`, `city`, `timezone`, `language`, `source`, `url` and `starts`. `dateline formats --guess FILE` prints
    /// what fits a sample.
    pub fields: BTreeMap<String, String>,
    /// The time zones of particular sources, named as above: for times without a zone, and for times in UTC, which do
    /// not show what day it was for the readers. For example `"PA" = "Europe/London"`. Also the meaning of ambiguous
    /// abbreviations of time zones, for example `"BST" = "Europe/London"`.
    pub timezones: BTreeMap<String, String>,
    /// The time zones of cities, for articles whose source has none: by the city of the dateline, in any case, for
    /// example `"New York" = "America/New_York"`.
    pub cities: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    /// The headers of messages that pass on to the records of their events and articles, separated by commas, for example
    /// `traceparent, tracestate, x-tenant-id`: those two as they are, others as attributes of CloudEvents, `ce_` and the name
    /// in small letters and digits (`ce_xtenantid`). Of several with one name the last counts.
    pub headers: String,
    /// The header with the tenant: its value and a colon are what the ids of articles begin with, and so the keys on
    /// `timeline.articles`, and what the keys of events begin with, so that tenants cannot change each other's articles. It
    /// must be there from the first message on: with another prefix it is another article. Empty for none.
    pub key_prefix: String,
    /// What the values of `timeline.events` are: `json`, the bare record; `avro`, or `json-schema`, in the wire format of
    /// `schema.registry`: a zero byte, the id of the schema, and the record in Avro or in JSON. The schema is registered under
    /// the name of the topic and `-value`, such as `timeline.events-value`. `timeline.articles` is always the bare record.
    pub format: String,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schema {
    /// The schema registry: settings under the names that Confluent's clients have for them. With `url`, messages that begin
    /// with a zero byte and the id of a schema are read by that schema, in Avro, JSON Schema or Protobuf; others as ever.
    /// `url`, the address, or several of one registry, separated by commas; `basic.auth.user.info`, `user:password`, or
    /// `bearer.auth.token`; `ssl.ca.location`, a file in PEM with the authorities to trust in place of those of the system.
    /// For example `url = "https://registry.example.org"`; as a variable `DATELINE_SCHEMA__REGISTRY__URL`, and
    /// `DATELINE_SCHEMA__REGISTRY__BASIC_AUTH_USER_INFO`. Secrets are never printed. Needs a program that was built with
    /// `--features schema-registry`.
    pub registry: BTreeMap<String, String>,
    /// The same, with values that are read from files: `"bearer.auth.token" = "/run/secrets/registry"`. A line break at the
    /// end of the file is ignored. Credentials are read again for each request, since tokens expire.
    pub registry_files: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revisions {
    /// For how many days after its last revision an article is remembered, 1 to 36500, by the times of the messages.
    /// Until then a newer revision retracts the events that it no longer reports, and an older one changes nothing.
    pub window: i64,
    /// What becomes of an article under embargo: `hold`, it is published when the embargo ends, and nothing of it
    /// before; `pass`, it is published, with a warning on `timeline.articles`; `reject`, it goes to
    /// `timeline.rejected`.
    pub embargo: String,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Serve {
    /// The file that holds the timeline; created if it does not exist. Flag: `--database`.
    pub database: String,
    /// What the timeline keeps, by the age of publication, in days, weeks or years, and by the size of the file, in MB, GB or TB:
    /// for example `365 days`, `20 GB`, or `365 days, 20 GB`, of which each limit holds. Older events leave it in small steps,
    /// and while the file is too large the oldest; articles and names leave with their last event. The topics keep what they
    /// have. Empty for everything.
    pub keep: String,
    /// The consumer group that reads the topics. No offsets are committed to it: they are in the database.
    pub group: String,
    /// The file with the secret that requests must send as `Authorization: Bearer`. Health and the bare page are open.
    /// Empty for no token. Flag: `--token-file`.
    pub token_file: String,
    /// Which other web pages may query the timeline (CORS), as origins separated by commas, for example
    /// `https://desk.example.org`. Empty for none.
    pub origins: String,
    /// The names by which browsers and other clients reach the server, separated by commas, for example
    /// `timeline.example.org, dateline-timeline`: the name at which a proxy serves it, if the proxy passes that on, and the
    /// name of a service. Requests to other names are refused, so that no web page can point a name of its own at the
    /// server (DNS rebinding). `localhost`, addresses in figures and the health routes need not be listed.
    pub hosts: String,
    /// The file with the read-only links, for calendars, feed readers and frames, which cannot send a token: a line for
    /// each, with a name and a secret of at least 16 characters after a space. Whoever has an address with `link=` and the
    /// secret may read; the link is revoked when its line is removed and the server restarted. Empty for none.
    pub links_file: String,
    /// The address at which others reach the server, for the links in feeds and for those that the page offers, for example
    /// `https://timeline.example.org`. Empty for the address of the request.
    pub public_url: String,
    /// Which web pages may show the embedded view (`/?embed=1`) in a frame, as origins separated by commas. Empty for none.
    pub frame_ancestors: String,
    /// How many connections an HTTP server has at a time, 16 to 100000; each needs a file descriptor (`ulimit -n`). When
    /// all are taken, the one that has been waiting longest for a request is closed for a new one; some are reserved for
    /// health. This limit and the following ones apply to the health server of a worker as well.
    pub max_connections: i64,
    /// How long the headers of a request may take, in milliseconds, 100 to 600000. A connection without a request is
    /// closed after the same time.
    pub header_timeout_ms: i64,
    /// How long the body of a request may take, in milliseconds, 100 to 600000.
    pub body_timeout_ms: i64,
    /// How long a client may accept nothing of a response, in milliseconds, 100 to 600000. A client that reads slowly but
    /// steadily, or follows the live feed while nothing happens, is not affected.
    pub send_timeout_ms: i64,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// `off`, `error`, `warn`, `info`, `debug` or `trace`; for one module as well, `info,dateline::stream=debug`. The line that
    /// says why the process ends is written at any level.
    pub level: String,
    /// `text`, or `json` with one object per line.
    pub format: String,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Telemetry {
    /// The address of a collector of OpenTelemetry, for example `http://localhost:4318`: spans of batches and of their stages are
    /// sent there (OTLP over HTTP, to `/v1/traces` below it), with times and numbers, never with text of articles. Needs a
    /// program that was built with `--features otlp`. Headers come from the variable `OTEL_EXPORTER_OTLP_HEADERS`, limits from
    /// `OTEL_BSP_…`, and the share of traces from `OTEL_TRACES_SAMPLER`. Empty for none.
    pub otlp: String,
}
