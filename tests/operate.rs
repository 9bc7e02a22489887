//! `dateline config` and `dateline check` as the people who run dateline see them: output, messages, exit codes.
#![cfg(feature = "service")]
#![expect(clippy::unwrap_used, reason = "all of this is test code")]

use std::process::{Command, Output, Stdio};

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
        assert_eq!(text(&output.stdout), include_str!("../config/dateline.toml"));
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
        assert!(told.starts_with("ok       configuration: can be read\nwrong    brokers: "), "{told}");
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
