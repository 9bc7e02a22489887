//! The bounds of what a value may unfold to, whatever its schema allows: a few bytes can say that a list has a billion
//! values which take no bytes, or that a record holds itself a million times.

use crate::error::{Error, ErrorKind};

/// The most values that are kept, as of JSON. An article with its pictures has hundreds.
const VALUES: u32 = 1 << 20;

/// How deep values may stand within each other.
pub(super) const DEPTH: u32 = 64;

/// What may still come.
#[derive(Debug)]
pub(super) struct Budget {
    values: u32,
}

impl Budget {
    pub fn new() -> Self {
        Self { values: VALUES }
    }

    /// Takes one value that stands `depth` deep.
    pub fn spend(&mut self, depth: u32) -> Result<(), Error> {
        if depth > DEPTH {
            return Err(Error::new(ErrorKind::TooDeep, format!("more than {DEPTH} values within each other")));
        }
        self.values = self.values.checked_sub(1).ok_or_else(|| {
            let message = format!("not an article: it holds more than {VALUES} values");
            Error::not_an_article(message)
        })?;
        Ok(())
    }
}
