//! `telemetry.otlp`: the collector to which spans are sent.

use super::validate::Check;
use super::{Collector, Error, raw};

const KEY: &str = "telemetry.otlp";

impl Check<'_> {
    /// Returns the collector, if there is one.
    pub(super) fn collector(&self, raw: &raw::Raw) -> Result<Option<Collector>, Error> {
        let text = &raw.telemetry.otlp;
        if text.is_empty() {
            return Ok(None);
        }
        if !cfg!(feature = "otlp") {
            let problem = "this program was built without it; build one with `cargo build --release --features otlp`, or \
                           leave the key empty";
            return Err(self.error(KEY, problem));
        }
        if text.starts_with("https://") {
            let problem = "TLS is not supported; name a collector on this machine or in this network, which forwards what it \
                           gets";
            return Err(self.error(KEY, problem));
        }
        let base = text.trim_end_matches('/');
        let uri = base.parse::<axum::http::Uri>().ok();
        let uri = uri.filter(|uri| uri.scheme_str() == Some("http") && uri.host().is_some() && uri.query().is_none());
        if uri.is_none() {
            let problem = format!("{text:?} is not an address such as http://localhost:4318");
            return Err(self.error(KEY, problem));
        }
        let instance = format!("{}-{}", raw.kafka.group, raw.kafka.instance);
        Ok(Some(Collector { traces: format!("{base}/v1/traces"), instance }))
    }
}
