//! The work on a wire with what stands around it in a process: signals that end it, and the pages that tell how it is.
//!
//! Must not know which command it serves.

use std::io;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::time::timeout_at;

use crate::config::Settings;
use crate::stream::{self, Control, Shutdown};
use crate::web::{self, Site};

/// How long open connections may take at the end.
const LINGER: Duration = Duration::from_secs(2);

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Does some work on this thread until it is done, or a signal, or `control`, ends it. Serves the pages that tell how
/// the work is, where the settings ask for them.
///
/// # Errors
/// If the work cannot start or go on, or the pages cannot be served.
pub fn serve<T>(
    settings: &Settings,
    control: &Control,
    work: impl FnOnce() -> Result<T, stream::Error>,
) -> Fallible<T> {
    beside(health(settings, control)?, control, work)
}

/// The pages that tell how the work is, where the settings ask for them.
///
/// # Errors
/// If their address cannot be had.
pub fn health(settings: &Settings, control: &Control) -> io::Result<Vec<Site>> {
    let site = |address| Site::bind(address, "health and metrics", web::router(status(control)));
    settings.http.map(site).into_iter().collect()
}

/// What the pages that tell how work is are answered from.
pub fn status(control: &Control) -> web::Status {
    web::Status { metrics: control.metrics.clone(), health: control.health.clone() }
}

/// Does some work on this thread until it is done, or a signal, or `control`, ends it; serves sites meanwhile.
///
/// # Errors
/// If the work cannot start or go on, or a site cannot be served.
pub fn beside<T>(sites: Vec<Site>, control: &Control, work: impl FnOnce() -> Result<T, stream::Error>) -> Fallible<T> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    listen(&runtime, &control.shutdown)?;
    let (ended, end) = watch::channel(());
    let served = sites.into_iter().map(|site| {
        let (shutdown, mut end) = (control.shutdown.clone(), end.clone());
        runtime.spawn(async move {
            let served = site.serve(async move { drop(end.changed().await) }).await;
            // Without its pages the work must not go on: nobody would see how it is.
            shutdown.trigger();
            served
        })
    });
    let served: Vec<_> = served.collect();
    let worked = work();
    drop(ended);
    let until = Instant::now() + LINGER;
    for site in served {
        if let Ok(site) = runtime.block_on(async { timeout_at(until.into(), site).await }) {
            site??;
        }
    }
    runtime.shutdown_background();
    Ok(worked?)
}

/// Lets the signals that ask a program to end raise the flag.
fn listen(runtime: &Runtime, shutdown: &Shutdown) -> io::Result<()> {
    let shutdown = shutdown.clone();
    let _inside = runtime.enter();
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    runtime.spawn(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
        tracing::info!("asked to end; finishing the batch in hand");
        shutdown.trigger();
    });
    Ok(())
}
