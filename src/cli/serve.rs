//! `dateline serve`: the timeline as an API, a live feed and a page.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::kafka::KafkaArgs;
use super::service::{health_state, run_with_servers};
use super::{FAILED, failed};
use crate::config::{Error, Serve, Settings};
use crate::store::{self, Store, Writer};
use crate::stream::Control;
use crate::stream::follow::follow;
use crate::telemetry::Progress;
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
    /// Delete the contents of the file and read the topics from their beginning, once: the file remembers it, so that the flag
    /// can stay in a manifest. A start without it, or with another NAME, such as the day, lets it rebuild again
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    rebuild: Option<String>,
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
    let settings = match args.kafka.start(settings(args), |settings| settings) {
        Ok(settled) => settled,
        Err(code) => return code,
    };
    tracing::info!(
        version = crate::VERSION, brokers = settings.kafka.brokers, database = %settings.serve.database.display(),
        rebuild = args.rebuild.is_some(), "starting"
    );
    match serve(&settings, args.rebuild.as_deref()) {
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

fn serve(settings: &Settings, rebuild: Option<&str>) -> Fallible<()> {
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
pub fn prepare(
    settings: &Settings,
    control: &Control,
    address: SocketAddr,
    rebuild: Option<&str>,
) -> Fallible<Service> {
    let token = settings.serve.token_file.as_deref().map(token).transpose()?;
    let links = settings.serve.links_file.as_deref().map(links).transpose()?.unwrap_or_default();
    let origins = settings.serve.origins.iter().map(|origin| origin.parse()).collect::<Result<_, _>>()?;
    let (store, writer) = open(&settings.serve.database, rebuild)?;
    control.metrics.serve_timeline();
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

/// Opens the timeline; with `rebuild` its contents are deleted, unless they were under this name at an earlier start.
fn open(database: &Path, rebuild: Option<&str>) -> Result<(Store, Writer), store::Error> {
    let was_rebuilt = rebuild.is_some_and(|name| Store::was_rebuilt(database, name).unwrap_or(false));
    if was_rebuilt {
        tracing::info!(
            "an earlier start rebuilt the database with this --rebuild, so that it is not done again; give it another name \
             (--rebuild=NAME), or start once without it, to rebuild again"
        );
    }
    let (store, writer) = Store::open(database, rebuild.is_some() && !was_rebuilt)?;
    writer.remember_rebuild(rebuild)?;
    Ok((store, writer))
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
    fn a_rebuild_that_is_left_in_a_manifest_is_done_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timeline.db");
        let birth = |rebuild: Option<&str>| open(&path, rebuild).unwrap().0.version();
        let first = birth(None);
        let rebuilt = birth(Some(""));
        assert_ne!(first, rebuilt);
        assert_eq!(birth(Some("")), rebuilt, "the next start goes on with it");
        let named = birth(Some("2026-11-29"));
        assert_ne!(named, rebuilt);
        assert_eq!([birth(Some("2026-11-29")), birth(None)], [named.clone(), named.clone()]);
        assert_ne!(birth(Some("2026-11-29")), named, "there was a start without it");
    }

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
