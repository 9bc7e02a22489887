//! The country whose customs an article follows: which of two days a feast is kept on, which half of the year is summer.

use chrono_tz::Tz;

use super::Expression;
use super::day_order::fields_mut;

/// A country, by its two letters of ISO 3166.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region([u8; 2]);

/// Countries of the southern hemisphere that have a winter: their web domains are their codes.
const SOUTHERN: [&[u8; 2]; 13] =
    [b"AR", b"AU", b"BO", b"BR", b"BW", b"CL", b"LS", b"MZ", b"NA", b"NZ", b"PY", b"UY", b"ZA"];

/// Zones that lie within one southern country.
const ZONES: [(&str, &[u8; 2]); 7] = [
    ("Australia/", b"AU"),
    ("Pacific/Auckland", b"NZ"),
    ("Africa/Johannesburg", b"ZA"),
    ("America/Argentina/", b"AR"),
    ("America/Sao_Paulo", b"BR"),
    ("America/Santiago", b"CL"),
    ("America/Montevideo", b"UY"),
];

impl Region {
    /// Of a code of two letters.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        let code: [u8; 2] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_alphabetic).then(|| Self(code.map(|letter| letter.to_ascii_uppercase())))
    }

    /// Of an article: by the region of its language (`en-AU`), else by the domain of its address
    /// (`https://www.example.com.au/…`), else by the zone that is set for it, where that is of one country.
    #[must_use]
    pub fn of_article(language: &str, url: Option<&str>, zone: Tz) -> Option<Self> {
        let tag = language.split(['-', '_']).skip(1).find(|part| part.len() == 2).and_then(Self::of_code);
        tag.or_else(|| Self::of_url(url?)).or_else(|| {
            let name = zone.name();
            ZONES.iter().find(|(start, _)| name.starts_with(start)).map(|(_, code)| Self(**code))
        })
    }

    /// Of the domain of a web address; domains of two letters are countries, save that Britain's is `uk`.
    fn of_url(url: &str) -> Option<Self> {
        let host = url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', ':', '?', '#']).next()?;
        let (_, domain) = host.rsplit_once('.')?;
        if domain.eq_ignore_ascii_case("uk") { Some(Self(*b"GB")) } else { Self::of_code(domain) }
    }

    /// Whether its summer is in January.
    #[must_use]
    pub fn is_southern(self) -> bool {
        SOUTHERN.contains(&&self.0)
    }

    /// Whether days are written before months; `None` where that is not known.
    #[must_use]
    pub fn day_first(self) -> Option<bool> {
        match &self.0 {
            b"US" => Some(false),
            b"GB" | b"AU" | b"IE" | b"NZ" | b"IN" | b"ZA" => Some(true),
            _ => None,
        }
    }
}

/// Gives feasts and seasons the days that they have in a country.
pub(super) fn settle(expressions: &mut [Expression], region: Region) {
    for fields in expressions.iter_mut().filter_map(|expression| fields_mut(&mut expression.meaning)) {
        fields.season = fields.season.map(|season| if region.is_southern() { season.southern() } else { season });
        fields.holiday.iter_mut().for_each(|holiday| holiday.keep_in(region));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_told_by_language_address_and_zone() {
        let of = |language, url, zone: &str| Region::of_article(language, url, zone.parse().unwrap());
        let code = Region::of_code;
        assert_eq!(of("en-AU", Some("https://example.co.uk/a"), "UTC"), code("AU"));
        assert_eq!(of("en", Some("https://www.example.co.uk:80/a"), "UTC"), code("GB"));
        assert_eq!(of("en", Some("https://www.example.com.au"), "UTC"), code("AU"));
        assert_eq!(of("en", Some("https://www.example.com/x.nz"), "UTC"), None);
        assert_eq!(of("en", None, "Australia/Sydney"), code("AU"));
        assert_eq!(of("en", None, "Europe/London"), None);
        assert!(of("en", None, "Pacific/Auckland").is_some_and(Region::is_southern));
    }
}
