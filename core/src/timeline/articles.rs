//! The articles of a story, and the weight of each: the more names it shares with the others, the more it counts. An
//! article that a search found but that is about something else counts next to nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Mention;

/// What an article without any names has in common with the others: it still counts a little.
const NAMELESS: f64 = 0.1;

/// An article of a story.
#[derive(Debug, Clone, Copy)]
pub(super) struct Article<'m> {
    /// The day of publication.
    pub published: NaiveDate,
    /// The publisher, if known.
    pub source: Option<&'m str>,
    /// How much it counts, from 0 to 1.
    pub weight: f64,
}

/// Returns the articles with their weights, by id.
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
        // Revisions may have different publication times: the earliest counts.
        if (published, source) < (known.published, known.source) {
            *known = own;
        }
    }
    articles
}
