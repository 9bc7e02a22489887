//! Tokens to expressions: the longest match of any rule, left to right, in one pass.

use super::interpret::interpret;
use super::meaning::Expression;
use super::register::register;
use super::{Document, Dropped};
use crate::language::{Context, Register, Rule, Symbol};
use crate::text::Token;

/// Finds the expressions of a document, in order. Words that change the date behind them, and what is no date
/// whatever it looks like, are still among them: refining takes them out.
pub(super) fn recognise(document: &Document<'_>, dropped: &mut Vec<Dropped>) -> Vec<Expression> {
    let symbols: Vec<Symbol> = document.tokens.iter().map(|token| token.symbol).collect();
    let register = register(document);
    let mut expressions = Vec::new();
    let mut found = Vec::new();
    for (sentence, range) in document.sentences.iter().enumerate() {
        let mut at = range.start;
        while let Some(next) = symbols[at..range.end].iter().position(|&symbol| document.pack.rules.can_start(symbol)) {
            at += next;
            document.pack.rules.matches(&symbols[at..range.end], &mut found);
            let best = found.iter().rev().find_map(|&(length, rule)| {
                let tokens = at..at + length;
                let fits = reads(rule, register) && fits(document, rule, tokens.start, tokens.end);
                (fits && interpret(document, rule, tokens, &symbols, sentence, &mut expressions)).then_some(length)
            });
            match best {
                Some(length) => at += length,
                None => {
                    if let Some(&(length, rule)) = found.last() {
                        let span = document.span(at, at + length);
                        let reason = "what stands beside it, or its numbers, rule it out";
                        dropped.push(Dropped { span, rule: rule.id, refiner: "recognise", reason });
                    }
                    at += 1;
                }
            }
        }
    }
    expressions
}

/// Whether a rule is for texts of a kind. That a text is a history is known only when all of it is; a message is none.
fn reads(rule: &Rule, register: Register) -> bool {
    match rule.register {
        Register::Any => true,
        Register::Message => register == Register::Message,
        Register::History => register != Register::Message,
    }
}

/// Whether what stands beside a match is what its rule asks for.
fn fits(document: &Document<'_>, rule: &Rule, first: usize, end: usize) -> bool {
    let Context { after, not_after, before, not_before } = &rule.context;
    let is = |token: Option<&Token>, classes: &[crate::language::Class]| {
        token.is_some_and(|token| classes.iter().any(|&class| document.pack.lexicon.has(token, class)))
    };
    let previous = first.checked_sub(1).and_then(|at| document.tokens.get(at));
    let next = document.tokens.get(end);
    (after.is_empty() || is(previous, after))
        && !is(previous, not_after)
        && (before.is_empty() || is(next, before))
        && !is(next, not_before)
}
