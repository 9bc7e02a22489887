//! Raw values to [`Settings`]: refuses what cannot work, and says how to fix it.
//!
//! Reads the files that `kafka.client_files` names, and nothing else.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use super::layers::{Layers, Origin};
use super::topics::{Inputs, topic_name};
use super::{
    Delivery, EmbargoPolicy, Error, HttpLimits, Kafka, Keep, Log, LogFormat, Revisions, Serve, Settings, Stream,
    TombstonePolicy, Topics, client, raw,
};
use crate::article::{self, FieldPaths, Format, ItemPaths, RecordTime, Reference, Unwrap};
use crate::nearest::nearest;
use crate::pipeline::{self, FiscalStart, Genre};

/// The name of a replica that was given none.
const BUILT_IN_INSTANCE: &str = "0";

/// Validates every value.
pub(super) fn settings(raw: &raw::Raw, layers: &Layers) -> Result<Settings, Error> {
    let check = Check { layers };
    let kafka = check.kafka(&raw.kafka)?;
    let stream = check.stream(&raw.stream)?;
    check.transaction_timeout(&kafka, &stream)?;
    Ok(Settings {
        kafka,
        stream,
        extract: extraction(raw, layers)?,
        tombstones: check.tombstones(&raw.input)?,
        revisions: check.revisions(&raw.revisions)?,
        output: check.output(&raw.output)?,
        event_format: check.event_format(raw)?,
        schema_registry: check.schema_registry(&raw.schema)?,
        http: check.http(&raw.http)?,
        serve: check.serve(&raw.serve)?,
        log: Log { collector: check.collector(raw)?, ..check.log(&raw.log)? },
        ignored: layers.ignored.clone(),
    })
}

/// Validates what extraction depends on.
pub(super) fn extraction(raw: &raw::Raw, layers: &Layers) -> Result<pipeline::Settings, Error> {
    let check = Check { layers };
    let mut input = check.input(&raw.input)?;
    input.sources = check.sources(&raw.source)?;
    input.id_prefix = check.output(&raw.output)?.key_prefix;
    check.extract(&raw.extract, input)
}

/// Returns the entries of a list that is separated by commas.
pub(super) fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

/// Returns the path, unless it is empty.
fn path(text: &str) -> Option<PathBuf> {
    Some(PathBuf::from(text)).filter(|path| !path.as_os_str().is_empty())
}

/// Validates values, and knows where they were set.
pub(super) struct Check<'a> {
    pub layers: &'a Layers,
}

impl Check<'_> {
    pub fn error(&self, key: &str, problem: impl std::fmt::Display) -> Error {
        Error::value(key, self.layers.origin(key), problem)
    }

    fn kafka(&self, raw: &raw::Kafka) -> Result<Kafka, Error> {
        let kafka = Kafka {
            brokers: self.brokers(&raw.brokers)?,
            input: raw.input.clone(),
            output_prefix: self.name("kafka.output_prefix", &raw.output_prefix)?,
            group: self.id("kafka.group", &raw.group)?,
            instance: self.id("kafka.instance", &raw.instance)?,
            static_member: self.static_member(raw)?,
            is_upgrade_from_0_1: self.choice("kafka.upgrade_from", &raw.upgrade_from, &[("", false), ("0.1", true)])?,
            token_file: path(&raw.token_file),
            token_expiry_file: self.token_expiry_file(raw)?,
            client: self.client(raw)?.into_iter().collect(),
            partitions: self.count("kafka.partitions", raw.partitions, 10_000)?,
            replication: self.count("kafka.replication", raw.replication, 100)?,
        };
        let inputs = Inputs::parse(&kafka.input).map_err(|problem| self.error("kafka.input", problem))?;
        let topics = Topics::new(&kafka);
        if let Some(both) = topics.outputs().into_iter().find(|output| inputs.names().iter().any(|it| it == output)) {
            let problem = format!("{both} is also an output topic; choose another kafka.output_prefix");
            return Err(self.error("kafka.input", problem));
        }
        Ok(kafka)
    }

    fn token_expiry_file(&self, raw: &raw::Kafka) -> Result<Option<PathBuf>, Error> {
        let expiry = path(&raw.token_expiry_file);
        if expiry.is_some() && raw.token_file.is_empty() {
            return Err(self.error("kafka.token_expiry_file", "there is no token: set kafka.token_file as well"));
        }
        Ok(expiry)
    }

    /// Returns the name of the static member of the group that the worker is, if it is to be one.
    fn static_member(&self, raw: &raw::Kafka) -> Result<Option<String>, Error> {
        let key = "kafka.static_membership";
        let choices = [("auto", None), ("true", Some(true)), ("false", Some(false))];
        let wanted = self.choice(key, &raw.static_membership, &choices)?;
        let setting = |name: &str| raw.client.get(name).or_else(|| raw.client_files.get(name));
        let is_classic = setting("group.protocol").is_none_or(|protocol| protocol.eq_ignore_ascii_case("classic"));
        if wanted == Some(true) && !is_classic {
            let problem = "needs the classic protocol: with the protocol `consumer`, librdkafka does not take a static member \
                           over that was killed; set it to auto or false, or remove `group.protocol`";
            return Err(self.error(key, problem));
        }
        // A file that was copied from the reference gives no name yet.
        let is_named = match self.layers.origin("kafka.instance") {
            Origin::BuiltIn => false,
            Origin::File(_) => raw.instance != BUILT_IN_INSTANCE,
            Origin::Variable(_) | Origin::Flag(_) => true,
        };
        let is_static = wanted.unwrap_or(is_named) && is_classic && setting("group.instance.id").is_none();
        Ok(is_static.then(|| format!("{}-{}", raw.group, raw.instance)))
    }

    fn stream(&self, raw: &raw::Stream) -> Result<Stream, Error> {
        let deliveries = [("exactly-once", Delivery::ExactlyOnce), ("at-least-once", Delivery::AtLeastOnce)];
        let batch_time: u32 = self.within("stream.batch_time_ms", raw.batch_time_ms, 1, 30_000)?;
        Ok(Stream {
            delivery: self.choice("stream.delivery", &raw.delivery, &deliveries)?,
            batch_messages: self.within("stream.batch_messages", raw.batch_messages, 1, 100_000)?,
            batch_bytes: self.within("stream.batch_bytes", raw.batch_bytes, 1 << 10, 1 << 30)?,
            batch_time: Duration::from_millis(batch_time.into()),
        })
    }

    fn extract(&self, raw: &raw::Extract, mut input: article::Settings) -> Result<pipeline::Settings, Error> {
        let genres = Genre::ALL.map(|genre| (genre.name(), genre));
        let zones = chrono_tz::TZ_VARIANTS.map(|zone| (zone.name(), zone));
        let (genre, language) = (self.choice("extract.genre", &raw.genre, &genres)?, self.language(&raw.language)?);
        let fiscal_start = self.fiscal_start(raw.fiscal_year_start)?;
        input.timezone = self.choice("extract.timezone", &raw.timezone, &zones)?;
        input.max_bytes = self.within("extract.max_bytes", raw.max_bytes, 1, 1 << 30)?;
        Ok(pipeline::Settings::with(|settings| {
            settings.genre = genre;
            settings.language = language;
            settings.fiscal_start = fiscal_start;
            settings.input = input;
        }))
    }

    fn revisions(&self, raw: &raw::Revisions) -> Result<Revisions, Error> {
        let policies =
            [("hold", EmbargoPolicy::Hold), ("pass", EmbargoPolicy::Pass), ("reject", EmbargoPolicy::Reject)];
        let days: u64 = self.within("revisions.window", raw.window, 1, 36_500)?;
        Ok(Revisions {
            window: Duration::from_secs(days * 86_400),
            embargo: self.choice("revisions.embargo", &raw.embargo, &policies)?,
        })
    }

    fn tombstones(&self, raw: &raw::Input) -> Result<TombstonePolicy, Error> {
        let policies = [
            ("reject", TombstonePolicy::Reject),
            ("withdraw", TombstonePolicy::Withdraw),
            ("skip", TombstonePolicy::Skip),
        ];
        self.choice("input.tombstones", &raw.tombstones, &policies)
    }

    fn input(&self, raw: &raw::Input) -> Result<article::Settings, Error> {
        let formats = Format::choices().map(|format| (format.name(), Some(format)));
        let formats: Vec<_> = [("auto", None)].into_iter().chain(formats).collect();
        let envelopes: Vec<_> = Unwrap::choices().collect();
        let record_times = [("", RecordTime::Ignored), ("record", RecordTime::LastResort(None))];
        let references = Reference::CHOICES.map(|reference| (reference.name(), reference));
        let zones = chrono_tz::TZ_VARIANTS.map(|zone| (zone.name(), zone));
        let items = ItemPaths::new(listed(&raw.items)).map_err(|problem| self.error("input.items", problem))?;
        let mut settings = article::Settings::with(|settings| settings.items = items);
        settings.format = self.choice("input.format", &raw.format, &formats)?;
        settings.unwrap = self.choice("input.unwrap", &raw.unwrap, &envelopes)?;
        settings.fields = self.fields(&raw.fields)?;
        settings.record_time = self.choice("input.published", &raw.published, &record_times)?;
        settings.reference = self.choice("input.reference", &raw.reference, &references)?;
        settings.references = self.choices("input.references", &raw.references, &references)?;
        settings.timezones = self.choices("input.timezones", &raw.timezones, &zones)?;
        settings.cities = self.choices("input.cities", &raw.cities, &zones)?;
        Ok(settings)
    }

    fn fields(&self, raw: &BTreeMap<String, String>) -> Result<FieldPaths, Error> {
        let mut fields = FieldPaths::default();
        for (name, paths) in raw {
            let key = format!("input.fields.{name}");
            fields.insert(name, listed(paths)).map_err(|problem| self.error(&key, problem))?;
        }
        Ok(fields)
    }

    /// Returns the choice for each name. Where names differ only in case, that of the source with the higher precedence
    /// counts.
    fn choices<T: Copy, C: FromIterator<(String, T)>>(
        &self,
        table: &str,
        chosen: &BTreeMap<String, String>,
        choices: &[(&str, T)],
    ) -> Result<C, Error> {
        let mut result = BTreeMap::new();
        for (name, value) in chosen {
            let key = format!("{table}.{name}");
            let choice = self.choice(&key, value, choices)?;
            let normal = name.trim().to_lowercase();
            if normal.is_empty() {
                return Err(self.error(&key, format!("{name:?} is not a name")));
            }
            // The map is ordered, so that a higher precedence is collected later and overrides.
            let precedence = self.layers.origin(&key).precedence();
            if let Some((other, _, _)) = result.insert((precedence, normal), (key.clone(), name.clone(), choice)) {
                return Err(self.error(&key, format!("{other} has the same name; keep one of the two")));
            }
        }
        Ok(result.into_values().map(|(_, name, choice)| (name, choice)).collect())
    }

    fn serve(&self, raw: &raw::Serve) -> Result<Serve, Error> {
        let database = path(&raw.database)
            .ok_or_else(|| self.error("serve.database", "the file that holds the timeline is required"))?;
        Ok(Serve {
            database,
            keep: Keep::parse(listed(&raw.keep)).map_err(|problem| self.error("serve.keep", problem))?,
            group: self.id("serve.group", &raw.group)?,
            token_file: path(&raw.token_file),
            origins: self.origins("serve.origins", &raw.origins)?,
            hosts: self.hosts(&raw.hosts)?,
            links_file: path(&raw.links_file),
            public_url: self.public_url(&raw.public_url)?,
            frame_ancestors: self.origins("serve.frame_ancestors", &raw.frame_ancestors)?,
            limits: HttpLimits {
                connections: self.within("serve.max_connections", raw.max_connections, 16, 100_000)?,
                header_timeout: self.timeout("serve.header_timeout_ms", raw.header_timeout_ms)?,
                body_timeout: self.timeout("serve.body_timeout_ms", raw.body_timeout_ms)?,
                send_timeout: self.timeout("serve.send_timeout_ms", raw.send_timeout_ms)?,
            },
        })
    }

    fn timeout(&self, key: &str, milliseconds: i64) -> Result<Duration, Error> {
        self.within(key, milliseconds, 100, 600_000).map(Duration::from_millis)
    }

    fn hosts(&self, text: &str) -> Result<Vec<String>, Error> {
        let valid = |host: &str| {
            let name = host.strip_suffix('.').unwrap_or(host);
            let is_label = |label: &str| {
                !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            };
            if !name.split('.').all(is_label) {
                let problem =
                    format!("{host:?} is not a name such as timeline.example.org, without scheme, port and path");
                return Err(self.error("serve.hosts", problem));
            }
            Ok(name.to_owned())
        };
        listed(text).map(valid).collect()
    }

    fn public_url(&self, text: &str) -> Result<Option<String>, Error> {
        let url = text.trim().trim_end_matches('/');
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
        let is_part = |c: char| c.is_ascii_alphanumeric() || ".-:[]/_~%".contains(c);
        if !url.is_empty() && (rest.is_empty() || !rest.chars().all(is_part)) {
            let problem = format!("{text:?} is not an address such as https://timeline.example.org");
            return Err(self.error("serve.public_url", problem));
        }
        Ok(Some(url.to_owned()).filter(|url| !url.is_empty()))
    }

    fn origins(&self, key: &'static str, text: &str) -> Result<Vec<String>, Error> {
        let valid = |origin: &str| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
            let is_part = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
            if host.is_empty() || !host.chars().all(is_part) {
                let problem = format!("{origin:?} is not an origin such as https://desk.example.org, without a path");
                return Err(self.error(key, problem));
            }
            Ok(origin.to_owned())
        };
        listed(text).map(valid).collect()
    }

    fn log(&self, raw: &raw::Log) -> Result<Log, Error> {
        let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
        let levels = ["off", "error", "warn", "info", "debug", "trace"].map(|level| (level, ()));
        for part in raw.level.split(',') {
            // A name alone would be taken for a module, so that a typo would silence the log.
            self.choice("log.level", part.rsplit('=').next().unwrap_or_default(), &levels)?;
        }
        let level = raw.level.parse().map_err(|e| self.error("log.level", e))?;
        Ok(Log { level, collector: None, format: self.choice("log.format", &raw.format, &formats)? })
    }

    fn http(&self, text: &str) -> Result<Option<SocketAddr>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        // A port without a host: only this machine can connect.
        if let Ok(port) = text.parse() {
            return Ok(Some((Ipv4Addr::LOCALHOST, port).into()));
        }
        let problem = |reason: String| self.error("http", format!("{text:?} is not a HOST:PORT: {reason}"));
        let mut addresses = text.to_socket_addrs().map_err(|e| problem(e.to_string()))?;
        addresses.next().map(Some).ok_or_else(|| problem("the host has no address".into()))
    }

    fn brokers(&self, text: &str) -> Result<String, Error> {
        for broker in text.split(',').map(str::trim) {
            let port = broker.rsplit_once(':').filter(|(host, _)| !host.is_empty() && !host.contains(' '));
            if port.and_then(|(_, port)| port.parse::<u16>().ok()).is_none_or(|port| port == 0) {
                let problem = format!("{broker:?} is not a HOST:PORT such as kafka-1.example.org:9092");
                return Err(self.error("kafka.brokers", problem));
            }
        }
        Ok(text.to_owned())
    }

    /// Validates a topic name, or a prefix of one.
    fn name(&self, key: &str, name: &str) -> Result<String, Error> {
        topic_name(name).map_err(|problem| self.error(key, problem))
    }

    fn id(&self, key: &str, id: &str) -> Result<String, Error> {
        if id.is_empty() || id.len() > 200 || id.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(self.error(key, format!("{id:?} is not a name: 1 to 200 bytes without spaces")));
        }
        Ok(id.to_owned())
    }

    fn language(&self, tag: &str) -> Result<String, Error> {
        language_tag(tag).map_err(|problem| self.error("extract.language", problem))
    }

    /// Returns the settings of librdkafka, including the values that are read from files.
    fn client(&self, raw: &raw::Kafka) -> Result<BTreeMap<String, String>, Error> {
        for (table, settings) in [("kafka.client", &raw.client), ("kafka.client_files", &raw.client_files)] {
            let refused = settings.keys().find_map(|name| Some((name, client::refused(name)?)));
            if let Some((name, reason)) = refused {
                return Err(self.error(&format!("{table}.{name}"), format!("cannot be passed through: {reason}")));
            }
        }
        let mut all = raw.client.clone();
        for (name, path) in &raw.client_files {
            let key = format!("kafka.client_files.{name}");
            let value =
                std::fs::read_to_string(path).map_err(|e| self.error(&key, format!("cannot read {path}: {e}")))?;
            if all.insert(name.clone(), value.trim_end_matches(['\r', '\n']).to_owned()).is_some() {
                return Err(self.error(&key, format!("kafka.client also has {name}; keep one of the two")));
            }
        }
        for (name, value) in &all {
            let unsafe_value = client::unsafe_value(name, value).map(str::to_owned);
            if let Some(problem) = unsafe_value.or_else(|| client::problem_with(name, value)) {
                let table = if raw.client.contains_key(name) { "kafka.client" } else { "kafka.client_files" };
                return Err(self.error(&format!("{table}.{name}"), problem));
            }
        }
        match client::conflict(&all, !raw.token_file.is_empty()) {
            Some((key, problem)) => Err(self.error(key, problem)),
            None => Ok(all),
        }
    }

    /// A transaction stays open while its batch fills.
    fn transaction_timeout(&self, kafka: &Kafka, stream: &Stream) -> Result<(), Error> {
        let given = kafka.client.iter().find(|(name, _)| name == "transaction.timeout.ms");
        let timeout = given.and_then(|(_, value)| value.parse().ok()).map(Duration::from_millis);
        if timeout.is_some_and(|timeout| timeout <= stream.batch_time) {
            let problem = "must be longer than stream.batch_time_ms, or no batch can be committed";
            return Err(self.error("kafka.client.transaction.timeout.ms", problem));
        }
        Ok(())
    }

    fn count(&self, key: &str, value: i64, max: i64) -> Result<i32, Error> {
        let value = if value == -1 { Ok(-1) } else { self.within(key, value, 1, max) };
        value.map_err(|_| self.error(key, format!("must be 1 to {max}, or -1 for the default of the brokers")))
    }

    fn within<T: TryFrom<i64>>(&self, key: &str, value: i64, min: i64, max: i64) -> Result<T, Error> {
        let valid = Some(value).filter(|value| (min..=max).contains(value)).and_then(|value| T::try_from(value).ok());
        valid.ok_or_else(|| self.error(key, format!("must be {min} to {max}, not {value}")))
    }

    fn fiscal_start(&self, month: i64) -> Result<FiscalStart, Error> {
        let start = u8::try_from(month).ok().and_then(FiscalStart::new);
        start.ok_or_else(|| {
            self.error("extract.fiscal_year_start", format!("must be a month from 1 to 12, not {month}"))
        })
    }

    pub fn choice<T: Copy>(&self, key: &str, value: &str, choices: &[(&str, T)]) -> Result<T, Error> {
        choose(value, choices).map_err(|problem| self.error(key, problem))
    }
}

/// Returns the choice of a name, or what is wrong with the name.
pub(super) fn choose<T: Copy>(value: &str, choices: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == value) {
        return Ok(*choice);
    }
    let names = choices.iter().map(|(name, _)| *name);
    let hint = nearest(value, names.clone()).map(|near| format!("; did you mean {near}?"));
    let hint = hint.unwrap_or_else(|| format!("; {}", examples(names)));
    Err(format!("unknown value {value:?}{hint}"))
}

/// Returns a tag of a language, or what is wrong with it.
pub(super) fn language_tag(tag: &str) -> Result<String, String> {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    if !tag.split('-').all(is_part) {
        return Err(format!("{tag:?} is not a BCP 47 tag such as en or pt-BR"));
    }
    Ok(tag.to_owned())
}

/// Lists the possible values, or the first of them where there are many.
fn examples<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 10;
    let lead = if names.len() > SHOWN { "for example" } else { "use one of" };
    format!("{lead} {}", names.take(SHOWN).collect::<Vec<_>>().join(", "))
}
