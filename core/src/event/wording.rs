//! How a unit is written: its tokens in the order of the article, behind the subject that `subject` supplies, without the
//! marks that belonged to what is gone.
//!
//! This module must not know which candidate is best.

use std::ops::Range;

use super::subject::{WithSubject, with_subject};
use super::unit::{DatedClause, Unit};
use crate::syntax::{ParsedPassage, Relation, Upos};
use crate::text::Shape;

/// The tokens of a line in their order.
pub(super) struct Wording {
    /// The tokens.
    pub(super) tokens: Vec<usize>,
    /// How many at the front are a subject that was supplied.
    supplied: usize,
    /// The auxiliary that is supplied behind them: "The tower, opened in 1968," is "The tower was opened".
    auxiliary: Option<String>,
    /// The tokens of the date that are left out.
    cut: Range<usize>,
}

impl Wording {
    /// Returns some tokens as they are.
    pub(super) fn plain(tokens: Vec<usize>) -> Self {
        Self { tokens, supplied: 0, auxiliary: None, cut: 0..0 }
    }

    /// Returns the wording of what is kept of a unit.
    pub(super) fn of(dated: &DatedClause<'_>, unit: Unit, kept: Vec<usize>, cut: &Range<usize>) -> Self {
        let WithSubject { tokens, supplied, auxiliary } = with_subject(dated, unit, kept, cut);
        let mut wording = Self { tokens, supplied, auxiliary, cut: cut.clone() };
        trim(dated, &mut wording);
        wording
    }

    /// Whether the line is a torso without its date: it ends with a copula, or with a verb that says nothing alone.
    pub(super) fn needs_date(&self, dated: &DatedClause<'_>) -> bool {
        let grammar = &dated.passage.pack.grammar;
        let last = self.tokens.iter().rfind(|&&at| dated.passage.tokens[at].shape.is_word());
        let needs = |at| {
            !closes_group(dated, at)
                && [grammar.be_past, grammar.be_present, grammar.lasting].iter().any(|&class| dated.has(at, class))
        };
        let before = self.cut.start.checked_sub(1).filter(|before| self.tokens.contains(before));
        // "riaprirà": where verbs have a future of their own, the tag is that of a full verb as well.
        let is_modal = |at| dated.structure.tag(at) == Upos::Modal && !dated.passage.pack.reads_forms();
        !self.cut.is_empty()
            && (last.is_some_and(|&at| needs(at) || is_modal(at))
                || self.leaves_lead(dated)
                || before.is_some_and(|before| dated.has(before, grammar.lasting)))
    }

    /// Whether a word stays that only led the date: "Over [the weekend], tributes were paid", "at exactly [noon]".
    fn leaves_lead(&self, dated: &DatedClause<'_>) -> bool {
        use Upos::{Adjective, Adposition, Adverb, Determiner};
        let structure = dated.structure;
        let is_lead = |at: usize| match structure.tag(at) {
            Adposition => structure.relation(at) == Relation::Case,
            Determiner => structure.relation(at) == Relation::Determiner,
            _ => false,
        };
        let reaches = |at: usize| {
            (at + 1..self.cut.start).all(|at| matches!(structure.tag(at), Adjective | Adposition | Adverb | Determiner))
        };
        // "filled in [between 1926 and 1931]": the words that lead it are known.
        let is_bare = self.cut.start == dated.date.start;
        self.tokens.iter().filter(|_| is_bare).any(|&at| {
            at < self.cut.start
                && is_lead(at)
                && structure.head(at).is_some_and(|head| self.cut.contains(&head))
                && reaches(at)
        })
    }

    /// Whether the line is a statement: a clause with its subject, or a phrase.
    pub(super) fn stands(&self, dated: &DatedClause<'_>, unit: Unit, pivot: usize) -> bool {
        let structure = dated.structure;
        let word = |at: &usize| dated.passage.tokens[*at].shape.is_word();
        let (Some(&first), Some(&last)) =
            (self.tokens.iter().find(|at| word(at)), self.tokens.iter().rfind(|at| word(at)))
        else {
            return false;
        };
        if first == last && !dated.is_entry() {
            return false;
        }
        let relative =
            |at: usize| structure.tag(at) == Upos::Pronoun && dated.has(at, dated.passage.pack.grammar.relative);
        // "Who fled", "under which it met"
        // "those agreed in May", "Japan's locally made planes": whom it is about is not said.
        let supplied = &self.tokens[..self.supplied];
        let is_vague = match *supplied {
            [only] => matches!(structure.tag(only), Upos::Pronoun | Upos::Determiner),
            [.., last] => dated.passage.tokens[last].shape == Shape::Possessive,
            [] => false,
        } && structure.relation(unit.head) == Relation::AdnominalClause;
        let opens_clause = structure.tag(first) == Upos::Subordinator
            || relative(first)
            || structure.tag(first) == Upos::Adposition && relative(first + 1);
        let is_closed =
            closes_group(dated, last) && structure.head(last).is_some_and(|verb| self.tokens.contains(&verb));
        let ends =
            self.needs_date(dated) || !is_closed && matches!(structure.tag(last), Upos::AuxPast | Upos::AuxPresent);
        let broken = dated.reports(unit.head) && self.cuts_quotation(dated);
        let hollow = dated.hollow_words(&self.cut).any(|at| at != unit.head && self.tokens.contains(&at));
        let apart = (first..last).any(|at| dated.is_mark(at, ';') || dated.is_mark(at, ':'));
        let has_subject = self.supplied > 0 || structure.subject(unit.head).is_some_and(|at| self.tokens.contains(&at));
        // "The company expecting a loss"
        let shared = matches!(structure.relation(unit.head), Relation::AdverbialClause | Relation::Complement);
        let unfinished = shared && !structure.is_finite(unit.head) && self.auxiliary.is_none();
        let is_complete = if structure.is_finite(unit.head) { has_subject } else { !unfinished };
        !opens_clause
            && !is_vague
            && !ends
            && !broken
            && !hollow
            && !self.is_cleft(dated)
            && !apart
            && (unit.is_phrase || is_complete)
            && !dated.is_aside(unit, pivot)
    }

    /// Whether it is a cleft sentence without the date that it is about: "It was only in 2016 that a bridge was built".
    fn is_cleft(&self, dated: &DatedClause<'_>) -> bool {
        let (grammar, cut) = (&dated.passage.pack.grammar, &self.cut);
        let is_be = |at| dated.has(at, grammar.be_past) || dated.has(at, grammar.be_present);
        let surrounds = |pair: &[usize]| pair[0] < cut.start && pair[1] >= cut.end;
        let is_cleft = |pair: &[usize]| surrounds(pair) && is_be(pair[0]) && dated.has(pair[1], grammar.that);
        !cut.is_empty() && self.tokens.windows(2).any(is_cleft)
    }

    /// Whether a quotation is there in part: what is left is not what the speaker said.
    fn cuts_quotation(&self, dated: &DatedClause<'_>) -> bool {
        let is_quote = |at: usize| ['"', '“', '”'].iter().any(|&mark| dated.is_mark(at, mark));
        if !dated.structure.tokens().any(is_quote) {
            return false;
        }
        let tokens: Vec<usize> = dated.structure.tokens().collect();
        if tokens.iter().filter(|&&at| is_quote(at)).count() % 2 == 1 {
            // It begins or ends in another sentence.
            return self.tokens.iter().filter(|&&at| is_quote(at)).count() % 2 == 1;
        }
        tokens.split(|&at| is_quote(at)).skip(1).step_by(2).any(|quoted| {
            let word = |at: &&usize| dated.passage.tokens[**at].shape.is_word();
            let is_kept = |at: &&usize| self.tokens.contains(at);
            let words = quoted.iter().filter(word).filter(|at| !self.cut.contains(at));
            let (all, kept) = (words.clone().count(), words.filter(is_kept).count());
            kept > 0 && kept < all
        })
    }
}

/// Whether an auxiliary stands at the end of its verb group, where it is no copula: "ist am Montag verletzt worden".
fn closes_group(dated: &DatedClause<'_>, at: usize) -> bool {
    let structure = dated.structure;
    dated.passage.pack.lexicon.writing().verb_bracket
        && structure.relation(at) == Relation::Auxiliary
        && structure.head(at).is_some_and(|verb| verb < at)
}

/// Removes what joined the line to what is gone: conjunctions at its front, function words and marks at its end.
fn trim(dated: &DatedClause<'_>, wording: &mut Wording) {
    let structure = dated.structure;
    let Wording { tokens, supplied, cut, .. } = wording;
    let is_word = |at: usize| dated.passage.tokens[at].shape.is_word();
    while *supplied == 0
        && tokens.first().is_some_and(|&at| structure.tag(at) == Upos::Conjunction || dated.is_mark(at, ','))
    {
        tokens.remove(0);
    }
    // "The cabinet met on Monday, shut the schools on Tuesday": the comma goes with the first deed.
    while *supplied > 0 && tokens.get(*supplied).is_some_and(|&at| dated.is_mark(at, ',')) {
        tokens.remove(*supplied);
    }
    if let Some(place) = loose_length(dated, tokens) {
        tokens.truncate(place);
    }
    let mut words = tokens.iter().filter(|&&at| is_word(at)).count();
    while let Some(place) = tokens.iter().rposition(|&at| is_word(at)).filter(|_| words > FEWEST_LEFT) {
        let at = tokens[place];
        let figure = tokens[place + 1..].iter().any(|&at| dated.passage.tokens[at].shape.is_figure());
        let leads = match structure.tag(at) {
            Upos::Conjunction | Upos::Subordinator | Upos::Possessive => true,
            Upos::Determiner => structure.relation(at) == Relation::Determiner,
            // The particle of a verb stays: "gave up".
            Upos::Adposition | Upos::Particle => {
                structure.relation(at) == Relation::Case && !is_particle(dated, at, cut)
            }
            // "was £61 million, up from £54 million" without the figure before
            Upos::Adverb => dated.has(at, dated.passage.pack.grammar.particle) && at > 0 && dated.is_mark(at - 1, ','),
            _ => false,
        };
        if figure || !leads {
            break;
        }
        tokens.truncate(place);
        words -= 1;
    }
}

/// Returns where a length of time behind a comma begins that has lost what it measures: ", four decades after a quarrel".
fn loose_length(dated: &DatedClause<'_>, tokens: &[usize]) -> Option<usize> {
    let place = tokens.iter().rposition(|&at| dated.passage.tokens[at].shape.is_word())?;
    let next = tokens[place] + 1;
    let goes_on = dated.structure.tokens().contains(&next) && dated.passage.tokens[next].shape.is_word();
    let comma = tokens[..place].iter().rposition(|&at| dated.is_mark(at, ','))?;
    let is_length = dated.has(tokens[place], dated.passage.pack.grammar.unit);
    (is_length && goes_on && !dated.date.contains(&next) && place - comma <= 3).then_some(comma)
}

/// Whether a preposition belongs to the verb before it.
fn is_particle(dated: &DatedClause<'_>, at: usize, cut: &Range<usize>) -> bool {
    let behind_verb = at.checked_sub(1).is_some_and(|before| dated.structure.tag(before).is_verb());
    // "brought in last December": what leads a date goes with it.
    behind_verb && (dated.has(at, dated.passage.pack.grammar.particle) || at + 1 == cut.start)
        || dated.structure.head(at).is_some_and(|head| head < at)
}

/// The fewest words that are left when function words at the end of a line go.
const FEWEST_LEFT: usize = 2;

impl Wording {
    /// Writes tokens in their order, with the spaces of the text, and without marks that belong to what is gone.
    pub(super) fn render(&self, passage: &ParsedPassage<'_>) -> String {
        let Self { tokens, supplied, auxiliary, .. } = self;
        let whole = without_brackets(passage, with_hyphens(passage, tokens));
        // Hyphens and brackets move what follows them.
        let own =
            tokens.get(*supplied).and_then(|first| whole.iter().position(|at| at == first)).unwrap_or(whole.len());
        let mut auxiliary = auxiliary.as_deref();
        let mark = |at: usize| match passage.tokens[at].shape {
            Shape::Mark(mark) => Some(mark),
            _ => None,
        };
        let count = |wanted: char| whole.iter().filter(|&&at| mark(at) == Some(wanted)).count();
        let unpaired = |mark: char| match mark {
            '"' => count('"') % 2 == 1,
            '“' | '”' => count('“') != count('”'),
            '(' | ')' => count('(') != count(')'),
            '[' | ']' => count('[') != count(']'),
            _ => false,
        };
        let mut text = String::new();
        let mut last: Option<usize> = None;
        let mut is_quoting = false;
        let grammar = &passage.pack.grammar;
        for (place, &at) in whole.iter().enumerate() {
            let token = &passage.tokens[at];
            // The comma behind a date that goes stays, unless one stands before the date as well or within it ("on May 3, 2019,"), or
            // only a phrase follows ("on Monday, for nine mln"), or a clause about the date ("in 1985, when").
            let phrase = |at| passage.has(at, grammar.preposition) || passage.has(at, grammar.when);
            let behind_gap =
                last.is_some_and(|last| !(last + 1..at).any(|gone| mark(gone) == Some(','))) && !phrase(at + 1);
            let adjacent = last.is_some_and(|last| last + 1 == at);
            let follows = adjacent || behind_gap;
            let goes_on = whole.get(place + 1).is_some_and(|&next| next == at + 1);
            let closes_quotation = goes_on && matches!(mark(at + 1), Some('"' | '”'));
            let ends = whole[place + 1..].iter().all(|&at| matches!(mark(at), Some('"' | '”' | '.')));
            let dropped = match token.shape {
                Shape::Break => true,
                Shape::Mark('-') => !adjacent || !goes_on,
                Shape::Mark(',' | ';' | ':' | '–' | '—') => {
                    place < own || !follows && !closes_quotation || !goes_on
                }
                Shape::Mark('.') => !goes_on || ends,
                Shape::Mark(mark) => unpaired(mark),
                _ => false,
            };
            if dropped {
                continue;
            }
            let parted = match auxiliary.take_if(|_| place >= own) {
                Some(auxiliary) => {
                    text.extend([" ", auxiliary]);
                    true
                }
                None => !adjacent,
            };
            if parted && last.is_some_and(|last| passage.has(last, grammar.indefinite)) {
                agree(&mut text, passage.word(at));
            }
            // The comma before a clause may have gone with the clause before it.
            let lost = last.is_some_and(|last| last + 1 < at && mark(at - 1) == Some(','));
            if lost && passage.has(at, grammar.clause_lead) && !passage.has(at, grammar.when) {
                text.push(',');
            }
            let closing = mark(at) == Some('"') && is_quoting;
            is_quoting ^= mark(at) == Some('"');
            let closes = closing
                || token.shape == Shape::Possessive
                || matches!(token.shape, Shape::Mark(',' | '.' | ';' | ':' | ')' | ']' | '%' | '!' | '?' | '”'));
            let opened = text.ends_with(['“', '(', '[']) || is_quoting && text.ends_with('"');
            if !text.is_empty() && !closes && !opened && (token.spaced || parted) {
                text.push(' ');
            }
            match token.shape {
                // Tokenised texts write a longer form: "``", "-LRB-".
                Shape::Mark(mark) => text.push(mark),
                // "Born in Rome, she": the capital was that of the sentence.
                _ if place == own && *supplied > 0 && passage.tag(at).is_verb() => {
                    text.push_str(&passage.word(at).to_lowercase());
                }
                _ => text.push_str(passage.word(at)),
            }
            last = Some(at);
        }
        let loose = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—');
        capitalised(text.trim_matches(loose).trim_end_matches('.').to_owned())
    }
}

/// Makes an indefinite article at the end of a text agree with the word that follows it now: "a 1985 accord" without its year is
/// "an accord".
fn agree(text: &mut String, next: &str) {
    let next = next.to_ascii_lowercase();
    let begins = |sounds: &[&str]| sounds.iter().any(|sound| next.starts_with(sound));
    let vowel = begins(&["a", "e", "i", "o", "u", "hour", "honest", "hono"]);
    // "a European", "a union", "a U.S. deal", "a one-off", "a used car"
    let vowel = vowel && !begins(&["eu", "uni", "u.", "us", "uk", "one"]);
    let (wrong, right) = if vowel { ("a", "an") } else { ("an", "a") };
    // A capital is an article only where the line begins: "Group A" is a name.
    if *text == capitalised(wrong.to_owned()) {
        *text = capitalised(right.to_owned());
    } else if let Some(before) = text.strip_suffix(wrong).filter(|before| before.is_empty() || before.ends_with(' ')) {
        text.replace_range(before.len().., right);
    }
}

/// Adds the hyphens and the parts of words that hyphens tie together.
fn with_hyphens(passage: &ParsedPassage<'_>, tokens: &[usize]) -> Vec<usize> {
    let mut whole: Vec<usize> = Vec::with_capacity(tokens.len());
    for &at in tokens {
        if let Some(&last) = whole.last().filter(|&&last| (last + 2..=last + 3).contains(&at)) {
            let tied = (last + 1..=at).all(|at| !passage.tokens[at].spaced);
            whole.extend((last + 1..at).filter(|_| tied));
        }
        whole.push(at);
    }
    whole
}

/// The longest group in brackets that is left out, in tokens: an abbreviation, a party, a short name.
const LONGEST_BRACKET: usize = 4;

/// Removes short groups in brackets ("the union (UTW)"), and notes of one word in square ones ("a law [ru]").
fn without_brackets(passage: &ParsedPassage<'_>, mut tokens: Vec<usize>) -> Vec<usize> {
    let is_mark = |at: usize, mark| passage.tokens.get(at).is_some_and(|token| token.shape.is_mark(mark));
    // The parser may hang the brackets by other words than the note.
    let opens_note = |open: usize| is_mark(open, '[') && is_mark(open + 2, ']');
    tokens.retain(|&at| !(at.saturating_sub(2)..=at).any(opens_note));
    let mut from = 0;
    while let Some(open) = tokens[from..].iter().position(|&at| is_mark(at, '(')).map(|open| from + open) {
        from = open + 1;
        let close = tokens[from..].iter().take(LONGEST_BRACKET + 1).position(|&at| is_mark(at, ')'));
        if let Some(close) = close {
            tokens.drain(open..=from + close);
            from = open;
        }
    }
    tokens
}

/// Capitalises the first letter; "eBay" stays.
pub(super) fn capitalised(mut text: String) -> String {
    let mut start = text.chars();
    match start.next() {
        Some(first) if first.is_lowercase() && start.next().is_some_and(char::is_uppercase) => {}
        Some(first) if !first.is_ascii() => {
            text.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
        }
        Some(_) => text.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase),
        None => {}
    }
    text
}

#[cfg(test)]
mod tests {
    use super::agree;

    #[test]
    fn an_article_agrees_with_what_follows_it() {
        for (text, next, wanted) in [
            ("in a", "accord", "in an"),
            ("A", "operating", "An"),
            ("in an", "truce", "in a"),
            ("in a", "European", "in a"),
            ("in a", "hour", "in an"),
            ("in Panama", "again", "in Panama"),
            ("Group A", "again", "Group A"),
            ("the", "accord", "the"),
        ] {
            let mut text = text.to_owned();
            agree(&mut text, next);
            assert_eq!(text, wanted, "{next}");
        }
    }
}
