//! Times that are numbers: calendar dates in figures, and seconds, milliseconds, microseconds or nanoseconds since 1970.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde_json::Number;

use super::published::Published;
use super::zone::{at_instant, in_zone};

/// Numbers below it that are no calendar date could be anything: days since 1970, minutes, an id.
const SMALLEST: u64 = 100_000_000;

/// The first number that counts no longer seconds but milliseconds, then microseconds, then nanoseconds. In the unit before,
/// it would be the year 5138.
const MILLIS: u64 = 100_000_000_000;
const MICROS: u64 = MILLIS * 1000;
const NANOS: u64 = MICROS * 1000;

/// The largest number, which programs write for "never".
const NEVER: u64 = i64::MAX as u64;

/// Reads a number.
pub(super) fn number(number: &Number, zone: Tz) -> Option<Published> {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => self::whole(whole, zone),
        (None, Some(real)) if real.abs() >= SMALLEST as f64 && real.abs() < MILLIS as f64 => {
            // The cast loses nothing: a number of this size has microseconds to spare.
            at_nanos((real * 1e6).round() as i128 * 1000, zone)
        }
        (None, Some(real)) if real.abs() >= MILLIS as f64 && real.abs() < MICROS as f64 => {
            at_nanos((real * 1e3).round() as i128 * 1000, zone)
        }
        _ => None,
    }
}

/// Reads a text of figures, or one with decimals that counts seconds: `1558636507.123`.
pub(super) fn text(text: &str, zone: Tz) -> Option<Published> {
    if let Some((seconds, decimals)) = text.split_once('.') {
        let seconds: i128 =
            seconds.parse().ok().filter(|seconds| (SMALLEST.into()..MILLIS.into()).contains(seconds))?;
        let nanos: i128 = format!("{decimals:0<9}").get(..9)?.parse().ok()?;
        return at_nanos(seconds * 1_000_000_000 + nanos, zone);
    }
    whole(text.parse().ok()?, zone)
}

/// Whether a text is a number of figures, with decimals or without.
pub(super) fn is_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, decimals)) => whole.len() > 8 && is_digits(whole) && is_digits(decimals),
        None => is_digits(text),
    }
}

/// Reads what the serialisers of .NET write: `/Date(1558636507000)/`, also with an offset, which is for show.
pub(super) fn dot_net(text: &str, zone: Tz) -> Option<Published> {
    let inside = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let millis = inside.get(1..).and_then(|rest| rest.find(['+', '-'])).map_or(inside, |at| inside.split_at(at + 1).0);
    at_nanos(millis.parse::<i128>().ok()? * 1_000_000, zone)
}

fn whole(number: i64, zone: Tz) -> Option<Published> {
    if let Some(found) = calendar(number, zone) {
        return Some(found);
    }
    let size = number.unsigned_abs();
    // Fewer could be anything, and so could the figures of a minute.
    if !(SMALLEST..NEVER).contains(&size) || is_minute(number) {
        return None;
    }
    let unit = [(MILLIS, 1_000_000_000), (MICROS, 1_000_000), (NANOS, 1000), (NEVER, 1)];
    let (_, unit) = unit.iter().find(|(end, _)| size < *end)?;
    at_nanos(i128::from(number) * unit, zone)
}

/// Reads a number whose figures are a day (`20190503`) or a second (`20190503183500`).
fn calendar(number: i64, zone: Tz) -> Option<Published> {
    match number {
        10_000_000..=99_999_999 => Published::day(NaiveDate::parse_from_str(&number.to_string(), "%Y%m%d").ok()?, zone),
        10_000_000_000_000..=99_999_999_999_999 => {
            let local = NaiveDateTime::parse_from_str(&number.to_string(), "%Y%m%d%H%M%S").ok()?;
            Published::time(in_zone(local, zone)?)
        }
        _ => None,
    }
}

/// Whether the figures of a number of milliseconds are a minute as well: `201905031835` is one of 2019, and of 1976.
fn is_minute(number: i64) -> bool {
    let figures = number.to_string();
    figures.len() == 12
        && figures.starts_with(['1', '2'])
        && NaiveDateTime::parse_from_str(&figures, "%Y%m%d%H%M").is_ok()
}

fn at_nanos(nanos: i128, zone: Tz) -> Option<Published> {
    let (seconds, nanos) = (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000));
    let at = DateTime::from_timestamp(seconds.try_into().ok()?, nanos.try_into().ok()?)?;
    Published::time(at_instant(at.naive_utc(), zone)?)
}
