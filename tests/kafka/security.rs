//! What `[kafka.client]` passes through reaches every client of the worker, and no secret is ever printed.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::program::{get, read_all, terminate};
use crate::broker::cluster::{PASSWORD, Secure, USER, shared, skipped};
use crate::broker::wire::{Wire, article};

type Client = Vec<(&'static str, String)>;

/// Runs a worker whose clients use one of the secure listeners; the test itself uses the plain one.
fn works_by(listener: impl Fn(&Secure) -> &str, client: impl Fn(&Secure) -> Client) {
    let Some(cluster) = shared() else { return };
    let Some(secure) = &cluster.secure else { return skipped("TLS and SASL are tested on a cluster of our own") };
    let wire = Wire::new(cluster);
    wire.send((0..5).map(article));
    let guarded = guarded(&wire, listener(secure), client(secure));

    let worker = guarded.worker("0");
    wire.await_dispositions(5);

    assert_eq!(worker.end().unwrap().articles, 5);
    assert_eq!(wire.output("read_committed"), wire.expected());
}

/// The message with which a worker ends that a secure listener refuses.
fn refused_by(listener: impl Fn(&Secure) -> &str, client: impl Fn(&Secure) -> Client) -> Option<String> {
    let cluster = shared()?;
    let secure = cluster.secure.as_ref()?;
    let guarded = guarded(&Wire::without_topics(cluster), listener(secure), client(secure));
    Some(guarded.worker("0").end().unwrap_err().to_string())
}

fn guarded(wire: &Wire, brokers: &str, client: Client) -> Wire {
    let mut guarded = Wire { settings: wire.settings.clone(), topics: wire.topics.clone() };
    guarded.settings.kafka.brokers = brokers.to_owned();
    guarded.settings.kafka.client = client.into_iter().map(|(name, value)| (name.into(), value)).collect();
    guarded
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn tls(secure: &Secure) -> Client {
    vec![("security.protocol", "SSL".into()), ("ssl.ca.location", text(&secure.certificates.root))]
}

fn mutual(secure: &Secure) -> Client {
    let files = &secure.certificates;
    let own = [("ssl.certificate.location", text(&files.client)), ("ssl.key.location", text(&files.client_key))];
    tls(secure).into_iter().chain(own).collect()
}

fn sasl(secure: &Secure, protocol: &str, mechanism: &str, password: &str) -> Client {
    vec![
        ("security.protocol", protocol.into()),
        ("ssl.ca.location", text(&secure.certificates.root)),
        ("sasl.mechanism", mechanism.into()),
        ("sasl.username", USER.into()),
        ("sasl.password", password.into()),
    ]
}

#[test]
fn a_worker_speaks_tls_with_a_private_authority() {
    works_by(|secure| &secure.tls, tls);
}

#[test]
fn a_worker_shows_its_own_certificate() {
    works_by(|secure| &secure.mutual, mutual);
}

#[test]
fn a_worker_signs_in_with_scram() {
    works_by(|secure| &secure.scram, |secure| sasl(secure, "SASL_PLAINTEXT", "SCRAM-SHA-256", PASSWORD));
}

#[test]
fn a_worker_signs_in_with_a_password() {
    works_by(|secure| &secure.password, |secure| sasl(secure, "SASL_SSL", "PLAIN", PASSWORD));
}

#[test]
fn brokers_with_a_certificate_of_an_unknown_authority_are_not_trusted() {
    let unknown = |_: &Secure| vec![("security.protocol", "SSL".into())];
    let Some(message) = refused_by(|secure| &secure.tls, unknown) else { return };
    assert!(message.contains("do not answer") && message.contains("dateline check"), "{message}");
}

#[test]
fn a_worker_without_a_certificate_is_refused_where_one_is_required() {
    let Some(message) = refused_by(|secure| &secure.mutual, tls) else { return };
    assert!(message.contains("do not answer") && message.contains("dateline check"), "{message}");
}

/// An unsigned token, which Kafka's own sample handler accepts.
fn token(seconds: u64) -> String {
    #[expect(clippy::disallowed_methods, reason = "a broker checks by its clock whether a token is still valid")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let claims = serde_json::json!({"sub": USER, "iat": now, "exp": now + seconds});
    format!("{}.{}.", part(serde_json::json!({"alg": "none"})), part(claims))
}

#[test]
fn a_worker_signs_in_with_a_token_from_a_file() {
    let Some(cluster) = shared() else { return };
    let Some(secure) = &cluster.secure else { return skipped("OAUTHBEARER is tested on a cluster of our own") };
    let wire = Wire::new(cluster);
    wire.send((0..5).map(article));
    let client = [("security.protocol", "SASL_SSL".into()), ("sasl.mechanism", "OAUTHBEARER".into())];
    let trusted = ("ssl.ca.location", text(&secure.certificates.root));
    let mut guarded = guarded(&wire, &secure.token, client.into_iter().chain([trusted]).collect());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{}", token(3600)).unwrap();
    guarded.settings.kafka.token_file = Some(file.path().to_owned());

    let worker = guarded.worker("0");
    wire.await_dispositions(5);

    assert_eq!(worker.end().unwrap().articles, 5);
    assert_eq!(wire.output("read_committed"), wire.expected());
}

/// A program with a secret from a file and another from a variable, which logs all it can.
fn with_secrets(wire: &Wire, secure: &Secure, command: &[&str], folder: &Path, password: &str) -> Command {
    let file = folder.join("password");
    fs::write(&file, format!("{password}\n")).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_dateline"));
    program.args(command).env_clear().stdin(Stdio::null());
    let kafka = &wire.settings.kafka;
    for (name, value) in [
        ("KAFKA__BROKERS", secure.password.as_str()),
        ("KAFKA__INPUT", &kafka.input),
        ("KAFKA__OUTPUT_PREFIX", &kafka.output_prefix),
        ("KAFKA__GROUP", &kafka.group),
        ("KAFKA__CLIENT__SECURITY_PROTOCOL", "SASL_SSL"),
        ("KAFKA__CLIENT__SSL_CA_LOCATION", &text(&secure.certificates.root)),
        ("KAFKA__CLIENT__SASL_MECHANISM", "PLAIN"),
        ("KAFKA__CLIENT__SASL_USERNAME", USER),
        ("KAFKA__CLIENT_FILES__SASL_PASSWORD", &text(&file)),
        ("KAFKA__CLIENT__SSL_KEYSTORE_PASSWORD", "open-sesame"),
        ("KAFKA__CLIENT__DEBUG", "security,broker,conf"),
        ("LOG__LEVEL", "trace"),
        ("HTTP", "0"),
    ] {
        program.env(format!("DATELINE_{name}"), value);
    }
    program
}

#[test]
fn no_secret_is_printed_anywhere() {
    let Some(cluster) = shared() else { return };
    let Some(secure) = &cluster.secure else { return skipped("secrets are tested on a cluster of our own") };
    let (wire, folder) = (Wire::new(cluster), tempfile::tempdir().unwrap());
    wire.send((0..5).map(article));
    let program = |command: &[&str], password| with_secrets(&wire, secure, command, folder.path(), password);
    let log_file = folder.path().join("log");

    let worker = program(&["run"], PASSWORD).stderr(File::create(&log_file).unwrap()).spawn().unwrap();
    wire.await_dispositions(5);
    let log = fs::read_to_string(&log_file).unwrap();
    let address = log.split("address=").nth(1).unwrap().split_whitespace().next().unwrap();
    let metrics = ["/metrics", "/ready", "/live"].map(|path| get(address, path)).concat();
    terminate(worker);
    let log = read_all(&mut File::open(&log_file).unwrap());
    let printed = |command: &[&str], password| {
        let output = program(command, password).output().unwrap();
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat()
    };
    let (config, check) = (printed(&["config"], PASSWORD), printed(&["check", "--timeout", "5"], PASSWORD));
    let refused = printed(&["check", "--timeout", "2"], "wrong-donkey");
    let failed = printed(&["run"], "wrong-donkey");

    assert!(log.contains("shut down cleanly") && log.contains("sasl.password"), "the log has the settings: {log}");
    assert!(address.starts_with("127.0.0.1:"), "a port alone is served on loopback alone: {address}");
    assert!(metrics.contains("dateline_events_total"), "{metrics}");
    assert!(config.contains("\"sasl.username\" = \"wire-reader\""), "{config}");
    assert!(check.contains("ok       transactions"), "{check}");
    assert!(refused.contains("uthentication failed"), "{refused}");
    assert!(failed.contains("do not answer"), "{failed}");
    for (what, text) in [
        ("the log", log),
        ("the pages", metrics),
        ("config", config),
        ("check", check),
        ("check with a wrong password", refused),
        ("run with a wrong password", failed),
    ] {
        for secret in [PASSWORD, "open-sesame", "wrong-donkey"] {
            assert!(!text.contains(secret), "{secret} is in {what}:\n{text}");
        }
    }
}
