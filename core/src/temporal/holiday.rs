//! Feasts: how the day of one is computed for a year, as `feasts.toml` writes it.
//!
//! | written | the day |
//! |---|---|
//! | `12-25` | that day of that month |
//! | `11-Thu-4`, `5-Mon-last` | that weekday of the month |
//! | `11-2 Tue` | the first such weekday from that day on |
//! | `easter`, `orthodox-easter` | Easter Sunday of the Western, of the Eastern churches |
//! | `hebrew 7-1`, `islamic 9-1` | a month and day of that calendar |
//! | `new-moon 1-21 +480` | the first new moon from that day on, by clocks so many minutes ahead of Greenwich |
//! | … `-46 for 46` | so many days from there, and how many days it lasts |

use chrono::{NaiveDate, Weekday};

use super::region::Region;
use crate::calendar::{PartialDate, easter, hebrew, islamic, new_moon_from, nth_weekday_of_month, orthodox_easter};
use crate::language::Feasts;

/// A feast that a name names, with the days that some countries keep it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    kept: Kept,
    by_country: Vec<(Region, Kept)>,
}

/// How the days of a feast are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    day: Rule,
    /// Days from there.
    later: i64,
    /// How many days it lasts.
    days: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Fixed(u8, u8),
    Nth(u8, Weekday, i8),
    From(u8, u8, Weekday),
    Easter,
    OrthodoxEaster,
    Hebrew(u8, u8),
    Islamic(u8, u8),
    NewMoon(u8, u8, i32),
}

impl Holiday {
    /// The feast of this plain name.
    #[must_use]
    pub fn named(feasts: &Feasts, plain_name: &str) -> Option<Self> {
        let (mut everywhere, mut by_country) = (None, Vec::new());
        for (country, text) in feasts.named(plain_name)? {
            let kept = Kept::read(text)?;
            match country {
                Some(country) => by_country.push((Region::of_code(country)?, kept)),
                None => everywhere = Some(kept),
            }
        }
        let kept = everywhere.or(by_country.first().map(|(_, kept)| *kept))?;
        Some(Self { kept, by_country })
    }

    /// Keeps it on the day of a country, where that has one of its own.
    pub(super) fn keep_in(&mut self, country: Region) {
        let own = self.by_country.iter().find(|(region, _)| *region == country);
        self.kept = own.map_or(self.kept, |(_, kept)| *kept);
    }

    /// Its first day in a year; `None` outside of what chrono can say.
    #[must_use]
    pub fn in_year(&self, year: i32) -> Option<PartialDate> {
        PartialDate::Day(self.kept.day.in_year(year)?).step(self.kept.later)
    }

    /// How many days it lasts.
    #[must_use]
    pub fn days(&self) -> i64 {
        self.kept.days
    }
}

impl Kept {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace().peekable();
        let day = Rule::read(&mut words)?;
        let mut kept = Self { day, later: 0, days: 1 };
        while let Some(word) = words.next() {
            match word {
                "for" => kept.days = words.next()?.parse().ok()?,
                _ => kept.later = word.parse().ok()?,
            }
        }
        Some(kept)
    }
}

impl Rule {
    fn read<'t>(words: &mut std::iter::Peekable<impl Iterator<Item = &'t str>>) -> Option<Self> {
        let pair = |word: &str| {
            let (month, day) = word.split_once('-')?;
            Some((month.parse::<u8>().ok()?, day.parse::<u8>().ok()?))
        };
        Some(match words.next()? {
            "easter" => Self::Easter,
            "orthodox-easter" => Self::OrthodoxEaster,
            "hebrew" => pair(words.next()?).map(|(month, day)| Self::Hebrew(month, day))?,
            "islamic" => pair(words.next()?).map(|(month, day)| Self::Islamic(month, day))?,
            "new-moon" => {
                let (month, day) = pair(words.next()?)?;
                Self::NewMoon(month, day, words.next()?.parse().ok()?)
            }
            word => {
                let mut parts = word.splitn(3, '-');
                let (month, second, third) = (parts.next()?.parse().ok()?, parts.next()?, parts.next());
                match third {
                    Some("last") => Self::Nth(month, second.parse().ok()?, -1),
                    Some(n) => Self::Nth(month, second.parse().ok()?, n.parse().ok()?),
                    None => {
                        let day = second.parse().ok()?;
                        match words.peek().and_then(|word| word.parse().ok()) {
                            Some(weekday) => {
                                words.next();
                                Self::From(month, day, weekday)
                            }
                            None => Self::Fixed(month, day),
                        }
                    }
                }
            }
        })
    }

    fn in_year(self, year: i32) -> Option<NaiveDate> {
        let day = |month: u8, day: u8| NaiveDate::from_ymd_opt(year, month.into(), day.into());
        match self {
            Self::Fixed(month, of_month) => day(month, of_month),
            Self::Nth(month, weekday, n) => nth_weekday_of_month(year, month, weekday, n),
            Self::From(month, of_month, weekday) => {
                let from = day(month, of_month)?;
                from.iter_days().take(7).find(|day| chrono::Datelike::weekday(day) == weekday)
            }
            Self::Easter => easter(year),
            Self::OrthodoxEaster => orthodox_easter(year),
            Self::Hebrew(month, of_month) => hebrew(year, month, of_month),
            Self::Islamic(month, of_month) => islamic(year, month, of_month),
            Self::NewMoon(month, of_month, minutes) => new_moon_from(day(month, of_month)?, minutes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(name: &str, year: i32, country: &str) -> String {
        let pack = crate::language::pack("en").unwrap();
        let mut holiday = Holiday::named(&pack.feasts, name).unwrap();
        Region::of_code(country).into_iter().for_each(|country| holiday.keep_in(country));
        let first = holiday.in_year(year).unwrap();
        match holiday.days() {
            1 => first.value(),
            days => format!("{} for {days}", first.value()),
        }
    }

    #[test]
    fn every_feast_of_every_language_is_readable() {
        for pack in crate::language::packs() {
            for (country, text) in pack.feasts.all() {
                let kept = Kept::read(text);
                assert!(kept.is_some_and(|kept| kept.day.in_year(2019).is_some()), "{text}");
                assert!(country.as_deref().is_none_or(|country| Region::of_code(country).is_some()), "{country:?}");
            }
        }
    }

    /// Every feast × last, this, next × of, in YEAR is one expression, on the right side of publication and in its year.
    #[test]
    fn feasts_are_read_with_every_word_that_says_which() {
        use crate::temporal::tests::{passage, values};
        let pack = crate::language::pack("en").unwrap();
        let published = NaiveDate::from_ymd_opt(2019, 5, 3).unwrap();
        let first = |text: &str| {
            passage(text, |passage| {
                let (_, tagged) = values(passage, None);
                let [date] = tagged.expressions.as_slice() else { panic!("{text}: not one expression") };
                date.interval.and_then(|interval| interval.start).unwrap().local().date()
            })
        };
        let year = |text: &str| chrono::Datelike::year(&first(text));
        for name in pack.feasts.names() {
            let capital = name[..1].to_uppercase() + &name[1..];
            let met = |which: &str| format!("The ministers met before {}.", which.replace('_', &capital));
            assert!(first(&met("last _")) <= published, "last {name}");
            assert!(first(&met("next _")) > published, "next {name}");
            assert_eq!(year(&met("this _")), 2019, "this {name}");
            for (which, of) in [("last", 2018), ("this", 2019), ("next", 2020)] {
                assert_eq!(year(&met(&format!("_ {which} year"))), of, "{name} {which} year");
                assert_eq!(year(&met(&format!("_ of {which} year"))), of, "{name} of {which} year");
            }
            for of in ["_ 2016", "_, 2016", "_ of 2016", "_ in 2016"] {
                assert_eq!(year(&met(of)), 2016, "{name}: {of}");
            }
        }
    }

    #[test]
    fn feasts_of_years_that_are_known() {
        assert_eq!(kept("election day", 2016, "US"), "2016-11-08");
        assert_eq!(kept("memorial day", 2019, "US"), "2019-05-27");
        assert_eq!(kept("victoria day", 2018, "CA"), "2018-05-21");
        assert_eq!(kept("black friday", 2019, ""), "2019-11-29");
        assert_eq!(kept("thanksgiving", 2019, "US"), "2019-11-28");
        assert_eq!(kept("thanksgiving", 2019, "CA"), "2019-10-14");
        assert_eq!(kept("ash wednesday", 2019, ""), "2019-03-06");
        assert_eq!(kept("hanukkah", 2018, ""), "2018-12-03 for 8");
        assert_eq!(kept("durga puja", 2018, "IN"), "2018-10-15 for 5");
        assert_eq!(kept("super tuesday", 2020, "US"), "2020-03-03");
        assert_eq!(kept("independence day", 2022, "UA"), "2022-08-24");
    }
}
