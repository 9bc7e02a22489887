//! What times say of their zone, and which offset that is: names with one meaning are read, others only through a zone
//! that is known otherwise.

use std::str::FromStr;

use chrono::{FixedOffset, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};

use super::settings::SourceTimezones;
use super::zone::in_zone;

/// What is known of times, above all of their zone, apart from what they say themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Zones<'s> {
    /// That of times without one. It also decides what an ambiguous name means, if it goes by that name.
    pub assumed: Tz,
    /// Zones by name, of which those of ambiguous names are used.
    pub named: Option<&'s SourceTimezones>,
    /// Whether the day stands before the month where both are numbers; `None` where that is not known.
    pub day_first: Option<bool>,
}

impl Zones<'_> {
    /// Only a zone for times without one.
    pub fn assuming(zone: Tz) -> Self {
        Self { assumed: zone, named: None, day_first: None }
    }
}

/// One of the things that a time says of its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ZoneMark {
    /// In seconds east of UTC.
    Offset(i32),
    /// A name such as `CEST`, in capitals.
    Name(String),
    /// An IANA name.
    Place(Tz),
}

/// Why a zone cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ZoneProblem {
    /// There are two, which contradict each other.
    Two,
    /// The name has several meanings, or none.
    Unclear(String),
}

/// The longest abbreviation of a zone.
const LONGEST: usize = 5;

/// The names with one meaning, and their offsets in minutes.
const NAMES: [(&str, i32); 54] = [
    ("Z", 0),
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("TRT", 180),
    ("WAT", 60),
    ("CAT", 120),
    ("SAST", 120),
    ("EAT", 180),
    ("IDT", 180),
    ("PKT", 300),
    ("NPT", 345),
    ("ICT", 420),
    ("WIB", 420),
    ("WITA", 480),
    ("WIT", 540),
    ("HKT", 480),
    ("SGT", 480),
    ("MYT", 480),
    ("PHT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("ACDT", 630),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("HST", -600),
    ("HDT", -540),
    ("AKST", -540),
    ("AKDT", -480),
    ("PST", -480),
    ("PDT", -420),
    ("MST", -420),
    ("MDT", -360),
    ("CDT", -300),
    ("EST", -300),
    ("EDT", -240),
    ("ADT", -180),
    ("NDT", -150),
    ("BRT", -180),
    ("ART", -180),
    ("CLST", -180),
];

/// Names that are clear where an American zone is known: the clocks of a region in summer and winter, and `CST`.
const AMERICAN: [(&str, Tz); 6] = [
    ("ET", Tz::America__New_York),
    ("CT", Tz::America__Chicago),
    ("MT", Tz::America__Denver),
    ("PT", Tz::America__Los_Angeles),
    ("AT", Tz::America__Halifax),
    ("CST", Tz::America__Regina),
];

impl ZoneMark {
    /// Reads an IANA name.
    pub fn place(name: &str) -> Option<Self> {
        Tz::from_str(name).ok().map(Self::Place)
    }

    /// Reads a name, without knowing what it means; `None` if it cannot be one.
    pub fn name(word: &str) -> Option<Self> {
        if word.contains('/') {
            // The sign behind `Etc/GMT` would be read as an offset, and has the opposite meaning.
            return Self::place(word).filter(|_| !word.starts_with("Etc/"));
        }
        let is_name = (1..=LONGEST).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_name.then(|| Self::Name(word.to_ascii_uppercase()))
    }
}

/// Returns the offset that a local time's zone marks say, as an instant's offset in seconds east of UTC; `None` without
/// marks.
pub(super) fn offset(
    marks: &[ZoneMark],
    local: NaiveDateTime,
    zones: &Zones<'_>,
) -> Result<Option<FixedOffset>, ZoneProblem> {
    let stated: Vec<i32> =
        marks.iter().filter_map(|mark| if let ZoneMark::Offset(it) = mark { Some(*it) } else { None }).collect();
    let seconds = match stated.as_slice() {
        [] => {
            let mut found = None;
            for mark in marks {
                let seconds = match mark {
                    ZoneMark::Offset(seconds) => *seconds,
                    ZoneMark::Place(zone) => of_place(*zone, local).ok_or(ZoneProblem::Two)?,
                    ZoneMark::Name(name) => {
                        of_name(name, local, zones).ok_or_else(|| ZoneProblem::Unclear(name.clone()))?
                    }
                };
                if found.replace(seconds).is_some_and(|other| other != seconds) {
                    return Err(ZoneProblem::Two);
                }
            }
            found
        }
        [first, rest @ ..] => {
            let is_contradicted =
                marks.iter().any(|mark| matches!(mark, ZoneMark::Name(name) if contradicts(name, *first)));
            if is_contradicted || rest.iter().any(|other| other != first) {
                return Err(ZoneProblem::Two);
            }
            Some(*first)
        }
    };
    seconds.map(|seconds| FixedOffset::east_opt(seconds).ok_or(ZoneProblem::Two)).transpose()
}

/// Whether a name says something else than an offset. `CET` beside the offset of summer does not.
fn contradicts(name: &str, seconds: i32) -> bool {
    let slack = if ["Z", "UT", "UTC", "GMT"].contains(&name) { 0 } else { 3600 };
    fixed(name).is_some_and(|own| (own - seconds).abs() > slack)
}

fn fixed(name: &str) -> Option<i32> {
    NAMES.iter().find(|(own, _)| *own == name).map(|(_, minutes)| minutes * 60)
}

fn of_place(zone: Tz, local: NaiveDateTime) -> Option<i32> {
    Some(in_zone(local, zone)?.offset().local_minus_utc())
}

fn of_name(name: &str, local: NaiveDateTime, zones: &Zones<'_>) -> Option<i32> {
    fixed(name)
        .or_else(|| of_place(*zones.named?.get(name)?, local))
        .or_else(|| by_its_clocks(name, local, zones.assumed))
        .or_else(|| american(name, local, zones.assumed))
}

/// Returns the offset of a name by which a zone goes, in that season or the other.
fn by_its_clocks(name: &str, local: NaiveDateTime, zone: Tz) -> Option<i32> {
    use chrono::Datelike;
    let seasons = [Some(local), local.with_ordinal(1), local.with_ordinal(182)];
    seasons.into_iter().flatten().find_map(|at| {
        let offset = zone.from_local_datetime(&at).earliest()?;
        let offset = *offset.offset();
        (offset.abbreviation() == Some(name)).then(|| offset.fix().local_minus_utc())
    })
}

fn american(name: &str, local: NaiveDateTime, zone: Tz) -> Option<i32> {
    let is_american = ["America/", "US/", "Canada/"].iter().any(|region| zone.name().starts_with(region));
    let (_, region) = AMERICAN.iter().find(|(own, _)| *own == name).filter(|_| is_american)?;
    of_place(*region, local)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(name: &str, zone: Tz) -> Option<f64> {
        let local = "2019-05-23T18:35:00".parse().expect("a time");
        of_name(name, local, &Zones::assuming(zone)).map(|seconds| f64::from(seconds) / 3600.0)
    }

    #[test]
    fn a_name_with_one_meaning_needs_no_other_zone() {
        for (name, expected) in [("CEST", 2.0), ("AEST", 10.0), ("EDT", -4.0), ("CDT", -5.0), ("ACST", 9.5), ("Z", 0.0)]
        {
            assert_eq!(hours(name, Tz::UTC), Some(expected), "{name}");
            assert_eq!(hours(name, Tz::Asia__Tokyo), Some(expected), "{name}");
        }
    }

    #[test]
    fn an_ambiguous_name_means_what_the_clocks_of_a_known_zone_call_themselves() {
        for (name, zone, expected) in [
            ("BST", Tz::Europe__London, 1.0),
            ("IST", Tz::Asia__Kolkata, 5.5),
            ("IST", Tz::Europe__Dublin, 1.0),
            ("IST", Tz::Asia__Jerusalem, 2.0),
            ("CST", Tz::America__Chicago, -6.0),
            ("CST", Tz::America__New_York, -6.0),
            ("CST", Tz::Asia__Shanghai, 8.0),
            ("ET", Tz::America__New_York, -4.0),
            ("ET", Tz::America__Los_Angeles, -4.0),
            ("PT", Tz::America__New_York, -7.0),
        ] {
            assert_eq!(hours(name, zone), Some(expected), "{name} in {zone}");
        }
        for name in ["BST", "IST", "ET", "CST", "XYZ", "A"] {
            assert_eq!(hours(name, Tz::UTC), None, "{name}");
            assert_eq!(hours(name, Tz::Europe__Paris), None, "{name}");
        }
    }

    #[test]
    fn a_table_says_what_an_ambiguous_name_means() {
        let table: SourceTimezones = [("BST", Tz::Asia__Dhaka), ("CEST", Tz::Asia__Tokyo)].into_iter().collect();
        let zones = Zones { named: Some(&table), ..Zones::assuming(Tz::UTC) };
        let local = "2019-05-23T18:35:00".parse().expect("a time");
        assert_eq!(of_name("BST", local, &zones), Some(6 * 3600));
        assert_eq!(of_name("CEST", local, &zones), Some(2 * 3600), "it has one meaning");
    }
}
