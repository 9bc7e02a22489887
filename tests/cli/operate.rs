//! `dateline config`, `dateline check` and `dateline serve` as the people who run dateline see them: output, messages, exit codes.

use std::process::{Command, Output, Stdio};

use rdkafka::mocking::MockCluster;

/// Runs the program with no variables of ours but those given.
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
    fn prints_what_flags_and_variables_make_of_the_defaults() {
        let output =
            dateline(&["config", "--group", "blue", "--timezone", "Europe/Paris"], &[("DATELINE_HTTP", "[::1]:0")]);
        assert_eq!(output.status.code(), Some(0));
        let told = text(&output.stdout);
        assert!(told.contains("\ngroup = \"blue\"  # flag --group\n"), "{told}");
        assert!(told.contains("\ntimezone = \"Europe/Paris\"  # flag --timezone\n"), "{told}");
        assert!(told.contains("http = \"[::1]:0\"  # variable DATELINE_HTTP\n"), "{told}");
    }

    #[test]
    fn keeps_secrets_to_itself() {
        let output = dateline(&["config"], &[("DATELINE_KAFKA__CLIENT__SASL_PASSWORD", "hunter2")]);
        assert!(text(&output.stdout).contains("\"sasl.password\" = \"***\""));
        assert!(!text(&output.stdout).contains("hunter2"));
    }

    #[test]
    fn ends_with_2_and_the_reason_where_the_configuration_cannot_work() {
        let output = dateline(&["config"], &[("DATELINE_KAFKA__BROKER", "kafka:9092")]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(text(&output.stdout), "");
        insta::assert_snapshot!(text(&output.stderr), @"dateline: variable DATELINE_KAFKA__BROKER: there is no key kafka.broker; did you mean DATELINE_KAFKA__BROKERS?");
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
    fn ends_with_1_and_says_what_is_wrong_where_no_broker_answers() {
        // A port that was free a moment ago, and that nobody listens on.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let output = dateline(&["check", "--timeout", "1", "--brokers", &format!("127.0.0.1:{port}")], &[]);
        assert_eq!(output.status.code(), Some(1));
        let told = text(&output.stdout);
        assert!(told.starts_with("ok       configuration: is valid\nwrong    brokers: "), "{told}");
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
            let told = text(&output.stdout).replace(&format!("{}/", folder.path().display()), "");
            let at = told.find("ok       group").unwrap_or_default();
            (output.status.code(), told[at..].to_owned())
        };
        let (code, told) = check("timeline.db", "token");
        insta::assert_snapshot!(told, @r"
        ok       group dateline-serve: allowed
        ok       database timeline.db: is not there yet, and can be made
        ok       token: can be read
        ");
        assert_eq!(code, Some(0));
        let (code, told) = check("missing/timeline.db", "nowhere");
        insta::assert_snapshot!(told, @r"
        ok       group dateline-serve: allowed
        wrong    database missing/timeline.db: the folder missing: entity not found; it must be there and be writable; see serve.database
        wrong    token: serve.token_file: nowhere: No such file or directory (os error 2)
        ");
        assert_eq!(code, Some(1));
    }

    #[test]
    fn ends_with_2_where_a_worker_that_serves_nothing_is_asked() {
        let output = dateline(&["check", "--ready"], &[]);
        assert_eq!(output.status.code(), Some(2));
        insta::assert_snapshot!(text(&output.stderr), @"dateline: http is empty, so no worker can be asked; set it as the worker has it");
    }

    #[test]
    fn ends_with_1_where_no_worker_answers() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let output = dateline(&["check", "--ready", "--http", &format!("127.0.0.1:{port}")], &[]);
        assert_eq!(output.status.code(), Some(1));
    }
}

mod serve {
    use super::*;

    #[test]
    fn a_token_that_cannot_be_read_is_named_and_nothing_is_served_without_it() {
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
