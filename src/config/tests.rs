//! The configuration as a specification: the order of the layers, every message, and that secrets are not printed.

mod input;
mod keep;
mod membership;
mod passing;
mod schema_registry;
mod source;
mod telemetry;
mod variables;

use std::io::Write;

use insta::assert_snapshot;
use tempfile::NamedTempFile;

use super::*;
use crate::article::{Format, Reference};
use crate::pipeline::Genre;

type Variable = (&'static str, &'static str);
type Flag = (&'static str, &'static str, &'static str);

const NONE: &[Variable] = &[];

/// Loads a file with the given text, variables and flags. Messages name the file `my.toml`.
fn load<T>(
    file: &str,
    variables: &[Variable],
    flags: &[Flag],
    then: impl Fn(&Configuration) -> Result<T, Error>,
) -> Result<T, String> {
    let mut named = NamedTempFile::new().unwrap();
    named.write_all(file.as_bytes()).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Configuration::load(Some(named.path()), variables, flags.iter().copied())
        .and_then(|configuration| then(&configuration))
        .map_err(|error| error.to_string().replace(&named.path().display().to_string(), "my.toml"))
}

fn settings(file: &str, variables: &[Variable], flags: &[Flag]) -> Settings {
    load(file, variables, flags, Configuration::settings).unwrap()
}

fn problem(file: &str, variables: &[Variable], flags: &[Flag]) -> String {
    load(file, variables, flags, Configuration::settings).map(|s| format!("accepted: {s:?}")).unwrap_err()
}

fn in_file(text: &str) -> String {
    problem(text, NONE, &[])
}

mod layers {
    use super::*;

    #[test]
    fn flags_override_variables_override_the_file_overrides_the_built_in_values() {
        let file = "[kafka]\ngroup = 'file'\ninput = 'file'\noutput_prefix = 'file.'";
        let variables = [("DATELINE_KAFKA__GROUP", "variable"), ("DATELINE_KAFKA__INPUT", "variable")];
        let kafka = settings(file, &variables, &[("--group", "kafka.group", "flag")]).kafka;
        assert_eq!(kafka.group, "flag");
        assert_eq!(kafka.input, "variable");
        assert_eq!(kafka.output_prefix, "file.");
        assert_eq!(kafka.brokers, "localhost:9092");
    }

    #[test]
    fn an_empty_file_keeps_every_default() {
        let settings = settings("", NONE, &[]);
        assert_snapshot!(format!("{:?}", settings.stream), @"Stream { delivery: ExactlyOnce, batch_messages: 500, batch_bytes: 4194304, batch_time: 100ms }");
        assert_eq!(settings.http, None);
        assert_eq!(settings.log.format, LogFormat::Text);
    }

    #[test]
    fn the_defaults_of_extraction_are_those_of_the_library() {
        let (ours, library) = (settings("", NONE, &[]).extract, pipeline::Settings::default());
        assert_eq!(format!("{ours:?}"), format!("{library:?}"));
    }

    #[test]
    fn the_limits_of_servers_are_numbers_within_bounds() {
        assert_eq!(settings("", NONE, &[]).serve.limits, HttpLimits::default());
        let limits = settings("[serve]\nmax_connections = 2000\nheader_timeout_ms = 500", NONE, &[]).serve.limits;
        assert_eq!((limits.connections, limits.header_timeout), (2000, Duration::from_millis(500)));
        assert_snapshot!(in_file("[serve]\nmax_connections = 1"), @"serve.max_connections (file my.toml): must be 16 to 100000, not 1");
        assert_snapshot!(in_file("[serve]\nsend_timeout_ms = 0"), @"serve.send_timeout_ms (file my.toml): must be 100 to 600000, not 0");
    }

    #[test]
    fn a_variable_can_set_a_number_and_a_top_level_key() {
        let settings = settings("", &[("DATELINE_STREAM__BATCH_TIME_MS", "20"), ("DATELINE_HTTP", "127.0.0.1:0")], &[]);
        assert_eq!(settings.stream.batch_time, Duration::from_millis(20));
        assert_eq!(settings.http, Some("127.0.0.1:0".parse().unwrap()));
    }

    #[test]
    fn a_port_without_a_host_binds_to_localhost() {
        let http = |text| settings("", NONE, &[("--http", "http", text)]).http.unwrap().to_string();
        assert_eq!(http("9464"), "127.0.0.1:9464");
        assert_eq!(http("0.0.0.0:9464"), "0.0.0.0:9464");
    }

    #[test]
    fn the_timeline_has_a_file_and_allowed_origins() {
        let serve = settings(
            "[serve]\ndatabase = '/data/t.db'\norigins = 'https://desk.example, http://[::1]:3000'\nhosts = 'desk.example., timeline'",
            NONE,
            &[],
        )
        .serve;
        assert_snapshot!(format!("{serve:?}"), @r#"Serve { database: "/data/t.db", keep: Keep { age: None, bytes: None }, group: "dateline-serve", token_file: None, origins: ["https://desk.example", "http://[::1]:3000"], hosts: ["desk.example", "timeline"], links_file: None, public_url: None, frame_ancestors: [], limits: HttpLimits { connections: 512, header_timeout: 10s, body_timeout: 10s, send_timeout: 60s } }"#);
        assert_snapshot!(in_file("[serve]\ndatabase = ''"), @"serve.database (file my.toml): the file that holds the timeline is required");
        for origin in ["*", "desk.example", "https://desk.example/", "https://", "https://a b"] {
            let message = in_file(&format!("[serve]\norigins = '{origin}'"));
            assert!(message.starts_with("serve.origins (file my.toml): "), "{message}");
        }
        let links = settings(
            "[serve]\npublic_url = 'https://desk.example/timeline/'\nframe_ancestors = 'https://desk.example'",
            NONE,
            &[],
        );
        assert_eq!(links.serve.public_url.as_deref(), Some("https://desk.example/timeline"));
        assert_eq!(links.serve.frame_ancestors, ["https://desk.example"]);
        for url in ["desk.example", "ftp://desk.example", "https://", "https://desk.example/?a"] {
            let message = in_file(&format!("[serve]\npublic_url = '{url}'"));
            assert!(message.starts_with("serve.public_url (file my.toml): "), "{message}");
        }
        for host in ["*", "https://desk.example", "desk.example:80", "desk..example", "a b", "b\u{fc}cher.example"] {
            let message = in_file(&format!("[serve]\nhosts = '{host}'"));
            assert!(message.starts_with("serve.hosts (file my.toml): "), "{message}");
        }
    }

    #[test]
    fn choices_are_parsed() {
        let file = "[stream]\ndelivery = 'at-least-once'\n[extract]\ngenre = 'narrative'\ntimezone = 'Europe/Berlin'\nfiscal_year_start = 10";
        let settings = settings(file, NONE, &[]);
        assert_eq!(settings.stream.delivery, Delivery::AtLeastOnce);
        assert_eq!(settings.extract.genre, Genre::Narrative);
        assert_eq!(settings.extract.input.timezone, chrono_tz::Europe::Berlin);
        assert_eq!(settings.extract.fiscal_start.month(), 10);
    }

    #[test]
    fn sources_are_found_by_name_or_host_however_the_key_is_spelled() {
        let article = br#"{"published_at": "2019-05-03T23:30:00Z", "source": "BBC", "body": "It rained today.",
                           "url": "https://www.News.example/rain"}"#;
        for key in ["BBC", "bbc", " Bbc ", "news.example", "WWW.news.example", "https://www.news.example/front?page=1"]
        {
            let extract = settings(&format!("[input.timezones]\n'{key}' = 'Europe/London'"), NONE, &[]).extract;
            let processed = pipeline::process(article, &extract).unwrap();
            assert_eq!(processed[0].events[0].date.value, "2019-05-04", "{key}");
        }
    }

    #[test]
    fn cities_are_found_however_the_key_is_spelled() {
        let article = br#"{"published_at": "2019-05-03T23:30:00Z", "body": "LONDON (PA) - It rained today."}"#;
        for key in ["London", " LONDON "] {
            let extract = settings(&format!("[input.cities]\n'{key}' = 'Europe/London'"), NONE, &[]).extract;
            let processed = pipeline::process(article, &extract).unwrap();
            assert_eq!(processed[0].events[0].date.value, "2019-05-04", "{key}");
        }
    }

    #[test]
    fn a_name_that_is_given_twice_is_refused_unless_one_overrides_the_other() {
        let file = "[input.timezones]\nPA = 'Europe/London'\npa = 'Europe/Paris'";
        assert_snapshot!(in_file(file), @"input.timezones.pa (file my.toml): input.timezones.PA has the same name; keep one of the two");
        assert_snapshot!(in_file("[input.cities]\n' ' = 'Europe/London'"), @r#"input.cities.  (file my.toml): " " is not a name"#);
        let variable = [("DATELINE_INPUT__TIMEZONES__PA", "Europe/Paris")];
        let zones = settings("[input.timezones]\nPA = 'Europe/London'", &variable, &[]).extract.input.timezones;
        assert_eq!(zones.get("pa"), Some(&chrono_tz::Europe::Paris));
    }

    #[test]
    fn names_of_sources_and_cities_are_compared_in_lower_case() {
        let file = "[input]\nformat = 'ninjs'\nreference = 'versioncreated'\n[input.timezones]\n'quay.example' = 'Europe/London'\n\
                    PA = 'Europe/London'\n[input.references]\n'Example Wire' = 'dateline'";
        let input = settings(file, &[("DATELINE_INPUT__CITIES__NEW_YORK", "America/New_York")], &[]).extract.input;
        assert_eq!((input.format, input.reference), (Some(Format::Ninjs), Reference::VersionCreated));
        for source in ["PA", "pa", "quay.example", "www.Quay.example"] {
            assert_eq!(input.timezones.get(source), Some(&chrono_tz::Europe::London), "{source}");
        }
        assert_eq!(input.references.get("example wire"), Some(&Reference::Dateline));
        assert_eq!(input.cities.of_start("NEW YORK (AP)"), Some(chrono_tz::America::New_York));
    }
}

mod unknown_keys {
    use super::*;

    #[test]
    fn name_the_nearest_key() {
        assert_snapshot!(in_file("[kafka]\nbroker = 'a:1'"), @"file my.toml: unknown key kafka.broker; did you mean kafka.brokers?");
        assert_snapshot!(in_file("[kafak]\nbrokers = 'a:1'"), @"file my.toml: unknown key kafak; did you mean kafka?");
    }

    #[test]
    fn name_the_nearest_key_of_another_table() {
        assert_snapshot!(in_file("brokers = 'a:1'"), @"file my.toml: unknown key brokers; did you mean kafka.brokers?");
        assert_snapshot!(in_file("[kafka]\nbatch_mesages = 5"), @"file my.toml: unknown key kafka.batch_mesages; did you mean stream.batch_messages?");
    }

    #[test]
    fn name_no_key_if_none_is_similar() {
        assert_snapshot!(in_file("colour = 'blue'"), @"file my.toml: unknown key colour");
    }

    #[test]
    fn in_variables_name_the_nearest_variable() {
        assert_snapshot!(problem("", &[("DATELINE_KAFKA_BROKERS", "a:1")], &[]), @"variable DATELINE_KAFKA_BROKERS: unknown key kafka_brokers; did you mean DATELINE_KAFKA__BROKERS?");
        assert_snapshot!(problem("", &[("DATELINE_STREAM__DELIVRY", "a:1")], &[]), @"variable DATELINE_STREAM__DELIVRY: unknown key stream.delivry; did you mean DATELINE_STREAM__DELIVERY?");
    }
}

mod wrong_types {
    use super::*;

    #[test]
    fn name_the_key_and_where_it_was_set() {
        assert_snapshot!(in_file("[stream]\nbatch_messages = 'many'"), @r#"stream.batch_messages (file my.toml): expected an integer, not "many""#);
        assert_snapshot!(in_file("[kafka]\nbrokers = ['a:1', 'b:1']"), @"kafka.brokers (file my.toml): expected a quoted string, not a list");
        assert_snapshot!(in_file("kafka = 'localhost'"), @"kafka (file my.toml): expected a table");
        assert_snapshot!(problem("", &[("DATELINE_STREAM__BATCH_MESSAGES", "many")], &[]), @r#"stream.batch_messages (variable DATELINE_STREAM__BATCH_MESSAGES): expected an integer, not "many""#);
        assert_snapshot!(problem("", &[("DATELINE_KAFKA", "localhost")], &[]), @"kafka (variable DATELINE_KAFKA): expected a table");
    }

    #[test]
    fn of_possible_secrets_are_reported_without_the_value() {
        assert_snapshot!(in_file("[kafka.client]\n'sasl.password' = ['hunter2']"), @"kafka.client.sasl.password (file my.toml): expected a quoted string, a number, true or false");
        assert_snapshot!(in_file("[kafka.client]\nsasl.password = hunter2"), @"file my.toml: line 2 is not valid TOML: string values must be quoted, expected literal string");
    }
}

mod files {
    use super::*;

    #[test]
    fn that_do_not_exist_are_named() {
        let error = Configuration::load(Some(Path::new("nowhere/my.toml")), [], []).err().unwrap();
        assert_snapshot!(error, @"file nowhere/my.toml: cannot be read: No such file or directory (os error 2)");
    }
}

mod values {
    use super::*;

    #[test]
    fn of_addresses() {
        assert_snapshot!(in_file("[kafka]\nbrokers = 'a:9092,b'"), @r#"kafka.brokers (file my.toml): "b" is not a HOST:PORT such as kafka-1.example.org:9092"#);
        assert_snapshot!(in_file("[kafka]\nbrokers = ''"), @r#"kafka.brokers (file my.toml): "" is not a HOST:PORT such as kafka-1.example.org:9092"#);
        assert_snapshot!(in_file("http = ':::'"), @r#"http (file my.toml): ":::" is not a HOST:PORT: invalid port value"#);
    }

    #[test]
    fn of_names() {
        assert_snapshot!(in_file("[kafka]\ninput = 'my articles'"), @r#"kafka.input (file my.toml): "my articles" is not a topic name: 1 to 200 of the characters a-z A-Z 0-9 . _ -"#);
        assert_snapshot!(in_file("[kafka]\ninstance = ''"), @r#"kafka.instance (file my.toml): "" is not a name: 1 to 200 bytes without spaces"#);
        assert_snapshot!(in_file("[kafka]\ninput = 'timeline.articles'"), @"kafka.input (file my.toml): timeline.articles is also an output topic; choose another kafka.output_prefix");
    }

    #[test]
    fn of_numbers() {
        assert_snapshot!(in_file("[stream]\nbatch_messages = 0"), @"stream.batch_messages (file my.toml): must be 1 to 100000, not 0");
        assert_snapshot!(in_file("[stream]\nbatch_time_ms = 60000"), @"stream.batch_time_ms (file my.toml): must be 1 to 30000, not 60000");
        assert_snapshot!(in_file("[kafka]\npartitions = 0"), @"kafka.partitions (file my.toml): must be 1 to 10000, or -1 for the default of the brokers");
        for month in [0, 13, -1, 257] {
            let file = format!("[extract]\nfiscal_year_start = {month}");
            assert_eq!(
                in_file(&file),
                format!("extract.fiscal_year_start (file my.toml): must be a month from 1 to 12, not {month}")
            );
        }
        assert_snapshot!(in_file("[extract]\nmax_bytes = -5"), @"extract.max_bytes (file my.toml): must be 1 to 1073741824, not -5");
    }

    #[test]
    fn of_choices() {
        assert_snapshot!(in_file("[stream]\ndelivery = 'exactly_once'"), @r#"stream.delivery (file my.toml): unknown value "exactly_once"; did you mean exactly-once?"#);
        assert_snapshot!(in_file("[stream]\ndelivery = 'fast'"), @r#"stream.delivery (file my.toml): unknown value "fast"; use one of exactly-once, at-least-once"#);
        assert_snapshot!(in_file("[extract]\ntimezone = 'Europe/Berln'"), @r#"extract.timezone (file my.toml): unknown value "Europe/Berln"; did you mean Europe/Berlin?"#);
        assert_snapshot!(in_file("[extract]\nlanguage = 'English (UK)'"), @r#"extract.language (file my.toml): "English (UK)" is not a BCP 47 tag such as en or pt-BR"#);
        assert_snapshot!(in_file("[input]\nformat = 'ninja'"), @r#"input.format (file my.toml): unknown value "ninja"; did you mean ninjs?"#);
        assert_snapshot!(in_file("[input.cities]\nParis = 'Paris'"), @r#"input.cities.Paris (file my.toml): unknown value "Paris"; for example Africa/Abidjan, Africa/Accra, Africa/Addis_Ababa, Africa/Algiers, Africa/Asmara, Africa/Asmera, Africa/Bamako, Africa/Bangui, Africa/Banjul, Africa/Bissau"#);
        assert_snapshot!(problem("", NONE, &[("--genre", "extract.genre", "novel")]), @r#"extract.genre (flag --genre): unknown value "novel"; use one of news, narrative, auto"#);
    }

    #[test]
    fn of_the_log() {
        assert_snapshot!(in_file("[log]\nlevel = 'inof'"), @r#"log.level (file my.toml): unknown value "inof"; did you mean info?"#);
        assert_snapshot!(in_file("[log]\nlevel = 'info,dateline::stream=loud'"), @r#"log.level (file my.toml): unknown value "loud"; use one of off, error, warn, info, debug, trace"#);
        assert_snapshot!(in_file("[log]\nformat = 'xml'"), @r#"log.format (file my.toml): unknown value "xml"; use one of text, json"#);
        settings("[log]\nlevel = 'info,dateline::stream=debug'", NONE, &[]);
    }
}

mod pass_through {
    use super::*;

    fn client(file: &str, variables: &[Variable]) -> Vec<(String, String)> {
        settings(file, variables, &[]).kafka.client
    }

    #[test]
    fn accepts_strings_numbers_and_booleans_with_quoted_dots_or_without() {
        let file = "[kafka.client]\n'linger.ms' = 5\nsocket.keepalive.enable = true\ncompression.type = 'zstd'";
        assert_snapshot!(format!("{:?}", client(file, NONE)), @r#"[("compression.type", "zstd"), ("linger.ms", "5"), ("socket.keepalive.enable", "true")]"#);
    }

    #[test]
    fn accepts_variables() {
        let variables = [("DATELINE_KAFKA__CLIENT__SSL_CA_LOCATION", "/etc/ca.pem")];
        assert_snapshot!(format!("{:?}", client("", &variables)), @r#"[("ssl.ca.location", "/etc/ca.pem")]"#);
    }

    #[test]
    fn reads_values_from_files_without_the_line_break() {
        let mut secret = NamedTempFile::new().unwrap();
        secret.write_all(b"hunter2\n").unwrap();
        let file = format!("[kafka.client_files]\n'sasl.password' = '{}'", secret.path().display());
        assert_eq!(client(&file, NONE), [("sasl.password".to_owned(), "hunter2".to_owned())]);
    }

    #[test]
    fn refuses_what_exactly_once_depends_on() {
        for (name, _) in client::REFUSED {
            let message = in_file(&format!("[kafka.client]\n'{name}' = 'x'"));
            let start = format!("kafka.client.{name} (file my.toml): cannot be passed through: ");
            assert!(message.starts_with(&start), "{message}");
        }
        assert_snapshot!(in_file("[kafka.client]\n'transactional.id' = 'x'"), @"kafka.client.transactional.id (file my.toml): cannot be passed through: it is derived from kafka.group and kafka.instance, so that it is stable");
        assert_snapshot!(problem("", &[("DATELINE_KAFKA__CLIENT_FILES__GROUP_ID", "x")], &[]), @"kafka.client_files.group.id (variable DATELINE_KAFKA__CLIENT_FILES__GROUP_ID): cannot be passed through: set kafka.group instead");
    }

    #[test]
    fn refuses_what_librdkafka_does_not_know_without_showing_the_value() {
        assert_snapshot!(in_file("[kafka.client_files]\n'sasl.pasword' = '/dev/null'"), @r#"kafka.client_files.sasl.pasword (file my.toml): No such configuration property: "sasl.pasword""#);
        assert_snapshot!(in_file("[kafka.client]\n'sasl.pasword' = 'hunter2'"), @r#"kafka.client.sasl.pasword (file my.toml): No such configuration property: "sasl.pasword""#);
        assert_snapshot!(in_file("[kafka.client]\n'compression.type' = 'zip'"), @r#"kafka.client.compression.type (file my.toml): Invalid value "zip" for configuration property "compression.codec""#);
    }

    #[test]
    fn refuses_sasl_without_a_mechanism() {
        assert_snapshot!(in_file("[kafka.client]\n'security.protocol' = 'SASL_SSL'"), @"kafka.client.security.protocol (file my.toml): SASL requires sasl.mechanism as well, for example PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (GSSAPI, the default of librdkafka, is not supported)");
        settings("[kafka.client]\n'security.protocol' = 'SASL_SSL'\n'sasl.mechanism' = 'PLAIN'", NONE, &[]);
    }

    #[test]
    fn requires_the_token_file_for_oauthbearer_and_only_there() {
        let oauth = "'security.protocol' = 'SASL_SSL'\n'sasl.mechanism' = 'OAUTHBEARER'";
        let with_token = format!("[kafka]\ntoken_file = '/run/token'\n[kafka.client]\n{oauth}");
        assert_eq!(settings(&with_token, NONE, &[]).kafka.token_file, Some("/run/token".into()));
        assert_snapshot!(in_file(&format!("[kafka.client]\n{oauth}")), @"kafka.client.sasl.mechanism (file my.toml): OAUTHBEARER requires kafka.token_file, the file with the token");
        assert_snapshot!(in_file("[kafka]\ntoken_file = '/run/token'"), @"kafka.token_file (file my.toml): a token is only used with sasl.mechanism OAUTHBEARER");
        assert_snapshot!(in_file("[kafka]\ntoken_expiry_file = '/run/expiry'"), @"kafka.token_expiry_file (file my.toml): there is no token: set kafka.token_file as well");
        assert_snapshot!(in_file("[kafka.client]\n'sasl.oauthbearer.method' = 'oidc'"), @"kafka.client.sasl.oauthbearer.method (file my.toml): cannot be passed through: the token is read from kafka.token_file; requesting tokens (OIDC) is not supported");
    }

    #[test]
    fn refuses_a_transaction_that_times_out_before_its_batch_is_full() {
        assert_snapshot!(in_file("[stream]\nbatch_time_ms = 2000\n[kafka.client]\n'transaction.timeout.ms' = 2000"), @"kafka.client.transaction.timeout.ms (file my.toml): must be longer than stream.batch_time_ms, or no batch can be committed");
    }

    #[test]
    fn refuses_a_missing_file_and_a_value_given_twice() {
        assert_snapshot!(in_file("[kafka.client_files]\n'sasl.password' = 'nowhere/password'"), @"kafka.client_files.sasl.password (file my.toml): cannot read nowhere/password: No such file or directory (os error 2)");
        let twice = "[kafka.client]\n'ssl.ca.location' = 'a'\n[kafka.client_files]\n'ssl.ca.location' = '/dev/null'";
        assert_snapshot!(in_file(twice), @"kafka.client_files.ssl.ca.location (file my.toml): kafka.client also has ssl.ca.location; keep one of the two");
    }
}

mod output {
    use super::*;

    const WITH_SECRETS: [Variable; 4] = [
        ("DATELINE_KAFKA__CLIENT__SASL_USERNAME", "ada"),
        ("DATELINE_KAFKA__CLIENT__SASL_PASSWORD", "hunter2"),
        ("DATELINE_KAFKA__CLIENT__SSL_KEY_PEM", "hunter2"),
        ("DATELINE_KAFKA__CLIENT__SSL_KEY_PASSWORD", "hunter2"),
    ];

    #[test]
    fn the_effective_configuration_marks_what_differs_and_masks_secrets() {
        let text = load("", &WITH_SECRETS, &[], Configuration::effective).unwrap();
        assert_snapshot!(text, @r##"
        http = ""

        [kafka]
        brokers = "localhost:9092"
        input = "articles"
        output_prefix = "timeline."
        group = "dateline"
        instance = "0"
        static_membership = "auto"
        upgrade_from = ""
        token_file = ""
        token_expiry_file = ""
        partitions = 6
        replication = -1

        [kafka.client]
        "sasl.password" = "***"  # variable DATELINE_KAFKA__CLIENT__SASL_PASSWORD
        "sasl.username" = "ada"  # variable DATELINE_KAFKA__CLIENT__SASL_USERNAME
        "ssl.key.password" = "***"  # variable DATELINE_KAFKA__CLIENT__SSL_KEY_PASSWORD
        "ssl.key.pem" = "***"  # variable DATELINE_KAFKA__CLIENT__SSL_KEY_PEM

        [kafka.client_files]

        [stream]
        delivery = "exactly-once"
        batch_messages = 500
        batch_bytes = 4194304
        batch_time_ms = 100

        [input]
        format = "auto"
        unwrap = "auto"
        items = ""
        published = ""
        tombstones = "skip"
        reference = "firstcreated"

        [input.references]

        [input.fields]

        [input.timezones]

        [input.cities]

        [output]
        headers = ""
        key_prefix = ""
        format = "json"

        [revisions]
        window = 30
        embargo = "hold"

        [extract]
        genre = "auto"
        language = "en"
        timezone = "UTC"
        fiscal_year_start = 1
        max_bytes = 33554432

        [schema.registry]

        [schema.registry_files]

        [serve]
        database = "timeline.db"
        keep = ""
        group = "dateline-serve"
        token_file = ""
        origins = ""
        hosts = ""
        links_file = ""
        public_url = ""
        frame_ancestors = ""
        max_connections = 512
        header_timeout_ms = 10000
        body_timeout_ms = 10000
        send_timeout_ms = 60000

        [log]
        level = "info"
        format = "text"

        [telemetry]
        otlp = ""
        "##);
    }

    #[test]
    fn the_effective_configuration_can_be_read_again() {
        let text = load("", &[("DATELINE_KAFKA__GROUP", "blue")], &[], Configuration::effective).unwrap();
        assert_eq!(settings(&text, NONE, &[]).kafka.group, "blue");
    }

    #[test]
    fn debug_output_masks_secrets() {
        let kafka = settings("", &WITH_SECRETS, &[]).kafka;
        assert_eq!(kafka.client.iter().filter(|(_, value)| value == "hunter2").count(), 3);
        assert_snapshot!(format!("{kafka:?}"), @r#"Kafka { brokers: "localhost:9092", input: "articles", output_prefix: "timeline.", group: "dateline", instance: "0", token_file: None, client: ["sasl.password=***", "sasl.username=ada", "ssl.key.password=***", "ssl.key.pem=***"], partitions: 6, replication: -1 }"#);
    }
}

mod reference {
    use super::*;

    #[test]
    fn the_built_in_file_is_the_reference() {
        let fix = "dateline config --reference >new.toml && mv new.toml config/dateline.toml";
        assert!(reference().unwrap() == BUILT_IN, "config/dateline.toml differs from src/config/raw.rs; run\n{fix}");
    }

    #[test]
    fn every_choice_is_described() {
        let reference = reference().unwrap();
        let formats = Format::ALL.map(Format::name);
        let names =
            formats.into_iter().chain(Reference::CHOICES.map(Reference::name)).chain(Genre::ALL.map(Genre::name));
        for name in names {
            assert!(reference.contains(&format!("`{name}`")), "{name} is not described");
        }
    }

    #[test]
    fn every_key_has_a_description() {
        let reference = reference().unwrap();
        let lines: Vec<_> = reference.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[1].contains(" = ") && !pair[1].starts_with('#')) {
            assert!(pair[0].starts_with("# "), "{} is not described", pair[1]);
        }
    }
}
