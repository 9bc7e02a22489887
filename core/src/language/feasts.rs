//! `feasts.toml`: names of feasts to how their days are computed.
//!
//! What the text of an entry means on the calendar is not known here; the words of the names make two classes,
//! FEASTSTART for those that a name starts with and FEASTWORD for the others, so that a pattern finds what may be a
//! name and [`Feasts::named`] says whether it is.

use std::collections::{BTreeMap, HashMap};

/// The feasts of a language.
#[derive(Debug)]
pub struct Feasts {
    /// By plain name: the countries where it has a day of its own, none for everywhere else, with how it is computed.
    by_name: HashMap<String, Vec<(Option<String>, String)>>,
    names: Vec<String>,
}

/// The table that holds everywhere.
const ANYWHERE: &str = "anywhere";

impl Feasts {
    /// Reads tables by country (`anywhere`, `CA`) of names with how they are computed.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let file: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(source).map_err(|error| error.to_string())?;
        let mut feasts = Self { by_name: HashMap::new(), names: Vec::new() };
        for (country, table) in file {
            let country = (country != ANYWHERE).then_some(country);
            for (name, day) in table {
                feasts.by_name.entry(plain_name(&name)).or_default().push((country.clone(), day));
                feasts.names.push(name);
            }
        }
        Ok(feasts)
    }

    /// The words of all names as they are written, with their place within their name.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        self.names.iter().flat_map(|name| {
            let words = name.split([' ', '-']).map(|word| word.trim_end_matches("'s").trim_end_matches('\''));
            words.enumerate()
        })
    }

    /// The names as they are written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The days of the feast of this plain name, each with its country.
    #[must_use]
    pub fn named(&self, plain_name: &str) -> Option<&[(Option<String>, String)]> {
        self.by_name.get(plain_name).map(Vec::as_slice)
    }

    /// Every day that is told, with the country.
    pub fn all(&self) -> impl Iterator<Item = &(Option<String>, String)> {
        self.by_name.values().flatten()
    }
}

/// A name in lower case, without possessive endings, hyphens and dots.
#[must_use]
pub fn plain_name(text: &str) -> String {
    let lower = text.to_lowercase().replace('’', "'").replace("'s", "").replace(['\'', '.'], "").replace('-', " ");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
