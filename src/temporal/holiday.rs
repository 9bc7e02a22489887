//! Feasts, computed for a year: fixed days, nth weekdays, and the feasts that move with Easter.

use chrono::{Days, NaiveDate, Weekday};

use crate::calendar::nth_weekday_of_month;

/// A feast whose day can be computed for any year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holiday {
    /// The same month and day each year.
    Fixed(u8, u8),
    /// The nth such weekday of a month; -1 is the last.
    Nth(u8, Weekday, i8),
    /// Days from Easter Sunday of the Western churches.
    Easter(i8),
    /// The Tuesday behind the first Monday of November.
    ElectionDay,
    /// The Friday behind the fourth Thursday of November.
    BlackFriday,
}

impl Holiday {
    /// The feast of this English name, in lower case without apostrophes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        use Weekday::{Mon, Thu};
        Some(match name {
            "new year day" | "new years day" => Self::Fixed(1, 1),
            "new year eve" | "new years eve" => Self::Fixed(12, 31),
            "martin luther king day" | "martin luther king jr day" => Self::Nth(1, Mon, 3),
            "valentine day" => Self::Fixed(2, 14),
            "presidents day" => Self::Nth(2, Mon, 3),
            "st patrick day" | "saint patrick day" => Self::Fixed(3, 17),
            "ash wednesday" => Self::Easter(-46),
            "palm sunday" => Self::Easter(-7),
            "good friday" => Self::Easter(-2),
            "easter" | "easter sunday" => Self::Easter(0),
            "easter monday" => Self::Easter(1),
            "whit monday" => Self::Easter(50),
            "may day" => Self::Fixed(5, 1),
            "memorial day" => Self::Nth(5, Mon, -1),
            "independence day" => Self::Fixed(7, 4),
            "bastille day" => Self::Fixed(7, 14),
            "labor day" | "labour day" => Self::Nth(9, Mon, 1),
            "columbus day" => Self::Nth(10, Mon, 2),
            "halloween" => Self::Fixed(10, 31),
            "veterans day" | "remembrance day" => Self::Fixed(11, 11),
            "election day" => Self::ElectionDay,
            "thanksgiving" | "thanksgiving day" => Self::Nth(11, Thu, 4),
            "black friday" => Self::BlackFriday,
            "christmas" | "christmas day" => Self::Fixed(12, 25),
            "christmas eve" => Self::Fixed(12, 24),
            "boxing day" => Self::Fixed(12, 26),
            _ => return None,
        })
    }

    /// The day of the feast in a year; `None` outside of what chrono can say.
    #[must_use]
    pub fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed(month, day) => NaiveDate::from_ymd_opt(year, month.into(), day.into()),
            Self::Nth(month, weekday, n) => nth_weekday_of_month(year, month, weekday, n),
            Self::Easter(days) => {
                let by = Days::new(days.unsigned_abs().into());
                let easter = easter(year)?;
                if days < 0 { easter.checked_sub_days(by) } else { easter.checked_add_days(by) }
            }
            Self::ElectionDay => nth_weekday_of_month(year, 11, Weekday::Mon, 1)?.succ_opt(),
            Self::BlackFriday => nth_weekday_of_month(year, 11, Weekday::Thu, 4)?.succ_opt(),
        }
    }
}

/// Easter Sunday by the Gregorian computus, in the anonymous form that Meeus gives (Astronomical Algorithms, ch. 8).
fn easter(year: i32) -> Option<NaiveDate> {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let f = (b + 8).div_euclid(25);
    let g = (b - f + 1).div_euclid(3);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c.div_euclid(4), c.rem_euclid(4));
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l).div_euclid(451);
    let at = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(at.div_euclid(31)).ok()?, u32::try_from(at.rem_euclid(31) + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_of_years_with_known_feasts() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        assert_eq!(easter(2019), day(2019, 4, 21));
        assert_eq!(easter(2024), day(2024, 3, 31));
        assert_eq!(easter(1961), day(1961, 4, 2));
        assert_eq!(Holiday::from_name("election day").and_then(|it| it.in_year(2016)), day(2016, 11, 8));
        assert_eq!(Holiday::from_name("memorial day").and_then(|it| it.in_year(2019)), day(2019, 5, 27));
    }
}
