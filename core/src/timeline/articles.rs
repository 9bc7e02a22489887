//! The articles that tell a story, and how much each counts: the more, the more it has to do with the others. One that
//! names what all of them name counts much, one that was only found beside them next to nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Mention;

/// How many of the names that all name an article has at least: one that names nothing is not nothing.
const NAMELESS: f64 = 0.1;

/// An article that tells of something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Article<'m> {
    /// The day.
    pub published: NaiveDate,
    /// By whom, where told.
    pub source: Option<&'m str>,
    /// How much it counts, from 0 to 1.
    pub weight: f64,
}

/// The articles with their weights, by id.
pub(super) fn articles(mentions: &[Mention]) -> BTreeMap<&str, Article<'_>> {
    let mut named: Vec<(&str, &str)> = Vec::new();
    for mention in mentions {
        named.extend(mention.names.iter().map(|name| (name.as_str(), mention.article.as_str())));
    }
    named.sort_unstable();
    named.dedup();
    let by_name = || named.chunk_by(|(one, _), (next, _)| one == next);
    let most = by_name().map(<[_]>::len).max().unwrap_or(1);
    let mut shared: BTreeMap<&str, f64> = BTreeMap::new();
    for articles in by_name() {
        for (_, article) in articles {
            *shared.entry(article).or_default() += articles.len() as f64 / most as f64;
        }
    }
    let mut articles: BTreeMap<&str, Article<'_>> = BTreeMap::new();
    for mention in mentions {
        let id = mention.article.as_str();
        let shared = NAMELESS + shared.get(id).copied().unwrap_or_default();
        let (published, source) = (mention.published, mention.source.as_deref());
        let own = Article { published, source, weight: shared / (1.0 + shared) };
        let known = articles.entry(id).or_insert(own);
        // Revisions may tell different times: the first counts.
        if (published, source) < (known.published, known.source) {
            *known = own;
        }
    }
    articles
}
