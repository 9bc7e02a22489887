//! Days of other calendars: Easter, the Hebrew and the Islamic calendar, the new moon.
//!
//! Arithmetic only, no tables by year. The Islamic months are those of the tabular calendar, which may differ by a day
//! from the sighted moon. After Meeus, "Astronomical Algorithms" (1998), chapters 8, 9 and 49, and Dershowitz and Reingold,
//! "Calendrical Calculations" (2018), chapters 7 and 8.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};

use super::arithmetic::shift_day;

/// Returns Easter Sunday of the Western churches, by the Gregorian computus (Meeus, ch. 8).
#[must_use]
pub fn easter(year: i32) -> Option<NaiveDate> {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let f = (b + 8).div_euclid(25);
    let g = (b - f + 1).div_euclid(3);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c.div_euclid(4), c.rem_euclid(4));
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 22 * l).div_euclid(451);
    computed(year, h + l - 7 * m + 114)
}

/// Returns Easter Sunday of the Eastern churches, by the Julian computus (Meeus, ch. 8), as a Gregorian day.
#[must_use]
pub fn orthodox_easter(year: i32) -> Option<NaiveDate> {
    let d = (19 * year.rem_euclid(19) + 15).rem_euclid(30);
    let e = (2 * year.rem_euclid(4) + 4 * year.rem_euclid(7) - d + 34).rem_euclid(7);
    let julian = computed(year, d + e + 114)?;
    let behind = year.div_euclid(100) - year.div_euclid(400) - 2;
    shift_day(julian, behind.into())
}

/// Returns the day of a computus, whose last step gives the month and the preceding day as one number in base 31.
fn computed(year: i32, at: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, u32::try_from(at.div_euclid(31)).ok()?, u32::try_from(at.rem_euclid(31) + 1).ok()?)
}

/// Returns a day of the Hebrew calendar in a Gregorian year. Months are counted from Nisan (12 is the last Adar).
#[must_use]
pub fn hebrew(year: i32, month: u8, day: u8) -> Option<NaiveDate> {
    (year + 3760..=year + 3761).find_map(|hebrew| {
        let (start, next) = (hebrew_new_year(hebrew)?, hebrew_new_year(hebrew + 1)?);
        let complete = (next - start).num_days() % 10 == 5;
        // Nisan to Elul have 177 days, counting back from the next new year.
        let nisan = next.checked_sub_days(Days::new(177))?;
        let first = match month {
            // Months alternate between 30 and 29 days.
            1..=6 => shift_day(nisan, (59 * (i64::from(month) - 1) + 1) / 2)?,
            7 => start,
            8 => shift_day(start, 30)?,
            9 => shift_day(start, if complete { 60 } else { 59 })?,
            12 => shift_day(nisan, -29)?,
            _ => return None,
        };
        shift_day(first, i64::from(day) - 1).filter(|day| day.year() == year)
    })
}

/// Returns 1 Tishri of a Hebrew year: the day of its mean new moon, postponed so that no feast falls on a forbidden
/// weekday.
fn hebrew_new_year(year: i32) -> Option<NaiveDate> {
    /// The day before 1 Tishri of the year 1, counted from 1 January of the year 1.
    const EPOCH: i64 = -1_373_428;
    let days = |year: i64| {
        let months = (235 * year - 234).div_euclid(19);
        let parts = 12_084 + 13_753 * months;
        let day = 29 * months + parts.div_euclid(25_920);
        if (3 * (day + 1)).rem_euclid(7) < 3 { day + 1 } else { day }
    };
    let year = i64::from(year);
    let (before, this, next) = (days(year - 1), days(year), days(year + 1));
    let postponed = if next - this == 356 { 2 } else { i64::from(this - before == 382) };
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(EPOCH + this + postponed + 1).ok()?)
}

/// Returns the first occurrence of a day of the tabular Islamic calendar in a Gregorian year.
#[must_use]
pub fn islamic(year: i32, month: u8, day: u8) -> Option<NaiveDate> {
    /// The day before 1 Muharram of the year 1: 15 July 622 in the Julian calendar.
    const EPOCH: i64 = 227_014;
    let about = (i64::from(year) - 622) * 33 / 32;
    (about - 1..=about + 2).find_map(|islamic| {
        let months = 29 * (i64::from(month) - 1) + i64::from(month) / 2;
        let days = EPOCH + 354 * (islamic - 1) + (3 + 11 * islamic).div_euclid(30) + months + i64::from(day);
        NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).ok()?).filter(|day| day.year() == year)
    })
}

/// Returns the first day from `from` on with a new moon, where clocks are `minutes` ahead of Greenwich.
#[must_use]
pub fn new_moon_from(from: NaiveDate, minutes: i32) -> Option<NaiveDate> {
    let about = (f64::from(from.year()) + f64::from(from.ordinal()) / 365.25 - 2000.0) * 12.3685;
    let first = about.floor() as i32 - 1;
    (first..first + 4).find_map(|lunation| {
        let local = new_moon(lunation) + f64::from(minutes) / 1440.0;
        let noon = NaiveDate::from_ymd_opt(2000, 1, 1)?.and_hms_opt(12, 0, 0)?;
        let seconds = ((local - 2_451_545.0) * 86_400.0) as i64;
        noon.checked_add_signed(TimeDelta::try_seconds(seconds)?).map(|time| time.date()).filter(|day| *day >= from)
    })
}

/// Returns the Julian day of a new moon, counted from the first of the year 2000, accurate to minutes (Meeus, ch. 49).
fn new_moon(lunation: i32) -> f64 {
    let k = f64::from(lunation);
    let t = k / 1236.85;
    let mean = 2_451_550.097_66 + 29.530_588_861 * k + 0.000_154_37 * t * t;
    let sun = (2.5534 + 29.105_356_70 * k).to_radians();
    let moon = (201.5643 + 385.816_935_28 * k + 0.010_758_2 * t * t).to_radians();
    let latitude = (160.7108 + 390.670_502_84 * k - 0.001_611_8 * t * t).to_radians();
    let node = (124.7746 - 1.563_755_88 * k).to_radians();
    let terms = [
        (-0.407_20, moon),
        (0.172_41, sun),
        (0.016_08, 2.0 * moon),
        (0.010_39, 2.0 * latitude),
        (0.007_39, moon - sun),
        (-0.005_14, moon + sun),
        (0.002_08, 2.0 * sun),
        (-0.001_11, moon - 2.0 * latitude),
        (-0.000_57, moon + 2.0 * latitude),
        (0.000_56, 2.0 * moon + sun),
        (-0.000_42, 3.0 * moon),
        (0.000_42, sun + 2.0 * latitude),
        (0.000_38, sun - 2.0 * latitude),
        (-0.000_24, 2.0 * moon - sun),
        (-0.000_17, node),
    ];
    mean + terms.iter().map(|(days, angle)| days * angle.sin()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    #[test]
    fn easter_of_years_with_known_feasts() {
        assert_eq!(easter(2019), day("2019-04-21"));
        assert_eq!(easter(2024), day("2024-03-31"));
        assert_eq!(easter(1961), day("1961-04-02"));
        assert_eq!(orthodox_easter(2019), day("2019-04-28"));
        assert_eq!(orthodox_easter(2024), day("2024-05-05"));
        assert_eq!(orthodox_easter(2017), easter(2017));
    }

    #[test]
    fn hebrew_feasts() {
        let new_years = ["2017-09-21", "2018-09-10", "2019-09-30", "2020-09-19", "2021-09-07", "2023-09-16"];
        for text in new_years {
            assert_eq!(hebrew(text[..4].parse().unwrap(), 7, 1), day(text));
        }
        assert_eq!(hebrew(2018, 9, 25), day("2018-12-03"));
        assert_eq!(hebrew(2021, 9, 25), day("2021-11-29"));
        assert_eq!(hebrew(2019, 1, 15), day("2019-04-20"));
        assert_eq!(hebrew(2019, 3, 6), day("2019-06-09"));
        assert_eq!(hebrew(2019, 5, 9), day("2019-08-10"));
        assert_eq!(hebrew(2019, 12, 14), day("2019-03-21"));
        assert_eq!(hebrew(2020, 12, 14), day("2020-03-10"));
    }

    #[test]
    fn islamic_feasts() {
        assert_eq!(islamic(2018, 9, 1), day("2018-05-16"));
        assert_eq!(islamic(2018, 10, 1), day("2018-06-15"));
        assert_eq!(islamic(2019, 12, 10), day("2019-08-12"));
        assert_eq!(islamic(2000, 10, 1), day("2000-01-08"));
    }

    #[test]
    fn new_moons() {
        let chinese =
            ["1990-01-27", "2000-02-05", "2012-01-23", "2014-01-31", "2015-02-19", "2019-02-05", "2020-01-25"];
        for text in chinese {
            let from = NaiveDate::from_ymd_opt(text[..4].parse().unwrap(), 1, 21).unwrap();
            assert_eq!(new_moon_from(from, 480), day(text));
        }
        for text in ["2013-11-03", "2014-10-23", "2015-11-11", "2016-10-30", "2019-10-27", "2022-10-24", "2023-11-12"] {
            let from = NaiveDate::from_ymd_opt(text[..4].parse().unwrap(), 10, 17).unwrap();
            assert_eq!(new_moon_from(from, -735), day(text));
        }
    }
}
