//! What the timeline keeps, as `serve.keep` spells it: an age, a size, or both.

use std::time::Duration;

const DAY: u64 = 86_400;
/// The units of ages, in days, and of sizes, in bytes.
const AGES: [(&str, u64); 3] = [("day", 1), ("week", 7), ("year", 365)];
const SIZES: [(&str, u64); 6] = [
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];
/// The smallest file that works.
const LEAST: u64 = 10_000_000;
/// The longest age: a thousand years.
const LONGEST: u64 = 365_000;

/// What the timeline keeps; by default everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// How long ago an event's article may have been published.
    pub age: Option<Duration>,
    /// How large the file may be.
    pub bytes: Option<u64>,
}

impl Keep {
    /// Parses entries such as `365 days` and `20 GB`.
    ///
    /// # Errors
    /// If one of them is neither, or there are two of a kind: what is wrong.
    pub fn parse<'t>(entries: impl Iterator<Item = &'t str>) -> Result<Self, String> {
        let mut keep = Self::default();
        for entry in entries {
            let problem = || format!("{entry:?} is neither an age such as `365 days` nor a size such as `20 GB`");
            let digits = entry.find(|c: char| !c.is_ascii_digit()).unwrap_or(entry.len());
            let (number, unit) = (entry[..digits].parse::<u64>().map_err(|_| problem())?, entry[digits..].trim());
            let age = AGES.iter().find(|(name, _)| unit.strip_suffix('s').unwrap_or(unit).eq_ignore_ascii_case(name));
            let size = SIZES.iter().find(|(name, _)| unit.eq_ignore_ascii_case(name));
            let is_second = match (age, size) {
                (Some((_, days)), _) => {
                    let days = number.checked_mul(*days).filter(|days| (1..=LONGEST).contains(days));
                    let days = days.ok_or_else(|| format!("{entry:?}: an age is 1 to {LONGEST} days"))?;
                    keep.age.replace(Duration::from_secs(days * DAY)).is_some()
                }
                (None, Some((_, unit))) => {
                    let bytes = number.checked_mul(*unit).filter(|bytes| *bytes >= LEAST && *bytes < 1 << 62);
                    let bytes = bytes.ok_or_else(|| format!("{entry:?}: a size is at least 10 MB"))?;
                    keep.bytes.replace(bytes).is_some()
                }
                (None, None) => return Err(problem()),
            };
            if is_second {
                return Err(format!("{entry:?} is the second of its kind; give one age, one size, or both"));
            }
        }
        Ok(keep)
    }
}
