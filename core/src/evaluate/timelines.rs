//! Evaluation of key days against timelines that journalists wrote about the same story.
//!
//! A timeline of N days between the first and the last article is compared with the first N days of the system: F1 for
//! each timeline, the mean for a topic, the mean over topics. The baseline takes the days with the most articles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use super::GoldError;
use crate::article::{self, Article, Item, Message};
use crate::pipeline::{self, Settings};
use crate::timeline::{KeyDay, Mention, key_days};

/// The articles of a story, and the days of its timelines.
#[derive(Debug, Clone)]
pub struct Topic {
    /// The name of the topic.
    pub name: String,
    articles: Vec<Article>,
    timelines: Vec<BTreeSet<NaiveDate>>,
}

/// The scores of a topic: F1, from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TopicFigures {
    /// The name of the topic.
    pub name: String,
    /// The number of articles.
    pub articles: usize,
    /// The number of timelines.
    pub timelines: usize,
    /// F1 of the days that the system chooses.
    pub f1: f64,
    /// F1 of the days with the most articles.
    pub most_articles: f64,
}

/// The scores of all topics.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TimelineReport {
    /// In the order in which they were scored.
    pub topics: Vec<TopicFigures>,
    /// The mean over topics.
    pub f1: f64,
    /// The mean over topics for the days with the most articles.
    pub most_articles: f64,
}

impl Topic {
    /// Reads articles, one message per line, and timelines, each a line `[["2010-04-20", ["It …"]], …]`.
    ///
    /// # Errors
    ///
    /// If a line is not an article or not a timeline.
    pub fn read(name: &str, articles: &str, timelines: &str) -> Result<Self, GoldError> {
        let articles: Vec<Article> = read_lines(articles, read_article)?;
        let span = days_of(&articles).min().zip(days_of(&articles).max());
        let mut timelines: Vec<BTreeSet<NaiveDate>> = read_lines(timelines, read_timeline)?;
        for days in &mut timelines {
            days.retain(|day| span.is_some_and(|(first, last)| (first..=last).contains(day)));
        }
        timelines.retain(|days| !days.is_empty());
        Ok(Self { name: name.to_owned(), articles, timelines })
    }

    /// Extracts events, chooses key days and scores them. `None` without a timeline in the period of the articles.
    #[must_use]
    pub fn score(&self, settings: &Settings) -> Option<TopicFigures> {
        let records = self.articles.iter().flat_map(|article| pipeline::process_article(article, settings).events);
        let mentions: Vec<Mention> = records.filter_map(|record| Mention::of(&record)).collect();
        let chosen: Vec<NaiveDate> = key_days(&mentions).into_iter().map(|KeyDay { day, .. }| day).collect();
        Some(TopicFigures {
            name: self.name.clone(),
            articles: self.articles.len(),
            timelines: self.timelines.len(),
            f1: self.f1(&chosen)?,
            most_articles: self.f1(&self.days_with_most_articles())?,
        })
    }

    /// Returns the F1 of chosen days, best first.
    fn f1(&self, chosen: &[NaiveDate]) -> Option<f64> {
        mean(self.timelines.iter().map(|days| {
            let chosen = &chosen[..days.len().min(chosen.len())];
            let right = chosen.iter().filter(|day| days.contains(day)).count();
            2.0 * right as f64 / (chosen.len() + days.len()) as f64
        }))
    }

    /// Ties are broken by the order of the articles.
    fn days_with_most_articles(&self) -> Vec<NaiveDate> {
        let mut counts: BTreeMap<NaiveDate, (usize, usize)> = BTreeMap::new();
        for (at, day) in days_of(&self.articles).enumerate() {
            counts.entry(day).or_insert((0, at)).0 += 1;
        }
        let mut days: Vec<NaiveDate> = counts.keys().copied().collect();
        days.sort_by_key(|day| counts.get(day).map(|&(count, first)| (usize::MAX - count, first)));
        days
    }
}

impl TimelineReport {
    /// Reports the scores of topics; `None` without any.
    #[must_use]
    pub fn new(topics: Vec<TopicFigures>) -> Option<Self> {
        let f1 = mean(topics.iter().map(|topic| topic.f1))?;
        let most_articles = mean(topics.iter().map(|topic| topic.most_articles))?;
        Some(Self { topics, f1, most_articles })
    }
}

impl fmt::Display for TimelineReport {
    /// Writes a line per topic, and the mean.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:24}{:>10}{:>11}{:>10}{:>15}",
            "F1 of days", "articles", "timelines", "dateline", "most articles"
        )?;
        for TopicFigures { name, articles, timelines, f1, most_articles } in &self.topics {
            writeln!(f, "  {name:22}{articles:10}{timelines:11}{f1:10.3}{most_articles:15.3}")?;
        }
        writeln!(f, "  {:43}{:10.3}{:15.3}", "mean", self.f1, self.most_articles)
    }
}

fn days_of(articles: &[Article]) -> impl Iterator<Item = NaiveDate> {
    articles.iter().map(|article| article.published.date())
}

fn mean(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = figures.fold((0.0, 0), |(sum, count), figure| (sum + figure, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn read_lines<T>(lines: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, GoldError> {
    let numbered = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered.map(|(at, line)| read(line).map_err(|message| GoldError { line: at + 1, message })).collect()
}

fn read_article(line: &str) -> Result<Article, String> {
    let items = article::read(&Message::bare(line.as_bytes()), &article::Settings::default());
    match items.map_err(|error| error.to_string())?.into_iter().next() {
        Some(Item::Article(article)) => Ok(*article),
        Some(Item::Broken { error, .. }) => Err(error.to_string()),
        _ => Err("not an article".to_owned()),
    }
}

fn read_timeline(line: &str) -> Result<BTreeSet<NaiveDate>, String> {
    let days: Vec<(String, Vec<String>)> =
        serde_json::from_str(line).map_err(|error| format!("not a timeline: {error}"))?;
    let day = |(day, _): &(String, Vec<String>)| {
        day.get(..10).and_then(|day| day.parse().ok()).ok_or_else(|| format!("`{day}` is not a day such as 2010-04-20"))
    };
    days.iter().map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mill burns on the 3rd, which is reported twice on the 9th; most articles are of the 9th.
    const ARTICLES: &str = r#"{"id":"a","time":"2031-03-01","text":"The council met today."}
{"id":"b","time":"2031-03-09","text":"The mill burned on 3 March."}

{"id":"c","time":"2031-03-09","text":"The mill had burned on 3 March."}
"#;
    const TIMELINES: &str = r#"[["2031-03-03", ["The mill burns."]], ["2031-02-01", ["It is built."]]]
[["2031-03-03T00:00:00", []], ["2031-03-01", []], ["2031-03-04", []]]
[["1999-01-01", []]]
"#;

    fn topic() -> Topic {
        Topic::read("mill", ARTICLES, TIMELINES).expect("a topic")
    }

    #[test]
    fn days_beyond_the_articles_do_not_count_nor_do_timelines_of_only_such_days() {
        let figures = topic().score(&Settings::default()).expect("two timelines");
        assert_eq!((figures.articles, figures.timelines), (3, 2));
        // One of one; and of three days the third is never mentioned: two of two, and three wanted.
        assert_eq!(figures.f1, f64::midpoint(1.0, 4.0 / 5.0));
        // 9 March; then 9 and 1 March.
        assert_eq!(figures.most_articles, f64::midpoint(0.0, 2.0 / 5.0));
    }

    #[test]
    fn the_report_has_a_line_per_topic_and_the_mean() {
        let figures = |name: &str, f1| TopicFigures {
            name: name.to_owned(),
            articles: 10,
            timelines: 2,
            f1,
            most_articles: f1 / 2.0,
        };
        let report = TimelineReport::new(vec![figures("mill", 0.5), figures("dam", 1.0)]).expect("topics");
        let expected = "\
F1 of days                articles  timelines  dateline  most articles
  mill                          10          2     0.500          0.250
  dam                           10          2     1.000          0.500
  mean                                            0.750          0.375
";
        assert_eq!(report.to_string(), expected);
        assert_eq!(TimelineReport::new(Vec::new()), None);
    }

    #[test]
    fn names_the_line_that_it_cannot_read() {
        let error = |articles, timelines| Topic::read("mill", articles, timelines).expect_err("broken").to_string();
        assert!(error("\n{\"id\":\"a\"}", TIMELINES).starts_with("line 2: "));
        assert!(error(ARTICLES, "{}").starts_with("line 1: not a timeline: "));
        assert_eq!(error(ARTICLES, r#"[["soon", []]]"#), "line 1: `soon` is not a day such as 2010-04-20");
    }
}
