//! Spans for a collector of OpenTelemetry: OTLP over HTTP.
//!
//! Must not know what is traced. Spans are sent with their fields, without the messages of the log.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Metadata;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;

use crate::config::Collector;

/// How long the collector may take to accept spans.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the program may take to send its last spans when it ends.
const LAST_TIMEOUT: Duration = Duration::from_secs(2);

/// What sends spans, once it has started.
static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Starts to send spans, on a thread of its own.
pub fn start<S>(collector: &Collector) -> impl Layer<S> + use<S>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span>,
{
    let provider = PROVIDER.get_or_init(|| {
        let resource = Resource::builder()
            .with_service_name("dateline")
            .with_attribute(KeyValue::new("service.version", crate::VERSION))
            .with_attribute(KeyValue::new("service.instance.id", collector.instance.clone()))
            .build();
        let builder = SdkTracerProvider::builder().with_resource(resource);
        match exporter(collector) {
            Ok(exporter) => builder.with_batch_exporter(exporter).build(),
            // The address was checked: without its thread there are no spans, but there is a worker.
            Err(_) => builder.build(),
        }
    });
    let is_ours = |metadata: &Metadata<'_>| metadata.is_span() && metadata.target().starts_with("dateline");
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("dateline"));
    layer.with_location(false).with_threads(false).with_filter(FilterFn::new(is_ours))
}

fn exporter(collector: &Collector) -> Result<SpanExporter, ExporterBuildError> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(SEND_TIMEOUT)).build();
    let builder = SpanExporter::builder().with_http().with_http_client(Client(agent.into()));
    builder.with_endpoint(&collector.traces).with_timeout(SEND_TIMEOUT).build()
}

/// Sends what is left.
pub fn finish() {
    if let Some(provider) = PROVIDER.get()
        && let Err(error) = provider.shutdown_with_timeout(LAST_TIMEOUT)
    {
        tracing::warn!(%error, "the last spans were not sent to the collector");
    }
}

/// Sends requests from the thread that collects the spans, which does nothing else.
#[derive(Debug)]
struct Client(ureq::Agent);

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let mut response = self.0.run(Request::from_parts(head, &body[..]))?;
        let body = Bytes::from(response.body_mut().read_to_vec()?);
        let (head, _) = response.into_parts();
        Ok(Response::from_parts(head, body))
    }
}
