//! `dateline config`, `dateline check` and `dateline serve` as operators see them: output, messages, exit codes.

use std::process::{Command, Output, Stdio};

use rdkafka::mocking::MockCluster;

/// Runs the program with only the given environment variables.
fn dateline(args: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dateline"))
        .args(args)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

mod config {
    use super::*;

    #[test]
    fn prints_the_defaults_as_changed_by_flags_and_variables() {
        let output =
            dateline(&["config", "--group", "blue", "--timezone", "Europe/Paris"], &[("DATELINE_HTTP", "[::1]:0")]);
        assert_eq!(output.status.code(), Some(0));
        let output_text = text(&output.stdout);
        assert!(output_text.contains("\ngroup = \"blue\"  # flag --group\n"), "{output_text}");
        assert!(output_text.contains("\ntimezone = \"Europe/Paris\"  # flag --timezone\n"), "{output_text}");
        assert!(output_text.contains("http = \"[::1]:0\"  # variable DATELINE_HTTP\n"), "{output_text}");
    }

    #[test]
    fn masks_secrets() {
        let output = dateline(&["config"], &[("DATELINE_KAFKA__CLIENT__SASL_PASSWORD", "hunter2")]);
        assert!(text(&output.stdout).contains("\"sasl.password\" = \"***\""));
        assert!(!text(&output.stdout).contains("hunter2"));
    }

    #[test]
    fn exits_with_2_and_the_reason_if_the_configuration_is_invalid() {
        let output = dateline(&["config"], &[("DATELINE_KAFKA__BROKER", "kafka:9092")]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(text(&output.stdout), "");
        insta::assert_snapshot!(text(&output.stderr), @"dateline: variable DATELINE_KAFKA__BROKER: unknown key kafka.broker; did you mean DATELINE_KAFKA__BROKERS?");
    }

    #[test]
    fn prints_the_reference_whatever_is_set() {
        let output = dateline(&["config", "--reference"], &[("DATELINE_KAFKA__GROUP", "blue")]);
        assert_eq!(text(&output.stdout), include_str!("../../config/dateline.toml"));
    }
}

mod check {
    use super::*;

    #[test]
    fn exits_with_1_and_says_what_is_wrong_if_no_broker_answers() {
        // A port that was free a moment ago, so that nothing listens on it.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let output = dateline(&["check", "--timeout", "1", "--brokers", &format!("127.0.0.1:{port}")], &[]);
        assert_eq!(output.status.code(), Some(1));
        let output_text = text(&output.stdout);
        assert!(output_text.starts_with("ok       configuration: is valid\nwrong    brokers: "), "{output_text}");
    }

    #[test]
    fn a_timeline_needs_topics_a_group_a_file_and_its_secret() {
        let cluster = MockCluster::new(1).unwrap();
        for topic in ["timeline.events", "timeline.articles"] {
            cluster.create_topic(topic, 1, 1).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "open-sesame\n").unwrap();
        let check = |database: &str, token: &str| {
            let [database, token] = [database, token].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
            let variables = [("DATELINE_SERVE__DATABASE", &*database), ("DATELINE_SERVE__TOKEN_FILE", &*token)];
            let output = dateline(&["check", "--serve", "--brokers", &cluster.bootstrap_servers()], &variables);
            let output_text = text(&output.stdout).replace(&format!("{}/", folder.path().display()), "");
            let at = output_text.find("ok       group").unwrap_or_default();
            (output.status.code(), output_text[at..].to_owned())
        };
        let (code, output_text) = check("timeline.db", "token");
        insta::assert_snapshot!(output_text, @r"
        ok       group dateline-serve: allowed
        ok       database timeline.db: does not exist yet, but can be created
        ok       token: can be read
        ");
        assert_eq!(code, Some(0));
        let (code, output_text) = check("missing/timeline.db", "nowhere");
        insta::assert_snapshot!(output_text, @r"
        ok       group dateline-serve: allowed
        wrong    database missing/timeline.db: the folder missing: entity not found; it must exist and be writable; see serve.database
        wrong    token: serve.token_file: nowhere: No such file or directory (os error 2)
        ");
        assert_eq!(code, Some(1));
    }

    #[test]
    fn exits_with_2_if_health_is_not_served() {
        let output = dateline(&["check", "--ready"], &[]);
        assert_eq!(output.status.code(), Some(2));
        insta::assert_snapshot!(text(&output.stderr), @"dateline: http is empty; set it to the address that the worker serves health at");
    }

    #[test]
    fn exits_with_1_if_no_worker_answers() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let output = dateline(&["check", "--ready", "--http", &format!("127.0.0.1:{port}")], &[]);
        assert_eq!(output.status.code(), Some(1));
    }
}

mod serve {
    use super::*;

    #[test]
    fn an_unreadable_token_file_is_named_and_nothing_is_served() {
        let folder = tempfile::tempdir().unwrap();
        let (database, token) = (folder.path().join("timeline.db"), folder.path().join("token"));
        let serve = || {
            let args = [
                "serve",
                "--http",
                "0",
                "--database",
                database.to_str().unwrap(),
                "--token-file",
                token.to_str().unwrap(),
            ];
            let output = dateline(&args, &[("DATELINE_LOG__LEVEL", "off")]);
            assert_eq!(output.status.code(), Some(1));
            text(&output.stderr).replace(token.to_str().unwrap(), "token")
        };
        assert!(serve().starts_with("dateline: serve.token_file: token: "));
        std::fs::write(&token, "\n").unwrap();
        insta::assert_snapshot!(serve(), @"dateline: serve.token_file: token: the file is empty");
    }
}
