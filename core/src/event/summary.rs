//! The summary of a statement: the clause of its trigger in the article's own words, without its date, its reporting
//! clause and what surrounds it.

use std::borrow::Cow;
use std::ops::Range;

use super::antecedent;
use super::identity::normalised;
use super::names;
use super::sentence::ParsedSentence;
use super::trigger::Trigger;
use crate::language::tagger::Tag;
use crate::syntax::{ParsedPassage, Verb, VerbForm, is_adverb};
use crate::text::{Shape, Span};

/// The longest summary, in characters; a longer one is cut at a word and ends with an ellipsis.
const LONGEST: usize = 280;

/// The length to which a summary is shortened where a comma or a conjunction allows it, in characters.
const PREFERRED: usize = 160;

/// The fewest words of a summary.
const FEWEST_WORDS: usize = 3;

/// The longest noun group of a list that is not cut, in tokens.
const LONGEST_ITEM: usize = 4;

/// The longest reporting clause or bracket that is left out, in tokens.
pub(super) const LONGEST_PARENTHESIS: usize = 12;

/// Returns the summary of a statement and the names in it. `date` are the tokens of its date, all of a range; the
/// tokens before `opening` are a dateline or a time stamp.
pub(super) fn summary(
    sentence: &ParsedSentence<'_>,
    trigger: Option<Trigger<'_>>,
    date: Range<usize>,
    opening: usize,
) -> (String, Vec<String>) {
    let trigger = trigger.map(|trigger| trigger.token());
    let statement = Statement { sentence, passage: sentence.passage, date, trigger, opening };
    let (clause, reporting) = statement.clause();
    let short = statement.text(clause.clone());
    let enough = short.split_whitespace().nth(FEWEST_WORDS - 1).is_some();
    let text = if enough { short } else { statement.text(statement.body()) };
    let tokens = if enough { clause.clone() } else { statement.body() };
    let mut names = names::names(sentence.passage, tokens, sentence.tokens, &statement.date);
    let resolved = if enough { statement.with_antecedent(clause, reporting, &text, &mut names) } else { None };
    let summary = cut(capitalised(resolved.unwrap_or(text)));
    names.retain(|name| summary.contains(name.trim_end_matches('.')));
    (summary, names)
}

/// A statement that is summarised, with its sentence.
pub(super) struct Statement<'s> {
    pub(super) sentence: &'s ParsedSentence<'s>,
    pub(super) passage: &'s ParsedPassage<'s>,
    pub(super) date: Range<usize>,
    pub(super) trigger: Option<usize>,
    opening: usize,
}

impl Statement<'_> {
    /// Returns the sentence after its dateline ("PARIS, March 3 (Reuters) - ") and the captions that run into it.
    fn body(&self) -> Range<usize> {
        let (passage, tokens) = (self.passage, self.sentence.tokens);
        let grammar = &passage.pack.grammar;
        let mut start = tokens.start.max(self.opening);
        // The rest of a time stamp: "14.07 BST"
        if start > tokens.start && passage.has(start + 1, grammar.zone) && passage.tokens[start].shape.is_figure() {
            start += 2;
        }
        if start > tokens.start && passage.has(start, grammar.page) {
            start += 1;
        }
        let upper = passage.tokens.get(start).is_some_and(|token| token.shape == Shape::Upper);
        let dash = |at: &usize| passage.has(*at, grammar.dash) || passage.tokens[*at].shape.is_mark('_');
        let dash = tokens.clone().take(2 * LONGEST_PARENTHESIS).find(|at| dash(at) && passage.tokens[*at].spaced);
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
        let before_trigger = start..self.trigger.unwrap_or(tokens.end).min(tokens.end);
        if let Some(caption) = before_trigger.rev().find(caption) {
            start = caption + 2;
        }
        start..tokens.end
    }

    /// Returns the clause of the trigger, up to semicolons and dashes, within its quotation or around it; and the verb
    /// of the reporting clause that was left out before it.
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
                    // A quotation that holds the trigger is a statement of its own; others belong to their sentence.
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
        let (start, reporting) = self.after_reporting_clause(start, trigger);
        // "said that he hoped to sign and that it would rain": two reported clauses.
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let more = |at: &usize| passage.has(*at, grammar.joining) && passage.has(*at + 1, grammar.that);
        let needed = reporting.map_or(end, |_| trigger.max(self.date.end));
        let end = (needed..end).find(more).unwrap_or(end);
        let content_end = reporting.and_then(|reporting| self.end_of_content(reporting, needed..end));
        (start..content_end.unwrap_or(end), reporting)
    }

    /// Returns where the reported clause ends and the reporting clause goes on: "said that the price is right but
    /// declined to go on".
    fn end_of_content(&self, reporting: &Verb, rest: Range<usize>) -> Option<usize> {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let past = |verb: &Verb| verb.finite && verb.form == VerbForm::Past;
        let mut content = self
            .sentence
            .verbs
            .iter()
            .filter(|verb| verb.finite && verb.head > reporting.head && verb.head <= rest.start);
        let other = content.next_back().is_some_and(|verb| verb.form != VerbForm::Past);
        let resumes = |at: &usize| self.sentence.verbs.iter().any(|verb| past(verb) && verb.tokens.start == at + 1);
        let mut rest = rest.filter(|&at| passage.has(at, grammar.joining));
        rest.find(resumes).filter(|_| other && past(reporting))
    }

    /// Returns the text with its first pronoun replaced by the antecedent, and adds the names in that.
    fn with_antecedent(
        &self,
        mut clause: Range<usize>,
        reporting: Option<&Verb>,
        text: &str,
        names: &mut Vec<String>,
    ) -> Option<String> {
        let head = clause.find(|&at| self.passage.tokens[at].shape.is_word())?;
        let pronoun = self.passage.word(head);
        let rest = text.strip_prefix(pronoun)?;
        let antecedent = antecedent::antecedent(self.sentence, head, reporting)?;
        let own = names::names(self.passage, antecedent.clone(), self.sentence.tokens, &self.date);
        for name in own.into_iter().rev().filter(|name| !names.contains(name)).collect::<Vec<_>>() {
            names.insert(0, name);
        }
        let words = self.passage.span(antecedent.start, antecedent.end);
        let mut words = normalised(words.of(self.passage.text));
        if self.passage.has(head, self.passage.pack.grammar.determiner) {
            // "its mill"
            words += if words.ends_with('s') { "'" } else { "'s" };
        }
        Some(words + rest)
    }

    /// Whether a quotation has no subject, and so is no sentence: 'said it "needs to move"'.
    fn is_fragment(&self, first: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let verb = self.sentence.verbs.iter().any(|verb| verb.tokens.start == first);
        verb || passage.has(first, grammar.preposition) || passage.tag(first) == Tag::Adverb
    }

    /// Returns the quotation mark after the one at `open`; `end` where there is none.
    fn quotation_end(&self, open: usize, end: usize) -> usize {
        (open + 1..end).find(|&at| self.is_quote(at)).unwrap_or(end)
    }

    /// Returns the quotation mark before the one at `close`; `close` itself where there is none.
    fn quotation_start(&self, close: usize, start: usize) -> usize {
        (start.saturating_sub(1)..close).rev().find(|&at| self.is_quote(at)).unwrap_or(close)
    }

    fn is_quote(&self, at: usize) -> bool {
        matches!(self.passage.tokens[at].shape, Shape::Mark('"' | '“' | '”'))
    }

    /// Returns the text of a range, with what a summary does without left out.
    fn text(&self, range: Range<usize>) -> String {
        let mut kept: Vec<bool> = range.clone().map(|at| self.is_readable(at)).collect();
        self.leave_out_parentheses(&range, &mut kept);
        self.leave_out_date(&range, &mut kept);
        let (joined, ends) = self.join(&range, &kept);
        let whole = tidy(&joined);
        let Some(trigger) = self.trigger.filter(|_| whole.chars().count() > PREFERRED) else {
            return whole.into_owned();
        };
        // A date that stays must not be cut off.
        let dated = kept.get(self.date.start.wrapping_sub(range.start)).is_some_and(|kept| *kept);
        let needed = self.end_of_main_verb(&range).max(trigger).max(if dated { self.date.end } else { 0 });
        let quoted = self.quoted(&range);
        let shorter = (needed + 2..range.end)
            .rev()
            .filter(|&at| self.divides(at) && !quoted[at - range.start] && self.is_complete(needed..at))
            .map(|end| self.without_trailing_function_words(range.start, end))
            .find_map(|end| {
                let text = tidy(joined.get(..ends[end - range.start])?);
                (text.chars().count() <= PREFERRED).then_some(text)
            });
        shorter.unwrap_or(whole).into_owned()
    }

    /// Whether the last clause of a range has its verb: not "when France, a leading nation".
    fn is_complete(&self, range: Range<usize>) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let opens = |at: &usize| {
            let joins = passage.has(*at, grammar.join) || passage.has(*at, grammar.time_preposition);
            (passage.has(*at, grammar.subordinator) || passage.has(*at, grammar.relative)) && !joins
        };
        let last = range.clone().rev().find(opens);
        last.is_none_or(|last| {
            let mut verbs = self.sentence.verbs.iter();
            verbs.any(|verb| verb.finite && (last..range.end).contains(&verb.head))
        })
    }

    /// Returns for each token of a range whether it is within quotation marks.
    fn quoted(&self, range: &Range<usize>) -> Vec<bool> {
        let mut within = false;
        let quoted = range.clone().map(|at| {
            let before = within;
            within ^= self.is_quote(at);
            before
        });
        quoted.collect()
    }

    /// Returns the last token of the main verb, which no summary may lack; not of the relative clause in "the offer
    /// that closed".
    fn end_of_main_verb(&self, range: &Range<usize>) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let (mut from, mut main, mut reported, mut subordinate) = (range.start, range.start, false, false);
        for verb in self.sentence.verbs.iter().filter(|verb| verb.finite && range.contains(&verb.head)) {
            let mut before = from..verb.tokens.start;
            let own = before.clone().rev().find(|&at| passage.has(at, grammar.comma)).map_or(before.start, |at| at + 1);
            before.start = own;
            let opens = |at| passage.has(at, grammar.subordinator) && !passage.has(at, grammar.and);
            // "when he rose and spoke": coordinated clauses are subordinate together.
            let same = subordinate && own == from && before.clone().any(|at| passage.has(at, grammar.and));
            subordinate = same || before.any(opens);
            let reports = passage.has(verb.head, grammar.report);
            let reporting = reports && (self.trigger == Some(verb.head) || passage.has(verb.head, grammar.saying));
            // "a report adopted by the board": the participle modifies its noun.
            // "a meeting, held in Porto, will help them": so does this one, while another verb follows.
            let apart = verb.form == VerbForm::Past && passage.has(verb.tokens.start.saturating_sub(1), grammar.comma);
            let last =
                !self.sentence.verbs.iter().any(|next| next.finite && (verb.head + 1..range.end).contains(&next.head));
            let participle = passage.tag(verb.head) == Tag::Participle;
            let modifies = verb.tokens.len() == 1 && (participle || apart && !last);
            if !subordinate && !modifies || reported {
                main = verb.tokens.end - 1;
                if !reporting {
                    return main;
                }
            }
            // "announced that he would urge": the reporting clause needs the reported one.
            reported = reporting;
            from = verb.tokens.end;
        }
        main
    }

    /// Returns the end of a summary, without the function words that introduced what is cut off.
    fn without_trailing_function_words(&self, start: usize, mut end: usize) -> usize {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let classes = [grammar.joining, grammar.preposition, grammar.subordinator, grammar.determiner, grammar.comma];
        let function_word = |at| {
            classes.into_iter().any(|class| passage.has(at, class))
                || matches!(passage.tag(at), Tag::Preposition | Tag::Determiner)
        };
        // ", partly", ", especially"
        let adverb = |at| is_adverb(passage, at) && passage.has(at - 1, grammar.comma);
        while end > start + FEWEST_WORDS && (function_word(end - 1) || adverb(end - 1)) {
            end -= 1;
        }
        end
    }

    /// Whether a summary may end before that token: not within its date, nor before the "as" of "such as".
    fn divides(&self, at: usize) -> bool {
        let grammar = &self.passage.pack.grammar;
        // "said on Friday that the mine is flooded": the reporting clause needs the reported one.
        let reported = self.passage.has(at, grammar.that)
            && self.sentence.verbs.iter().any(|verb| {
                let reports =
                    at - verb.tokens.end.min(at) < LONGEST_PARENTHESIS && self.passage.has(verb.head, grammar.report);
                verb.tokens.end == at || verb.tokens.end <= at && reports
            });
        // "such as", "as well as"
        let compared = self.passage.has(at, grammar.as_word) && !self.passage.has(at - 1, grammar.comma);
        // "on that date"
        let anaphoric = self.passage.has(at, grammar.that) && self.passage.has(at - 1, grammar.preposition);
        // Without its condition a statement may be false.
        if compared || reported || anaphoric || self.date.contains(&at) || self.passage.has(at, grammar.condition) {
            return false;
        }
        // "the quick, brown fox"
        let attributive =
            |at: usize| self.passage.tag(at) == Tag::Adjective && self.passage.has(at - 1, grammar.determiner);
        let comma = self.passage.has(at, grammar.comma) && !self.is_list(at) && !attributive(at - 1);
        comma && !matches!(self.passage.tokens[at - 1].shape, Shape::Capital)
            || self.passage.has(at, grammar.relative)
            || self.passage.has(at, grammar.subordinator)
                && !self.passage.has(at, grammar.join)
                && !(self.passage.has(at - 1, grammar.unit) && self.ends_clause(at + 1))
    }

    /// Whether no word follows: "up from a year before,".
    fn ends_clause(&self, at: usize) -> bool {
        at >= self.sentence.tokens.end || !self.passage.tokens[at].shape.is_word()
    }

    /// Whether the comma is within a list of nouns: "costs, profits and taxes".
    fn is_list(&self, comma: usize) -> bool {
        let (passage, grammar) = (self.passage, &self.passage.pack.grammar);
        let ends = |at: usize| passage.has(at, grammar.comma) || passage.has(at, grammar.and);
        let noun = |at: usize| {
            let tag = passage.tag(at);
            let modifier = matches!(tag, Tag::Adjective | Tag::Participle | Tag::Gerund);
            tag.is_noun() || modifier || matches!(tag, Tag::ProperNoun | Tag::Number)
        };
        let item = (comma + 1..self.sentence.tokens.end).take(LONGEST_ITEM).take_while(|&at| noun(at)).count();
        item > 0 && ends(comma + 1 + item)
    }

    /// Whether a token is text, not markup.
    fn is_readable(&self, at: usize) -> bool {
        !matches!(
            self.passage.tokens[at].shape,
            Shape::Break | Shape::Mark('[' | ']' | '*' | '\\' | '_' | '`' | '<' | '>')
        )
    }

    /// Joins the tokens that are kept, spaced as in the text. Returns the text and, for each token of the range, the
    /// length of the text before it.
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
                // Tokenised texts write a longer form: "``", "-LRB-".
                Shape::Mark(mark) => text.push(mark),
                _ => text.push_str(token.of(self.passage.text)),
            }
            before = Some(at);
        }
        (text, ends)
    }
}

/// Whether a summary can start with a token that is no word.
fn is_content(shape: Shape) -> bool {
    !matches!(shape, Shape::Mark(mark) if !matches!(mark, '"' | '“' | '$' | '£' | '€'))
}

/// Removes punctuation that is left over at the ends.
fn tidy(text: &str) -> Cow<'_, str> {
    if text.contains(",,") {
        return Cow::Owned(trimmed(&text.replace(",,", ",")).into_owned());
    }
    trimmed(text)
}

fn trimmed(text: &str) -> Cow<'_, str> {
    let trim = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '\'' | '…');
    let text = text.trim_matches(trim).trim_end_matches('.').trim_end_matches(trim);
    // A quotation mark without its other half belongs to what is left out.
    let marks = memchr::memchr_iter(b'"', text.as_bytes()).count();
    let single = marks == 1;
    // The mark that opens the next quotation, without a space: 'was "very rude"."We'.
    if let Some(text) = text.strip_suffix(".\"").filter(|_| marks > 1 && marks % 2 == 1) {
        return Cow::Borrowed(text);
    }
    let ends = [('"', ".\""), ('”', ".”")].into_iter().find_map(|(mark, end)| Some((text.strip_suffix(end)?, mark)));
    if let Some((text, mark)) = ends.filter(|_| !single) {
        return Cow::Owned(format!("{text}{mark}"));
    }
    if single { Cow::Owned(text.replace('"', "")) } else { Cow::Borrowed(text) }
}

/// Capitalises the first letter.
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

/// Cuts a text that is too long at a word.
fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let end = text.char_indices().nth(LONGEST - 2).map_or(text.len(), |(at, _)| at);
    let head = text.get(..end).unwrap_or(&text);
    let at = head.rfind(' ').unwrap_or(head.len());
    format!("{} …", head[..at].trim_end_matches(|c: char| c.is_whitespace() || c == ','))
}

/// Returns the span of a sentence without the line breaks at its ends.
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
