//! Whole days as people write them on pages, in the languages of the web: year, month and day, with one meaning.
//!
//! A date in numbers alone has one meaning where the day is beyond the twelfth, or where the page says how its readers
//! write dates. Must not know where on a page a text stands.

use std::ops::Range;

use chrono::{Datelike, NaiveDate};

/// The years in which a page can have been published. What lies outside is what a story is about.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2099;

/// A day in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrittenDay {
    /// The bytes where it stands.
    pub at: Range<usize>,
    pub day: NaiveDate,
}

/// Which of two numbers the readers of a page take for the day. `None` if the page does not say.
pub(super) type DayFirst = Option<bool>;

/// Returns what a language tag says about the order of day and month.
pub(super) fn day_first(tag: &str) -> DayFirst {
    let tag = tag.trim().to_ascii_lowercase().replace('_', "-");
    let mut parts = tag.split('-');
    let (language, region) = (parts.next()?, parts.next().unwrap_or_default());
    match language {
        "en" => match region {
            "us" => Some(false),
            "gb" | "uk" | "au" | "nz" | "ie" | "in" | "za" | "sg" | "my" | "ng" | "ke" | "gh" | "mt" => Some(true),
            _ => None,
        },
        "de" | "fr" | "es" | "it" | "nl" | "pt" | "pl" | "ru" | "uk" | "cs" | "sk" | "da" | "nb" | "nn" | "no"
        | "fi" | "sv" | "ro" | "bg" | "el" | "tr" | "hr" | "sl" | "sr" | "id" | "vi" | "ca" | "gl" | "et" | "be"
        | "mk" | "is" => Some(true),
        _ => None,
    }
}

/// Returns what the words of a text say about the order: those who write in other languages than English put the day
/// first. Many sites declare English because their programs do.
pub(super) fn day_first_of(text: &str) -> DayFirst {
    let (mut english, mut other) = (0, 0);
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() <= 6).take(WORDS) {
        let word = word.to_lowercase();
        english += usize::from(ENGLISH.contains(&word.as_str()));
        other += usize::from(OTHERS.contains(&word.as_str()));
    }
    (other >= 10 && other > 4 * english).then_some(true)
}

/// How many words of a text are looked at.
const WORDS: usize = 3000;

const ENGLISH: [&str; 6] = ["the", "and", "of", "to", "is", "for"];

/// Frequent words of languages that put the day first.
const OTHERS: [&str; 36] = [
    "der", "die", "das", "und", "ist", "den", "von", "mit", "les", "des", "est", "une", "pour", "dans", "los", "las",
    "del", "que", "para", "por", "che", "di", "della", "het", "een", "van", "och", "att", "og", "jest", "się", "na",
    "não", "uma", "и", "на",
];

/// Returns the days that a text names, in order.
pub(super) fn days(text: &str, day_first: DayFirst) -> Vec<WrittenDay> {
    let tokens = tokens(text);
    let reader = DayReader { text, tokens: &tokens, day_first };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match reader.day_at(at) {
            Some((day, length)) => {
                let span = tokens.get(at..at + length).unwrap_or_default();
                if let [first, ..] = span
                    && let [.., last] = span
                {
                    found.push(WrittenDay { at: first.at.start..last.at.end, day });
                }
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// A run of digits or of letters.
#[derive(Debug)]
struct Token {
    at: Range<usize>,
    is_number: bool,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (at, c) in text.char_indices() {
        let is_number = c.is_ascii_digit();
        if !is_number && !c.is_alphabetic() {
            continue;
        }
        let end = at + c.len_utf8();
        match tokens.last_mut() {
            Some(last) if last.at.end == at && last.is_number == is_number => last.at.end = end,
            _ => tokens.push(Token { at: at..end, is_number }),
        }
    }
    tokens
}

struct DayReader<'t> {
    text: &'t str,
    tokens: &'t [Token],
    day_first: DayFirst,
}

impl DayReader<'_> {
    /// Returns the day that begins at a token, and how many tokens it has.
    fn day_at(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let in_words =
            || self.day_month_year(at).or_else(|| self.month_day_year(at)).or_else(|| self.year_month_day(at));
        in_words().or_else(|| self.with_signs(at)).or_else(|| self.in_numbers(at))
    }

    /// `3 May 2019`, `3. Mai 2019`, `3rd of May, 2019`, `3 de mayo de 2019`, `1er mai 2019`.
    fn day_month_year(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let day = self.number(at, 1..=2)?;
        let next = self.after_fillers(at + 1);
        let month = self.month(next)?;
        let last = self.after_fillers(next + 1);
        Some((date(self.number(last, 4..=4)?, month, day)?, last + 1 - at))
    }

    /// `May 3, 2019`, `May 3rd 2019`.
    fn month_day_year(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let month = self.month(at)?;
        let day = self.number(at + 1, 1..=2)?;
        let last = self.after_fillers(at + 2);
        Some((date(self.number(last, 4..=4)?, month, day)?, last + 1 - at))
    }

    /// `2019 May 3`, `2019. május 3.`.
    fn year_month_day(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let year = self.number(at, 4..=4)?;
        Some((date(year, self.month(at + 1)?, self.number(at + 2, 1..=2)?)?, 3))
    }

    /// `2019年5月3日`, `2019년 5월 3일`.
    fn with_signs(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let sign = |at: usize, signs: [char; 2]| self.word(at)?.starts_with(signs).then_some(());
        let year = self.number(at, 4..=4)?;
        sign(at + 1, ['年', '년'])?;
        let month = self.number(at + 2, 1..=2)?;
        sign(at + 3, ['月', '월'])?;
        let day = self.number(at + 4, 1..=2)?;
        sign(at + 5, ['日', '일'])?;
        Some((date(year, month, day)?, 6))
    }

    /// `2019-05-03`, `23/05/2019`, `03.05.2019` where the day comes first.
    fn in_numbers(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let separator = self.gap(at + 1)?.trim_end();
        // A longer run of numbers is a version or an address.
        let goes_on = |gap: Option<&str>| gap.is_some_and(|gap| gap == separator);
        if !matches!(separator, "-" | "/" | ".")
            || self.gap(at + 2)?.trim_end() != separator
            || goes_on(self.gap(at)) && self.number(at.checked_sub(1)?, 1..=9).is_some()
            || goes_on(self.gap(at + 3)) && self.number(at + 3, 1..=9).is_some()
        {
            return None;
        }
        if let Some(year) = self.number(at, 4..=4) {
            return Some((date(year, self.number(at + 1, 1..=2)?, self.number(at + 2, 1..=2)?)?, 3));
        }
        let (first, second) = (self.number(at, 1..=2)?, self.number(at + 1, 1..=2)?);
        let year = match self.number(at + 2, 4..=4) {
            Some(year) => year,
            None if separator == "." && self.day_first == Some(true) => 2000 + self.number(at + 2, 2..=2)?,
            None => return None,
        };
        let is_day_first = match (first, second) {
            (13.., _) => true,
            (_, 13..) => false,
            _ if first == second => true,
            _ => self.day_first.filter(|first| *first || separator == "/")?,
        };
        let (day, month) = if is_day_first { (first, second) } else { (second, first) };
        Some((date(year, month, day)?, 3))
    }

    fn of(&self, at: usize) -> Option<&str> {
        self.text.get(self.tokens.get(at)?.at.clone())
    }

    /// Returns the number at a token, if it has so many digits.
    fn number(&self, at: usize, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
        let token = self.tokens.get(at).filter(|token| token.is_number && digits.contains(&token.at.len()))?;
        self.text.get(token.at.clone())?.parse().ok()
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).filter(|token| !token.is_number)?;
        self.of(at)
    }

    /// Returns what stands before a token, after the one before it.
    fn gap(&self, at: usize) -> Option<&str> {
        let start = self.tokens.get(at.checked_sub(1)?)?.at.end;
        self.text.get(start..self.tokens.get(at)?.at.start)
    }

    /// Passes over what may stand between the parts of a date in words.
    fn after_fillers(&self, at: usize) -> usize {
        let is_filler = |at: usize| {
            let word = self.word(at).unwrap_or_default().to_lowercase();
            matches!(
                word.as_str(),
                "st" | "nd" | "rd" | "th" | "er" | "º" | "ª" | "of" | "de" | "del" | "di" | "den" | "d" | "г" | "a"
            )
        };
        at + (at..at + 2).take_while(|at| is_filler(*at)).count()
    }

    /// Returns the month that a token names. Nothing but a space, a full stop or the like stands before it and after it.
    fn month(&self, at: usize) -> Option<u32> {
        let name = self.word(at)?.to_lowercase();
        let beside = |at: usize| {
            self.gap(at)
                .is_none_or(|gap| gap.chars().all(|c| c.is_whitespace() || ".,-/'’".contains(c)) && gap.len() < 8)
        };
        if !beside(at + 1) {
            return None;
        }
        let month = MONTHS.iter().position(|names| names.split(' ').any(|known| known == name))?;
        u32::try_from(month + 1).ok()
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    YEARS.contains(&day.year()).then_some(day)
}

/// The names of the months in the languages of the web, with their short forms. Those that mean different months in
/// different languages, such as `listopad`, are left out.
const MONTHS: [&str; 12] = [
    "january jan januar jänner jaenner janvier janv enero ene gennaio gen januari janeiro styczeń stycznia leden ledna \
     január januára ianuarie tammikuuta tammikuu января январь січня януари ιανουαρίου ιαν ocak janvāris janvāri sausio \
     jaanuar gener xaneiro يناير",
    "february feb februar feber février fevrier févr fev febrero febbraio febr februari fevereiro luty lutego únor února \
     február februára februarie helmikuuta helmikuu февраля февраль лютого февруари φεβρουαρίου φεβ şubat februāris \
     februāri vasario veebruar febrer febreiro فبراير",
    "march mar märz maerz mrz mars marzo maart mrt março marco mars marzec marca březen března marec martie maaliskuuta \
     maaliskuu марта март березня μαρτίου μαρ mart marts martā kovo märts març مارس",
    "april apr avril avr abril abr aprile kwiecień kwietnia duben dubna apríl apríla aprilie huhtikuuta huhtikuu апреля \
     апрель квітня април απριλίου απρ nisan aprīlis aprīlī balandžio aprill أبريل ابريل إبريل",
    "may mai mayo maggio mag mei maio maj maja květen května máj mája május toukokuuta toukokuu мая май травня маи μαΐου \
     μαϊ mayıs maijs maijā gegužės maig مايو",
    "june jun juni juin junio giugno giu junho czerwiec czerwca červen června jún júna június iunie kesäkuuta kesäkuu \
     июня июнь червня юни ιουνίου ιουν haziran jūnijs jūnijā birželio juuni juny xuño يونيو يونيه",
    "july jul juli juillet juil julio luglio lug julho lipiec lipca červenec července júl júla július iulie heinäkuuta \
     heinäkuu июля июль липня юли ιουλίου ιουλ temmuz jūlijs jūlijā liepos juuli juliol xullo يوليو يوليه",
    "august aug août aout agosto ago augustus ag sierpień sierpnia srpen srpna augusta augusztus elokuuta elokuu августа \
     август серпня αυγούστου αυγ ağustos augusts augustā rugpjūčio agost أغسطس اغسطس",
    "september sept sep septembre septiembre setiembre settembre set setembro wrzesień września září septembra szeptember \
     septembrie syyskuuta syyskuu сентября сентябрь вересня септември σεπτεμβρίου σεπ eylül septembris septembrī rugsėjo \
     setembre سبتمبر",
    "october oct oktober okt octobre octubre ottobre ott outubro out październik października říjen října október októbra \
     octombrie lokakuuta lokakuu oktobra октября октябрь жовтня октомври οκτωβρίου οκτ ekim oktobris oktobrī spalio \
     oktoober outubro أكتوبر اكتوبر",
    "november nov novembre noviembre novembro novembra noiembrie marraskuuta marraskuu ноября ноябрь листопада ноември \
     νοεμβρίου νοε kasım novembris novembrī lapkričio نوفمبر",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro grudzień grudnia prosinec prosince \
     decembra decembrie joulukuuta joulukuu декабря декабрь грудня декември δεκεμβρίου δεκ aralık decembris decembrī \
     gruodžio detsember desember des desembre decembro ديسمبر",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, day_first: DayFirst) -> String {
        let days: Vec<_> = days(text, day_first).into_iter().map(|found| found.day.to_string()).collect();
        days.join(" ")
    }

    #[test]
    fn days_in_words_are_read_in_many_languages() {
        for text in [
            "Friday, 3 May 2019",
            "May 3, 2019 6:35 pm",
            "3rd of May, 2019",
            "Freitag, 3. Mai 2019, 18:35 Uhr",
            "le 3 mai 2019 à 18h35",
            "3 de mayo de 2019",
            "venerdì 3 maggio 2019",
            "vrijdag 3 mei 2019",
            "3 de maio de 2019",
            "3 maja 2019",
            "3. května 2019",
            "3 мая 2019 г.",
            "2019. május 3.",
            "2019年5月3日",
            "2019년 5월 3일",
            "03-May-2019",
            "2019-05-03 18:35",
            "2019/05/03",
        ] {
            assert_eq!(read(text, None), "2019-05-03", "{text}");
        }
    }

    #[test]
    fn numbers_need_one_meaning() {
        assert_eq!(read("23.05.2019 and 5/23/2019", None), "2019-05-23 2019-05-23");
        assert_eq!(read("03.05.2019, 3/5/2019", None), "");
        assert_eq!(
            read("03.05.2019, 3/5/2019, 3. 5. 2019, 03.05.19", Some(true)),
            "2019-05-03 2019-05-03 2019-05-03 2019-05-03"
        );
        assert_eq!(read("3/5/2019", Some(false)), "2019-03-05");
        assert_eq!(read("03.05.2019", Some(false)), "", "Americans do not write so");
        assert_eq!(read("19-05-23", Some(true)), "");
        assert_eq!(
            (day_first("de_AT"), day_first("en-us"), day_first("en"), day_first("en-GB")),
            (Some(true), Some(false), None, Some(true))
        );
    }

    #[test]
    fn only_whole_and_possible_days_count() {
        for text in [
            "© 2019",
            "May 2019",
            "3 May",
            "30 February 2019",
            "1.2.3.2019",
            "03/05/2019/12",
            "3 Maybe 2019",
            "May 3 1815",
            "555-05-2019",
        ] {
            assert_eq!(read(text, Some(true)), "", "{text}");
        }
    }
}
