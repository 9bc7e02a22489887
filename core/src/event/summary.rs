//! The statement in the article's own words, without its date, the reporting frame and what stands around it.

use std::borrow::Cow;
use std::ops::Range;

use super::antecedent;
use super::identity::normalised;
use super::names;
use super::trigger::{Seeker, Trigger};
use crate::language::tagger::Tag;
use crate::syntax::{Mood, ParsedPassage, Verb, is_adverb};
use crate::text::{Shape, Span};

/// The longest summary, in characters; cut at a word, and marked.
const LONGEST: usize = 280;

/// What a summary is shortened to where a comma or a conjunction allows it, in characters.
const PREFERRED: usize = 160;

/// The fewest words that a summary tells something with.
const FEWEST: usize = 3;

/// The longest noun of a list that is not cut, in tokens.
const LISTED: usize = 4;

/// The longest frame or bracket that is left out, in tokens.
pub(super) const ASIDE: usize = 12;

/// The summary of the statement that the trigger tells; `date` are the tokens of its date, from end to end in a range.
/// What stands before `opening` says when the article was written.
pub(super) fn summary(
    seeker: &Seeker<'_>,
    trigger: Option<Trigger<'_>>,
    date: Range<usize>,
    opening: usize,
) -> (String, Vec<String>) {
    let trigger = trigger.map(|trigger| trigger.token());
    let told = Telling { seeker, passage: seeker.passage, date, trigger, opening };
    let (clause, frame) = told.clause();
    let short = told.text(clause.clone());
    let enough = short.split_whitespace().nth(FEWEST - 1).is_some();
    let text = if enough { short } else { told.text(told.body()) };
    let tokens = if enough { clause.clone() } else { told.body() };
    let mut names = names::names(seeker.passage, tokens, seeker.sentence, &told.date);
    let named = if enough { told.named(clause, frame, &text, &mut names) } else { None };
    let summary = cut(capitalised(named.unwrap_or(text)));
    names.retain(|name| summary.contains(name.trim_end_matches('.')));
    (summary, names)
}

/// A statement that is to be told, with its sentence.
pub(super) struct Telling<'s> {
    pub(super) seeker: &'s Seeker<'s>,
    pub(super) passage: &'s ParsedPassage<'s>,
    pub(super) date: Range<usize>,
    pub(super) trigger: Option<usize>,
    opening: usize,
}

impl Telling<'_> {
    /// The sentence behind its dateline ("PARIS, March 3 (Reuters) - ") and the captions that run into it.
    fn body(&self) -> Range<usize> {
        let (passage, sentence) = (self.passage, self.seeker.sentence);
        let grammar = &passage.pack.grammar;
        let mut start = sentence.start.max(self.opening);
        // The time of a stamp: "14.07 BST"
        if start > sentence.start && passage.has(start + 1, grammar.zone) && passage.tokens[start].shape.is_figure() {
            start += 2;
        }
        if start > sentence.start && passage.has(start, grammar.page) {
            start += 1;
        }
        let upper = passage.tokens.get(start).is_some_and(|token| token.shape == Shape::Upper);
        let dash = |at: &usize| passage.has(*at, grammar.dash) || passage.tokens[*at].shape.is_mark('_');
        let dash = sentence.clone().take(2 * ASIDE).find(|at| dash(at) && passage.tokens[*at].spaced);
        if let Some(dash) =
            dash.filter(|&dash| upper && !(start..dash).any(|at| passage.tokens[at].shape == Shape::Lower))
        {
            start = dash + 1;
        }
        // "NOTE: the figures are", "Note - the figures are"
        let mark = passage.tokens.get(start + 1).map(|token| token.shape);
        if passage.has(start, grammar.note) && matches!(mark, Some(Shape::Mark(':' | '-' | '–' | '—'))) {
            start += 2;
        }
        let caption = |at: &usize| passage.has(*at, grammar.caption) && passage.has(*at + 1, grammar.comma);
        let before_trigger = start..self.trigger.unwrap_or(sentence.end).min(sentence.end);
        if let Some(caption) = before_trigger.rev().find(caption) {
            start = caption + 2;
        }
        start..sentence.end
    }

    /// The clause around the trigger: up to semicolons and dashes, within its quotation or around it, without who
    /// said it.
    fn clause(&self) -> (Range<usize>, Option<&Verb>) {
        let (passage, body) = (self.passage, self.body());
        let Some(trigger) = self.trigger.filter(|trigger| body.contains(trigger)) else {
            return (body, None);
        };
        let (mut start, mut end, mut quoted, mut fragment) = (body.start, body.end, false, false);
        for at in body.clone() {
            let divides = match passage.tokens[at].shape {
                Shape::Mark('"' | '“' | '”') => {
                    quoted = !quoted;
                    fragment = if quoted { self.is_fragment(at + 1) } else { fragment };
                    // A quotation that holds the trigger stands for itself; others belong to their sentence.
                    !fragment && quoted && self.quotation_end(at, body.end) > trigger && at < trigger
                        || !fragment && !quoted && at > trigger && self.quotation_start(at, start) < trigger
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
        let (start, frame) = self.unframed(start, trigger);
        // "said that he hoped to sign and that it would rain": two things were said.
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let more = |at: &usize| passage.has(*at, grammar.joining) && passage.has(*at + 1, grammar.that);
        let told = frame.map_or(end, |_| trigger.max(self.date.end));
        let end = (told..end).find(more).unwrap_or(end);
        let end = frame.and_then(|frame| self.end_of_content(frame, told..end)).unwrap_or(end);
        (start..end, frame)
    }

    /// "said that the price is right but declined to go on": where who said it is told of again.
    fn end_of_content(&self, frame: &Verb, rest: Range<usize>) -> Option<usize> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let past = |verb: &Verb| verb.finite && verb.mood == Mood::Past;
        let mut content =
            self.seeker.verbs.iter().filter(|verb| verb.finite && verb.main > frame.main && verb.main <= rest.start);
        let other = content.next_back().is_some_and(|verb| verb.mood != Mood::Past);
        let again = |at: &usize| self.seeker.verbs.iter().any(|verb| past(verb) && verb.tokens.start == at + 1);
        let mut rest = rest.filter(|&at| passage.has(at, grammar.joining));
        rest.find(again).filter(|_| other && past(frame))
    }

    /// The text with whom its first pronoun names.
    fn named(
        &self,
        mut clause: Range<usize>,
        frame: Option<&Verb>,
        text: &str,
        names: &mut Vec<String>,
    ) -> Option<String> {
        let head = clause.find(|&at| self.passage.tokens[at].shape.is_word())?;
        let pronoun = self.passage.word(head);
        let rest = text.strip_prefix(pronoun)?;
        let named = antecedent::antecedent(self.seeker, head, frame)?;
        let own = names::names(self.passage, named.clone(), self.seeker.sentence, &self.date);
        for name in own.into_iter().rev().filter(|name| !names.contains(name)).collect::<Vec<_>>() {
            names.insert(0, name);
        }
        let words = self.passage.span(named.start, named.end);
        let mut words = normalised(words.of(self.passage.text));
        if self.passage.has(head, self.passage.pack.grammar.determiner) {
            // "its mill"
            words += if words.ends_with('s') { "'" } else { "'s" };
        }
        Some(words + rest)
    }

    /// 'said it "needs to move"': what is quoted has no subject, and so is no sentence.
    fn is_fragment(&self, first: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let verb = self.seeker.verbs.iter().any(|verb| verb.tokens.start == first);
        verb || passage.has(first, grammar.preposition) || passage.tag(first) == Tag::Adverb
    }

    fn quotation_end(&self, open: usize, end: usize) -> usize {
        (open + 1..end).find(|&at| self.is_quote(at)).unwrap_or(end)
    }

    /// The quotation mark before the one at `close`; `close` itself where there is none.
    fn quotation_start(&self, close: usize, start: usize) -> usize {
        (start.saturating_sub(1)..close).rev().find(|&at| self.is_quote(at)).unwrap_or(close)
    }

    fn is_quote(&self, at: usize) -> bool {
        matches!(self.passage.tokens[at].shape, Shape::Mark('"' | '“' | '”'))
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
        // A date that stays must not be cut off.
        let dated = kept.get(self.date.start.wrapping_sub(range.start)).is_some_and(|kept| *kept);
        let needed = self.told_by(&range).max(trigger).max(if dated { self.date.end } else { 0 });
        let quoted = self.quoted(&range);
        let shorter = (needed + 2..range.end)
            .rev()
            .filter(|&at| self.divides(at) && !quoted[at - range.start] && self.is_whole(needed..at))
            .map(|end| self.without_joining(range.start, end))
            .find_map(|end| {
                let text = tidy(joined.get(..ends[end - range.start])?);
                (text.chars().count() <= PREFERRED).then_some(text)
            });
        shorter.unwrap_or(whole).into_owned()
    }

    /// Whether the last clause of a stretch has its verb: not "when France, a leading nation".
    fn is_whole(&self, stretch: Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let opens = |at: &usize| {
            let joins = passage.has(*at, grammar.join) || passage.has(*at, grammar.time_preposition);
            (passage.has(*at, grammar.subordinator) || passage.has(*at, grammar.relative)) && !joins
        };
        let last = stretch.clone().rev().find(opens);
        last.is_none_or(|last| {
            let mut verbs = self.seeker.verbs.iter();
            verbs.any(|verb| verb.finite && (last..stretch.end).contains(&verb.main))
        })
    }

    /// Which tokens of a range stand within quotation marks.
    fn quoted(&self, range: &Range<usize>) -> Vec<bool> {
        let mut within = false;
        let quoted = range.clone().map(|at| {
            let before = within;
            within ^= self.is_quote(at);
            before
        });
        quoted.collect()
    }

    /// The verb of the main clause, without which nothing is told; not one of "the offer that closed".
    fn told_by(&self, range: &Range<usize>) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let (mut from, mut told, mut framed, mut joined) = (range.start, range.start, false, false);
        for verb in self.seeker.verbs.iter().filter(|verb| verb.finite && range.contains(&verb.main)) {
            let mut before = from..verb.tokens.start;
            let own = before.clone().rev().find(|&at| passage.has(at, grammar.comma)).map_or(before.start, |at| at + 1);
            before.start = own;
            let opens = |at| passage.has(at, grammar.subordinator) && !passage.has(at, grammar.and);
            // "when he rose and spoke": "and" joins to a clause of the same kind.
            let same = joined && own == from && before.clone().any(|at| passage.has(at, grammar.and));
            joined = same || before.any(opens);
            let reports = passage.has(verb.main, grammar.report);
            let frame = reports && (self.trigger == Some(verb.main) || passage.has(verb.main, grammar.saying));
            // "a report adopted by the board": it only describes its noun.
            // "a meeting, held in Porto, will tell them": nor is this one told while another follows.
            let apart = verb.mood == Mood::Past && passage.has(verb.tokens.start.saturating_sub(1), grammar.comma);
            let last =
                !self.seeker.verbs.iter().any(|next| next.finite && (verb.main + 1..range.end).contains(&next.main));
            let participle = passage.tag(verb.main) == Tag::Participle;
            let describes = verb.tokens.len() == 1 && (participle || apart && !last);
            if !joined && !describes || framed {
                told = verb.tokens.end - 1;
                if !frame {
                    return told;
                }
            }
            // "announced that he would urge": what was announced belongs to it.
            framed = frame;
            from = verb.tokens.end;
        }
        told
    }

    /// The end of what is told, without the small words that led on to what is not.
    fn without_joining(&self, start: usize, mut end: usize) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let leads = [grammar.joining, grammar.preposition, grammar.subordinator, grammar.determiner, grammar.comma];
        let leads = |at| {
            leads.into_iter().any(|class| passage.has(at, class))
                || matches!(passage.tag(at), Tag::Preposition | Tag::Determiner)
        };
        // ", partly", ", especially"
        let adverb = |at| is_adverb(passage, at) && passage.has(at - 1, grammar.comma);
        while end > start + FEWEST && (leads(end - 1) || adverb(end - 1)) {
            end -= 1;
        }
        end
    }

    /// Whether a summary may end before that token: not within its date, nor before the "as" of "such as".
    fn divides(&self, at: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        // "said on Friday that the mine is flooded": without its clause nothing is said.
        let said = self.passage.has(at, grammar.that)
            && self.seeker.verbs.iter().any(|verb| {
                let reports = at - verb.tokens.end.min(at) < ASIDE && self.passage.has(verb.main, grammar.report);
                verb.tokens.end == at || verb.tokens.end <= at && reports
            });
        // "such as", "as well as"
        let compared = self.passage.has(at, grammar.as_word) && !self.passage.has(at - 1, grammar.comma);
        // "on that date"
        let points = self.passage.has(at, grammar.that) && self.passage.has(at - 1, grammar.preposition);
        // Without its condition a statement is not true.
        if compared || said || points || self.date.contains(&at) || self.passage.has(at, grammar.condition) {
            return false;
        }
        // "the quick, brown fox"
        let describes =
            |at: usize| self.passage.tag(at) == Tag::Adjective && self.passage.has(at - 1, grammar.determiner);
        let comma = self.passage.has(at, grammar.comma) && !self.is_list(at) && !describes(at - 1);
        comma && !matches!(self.passage.tokens[at - 1].shape, Shape::Capital)
            || self.passage.has(at, grammar.relative)
            || self.passage.has(at, grammar.subordinator)
                && !self.passage.has(at, grammar.join)
                && !(self.passage.has(at - 1, grammar.unit) && self.ends_clause(at + 1))
    }

    /// Whether no word stands there: "up from a year before,".
    fn ends_clause(&self, at: usize) -> bool {
        at >= self.seeker.sentence.end || !self.passage.tokens[at].shape.is_word()
    }

    /// "costs, profits and taxes": whether the comma stands within a list of nouns.
    fn is_list(&self, comma: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let ends = |at: usize| passage.has(at, grammar.comma) || passage.has(at, grammar.and);
        let noun = |at: usize| {
            let tag = passage.tag(at);
            let describes = matches!(tag, Tag::Adjective | Tag::Participle | Tag::Gerund);
            tag.is_noun() || describes || matches!(tag, Tag::ProperNoun | Tag::Number)
        };
        let item = (comma + 1..self.seeker.sentence.end).take(LISTED).take_while(|&at| noun(at)).count();
        item > 0 && ends(comma + 1 + item)
    }

    fn is_told(&self, at: usize) -> bool {
        !matches!(
            self.passage.tokens[at].shape,
            Shape::Break | Shape::Mark('[' | ']' | '*' | '\\' | '_' | '`' | '<' | '>')
        )
    }

    /// The tokens that are kept, spaced as the text has them; for each token of the range, how long the text before it
    /// is.
    fn join(&self, range: &Range<usize>, kept: &[bool]) -> (String, Vec<usize>) {
        let grammar = &self.passage.pack.grammar;
        let length = self.passage.span(range.start, range.end).range().len();
        let mut text = String::with_capacity(length);
        let mut ends = Vec::with_capacity(range.len());
        let mut before: Option<usize> = None;
        for at in range.clone() {
            ends.push(text.len());
            if !kept[at - range.start] {
                continue;
            }
            let token = &self.passage.tokens[at];
            if text.is_empty()
                && (!token.shape.is_word() && !is_content(token.shape)
                    || self.passage.has(at, grammar.joining) && self.passage.tag(at) != Tag::Determiner)
            {
                continue;
            }
            let closes = match token.shape {
                // "about .06 shares"
                Shape::Mark('.') => !token.spaced || self.passage.tokens.get(at + 1).is_none_or(|next| next.spaced),
                Shape::Mark(mark) => matches!(mark, ',' | '!' | '?' | ';' | ':' | '%' | ')' | '”'),
                shape => shape == Shape::Possessive,
            };
            let glued = before == at.checked_sub(1) && !token.spaced;
            if !text.is_empty() && !glued && !closes && !text.ends_with(['(', '“']) {
                text.push(' ');
            }
            match token.shape {
                // What tokenised texts write for it is longer: "``", "-LRB-".
                Shape::Mark(mark) => text.push(mark),
                _ => text.push_str(token.of(self.passage.text)),
            }
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
    let marks = memchr::memchr_iter(b'"', text.as_bytes()).count();
    let single = marks == 1;
    // The mark that opens what is said next, glued to the end of this: 'was "very rude"."We'.
    if let Some(text) = text.strip_suffix(".\"").filter(|_| marks > 1 && marks % 2 == 1) {
        return Cow::Borrowed(text);
    }
    let ends = [('"', ".\""), ('”', ".”")].into_iter().find_map(|(mark, end)| Some((text.strip_suffix(end)?, mark)));
    if let Some((text, mark)) = ends.filter(|_| !single) {
        return Cow::Owned(format!("{text}{mark}"));
    }
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
pub(super) fn sentence_span(passage: &ParsedPassage<'_>, sentence: &Range<usize>) -> Span {
    let mut end = sentence.end;
    while end > sentence.start && passage.tokens[end - 1].shape == Shape::Break {
        end -= 1;
    }
    let mut start = sentence.start;
    while start < end && passage.tokens[start].shape == Shape::Break {
        start += 1;
    }
    passage.span(start, end)
}
