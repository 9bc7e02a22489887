//! Properties of every calendar date: text forms, steps, intervals, unusual years.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Utc, Weekday};
use dateline_core::calendar::{
    Clock, Interval, PartOfDay, PartialDate, Season, Unit, YEARS, days_in_month, nth_weekday_of_month, shift,
    weekday_in_week_of,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use regex_automata::nfa::thompson::pikevm::PikeVM;

/// The TIMEX3 values of dates.
const VALUE: &str = r"(?x-u)^(
    (BC)?\d\d (\d)?                                     # century, decade
    | (-|BC)?\d{4} ( - ( H[12] | Q[1-4] | SP | SU | FA | WI | \d\d | W\d\d (-WE)? | \d\d-\d\d
                  (T ( MO | AF | EV | NI | DT | \d\d:\d\d (:\d\d)? ))? ) )?
)$";

/// The part of EDTF (levels 0 to 2) that is used.
const EDTF: &str = r"(?x-u)^(
    \d\dXX | \d\d\dX
    | -?\d{4} ( - ( \d\d | \d\d-\d\d (T \d\d:\d\d:\d\d ([+-]\d\d:\d\d)?)? ) )?   # 21 to 41 for seasons and parts
    | -?\d{4}-\d\d-\d\d / -?\d{4}-\d\d-\d\d
)$";

fn is_match(pattern: &str, text: &str) -> bool {
    let machine = PikeVM::new(pattern).unwrap();
    machine.is_match(&mut machine.create_cache(), text)
}

fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn utc() -> FixedOffset {
    DateTime::<Utc>::UNIX_EPOCH.fixed_offset().offset().to_owned()
}

fn interval(date: &PartialDate) -> Interval {
    date.interval(utc()).unwrap()
}

// ---- any date ----

fn day() -> impl Strategy<Value = NaiveDate> {
    // A week inside the supported years, so that no ISO week starts outside of them.
    let first = ymd(*YEARS.start(), 1, 8).num_days_from_ce();
    let last = ymd(*YEARS.end(), 12, 24).num_days_from_ce();
    (first..=last).prop_map(|days| NaiveDate::from_num_days_from_ce_opt(days).unwrap())
}

fn clock() -> impl Strategy<Value = Clock> {
    (0u8..24, proptest::option::of((0u8..60, proptest::option::of(0u8..60)))).prop_map(|(hour, rest)| Clock {
        hour,
        minute: rest.map(|(minute, _)| minute),
        second: rest.and_then(|(_, second)| second),
        offset: None,
    })
}

fn season() -> impl Strategy<Value = Season> {
    proptest::sample::select(&[Season::Spring, Season::Summer, Season::Autumn, Season::Winter])
}

fn part_of_day() -> impl Strategy<Value = PartOfDay> {
    use PartOfDay::{Afternoon, Daytime, Evening, Morning, Night};
    proptest::sample::select(&[Morning, Afternoon, Evening, Night, Daytime])
}

/// Dates that are adjacent to their neighbours, one step away.
fn whole() -> impl Strategy<Value = PartialDate> {
    prop_oneof![
        (-99i32..=99).prop_map(PartialDate::Century),
        (-999i32..=999).prop_map(PartialDate::Decade),
        YEARS.prop_map(PartialDate::Year),
        (YEARS, 1u8..=2).prop_map(|(year, half)| PartialDate::Half(year, half)),
        (YEARS, 1u8..=4).prop_map(|(year, quarter)| PartialDate::Quarter(year, quarter)),
        (YEARS, 1u8..=12).prop_map(|(year, month)| PartialDate::Month(year, month)),
        day().prop_map(PartialDate::week_of),
        day().prop_map(PartialDate::Day),
    ]
}

fn any_date() -> impl Strategy<Value = PartialDate> {
    prop_oneof![
        4 => whole(),
        1 => (YEARS, season()).prop_map(|(year, season)| PartialDate::Season(year, season)),
        1 => day().prop_map(PartialDate::weekend_of),
        1 => (day(), part_of_day()).prop_map(|(day, part)| PartialDate::PartOfDay(day, part)),
        1 => (day(), clock()).prop_map(|(day, clock)| PartialDate::Time(day, clock)),
    ]
}

const UNITS: [Unit; 14] = [
    Unit::Second,
    Unit::Minute,
    Unit::Hour,
    Unit::Day,
    Unit::Weekend,
    Unit::Week,
    Unit::Fortnight,
    Unit::Month,
    Unit::Quarter,
    Unit::Half,
    Unit::Year,
    Unit::Decade,
    Unit::Century,
    Unit::Millennium,
];

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_date_is_written_as_the_standards_define(date in any_date()) {
        let value = date.value();
        prop_assert!(is_match(VALUE, &value), "{date:?} has the value {value}");
        if let Some(edtf) = date.edtf() {
            prop_assert!(is_match(EDTF, &edtf), "{date:?} has the EDTF form {edtf}");
        }
    }

    #[test]
    fn a_step_leads_to_another_value(date in any_date(), count in 1i64..30_000) {
        if let Some(there) = date.step(count) {
            prop_assert_ne!(there.value(), date.value());
        }
    }

    #[test]
    fn a_step_forth_and_back_leads_to_the_same_date(date in any_date(), count in -30_000i64..30_000) {
        if let Some(there) = date.step(count) {
            prop_assert_eq!(there.step(-count), Some(date));
            prop_assert_eq!(there.granularity(), date.granularity());
        }
    }

    #[test]
    fn no_step_leaves_the_supported_years(date in any_date(), count in any::<i64>()) {
        if let Some(there) = date.step(count) {
            prop_assert!(YEARS.contains(&there.year_number()));
        }
    }

    #[test]
    fn an_interval_starts_before_it_ends(date in any_date()) {
        let Interval { start, end } = interval(&date);
        prop_assert!(start.unwrap().local() < end.unwrap().local());
    }

    #[test]
    fn the_next_date_begins_where_one_ends(date in whole()) {
        if let Some(next) = date.step(1) {
            prop_assert_eq!(interval(&date).end, interval(&next).start);
        }
    }

    #[test]
    fn a_day_lies_in_the_unit_that_contains_it(day in day(), unit in proptest::sample::select(&UNITS)) {
        let whole = PartialDate::containing(day, unit);
        let Interval { start, end } = interval(&whole);
        let noon = day.and_hms_opt(12, 0, 0).unwrap();
        // The weekend of a Tuesday is the one at the end of its week.
        if unit != Unit::Weekend {
            prop_assert!(start.unwrap().local() < noon);
        }
        prop_assert!(noon < end.unwrap().local());
    }

    #[test]
    fn months_are_as_long_as_in_chrono(year in YEARS, month in 1u8..=12) {
        let first = ymd(year, month.into(), 1);
        let next = first.checked_add_months(chrono::Months::new(1)).unwrap();
        prop_assert_eq!(i64::from(days_in_month(year, month).unwrap()), (next - first).num_days());
    }

    #[test]
    fn shifting_by_months_keeps_the_day_or_takes_the_last(day in day(), count in -5_000i64..5_000) {
        if let Some(moved) = shift(day, count, Unit::Month) {
            let last = u32::from(days_in_month(moved.year(), moved.month() as u8).unwrap());
            prop_assert_eq!(moved.day(), day.day().min(last));
            let months = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month());
            prop_assert_eq!(months(moved) - months(day), count);
        }
    }

    #[test]
    fn no_distance_panics(day in day(), date in any_date(), count in any::<i64>()) {
        for unit in UNITS {
            let _ = shift(day, count, unit);
        }
        let _ = date.step(count);
    }

    #[test]
    fn a_weekday_in_a_week_is_that_weekday_in_that_week(day in day(), ahead in 0u8..7) {
        let weekday = Weekday::try_from(ahead).unwrap();
        let found = weekday_in_week_of(day, weekday).unwrap();
        prop_assert_eq!(found.weekday(), weekday);
        prop_assert_eq!(PartialDate::week_of(found), PartialDate::week_of(day));
    }
}

// ---- edge cases ----

#[test]
fn the_first_and_last_years_and_the_year_zero_are_supported() {
    for year in [*YEARS.start(), -1, 0, 1, *YEARS.end()] {
        let mut dates: Vec<_> = (1..=12).map(|month| PartialDate::month(year, month).unwrap()).collect();
        dates.extend(
            [Season::Spring, Season::Summer, Season::Autumn, Season::Winter]
                .map(|season| PartialDate::Season(year, season)),
        );
        dates.extend(
            [ymd(year, 1, 1), ymd(year, 12, 31)]
                .into_iter()
                .flat_map(|day| UNITS.map(|unit| PartialDate::containing(day, unit))),
        );
        for date in dates {
            assert!(date.interval(utc()).is_some(), "{date:?}");
            assert!(is_match(VALUE, &date.value()), "{date:?} has the value {}", date.value());
            for count in [i64::MIN, i32::MIN.into(), -1, 0, 1, i32::MAX.into(), i64::MAX] {
                let _ = date.step(count);
            }
        }
    }
    assert_eq!(PartialDate::year(YEARS.end() + 1), None);
    assert_eq!(PartialDate::Year(*YEARS.end()).step(1), None);
    assert_eq!(PartialDate::Year(*YEARS.start()).step(-1), None);
}

#[test]
fn years_bc_are_written_by_era_in_timex3_and_astronomical_elsewhere() {
    assert_eq!(PartialDate::Year(0).value(), "BC0001");
    assert_eq!(PartialDate::Year(-43).value(), "BC0044");
    assert_eq!(PartialDate::day(-43, 3, 15).unwrap().value(), "BC0044-03-15");
    assert_eq!(PartialDate::Decade(-34).value(), "BC033");
    assert_eq!(PartialDate::Year(-43).edtf().unwrap(), "-0043");
    assert_eq!(PartialDate::day(-43, 3, 15).unwrap().edtf().unwrap(), "-0043-03-15");
    assert_eq!(interval(&PartialDate::Year(-43)).end.unwrap().to_string(), "-0042-01-01");
}

#[test]
fn leap_days_are_those_of_the_gregorian_calendar() {
    for year in [2000, 2020, 2024, 1600, 0, -4, -400] {
        assert!(PartialDate::day(year, 2, 29).is_some(), "{year}");
    }
    for year in [1900, 2019, 2100, 1, -1, -100] {
        assert_eq!(PartialDate::day(year, 2, 29), None, "{year}");
    }
    assert_eq!(PartialDate::day(2019, 4, 31), None);
    assert_eq!(PartialDate::day(2019, 13, 1), None);
    assert_eq!(PartialDate::day(2019, 1, 0), None);
}

#[test]
fn iso_weeks_around_the_new_year_belong_to_the_year_of_their_thursday() {
    for (day, week) in [
        (ymd(2018, 12, 31), "2019-W01"),
        (ymd(2019, 12, 30), "2020-W01"),
        (ymd(2020, 12, 31), "2020-W53"),
        (ymd(2021, 1, 3), "2020-W53"),
        (ymd(2021, 1, 4), "2021-W01"),
        (ymd(2023, 1, 1), "2022-W52"),
    ] {
        assert_eq!(PartialDate::week_of(day).value(), week, "{day}");
        assert_eq!(PartialDate::weekend_of(day).value(), format!("{week}-WE"), "{day}");
    }
    let last_of_2020 = PartialDate::week_of(ymd(2020, 12, 31));
    assert_eq!(last_of_2020.step(1).unwrap().value(), "2021-W01");
    assert_eq!(last_of_2020.edtf().unwrap(), "2020-12-28/2021-01-03");
}

#[test]
fn seasons_that_begin_in_december_are_named_by_it() {
    for season in [Season::Winter, Season::SouthernSummer] {
        let Interval { start, end } = interval(&PartialDate::Season(2018, season));
        assert_eq!((start.unwrap().to_string(), end.unwrap().to_string()), ("2018-12-01".into(), "2019-03-01".into()));
    }
    let winter = PartialDate::Season(2018, Season::SouthernWinter);
    assert_eq!((winter.value(), winter.edtf()), ("2018-WI".into(), Some("2018-32".into())));
    assert_eq!(interval(&winter).start.unwrap().to_string(), "2018-06-01");
}

#[test]
fn shifting_clamps_to_the_end_of_the_month() {
    for (from, count, unit, to) in [
        (ymd(2019, 1, 31), 1, Unit::Month, ymd(2019, 2, 28)),
        (ymd(2020, 1, 31), 1, Unit::Month, ymd(2020, 2, 29)),
        (ymd(2019, 5, 31), -1, Unit::Quarter, ymd(2019, 2, 28)),
        (ymd(2020, 2, 29), -1, Unit::Year, ymd(2019, 2, 28)),
        (ymd(2019, 8, 31), 1, Unit::Half, ymd(2020, 2, 29)),
        (ymd(2019, 5, 3), -2, Unit::Fortnight, ymd(2019, 4, 5)),
        (ymd(2019, 5, 3), -1, Unit::Millennium, ymd(1019, 5, 3)),
    ] {
        assert_eq!(shift(from, count, unit), Some(to), "{from} {count} {unit:?}");
    }
}

#[test]
fn the_nth_weekday_of_a_month_is_counted_from_either_end() {
    assert_eq!(nth_weekday_of_month(2019, 11, Weekday::Tue, 3), Some(ymd(2019, 11, 19)));
    assert_eq!(nth_weekday_of_month(2019, 5, Weekday::Fri, -1), Some(ymd(2019, 5, 31)));
    assert_eq!(nth_weekday_of_month(2019, 5, Weekday::Mon, 5), None);
    assert_eq!(nth_weekday_of_month(2019, 5, Weekday::Mon, 0), None);
    assert_eq!(nth_weekday_of_month(2019, 13, Weekday::Mon, 1), None);
}

#[test]
fn a_time_covers_its_last_known_unit() {
    let day = ymd(2019, 5, 3);
    let clock = |minute, second| Clock { hour: 23, minute, second, offset: FixedOffset::east_opt(3600) };
    for (clock, long) in [
        (clock(None, None), TimeDelta::hours(1)),
        (clock(Some(59), None), TimeDelta::minutes(1)),
        (clock(Some(59), Some(59)), TimeDelta::seconds(1)),
    ] {
        let Interval { start, end } = interval(&PartialDate::Time(day, clock));
        assert_eq!(end.unwrap().local() - start.unwrap().local(), long);
        assert!(start.unwrap().to_string().ends_with("+01:00"), "the zone that the text names wins");
    }
}
