//! Authentication with OAUTHBEARER: the token is in a file that something else keeps fresh, as Kubernetes and the agents
//! of identity providers do. librdkafka asks for a new token before the last one expires.
//!
//! Must not know who asks, or where tokens come from.

use std::error::Error;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::OAuthToken;
use serde::Deserialize;

/// The file that holds the token, if tokens are used.
#[derive(Debug, Clone, Default)]
pub struct TokenFile(Option<PathBuf>);

/// What a token claims. The brokers verify it.
#[derive(Deserialize)]
struct Claims {
    /// Whom it was issued to.
    #[serde(default)]
    sub: String,
    /// When it expires, in seconds since 1970.
    exp: f64,
}

impl TokenFile {
    /// Uses the file at `path`, if there is one.
    pub fn new(path: Option<&Path>) -> Self {
        Self(path.map(Path::to_owned))
    }

    /// Returns whether tokens are used.
    pub fn is_used(&self) -> bool {
        self.0.is_some()
    }

    /// Reads the token from the file. No error contains any part of the token.
    pub fn token(&self) -> Result<OAuthToken, Box<dyn Error>> {
        let path = self.0.as_deref().ok_or("kafka.token_file is not set")?;
        let message = |problem: &str| format!("{} (kafka.token_file): {problem}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| message(&error.to_string()))?;
        let token = text.trim().to_owned();
        let claims = claims(&token).ok_or_else(|| message("not a JSON Web Token with an expiry time (exp)"))?;
        Ok(OAuthToken { token, principal_name: claims.sub, lifetime_ms: (claims.exp * 1000.0) as i64 })
    }
}

fn claims(token: &str) -> Option<Claims> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&claims).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> String {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        format!("{}.{}.c2lnbmF0dXJl\n", part(r#"{"alg":"RS256"}"#), part(claims))
    }

    #[test]
    fn the_file_is_read_each_time_a_token_is_needed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let tokens = TokenFile::new(Some(file.path()));
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
        for text in ["hunter2", "hunter2.hunter2.hunter2", &jwt(r#"{"sub":"hunter2"}"#)] {
            std::fs::write(file.path(), text).unwrap();
            let error = TokenFile::new(Some(file.path())).token().err().unwrap().to_string();
            assert!(error.ends_with("(kafka.token_file): not a JSON Web Token with an expiry time (exp)"));
            assert!(!error.contains("hunter2") && !error.contains(text.trim()), "{error}");
        }
    }

    #[test]
    fn the_error_for_a_missing_file_names_it() {
        let error = TokenFile::new(Some(Path::new("/nowhere/token"))).token().err().unwrap().to_string();
        assert!(error.starts_with("/nowhere/token (kafka.token_file): "), "{error}");
    }
}
