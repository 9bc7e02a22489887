//! Whose an environment variable is: ours, of a Service of Kubernetes, or of something else.
//!
//! Every pod gets variables for each Service of its namespace, and one named `dateline` or `dateline-…` makes them begin as
//! ours do. Must not know what the values are for.

use std::net::SocketAddr;

/// What the names of our variables begin with.
pub(super) const PREFIX: &str = "DATELINE_";

/// The variables with our prefix that set nothing: their names alone, since the values may be secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ignored {
    /// Those that Kubernetes injects for Services.
    pub injected: Vec<String>,
    /// Those that are like no section and no key.
    pub foreign: Vec<String>,
}

/// Returns the key that a variable names: `kafka.brokers` for `DATELINE_KAFKA__BROKERS`; `None` without our prefix.
pub(super) fn key(name: &str) -> Option<String> {
    name.strip_prefix(PREFIX).map(|rest| rest.to_lowercase().replace("__", "."))
}

/// Returns the section that a variable names, or seems to: what stands before the first underscore.
pub(super) fn section(key: &str) -> &str {
    key.split(['.', '_']).next().unwrap_or(key)
}

/// Whether Kubernetes injects such a variable for a Service. Where a name alone could be meant for us, the value decides:
/// `…_PORT` is the URL of an endpoint, such as `tcp://10.96.0.12:80`.
pub(super) fn is_injected(name: &str, value: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX.trim_end_matches('_')) else { return false };
    // The names of ports may be anything.
    rest.ends_with("_SERVICE_HOST")
        || rest.ends_with("_SERVICE_PORT")
        || rest.contains("_SERVICE_PORT_")
        || is_port(rest)
        || (rest.ends_with("_PORT") && is_endpoint(value))
}

/// Whether a name ends as those of one port do: `…_PORT_8080_TCP`, and the same with `_PROTO`, `_PORT` or `_ADDR`.
fn is_port(name: &str) -> bool {
    let whole = ["_PROTO", "_PORT", "_ADDR"].iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
    let numbered = ["_TCP", "_UDP", "_SCTP"].iter().find_map(|protocol| whole.strip_suffix(protocol));
    numbered.and_then(|it| it.rsplit_once("_PORT_")).is_some_and(|(_, number)| number.parse::<u16>().is_ok())
}

/// Whether a value is the URL of an endpoint. An IPv6 address stands in brackets there.
fn is_endpoint(value: &str) -> bool {
    let address = value.split_once("://").filter(|(protocol, _)| ["tcp", "udp", "sctp"].contains(protocol));
    address.is_some_and(|(_, address)| address.parse::<SocketAddr>().is_ok())
}
