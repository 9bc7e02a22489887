//! `dateline serve`: the timeline, to be asked and looked at.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::kafka::KafkaArgs;
use super::service::{beside, status};
use super::{FAILED, USAGE, failed};
use crate::config::{Error, Settings};
use crate::store::{Store, Writer};
use crate::stream::Control;
use crate::stream::follow::follow;
use crate::telemetry::{Progress, start_log};
use crate::web::{Access, Site, Timeline, timeline};

/// Where it is served if nothing else is said.
const USUAL: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 8080);

/// Serves the timeline: follows the topics that workers publish, keeps what they say in a file, and answers an API, a
/// live feed and a page, until it is told to end (Ctrl-C, SIGTERM).
///
/// What it has read it does not read again, so that it can be stopped and started at any time.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The file that keeps the timeline; made where it is missing.
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Throw away what the file holds and read the topics from their beginning.
    #[arg(long)]
    rebuild: bool,
    /// A file with a secret that all who ask must give, as `Authorization: Bearer`.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    #[command(flatten)]
    kafka: KafkaArgs,
}

/// A timeline with what fills it and what serves it.
pub struct Service {
    /// What fills it.
    pub writer: Writer,
    /// How far that is.
    pub progress: Arc<Progress>,
    /// What serves it.
    pub site: Site,
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
    tracing::info!(
        version = crate::VERSION, brokers = settings.kafka.brokers, database = %settings.serve.database.display(),
        rebuild = args.rebuild, "starting"
    );
    match serve(&settings, args.rebuild) {
        Ok(()) => {
            tracing::info!("ended as asked");
            ExitCode::SUCCESS
        }
        Err(error) => failed(FAILED, &error),
    }
}

fn settings(args: &ServeArgs) -> Result<Settings, Error> {
    let [database, token_file] =
        [&args.database, &args.token_file].map(|path| path.as_ref().map(|path| path.to_string_lossy().into_owned()));
    let own = [
        ("--database", "serve.database", database.as_deref()),
        ("--token-file", "serve.token_file", token_file.as_deref()),
    ];
    args.kafka.configuration_with(&own)?.settings()
}

fn serve(settings: &Settings, rebuild: bool) -> Fallible<()> {
    let control = Control::default();
    let address = settings.http.unwrap_or_else(|| SocketAddr::from(USUAL));
    let Service { mut writer, progress, site } = prepare(settings, &control, address, rebuild)?;
    beside(vec![site], &control, || {
        let followed = follow(settings, &control, &progress, &mut writer);
        control.health.not_ready("ended");
        followed
    })
}

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Opens the timeline and takes its address.
///
/// # Errors
/// If the file or the token cannot be read, or the address cannot be had.
pub fn prepare(settings: &Settings, control: &Control, address: SocketAddr, rebuild: bool) -> Fallible<Service> {
    let token = settings.serve.token_file.as_deref().map(token).transpose()?;
    let origins = settings.serve.origins.iter().map(|origin| origin.parse()).collect::<Result<_, _>>()?;
    let (store, writer) = Store::open(&settings.serve.database, rebuild)?;
    let progress = Arc::<Progress>::default();
    let router = timeline(Timeline::new(store, progress.clone()), status(control), &Access { token, origins });
    let site = Site::bind(address, "the timeline", router)?;
    Ok(Service { writer, progress, site })
}

/// The secret in a file.
///
/// # Errors
/// If it cannot be read, or is empty.
pub fn token(path: &Path) -> Result<String, String> {
    let told = |why: &dyn std::fmt::Display| format!("serve.token_file: {}: {why}", path.display());
    let token = std::fs::read_to_string(path).map_err(|error| told(&error))?.trim().to_owned();
    if token.is_empty() { Err(told(&"the file is empty")) } else { Ok(token) }
}
