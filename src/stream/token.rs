//! Authentication with OAUTHBEARER: the token is in a file that something else keeps fresh, as Kubernetes and the agents
//! of identity providers do. librdkafka asks for a new token before the last one expires. When that is says the token itself, if it
//! is a JSON Web Token or one of AWS (MSK IAM), or a second file.
//!
//! Must not know who asks, or where tokens come from.

use std::error::Error;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDateTime, TimeDelta};
use rdkafka::client::OAuthToken;
use serde::Deserialize;

use crate::config::Kafka;

/// The file that holds the token, if tokens are used, and the one that holds its expiry, if there is one.
#[derive(Debug, Clone, Default)]
pub struct TokenFile {
    token: Option<PathBuf>,
    expiry: Option<PathBuf>,
}

/// What a JSON Web Token claims. The brokers verify it.
#[derive(Deserialize)]
struct Claims {
    /// Whom it was issued to.
    #[serde(default)]
    sub: String,
    /// When it expires, in seconds since 1970.
    exp: Option<f64>,
}

/// What a token says of itself.
#[derive(Debug, Default, PartialEq)]
struct Said {
    /// Whom it was issued to; empty if it does not say.
    principal: String,
    /// When it expires, in milliseconds since 1970.
    expiry: Option<i64>,
}

impl TokenFile {
    /// Uses the files that are configured.
    pub fn new(kafka: &Kafka) -> Self {
        Self { token: kafka.token_file.clone(), expiry: kafka.token_expiry_file.clone() }
    }

    /// Returns whether tokens are used.
    pub fn is_used(&self) -> bool {
        self.token.is_some()
    }

    /// Reads the token from the file. No error contains any part of the token.
    pub fn token(&self) -> Result<OAuthToken, Box<dyn Error>> {
        let path = self.token.as_deref().ok_or("kafka.token_file is not set")?;
        let token = read(path, "kafka.token_file")?;
        let Said { principal, expiry } = claims(&token).or_else(|| signed_request(&token)).unwrap_or_default();
        let expiry = match &self.expiry {
            Some(path) => Some(expiry_in(path)?),
            None => expiry,
        };
        let lifetime_ms = expiry.ok_or_else(|| {
            let problem = "neither a JSON Web Token with an expiry time (exp) nor a token of AWS (MSK IAM); name a file \
                           with its expiry as kafka.token_expiry_file";
            problem_with(path, "kafka.token_file", problem)
        })?;
        Ok(OAuthToken { token, principal_name: principal, lifetime_ms })
    }
}

fn problem_with(path: &Path, key: &str, problem: &str) -> String {
    format!("{} ({key}): {problem}", path.display())
}

fn read(path: &Path, key: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| problem_with(path, key, &error.to_string()))?;
    Ok(text.trim().to_owned())
}

/// Returns the time in a file, in milliseconds since 1970.
fn expiry_in(path: &Path) -> Result<i64, String> {
    /// Seconds of later than the year 5000 are milliseconds.
    const MILLISECONDS: i64 = 100_000_000_000;
    let key = "kafka.token_expiry_file";
    let text = read(path, key)?;
    let number = text.parse::<i64>().ok().filter(|number| *number > 0);
    let number = number.map(|number| if number < MILLISECONDS { number * 1000 } else { number });
    let time = || DateTime::parse_from_rfc3339(&text).ok().map(|time| time.timestamp_millis());
    number.or_else(time).ok_or_else(|| {
        problem_with(path, key, "not a time such as 2026-03-10T09:00:00Z, or seconds or milliseconds since 1970")
    })
}

/// Reads the claims of a JSON Web Token.
fn claims(token: &str) -> Option<Said> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let Claims { sub, exp } = serde_json::from_slice(&claims).ok()?;
    Some(Said { principal: sub, expiry: exp.map(|exp| (exp * 1000.0) as i64) })
}

/// Reads a token of AWS: a signed address, in Base64 or as it is, which says when it was signed and for how many seconds.
fn signed_request(token: &str) -> Option<Said> {
    let decoded = URL_SAFE_NO_PAD.decode(token.trim_end_matches('=')).ok();
    let address = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| token.to_owned());
    let (_, query) = address.split_once('?')?;
    let parameter = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let signed = NaiveDateTime::parse_from_str(parameter("X-Amz-Date")?, "%Y%m%dT%H%M%SZ").ok()?.and_utc();
    let lasts = TimeDelta::try_seconds(parameter("X-Amz-Expires")?.parse().ok()?)?;
    // Its first part is the id of the key that signed it, which is no secret.
    let credential = parameter("X-Amz-Credential").unwrap_or_default();
    let principal = credential.split(['/', '%']).next().unwrap_or_default().to_owned();
    Some(Said { principal, expiry: Some(signed.checked_add_signed(lasts)?.timestamp_millis()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(token: &Path, expiry: Option<&Path>) -> TokenFile {
        TokenFile { token: Some(token.to_owned()), expiry: expiry.map(Path::to_owned) }
    }

    fn jwt(claims: &str) -> String {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        format!("{}.{}.c2lnbmF0dXJl\n", part(r#"{"alg":"RS256"}"#), part(claims))
    }

    #[test]
    fn the_file_is_read_each_time_a_token_is_needed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let tokens = tokens(file.path(), None);
        for (sub, exp) in [("desk", 1_900_000_000_i64), ("night-desk", 1_900_003_600)] {
            let text = jwt(&format!(r#"{{"sub":"{sub}","exp":{exp}}}"#));
            std::fs::write(file.path(), &text).unwrap();
            let token = tokens.token().unwrap();
            let found = (token.token.as_str(), token.principal_name.as_str(), token.lifetime_ms);
            assert_eq!(found, (text.trim_end(), sub, exp * 1000));
        }
    }

    #[test]
    fn the_error_for_an_invalid_token_does_not_contain_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let aws = URL_SAFE_NO_PAD.encode("https://kafka.example/?hunter2&X-Amz-Date=20260310T090000Z");
        for text in ["hunter2", "hunter2.hunter2.hunter2", &jwt(r#"{"sub":"hunter2"}"#), &aws] {
            std::fs::write(file.path(), text).unwrap();
            let error = tokens(file.path(), None).token().err().unwrap().to_string();
            assert!(error.contains("(kafka.token_file): neither a JSON Web Token"), "{error}");
            assert!(!error.contains("hunter2") && !error.contains(text.trim()), "{error}");
        }
    }

    #[test]
    fn a_token_of_aws_says_when_it_was_signed_and_for_how_long() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let address = "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect\
                       &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260310%2Feu-west-1\
                       &X-Amz-Date=20260310T090000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=0f";
        let encoded = URL_SAFE_NO_PAD.encode(address);
        for text in [encoded.clone(), format!("{encoded}==\n"), address.to_owned()] {
            std::fs::write(file.path(), &text).unwrap();
            let token = tokens(file.path(), None).token().unwrap();
            assert_eq!((token.token.as_str(), token.principal_name.as_str()), (text.trim(), "AKIDEXAMPLE"));
            assert_eq!(token.lifetime_ms, 1_773_134_100_000, "15 minutes after nine");
        }
    }

    #[test]
    fn the_expiry_of_any_token_may_be_in_a_second_file() {
        let [token, expiry] = [(); 2].map(|()| tempfile::NamedTempFile::new().unwrap());
        std::fs::write(token.path(), "opaque\n").unwrap();
        let both = tokens(token.path(), Some(expiry.path()));
        for text in ["1773134100", "1773134100000", "2026-03-10T09:15:00Z\n", "2026-03-10T10:15:00+01:00"] {
            std::fs::write(expiry.path(), text).unwrap();
            assert_eq!(both.token().unwrap().lifetime_ms, 1_773_134_100_000, "{text}");
        }
        std::fs::write(token.path(), jwt(r#"{"sub":"desk","exp":1900000000}"#)).unwrap();
        let read = both.token().unwrap();
        assert_eq!((read.principal_name.as_str(), read.lifetime_ms), ("desk", 1_773_134_100_000), "the file counts");
        std::fs::write(expiry.path(), "soon").unwrap();
        let error = both.token().err().unwrap().to_string();
        assert!(error.contains("(kafka.token_expiry_file): not a time such as"), "{error}");
    }

    #[test]
    fn the_error_for_a_missing_file_names_it() {
        let error = tokens(Path::new("/nowhere/token"), None).token().err().unwrap().to_string();
        assert!(error.starts_with("/nowhere/token (kafka.token_file): "), "{error}");
    }
}
