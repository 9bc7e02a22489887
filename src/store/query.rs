//! Query parameters: parsed and validated here, once, for the API, the exports and the feed.
//!
//! Must not know more of HTTP than how a URL encodes its query.

use chrono::NaiveTime;

use super::index::{Facet, SortKey};
use super::search::words;
use crate::calendar::{Bound, Granularity};
use crate::event::Status;
use crate::temporal::Basis;
use crate::timeline::Search;

/// The longest parameter value, in bytes.
const MAX_BYTES: usize = 1000;
/// The most values of one parameter.
const MAX_VALUES: usize = 100;
/// The most words of a text that are searched for.
const MAX_WORDS: usize = 16;

/// Why a parameter is not valid: which one, and what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidParameter(pub String);

/// The parameters of a query, in order. They are taken out one by one, so that those that remain are unknown.
#[derive(Debug, Clone)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Parses the part of a URL after the question mark.
    ///
    /// # Errors
    /// If a value is too long.
    pub fn parse(query: &str) -> Result<Self, InvalidParameter> {
        let all: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        match all.iter().find(|(_, value)| value.len() > MAX_BYTES) {
            Some((name, _)) => Err(InvalidParameter(format!("{name} is longer than {MAX_BYTES} bytes"))),
            None => Ok(Self(all)),
        }
    }

    /// Takes out a parameter that may be given once. An empty value counts as none.
    ///
    /// # Errors
    /// If it is given more than once.
    pub fn one(&mut self, name: &str) -> Result<Option<String>, InvalidParameter> {
        let mut values = self.all(name);
        match values.len() {
            0 | 1 => Ok(values.pop()),
            _ => Err(InvalidParameter(format!("{name} may be given only once"))),
        }
    }

    /// Takes out a number within bounds.
    ///
    /// # Errors
    /// If it is not a number, or out of bounds.
    pub fn number(&mut self, name: &str, min: usize, max: usize, default: usize) -> Result<usize, InvalidParameter> {
        let Some(text) = self.one(name)? else { return Ok(default) };
        let number = text.parse().ok().filter(|number| (min..=max).contains(number));
        number.ok_or_else(|| InvalidParameter(format!("{name} must be a number from {min} to {max}, not {text:?}")))
    }

    /// Takes out a truth value, which is false if it is not given.
    ///
    /// # Errors
    /// If it is neither `true` nor `false`.
    pub fn flag(&mut self, name: &str) -> Result<bool, InvalidParameter> {
        Ok(self.choice(name)?.unwrap_or(false))
    }

    fn choice(&mut self, name: &str) -> Result<Option<bool>, InvalidParameter> {
        match self.one(name)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(InvalidParameter(format!("{name} must be true or false, not {other:?}"))),
        }
    }

    /// Refuses the parameters that were not taken out: ignoring a misspelt filter would show too much.
    ///
    /// # Errors
    /// If any remain.
    pub fn finish(self) -> Result<(), InvalidParameter> {
        match self.0.first() {
            Some((name, _)) => Err(InvalidParameter(format!("unknown parameter {name:?}"))),
            None => Ok(()),
        }
    }

    fn all(&mut self, name: &str) -> Vec<String> {
        let (taken, rest) = std::mem::take(&mut self.0).into_iter().partition(|(given, _)| given == name);
        self.0 = rest;
        taken.into_iter().map(|(_, value): (String, String)| value).filter(|value| !value.is_empty()).collect()
    }

    /// Takes out a list: separated by commas, or given more than once. With `may_contain_commas`, a value with commas
    /// is taken as a whole as well: names may contain them.
    fn list(&mut self, name: &str, may_contain_commas: bool) -> Result<Vec<String>, InvalidParameter> {
        let mut list = Vec::new();
        for value in self.all(name) {
            let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
            list.extend(parts);
            if may_contain_commas && value.contains(',') {
                list.push(value);
            }
        }
        if list.len() > MAX_VALUES {
            Err(InvalidParameter(format!("{name} may have at most {MAX_VALUES} values")))
        } else {
            Ok(list)
        }
    }
}

/// Which events are requested: those that meet all of these conditions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// The event ends after this, in seconds since 1970.
    pub from: Option<i64>,
    /// The event starts before this.
    pub to: Option<i64>,
    /// Whether the event must begin within these, and not only overlap them.
    pub begins: bool,
    /// The article was published at this time or later, in seconds since 1970.
    pub published_from: Option<i64>,
    /// The article was published before this.
    pub published_to: Option<i64>,
    /// Whether one end of the event is open.
    pub open: Option<bool>,
    /// What the event contains.
    pub search: Search,
    /// For each of these facets, the event has one of the values.
    pub terms: Vec<(Facet, Vec<String>)>,
    /// The lowest weight.
    pub weight: f32,
    /// The lowest confidence.
    pub confidence: f32,
}

/// The parameters that filter by a facet.
const FACETS: [(&str, Facet); 7] = [
    ("source", Facet::Source),
    ("language", Facet::Language),
    ("name", Facet::Name),
    ("status", Facet::Status),
    ("granularity", Facet::Granularity),
    ("article", Facet::Article),
    ("basis", Facet::Basis),
];

impl Filters {
    /// Matches events that contain what a text searches for, as [`Search::parse`] reads it.
    #[must_use]
    pub fn search(text: &str) -> Self {
        Self {
            search: Search::parse(text, MAX_WORDS, |text| words(text).collect::<Vec<_>>().into_iter()),
            ..Self::default()
        }
    }

    /// Takes the filters out of the parameters.
    ///
    /// # Errors
    /// If one of them is not valid.
    pub fn from_parameters(parameters: &mut Parameters) -> Result<Self, InvalidParameter> {
        let mut filters = Self {
            from: time(parameters, "from")?,
            to: time(parameters, "to")?,
            begins: parameters.flag("begins")?,
            published_from: time(parameters, "published_from")?,
            published_to: time(parameters, "published_to")?,
            open: parameters.choice("open")?,
            ..Self::search(&parameters.one("q")?.unwrap_or_default())
        };
        let ranges =
            [("from", filters.from, filters.to), ("published_from", filters.published_from, filters.published_to)];
        for (name, from, to) in ranges {
            if from.zip(to).is_some_and(|(from, to)| from >= to) {
                return Err(InvalidParameter(format!("{name} must be before {}", name.replace("from", "to"))));
            }
        }
        for (name, least) in [("weight", &mut filters.weight), ("confidence", &mut filters.confidence)] {
            let Some(text) = parameters.one(name)? else { continue };
            let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
            let problem = || InvalidParameter(format!("{name} must be a number from 0 to 1, not {text:?}"));
            *least = number.ok_or_else(problem)?;
        }
        for (name, facet) in FACETS {
            let allowed = allowed_values(facet);
            let values = parameters.list(name, allowed.is_none())?;
            if let Some(allowed) = allowed
                && let Some(unknown) = values.iter().find(|value| !allowed.contains(&value.as_str()))
            {
                let problem = format!("there is no {name} {unknown:?}: use one of {}", allowed.join(", "));
                return Err(InvalidParameter(problem));
            }
            if !values.is_empty() {
                filters.terms.push((facet, values));
            }
        }
        Ok(filters)
    }
}

/// Returns the facet that a parameter filters by.
#[must_use]
pub fn facet(name: &str) -> Option<Facet> {
    FACETS.into_iter().find(|(own, _)| *own == name).map(|(_, facet)| facet)
}

/// Returns the values of a facet, where they are a fixed set.
fn allowed_values(facet: Facet) -> Option<Vec<&'static str>> {
    match facet {
        Facet::Status => Some(Status::ALL.map(Status::name).to_vec()),
        Facet::Granularity => Some(Granularity::ALL.map(Granularity::name).to_vec()),
        Facet::Basis => Some(Basis::ALL.map(Basis::name).to_vec()),
        Facet::Source | Facet::Article | Facet::Language | Facet::Name => None,
    }
}

fn time(parameters: &mut Parameters, name: &str) -> Result<Option<i64>, InvalidParameter> {
    let Some(text) = parameters.one(name)? else { return Ok(None) };
    // In a URL that was not encoded, the plus sign of an offset becomes a space.
    let read = |text: &str| parse_time(text).or_else(|| day_from_today(text));
    let time = read(&text).or_else(|| read(&text.replace(' ', "+")));
    time.map(Some).ok_or_else(|| {
        InvalidParameter(format!(
            "{name} must be a day such as 2019-04-01, a time such as 2019-04-01T09:30:00Z or so many days from today such \
             as today+14, not {text:?}"
        ))
    })
}

/// Parses `today`, or so many days after or before it.
fn day_from_today(text: &str) -> Option<i64> {
    let days: i64 = match text.strip_prefix("today")? {
        "" => 0,
        days if days.len() <= 6 && days.starts_with(['+', '-']) => days.parse().ok()?,
        _ => return None,
    };
    Some((now().div_euclid(DAY) + days) * DAY)
}

/// The seconds of a day.
pub const DAY: i64 = 86_400;

/// Returns the seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "news and days from today are about the day on which somebody asks")]
pub fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// Parses a day or a time to seconds since 1970. Days start at midnight in UTC.
pub fn parse_time(text: &str) -> Option<i64> {
    // Browsers write milliseconds, and a Z for the offset.
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

/// Formats seconds since 1970: as a day where that is midnight in UTC.
#[must_use]
pub fn format_time(seconds: i64) -> Option<String> {
    let time = chrono::DateTime::from_timestamp(seconds, 0)?.naive_utc();
    let utc = chrono::FixedOffset::east_opt(0)?;
    let bound = if time.time() == NaiveTime::MIN { Bound::Day(time.date()) } else { Bound::Time(time, utc) };
    Some(bound.iso8601())
}

/// The direction of a sort order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Earliest or least first.
    #[default]
    Ascending,
    /// Latest or greatest first.
    Descending,
}

/// What events are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The date that they tell.
    #[default]
    Date,
    /// The publication of their article, the first one if several report the same.
    Published,
    /// Their rank.
    Weight,
}

impl Sort {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 3] =
        [("date", Self::Date), ("published", Self::Published), ("weight", Self::Weight)];

    /// Takes what to sort by out of the parameters, and in which direction.
    ///
    /// # Errors
    /// If one of them is not valid.
    pub fn from_parameters(parameters: &mut Parameters, default: Self) -> Result<(Self, Order), InvalidParameter> {
        let sort = match parameters.one("sort")? {
            None => default,
            Some(text) => {
                let known = Self::ALL.into_iter().find(|(name, _)| *name == text);
                let problem = || InvalidParameter(format!("sort must be date, published or weight, not {text:?}"));
                known.ok_or_else(problem)?.1
            }
        };
        let order = match parameters.one("order")?.as_deref() {
            None if sort == Self::Date => Order::Ascending,
            None | Some("desc") => Order::Descending,
            Some("asc") => Order::Ascending,
            Some(other) => return Err(InvalidParameter(format!("order must be asc or desc, not {other:?}"))),
        };
        Ok((sort, order))
    }
}

/// Which page of events is requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// What is sorted by.
    pub sort: Sort,
    /// In which direction.
    pub order: Order,
    /// Whether events that report the same are one row.
    pub fold: bool,
    /// The most events in the page.
    pub limit: usize,
    /// The page starts after this position.
    pub after: Option<SortKey>,
}

impl Paging {
    /// The first events in the order of time.
    #[must_use]
    pub fn first(limit: usize) -> Self {
        Self { sort: Sort::Date, order: Order::Ascending, fold: false, limit, after: None }
    }

    /// Takes sort, order, fold, limit and cursor out of the parameters.
    ///
    /// # Errors
    /// If one of them is not valid.
    pub fn from_parameters(parameters: &mut Parameters) -> Result<Self, InvalidParameter> {
        let (sort, order) = Sort::from_parameters(parameters, Sort::Date)?;
        let fold = parameters.flag("fold")?;
        let limit = parameters.number("limit", 1, 1000, 100)?;
        let after = match parameters.one("cursor")? {
            Some(text) => {
                let problem = || InvalidParameter("cursor must be the `next` of an earlier page".into());
                Some(decode_cursor(&text).ok_or_else(problem)?)
            }
            None => None,
        };
        Ok(Self { sort, order, fold, limit, after })
    }
}

/// Encodes a position as a cursor.
#[must_use]
pub fn encode_cursor(SortKey { major, minor, id, row }: SortKey) -> String {
    format!("{major}_{minor}_{id}_{row}")
}

fn decode_cursor(cursor: &str) -> Option<SortKey> {
    let mut parts = cursor.split('_');
    let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (id, row) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(SortKey { major, minor, id, row })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(query: &str) -> Result<Filters, String> {
        let mut parameters = Parameters::parse(query).map_err(|error| error.0)?;
        let filters = Filters::from_parameters(&mut parameters).map_err(|error| error.0)?;
        parameters.finish().map_err(|error| error.0)?;
        Ok(filters)
    }

    #[test]
    fn times_are_days_or_times_with_an_offset() {
        assert_eq!(parse_time("1970-01-02"), Some(86_400));
        assert_eq!(parse_time("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(parse_time("1970-01-01T00:00:07.250Z"), Some(7));
        assert_eq!(parse_time("-0043-03-15").and_then(format_time).as_deref(), Some("-0043-03-15"));
        assert_eq!(format_time(3600).as_deref(), Some("1970-01-01T01:00:00+00:00"));
        assert_eq!(
            filters("from=1970-01-01T01:00:00+01:00").unwrap().from,
            Some(0),
            "a plus sign that was not encoded"
        );
        for wrong in ["2019", "yesterday", "2019-13-01", "2019-04-01T09:30", "99999999999-01-01"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lists_are_separated_by_commas_or_repeated() {
        let terms = |query| filters(query).unwrap().terms;
        let status = [(Facet::Status, vec!["planned".to_owned(), "denied".to_owned()])];
        assert_eq!(terms("status=planned&status=denied"), status);
        assert_eq!(terms("status=planned,%20denied,"), status);
        assert_eq!(terms("name=Hale,%20Inc"), [(Facet::Name, vec!["Hale".into(), "Inc".into(), "Hale, Inc".into()])]);
        assert_eq!(terms("source="), []);
    }

    #[test]
    fn a_text_is_split_into_words() {
        let words = |query| {
            let clauses = filters(query).unwrap().search.all;
            clauses
                .iter()
                .map(|any| any.iter().map(|one| one.words.join(" ")).collect::<String>())
                .collect::<Vec<_>>()
                .join("|")
        };
        assert_eq!(words("q=The+bridge's%20OPENING_%20\"*"), "the|bridge|s|opening");
        assert_eq!(words("q=मनीष+हिन्दी,Zu\u{308}rich"), "मनीष|हिन्दी|zu\u{308}rich", "with their marks");
        assert_eq!(words("q=\"the+quay\"+bridge"), "the quay|bridge");
        for nothing in ["q=!!", "q=%00", "q=🎉", "q=%CC%81", "q=_"] {
            assert_eq!(filters(nothing).unwrap().search.all, [[]; 1], "{nothing}");
        }
        assert!(filters("q=").unwrap().search.is_empty() && filters("q=+").unwrap().search.is_empty(), "no search");
    }

    #[test]
    fn days_are_counted_from_today() {
        let from = |text: &str| filters(&format!("from={text}")).unwrap().from.unwrap();
        let today = from("today");
        assert_eq!(today % DAY, 0);
        assert_eq!(
            (from("today%2B14"), from("today+14"), from("today-7")),
            (today + 14 * DAY, today + 14 * DAY, today - 7 * DAY)
        );
        for wrong in ["todays", "today14", "today%2B1000000", "today%2B-1"] {
            assert!(filters(&format!("from={wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn invalid_parameters_are_refused_by_name() {
        for (query, message) in [
            ("from=now", "from must be a day"),
            ("from=2020-01-01&to=2019-01-01", "from must be before to"),
            ("published_from=2020-01-01&published_to=2019-01-01", "published_from must be before published_to"),
            ("open=maybe", "open must be true or false"),
            ("status=cancelled", "there is no status \"cancelled\": use one of happened, "),
            ("weight=-0.1", "weight must be a number from 0 to 1"),
            ("confidence=2", "confidence must be a number from 0 to 1"),
            ("confidence=NaN", "confidence must be"),
            ("q=a&q=b", "q may be given only once"),
            ("colour=red", "unknown parameter \"colour\""),
        ] {
            let error = filters(query).expect_err(query);
            assert!(error.starts_with(message), "{query}: {error}");
        }
        assert!(filters(&format!("q={}", "a".repeat(1001))).is_err());
        assert!(filters(&format!("source={}", "a,".repeat(101))).is_err());
    }

    #[test]
    fn a_cursor_survives_the_round_trip() {
        let key = SortKey { major: i64::MIN, minor: i64::MAX, id: u64::MAX, row: 7 };
        assert_eq!(decode_cursor(&encode_cursor(key)), Some(key));
        for wrong in ["", "1_2_3", "1_2_3_4_5", "a_b_c_d", "1_2_-3_4"] {
            assert_eq!(decode_cursor(wrong), None, "{wrong}");
        }
    }
}
