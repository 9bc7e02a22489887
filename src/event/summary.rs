//! The statement in the article's own words, without its date, the reporting frame and what stands around it.

use std::borrow::Cow;
use std::ops::Range;

use super::trigger::{Seeker, Trigger};
use crate::syntax::{Document, Verb, is_adverb};
use crate::text::{Shape, Span};

/// The longest summary, in characters; cut at a word, and marked.
const LONGEST: usize = 280;

/// What a summary is shortened to where a comma or a conjunction allows it, in characters.
const PREFERRED: usize = 160;

/// The fewest words that a summary tells something with.
const FEWEST: usize = 3;

/// The longest frame or bracket that is left out, in tokens.
const ASIDE: usize = 12;

/// The summary of the statement that the trigger tells; `date` are the tokens of its date, from end to end in a range.
pub(super) fn summary(seeker: &Seeker<'_>, trigger: Option<Trigger<'_>>, date: Range<usize>) -> String {
    let told = Telling { seeker, document: seeker.document, date, trigger: trigger.map(|trigger| trigger.token()) };
    let clause = told.clause();
    let short = told.text(clause);
    let enough = short.split_whitespace().nth(FEWEST - 1).is_some();
    cut(capitalised(if enough { short } else { told.text(told.body()) }))
}

struct Telling<'s> {
    seeker: &'s Seeker<'s>,
    document: &'s Document<'s>,
    date: Range<usize>,
    trigger: Option<usize>,
}

impl Telling<'_> {
    /// The sentence behind its dateline ("PARIS, March 3 (Reuters) - ") and the captions that run into it.
    fn body(&self) -> Range<usize> {
        let (document, sentence) = (self.document, self.seeker.sentence);
        let grammar = &document.pack.grammar;
        let mut start = sentence.start;
        let upper = document.tokens.get(start).is_some_and(|token| token.shape == Shape::Upper);
        let dash =
            sentence.clone().take(2 * ASIDE).find(|&at| document.has(at, grammar.dash) && document.tokens[at].spaced);
        if let Some(dash) =
            dash.filter(|&dash| upper && !(start..dash).any(|at| document.tokens[at].shape == Shape::Lower))
        {
            start = dash + 1;
        }
        let caption = |at: &usize| document.has(*at, grammar.caption) && document.has(*at + 1, grammar.comma);
        let before_trigger = start..self.trigger.unwrap_or(sentence.end).min(sentence.end);
        if let Some(caption) = before_trigger.rev().find(caption) {
            start = caption + 2;
        }
        start..sentence.end
    }

    /// The clause around the trigger: up to semicolons and dashes, within its quotation or around it, without who
    /// said it.
    fn clause(&self) -> Range<usize> {
        let (document, body) = (self.document, self.body());
        let Some(trigger) = self.trigger.filter(|trigger| body.contains(trigger)) else { return body };
        let (mut start, mut end, mut quoted) = (body.start, body.end, false);
        for at in body.clone() {
            let divides = match document.tokens[at].shape {
                Shape::Mark('"' | '“' | '”') => {
                    quoted = !quoted;
                    // A quotation that holds the trigger stands for itself; others belong to their sentence.
                    quoted && self.quotation_end(at, body.end) > trigger && at < trigger
                        || !quoted && at > trigger && self.quotation_start(at, start) < trigger
                }
                Shape::Mark(';' | ':' | '—' | '`') => !quoted || start > body.start,
                _ => false,
            };
            if divides && at < trigger {
                start = at + 1;
            } else if divides {
                end = at;
                break;
            }
        }
        self.unframed(start, trigger)..end
    }

    fn quotation_end(&self, open: usize, end: usize) -> usize {
        (open + 1..end).find(|&at| self.is_quote(at)).unwrap_or(end)
    }

    /// The quotation mark before the one at `close`; `close` itself where there is none.
    fn quotation_start(&self, close: usize, start: usize) -> usize {
        (start.saturating_sub(1)..close).rev().find(|&at| self.is_quote(at)).unwrap_or(close)
    }

    fn is_quote(&self, at: usize) -> bool {
        matches!(self.document.tokens[at].shape, Shape::Mark('"' | '“' | '”'))
    }

    /// "The ministry said that the bridge was shut": what was said, without who said it, where that is a sentence.
    fn unframed(&self, start: usize, trigger: usize) -> usize {
        let (document, grammar) = (self.document, &self.document.pack.grammar);
        let frames = self.seeker.verbs.iter().filter(|verb| {
            verb.finite && verb.main >= start && verb.tokens.end <= trigger && document.has(verb.main, grammar.report)
        });
        for frame in frames {
            let behind = frame.tokens.end;
            let mut finite = self.seeker.verbs.iter().filter(|verb| verb.finite && verb.main > behind).peekable();
            let next = finite.peek().map_or(trigger, |verb| verb.main).min(trigger);
            let clause = (behind..next.min(behind + ASIDE)).find(|&at| document.has(at, grammar.that));
            let subject = document.has(behind, grammar.subject)
                || document.has(behind, grammar.determiner)
                || document.tokens[behind].shape.is_capital() && !document.has(frame.main, grammar.addressed);
            let finite = finite.any(|verb| verb.main <= trigger);
            match clause {
                Some(that) => return that + 1,
                None if subject && finite => return behind,
                None => {}
            }
        }
        start
    }

    /// The words of a range that are told.
    fn text(&self, range: Range<usize>) -> String {
        let mut kept: Vec<bool> = range.clone().map(|at| self.is_told(at)).collect();
        self.leave_out_asides(&range, &mut kept);
        self.leave_out_date(&range, &mut kept);
        let (joined, ends) = self.join(&range, &kept);
        let whole = tidy(&joined);
        let Some(trigger) = self.trigger.filter(|_| whole.chars().count() > PREFERRED) else {
            return whole.into_owned();
        };
        let shorter =
            ((trigger + 2).max(range.start)..range.end).rev().filter(|&at| self.divides(at)).find_map(|end| {
                let text = tidy(joined.get(..ends[end - range.start])?);
                (text.chars().count() <= PREFERRED).then_some(text)
            });
        shorter.unwrap_or(whole).into_owned()
    }

    fn divides(&self, at: usize) -> bool {
        let grammar = &self.document.pack.grammar;
        self.document.has(at, grammar.comma) && !matches!(self.document.tokens[at - 1].shape, Shape::Capital)
            || self.document.has(at, grammar.relative)
            || self.document.has(at, grammar.subordinator) && !self.document.has(at, grammar.and)
    }

    fn is_told(&self, at: usize) -> bool {
        !matches!(self.document.tokens[at].shape, Shape::Break | Shape::Mark('[' | ']' | '*' | '_' | '`'))
    }

    /// Leaves out brackets, and frames between commas or at the end: ", the office said,".
    fn leave_out_asides(&self, range: &Range<usize>, kept: &mut [bool]) {
        let (document, grammar) = (self.document, &self.document.pack.grammar);
        let mut from: Option<usize> = None;
        for at in range.start..=range.end {
            let mark = match document.tokens.get(at).filter(|_| at < range.end).map(|token| token.shape) {
                Some(Shape::Mark(mark)) => Some(mark),
                None => None,
                Some(_) => continue,
            };
            let closes = match (from.map(|from| document.tokens[from].shape), mark) {
                (Some(Shape::Mark('(' | '<')), Some(')' | '>')) => true,
                (Some(Shape::Mark(',')), Some(',' | '.') | None) => {
                    from.is_some_and(|from| self.is_frame(from + 1..at))
                }
                _ => false,
            };
            if let Some(from) = from.filter(|from| {
                closes && at - from <= ASIDE && self.trigger.is_none_or(|trigger| trigger < *from || trigger > at)
            }) {
                let keeps_comma = document.has(at, grammar.comma) && at < range.end;
                let end = if keeps_comma || at == range.end { at } else { at + 1 };
                kept[from - range.start..end - range.start].fill(false);
            }
            if matches!(mark, Some('(' | '<' | ',')) {
                from = Some(at);
            } else if closes {
                from = None;
            }
        }
    }

    /// "police said", "according to the office", "he said": a frame and no more.
    fn is_frame(&self, range: Range<usize>) -> bool {
        let (document, grammar) = (self.document, &self.document.pack.grammar);
        let says = |verb: &Verb| document.has(verb.main, grammar.report);
        let mut verbs = self.seeker.verbs.iter().filter(|verb| range.contains(&verb.main)).peekable();
        let opens = document.has(range.start, grammar.subordinator) || document.has(range.start, grammar.relative);
        let said = verbs.peek().is_some() && verbs.all(says);
        said && !opens || document.has(range.start, grammar.according)
    }

    /// Leaves out a date with the small words that led to it, where the sentence stays whole without.
    fn leave_out_date(&self, range: &Range<usize>, kept: &mut [bool]) {
        let date = &self.date;
        if date.start < range.start || date.end > range.end || !self.is_adverbial(range) {
            return;
        }
        let (document, grammar) = (self.document, &self.document.pack.grammar);
        let mut start = date.start;
        while start > range.start
            && document.has(start - 1, grammar.time_preposition)
            && !document.has(start - 1, grammar.and)
        {
            start -= 1;
        }
        let mut end = date.end;
        if start == range.start || kept[..start - range.start].iter().all(|kept| !kept) {
            while end < range.end && document.has(end, grammar.comma) {
                end += 1;
            }
        }
        kept[start - range.start..end - range.start].fill(false);
    }

    /// Whether the sentence stays whole without the date: not without that of "the 1987 treaty", "Friday's call", "the
    /// second half of April", "from 8 to 12 May".
    fn is_adverbial(&self, range: &Range<usize>) -> bool {
        let date = &self.date;
        let (document, grammar) = (self.document, &self.document.pack.grammar);
        let shape = |at: usize| document.tokens.get(at).map(|token| token.shape);
        let possessive = shape(date.end) == Some(Shape::Possessive);
        let Some(before) = date.start.checked_sub(1).filter(|before| *before >= range.start) else {
            return !possessive;
        };
        let joined = document.has(date.end, grammar.and)
            || document.has(date.end, grammar.dash)
            || document.has(date.end, grammar.until);
        if possessive || joined || document.has(before, grammar.of) || document.has(before, grammar.until) {
            return false;
        }
        // "pies founded in 1887, for £340 million": without its date the participle would stand alone.
        let mut led = before;
        while led > range.start && document.has(led, grammar.time_preposition) {
            led -= 1;
        }
        if self.trigger == Some(led) && self.is_reduced(led, range) {
            return false;
        }
        let in_group = document.has(before, grammar.determiner) || shape(before) == Some(Shape::Possessive);
        let free = document.has(before, grammar.time_preposition)
            || document.has(before, grammar.subordinator)
            || shape(before).is_some_and(|shape| !shape.is_word())
            || is_adverb(document, before)
            || self.seeker.verbs.iter().any(|verb| verb.tokens.contains(&before));
        let closes = date.end >= range.end || shape(date.end).is_some_and(|shape| !shape.is_word());
        let prefixed = document.has(date.end, grammar.time_preposition) || document.has(date.end, grammar.subordinator);
        !in_group && (closes || prefixed || free && !self.is_noun_behind())
    }

    /// Whether the past form before the date only describes its noun: another verb tells the clause.
    fn is_reduced(&self, past: usize, range: &Range<usize>) -> bool {
        let (document, grammar) = (self.document, &self.document.pack.grammar);
        let joined = |at: usize| document.has(at, grammar.subordinator) || document.has(at, grammar.relative);
        self.seeker
            .verbs
            .iter()
            .filter(|verb| verb.finite && range.contains(&verb.main))
            .any(|verb| verb.tokens.start == self.date.end || verb.tokens.end <= past && !(verb.main..past).any(joined))
    }

    /// "in 1986 operating profit": the date belongs to the noun behind it.
    fn is_noun_behind(&self) -> bool {
        let date = &self.date;
        let (document, grammar) = (self.document, &self.document.pack.grammar);
        let at = date.end;
        document.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower)
            && ![grammar.determiner, grammar.subject, grammar.time_preposition, grammar.preposition, grammar.to]
                .into_iter()
                .any(|class| document.has(at, class))
            && !self.seeker.verbs.iter().any(|verb| verb.tokens.contains(&at))
            && date.start > self.seeker.sentence.start + 1
    }

    /// The tokens that are kept, spaced as the text has them; for each token of the range, how long the text before it
    /// is.
    fn join(&self, range: &Range<usize>, kept: &[bool]) -> (String, Vec<usize>) {
        let grammar = &self.document.pack.grammar;
        let length = self.document.span(range.start, range.end).range().len();
        let mut text = String::with_capacity(length);
        let mut ends = Vec::with_capacity(range.len());
        let mut before: Option<usize> = None;
        for at in range.clone() {
            ends.push(text.len());
            if !kept[at - range.start] {
                continue;
            }
            let token = &self.document.tokens[at];
            if text.is_empty()
                && (!token.shape.is_word() && !is_content(token.shape) || self.document.has(at, grammar.joining))
            {
                continue;
            }
            let mark = matches!(token.shape, Shape::Mark(',' | '.' | '!' | '?' | ';' | ':' | '%'))
                || token.shape == Shape::Possessive;
            let glued = before == at.checked_sub(1) && !token.spaced;
            if !text.is_empty() && !glued && !mark {
                text.push(' ');
            }
            text.push_str(token.of(self.document.text));
            before = Some(at);
        }
        (text, ends)
    }
}

/// Whether a summary can start with it, though it is no word.
fn is_content(shape: Shape) -> bool {
    !matches!(shape, Shape::Mark(mark) if !matches!(mark, '"' | '“' | '$' | '£' | '€'))
}

/// Takes off the marks that are left at the ends.
fn tidy(text: &str) -> Cow<'_, str> {
    if text.contains(",,") {
        return Cow::Owned(trimmed(&text.replace(",,", ",")).into_owned());
    }
    trimmed(text)
}

fn trimmed(text: &str) -> Cow<'_, str> {
    let trim = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '\'' | '…');
    let text = text.trim_matches(trim).trim_end_matches('.').trim_end_matches(trim);
    // A quotation mark without its other half only opened or closed what is left out.
    let single = memchr::memchr_iter(b'"', text.as_bytes()).count() == 1;
    if single { Cow::Owned(text.replace('"', "")) } else { Cow::Borrowed(text) }
}

fn capitalised(mut text: String) -> String {
    match text.chars().next() {
        Some(first) if !first.is_ascii() => {
            text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
        }
        Some(_) => text.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase),
        None => {}
    }
    text
}

fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let end = text.char_indices().nth(LONGEST - 2).map_or(text.len(), |(at, _)| at);
    let head = text.get(..end).unwrap_or(&text);
    let at = head.rfind(' ').unwrap_or(head.len());
    format!("{} …", head[..at].trim_end_matches(|c: char| c.is_whitespace() || c == ','))
}

/// The stretch of a sentence without the white space of its breaks.
pub(super) fn sentence_span(document: &Document<'_>, sentence: &Range<usize>) -> Span {
    let mut end = sentence.end;
    while end > sentence.start && document.tokens[end - 1].shape == Shape::Break {
        end -= 1;
    }
    let mut start = sentence.start;
    while start < end && document.tokens[start].shape == Shape::Break {
        start += 1;
    }
    document.span(start, end)
}
