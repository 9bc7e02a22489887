//! The last line before an exit, in the format of the log.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn dateline(args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command.args(args).env_clear().envs(variables.iter().copied()).stdin(Stdio::null());
    command.output().unwrap()
}

/// The last line of standard error.
fn last_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned()
}

/// A database that cannot be created.
const FAILING: [&str; 5] = ["serve", "--http", "0", "--database", "missing/timeline.db"];

#[test]
fn a_failure_is_an_object_in_a_json_log_whatever_its_level() {
    for level in ["info", "off"] {
        let output = dateline(&FAILING, &[("DATELINE_LOG__FORMAT", "json"), ("DATELINE_LOG__LEVEL", level)]);
        assert_eq!(output.status.code(), Some(1));
        let log = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let last = lines.last().unwrap();
        assert_eq!((last["level"].as_str(), last["code"].as_u64()), (Some("ERROR"), Some(1)), "{level}: {last}");
        assert!(last["message"].as_str().unwrap().contains("database"), "{level}: {last}");
    }
}

#[test]
fn a_failure_is_a_line_of_a_text_log() {
    let output = dateline(&FAILING, &[]);
    let last = last_line(&output);
    assert!(last.contains("ERROR dateline: ") && last.contains("database"), "{last}");
    let last = last_line(&dateline(&FAILING, &[("DATELINE_LOG__LEVEL", "off")]));
    assert!(last.starts_with("dateline: "), "{last}");
}

#[test]
fn an_invalid_configuration_is_reported_in_the_format_that_it_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dateline.toml");
    std::fs::write(&file, "[log]\nformat = 'json'\n[kafka]\nbroker = 'x:1'\n").unwrap();
    for command in ["run", "serve", "retry", "backfill"] {
        let in_file = dateline(&[command, "--config", file.to_str().unwrap()], &[]);
        let variables = [("DATELINE_LOG__FORMAT", "json"), ("DATELINE_KAFKA__PARTITIONS", "many")];
        for (output, named) in [(in_file, "kafka.broker"), (dateline(&[command], &variables), "kafka.partitions")] {
            let last = last_line(&output);
            let last: Value = serde_json::from_str(&last).unwrap_or_else(|_| panic!("{command}: {last}"));
            assert_eq!((output.status.code(), &last["code"]), (Some(2), &Value::from(2)), "{command}");
            assert!(last["message"].as_str().unwrap().contains(named), "{command}: {last}");
        }
    }
}
