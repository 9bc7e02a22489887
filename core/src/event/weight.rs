//! How much an editor would want an event on a timeline of its story.
//!
//! A logistic model over what is known of the event once its line is written. Its weights are data of a language, learned
//! from annotated articles by `examples/train_weight`. How sure the value is, is another question: that is the confidence.

use chrono::NaiveDate;

use super::line::Candidate;
use super::rank::{pack, place};
use super::status::Agreed;
use super::unit::DatedClause;
use crate::language::weights::hash_word;
use crate::syntax::ParsedPassage;
use crate::temporal::Resolved;
use crate::text::{Shape, Span};

/// How many steps of a table of weights make 1 in the exponent of the logistic function.
pub const SCALE: f32 = 32.0;

/// How far back the beginning of a quotation is looked for, in tokens.
const LONGEST_QUOTATION: usize = 120;

/// Returns the weight for some features, from 0 to 1 with two decimals; 0.5 where a language has no table.
#[must_use]
pub fn weight(weights: &[i8], features: &[u16]) -> f32 {
    let weight = |&place: &u16| weights.get(usize::from(place)).map_or(0, |&weight| i32::from(weight));
    let exponent = features.iter().map(weight).sum::<i32>() as f32 / SCALE;
    (100.0 / (1.0 + (-exponent).exp())).round() / 100.0
}

/// An event whose line is written.
pub(super) struct Written<'e> {
    pub(super) clause: &'e DatedClause<'e>,
    pub(super) date: &'e Resolved,
    pub(super) sentence: Span,
    pub(super) published: NaiveDate,
    /// How many events are before it in the article.
    pub(super) before: usize,
    pub(super) agreed: &'e Agreed,
    pub(super) chosen: &'e Candidate,
    /// The line as it is published.
    pub(super) line: &'e str,
    pub(super) names: &'e [String],
}

/// Features of an event, as places in the table of weights.
struct Collector {
    features: Vec<u16>,
    /// Whether the model knows words of the language.
    knows_words: bool,
}

impl Collector {
    fn add(&mut self, kind: u32, one: u32, other: u32) {
        self.features.push(place(kind, one, other));
    }

    fn add_word(&mut self, kind: u32, word: &str) {
        if self.knows_words {
            self.add(kind, hash_word(word.as_bytes()), 0);
        }
    }
}

/// Returns the features of an event, as places in the table of weights.
pub(super) fn features(event: &Written<'_>) -> Vec<u16> {
    let knows_words = event.clause.passage.pack.knows_words;
    let mut collector = Collector { features: Vec::new(), knows_words };
    collector.add(1, 0, 0);
    of_place(event, &mut collector);
    of_date(event, &mut collector);
    of_statement(event, &mut collector);
    of_line(event, &mut collector);
    collector.features
}

/// Where it stands in the article.
fn of_place(event: &Written<'_>, features: &mut Collector) {
    let text = event.clause.passage.text;
    let start = event.sentence.start as usize;
    let share = (8 * start / text.len().max(1)) as u32;
    features.add(2, share, 0);
    features.add(3, magnitude(start / 64), 0);
    features.add(4, event.before.min(8) as u32, 0);
    features.add(5, magnitude(text.len() / 512), magnitude(event.before));
}

/// The date, seen from publication.
fn of_date(event: &Written<'_>, features: &mut Collector) {
    let Resolved { granularity, basis, confidence, timex, interval, expression, modifier, .. } = event.date;
    let granularity = granularity.map_or(0, |granularity| granularity as u32 + 1);
    let start = interval.and_then(|interval| interval.start);
    let days = start.map_or(0, |start| (start.local().date() - event.published).num_days());
    let away = pack(&[u32::from(days > 0), magnitude(days.unsigned_abs() as usize)]);
    let status = event.agreed.status as u32;
    features.add(10, granularity, *timex as u32);
    features.add(11, *basis as u32, granularity);
    features.add(12, (confidence * 10.0) as u32, 0);
    features.add(13, away, 0);
    features.add(14, away, granularity);
    features.add(15, status, u32::from(event.agreed.conflict));
    features.add(16, status, away);
    features.add(17, modifier.map_or(0, |modifier| modifier as u32 + 1), 0);
    features.add_word(18, expression.rule);
}

/// What it is attached to.
fn of_statement(event: &Written<'_>, features: &mut Collector) {
    let clause = event.clause;
    let (passage, structure) = (clause.passage, clause.structure);
    let date = clause.date.start;
    let quoted = u32::from(is_quoted(passage, date));
    let lead = date.checked_sub(1).filter(|at| structure.tokens().contains(at));
    features.add(
        20,
        clause.others.len().min(3) as u32,
        u32::from(clause.others.first().is_some_and(|it| it.start < date)),
    );
    features.add(21, quoted, 0);
    match lead {
        Some(lead) => features.add_word(22, passage.word(lead)),
        None => features.add(22, 0, 0),
    }
    features.add(23, structure.relation(clause.top()) as u32, 0);
    let Some(trigger) = clause.trigger else { return features.add(24, 0, 0) };
    let (tag, relation) = (structure.tag(trigger) as u32, structure.relation(trigger) as u32);
    features.add(24, 1, tag);
    features.add(25, relation, tag);
    features.add(26, u32::from(clause.reports(trigger)), quoted);
    features.add(27, u32::from(clause.is_event_noun(trigger)), u32::from(structure.is_predicate(trigger)));
    features.add_word(28, passage.word(trigger));
    features.add(29, structure.tense(trigger) as u32, quoted);
}

/// The line.
fn of_line(event: &Written<'_>, features: &mut Collector) {
    let clause = event.clause;
    let (structure, unit, pivot) = (clause.structure, event.chosen.unit, event.chosen.pivot);
    let line = event.line;
    let phrase = u32::from(!structure.is_predicate(unit));
    let words = line.split(' ').count() as u32;
    let has = |part: fn(char) -> bool| u32::from(line.contains(part));
    features.add(40, (words / 2).min(12), 0);
    features.add(41, phrase, structure.tag(unit) as u32);
    features.add(42, structure.relation(unit) as u32, phrase);
    features.add(43, event.names.len().min(4) as u32, 0);
    features.add(44, has(|part| part.is_ascii_digit()), phrase);
    features.add(45, has(|part| matches!(part, '"' | '“' | '”')), 0);
    features.add(46, u32::from(clause.reports(pivot)), u32::from(clause.reports(unit)));
    features.add_word(47, clause.passage.word(unit));
    features.add_word(48, line.split(' ').next().unwrap_or_default());
}

/// Whether a token stands within quotation marks that open in its paragraph.
fn is_quoted(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let before = passage.tokens.get(at.saturating_sub(LONGEST_QUOTATION)..at).unwrap_or_default();
    let mut straight = false;
    for token in before.iter().rev() {
        match token.shape {
            Shape::Break => break,
            Shape::Mark('“') => return true,
            Shape::Mark('”') => return false,
            Shape::Mark('"') => straight = !straight,
            _ => {}
        }
    }
    straight
}

/// Returns the number of binary digits of a number.
fn magnitude(number: usize) -> u32 {
    usize::BITS - number.leading_zeros()
}

#[cfg(test)]
mod tests {
    use chrono_tz::UTC;

    use super::weight;
    use crate::article::{Article, Published};
    use crate::pipeline::{Settings, process_article};

    /// Returns the weight of the event on a date, by the text of the date.
    fn weight_of(body: &str, date: &str) -> f32 {
        let article = Article::new("a", body, Published::parse("2031-03-05", UTC).expect("a day"));
        let events = process_article(&article, &Settings::default()).events;
        events.iter().find(|event| event.date.text == date).map_or_else(|| panic!("{events:?}"), |event| event.weight)
    }

    const ARTICLE: &str = "A ferry sank off Oldford on Monday, killing 12 people, the coast guard said.\n\n\
        \"Today is a moment of sorrow,\" said Ann Reed, the mayor of Oldford. \"We will think of them in the years to come.\"\n\n\
        The ferry was built in 1974, and 300 people travel on it in June.";

    #[test]
    fn what_happened_weighs_more_than_what_is_said_about_today() {
        let (sank, sorrow) = (weight_of(ARTICLE, "Monday"), weight_of(ARTICLE, "Today"));
        assert!(sank > 0.8 && sorrow < 0.5, "{sank} {sorrow}");
    }

    #[test]
    fn the_news_weighs_more_than_its_background() {
        let (sank, built) = (weight_of(ARTICLE, "Monday"), weight_of(ARTICLE, "1974"));
        assert!(sank > built, "{sank} {built}");
    }

    #[test]
    fn a_weight_has_two_decimals() {
        let weight = weight_of(ARTICLE, "Monday");
        assert!((0.0..=1.0).contains(&weight) && weight.to_string().len() <= 4, "{weight}");
    }

    #[test]
    fn a_language_without_a_table_gives_a_half() {
        assert_eq!(weight(&[], &[1, 2, 3]).to_string(), "0.5");
    }
}
