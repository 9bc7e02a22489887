//! Errors by kind, so that the most frequent kind can be fixed first.

use super::{Alignment, Document, Prediction, SystemTimex, Timex};
use crate::calendar::PartialDate;

/// A kind of error. [`Missed`](Self::Missed), [`Spurious`](Self::Spurious), [`Extent`](Self::Extent) and
/// [`Type`](Self::Type) add up to what the scores lack, and so do the five kinds of wrong values together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An annotated expression that was not found.
    Missed,
    /// An expression that is not annotated.
    Spurious,
    /// Found, but longer or shorter.
    Extent,
    /// Of another TIMEX3 type.
    Type,
    /// A value of the right granularity on the wrong side of publication: "May" of next year instead of last.
    Direction,
    /// A different value of the right granularity on the right side of publication.
    Date,
    /// A date of another granularity.
    Granularity,
    /// Another duration.
    Duration,
    /// A date for a duration, a word such as `PRESENT_REF` for a date, or no value at all.
    Meaning,
    /// The value is right, the modifier is not. Not scored.
    Modifier,
}

impl ErrorKind {
    /// All kinds, in the order of lists.
    pub const ALL: [Self; 10] = [
        Self::Missed,
        Self::Spurious,
        Self::Extent,
        Self::Type,
        Self::Direction,
        Self::Date,
        Self::Granularity,
        Self::Duration,
        Self::Meaning,
        Self::Modifier,
    ];

    /// Returns a short name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Spurious => "spurious",
            Self::Extent => "extent",
            Self::Type => "type",
            Self::Direction => "value: direction",
            Self::Date => "value: date",
            Self::Granularity => "value: granularity",
            Self::Duration => "value: duration",
            Self::Meaning => "value: meaning",
            Self::Modifier => "modifier only",
        }
    }
}

/// One error, with what is needed to understand it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    /// The kind.
    pub kind: ErrorKind,
    /// The id of the document.
    pub document: String,
    /// The annotation: its words, type, value and modifier.
    pub gold: Option<String>,
    /// The system's expression, likewise.
    pub system: Option<String>,
    /// The rule that recognised it.
    pub rule: Option<String>,
    /// The surrounding words, with the expression in brackets.
    pub context: String,
}

/// Returns the errors in one document, in the order of [`ErrorKind::ALL`] and then of the text. A pair that is wrong in
/// several ways is listed once for each.
#[must_use]
pub fn errors(document: &Document, prediction: &Prediction, alignment: &Alignment) -> Vec<Error> {
    let words = CodePoints::of(&document.text);
    let pair = |&(gold, system): &(usize, usize)| (Some(&document.timexes[gold]), Some(&prediction.timexes[system]));
    let missed = alignment.missed.iter().map(|&gold| (Some(&document.timexes[gold]), None));
    let spurious = alignment.spurious.iter().map(|&system| (None, Some(&prediction.timexes[system])));

    let mut errors = Vec::new();
    for (gold, system) in alignment.pairs.iter().map(pair).chain(missed).chain(spurious) {
        let Some([start, end]) = gold.map(Timex::extent).or(system.map(SystemTimex::extent)) else { continue };
        errors.extend(kinds(document, gold, system).map(|kind| Error {
            kind,
            document: document.id.clone(),
            gold:
                gold.map(|gold| describe(words.between(gold.start, gold.end), &gold.r#type, &gold.value, &gold.r#mod)),
            system: system.map(|system| {
                describe(words.between(system.start, system.end), &system.r#type, &system.value, &system.r#mod)
            }),
            rule: system.map(|system| system.rule.clone()),
            context: words.around(start, end),
        }));
    }
    errors.sort_by_key(|error| error.kind);
    errors
}

fn kinds<'a>(
    document: &'a Document,
    gold: Option<&'a Timex>,
    system: Option<&'a SystemTimex>,
) -> impl Iterator<Item = ErrorKind> {
    let both = gold.zip(system);
    let missed = gold.filter(|_| system.is_none()).map(|_| ErrorKind::Missed);
    let spurious = system.filter(|_| gold.is_none()).map(|_| ErrorKind::Spurious);
    let extent = both.filter(|(gold, system)| gold.extent() != system.extent()).map(|_| ErrorKind::Extent);
    let r#type = both.filter(|(gold, system)| gold.r#type != system.r#type).map(|_| ErrorKind::Type);
    let value = both.filter(|(gold, system)| gold.value != system.value).map(|(gold, system)| {
        let (gold, system) = (gold.value.as_deref(), system.value.as_deref());
        wrong_value(document, gold.unwrap_or_default(), system.unwrap_or_default())
    });
    let modifier = both.filter(|(gold, system)| gold.value == system.value && gold.r#mod != system.r#mod);
    let modifier = modifier.map(|_| ErrorKind::Modifier);
    [missed, spurious, extent, r#type, value, modifier].into_iter().flatten()
}

fn wrong_value(document: &Document, gold: &str, system: &str) -> ErrorKind {
    let is_date = |value: &str| value.starts_with(|first: char| first.is_ascii_digit());
    let is_duration = |value: &str| {
        let count = value.strip_prefix('P').map(|rest| rest.trim_start_matches('T'));
        count.is_some_and(|count| count.starts_with(|first: char| first.is_ascii_digit() || first == 'X'))
    };
    if is_duration(gold) && is_duration(system) {
        return ErrorKind::Duration;
    }
    if !is_date(gold) || !is_date(system) {
        return ErrorKind::Meaning;
    }
    if shape(gold) != shape(system) {
        return ErrorKind::Granularity;
    }
    let published = document.published.and_then(|published| at_granularity_of(gold, published.date()));
    let other_side = published.is_some_and(|published| {
        let side = |value: &str| day_part(value).cmp(&published);
        side(gold) != side(system)
    });
    if other_side { ErrorKind::Direction } else { ErrorKind::Date }
}

/// The pattern of a value, which shows its granularity: digits as `0`, seasons and parts of the day as one word each.
fn shape(value: &str) -> String {
    let (head, name) = value.split_at_checked(value.len().saturating_sub(2)).unwrap_or((value, ""));
    let name = match name {
        "SP" | "SU" | "FA" | "WI" => "SEASON",
        "MO" | "MI" | "AF" | "EV" | "NI" | "DT" => "PART",
        other => other,
    };
    head.chars().chain(name.chars()).map(|character| if character.is_ascii_digit() { '0' } else { character }).collect()
}

/// Returns the value without its time of day.
fn day_part(value: &str) -> &str {
    value.split_once('T').map_or(value, |(day, _)| day)
}

/// Returns the day of publication at the granularity of a value; `None` for seasons, which do not sort by their names.
fn at_granularity_of(value: &str, day: chrono::NaiveDate) -> Option<String> {
    use chrono::Datelike;
    let (year, month) = (day.year(), u8::try_from(day.month()).ok()?);
    let dates = [
        PartialDate::Century(year.div_euclid(100)),
        PartialDate::Decade(year.div_euclid(10)),
        PartialDate::Year(year),
        PartialDate::Half(year, month.div_ceil(6)),
        PartialDate::Quarter(year, month.div_ceil(3)),
        PartialDate::Month(year, month),
        PartialDate::week_of(day),
        PartialDate::weekend_of(day),
        PartialDate::Day(day),
    ];
    let wanted = shape(day_part(value));
    dates.iter().map(PartialDate::value).find(|value| shape(value) == wanted)
}

/// Describes an expression on one line: words, type, value, modifier.
fn describe(words: &str, r#type: &Option<String>, value: &Option<String>, r#mod: &Option<String>) -> String {
    let or_dash = |attribute: &Option<String>| attribute.clone().unwrap_or_else(|| "-".into());
    let modifier = r#mod.as_ref().map(|modifier| format!(" {modifier}")).unwrap_or_default();
    format!("{:?} {} {}{modifier}", words, or_dash(r#type), or_dash(value))
}

/// A text that can be sliced by code points.
struct CodePoints<'a> {
    text: &'a str,
    /// The byte at which each code point starts, and the end.
    bytes: Vec<usize>,
}

impl<'a> CodePoints<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, bytes: text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect() }
    }

    fn between(&self, start: usize, end: usize) -> &'a str {
        let byte = |at: usize| self.bytes.get(at).copied().unwrap_or(self.text.len());
        self.text.get(byte(start)..byte(end)).unwrap_or_default()
    }

    /// Returns an extent with the words around it, on one line.
    fn around(&self, start: usize, end: usize) -> String {
        const REACH: usize = 50;
        let before = self.between(start.saturating_sub(REACH), start);
        let after = self.between(end, end + REACH);
        format!("{before}[{}]{after}", self.between(start, end)).replace(char::is_whitespace, " ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let line = r#"{"id":"d","dct":"2021-06-01","text":"Rain fell in May, and fell\nlate on Monday.","timexes":[
            {"start":13,"end":16,"type":"DATE","value":"2021-05"},
            {"start":27,"end":41,"type":"TIME","value":"2021-05-31TNI"}]}"#;
        Document::read_jsonl(&line.replace('\n', "")).unwrap().remove(0)
    }

    fn found(answers: &[(usize, usize, &str, &str)]) -> Vec<Error> {
        let answer = |&(start, end, r#type, value): &(usize, usize, &str, &str)| {
            let (r#type, value) = (Some(r#type.to_owned()), Some(value.to_owned()));
            SystemTimex { start, end, r#type, value, r#mod: None, rule: "en/month".into() }
        };
        let prediction = Prediction { timexes: answers.iter().map(answer).collect(), ..Prediction::default() };
        errors(&document(), &prediction, &prediction.align(&document()))
    }

    fn kinds_of(answers: &[(usize, usize, &str, &str)]) -> Vec<ErrorKind> {
        found(answers).iter().map(|error| error.kind).collect()
    }

    #[test]
    fn correct_expressions_are_not_errors() {
        assert_eq!(kinds_of(&[(13, 16, "DATE", "2021-05"), (27, 41, "TIME", "2021-05-31TNI")]), []);
    }

    #[test]
    fn unpaired_expressions_are_missed_or_spurious() {
        assert_eq!(
            kinds_of(&[(0, 4, "DATE", "2021"), (13, 16, "DATE", "2021-05")]),
            [ErrorKind::Missed, ErrorKind::Spurious]
        );
    }

    #[test]
    fn a_pair_can_be_wrong_in_several_ways() {
        assert_eq!(
            kinds_of(&[(13, 16, "DATE", "2021-05"), (35, 41, "DATE", "2021-05-31")]),
            [ErrorKind::Extent, ErrorKind::Type, ErrorKind::Granularity]
        );
    }

    #[test]
    fn an_error_shows_both_sides_the_rule_and_the_context() {
        let errors = found(&[(13, 16, "DATE", "2021-05"), (35, 41, "TIME", "2021-05-31TNI")]);
        assert_eq!(
            errors[0].to_string(),
            "gold \"late on Monday\" TIME 2021-05-31TNI  system \"Monday\" TIME 2021-05-31TNI  by en/month\n    \
             d: …Rain fell in May, and fell [late on Monday].…"
        );
    }

    #[test]
    fn wrong_values_are_classified() {
        let document = document();
        let kind = |gold, system| wrong_value(&document, gold, system);
        for (gold, system) in [
            ("2021-05", "2022-05"),
            ("2021-05-28", "2021-06-04"),
            ("2021-W21", "2021-W23"),
            ("2020-Q4", "2021-Q4"),
            ("2021-05-31TMO", "2021-06-02TNI"),
            ("2021-05-31T09:00", "2021-06-02T10:00"),
        ] {
            assert_eq!(kind(gold, system), ErrorKind::Direction, "{gold} {system}");
        }
        for (gold, system) in [("2021-05", "2020-05"), ("2021-SP", "2021-FA"), ("2021-05-31TMO", "2021-05-31TNI")] {
            assert_eq!(kind(gold, system), ErrorKind::Date, "{gold} {system}");
        }
        for (gold, system) in [("2021", "2021-05"), ("2021-SP", "2021-04"), ("202", "20"), ("2021-W21", "2021-W21-WE")]
        {
            assert_eq!(kind(gold, system), ErrorKind::Granularity, "{gold} {system}");
        }
        for (gold, system) in [("P1D", "PT24H"), ("PXY", "P2Y")] {
            assert_eq!(kind(gold, system), ErrorKind::Duration, "{gold} {system}");
        }
        for (gold, system) in [("PRESENT_REF", "2021"), ("P1D", "2021-05-31"), ("", "2021"), ("PAST_REF", "P1Y")] {
            assert_eq!(kind(gold, system), ErrorKind::Meaning, "{gold} {system}");
        }
    }

    #[test]
    fn odd_values_break_nothing() {
        let document = document();
        for odd in ["", "é", "2é", "T", "P", "-0043", "XXXX-XX-XX", "2021-05-31Té"] {
            assert_ne!(wrong_value(&document, odd, "2021-05-31"), ErrorKind::Duration, "{odd}");
        }
    }

    #[test]
    fn a_right_value_with_another_modifier_is_an_error_of_its_own() {
        let mut gold = document();
        gold.timexes[0].r#mod = Some("START".into());
        let (gold, system) = (
            &gold.timexes[0],
            SystemTimex {
                start: 13,
                end: 16,
                r#type: Some("DATE".into()),
                value: Some("2021-05".into()),
                r#mod: None,
                rule: String::new(),
            },
        );
        let kinds: Vec<ErrorKind> = kinds(&document(), Some(gold), Some(&system)).collect();
        assert_eq!(kinds, [ErrorKind::Modifier]);
    }
}
