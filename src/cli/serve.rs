//! `dateline serve`: the timeline as an API, a live feed and a page.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::kafka::KafkaArgs;
use super::service::{health_state, run_with_servers};
use super::shared::log_ignored;
use super::{FAILED, USAGE, failed};
use crate::config::{Error, Serve, Settings};
use crate::store::{Store, Writer};
use crate::stream::Control;
use crate::stream::follow::follow;
use crate::telemetry::{Progress, start_log};
use crate::web::{Access, HttpServer, ReadOnlyLink, TimelineState, timeline_router};

/// The address if none is configured.
const DEFAULT_ADDRESS: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 8080);

/// Serves the timeline as an API, a live feed and a page
///
/// Follows the topics that workers publish and keeps their records in a file, until it is stopped (Ctrl-C, SIGTERM). It
/// resumes where it stopped, so that it can be restarted at any time.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The file that holds the timeline; created if it does not exist
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Delete the contents of the file and read the topics from their beginning
    #[arg(long)]
    rebuild: bool,
    /// A file with the secret that requests must send as `Authorization: Bearer`
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// A timeline, ready to be filled and served.
pub struct Service {
    /// Fills the timeline.
    pub writer: Writer,
    /// How far it is filled.
    pub progress: Arc<Progress>,
    /// Serves the timeline.
    pub server: HttpServer,
}

/// Runs the command.
pub fn run(args: &ServeArgs) -> ExitCode {
    let settings = match settings(args) {
        Ok(settings) => settings,
        Err(error) => return failed(USAGE, &error),
    };
    if let Err(error) = start_log(&settings.log) {
        return failed(FAILED, &error);
    }
    log_ignored(&settings.ignored);
    tracing::info!(
        version = crate::VERSION, brokers = settings.kafka.brokers, database = %settings.serve.database.display(),
        rebuild = args.rebuild, "starting"
    );
    match serve(&settings, args.rebuild) {
        Ok(()) => {
            tracing::info!("shut down cleanly");
            ExitCode::SUCCESS
        }
        Err(error) => failed(FAILED, &error),
    }
}

fn settings(args: &ServeArgs) -> Result<Settings, Error> {
    let [database, token_file] =
        [&args.database, &args.token_file].map(|path| path.as_ref().map(|path| path.to_string_lossy().into_owned()));
    let flags = [
        ("--database", "serve.database", database.as_deref()),
        ("--token-file", "serve.token_file", token_file.as_deref()),
    ];
    args.kafka.configuration_with(&flags)?.settings()
}

fn serve(settings: &Settings, rebuild: bool) -> Fallible<()> {
    let control = Control::default();
    let address = settings.http.unwrap_or_else(|| SocketAddr::from(DEFAULT_ADDRESS));
    let Service { mut writer, progress, server } = prepare(settings, &control, address, rebuild)?;
    run_with_servers(vec![server], &control, || {
        let followed = follow(settings, &control, &progress, &mut writer);
        control.health.not_ready("stopped");
        followed
    })
}

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Opens the timeline and binds its address.
///
/// # Errors
/// If the file, the token or the links cannot be read, or the address is not available.
pub fn prepare(settings: &Settings, control: &Control, address: SocketAddr, rebuild: bool) -> Fallible<Service> {
    let token = settings.serve.token_file.as_deref().map(token).transpose()?;
    let links = settings.serve.links_file.as_deref().map(links).transpose()?.unwrap_or_default();
    let origins = settings.serve.origins.iter().map(|origin| origin.parse()).collect::<Result<_, _>>()?;
    let (store, writer) = Store::open(&settings.serve.database, rebuild)?;
    let progress = Arc::<Progress>::default();
    let Serve { hosts, limits, public_url, frame_ancestors, .. } = settings.serve.clone();
    let state = TimelineState::new(store, progress.clone(), limits.body_timeout);
    let router = timeline_router(
        state,
        health_state(control),
        &Access { token, origins, hosts, links, public_url, frame_ancestors },
    );
    let server = HttpServer::bind(address, "the timeline", router, limits, control.metrics.clone())?;
    Ok(Service { writer, progress, server })
}

/// Reads the token from its file.
///
/// # Errors
/// If it cannot be read, or is empty.
pub fn token(path: &Path) -> Result<String, String> {
    let problem = |reason: &dyn std::fmt::Display| format!("serve.token_file: {}: {reason}", path.display());
    let token = std::fs::read_to_string(path).map_err(|error| problem(&error))?.trim().to_owned();
    if token.is_empty() { Err(problem(&"the file is empty")) } else { Ok(token) }
}

/// The shortest secret of a link.
const SHORTEST_SECRET: usize = 16;

/// Reads the read-only links from their file.
///
/// # Errors
/// If it cannot be read, or a line is not a name and a secret.
pub fn links(path: &Path) -> Result<Vec<ReadOnlyLink>, String> {
    let problem = |reason: &dyn std::fmt::Display| format!("serve.links_file: {}: {reason}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| problem(&error))?;
    let is_comment = |line: &str| line.is_empty() || line.starts_with('#');
    let mut links: Vec<ReadOnlyLink> = Vec::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !is_comment(line)) {
        let mut parts = line.split_whitespace();
        let (Some(name), Some(secret), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(problem(&format!("line {number} must be a name and a secret, with a space between them")));
        };
        if secret.len() < SHORTEST_SECRET {
            let reason = format!("line {number}: the secret of {name:?} needs at least {SHORTEST_SECRET} characters");
            return Err(problem(&reason));
        }
        if links.iter().any(|link| link.name == name) {
            return Err(problem(&format!("line {number}: there is another link {name:?}")));
        }
        links.push(ReadOnlyLink { name: name.to_owned(), secret: secret.to_owned() });
    }
    Ok(links)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_names_with_secrets_that_are_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("links");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            links(&path).map(|links| links.into_iter().map(|link| link.name).collect::<Vec<_>>())
        };
        assert_eq!(
            read("# who\ndesk 0123456789abcdef\n\nphone fedcba9876543210"),
            Ok(vec!["desk".to_owned(), "phone".to_owned()])
        );
        for (text, reason) in [
            ("desk", "line 1 must be"),
            ("a b 0123456789abcdef", "line 1 must be"),
            ("desk short-secret", "at least 16"),
            ("desk 0123456789abcdef\ndesk 0123456789abcdeg", "line 2: there is another"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(reason) && !error.contains("short-secret"), "{error}");
        }
    }
}
