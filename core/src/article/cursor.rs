//! The pieces that written times consist of, read from left to right.

/// A time of day as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub nanos: u32,
    /// Whether a word says that it is of the afternoon, if one says which half of the day.
    pub afternoon: Option<bool>,
}

/// A place in a text.
pub(super) struct Cursor<'t> {
    rest: &'t str,
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    /// Returns the next character.
    pub fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Skips blank space and commas. Returns whether that is all.
    pub fn skip_separators(&mut self) -> bool {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        self.rest.is_empty()
    }

    /// Takes a run of figures.
    pub fn digits(&mut self) -> &'t str {
        let (digits, rest) = split_digits(self.rest);
        self.rest = rest;
        digits
    }

    /// Takes a date of three numbers, with the year first or last, as year, month and day. `None` if it is none, or if
    /// day and month could be either and it is not known which comes first.
    pub fn date(&mut self, day_first: Option<bool>) -> Option<[u32; 3]> {
        let (first, rest) = split_digits(self.rest);
        let separator = rest.chars().next().filter(|c| matches!(c, '-' | '/' | '.' | '年'))?;
        let (second, rest) = split_digits(rest.strip_prefix(separator)?);
        let (third, rest) = split_digits(rest.strip_prefix(if separator == '年' { '月' } else { separator })?);
        let rest = if separator == '年' { rest.strip_prefix('日')? } else { rest };
        let number = |text: &str| text.parse::<u32>().ok();
        let lengths = [first.len(), second.len(), third.len()];
        let date = match lengths {
            [4, 1 | 2, 1 | 2] => [number(first)?, number(second)?, number(third)?],
            [1 | 2, 1 | 2, 4] if separator != '年' => {
                let (day, month) = match (number(first)?, number(second)?) {
                    (day @ 13.., month @ ..=12) | (month @ ..=12, day @ 13..) => (day, month),
                    (day, month) if day == month => (day, month),
                    (first, second) if first <= 12 && second <= 12 => {
                        if day_first? {
                            (first, second)
                        } else {
                            (second, first)
                        }
                    }
                    _ => return None,
                };
                [number(third)?, month, day]
            }
            _ => return None,
        };
        self.rest = rest;
        self.time_mark();
        Some(date)
    }

    /// Skips the `T` between a date and a time of day.
    pub fn time_mark(&mut self) {
        if let Some(time) = self.rest.strip_prefix(['T', 't'])
            && time.starts_with(|c: char| c.is_ascii_digit())
        {
            self.rest = time;
        }
    }

    /// Takes a time of day.
    pub fn clock(&mut self) -> Option<Clock> {
        let (hour, rest) = split_digits(self.rest);
        let hour = two_figures(hour)?;
        if let Some(rest) = rest.strip_prefix(':') {
            let (minute, rest) = split_digits(rest);
            let minute = two_figures(minute)?;
            self.rest = rest;
            let (second, nanos) = self.seconds()?;
            return Some(Clock { hour, minute, second, nanos, afternoon: None });
        }
        if let Some(rest) = rest.strip_prefix(['时', '時']) {
            let (minute, rest) = split_digits(rest);
            let minute = two_figures(minute)?;
            self.rest = rest.strip_prefix('分')?;
            let (digits, rest) = split_digits(self.rest);
            let second = rest.strip_prefix('秒').and_then(|rest| Some((two_figures(digits)?, rest)));
            let (second, rest) = second.unwrap_or((0, self.rest));
            self.rest = rest;
            return Some(Clock { hour, minute, second, nanos: 0, afternoon: None });
        }
        // An hour alone needs the half of the day.
        let mut behind = Self::new(rest.trim_start());
        let afternoon = afternoon(behind.word())?;
        self.rest = behind.rest;
        Some(Clock { hour, minute: 0, second: 0, nanos: 0, afternoon: Some(afternoon) })
    }

    /// Takes the seconds behind the minutes, and their fraction in nanoseconds, if there are any.
    fn seconds(&mut self) -> Option<(u32, u32)> {
        let Some(rest) = self.rest.strip_prefix(':') else { return Some((0, 0)) };
        let (digits, rest) = split_digits(rest);
        let second = two_figures(digits)?;
        self.rest = rest;
        Some((second, self.fraction()))
    }

    /// Takes a fraction of a second, after a dot or a comma, in nanoseconds.
    pub fn fraction(&mut self) -> u32 {
        let Some(rest) = self.rest.strip_prefix(['.', ',']) else { return 0 };
        let (digits, rest) = split_digits(rest);
        if digits.is_empty() {
            return 0;
        }
        self.rest = rest;
        format!("{digits:0<9}").get(..9).and_then(|nanos| nanos.parse().ok()).unwrap_or_default()
    }

    /// Takes the ending of an ordinal, or the dot that is one in some languages.
    pub fn ordinal(&mut self) {
        for end in ["st", "nd", "rd", "th", "."] {
            if let Some(rest) = self.rest.strip_prefix(end)
                && !rest.starts_with(char::is_alphanumeric)
            {
                self.rest = rest;
                return;
            }
        }
    }

    /// Takes an offset from UTC, in seconds: `+01:00`, `-0700`, `+02`.
    pub fn offset(&mut self) -> Option<i32> {
        let sign = if self.rest.starts_with('+') { 1 } else { -1 };
        let rest = self.rest.strip_prefix(['+', '-', '\u{2212}'])?;
        let (first, after) = split_digits(rest);
        let (hours, minutes, rest) = match first.len() {
            1 | 2 => match after.strip_prefix(':').map(split_digits) {
                Some((minutes, after)) if minutes.len() == 2 => (first, minutes, after),
                _ => (first, "0", after),
            },
            4 => (first.get(..2)?, first.get(2..)?, after),
            _ => return None,
        };
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        // The widest are -12:00 and +14:00; proleptic local times reach a little further.
        if hours > 15 || minutes > 59 {
            return None;
        }
        self.rest = rest;
        Some(sign * (hours * 3600 + minutes * 60))
    }

    /// Takes what stands between brackets.
    pub fn enclosed(&mut self, open: char, close: char) -> Option<&'t str> {
        let (inside, rest) = self.rest.strip_prefix(open)?.split_once(close)?;
        self.rest = rest;
        Some(inside.trim())
    }

    /// Takes a word: letters, with the dots in `p.m.` and what the names of zones have (`Europe/Paris`).
    pub fn word(&mut self) -> &'t str {
        let is_part = |c: char| c.is_alphabetic() || matches!(c, '.' | '/' | '_');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// Takes the dash before the name of a month.
    pub fn dash_before_letter(&mut self) -> bool {
        self.dash_before(char::is_alphabetic)
    }

    /// Takes the dash between the name of a month and a number.
    pub fn dash_before_figure(&mut self) -> bool {
        self.dash_before(|c| c.is_ascii_digit())
    }

    fn dash_before(&mut self, follows: fn(char) -> bool) -> bool {
        match self.rest.strip_prefix('-').filter(|rest| rest.starts_with(follows)) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

/// Whether a word says that the hour is one of the afternoon; `None` if it is none of those words.
pub(super) fn afternoon(word: &str) -> Option<bool> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    match word.as_str() {
        "am" | "a.m" => Some(false),
        "pm" | "p.m" => Some(true),
        _ => None,
    }
}

/// Reads a number of one figure or two.
fn two_figures(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.len() <= 2)
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}
