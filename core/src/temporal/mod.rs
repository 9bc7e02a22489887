//! Temporal expressions: recognised by rules, refined, resolved to dates.
//!
//! ```text
//! tokens ── recognise ──> Candidates ── refine, order ──> Expressions ── resolve, dateline ──> Resolved
//! ```
//!
//! What the text said ([`Expression`]) and what it means ([`Resolved`]) are two types. This module must not know
//! what happened at a time, nor how records look.

pub mod confidence;
mod dateline;
mod day_order;
mod direction;
mod fiscal;
mod genre;
mod holiday;
mod interpret;
mod markup;
mod meaning;
mod numbers;
mod quotation;
mod recognise;
mod refine;
mod region;
mod register;
mod resolve;
mod resolved;

pub use direction::Direction;
pub use fiscal::FiscalStart;
pub use genre::Genre;
pub use holiday::Holiday;
pub use markup::apply_markup;
pub use meaning::{Amount, Expression, Fields, Meaning, Which};
pub use region::Region;
pub use resolve::Anchor;
pub use resolved::{Basis, Modifier, Resolved, TimexType};

use crate::extraction::{DropLog, DropStage, Dropped};
use crate::syntax::{LexedPassage, ParsedPassage};
use crate::text::{DateOrder, Span};

/// What was found in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged {
    /// The expressions with what they mean, in the order of the text.
    pub expressions: Vec<Resolved>,
    /// The first date in digits for which nothing shows whether its day or its month comes first.
    pub order_open: Option<Span>,
}

/// What the rules found in a document, before anything is known of its clauses.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidates {
    expressions: Vec<Expression>,
}

/// Finds what may be expressions; what is none on a closer look is logged.
#[must_use]
pub fn recognise(passage: &LexedPassage<'_>, log: &mut DropLog) -> Candidates {
    Candidates { expressions: recognise::recognise(passage, log) }
}

impl Candidates {
    /// Keeps those of some sentences, and logs the others.
    pub fn retain_sentences(&mut self, mut keep: impl FnMut(usize) -> bool, log: &mut DropLog) {
        let mut last = None;
        self.expressions.retain(|expression| {
            let kept = match last {
                Some((sentence, kept)) if sentence == expression.sentence => kept,
                _ => keep(expression.sentence),
            };
            last = Some((expression.sentence, kept));
            if !kept {
                let (span, rule, reason) = (expression.span, expression.rule, "its sentence is in another language");
                log.push(Dropped { span, rule, stage: DropStage::Recognise, reason });
            }
            kept
        });
    }

    /// The sentences that hold one, by their number, in order.
    pub fn sentences(&self) -> impl Iterator<Item = usize> + '_ {
        self.expressions.chunk_by(|a, b| a.sentence == b.sentence).filter_map(|same| Some(same.first()?.sentence))
    }
}

/// Says what candidates mean, in a document whose syntax is known for their sentences.
#[must_use]
pub fn tag(passage: &ParsedPassage<'_>, candidates: Candidates, anchor: &Anchor, log: &mut DropLog) -> Tagged {
    let mut expressions = log.collect(|dropped| refine::refine(passage, candidates.expressions, dropped));
    let by_region = || anchor.region.and_then(Region::day_first);
    let by_language = || passage.pack.lexicon.writing().order.map(|order| order == DateOrder::Dmy);
    let day_first = anchor.day_first.or_else(by_region).or_else(by_language);
    let order_open = day_order::settle(passage, &mut expressions, day_first);
    anchor.region.into_iter().for_each(|region| region::settle(&mut expressions, region));
    let mut expressions = resolve::resolve(passage, expressions, anchor, log);
    dateline::mark(passage, &mut expressions, anchor.published);
    Tagged { expressions, order_open }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language;
    use crate::text::{lex, sentences};

    /// An English text as a document.
    pub(super) fn passage<T>(text: &str, look: impl FnOnce(&ParsedPassage<'_>) -> T) -> T {
        let pack = language::pack("en").unwrap();
        let tokens = lex(text, &pack.lexicon);
        let sentences = sentences(text, &tokens, &pack.lexicon);
        let lexed = LexedPassage { text, tokens: &tokens, sentences: &sentences, pack };
        look(&ParsedPassage::parse(lexed, recognise(&lexed, &mut DropLog::default()).sentences()))
    }

    /// What was found in a document published on Friday, 3 May 2019, its TIMEX3 values before it.
    pub(super) fn values(passage: &ParsedPassage<'_>, region: Option<Region>) -> (Vec<String>, Tagged) {
        let published = chrono::NaiveDate::from_ymd_opt(2019, 5, 3).unwrap();
        let offset = chrono::FixedOffset::east_opt(0).unwrap();
        let tagged = tag(
            passage,
            recognise(passage, &mut DropLog::default()),
            &Anchor {
                published,
                offset,
                genre: Genre::News,
                time: None,
                region,
                day_first: None,
                fiscal_start: FiscalStart::JANUARY,
            },
            &mut DropLog::default(),
        );
        (tagged.expressions.iter().map(|date| date.value.clone()).collect(), tagged)
    }
}
