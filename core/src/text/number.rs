//! The shapes of numbers in news: what belongs together, and its shape.

use super::Shape;

/// Scans the number that starts with the digit at `start` and returns its end and its shape. With `comma`, a comma
/// separates decimals, and dots or spaces group digits.
pub(super) fn scan(bytes: &[u8], start: usize, comma: bool) -> (usize, Shape) {
    let end = digits(bytes, start);
    if comma && let Some(found) = with_decimal_comma(bytes, start, end) {
        return found;
    }
    let count = end - start;
    let plain = || (end, plain(bytes, start, end));
    match at(bytes, end) {
        b':' if count <= 2 => clock(bytes, start, end).unwrap_or_else(plain),
        b'-' | b'/' | b'.' if count <= 4 => dated(bytes, start, end)
            .or_else(|| years(bytes, start, end))
            .or_else(|| decimal(bytes, end))
            .unwrap_or_else(plain),
        b',' => grouped(bytes, start, end).unwrap_or_else(plain),
        0xE2 if count == 4 => years(bytes, start, end).unwrap_or_else(plain),
        b's' | b'S' if !at(bytes, end + 1).is_ascii_alphanumeric() => match count {
            2..=4 => (end + 1, Shape::Plural),
            _ => plain(),
        },
        b's' | b'n' | b'r' | b't' | b'S' | b'N' | b'R' | b'T' if count <= 3 => {
            ordinal(bytes, end).unwrap_or_else(plain)
        }
        _ => plain(),
    }
}

fn at(bytes: &[u8], index: usize) -> u8 {
    bytes.get(index).copied().unwrap_or(0)
}

fn digits(bytes: &[u8], start: usize) -> usize {
    start + bytes.get(start..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

fn value(bytes: &[u8], start: usize, end: usize) -> u32 {
    let digits = bytes.get(start..end).unwrap_or_default();
    digits.iter().fold(0u32, |sum, digit| sum.saturating_mul(10).saturating_add(u32::from(digit - b'0')))
}

fn plain(bytes: &[u8], start: usize, end: usize) -> Shape {
    let count = end - start;
    let whole = value(bytes, start, end);
    let (month, day) = (whole / 100 % 100, whole % 100);
    if count == 8 && (1500..=2200).contains(&(whole / 10_000)) && (1..=12).contains(&month) && (1..=31).contains(&day) {
        return Shape::Date;
    }
    Shape::Digits { count: u8::try_from(count).unwrap_or(u8::MAX), value: whole }
}

fn clock(bytes: &[u8], start: usize, colon: usize) -> Option<(usize, Shape)> {
    let minute_end = digits(bytes, colon + 1);
    let in_day =
        value(bytes, start, colon) <= 24 && minute_end == colon + 3 && value(bytes, colon + 1, minute_end) < 60;
    if !in_day {
        return None;
    }
    let second_end = digits(bytes, minute_end + 1);
    if at(bytes, minute_end) == b':' && second_end == minute_end + 3 && value(bytes, minute_end + 1, second_end) < 60 {
        return Some((second_end, Shape::Clock));
    }
    Some((minute_end, Shape::Clock))
}

/// `2019-05-03`, `5/3/2019`, `3.5.19`, `2019-05`, each with one kind of separator, and ISO date-times.
fn dated(bytes: &[u8], start: usize, first_end: usize) -> Option<(usize, Shape)> {
    let separator = at(bytes, first_end);
    if let Some(end) = iso_week_or_day(bytes, start, first_end) {
        return Some((end, Shape::Date));
    }
    let second_end = digits(bytes, first_end + 1);
    let (first, second) = (first_end - start, second_end - first_end - 1);
    if separator == b'/' && (first, second) == (2, 4) && is_month_of_year(bytes, start, second_end) {
        return Some((second_end, Shape::YearMonth));
    }
    if !(1..=2).contains(&second) || first == 3 {
        return None;
    }
    let third_end = digits(bytes, second_end + 1);
    let third = third_end.saturating_sub(second_end + 1);
    if at(bytes, second_end) == separator && third > 0 {
        let padded = first == 2 && second == 2 && third == 2;
        let short = third == 2 && separator == b'/' || padded && separator == b'.' && is_day(bytes, start, third_end);
        let whole = (first == 4 && third <= 2) || (first <= 2 && (third == 4 || short));
        // The separator may follow as the full stop of the sentence.
        let ends = at(bytes, third_end) != separator || !at(bytes, third_end + 1).is_ascii_digit();
        if !(whole && ends) {
            return None;
        }
        return Some(date_time(bytes, third_end).unwrap_or((third_end, Shape::Date)));
    }
    let month = (1..=12).contains(&value(bytes, first_end + 1, second_end));
    let year = (1500..=2200).contains(&value(bytes, start, first_end));
    match separator {
        b'-' | b'/' if first == 4 && second == 2 && month && year => Some((second_end, Shape::YearMonth)),
        b'/' if first <= 2 => Some((second_end, Shape::Fraction)),
        _ => None,
    }
}

/// `2019-W18`, `2019-W18-3`, `2019-123`: ISO 8601 week dates and ordinal dates.
fn iso_week_or_day(bytes: &[u8], start: usize, year_end: usize) -> Option<usize> {
    let year = value(bytes, start, year_end);
    if year_end - start != 4 || !(1500..=2200).contains(&year) || at(bytes, year_end) != b'-' {
        return None;
    }
    let week = at(bytes, year_end + 1) == b'W';
    let from = year_end + 1 + usize::from(week);
    let (end, number) = (digits(bytes, from), value(bytes, from, digits(bytes, from)));
    let ends = |end: usize| !matches!(at(bytes, end), b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z');
    if !week {
        return (end == from + 3 && (1..=366).contains(&number) && ends(end)).then_some(end);
    }
    let day = at(bytes, end) == b'-' && (b'1'..=b'7').contains(&at(bytes, end + 1)) && ends(end + 2);
    let whole = end + if day { 2 } else { 0 };
    (end == from + 2 && (1..=53).contains(&number) && ends(whole)).then_some(whole)
}

/// Whether `MM/YYYY` is a month of a likely year, and no part of a longer number.
fn is_month_of_year(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map_or(0, |before| at(bytes, before));
    (1..=12).contains(&value(bytes, start, start + 2))
        && (1900..=2100).contains(&value(bytes, start + 3, end))
        && before != b'/'
        && at(bytes, end) != b'/'
}

/// Whether `DD.MM.YY` has a possible day and month.
fn is_day(bytes: &[u8], start: usize, end: usize) -> bool {
    (1..=31).contains(&value(bytes, start, start + 2)) && (1..=12).contains(&value(bytes, start + 3, end - 3))
}

/// `T15:00:00Z`, after a date.
fn date_time(bytes: &[u8], date_end: usize) -> Option<(usize, Shape)> {
    if at(bytes, date_end) != b'T' {
        return None;
    }
    let hour_end = digits(bytes, date_end + 1);
    let (mut end, _) = clock(bytes, date_end + 1, hour_end)?;
    if at(bytes, end) == b'.' && at(bytes, end + 1).is_ascii_digit() {
        end = digits(bytes, end + 1);
    }
    match at(bytes, end) {
        b'Z' => end += 1,
        b'+' | b'-' if digits(bytes, end + 1) == end + 3 => {
            let hours = end + 3;
            end = digits(bytes, hours + usize::from(at(bytes, hours) == b':'));
        }
        _ => {}
    }
    Some((end, Shape::DateTime))
}

/// `1914-18`, `1914-1918`, `2019/20`, with a hyphen, a slash or an en dash.
fn years(bytes: &[u8], start: usize, first_end: usize) -> Option<(usize, Shape)> {
    let separator = match at(bytes, first_end) {
        b'-' | b'/' => 1,
        0xE2 if at(bytes, first_end + 1) == 0x80 && matches!(at(bytes, first_end + 2), 0x93 | 0x94) => 3,
        _ => return None,
    };
    let second = first_end + separator;
    let end = digits(bytes, second);
    let from = value(bytes, start, first_end);
    let to = match end - second {
        2 => from / 100 * 100 + value(bytes, second, end),
        4 => value(bytes, second, end),
        _ => return None,
    };
    let likely = first_end - start == 4 && (1000..=2100).contains(&from) && to > from && to - from <= 200;
    (likely && !at(bytes, end).is_ascii_alphanumeric()).then_some((end, Shape::Years))
}

/// `1.234,50`, `1 234 567`, `2,5`: as most of Europe writes them.
fn with_decimal_comma(bytes: &[u8], start: usize, first_end: usize) -> Option<(usize, Shape)> {
    // A no-break space, plain or thin, stands between groups; a plain one as well.
    let separators: [&[u8]; 4] = [b".", b" ", "\u{a0}".as_bytes(), "\u{202f}".as_bytes()];
    let group = |end: usize| {
        let rest = bytes.get(end..).unwrap_or_default();
        let from = end + separators.iter().find(|separator| rest.starts_with(separator))?.len();
        (digits(bytes, from) == from + 3 && !at(bytes, from + 3).is_ascii_alphabetic()).then_some(from + 3)
    };
    let mut end = first_end;
    if first_end - start <= 3 && at(bytes, start) != b'0' {
        while let Some(next) = group(end) {
            end = next;
        }
    }
    let decimals = if at(bytes, end) == b',' { digits(bytes, end + 1) } else { end };
    match (end > first_end, decimals > end + 1) {
        (true, true) => Some((decimals, Shape::Grouped)),
        (true, false) => Some((end, Shape::Grouped)),
        (false, true) if first_end - start < 4 => Some((decimals, Shape::Decimal)),
        _ => None,
    }
}

fn decimal(bytes: &[u8], point: usize) -> Option<(usize, Shape)> {
    if at(bytes, point) != b'.' {
        return None;
    }
    let end = digits(bytes, point + 1);
    (end > point + 1).then_some((end, Shape::Decimal))
}

fn grouped(bytes: &[u8], start: usize, comma: usize) -> Option<(usize, Shape)> {
    if comma - start > 3 {
        return None;
    }
    let mut end = comma;
    while at(bytes, end) == b',' && digits(bytes, end + 1) == end + 4 {
        end += 4;
    }
    if end == comma {
        return None;
    }
    let decimals = if at(bytes, end) == b'.' { digits(bytes, end + 1) } else { end };
    Some((if decimals > end + 1 { decimals } else { end }, Shape::Grouped))
}

fn ordinal(bytes: &[u8], end: usize) -> Option<(usize, Shape)> {
    let ending = [at(bytes, end).to_ascii_lowercase(), at(bytes, end + 1).to_ascii_lowercase()];
    let fits = matches!(&ending, b"st" | b"nd" | b"rd" | b"th") && !at(bytes, end + 2).is_ascii_lowercase();
    fits.then_some((end + 2, Shape::Ordinal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> (&str, Shape) {
        let (end, shape) = scan(text.as_bytes(), 0, false);
        (&text[..end], shape)
    }

    #[test]
    fn a_comma_may_separate_decimals_and_dots_or_spaces_groups() {
        let shape = |text: &str| scan(text.as_bytes(), 0, true);
        assert_eq!(shape("1.234,50 Euro"), (8, Shape::Grouped));
        assert_eq!(shape("1 234 567 personnes"), (9, Shape::Grouped));
        assert_eq!(shape("1\u{202f}200 places"), (7, Shape::Grouped));
        assert_eq!(shape("2,5 "), (3, Shape::Decimal));
        assert_eq!(shape("3.5.2019 "), (8, Shape::Date));
        assert_eq!(shape("14.30 "), (5, Shape::Decimal));
        assert_eq!(shape("1, 2"), (1, Shape::Digits { count: 1, value: 1 }));
        assert_eq!(shape("2018, "), (4, Shape::Digits { count: 4, value: 2018 }));
    }

    #[test]
    fn numbers_that_belong_together_are_one_token() {
        assert_eq!(shape("2019-05-03,"), ("2019-05-03", Shape::Date));
        assert_eq!(shape("5/3/2019"), ("5/3/2019", Shape::Date));
        assert_eq!(shape("3.5.2019."), ("3.5.2019", Shape::Date));
        assert_eq!(shape("2019-W18,"), ("2019-W18", Shape::Date));
        assert_eq!(shape("2019-W18-3."), ("2019-W18-3", Shape::Date));
        assert_eq!(shape("2019-123 "), ("2019-123", Shape::Date));
        assert_eq!(shape("2019-399 "), ("2019", Shape::Digits { count: 4, value: 2019 }));
        assert_eq!(shape("27.03.15 "), ("27.03.15", Shape::Date));
        assert_eq!(shape("27.13.15 "), ("27.13", Shape::Decimal));
        assert_eq!(shape("20190503"), ("20190503", Shape::Date));
        assert_eq!(shape("2019-05-03T15:00:00+01:00 "), ("2019-05-03T15:00:00+01:00", Shape::DateTime));
        assert_eq!(shape("2019-05 "), ("2019-05", Shape::YearMonth));
        assert_eq!(shape("04/2016."), ("04/2016", Shape::YearMonth));
        assert_eq!(shape("13/2016."), ("13", Shape::Digits { count: 2, value: 13 }));
        assert_eq!(shape("1914-18 "), ("1914-18", Shape::Years));
        assert_eq!(shape("1914–1918"), ("1914–1918", Shape::Years));
        assert_eq!(shape("15:00 "), ("15:00", Shape::Clock));
        assert_eq!(shape("1,987 "), ("1,987", Shape::Grouped));
        assert_eq!(shape("2.5 "), ("2.5", Shape::Decimal));
        assert_eq!(shape("1/2 "), ("1/2", Shape::Fraction));
        assert_eq!(shape("15th "), ("15th", Shape::Ordinal));
        assert_eq!(shape("1980s "), ("1980s", Shape::Plural));
        assert_eq!(shape("2021Mr"), ("2021", Shape::Digits { count: 4, value: 2021 }));
        assert_eq!(shape("2882015"), ("2882015", Shape::Digits { count: 7, value: 2_882_015 }));
        assert_eq!(shape("3-2 "), ("3", Shape::Digits { count: 1, value: 3 }));
        assert_eq!(shape("2020. "), ("2020", Shape::Digits { count: 4, value: 2020 }));
    }
}
