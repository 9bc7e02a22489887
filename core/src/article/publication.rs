//! Which of its times an article counts from: the first publication, unless another is set for its source; shown in
//! the time zone of its readers.

use chrono_tz::Tz;

use super::draft::Draft;
use super::field::Field;
use super::format::Format;
use super::published::{Published, Reading};
use super::reference::Reference;
use super::settings::{BySource, RecordTime, Settings};
use super::sources::SourceSettings;
use super::zone::timezone;
use super::zone_names::Zones;
use crate::error::{Error, ErrorKind, Warning};

/// The time that was chosen.
pub(super) struct Publication {
    pub published: Published,
    pub reference: Reference,
    pub warnings: Vec<Warning>,
}

/// The times that stand in for a missing one, best first.
const ORDER: [(Reference, Field); 5] = [
    (Reference::FirstCreated, Field::FirstCreated),
    (Reference::ContentCreated, Field::ContentCreated),
    (Reference::VersionCreated, Field::VersionCreated),
    (Reference::Dateline, Field::Dateline),
    (Reference::Envelope, Field::Envelope),
];

/// Chooses the wanted time, or else the best one that can be read.
pub(super) fn choose(
    draft: &Draft<'_>,
    format: Format,
    settings: &Settings,
    own: &SourceSettings,
) -> Result<Publication, Error> {
    let wanted = of_source(&settings.references, draft).unwrap_or(settings.reference);
    let own_zone = draft.label(Field::Zone)?.map(|name| timezone(&name)).transpose()?;
    let zone = own_zone.or(own.timezone);
    let zone = zone.or_else(|| of_source(&settings.timezones, draft)).or_else(|| of_city(draft, settings));
    let (first, rest): (Vec<_>, Vec<_>) = ORDER.into_iter().partition(|(reference, _)| *reference == wanted);
    let zones = Zones {
        assumed: zone.unwrap_or(settings.timezone),
        named: Some(&settings.timezones),
        day_first: own.day_first,
    };
    let mut warnings = Vec::new();
    let mut failed = None;
    for (reference, field) in first.into_iter().chain(rest) {
        match draft.reading(field, &zones) {
            Some(Ok(Reading { published: found, warning })) => {
                warnings.extend(warning);
                let is_utc = found.at.offset().local_minus_utc() == 0;
                // An offset of its own is its readers' clock; UTC is what wires convert every time to.
                let moves = own_zone.is_some() || is_utc;
                let published = zone.filter(|_| moves).map_or(found, |zone| found.seen_in(zone));
                warnings.extend(failed.map(unread));
                if zone.is_none() && has_no_zone(draft, field, found) {
                    warnings.push(assumed(draft, field, settings.timezone));
                }
                return Ok(Publication { published, reference, warnings });
            }
            Some(Err(error)) => failed = failed.or(Some(error)),
            None => {}
        }
    }
    let last_resort = match (failed, settings.published, settings.record_time) {
        (None, Some(published), _) => Ok((published, Reference::Given)),
        (failed, _, RecordTime::LastResort(Some(recorded))) => {
            warnings.extend(failed.map(unread));
            Ok((recorded, Reference::Record))
        }
        (Some(error), _, _) => Err(error),
        (None, None, _) => Err(missing(draft, format)),
    };
    let (published, reference) = last_resort?;
    let published = zone.map_or(published, |zone| published.seen_in(zone));
    Ok(Publication { published, reference, warnings })
}

fn missing(draft: &Draft<'_>, format: Format) -> Error {
    let lacks = draft.sought.as_deref().unwrap_or(format.lacks_time());
    let message = format!("no publication time, so \"last month\" has no meaning: {lacks}");
    Error::new(ErrorKind::PublishedMissing, message)
}

fn unread(error: Error) -> Warning {
    Warning { code: error.code(), message: format!("{error}; another time was used") }
}

/// Whether a time has no zone of its own: then it is another moment elsewhere.
fn has_no_zone(draft: &Draft<'_>, field: Field, found: Published) -> bool {
    found.has_time
        && draft
            .time(field, &Zones::assuming(Tz::Asia__Tokyo))
            .is_some_and(|other| other.is_ok_and(|other| other.at != found.at))
}

fn assumed(draft: &Draft<'_>, field: Field, zone: Tz) -> Warning {
    let written = draft.first(field).map(|found| found.describe().trim().to_owned()).unwrap_or_default();
    let message =
        format!("`{written}` has no time zone, so {} was assumed; set the time zone of its source", zone.name());
    Warning { code: "timezone-assumed", message }
}

/// What is set for the article's source, by its name or by the host of the article's address.
fn of_source<T: Copy>(set: &BySource<T>, draft: &Draft<'_>) -> Option<T> {
    if set.is_empty() {
        return None;
    }
    draft.source_names().find_map(|name| set.get(&name).copied())
}

/// The time zone of the city in the dateline, or at the start of the body: `NEW YORK (AP) — …`.
fn of_city(draft: &Draft<'_>, settings: &Settings) -> Option<Tz> {
    let cities = &settings.cities;
    if cities.is_empty() {
        return None;
    }
    let dateline = draft.label(Field::City).ok().flatten();
    dateline.and_then(|dateline| cities.of_start(&dateline)).or_else(|| {
        let body = draft.first(Field::Body)?.as_text()?;
        // Tags may stand before the first word.
        let mut head: String = body.trim_start().chars().take(400).collect();
        while head.starts_with('<') {
            head = head.split_once('>')?.1.trim_start().to_owned();
        }
        cities.of_start(&head)
    })
}
