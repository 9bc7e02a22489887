//! What the configuration does, as a specification: the order of the layers, every message, and that secrets stay in.

use std::io::Write;

use insta::assert_snapshot;
use tempfile::NamedTempFile;

use super::*;
use crate::article::{Format, Reference};
use crate::pipeline::Genre;

type Variable = (&'static str, &'static str);
type Flag = (&'static str, &'static str, &'static str);

const NONE: &[Variable] = &[];

/// What comes of the text of a file, variables and flags, or the message. The file is told as `my.toml`.
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
    fn flags_win_over_variables_over_the_file_over_the_built_in_values() {
        let file = "[kafka]\ngroup = 'file'\ninput = 'file'\noutput_prefix = 'file.'";
        let variables = [("DATELINE_KAFKA__GROUP", "variable"), ("DATELINE_KAFKA__INPUT", "variable")];
        let kafka = settings(file, &variables, &[("--group", "kafka.group", "flag")]).kafka;
        assert_eq!(kafka.group, "flag");
        assert_eq!(kafka.input, "variable");
        assert_eq!(kafka.output_prefix, "file.");
        assert_eq!(kafka.brokers, "localhost:9092");
    }

    #[test]
    fn an_empty_file_leaves_every_default() {
        let settings = settings("", NONE, &[]);
        assert_snapshot!(format!("{:?}", settings.stream), @"Stream { delivery: ExactlyOnce, batch_messages: 500, batch_bytes: 4194304, batch_time: 500ms }");
        assert_eq!(settings.http, None);
        assert_eq!(settings.log.format, LogFormat::Text);
    }

    #[test]
    fn the_defaults_of_extraction_are_those_of_the_library() {
        let (ours, library) = (settings("", NONE, &[]).extract, pipeline::Settings::default());
        assert_eq!(format!("{ours:?}"), format!("{library:?}"));
    }

    #[test]
    fn a_variable_can_hold_a_number_and_a_key_outside_of_tables() {
        let settings = settings("", &[("DATELINE_STREAM__BATCH_TIME_MS", "20"), ("DATELINE_HTTP", "127.0.0.1:0")], &[]);
        assert_eq!(settings.stream.batch_time, Duration::from_millis(20));
        assert_eq!(settings.http, Some("127.0.0.1:0".parse().unwrap()));
    }

    #[test]
    fn a_port_alone_is_for_this_machine_alone() {
        let http = |text| settings("", NONE, &[("--http", "http", text)]).http.unwrap().to_string();
        assert_eq!(http("9464"), "127.0.0.1:9464");
        assert_eq!(http("0.0.0.0:9464"), "0.0.0.0:9464");
    }

    #[test]
    fn variables_of_kubernetes_and_of_the_tests_are_not_ours() {
        let foreign = [
            ("DATELINE_SERVICE_HOST", "10.0.0.1"),
            ("DATELINE_PORT_9464_TCP", "tcp://10.0.0.1:9464"),
            ("DATELINE_TEST_REQUIRE", "all"),
            ("DATELINE_SHARED", "/somewhere"),
            ("OTHER", "x"),
        ];
        settings("", &foreign, &[]);
    }

    #[test]
    fn the_timeline_is_kept_in_a_file_and_open_to_pages_that_are_named() {
        let serve = settings(
            "[serve]\ndatabase = '/data/t.db'\norigins = 'https://desk.example, http://[::1]:3000'",
            NONE,
            &[],
        )
        .serve;
        assert_snapshot!(format!("{serve:?}"), @r#"Serve { database: "/data/t.db", group: "dateline-serve", token_file: None, origins: ["https://desk.example", "http://[::1]:3000"] }"#);
        assert_snapshot!(in_file("[serve]\ndatabase = ''"), @"serve.database (file my.toml): a file must be named that keeps the timeline");
        for origin in ["*", "desk.example", "https://desk.example/", "https://", "https://a b"] {
            let told = in_file(&format!("[serve]\norigins = '{origin}'"));
            assert!(told.starts_with("serve.origins (file my.toml): "), "{told}");
        }
    }

    #[test]
    fn choices_are_read() {
        let file = "[stream]\ndelivery = 'at-least-once'\n[extract]\ngenre = 'narrative'\ntimezone = 'Europe/Berlin'\nfiscal_year_start = 10";
        let settings = settings(file, NONE, &[]);
        assert_eq!(settings.stream.delivery, Delivery::AtLeastOnce);
        assert_eq!(settings.extract.genre, Genre::Narrative);
        assert_eq!(settings.extract.input.timezone, chrono_tz::Europe::Berlin);
        assert_eq!(settings.extract.fiscal_start, 10);
    }

    #[test]
    fn sources_and_cities_are_known_by_their_names_in_any_case() {
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
        assert_snapshot!(in_file("[kafka]\nbroker = 'a:1'"), @"file my.toml: there is no key kafka.broker; did you mean kafka.brokers?");
        assert_snapshot!(in_file("[kafak]\nbrokers = 'a:1'"), @"file my.toml: there is no key kafak; did you mean kafka?");
    }

    #[test]
    fn are_found_in_another_table_by_their_last_part() {
        assert_snapshot!(in_file("brokers = 'a:1'"), @"file my.toml: there is no key brokers; did you mean kafka.brokers?");
        assert_snapshot!(in_file("[kafka]\nbatch_mesages = 5"), @"file my.toml: there is no key kafka.batch_mesages; did you mean stream.batch_messages?");
    }

    #[test]
    fn name_no_key_where_none_is_near() {
        assert_snapshot!(in_file("colour = 'blue'"), @"file my.toml: there is no key colour");
    }

    #[test]
    fn in_variables_name_the_nearest_variable() {
        assert_snapshot!(problem("", &[("DATELINE_KAFKA_BROKERS", "a:1")], &[]), @"variable DATELINE_KAFKA_BROKERS: there is no key kafka_brokers; did you mean DATELINE_KAFKA__BROKERS?");
        assert_snapshot!(problem("", &[("DATELINE_STREAM__DELIVRY", "a:1")], &[]), @"variable DATELINE_STREAM__DELIVRY: there is no key stream.delivry; did you mean DATELINE_STREAM__DELIVERY?");
    }
}

mod wrong_types {
    use super::*;

    #[test]
    fn name_the_key_and_where_it_was_set() {
        assert_snapshot!(in_file("[stream]\nbatch_messages = 'many'"), @r#"stream.batch_messages (file my.toml): a whole number is needed, not "many""#);
        assert_snapshot!(in_file("[kafka]\nbrokers = ['a:1', 'b:1']"), @"kafka.brokers (file my.toml): a text in quotes is needed, not a list");
        assert_snapshot!(in_file("kafka = 'localhost'"), @"kafka (file my.toml): a table is needed");
        assert_snapshot!(problem("", &[("DATELINE_STREAM__BATCH_MESSAGES", "many")], &[]), @r#"stream.batch_messages (variable DATELINE_STREAM__BATCH_MESSAGES): a whole number is needed, not "many""#);
        assert_snapshot!(problem("", &[("DATELINE_KAFKA", "localhost")], &[]), @"kafka (variable DATELINE_KAFKA): a table is needed");
    }

    #[test]
    fn of_what_may_be_a_secret_are_told_without_it() {
        assert_snapshot!(in_file("[kafka.client]\n'sasl.password' = ['hunter2']"), @"kafka.client.sasl.password (file my.toml): a text in quotes, a number, true or false is needed");
        assert_snapshot!(in_file("[kafka.client]\nsasl.password = hunter2"), @"file my.toml: line 2 is not TOML: string values must be quoted, expected literal string");
    }
}

mod files {
    use super::*;

    #[test]
    fn that_are_not_there_are_named() {
        let error = Configuration::load(Some(Path::new("nowhere/my.toml")), [], []).err().unwrap();
        assert_snapshot!(error, @"file nowhere/my.toml: cannot be read: No such file or directory (os error 2)");
    }
}

mod values {
    use super::*;

    #[test]
    fn of_addresses() {
        assert_snapshot!(in_file("[kafka]\nbrokers = 'a:9092,b'"), @r#"kafka.brokers (file my.toml): "b" is no address HOST:PORT, such as kafka-1.example.org:9092"#);
        assert_snapshot!(in_file("[kafka]\nbrokers = ''"), @r#"kafka.brokers (file my.toml): "" is no address HOST:PORT, such as kafka-1.example.org:9092"#);
        assert_snapshot!(in_file("http = ':::'"), @r#"http (file my.toml): ":::" is no address HOST:PORT: invalid port value"#);
    }

    #[test]
    fn of_names() {
        assert_snapshot!(in_file("[kafka]\ninput = 'my articles'"), @r#"kafka.input (file my.toml): "my articles" is no topic: 1 to 200 of the characters a-z A-Z 0-9 . _ -"#);
        assert_snapshot!(in_file("[kafka]\ninstance = ''"), @r#"kafka.instance (file my.toml): "" is no name: 1 to 200 bytes without spaces"#);
        assert_snapshot!(in_file("[kafka]\ninput = 'timeline.articles'"), @"kafka.input (file my.toml): timeline.articles is an output topic as well; choose another kafka.output_prefix");
    }

    #[test]
    fn of_numbers() {
        assert_snapshot!(in_file("[stream]\nbatch_messages = 0"), @"stream.batch_messages (file my.toml): must be 1 to 100000, not 0");
        assert_snapshot!(in_file("[stream]\nbatch_time_ms = 60000"), @"stream.batch_time_ms (file my.toml): must be 1 to 30000, not 60000");
        assert_snapshot!(in_file("[kafka]\npartitions = 0"), @"kafka.partitions (file my.toml): must be 1 to 10000, or -1 for the broker's own default");
        assert_snapshot!(in_file("[extract]\nmax_bytes = -5"), @"extract.max_bytes (file my.toml): must be 1 to 1073741824, not -5");
    }

    #[test]
    fn of_choices() {
        assert_snapshot!(in_file("[stream]\ndelivery = 'exactly_once'"), @r#"stream.delivery (file my.toml): "exactly_once" is not known; did you mean exactly-once?"#);
        assert_snapshot!(in_file("[stream]\ndelivery = 'fast'"), @r#"stream.delivery (file my.toml): "fast" is not known; it is one of exactly-once, at-least-once"#);
        assert_snapshot!(in_file("[extract]\ntimezone = 'Europe/Berln'"), @r#"extract.timezone (file my.toml): "Europe/Berln" is not known; did you mean Europe/Berlin?"#);
        assert_snapshot!(in_file("[extract]\nlanguage = 'English (UK)'"), @r#"extract.language (file my.toml): "English (UK)" is no BCP 47 tag, such as en or pt-BR"#);
        assert_snapshot!(in_file("[input]\nformat = 'ninja'"), @r#"input.format (file my.toml): "ninja" is not known; did you mean ninjs?"#);
        assert_snapshot!(in_file("[input.cities]\nParis = 'Paris'"), @r#"input.cities.Paris (file my.toml): "Paris" is not known; it is one of Africa/Abidjan, Africa/Accra, Africa/Addis_Ababa, Africa/Algiers, Africa/Asmara, Africa/Asmera, Africa/Bamako, Africa/Bangui, Africa/Banjul, Africa/Bissau"#);
        assert_snapshot!(problem("", NONE, &[("--genre", "extract.genre", "novel")]), @r#"extract.genre (flag --genre): "novel" is not known; it is one of news, narrative, auto"#);
    }

    #[test]
    fn of_the_log() {
        assert_snapshot!(in_file("[log]\nlevel = 'inof'"), @r#"log.level (file my.toml): "inof" is not known; did you mean info?"#);
        assert_snapshot!(in_file("[log]\nlevel = 'info,dateline::stream=loud'"), @r#"log.level (file my.toml): "loud" is not known; it is one of off, error, warn, info, debug, trace"#);
        assert_snapshot!(in_file("[log]\nformat = 'xml'"), @r#"log.format (file my.toml): "xml" is not known; it is one of text, json"#);
        settings("[log]\nlevel = 'info,dateline::stream=debug'", NONE, &[]);
    }
}

mod pass_through {
    use super::*;

    fn client(file: &str, variables: &[Variable]) -> Vec<(String, String)> {
        settings(file, variables, &[]).kafka.client
    }

    #[test]
    fn takes_texts_numbers_and_truth_values_with_quoted_dots_or_without() {
        let file = "[kafka.client]\n'linger.ms' = 5\nsocket.keepalive.enable = true\ncompression.type = 'zstd'";
        assert_snapshot!(format!("{:?}", client(file, NONE)), @r#"[("compression.type", "zstd"), ("linger.ms", "5"), ("socket.keepalive.enable", "true")]"#);
    }

    #[test]
    fn takes_variables() {
        let variables = [("DATELINE_KAFKA__CLIENT__SSL_CA_LOCATION", "/etc/ca.pem")];
        assert_snapshot!(format!("{:?}", client("", &variables)), @r#"[("ssl.ca.location", "/etc/ca.pem")]"#);
    }

    #[test]
    fn takes_values_from_files_without_the_line_break() {
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
        assert_snapshot!(in_file("[kafka.client]\n'transactional.id' = 'x'"), @"kafka.client.transactional.id (file my.toml): cannot be passed through: it is made of our own keys kafka.group and kafka.instance, so that it is stable");
        assert_snapshot!(problem("", &[("DATELINE_KAFKA__CLIENT_FILES__GROUP_ID", "x")], &[]), @"kafka.client_files.group.id (variable DATELINE_KAFKA__CLIENT_FILES__GROUP_ID): cannot be passed through: it is our own key kafka.group");
    }

    #[test]
    fn refuses_what_librdkafka_does_not_know_without_telling_the_value() {
        assert_snapshot!(in_file("[kafka.client_files]\n'sasl.pasword' = '/dev/null'"), @r#"kafka.client_files.sasl.pasword (file my.toml): No such configuration property: "sasl.pasword""#);
        assert_snapshot!(in_file("[kafka.client]\n'sasl.pasword' = 'hunter2'"), @r#"kafka.client.sasl.pasword (file my.toml): No such configuration property: "sasl.pasword""#);
        assert_snapshot!(in_file("[kafka.client]\n'compression.type' = 'zip'"), @r#"kafka.client.compression.type (file my.toml): Invalid value "zip" for configuration property "compression.codec""#);
    }

    #[test]
    fn refuses_sasl_without_a_mechanism() {
        assert_snapshot!(in_file("[kafka.client]\n'security.protocol' = 'SASL_SSL'"), @"kafka.client.security.protocol (file my.toml): with SASL, sasl.mechanism is needed as well, for example PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (librdkafka's own default, GSSAPI, is not built in)");
        settings("[kafka.client]\n'security.protocol' = 'SASL_SSL'\n'sasl.mechanism' = 'PLAIN'", NONE, &[]);
    }

    #[test]
    fn that_sign_in_with_a_token_say_where_it_stands() {
        let oauth = "'security.protocol' = 'SASL_SSL'\n'sasl.mechanism' = 'OAUTHBEARER'";
        let with_token = format!("[kafka]\ntoken_file = '/run/token'\n[kafka.client]\n{oauth}");
        assert_eq!(settings(&with_token, NONE, &[]).kafka.token_file, Some("/run/token".into()));
        assert_snapshot!(in_file(&format!("[kafka.client]\n{oauth}")), @"kafka.client.sasl.mechanism (file my.toml): with OAUTHBEARER, kafka.token_file must name where the token stands");
        assert_snapshot!(in_file("[kafka]\ntoken_file = '/run/token'"), @"kafka.token_file (file my.toml): a token is used with sasl.mechanism OAUTHBEARER alone");
        assert_snapshot!(in_file("[kafka.client]\n'sasl.oauthbearer.method' = 'oidc'"), @"kafka.client.sasl.oauthbearer.method (file my.toml): cannot be passed through: the token comes from kafka.token_file; asking for tokens (OIDC) is not built in");
    }

    #[test]
    fn refuses_a_transaction_that_times_out_before_its_batch_is_full() {
        assert_snapshot!(in_file("[stream]\nbatch_time_ms = 2000\n[kafka.client]\n'transaction.timeout.ms' = 2000"), @"kafka.client.transaction.timeout.ms (file my.toml): must be longer than stream.batch_time_ms, or no batch can be committed");
    }

    #[test]
    fn refuses_a_file_that_is_not_there_and_a_value_given_twice() {
        assert_snapshot!(in_file("[kafka.client_files]\n'sasl.password' = 'nowhere/password'"), @"kafka.client_files.sasl.password (file my.toml): cannot read nowhere/password: No such file or directory (os error 2)");
        let twice = "[kafka.client]\n'ssl.ca.location' = 'a'\n[kafka.client_files]\n'ssl.ca.location' = '/dev/null'";
        assert_snapshot!(in_file(twice), @"kafka.client_files.ssl.ca.location (file my.toml): kafka.client has ssl.ca.location as well; keep one of the two");
    }
}

mod shown {
    use super::*;

    const WITH_SECRETS: [Variable; 4] = [
        ("DATELINE_KAFKA__CLIENT__SASL_USERNAME", "ada"),
        ("DATELINE_KAFKA__CLIENT__SASL_PASSWORD", "hunter2"),
        ("DATELINE_KAFKA__CLIENT__SSL_KEY_PEM", "hunter2"),
        ("DATELINE_KAFKA__CLIENT__SSL_KEY_PASSWORD", "hunter2"),
    ];

    #[test]
    fn the_effective_configuration_tells_what_differs_and_masks_secrets() {
        let text = load("", &WITH_SECRETS, &[], Configuration::effective).unwrap();
        assert_snapshot!(text, @r##"
        http = ""

        [kafka]
        brokers = "localhost:9092"
        input = "articles"
        output_prefix = "timeline."
        group = "dateline"
        instance = "0"
        token_file = ""
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
        batch_time_ms = 500

        [input]
        format = "auto"
        reference = "firstcreated"

        [input.references]

        [input.timezones]

        [input.cities]

        [revisions]
        window = 30
        embargo = "hold"

        [extract]
        genre = "auto"
        language = "en"
        timezone = "UTC"
        fiscal_year_start = 1
        max_bytes = 33554432

        [serve]
        database = "timeline.db"
        group = "dateline-serve"
        token_file = ""
        origins = ""

        [log]
        level = "info"
        format = "text"
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
        let mend = "dateline config --reference >new.toml && mv new.toml config/dateline.toml";
        assert!(
            reference().unwrap() == BUILT_IN,
            "config/dateline.toml is not what src/config/raw.rs says; run\n{mend}"
        );
    }

    #[test]
    fn every_key_is_described() {
        let reference = reference().unwrap();
        let lines: Vec<_> = reference.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[1].contains(" = ") && !pair[1].starts_with('#')) {
            assert!(pair[0].starts_with("# "), "{} is not described", pair[1]);
        }
    }
}
