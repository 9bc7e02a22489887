//! Signing in with OAUTHBEARER: the token stands in a file that something else keeps fresh, as Kubernetes and the agents
//! of identity providers do. librdkafka asks again before the token runs out.
//!
//! Must not know who asks, or where tokens come from.

use std::error::Error;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::OAuthToken;
use serde::Deserialize;

/// The file, if tokens are used.
#[derive(Debug, Clone, Default)]
pub struct TokenFile(Option<PathBuf>);

/// What a token tells of itself. Whether it is true is for the brokers to see.
#[derive(Deserialize)]
struct Claims {
    /// Whom it is for.
    #[serde(default)]
    sub: String,
    /// When it runs out, in seconds since 1970.
    exp: f64,
}

impl TokenFile {
    /// The file at a path.
    pub fn new(path: Option<&Path>) -> Self {
        Self(path.map(Path::to_owned))
    }

    /// Whether there is one.
    pub fn is_used(&self) -> bool {
        self.0.is_some()
    }

    /// The token as the file has it now. No error tells anything of the token.
    pub fn token(&self) -> Result<OAuthToken, Box<dyn Error>> {
        let path = self.0.as_deref().ok_or("kafka.token_file is not set")?;
        let told = |why: &str| format!("{} (kafka.token_file): {why}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| told(&error.to_string()))?;
        let token = text.trim().to_owned();
        let claims = claims(&token).ok_or_else(|| told("is no JSON Web Token that tells when it runs out (exp)"))?;
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
    fn a_token_is_read_anew_each_time() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let tokens = TokenFile::new(Some(file.path()));
        for (sub, exp) in [("desk", 1_900_000_000_i64), ("night-desk", 1_900_003_600)] {
            let text = jwt(&format!(r#"{{"sub":"{sub}","exp":{exp}}}"#));
            std::fs::write(file.path(), &text).unwrap();
            let token = tokens.token().unwrap();
            let told = (token.token.as_str(), token.principal_name.as_str(), token.lifetime_ms);
            assert_eq!(told, (text.trim_end(), sub, exp * 1000));
        }
    }

    #[test]
    fn what_is_no_token_is_told_without_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in ["hunter2", "hunter2.hunter2.hunter2", &jwt(r#"{"sub":"hunter2"}"#)] {
            std::fs::write(file.path(), text).unwrap();
            let error = TokenFile::new(Some(file.path())).token().err().unwrap().to_string();
            assert!(error.ends_with("(kafka.token_file): is no JSON Web Token that tells when it runs out (exp)"));
            assert!(!error.contains("hunter2") && !error.contains(text.trim()), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = TokenFile::new(Some(Path::new("/nowhere/token"))).token().err().unwrap().to_string();
        assert!(error.starts_with("/nowhere/token (kafka.token_file): "), "{error}");
    }
}
