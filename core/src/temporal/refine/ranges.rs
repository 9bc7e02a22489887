//! "Monday to Friday", "from November to February": where both ends of a range are bare names, the second is the next
//! one behind the first, whichever way their clause looks.

use crate::language::CountedFrom;
use crate::temporal::{Dropped, Expression, Fields, Meaning, ParsedPassage, Which};

/// Counts the second of two bare names from the first.
pub(super) fn refine(
    passage: &ParsedPassage<'_>,
    mut expressions: Vec<Expression>,
    _: &mut Vec<Dropped>,
) -> Vec<Expression> {
    for at in 1..expressions.len() {
        let (head, tail) = expressions.split_at_mut(at);
        let (Some(first), Some(second)) = (head.last(), tail.first_mut()) else { continue };
        let grammar = &passage.pack.grammar;
        let joined = second.first == first.end + 1
            && (passage.has(first.end, grammar.until) || passage.has(first.end, grammar.dash));
        let (Meaning::Calendar(first), Meaning::Calendar(second)) = (&first.meaning, &mut second.meaning) else {
            continue;
        };
        if joined && is_weekday(first) && is_weekday(second) && first.weekday != second.weekday {
            second.which = Some(Which { by: 1, from: CountedFrom::Narrative, unit: None });
        }
    }
    expressions
}

/// Whether a weekday is all that is given.
fn is_weekday(fields: &Fields) -> bool {
    fields.weekday.is_some() && Fields { weekday: None, ..fields.clone() } == Fields::default()
}
