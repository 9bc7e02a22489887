//! The server: it accepts connections and serves a router on them, within limits.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use socket2::{Domain, Socket, Type};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_io_timeout::TimeoutWriter;

use super::connections::{Admission, Connections, Request};
use super::health::is_health;
use super::opening::open;
use super::problem::Problem;
use crate::config::HttpLimits;
use crate::telemetry::Metrics;

/// How many connections the operating system keeps until they are accepted.
const BACKLOG: i32 = 1024;
/// The most bytes of a request's headers.
const MAX_HEAD: usize = 64 << 10;
/// The pause after a connection could not be accepted and none could be closed for it.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A router with the address that it is served at.
#[derive(Debug)]
pub struct HttpServer {
    listener: TcpListener,
    name: &'static str,
    router: Router,
    limits: HttpLimits,
    metrics: Arc<Metrics>,
}

impl HttpServer {
    /// Binds to an address. The name is for the log.
    ///
    /// # Errors
    /// If the address is not available.
    pub fn bind(
        address: SocketAddr,
        name: &'static str,
        router: Router,
        limits: HttpLimits,
        metrics: Arc<Metrics>,
    ) -> io::Result<Self> {
        let listener = listen(address)
            .map_err(|error| io::Error::new(error.kind(), format!("http: cannot listen on {address}: {error}")))?;
        Ok(Self { listener, name, router, limits, metrics })
    }

    /// Returns the address, with the actual port where port 0 was requested.
    ///
    /// # Errors
    /// If the operating system does not report it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Logs the address, and serves until `shutdown` completes.
    ///
    /// # Errors
    /// If the socket cannot be used.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        tracing::info!(address = %self.address()?, "serving {}", self.name);
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let connections = Connections::new(self.limits.connections, self.metrics);
        let graceful = GracefulShutdown::new();
        let (serving, _) = watch::channel(());
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut shutdown => break,
            };
            match accepted {
                Ok((stream, _)) => {
                    if let Some(place) = connections.admit().await {
                        let (watcher, stopping) = (graceful.watcher(), serving.subscribe());
                        let connection = Connection { place, watcher, stopping };
                        tokio::spawn(connection.serve(stream, self.router.clone(), self.limits));
                    }
                }
                Err(error) => recover(&error, &connections).await,
            }
        }
        drop((listener, serving));
        graceful.shutdown().await;
        Ok(())
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // A restarted server would have to wait for old connections.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Makes room after a connection could not be accepted: the process may have as many files open as it is allowed.
async fn recover(error: &io::Error, connections: &Connections) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        // The client is gone already.
    } else if connections.close_longest_waiting() {
        tokio::task::yield_now().await;
    } else {
        tracing::warn!(%error, "a connection could not be accepted; see `ulimit -n`");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

/// A connection that was accepted.
struct Connection {
    place: Arc<Admission>,
    watcher: Watcher,
    /// Closed at shutdown.
    stopping: watch::Receiver<()>,
}

impl Connection {
    /// Serves requests until the client closes the connection, a limit is exceeded, or the server shuts down.
    async fn serve(self, stream: TcpStream, router: Router, limits: HttpLimits) {
        let Self { place, watcher, mut stopping } = self;
        let opened = tokio::select! {
            opened = open(stream, limits.header_timeout) => opened,
            _ = stopping.changed() => None,
            () = place.closed() => None,
        };
        let Some((reader, writer)) = opened else { return };
        let mut writer = TimeoutWriter::new(writer);
        writer.set_timeout(Some(limits.send_timeout));
        let stream = tokio::io::join(reader, Box::pin(writer));
        let (routes, requests) = (TowerToHyperService::new(router), place.clone());
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let busy = requests.begin(is_health(request.uri().path()));
            let response = busy.map(|busy| (busy, routes.call(request)));
            async move {
                let Some((busy, response)) = response else { return Ok(too_busy()) };
                let response = response.await?;
                Ok::<_, Infallible>(response.map(|body| Body::new(CountedBody { body, _busy: busy })))
            }
        });
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        tokio::select! {
            served = watcher.watch(served) => {
                if let Err(error) = served {
                    tracing::debug!(%error, "a connection ended early");
                }
            }
            () = place.closed() => {}
        }
    }
}

fn too_busy() -> Response {
    let detail = "the server has as many connections as serve.max_connections allows; try again later";
    let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The body of a response, which keeps its connection busy until it is sent.
struct CountedBody {
    body: Body,
    _busy: Request,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use futures_util::{StreamExt, stream};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::Notify;

    use super::super::guard::guarded;
    use super::*;

    fn bind(address: SocketAddr) -> io::Result<HttpServer> {
        HttpServer::bind(address, "nothing", Router::new(), HttpLimits::default(), Arc::default())
    }

    #[test]
    fn an_address_in_use_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let error = bind(address).unwrap_err().to_string();
        assert!(error.starts_with(&format!("http: cannot listen on {address}: ")), "{error}");
    }

    #[tokio::test]
    async fn a_server_stops_on_shutdown() {
        bind("127.0.0.1:0".parse().unwrap()).unwrap().serve(async {}).await.unwrap();
    }

    /// What the server sends until it closes the connection.
    async fn exchange(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut received = String::new();
        stream.read_to_string(&mut received).await.unwrap();
        received
    }

    #[tokio::test]
    async fn a_body_that_panics_is_cut_and_nothing_else_is_affected() {
        let body = || async {
            Body::from_stream(stream::iter([false, true]).map(|fails| {
                assert!(!fails, "a bug in a body");
                Ok::<_, io::Error>(vec![b'x'; 1 << 20])
            }))
        };
        let router = Router::new().route("/cut", get(body)).route("/whole", get(|| async { "whole" }));
        let metrics = Arc::<Metrics>::default();
        let router = guarded(router, metrics.clone());
        let address = "127.0.0.1:0".parse().unwrap();
        let server = HttpServer::bind(address, "a test", router, HttpLimits::default(), metrics.clone()).unwrap();
        let address = server.address().unwrap();
        let served = tokio::spawn(server.serve(std::future::pending()));
        let cut = exchange(address, "/cut").await;
        assert!(cut.starts_with("HTTP/1.1 200 OK\r\n") && !cut.ends_with("0\r\n\r\n"), "{} bytes", cut.len());
        assert!(exchange(address, "/whole").await.ends_with("\r\n\r\nwhole"));
        assert!(metrics.encode().unwrap().contains("dateline_http_panics_total 1\n"));
        served.abort();
    }

    #[tokio::test]
    async fn a_shutdown_waits_for_responses_and_not_for_connections_without_a_request() {
        let [begun, released] = [(); 2].map(|()| Arc::<Notify>::default());
        let slow = {
            let (begun, released) = (begun.clone(), released.clone());
            || async move {
                begun.notify_one();
                released.notified().await;
                "complete"
            }
        };
        let router = Router::new().route("/slow", get(slow));
        let address = "127.0.0.1:0".parse().unwrap();
        let server = HttpServer::bind(address, "a test", router, HttpLimits::default(), Arc::default()).unwrap();
        let address = server.address().unwrap();
        let stop = Arc::<Notify>::default();
        let stopped = stop.clone();
        let served = tokio::spawn(server.serve(async move { stopped.notified().await }));
        let _silent = TcpStream::connect(address).await.unwrap();
        let response = tokio::spawn(async move { exchange(address, "/slow").await });
        begun.notified().await;
        stop.notify_one();
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        released.notify_one();
        assert!(response.await.unwrap().ends_with("complete"));
        served.await.unwrap().unwrap();
    }
}
