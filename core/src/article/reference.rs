//! Which time is "now": the first publication, unless the source is set to another, in the zone of its readers.

use chrono_tz::Tz;

use super::draft::{Draft, Field, Value};
use super::{Published, Settings, published_missing, timezone};
use crate::error::{Error, Warning};

/// The time that dates are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reference {
    /// The first publication.
    #[default]
    FirstCreated,
    /// When the content was made.
    ContentCreated,
    /// When this revision was made.
    VersionCreated,
    /// The date of the dateline.
    Dateline,
    /// When the envelope around the article was made.
    Envelope,
    /// Told from outside.
    Given,
}

impl Reference {
    /// Those that can be asked for.
    pub const CHOICES: [Self; 4] = [Self::FirstCreated, Self::ContentCreated, Self::VersionCreated, Self::Dateline];

    /// What it is called in configurations and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstCreated => "firstcreated",
            Self::ContentCreated => "contentcreated",
            Self::VersionCreated => "versioncreated",
            Self::Dateline => "dateline",
            Self::Envelope => "envelope",
            Self::Given => "given",
        }
    }
}

/// What was chosen.
pub(super) struct Now {
    pub published: Published,
    pub reference: Reference,
    pub warnings: Vec<Warning>,
}

/// What stands in for a time that is not told, best first.
const ORDER: [(Reference, Field); 5] = [
    (Reference::FirstCreated, Field::FirstCreated),
    (Reference::ContentCreated, Field::ContentCreated),
    (Reference::VersionCreated, Field::VersionCreated),
    (Reference::Dateline, Field::Dateline),
    (Reference::Envelope, Field::Envelope),
];

/// Chooses the time that is wanted, or else the best that can be read.
pub(super) fn choose(draft: &Draft<'_>, settings: &Settings) -> Result<Now, Error> {
    let wanted = of_source(&settings.references, draft).unwrap_or(settings.reference);
    let own_zone = draft.label(Field::Zone)?.map(|name| timezone(&name)).transpose()?;
    let zone = own_zone.or_else(|| of_source(&settings.timezones, draft)).or_else(|| of_city(draft, settings));
    let (first, rest): (Vec<_>, Vec<_>) = ORDER.into_iter().partition(|(reference, _)| *reference == wanted);
    let mut warnings = Vec::new();
    let mut failed = None;
    for (reference, field) in first.into_iter().chain(rest) {
        match draft.time(field, zone.unwrap_or(settings.timezone)) {
            Some(Ok(told)) => {
                let is_utc = told.at.offset().local_minus_utc() == 0;
                // An offset of its own is the clock of its readers; UTC is what wires make of any.
                let moves = own_zone.is_some() || is_utc;
                let published = zone.filter(|_| moves).map_or(told, |zone| told.seen_in(zone));
                warnings.extend(failed.map(unread));
                if zone.is_none() && has_no_zone(draft, field, told) {
                    warnings.push(assumed(draft, field, settings.timezone));
                }
                return Ok(Now { published, reference, warnings });
            }
            Some(Err(error)) => failed = failed.or(Some(error)),
            None => {}
        }
    }
    match (failed, settings.published) {
        (Some(error), _) => Err(error),
        (None, Some(published)) => {
            let published = zone.map_or(published, |zone| published.seen_in(zone));
            Ok(Now { published, reference: Reference::Given, warnings })
        }
        (None, None) => Err(published_missing()),
    }
}

fn unread(error: Error) -> Warning {
    Warning { code: error.code(), message: format!("{error}; another time was taken") }
}

/// Whether a time tells no zone: then it reads otherwise in another.
fn has_no_zone(draft: &Draft<'_>, field: Field, told: Published) -> bool {
    told.has_time
        && draft.time(field, Tz::Asia__Tokyo).is_some_and(|other| other.is_ok_and(|other| other.at != told.at))
}

fn assumed(draft: &Draft<'_>, field: Field, zone: Tz) -> Warning {
    let told = draft.first(field).map(|told| match &told.value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Wrong(kind) => (*kind).to_owned(),
    });
    let told = told.unwrap_or_default();
    let message =
        format!("`{told}` tells no time zone, so that of {} was taken; set the zone of its source", zone.name());
    Warning { code: "timezone-assumed", message }
}

/// What is set for a source, by its name or by the host of its address, in any case.
fn of_source<T: Copy>(set: &std::collections::BTreeMap<String, T>, draft: &Draft<'_>) -> Option<T> {
    if set.is_empty() {
        return None;
    }
    let label = |field| draft.label(field).ok().flatten().map(|label| label.to_lowercase());
    let host = |url: String| {
        let rest = url.split_once("://").map(|(_, rest)| rest.to_owned())?;
        let host = rest.split(['/', ':', '?', '#']).next()?;
        Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
    };
    let found = |name: Option<String>| set.get(&name?).copied();
    found(label(Field::Source)).or_else(|| found(label(Field::Url).and_then(host)))
}

/// The zone of the city that the dateline names, or that the body starts with: `NEW YORK (AP) — …`.
fn of_city(draft: &Draft<'_>, settings: &Settings) -> Option<Tz> {
    if settings.cities.is_empty() {
        return None;
    }
    let starts = |place: &str| {
        let place = place.trim_start().to_lowercase();
        let named = |city: &str| place.strip_prefix(city).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        settings.cities.iter().find(|(city, _)| named(city)).map(|(_, zone)| *zone)
    };
    let place = draft.label(Field::City).ok().flatten();
    place.and_then(|place| starts(&place)).or_else(|| {
        let Value::Text(body) = &draft.first(Field::Body)?.value else { return None };
        // What stands before the first word: tags.
        let mut head: String = body.trim_start().chars().take(400).collect();
        while head.starts_with('<') {
            head = head.split_once('>')?.1.trim_start().to_owned();
        }
        starts(&head)
    })
}
