//! The requests to a registry over HTTP.

use std::io;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ureq::http::{Request, StatusCode, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::{Agent, Body};

use super::Outage;
use crate::config::SchemaRegistry;

/// How long an answer may take in all.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest answer. A schema of a whole vocabulary has some hundreds of kilobytes.
const MAX_ANSWER: u64 = 8 << 20;
/// What registries call their JSON.
const CONTENT_TYPE: &str = "application/vnd.schemaregistry.v1+json";
/// How they say that a schema, a subject or a version of it does not exist, apart from a wrong address.
const NOT_FOUND: [i64; 3] = [40401, 40402, 40403];

/// A schema as a registry has it.
#[derive(Debug, Deserialize)]
pub struct Answer {
    pub schema: String,
    #[serde(rename = "schemaType", default = "avro")]
    pub schema_type: String,
    #[serde(default)]
    pub references: Vec<Reference>,
}

fn avro() -> String {
    "AVRO".to_owned()
}

/// A schema that another refers to.
#[derive(Debug, Clone, Deserialize)]
pub struct Reference {
    pub name: String,
    pub subject: String,
    pub version: i64,
}

#[derive(Serialize)]
struct NewSchema<'s> {
    schema: &'s str,
    #[serde(rename = "schemaType")]
    schema_type: &'s str,
}

#[derive(Deserialize)]
struct Registered {
    id: u32,
}

/// What is wrong, as registries say it.
#[derive(Deserialize)]
struct Problem {
    error_code: i64,
    #[serde(default)]
    message: String,
}

/// Asks a registry, which may have several addresses.
#[derive(Debug)]
pub struct Client {
    settings: SchemaRegistry,
    agent: Agent,
}

impl Client {
    pub fn new(settings: &SchemaRegistry) -> Result<Self, String> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("dateline/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls(settings)?)
            .build();
        Ok(Self { settings: settings.clone(), agent: config.into() })
    }

    /// The first address, by which people know the registry.
    pub fn address(&self) -> &str {
        self.settings.urls.first().map_or("", String::as_str)
    }

    /// Returns a schema; `None` if there is none.
    pub fn get(&self, path: &str) -> Result<Option<Answer>, Outage> {
        self.ask(path, None)
    }

    /// Returns the schema of a version of a subject; `None` if there is none.
    pub fn get_version(&self, subject: &str, version: i64) -> Result<Option<Answer>, Outage> {
        self.ask(&format!("subjects/{}/versions/{version}", encoded(subject)), None)
    }

    pub fn register(&self, subject: &str, schema_type: &str, schema: &str) -> Result<u32, Outage> {
        let path = format!("subjects/{}/versions", encoded(subject));
        let new = serde_json::to_vec(&NewSchema { schema, schema_type }).map_err(|error| Outage(error.to_string()))?;
        let registered: Option<Registered> = self.ask(&path, Some(&new))?;
        let missing = || Outage(format!("the schema registry {} does not know the subject {subject}", self.address()));
        registered.map(|it| it.id).ok_or_else(missing)
    }

    pub fn types(&self) -> Result<Vec<String>, Outage> {
        let types = self.ask("schemas/types", None)?;
        types.ok_or_else(|| Outage(format!("{} does not answer as a schema registry does", self.address())))
    }

    /// Asks one address after the other, until one answers.
    fn ask<T: DeserializeOwned>(&self, path: &str, body: Option<&[u8]>) -> Result<Option<T>, Outage> {
        let mut outage = Outage("there is no schema registry".to_owned());
        for url in &self.settings.urls {
            match self.ask_at(url, path, body) {
                Ok(answer) => return Ok(answer),
                Err(problem) => outage = Outage(format!("the schema registry {url} {problem}")),
            }
        }
        Err(outage)
    }

    fn ask_at<T: DeserializeOwned>(&self, url: &str, path: &str, body: Option<&[u8]>) -> Result<Option<T>, String> {
        let mut request = Request::builder().uri(format!("{url}/{path}")).header(header::ACCEPT, CONTENT_TYPE);
        if let Some(credentials) = self.settings.authorization()? {
            request = request.header(header::AUTHORIZATION, credentials);
        }
        let failed = |error: ureq::Error| format!("does not answer: {error}");
        let built = |error: ureq::http::Error| format!("cannot be asked: {error}");
        let mut response = match body {
            Some(body) => {
                let request = request.method("POST").header(header::CONTENT_TYPE, CONTENT_TYPE);
                self.agent.run(request.body(body).map_err(built)?).map_err(failed)?
            }
            None => self.agent.run(request.body(()).map_err(built)?).map_err(failed)?,
        };
        let status = response.status();
        let answer = text(response.body_mut()).map_err(failed)?;
        if status.is_success() {
            let read = serde_json::from_str(&answer).map(Some);
            return read.map_err(|error| format!("does not answer as a schema registry does: {error}"));
        }
        let problem: Option<Problem> = serde_json::from_str(&answer).ok();
        match problem {
            Some(problem) if NOT_FOUND.contains(&problem.error_code) => Ok(None),
            problem => Err(refused(status, problem)),
        }
    }
}

fn text(body: &mut Body) -> Result<String, ureq::Error> {
    body.with_config().limit(MAX_ANSWER).read_to_string()
}

/// Says why a registry did not do what it was asked to.
fn refused(status: StatusCode, problem: Option<Problem>) -> String {
    let said = problem.map(|problem| format!(": {}", problem.message)).unwrap_or_default();
    let hint = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "; check `basic.auth.user.info` or `bearer.auth.token` of schema.registry"
        }
        StatusCode::NOT_FOUND => "; check `url` of schema.registry, which may need a path (such as `/apis/ccompat/v7`)",
        StatusCode::CONFLICT => "; the subject has another schema, with which this one is not compatible",
        _ => "",
    };
    format!("answers {status}{said}{hint}")
}

/// Encodes a part of a path.
fn encoded(part: &str) -> String {
    form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>().replace('+', "%20")
}

/// By the OpenSSL that is built in for Kafka, with the authorities of the system unless others are set.
fn tls(settings: &SchemaRegistry) -> Result<TlsConfig, String> {
    let mut config = TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::PlatformVerifier);
    if let Some(path) = &settings.ca_file {
        let read = |error: io::Error| format!("ssl.ca.location: cannot read {}: {error}", path.display());
        let pem = std::fs::read(path).map_err(read)?;
        let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
            .filter_map(Result::ok)
            .filter_map(|item| if let PemItem::Certificate(it) = item { Some(it) } else { None })
            .collect();
        if certificates.is_empty() {
            return Err(format!("ssl.ca.location: {} has no certificate in PEM", path.display()));
        }
        config = config.root_certs(certificates.into());
    }
    Ok(config.build())
}
