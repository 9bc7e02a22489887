//! What surrounds the work of a long-running command: signals that stop it, and HTTP servers that report on it.
//!
//! Must not know which command it runs.

use std::io;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::{timeout, timeout_at};

use super::FAILED;
use crate::config::Settings;
use crate::stream::{self, Control, Shutdown};
use crate::web::{self, HealthState, HttpServer};

/// How long open connections may take to finish at shutdown.
const GRACE: Duration = Duration::from_secs(2);

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Runs some work on this thread until it is done, or a signal or `control` stops it. Serves health and metrics
/// meanwhile, if the settings ask for that.
///
/// # Errors
/// If the work or the server fails.
pub fn run_with_health<T>(
    settings: &Settings,
    control: &Control,
    work: impl FnOnce() -> Result<T, stream::Error>,
) -> Fallible<T> {
    run_with_servers(health_server(settings, control)?.into_iter().collect(), control, work)
}

/// Returns the server of health and metrics, if the settings ask for one.
///
/// # Errors
/// If its address is not available.
pub fn health_server(settings: &Settings, control: &Control) -> io::Result<Option<HttpServer>> {
    let bind = |address| {
        let (router, metrics) = (web::health_router(health_state(control)), control.metrics.clone());
        HttpServer::bind(address, "health and metrics", router, settings.serve.limits, metrics)
    };
    settings.http.map(bind).transpose()
}

/// Returns the state that health and metrics are served from.
pub fn health_state(control: &Control) -> HealthState {
    HealthState { metrics: control.metrics.clone(), health: control.health.clone() }
}

/// Runs some work on this thread until it is done, or a signal or `control` stops it; runs the servers meanwhile.
///
/// # Errors
/// If the work or a server fails.
pub fn run_with_servers<T>(
    servers: Vec<HttpServer>,
    control: &Control,
    work: impl FnOnce() -> Result<T, stream::Error>,
) -> Fallible<T> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    trigger_on_signals(&runtime, &control.shutdown)?;
    let (done, stop) = watch::channel(());
    let tasks = servers.into_iter().map(|server| {
        let (shutdown, mut stop) = (control.shutdown.clone(), stop.clone());
        runtime.spawn(async move {
            let result = server.serve(async move { drop(stop.changed().await) }).await;
            // The work must not continue unobserved.
            shutdown.trigger();
            result
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let result = work();
    drop(done);
    let deadline = Instant::now() + GRACE;
    for task in tasks {
        if let Ok(task) = runtime.block_on(async { timeout_at(deadline.into(), task).await }) {
            task??;
        }
    }
    runtime.shutdown_background();
    Ok(result?)
}

/// Triggers the shutdown on SIGTERM and Ctrl-C. A second signal ends the process at once, and so does the end of the time
/// that a shutdown may take: a call to the brokers can hang in librdkafka. Nothing is lost: what was not committed is read
/// again.
fn trigger_on_signals(runtime: &Runtime, shutdown: &Shutdown) -> io::Result<()> {
    let shutdown = shutdown.clone();
    let _entered = runtime.enter();
    let mut signals = Signals::new()?;
    runtime.spawn(async move {
        signals.next().await;
        tracing::info!("shutting down; finishing the current batch; a second signal ends it at once");
        shutdown.trigger();
        match timeout(stream::MAX_SHUTDOWN_TIME, signals.next()).await {
            Ok(()) => tracing::warn!("a second signal: ending at once; what was not committed will be read again"),
            Err(_) => tracing::error!("the shutdown takes too long: ending; what was not committed will be read again"),
        }
        std::process::exit(FAILED.into());
    });
    Ok(())
}

/// The signals that stop the program.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next one.
    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
