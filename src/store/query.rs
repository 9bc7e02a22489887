//! What is asked of the timeline, as it arrives in an address: read and checked here, once, for the API, the exports
//! and the feed.
//!
//! Must not know HTTP beyond how an address spells its parameters.

use chrono::NaiveTime;

use super::index::{Kind, Place};
use crate::calendar::{Bound, Granularity};
use crate::event::Status;
use crate::temporal::Basis;

/// The longest value of a parameter, in bytes.
const LONGEST: usize = 1000;
/// The most values of one parameter.
const MOST: usize = 100;
/// The most words of a text that are looked for.
const WORDS: usize = 16;

/// Why parameters cannot be used: which, and what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(pub String);

/// The parameters of an address, in their order. Taken out one by one, so that what is left is unknown.
#[derive(Debug, Clone)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the part of an address behind the question mark.
    ///
    /// # Errors
    /// If a value is too long.
    pub fn parse(query: &str) -> Result<Self, Unfit> {
        let all: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        match all.iter().find(|(_, value)| value.len() > LONGEST) {
            Some((name, _)) => Err(Unfit(format!("{name} is longer than {LONGEST} bytes"))),
            None => Ok(Self(all)),
        }
    }

    /// Takes out a parameter that may be given once. An empty value counts as none.
    ///
    /// # Errors
    /// If it is given more often.
    pub fn one(&mut self, name: &str) -> Result<Option<String>, Unfit> {
        let mut values = self.all(name);
        match values.len() {
            0 | 1 => Ok(values.pop()),
            _ => Err(Unfit(format!("{name} may be given once"))),
        }
    }

    /// Takes out a number within bounds.
    ///
    /// # Errors
    /// If it is none, or outside of them.
    pub fn number(&mut self, name: &str, least: usize, most: usize, usual: usize) -> Result<usize, Unfit> {
        let Some(text) = self.one(name)? else { return Ok(usual) };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| Unfit(format!("{name} must be a number from {least} to {most}, not {text:?}")))
    }

    /// Refuses what was not taken out: a misspelt filter that is passed over would show too much.
    ///
    /// # Errors
    /// If there is any.
    pub fn end(self) -> Result<(), Unfit> {
        match self.0.first() {
            Some((name, _)) => Err(Unfit(format!("there is no parameter {name:?} here"))),
            None => Ok(()),
        }
    }

    fn all(&mut self, name: &str) -> Vec<String> {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|(given, _)| given == name);
        self.0 = left;
        taken.into_iter().map(|(_, value): (String, String)| value).filter(|value| !value.is_empty()).collect()
    }

    /// Takes out a list: parted by commas, or given more than once. With `free`, a value that has commas stands for
    /// itself as well: names may have them.
    fn list(&mut self, name: &str, free: bool) -> Result<Vec<String>, Unfit> {
        let mut list = Vec::new();
        for value in self.all(name) {
            let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
            list.extend(parts);
            if free && value.contains(',') {
                list.push(value);
            }
        }
        if list.len() > MOST { Err(Unfit(format!("{name} may have {MOST} values"))) } else { Ok(list) }
    }
}

/// Which events are asked for, in words. An event must hold to all of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// Seconds since 1970: it must end after this.
    pub from: Option<i64>,
    /// It must start before this.
    pub to: Option<i64>,
    /// Words that it must have, the last one as the start of a word.
    pub words: Vec<String>,
    /// It must have one of these, of each kind that is there.
    pub terms: Vec<(Kind, Vec<String>)>,
    /// It must be at least as sure.
    pub confidence: f32,
}

/// The names of the filters, with the kind that they are of.
const LISTS: [(&str, Kind); 7] = [
    ("source", Kind::Source),
    ("language", Kind::Language),
    ("name", Kind::Name),
    ("status", Kind::Status),
    ("granularity", Kind::Granularity),
    ("article", Kind::Article),
    ("basis", Kind::Basis),
];

impl Filters {
    /// What has all words of a text, the last one as the start of a word.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { words: words(text), ..Self::default() }
    }

    /// Takes the filters out of parameters.
    ///
    /// # Errors
    /// If one of them cannot be.
    pub fn take(parameters: &mut Parameters) -> Result<Self, Unfit> {
        let mut filters = Self {
            from: time(parameters, "from")?,
            to: time(parameters, "to")?,
            ..Self::text(&parameters.one("q")?.unwrap_or_default())
        };
        if let (Some(from), Some(to)) = (filters.from, filters.to)
            && from >= to
        {
            return Err(Unfit("from must be before to".into()));
        }
        if let Some(text) = parameters.one("confidence")? {
            let sure = text.parse().ok().filter(|sure| (0.0..=1.0).contains(sure));
            filters.confidence =
                sure.ok_or_else(|| Unfit(format!("confidence must be a number from 0 to 1, not {text:?}")))?;
        }
        for (name, kind) in LISTS {
            let known = known(kind);
            let list = parameters.list(name, known.is_none())?;
            if let Some(known) = known
                && let Some(unknown) = list.iter().find(|given| !known.contains(&given.as_str()))
            {
                return Err(Unfit(format!("there is no {name} {unknown:?}: it is one of {}", known.join(", "))));
            }
            if !list.is_empty() {
                filters.terms.push((kind, list));
            }
        }
        Ok(filters)
    }
}

/// The values of a kind, where these are fixed.
fn known(kind: Kind) -> Option<Vec<&'static str>> {
    match kind {
        Kind::Status => Some(Status::ALL.map(Status::name).to_vec()),
        Kind::Granularity => Some(Granularity::ALL.map(Granularity::name).to_vec()),
        Kind::Basis => Some(Basis::ALL.map(Basis::name).to_vec()),
        Kind::Source | Kind::Article | Kind::Language | Kind::Name => None,
    }
}

/// The words of a text as the full text search sees them: letters and digits.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(WORDS).map(str::to_lowercase).collect()
}

fn time(parameters: &mut Parameters, name: &str) -> Result<Option<i64>, Unfit> {
    let Some(text) = parameters.one(name)? else { return Ok(None) };
    // In an address that was not encoded, the plus of an offset is a space.
    let time = seconds(&text).or_else(|| seconds(&text.replace(' ', "+")));
    time.map(Some).ok_or_else(|| {
        Unfit(format!("{name} must be a day such as 2019-04-01 or a time such as 2019-04-01T09:30:00Z, not {text:?}"))
    })
}

/// A day or a time as seconds since 1970. Days start at midnight in UTC.
pub fn seconds(text: &str) -> Option<i64> {
    // What browsers write: milliseconds, and a Z for the offset.
    let text = match text.split_once('.') {
        Some((time, rest)) => &format!("{time}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => text,
    };
    let text = text.strip_suffix('Z').map_or_else(|| text.to_owned(), |time| format!("{time}+00:00"));
    Some(match Bound::parse(&text)? {
        Bound::Day(day) => day.and_time(NaiveTime::MIN).and_utc().timestamp(),
        Bound::Time(time, offset) => time.and_utc().timestamp() - i64::from(offset.local_minus_utc()),
    })
}

/// A time as it is told: a day where it is midnight in UTC.
#[must_use]
pub fn spelled(seconds: i64) -> Option<String> {
    let time = chrono::DateTime::from_timestamp(seconds, 0)?.naive_utc();
    let utc = chrono::FixedOffset::east_opt(0)?;
    let bound = if time.time() == NaiveTime::MIN { Bound::Day(time.date()) } else { Bound::Time(time, utc) };
    Some(bound.iso8601())
}

/// Which way through the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The earliest first.
    #[default]
    Ascending,
    /// The latest first.
    Descending,
}

/// A page of events: in which order, how many, and after which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// In which order.
    pub order: Order,
    /// How many at most.
    pub limit: usize,
    /// After this one.
    pub after: Option<Place>,
}

impl Paging {
    /// Takes order, limit and cursor out of parameters.
    ///
    /// # Errors
    /// If one of them cannot be.
    pub fn take(parameters: &mut Parameters) -> Result<Self, Unfit> {
        let order = match parameters.one("order")?.as_deref() {
            None | Some("asc") => Order::Ascending,
            Some("desc") => Order::Descending,
            Some(other) => return Err(Unfit(format!("order must be asc or desc, not {other:?}"))),
        };
        let limit = parameters.number("limit", 1, 1000, 100)?;
        let after = match parameters.one("cursor")? {
            Some(text) => Some(place(&text).ok_or_else(|| Unfit("cursor must be the `next` of an answer".into()))?),
            None => None,
        };
        Ok(Self { order, limit, after })
    }
}

/// A place as a cursor.
#[must_use]
pub fn cursor(Place { start, end, id, row }: Place) -> String {
    format!("{start}_{end}_{id}_{row}")
}

fn place(cursor: &str) -> Option<Place> {
    let mut parts = cursor.split('_');
    let (start, end) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (id, row) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(Place { start, end, id, row })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(query: &str) -> Result<Filters, String> {
        let mut parameters = Parameters::parse(query).map_err(|error| error.0)?;
        let filters = Filters::take(&mut parameters).map_err(|error| error.0)?;
        parameters.end().map_err(|error| error.0)?;
        Ok(filters)
    }

    #[test]
    fn times_are_days_or_times_with_an_offset() {
        assert_eq!(seconds("1970-01-02"), Some(86_400));
        assert_eq!(seconds("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(seconds("1970-01-01T00:00:07.250Z"), Some(7));
        assert_eq!(seconds("-0043-03-15").and_then(spelled).as_deref(), Some("-0043-03-15"));
        assert_eq!(spelled(3600).as_deref(), Some("1970-01-01T01:00:00+00:00"));
        assert_eq!(filters("from=1970-01-01T01:00:00+01:00").unwrap().from, Some(0), "a plus that was not encoded");
        for wrong in ["2019", "yesterday", "2019-13-01", "2019-04-01T09:30", "99999999999-01-01"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lists_are_parted_by_commas_or_repeated() {
        let terms = |query| filters(query).unwrap().terms;
        let status = [(Kind::Status, vec!["planned".to_owned(), "denied".to_owned()])];
        assert_eq!(terms("status=planned&status=denied"), status);
        assert_eq!(terms("status=planned,%20denied,"), status);
        assert_eq!(terms("name=Hale,%20Inc"), [(Kind::Name, vec!["Hale".into(), "Inc".into(), "Hale, Inc".into()])]);
        assert_eq!(terms("source="), []);
    }

    #[test]
    fn a_text_is_its_words() {
        assert_eq!(filters("q=The+bridge's%20OPENING%20\"*").unwrap().words, ["the", "bridge", "s", "opening"]);
        assert_eq!(filters("q=!!").unwrap().words, [""; 0]);
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        for (query, told) in [
            ("from=now", "from must be a day"),
            ("from=2020-01-01&to=2019-01-01", "from must be before to"),
            ("status=cancelled", "there is no status \"cancelled\": it is one of happened, "),
            ("confidence=2", "confidence must be a number from 0 to 1"),
            ("confidence=NaN", "confidence must be"),
            ("q=a&q=b", "q may be given once"),
            ("colour=red", "there is no parameter \"colour\" here"),
        ] {
            let error = filters(query).expect_err(query);
            assert!(error.starts_with(told), "{query}: {error}");
        }
        assert!(filters(&format!("q={}", "a".repeat(1001))).is_err());
        assert!(filters(&format!("source={}", "a,".repeat(101))).is_err());
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let place = Place { start: i64::MIN, end: i64::MAX, id: u64::MAX, row: 7 };
        assert_eq!(super::place(&cursor(place)), Some(place));
        for wrong in ["", "1_2_3", "1_2_3_4_5", "a_b_c_d", "1_2_-3_4"] {
            assert_eq!(super::place(wrong), None, "{wrong}");
        }
    }
}
