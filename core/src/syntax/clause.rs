//! The verbs of a sentence: where each group stands, which word carries it, and how it places what it tells.
//!
//! By parts of speech, closed lists and word forms; it must not know dates.

use std::ops::Range;

use super::ParsedPassage;
use super::form::{
    behind_adverbs, ends_period, is_adverb, is_base_form, is_be, is_determined, is_main, is_negative, is_past_form,
    is_predicate, is_present, is_second_half, stands_before_noun,
};
use crate::language::tagger::Tag;
use crate::text::Shape;

/// How a verb group places what it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Told as done: "made", "was made", "had made".
    Past,
    /// Told as so: "is", "is making", "makes".
    Present,
    /// Told as to come: "will make", "is due to make", "plans to make".
    Planned,
    /// Told as possible: "may make", "is likely to make".
    Possible,
    /// "to make", without a word of planning before it.
    Infinitive,
    /// "making", "made" behind its noun.
    Participle,
}

/// A verb group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verb {
    /// All of it, as tokens.
    pub tokens: Range<usize>,
    /// The word that carries it.
    pub main: usize,
    /// How it places what it tells.
    pub mood: Mood,
    /// Whether it is denied.
    pub negated: bool,
    /// Whether it goes on ("is making", "has been making").
    pub progressive: bool,
    /// Whether it reaches from the past to now ("has made").
    pub perfect: bool,
    /// Whether it has a subject of its own, so that its clause can stand alone.
    pub finite: bool,
}

/// How far behind its first auxiliary the main verb is sought.
const GROUP: usize = 7;

/// How far before an infinitive or a gerund the verb that governs it is sought.
const GOVERNED: usize = 6;

/// The verb groups of a sentence, in order.
pub(super) fn verbs(passage: &ParsedPassage<'_>, sentence: &Range<usize>) -> Vec<Verb> {
    let mut verbs: Vec<Verb> = Vec::new();
    let mut at = sentence.start;
    while at < sentence.end {
        match verb_at(passage, at, sentence) {
            Some(mut verb) => {
                if let Some(before) = verbs.last().filter(|_| !verb.finite) {
                    govern(passage, before, &mut verb);
                }
                at = verb.tokens.end.max(at + 1);
                verbs.push(verb);
            }
            None => at += 1,
        }
    }
    if !verbs.iter().any(|verb| verb.finite)
        && let Some(at) = sentence.clone().find(|&at| is_disguised(passage, at, sentence))
    {
        let place = verbs.partition_point(|verb| verb.tokens.start < at);
        verbs.insert(place, simple(at..at + 1, at, Mood::Present));
    }
    verbs
}

/// "Talks resume on Friday", "sales start Monday": in a sentence without another verb, a word that may be one behind what
/// can be its subject is the verb, though it is a noun as well.
fn is_disguised(passage: &ParsedPassage<'_>, at: usize, sentence: &Range<usize>) -> bool {
    let grammar = &passage.pack.grammar;
    let lower = passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower);
    let Some(before) = at.checked_sub(1).filter(|before| lower && *before >= sentence.start) else { return false };
    let name = passage.tag(before) == Tag::ProperNoun && passage.word(before).ends_with('s');
    let plural = name || passage.tag(before) == Tag::PluralNoun;
    let known = passage.has(at, grammar.verb) && plural || passage.has(at, grammar.verb_third) && !plural;
    let subject = passage.tag(before).is_noun() && !passage.has(before, grammar.unit);
    let noun_behind = at + 1 < sentence.end && passage.tag(at + 1).is_noun();
    known && subject && !noun_behind && !passage.has(at + 1, grammar.of)
}

/// The group that starts at a token, if one does.
fn verb_at(passage: &ParsedPassage<'_>, at: usize, sentence: &Range<usize>) -> Option<Verb> {
    let token = passage.tokens.get(at)?;
    let grammar = &passage.pack.grammar;
    let has = |class| passage.has(at, class);
    let end = sentence.end;
    if token.shape == Shape::Possessive {
        return shortened(passage, at, end);
    }
    if !token.shape.is_word() {
        return None;
    }
    if let Some(mood) = auxiliary(passage, at).filter(|_| !is_named_so(passage, at, sentence)) {
        return Some(group(passage, at, end, mood));
    }
    if has(grammar.to) && is_base_form(passage, at + 1, end) {
        return Some(infinitive(passage, at, end));
    }
    if opens_sentence(passage, at, sentence) && is_past_with_capital(passage, at) {
        // "Founded in 1898, the mill closed": what its subject stands behind.
        return Some(absorbing(passage, simple(at..at + 1, at, Mood::Participle), end));
    }
    if token.shape != Shape::Lower || has(grammar.no_event) || is_second_half(passage, at) {
        return None;
    }
    let before = at.checked_sub(1).filter(|before| *before >= sentence.start);
    // "250 mln marks", "nine cases"
    if has(grammar.counted) && before.is_some_and(|before| counts(passage, before)) {
        return None;
    }
    let tag = passage.tag(at);
    if is_past_form(passage, at) {
        let participle = before.is_some_and(|before| stands_before_noun(passage, before));
        let noun_before = before.is_some_and(|before| is_described(passage, before));
        return (!participle && !ends_period(passage, at)).then(|| past(passage, at, noun_before, end));
    }
    let adjective = || before.is_some_and(|before| is_be(passage, behind_adverbs(passage, before)));
    // "the troops crossed": no verb stands right before another.
    let doubled = || !has(grammar.linking) && at + 1 < end && is_past_form(passage, at + 1);
    if (tag == Tag::Present && !doubled() || is_present(passage, before, at, end)) && !adjective() {
        return Some(absorbing(passage, simple(at..at + 1, at, Mood::Present), end));
    }
    let word = token.of(passage.text);
    if tag == Tag::Base && !has(grammar.subordinator) && !has(grammar.counted) {
        // "Let them go", "helped build": without a subject, as an infinitive is.
        return Some(simple(at..at + 1, at, Mood::Infinitive));
    }
    let gerund = word.len() > 4 && word.ends_with("ing") && (tag == Tag::Gerund || tag == Tag::Adjective);
    let noun = || before.is_some_and(|before| is_determined(passage, before)) || ends_period(passage, at);
    (gerund && !noun()).then(|| simple(at..at + 1, at, Mood::Participle))
}

/// Whether the word tells how many: "nine", "250", "mln".
fn counts(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let grammar = &passage.pack.grammar;
    passage.tokens[at].shape.is_figure() || passage.has(at, grammar.cardinal) || passage.has(at, grammar.counted)
}

/// Whether the word with its capital is the first of a sentence.
fn opens_sentence(passage: &ParsedPassage<'_>, at: usize, sentence: &Range<usize>) -> bool {
    let first = sentence.clone().find(|&at| passage.tokens[at].shape.is_word());
    first == Some(at) && passage.tokens[at].shape == Shape::Capital
}

/// Whether a word with a capital is a past form: "Founded", and "Rescued" before "by" though it is taken for a name.
fn is_past_with_capital(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let formed = passage.word(at).ends_with("ed") && !passage.has(at, passage.pack.grammar.not_past);
    matches!(passage.tag(at), Tag::Past | Tag::Participle)
        || formed && passage.has(at + 1, passage.pack.grammar.preposition)
}

/// How the auxiliary at a token places its group, if one stands there. Those that are other words as well ("may",
/// "will") are known by their part of speech.
fn auxiliary(passage: &ParsedPassage<'_>, at: usize) -> Option<Mood> {
    let grammar = &passage.pack.grammar;
    let has = |class| passage.has(at, class);
    // "They'd met" is "they had met".
    if has(grammar.would) && passage.word(at).ends_with('d') && passage.word(at) != "would" {
        let had = is_past_form(passage, at + 1) && passage.tag(at + 1) != Tag::Base;
        return Some(if had { Mood::Past } else { Mood::Planned });
    }
    if has(grammar.will) && !matches!(passage.tag(at), Tag::Noun | Tag::ProperNoun) || has(grammar.would) {
        Some(Mood::Planned)
    } else if has(grammar.modal) && (passage.tag(at) == Tag::Modal || is_negative(passage, at)) {
        Some(Mood::Possible)
    } else if has(grammar.be_past) || has(grammar.had) || has(grammar.did) || has(grammar.have) {
        Some(Mood::Past)
    } else if has(grammar.be_present) || has(grammar.does) {
        Some(Mood::Present)
    } else {
        None
    }
}

/// The "Am" of "Pan Am" and the "am" of "6:58 am" are no auxiliaries.
fn is_named_so(passage: &ParsedPassage<'_>, at: usize, sentence: &Range<usize>) -> bool {
    let shape = |at: usize| passage.tokens.get(at).map(|token| token.shape);
    let before = at.checked_sub(1).filter(|before| *before >= sentence.start).and_then(shape);
    let named = shape(at) == Some(Shape::Capital) && before == Some(Shape::Capital);
    let clock = matches!(before, Some(Shape::Clock | Shape::Digits { .. }));
    passage.has(at, passage.pack.grammar.be_present) && (named || clock && passage.word(at) == "am")
}

/// "She's led": the rest of a "has" behind its pronoun.
fn shortened(passage: &ParsedPassage<'_>, at: usize, end: usize) -> Option<Verb> {
    let grammar = &passage.pack.grammar;
    let main = at + 1;
    let led = at.checked_sub(1).is_some_and(|before| passage.has(before, grammar.subject));
    let perfect = led && main < end && is_past_form(passage, main) && !passage.has(main, grammar.plan);
    perfect.then(|| Verb { perfect, ..simple(at..main + 1, main, Mood::Past) })
}

/// Whether the base form of a verb follows an auxiliary: "will sell", "may sell", "did sell".
fn auxiliary_of_base(passage: &ParsedPassage<'_>, at: usize) -> bool {
    matches!(auxiliary(passage, at), Some(Mood::Planned | Mood::Possible))
        || passage.has(at, passage.pack.grammar.does)
        || passage.has(at, passage.pack.grammar.did)
}

/// "did the women vote", "will you vote": the main verb stands behind the subject.
fn behind_subject(passage: &ParsedPassage<'_>, auxiliary: usize, end: usize) -> Option<usize> {
    let grammar = &passage.pack.grammar;
    let next = auxiliary + 1;
    let asks = passage.has(auxiliary, grammar.did) || passage.has(auxiliary, grammar.does);
    let pronoun = passage.tag(next) == Tag::Pronoun;
    let inverted = asks || pronoun && auxiliary_of_base(passage, auxiliary);
    let subject = pronoun || passage.has(next, grammar.determiner) || passage.has(next, grammar.subject);
    let mut group = (next + 1..end.min(next + GROUP)).take_while(|&at| passage.tokens[at].shape.is_word());
    let verb = |at: &usize| passage.tag(*at).is_verb() || passage.has(*at, grammar.verb);
    (inverted && subject).then(|| group.find(verb))?
}

/// "to meet", "to be held", "to have fled".
fn infinitive(passage: &ParsedPassage<'_>, to: usize, end: usize) -> Verb {
    let auxiliary = is_be(passage, to + 1) || passage.has(to + 1, passage.pack.grammar.have);
    let mut verb = simple(to..to + 2, to + 1, Mood::Infinitive);
    if auxiliary {
        verb = Verb { finite: false, ..group(passage, to + 1, end, Mood::Infinitive) };
        verb.tokens.start = to;
    }
    verb
}

fn simple(tokens: Range<usize>, main: usize, mood: Mood) -> Verb {
    let finite = matches!(mood, Mood::Past | Mood::Present);
    Verb { tokens, main, mood, negated: false, progressive: false, perfect: false, finite }
}

/// A past form without an auxiliary: its clause's verb, or a participle behind a noun that lacks one
/// ("the concert planned for May").
fn past(passage: &ParsedPassage<'_>, at: usize, noun_before: bool, end: usize) -> Verb {
    let grammar = &passage.pack.grammar;
    let mut verb = simple(at..at + 1, at, Mood::Past);
    if noun_before && passage.has(at, grammar.plan) && passage.has(at + 1, grammar.preposition) {
        verb.mood = Mood::Planned;
        verb.finite = false;
    }
    absorbing(passage, verb, end)
}

/// Whether a past form behind that token only describes a noun: "the concert planned", "the launch, planned".
fn is_described(passage: &ParsedPassage<'_>, before: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let noun = |at| passage.has(at, grammar.event_noun);
    noun(before) || before > 0 && passage.has(before, grammar.comma) && noun(before - 1)
}

/// "failed to agree", "began to fall": one group, carried by its first word; "remained closed" by its last.
fn absorbing(passage: &ParsedPassage<'_>, mut verb: Verb, end: usize) -> Verb {
    let grammar = &passage.pack.grammar;
    let at = verb.main;
    if passage.has(at, grammar.implicative) && passage.has(at + 1, grammar.to) && is_base_form(passage, at + 2, end) {
        verb.tokens.end = at + 3;
        // "used to drive", but "was used to drive screws"
        if passage.has(at, grammar.used) && verb.tokens.start == at {
            verb.main = at + 2;
        }
    } else if passage.has(at, grammar.linking) && at + 1 < end && is_past_form(passage, at + 1) {
        verb.main = at + 1;
        verb.tokens.end = at + 2;
    } else if passage.has(at, grammar.ruled) && passage.has(at + 1, grammar.out) {
        verb.tokens.end = at + 2;
    }
    verb
}

/// An auxiliary and what belongs to it, up to its main verb. Without one, the auxiliary stands for itself.
fn group(passage: &ParsedPassage<'_>, first: usize, end: usize, mood: Mood) -> Verb {
    let grammar = &passage.pack.grammar;
    let mut verb = simple(first..first + 1, first, mood);
    verb.finite = passage.tag(first) != Tag::Gerund;
    verb.negated = is_negative(passage, first) && !passage.has(first + 1, grammar.no_negation);
    verb.perfect = verb.finite && passage.has(first, grammar.have);
    if !verb.finite {
        // "having seen", "being held"
        verb.mood = Mood::Participle;
    }
    let base_follows = matches!(mood, Mood::Planned | Mood::Possible)
        || passage.has(first, grammar.does)
        || passage.has(first, grammar.did);
    if let Some(main) = behind_subject(passage, first, end) {
        return Verb { tokens: first..main + 1, main, ..verb };
    }
    let aside = aside(passage, first, end);
    for at in (first + 1..end.min(first + GROUP + aside.len())).filter(|at| !aside.contains(at)) {
        let has = |class| passage.has(at, class);
        if matches!(passage.tokens[at].shape, Shape::Mark('"' | '“' | '`')) {
            // 'will "proceed"'
            continue;
        } else if has(grammar.negation) {
            verb.negated = !passage.has(at + 1, grammar.no_negation);
        } else if has(grammar.be_past) || has(grammar.be_present) || has(grammar.have) {
            verb.main = at;
        } else if has(grammar.to) && is_be(passage, verb.main) && is_base_form(passage, at + 1, end) {
            // "are to meet", "is to be held"
            let Verb { tokens, main, .. } = infinitive(passage, at, end);
            return Verb { mood: Mood::Planned, main, tokens: first..tokens.end, ..verb };
        } else if has(grammar.to) && verb.main == first && is_base_form(passage, at + 1, end) {
            return obliged(passage, at, end, verb);
        } else if let Some(planned) = planned(passage, at, end, &verb) {
            return planned;
        } else if is_be(passage, verb.main) && is_predicate(passage, at) {
            verb.main = at;
            verb.tokens.end = at + 1;
            return verb;
        } else if !is_adverb(passage, at) {
            let perfect = verb.perfect || passage.has(verb.main, grammar.had);
            if is_main(passage, at, base_follows && verb.main == first) || perfect && has(grammar.irregular_past) {
                verb.progressive = passage.word(at).ends_with("ing");
                verb.main = at;
                verb.tokens.end = at + 1;
                return absorbing(passage, verb, end);
            }
            break;
        }
        verb.tokens.end = at + 1;
    }
    if verb.main == first && passage.has(first, grammar.have) && verb.finite && mood != Mood::Infinitive {
        // "has nine pupils": no auxiliary after all.
        verb.mood = Mood::Present;
        verb.perfect = false;
    }
    verb
}

/// "may, in a year or two, save": what stands between commas right behind an auxiliary.
fn aside(passage: &ParsedPassage<'_>, auxiliary: usize, end: usize) -> Range<usize> {
    let comma = |at: &usize| passage.has(*at, passage.pack.grammar.comma);
    let open = auxiliary + 1;
    let close = Some(open).filter(comma).and_then(|open| (open + 1..end.min(open + GROUP)).find(comma));
    // Not "was, police said, shot": that tells something itself.
    let close = close.filter(|close| !(open..*close).any(|at| passage.tag(at).is_verb()));
    open..close.map_or(open, |close| close + 1)
}

/// "had to leave" was done, "has to leave" is to be done, "has yet to leave" is not done.
fn obliged(passage: &ParsedPassage<'_>, to: usize, end: usize, verb: Verb) -> Verb {
    let grammar = &passage.pack.grammar;
    let Verb { tokens, main, .. } = infinitive(passage, to, end);
    let first = verb.tokens.start;
    let yet = (first..to).any(|at| passage.has(at, grammar.yet));
    let mood = if passage.has(first, grammar.have) && !yet { Mood::Planned } else { Mood::Past };
    Verb { mood, main, tokens: first..tokens.end, negated: verb.negated || yet, perfect: false, ..verb }
}

/// "is due to expire", "was scheduled for", "is likely to rise", "is going to tour": the word of planning at `at` and
/// the infinitive that it governs, as one group.
fn planned(passage: &ParsedPassage<'_>, at: usize, end: usize, verb: &Verb) -> Option<Verb> {
    let grammar = &passage.pack.grammar;
    let has = |class| passage.has(at, class);
    let uncertain = has(grammar.uncertain);
    let governs = passage.has(at + 1, grammar.to) && is_base_form(passage, at + 2, end);
    let hearsay = governs && has(grammar.hearsay) && passage.has(at + 2, grammar.have);
    let able = governs && has(grammar.able);
    let governed = uncertain || hearsay || able || has(grammar.plan) || has(grammar.going);
    if !governed || !is_be(passage, verb.main) {
        return None;
    }
    // "was due mainly to higher costs" plans nothing.
    let cause = (at + 1..end).find(|&at| !is_adverb(passage, at)).is_some_and(|at| passage.has(at, grammar.to));
    // "is called off", "was set up" plan nothing either.
    let off = passage.has(at + 1, grammar.particle);
    let committed = has(grammar.commitment);
    if !governs && (!has(grammar.plan) || committed || cause || off || passage.word(at).ends_with("ing")) {
        return None;
    }
    let mood = match verb.mood {
        // "was able to dock", "may be forced to sell"
        mood if able => mood,
        mood if uncertain || hearsay || mood == Mood::Possible => Mood::Possible,
        _ => Mood::Planned,
    };
    let (main, group_end) = if governs {
        let infinitive = infinitive(passage, at + 1, end);
        (infinitive.main, infinitive.tokens.end)
    } else {
        (at, at + 1)
    };
    let negated = verb.negated || able && has(grammar.denial);
    Some(Verb { tokens: verb.tokens.start..group_end, main, mood, negated, perfect: false, ..verb.clone() })
}

/// What the verb before says of an infinitive or a gerund behind it: "plans to open", "refused to vote",
/// "is considering moving".
fn govern(passage: &ParsedPassage<'_>, before: &Verb, verb: &mut Verb) {
    let grammar = &passage.pack.grammar;
    let between = before.tokens.end..verb.tokens.start;
    let divided = between.clone().any(|at| matches!(passage.tokens[at].shape, Shape::Mark(_)));
    let close = if verb.mood == Mood::Infinitive { GOVERNED } else { 1 };
    if between.len() >= close || divided || !matches!(verb.mood, Mood::Infinitive | Mood::Participle) {
        return;
    }
    let by = |class| passage.has(before.main, class);
    if by(grammar.denial) || by(grammar.ruled) && passage.has(before.main + 1, grammar.out) {
        verb.negated = true;
    } else if by(grammar.uncertain) || before.mood == Mood::Possible {
        verb.mood = Mood::Possible;
    } else if by(grammar.plan) {
        verb.mood = Mood::Planned;
        verb.negated = before.negated;
    } else if before.negated && between.is_empty() {
        verb.negated = true;
    }
}
