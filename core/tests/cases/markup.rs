//! Takes marks out of a body, and turns an extraction into an answer.

use dateline_core::event::{Event, Open};
use dateline_core::extraction::Extraction;

use super::answer::{Answer, Dated, Item, REPEAT, Word};

const TYPES: [&str; 4] = ["DATE ", "TIME ", "DURATION ", "SET "];

/// Returns a body without its marks.
pub fn plain(marked: &str) -> String {
    let (mut rest, mut plain) = (marked, String::new());
    while let Some(at) = rest.find('[') {
        plain += &rest[..at];
        rest = &rest[at..];
        if let Some((text, after)) = mark(rest) {
            plain += text;
            rest = after;
        } else {
            plain += &rest[..1];
            rest = &rest[1..];
        }
    }
    plain + rest
}

/// Returns the text of the mark at the start of `rest`, and what follows the mark.
fn mark(rest: &str) -> Option<(&str, &str)> {
    let (text, after) = rest.strip_prefix('[')?.split_once("](")?;
    let (meaning, after) = after.split_once(')')?;
    TYPES.iter().any(|name| meaning.starts_with(name)).then_some((text, after))
}

/// Returns what was found in `body`, with every line and name.
pub fn answer(body: &str, found: &Extraction) -> Answer {
    Answer { body: marked_up(body, found), items: Some(items(body, found)) }
}

fn marked_up(body: &str, found: &Extraction) -> String {
    let mut marks = Vec::new();
    for date in &found.expressions {
        let [start, end] = found.text.code_points(date.expression.span);
        let modifier = date.modifier.map(|modifier| format!(" {}", modifier.name())).unwrap_or_default();
        marks.push((start, "[".to_owned()));
        marks.push((end, format!("]({} {}{modifier})", date.timex.name(), date.value)));
    }
    // Stable, so that of two marks in one place the one pushed first stays first; ends go before starts.
    marks.sort_by_key(|(at, mark)| (*at, mark == "["));
    let mut marks = marks.into_iter().peekable();
    let mut out = String::new();
    for (at, letter) in body.chars().map(Some).chain([None]).enumerate() {
        while let Some((_, mark)) = marks.next_if(|(place, _)| *place <= at) {
            out += &mark;
        }
        out.extend(letter);
    }
    out
}

/// Returns an item for each expression that names a time, and for any other that has an event all the same. The end of a
/// range has none of its own.
fn items(body: &str, found: &Extraction) -> Vec<Item> {
    let mut items: Vec<_> = (0..found.expressions.len()).map(|_| Some(Item::None)).collect();
    for (item, date) in items.iter_mut().zip(&found.expressions) {
        item.take_if(|_| date.interval.is_none());
    }
    let word = |span| {
        let byte = |place: usize| body.char_indices().nth(place).map_or(body.len(), |(at, _)| at);
        let [start, end] = found.text.code_points(span).map(byte);
        Word::at(body, start, end)
    };
    for event in &found.events {
        let repeats = event.also_at.iter().map(|repeat| (repeat.expression, repeat.until, repeat.trigger));
        for (expression, until, trigger) in repeats {
            let (trigger, status) = (trigger.map(word), REPEAT.to_owned());
            items[expression] = Some(Item::Event(Dated { trigger, status, line: None, names: None }));
            until.inspect(|&until| items[until] = None);
        }
        items[event.expression] = Some(Item::Event(Dated {
            trigger: event.trigger.map(word),
            status: status(event, found),
            line: Some(event.summary.clone()),
            names: Some(event.names.clone()),
        }));
        event.until.inspect(|&until| items[until] = None);
    }
    let items: Vec<_> = items.into_iter().flatten().collect();
    if items.is_empty() { vec![Item::None] } else { items }
}

fn status(event: &Event, found: &Extraction) -> String {
    let status = event.status.name();
    match (event.until, event.open) {
        (Some(end), _) => format!("{status} until {}", found.expressions[end].value),
        (None, Some(Open::End)) => format!("{status} from then on"),
        (None, Some(Open::Start)) => format!("{status} up to then"),
        (None, None) => status.to_owned(),
    }
}
