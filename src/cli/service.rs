//! The work on a wire with what stands around it in a process: signals that end it, and the pages that tell how it is.
//!
//! Must not know which command it serves.

use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::config::Settings;
use crate::stream::{self, Control, Shutdown};
use crate::web;

/// How long open connections may take at the end.
const LINGER: Duration = Duration::from_secs(2);

/// Does some work on this thread until it is done, or a signal, or `control`, ends it.
///
/// # Errors
/// If the work cannot start or go on, or the pages cannot be served.
pub fn serve<T>(
    settings: &Settings,
    control: &Control,
    work: impl FnOnce() -> Result<T, stream::Error>,
) -> Result<T, Box<dyn std::error::Error + Send + Sync>> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    listen(&runtime, &control.shutdown)?;
    let (ended, end) = oneshot::channel::<()>();
    let pages = settings.http.map(|address| {
        let status = web::Status { metrics: control.metrics.clone(), health: control.health.clone() };
        let shutdown = control.shutdown.clone();
        runtime.spawn(async move {
            let served = web::serve(address, status, async { drop(end.await) }).await;
            // Without its pages the worker must not go on: nobody would see how it is.
            shutdown.trigger();
            served
        })
    });
    let worked = work();
    drop(ended);
    if let Some(pages) = pages
        && let Ok(pages) = runtime.block_on(async { timeout(LINGER, pages).await })
    {
        pages??;
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
