//! `feasts.toml`: names of feasts and how their days are computed.
//!
//! This module must not know what an entry means on the calendar. The words of the names make two classes, FEASTSTART
//! for first words and FEASTWORD for the others: a pattern finds what may be a name, [`Feasts::named`] decides.

use std::collections::{BTreeMap, HashMap};

use crate::text::Writing;

/// The feasts of a language.
#[derive(Debug)]
pub struct Feasts {
    /// By plain name: how the day is computed in each country that has its own, and (`None`) everywhere else.
    by_name: HashMap<String, Vec<(Option<String>, String)>>,
    names: Vec<String>,
}

/// The table for all other countries.
const ANYWHERE: &str = "anywhere";

impl Feasts {
    /// Reads tables by country (`anywhere`, `CA`) of names and how their days are computed.
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

    /// Returns the words of all names as they are written, with their index within the name.
    pub(super) fn words(&self, writing: &Writing) -> impl Iterator<Item = (usize, &str)> {
        self.names.iter().flat_map(|name| {
            let words = writing.words(name).into_iter();
            words.map(|word| word.trim_end_matches("'s").trim_end_matches('\'')).enumerate()
        })
    }

    /// Returns the names as they are written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Returns the days of the feast with this plain name, each with its country.
    #[must_use]
    pub fn named(&self, plain_name: &str) -> Option<&[(Option<String>, String)]> {
        self.by_name.get(plain_name).map(Vec::as_slice)
    }

    /// Returns every day, with its country.
    pub fn all(&self) -> impl Iterator<Item = &(Option<String>, String)> {
        self.by_name.values().flatten()
    }
}

/// Returns a name in lower case, without possessive endings, hyphens and dots.
#[must_use]
pub fn plain_name(text: &str) -> String {
    let lower = text.to_lowercase().replace('’', "'").replace("'s", "").replace(['\'', '.'], "").replace('-', " ");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
