//! Tokens to expressions: the longest match of any rule, left to right, in one pass.

use super::interpret::interpret;
use super::meaning::Expression;
use super::register::register;
use super::{DropLog, DropStage, Dropped, LexedPassage};
use crate::language::{Context, Register, Rule, Symbol};
use crate::text::Token;

/// Finds the expressions of a document, in order. Words that change the date behind them, and what is no date
/// whatever it looks like, are still among them: refining takes them out.
pub(super) fn recognise(passage: &LexedPassage<'_>, log: &mut DropLog) -> Vec<Expression> {
    let symbols: Vec<Symbol> = passage.tokens.iter().map(|token| token.symbol).collect();
    let register = register(passage);
    let mut expressions = Vec::new();
    let (mut found, mut scan) = (Vec::new(), passage.pack.rules.scan());
    for (sentence, range) in passage.sentences.iter().enumerate() {
        let mut at = range.start;
        while let Some(next) = symbols[at..range.end].iter().position(|&symbol| passage.pack.rules.can_start(symbol)) {
            at += next;
            scan.matches(&symbols[at..range.end], &mut found);
            let best = found.iter().rev().find_map(|&(length, rule)| {
                let tokens = at..at + length;
                let fits = reads(rule, register) && fits(passage, rule, tokens.start, tokens.end);
                (fits && interpret(passage, rule, tokens, &symbols, sentence, &mut expressions)).then_some(length)
            });
            match best {
                Some(length) => at += length,
                None => {
                    if let Some(&(length, rule)) = found.last() {
                        let span = passage.span(at, at + length);
                        let reason = "what stands beside it, or its numbers, rule it out";
                        log.push(Dropped { span, rule: rule.id, stage: DropStage::Recognise, reason });
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
fn fits(passage: &LexedPassage<'_>, rule: &Rule, first: usize, end: usize) -> bool {
    let Context { after, not_after, before, not_before } = &rule.context;
    let is = |token: Option<&Token>, classes: &[crate::language::Class]| {
        token.is_some_and(|token| classes.iter().any(|&class| passage.pack.lexicon.has(token, class)))
    };
    let previous = first.checked_sub(1).and_then(|at| passage.tokens.get(at));
    let next = passage.tokens.get(end);
    (after.is_empty() || is(previous, after))
        && !is(previous, not_after)
        && (before.is_empty() || is(next, before))
        && !is(next, not_before)
}
