//! The verb groups of a sentence: auxiliaries, negation and head verb, with the form of the whole group.
//!
//! They are found by tags, closed word lists and morphology. This module must not know about dates.

use std::ops::Range;

use super::ParsedPassage;
use super::morphology::{
    ends_period, is_adverb, is_attributive, is_base_form, is_be, is_compound_tail, is_determined, is_head_verb,
    is_negative, is_past_form, is_predicative, is_present, skip_adverbs_back,
};
use super::upos::Upos;
use crate::text::Shape;

/// The form of a verb group: Universal Dependencies' `VerbForm`, `Tense` and `Mood` in one, as far as anyone here
/// distinguishes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerbForm {
    /// `Tense=Past`: "made", "was made", "had made".
    Past,
    /// `Tense=Pres`: "is", "is making", "makes".
    Present,
    /// `Tense=Fut`, and whatever else looks ahead: "will make", "is due to make", "plans to make".
    Future,
    /// `Mood=Pot`: "may make", "is likely to make".
    Potential,
    /// `VerbForm=Inf` without a word of planning before it: "to make".
    Infinitive,
    /// `VerbForm=Part` and `VerbForm=Ger`: "making", "made" after its noun.
    Participle,
}

/// A verb group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verb {
    /// The tokens of the group.
    pub tokens: Range<usize>,
    /// The token of the head verb; of the auxiliary, where the group has nothing else.
    pub head: usize,
    /// The form of the group.
    pub form: VerbForm,
    /// Whether the group is negated.
    pub negated: bool,
    /// Whether the aspect is progressive: "is making", "has been making".
    pub progressive: bool,
    /// Whether it is a present perfect: "has made".
    pub perfect: bool,
    /// Whether the group is finite: it has a subject, so its clause can stand alone.
    pub finite: bool,
}

/// How far after the first auxiliary the head verb is searched, in tokens.
const GROUP_REACH: usize = 7;

/// How far before an infinitive or a gerund its governor is searched, in tokens.
const GOVERNOR_REACH: usize = 6;

/// Returns the verb groups of a sentence, in order.
pub(super) fn verbs(passage: &ParsedPassage<'_>, sentence: &Range<usize>) -> Vec<Verb> {
    let mut verbs: Vec<Verb> = Vec::new();
    let mut at = sentence.start;
    while at < sentence.end {
        match verb_at(passage, at, sentence) {
            Some(mut verb) => {
                if let Some(before) = verbs.last().filter(|_| !verb.finite) {
                    apply_governor(passage, before, &mut verb);
                }
                at = verb.tokens.end.max(at + 1);
                verbs.push(verb);
            }
            None => at += 1,
        }
    }
    if !verbs.iter().any(|verb| verb.finite)
        && let Some(at) = sentence.clone().find(|&at| is_noun_used_as_verb(passage, at, sentence))
    {
        let index = verbs.partition_point(|verb| verb.tokens.start < at);
        verbs.insert(index, Verb::new(at..at + 1, at, VerbForm::Present));
    }
    verbs
}

/// Whether a word tagged as a noun is the verb: "Talks resume on Friday", "sales start Monday". Asked only in a
/// sentence that has no finite verb otherwise.
fn is_noun_used_as_verb(passage: &ParsedPassage<'_>, at: usize, sentence: &Range<usize>) -> bool {
    let grammar = &passage.pack.grammar;
    let lower = passage.tokens.get(at).is_some_and(|token| token.shape == Shape::Lower);
    let Some(before) = at.checked_sub(1).filter(|before| lower && *before >= sentence.start) else { return false };
    let name = passage.tag(before) == Upos::ProperNoun && passage.word(before).ends_with('s');
    // "Voters in Malta vote on Sunday"
    let led =
        before.checked_sub(2).filter(|head| *head >= sentence.start && passage.has(before - 1, grammar.preposition));
    let plural = name || passage.tag(led.unwrap_or(before)) == Upos::PluralNoun;
    // "The ferry sails at noon": a plural right behind a singular noun, which is no compound.
    let third = || {
        let head = before > sentence.start && is_determined(passage, before - 1) && passage.tag(before) == Upos::Noun;
        head && passage.tag(at) == Upos::PluralNoun && !passage.has(at, grammar.event_noun)
    };
    let known = if plural { passage.has(at, grammar.verb) } else { passage.has(at, grammar.verb_third) || third() };
    let named = passage.tag(before) == Upos::ProperNoun && !is_calendar(passage, before);
    // "The fair opens"
    let determined =
        || passage.tag(before) == Upos::Adjective && before > sentence.start && is_determined(passage, before - 1);
    let subject = named || (passage.tag(before).is_noun() || determined()) && !passage.has(before, grammar.unit);
    let noun_follows = at + 1 < sentence.end && matches!(passage.tag(at + 1), Upos::Noun | Upos::PluralNoun);
    known && subject && !noun_follows && !passage.has(at + 1, grammar.of)
}

/// Whether a word is the name of a day or a month.
fn is_calendar(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let grammar = &passage.pack.grammar;
    passage.has(at, grammar.weekday) || passage.has(at, grammar.month)
}

/// Returns the group that starts at a token, if one does.
fn verb_at(passage: &ParsedPassage<'_>, at: usize, sentence: &Range<usize>) -> Option<Verb> {
    let token = passage.tokens.get(at)?;
    let grammar = &passage.pack.grammar;
    let has = |class| passage.has(at, class);
    let end = sentence.end;
    if token.shape == Shape::Possessive {
        return contracted_has(passage, at, end);
    }
    if !token.shape.is_word() {
        return None;
    }
    if let Some(form) = auxiliary(passage, at).filter(|_| !is_no_auxiliary(passage, at, sentence)) {
        return Some(group(passage, at, end, form));
    }
    if has(grammar.to) && is_base_form(passage, at + 1, end) {
        return Some(infinitive(passage, at, end));
    }
    if opens_sentence(passage, at, sentence) && is_capitalised_past(passage, at) {
        // "Founded in 1898, the mill closed": a participle clause before its subject.
        return Some(with_complement(passage, Verb::new(at..at + 1, at, VerbForm::Participle), end));
    }
    if token.shape != Shape::Lower || has(grammar.no_event) || has(grammar.adverb) || is_compound_tail(passage, at) {
        return None;
    }
    let before = at.checked_sub(1).filter(|before| *before >= sentence.start);
    // "250 mln marks", "nine cases"
    if has(grammar.counted) && before.is_some_and(|before| is_quantity(passage, before)) {
        return None;
    }
    let tag = passage.tag(at);
    if is_past_form(passage, at) {
        let attributive = before.is_some_and(|before| is_attributive(passage, before));
        let after_noun = before.is_some_and(|before| modifies_event_noun(passage, before));
        return (!attributive && !ends_period(passage, at)).then(|| past(passage, at, after_noun, end));
    }
    let adjective = || before.is_some_and(|before| is_be(passage, skip_adverbs_back(passage, before)));
    // "the troops crossed": the noun before a past form is its subject, not a verb.
    let doubled = || !has(grammar.linking) && at + 1 < end && is_past_form(passage, at + 1);
    if (matches!(tag, Upos::Present | Upos::AuxPresent) && !doubled() || is_present(passage, before, at, end))
        && !adjective()
    {
        return Some(with_complement(passage, Verb::new(at..at + 1, at, VerbForm::Present), end));
    }
    let word = token.of(passage.text);
    if matches!(tag, Upos::Base | Upos::AuxBase) && !has(grammar.subordinator) && !has(grammar.counted) {
        // "Let them go", "helped build": a bare infinitive.
        return Some(Verb::new(at..at + 1, at, VerbForm::Infinitive));
    }
    let gerund = word.len() > 4 && word.ends_with("ing") && (tag == Upos::Gerund || tag == Upos::Adjective);
    let noun = || before.is_some_and(|before| is_determined(passage, before)) || ends_period(passage, at);
    (gerund && !noun()).then(|| Verb::new(at..at + 1, at, VerbForm::Participle))
}

/// Whether the word is a number or scales one: "nine", "250", "mln".
fn is_quantity(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let grammar = &passage.pack.grammar;
    passage.tokens[at].shape.is_figure() || passage.has(at, grammar.cardinal) || passage.has(at, grammar.counted)
}

/// Whether the word is the first of its sentence and capitalised.
fn opens_sentence(passage: &ParsedPassage<'_>, at: usize, sentence: &Range<usize>) -> bool {
    let first = sentence.clone().find(|&at| passage.tokens[at].shape.is_word());
    first == Some(at) && passage.tokens[at].shape == Shape::Capital
}

/// Whether a capitalised word is a past form: "Founded", and "Rescued" before "by" though it is tagged as a name.
fn is_capitalised_past(passage: &ParsedPassage<'_>, at: usize) -> bool {
    let formed = passage.word(at).ends_with("ed") && !passage.has(at, passage.pack.grammar.not_past);
    matches!(passage.tag(at), Upos::Past | Upos::Participle)
        || formed && passage.has(at + 1, passage.pack.grammar.preposition)
}

/// Returns the form that an auxiliary gives its group, if the token is one. Ambiguous words ("may", "will") are decided
/// by their tag.
fn auxiliary(passage: &ParsedPassage<'_>, at: usize) -> Option<VerbForm> {
    let grammar = &passage.pack.grammar;
    let has = |class| passage.has(at, class);
    // "They'd met" is "they had met", "they'd meet" is "they would meet".
    if has(grammar.would) && passage.word(at).ends_with('d') && passage.word(at) != "would" {
        let had = is_past_form(passage, at + 1) && passage.tag(at + 1) != Upos::Base;
        return Some(if had { VerbForm::Past } else { VerbForm::Future });
    }
    if has(grammar.will) && !matches!(passage.tag(at), Upos::Noun | Upos::ProperNoun) || has(grammar.would) {
        Some(VerbForm::Future)
    } else if has(grammar.modal) && (passage.tag(at) == Upos::Modal || is_negative(passage, at)) {
        Some(VerbForm::Potential)
    } else if has(grammar.be_past) || has(grammar.had) || has(grammar.did) || has(grammar.have) {
        Some(VerbForm::Past)
    } else if has(grammar.be_present) || has(grammar.does) {
        Some(VerbForm::Present)
    } else {
        None
    }
}

/// Whether a form of "be" is something else: the "Am" of "Pan Am", the "am" of "6:58 am".
fn is_no_auxiliary(passage: &ParsedPassage<'_>, at: usize, sentence: &Range<usize>) -> bool {
    let shape = |at: usize| passage.tokens.get(at).map(|token| token.shape);
    let before = at.checked_sub(1).filter(|before| *before >= sentence.start).and_then(shape);
    let named = shape(at) == Some(Shape::Capital) && before == Some(Shape::Capital);
    let clock = matches!(before, Some(Shape::Clock | Shape::Digits { .. }));
    let day = matches!(before, Some(Shape::Digits { .. } | Shape::Ordinal));
    // "3 May", "Pay May Eight": a month, of which the first word of a sentence need not be one.
    let inner = day || before.is_some_and(Shape::is_word);
    let month = inner && shape(at) == Some(Shape::Capital) && passage.has(at, passage.pack.grammar.month);
    month || passage.has(at, passage.pack.grammar.be_present) && (named || clock && passage.word(at) == "am")
}

/// Returns the group of a contracted "has" after a pronoun: "She's led".
fn contracted_has(passage: &ParsedPassage<'_>, at: usize, end: usize) -> Option<Verb> {
    let grammar = &passage.pack.grammar;
    let head = at + 1;
    let led = at.checked_sub(1).is_some_and(|before| passage.has(before, grammar.subject));
    let perfect = led && head < end && is_past_form(passage, head) && !passage.has(head, grammar.plan);
    perfect.then(|| Verb { perfect, ..Verb::new(at..head + 1, head, VerbForm::Past) })
}

/// Whether an auxiliary takes the base form of a verb: "will sell", "may sell", "did sell".
fn takes_base_form(passage: &ParsedPassage<'_>, at: usize) -> bool {
    matches!(auxiliary(passage, at), Some(VerbForm::Future | VerbForm::Potential))
        || passage.has(at, passage.pack.grammar.does)
        || passage.has(at, passage.pack.grammar.did)
}

/// Returns the head verb of an inverted group, after the subject: "did the women vote", "will you vote".
fn head_after_subject(passage: &ParsedPassage<'_>, auxiliary: usize, end: usize) -> Option<usize> {
    let grammar = &passage.pack.grammar;
    let next = auxiliary + 1;
    let asks = passage.has(auxiliary, grammar.did) || passage.has(auxiliary, grammar.does);
    let pronoun = passage.tag(next) == Upos::Pronoun;
    let inverted = asks || pronoun && takes_base_form(passage, auxiliary);
    let subject = pronoun || passage.has(next, grammar.determiner) || passage.has(next, grammar.subject);
    let mut group = (next + 1..end.min(next + GROUP_REACH)).take_while(|&at| passage.tokens[at].shape.is_word());
    let verb = |at: &usize| passage.tag(*at).is_verb() || passage.has(*at, grammar.verb);
    (inverted && subject).then(|| group.find(verb))?
}

/// Returns the group of an infinitive: "to meet", "to be held", "to have fled".
fn infinitive(passage: &ParsedPassage<'_>, to: usize, end: usize) -> Verb {
    let auxiliary = is_be(passage, to + 1) || passage.has(to + 1, passage.pack.grammar.have);
    let mut verb = Verb::new(to..to + 2, to + 1, VerbForm::Infinitive);
    if auxiliary {
        verb = Verb { finite: false, ..group(passage, to + 1, end, VerbForm::Infinitive) };
        verb.tokens.start = to;
    }
    verb
}

impl Verb {
    fn new(tokens: Range<usize>, head: usize, form: VerbForm) -> Self {
        let finite = matches!(form, VerbForm::Past | VerbForm::Present);
        Self { tokens, head, form, negated: false, progressive: false, perfect: false, finite }
    }
}

/// Returns the group of a past form without an auxiliary: the verb of its clause, or a participle after the noun that
/// it modifies ("the concert planned for May").
fn past(passage: &ParsedPassage<'_>, at: usize, after_noun: bool, end: usize) -> Verb {
    let grammar = &passage.pack.grammar;
    let mut verb = Verb::new(at..at + 1, at, VerbForm::Past);
    if after_noun && passage.has(at, grammar.plan) && passage.has(at + 1, grammar.preposition) {
        verb.form = VerbForm::Future;
        verb.finite = false;
    }
    with_complement(passage, verb, end)
}

/// Whether a past form after that token modifies the noun of an event: "the concert planned", "the launch, planned".
fn modifies_event_noun(passage: &ParsedPassage<'_>, before: usize) -> bool {
    let grammar = &passage.pack.grammar;
    let noun = |at| passage.has(at, grammar.event_noun);
    noun(before) || before > 0 && passage.has(before, grammar.comma) && noun(before - 1)
}

/// Extends a group by its complement: "failed to agree", "began to fall", whose head is the first word; "remained
/// closed", whose head is the last.
fn with_complement(passage: &ParsedPassage<'_>, mut verb: Verb, end: usize) -> Verb {
    let grammar = &passage.pack.grammar;
    let at = verb.head;
    if passage.has(at, grammar.implicative) && passage.has(at + 1, grammar.to) && is_base_form(passage, at + 2, end) {
        verb.tokens.end = at + 3;
        // "used to drive", but "was used to drive screws"
        if passage.has(at, grammar.used) && verb.tokens.start == at {
            verb.head = at + 2;
        }
    } else if passage.has(at, grammar.linking) && at + 1 < end && is_past_form(passage, at + 1) {
        verb.head = at + 1;
        verb.tokens.end = at + 2;
    } else if passage.has(at, grammar.ruled) && passage.has(at + 1, grammar.out) {
        verb.tokens.end = at + 2;
    }
    verb
}

/// Returns the group of an auxiliary, up to its head verb. Without one, the auxiliary is the head.
fn group(passage: &ParsedPassage<'_>, first: usize, end: usize, form: VerbForm) -> Verb {
    let grammar = &passage.pack.grammar;
    let mut verb = Verb::new(first..first + 1, first, form);
    verb.finite = !matches!(passage.tag(first), Upos::Gerund | Upos::AuxParticiple);
    verb.negated = is_negative(passage, first) && !passage.has(first + 1, grammar.no_negation);
    verb.perfect = verb.finite && passage.has(first, grammar.have);
    if !verb.finite {
        // "having seen", "being held"
        verb.form = VerbForm::Participle;
    }
    let base_follows = matches!(form, VerbForm::Future | VerbForm::Potential)
        || passage.has(first, grammar.does)
        || passage.has(first, grammar.did);
    if let Some(head) = head_after_subject(passage, first, end) {
        return Verb { tokens: first..head + 1, head, ..verb };
    }
    let parenthesis = parenthesis(passage, first, end);
    for at in (first + 1..end.min(first + GROUP_REACH + parenthesis.len())).filter(|at| !parenthesis.contains(at)) {
        let has = |class| passage.has(at, class);
        if matches!(passage.tokens[at].shape, Shape::Mark('"' | '“' | '`')) {
            // 'will "proceed"'
            continue;
        } else if has(grammar.negation) {
            verb.negated = !passage.has(at + 1, grammar.no_negation);
        } else if has(grammar.be_past) || has(grammar.be_present) || has(grammar.have) {
            verb.head = at;
        } else if has(grammar.to) && is_be(passage, verb.head) && is_base_form(passage, at + 1, end) {
            // "are to meet", "is to be held"
            let Verb { tokens, head, .. } = infinitive(passage, at, end);
            return Verb { form: VerbForm::Future, head, tokens: first..tokens.end, ..verb };
        } else if has(grammar.to) && verb.head == first && is_base_form(passage, at + 1, end) {
            return obligation(passage, at, end, verb);
        } else if let Some(group) = semi_auxiliary(passage, at, end, &verb) {
            return group;
        } else if is_be(passage, verb.head) && is_predicative(passage, at) {
            verb.head = at;
            verb.tokens.end = at + 1;
            return verb;
        } else if !is_adverb(passage, at) {
            let perfect = verb.perfect || passage.has(verb.head, grammar.had);
            if is_head_verb(passage, at, base_follows && verb.head == first) || perfect && has(grammar.irregular_past) {
                verb.progressive = passage.word(at).ends_with("ing");
                verb.head = at;
                verb.tokens.end = at + 1;
                return with_complement(passage, verb, end);
            }
            break;
        }
        verb.tokens.end = at + 1;
    }
    if verb.head == first && passage.has(first, grammar.have) && verb.finite && form != VerbForm::Infinitive {
        // "has nine pupils": a full verb, not an auxiliary.
        verb.form = VerbForm::Present;
        verb.perfect = false;
    }
    verb
}

/// Returns the tokens between commas right after an auxiliary: "may, in a year or two, save".
fn parenthesis(passage: &ParsedPassage<'_>, auxiliary: usize, end: usize) -> Range<usize> {
    let comma = |at: &usize| passage.has(*at, passage.pack.grammar.comma);
    let open = auxiliary + 1;
    let close = Some(open).filter(comma).and_then(|open| (open + 1..end.min(open + GROUP_REACH)).find(comma));
    // Not "was, police said, shot": a clause of its own.
    let close = close.filter(|close| !(open..*close).any(|at| passage.tag(at).is_verb()));
    open..close.map_or(open, |close| close + 1)
}

/// Returns the group of an obligation: "had to leave" happened, "has to leave" lies ahead, "has yet to leave" has not
/// happened.
fn obligation(passage: &ParsedPassage<'_>, to: usize, end: usize, verb: Verb) -> Verb {
    let grammar = &passage.pack.grammar;
    let Verb { tokens, head, .. } = infinitive(passage, to, end);
    let first = verb.tokens.start;
    let yet = (first..to).any(|at| passage.has(at, grammar.yet));
    let form = if passage.has(first, grammar.have) && !yet { VerbForm::Future } else { VerbForm::Past };
    Verb { form, head, tokens: first..tokens.end, negated: verb.negated || yet, perfect: false, ..verb }
}

/// Returns the group of a semi-auxiliary at `at`, with the infinitive that it governs: "is due to expire", "was
/// scheduled for", "is likely to rise", "is going to tour".
fn semi_auxiliary(passage: &ParsedPassage<'_>, at: usize, end: usize, verb: &Verb) -> Option<Verb> {
    let grammar = &passage.pack.grammar;
    let has = |class| passage.has(at, class);
    let uncertain = has(grammar.uncertain);
    let governs = passage.has(at + 1, grammar.to) && is_base_form(passage, at + 2, end);
    let hearsay = governs && has(grammar.hearsay) && passage.has(at + 2, grammar.have);
    let able = governs && has(grammar.able);
    let governed = uncertain || hearsay || able || has(grammar.plan) || has(grammar.going);
    if !governed || !is_be(passage, verb.head) {
        return None;
    }
    // "was due mainly to higher costs": a cause, not a plan.
    let cause = (at + 1..end).find(|&at| !is_adverb(passage, at)).is_some_and(|at| passage.has(at, grammar.to));
    // "is called off", "was set up": phrasal verbs, not plans.
    let phrasal = passage.has(at + 1, grammar.particle);
    let committed = has(grammar.commitment);
    if !governs && (!has(grammar.plan) || committed || cause || phrasal || passage.word(at).ends_with("ing")) {
        return None;
    }
    let form = match verb.form {
        // "was able to dock", "may be forced to sell"
        form if able => form,
        form if uncertain || hearsay || form == VerbForm::Potential => VerbForm::Potential,
        _ => VerbForm::Future,
    };
    let (head, group_end) = if governs {
        let infinitive = infinitive(passage, at + 1, end);
        (infinitive.head, infinitive.tokens.end)
    } else {
        (at, at + 1)
    };
    let negated = verb.negated || able && has(grammar.denial);
    Some(Verb { tokens: verb.tokens.start..group_end, head, form, negated, perfect: false, ..verb.clone() })
}

/// Changes the form of an infinitive or a gerund as the verb before it asks: "plans to open", "refused to vote", "is
/// considering moving".
pub(super) fn apply_governor(passage: &ParsedPassage<'_>, governor: &Verb, verb: &mut Verb) {
    let grammar = &passage.pack.grammar;
    let between = governor.tokens.end..verb.tokens.start;
    let divided = between.clone().any(|at| matches!(passage.tokens[at].shape, Shape::Mark(_)));
    let reach = if verb.form == VerbForm::Infinitive { GOVERNOR_REACH } else { 1 };
    if between.len() >= reach || divided || !matches!(verb.form, VerbForm::Infinitive | VerbForm::Participle) {
        return;
    }
    let by = |class| passage.has(governor.head, class);
    if by(grammar.denial) || by(grammar.ruled) && passage.has(governor.head + 1, grammar.out) {
        verb.negated = true;
    } else if by(grammar.uncertain) || governor.form == VerbForm::Potential {
        verb.form = VerbForm::Potential;
    } else if by(grammar.plan) {
        verb.form = VerbForm::Future;
        verb.negated = governor.negated;
    } else if governor.negated && between.is_empty() {
        verb.negated = true;
    }
}
