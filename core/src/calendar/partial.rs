//! A date with a granularity.

use chrono::{Datelike, FixedOffset, NaiveDate};

use super::{Granularity, YEARS, days_in_month};

/// A date with a granularity: `2019`, `2019-04`, the weekend of week 18, the night of 3 May.
///
/// The constructors give only possible dates: the year within [`YEARS`], the month and day real.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartialDate {
    /// The years `100 c` to `100 c + 99`: the TIMEX3 value `19` is the twentieth century.
    Century(i32),
    /// The years `10 d` to `10 d + 9`.
    Decade(i32),
    /// A year, astronomical: year 0 is 1 BC.
    Year(i32),
    /// Half 1 or 2 of a year.
    Half(i32, u8),
    /// Quarter 1 to 4 of a year.
    Quarter(i32, u8),
    /// A season; one that begins in December belongs to the year of that December.
    Season(i32, Season),
    /// Month 1 to 12 of a year.
    Month(i32, u8),
    /// An ISO week, by its Monday.
    Week(NaiveDate),
    /// The Saturday and Sunday of an ISO week, by the Monday of that week.
    Weekend(NaiveDate),
    /// A day.
    Day(NaiveDate),
    /// A part of a day.
    PartOfDay(NaiveDate, PartOfDay),
    /// A time of a day.
    Time(NaiveDate, Clock),
}

/// A season, in whole months: those of the northern hemisphere, then those of the southern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Season {
    /// March to May.
    Spring,
    /// June to August.
    Summer,
    /// September to November.
    Autumn,
    /// December to February.
    Winter,
    /// September to November.
    SouthernSpring,
    /// December to February.
    SouthernSummer,
    /// March to May.
    SouthernAutumn,
    /// June to August.
    SouthernWinter,
}

/// A part of a day, with its usual hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartOfDay {
    /// 6 to 12.
    Morning,
    /// 12 to 18.
    Afternoon,
    /// 18 to 22.
    Evening,
    /// 20 to 6 of the next day.
    Night,
    /// 8 to 18.
    Daytime,
}

impl Season {
    /// Those that words name. Which half of the year they fall in is a matter of the hemisphere.
    pub const ALL: [Self; 4] = [Self::Spring, Self::Summer, Self::Autumn, Self::Winter];

    /// The name in the data files, the same on both hemispheres.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spring | Self::SouthernSpring => "spring",
            Self::Summer | Self::SouthernSummer => "summer",
            Self::Autumn | Self::SouthernAutumn => "autumn",
            Self::Winter | Self::SouthernWinter => "winter",
        }
    }

    /// The season of this name in the data files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|season| season.name() == name)
    }
}

impl PartOfDay {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Morning, Self::Afternoon, Self::Evening, Self::Night, Self::Daytime];

    /// The name in the data files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
            Self::Evening => "evening",
            Self::Night => "night",
            Self::Daytime => "daytime",
        }
    }

    /// The part of this name in the data files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

/// A time of day, as precise as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Clock {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59, if known.
    pub minute: Option<u8>,
    /// 0 to 59, if known; only with a minute.
    pub second: Option<u8>,
    /// The offset that the text names, if it does.
    pub offset: Option<FixedOffset>,
}

impl PartialDate {
    /// Returns a year within [`YEARS`].
    #[must_use]
    pub fn year(year: i32) -> Option<Self> {
        YEARS.contains(&year).then_some(Self::Year(year))
    }

    /// Returns a month that exists.
    #[must_use]
    pub fn month(year: i32, month: u8) -> Option<Self> {
        (YEARS.contains(&year) && (1..=12).contains(&month)).then_some(Self::Month(year, month))
    }

    /// Returns a day that exists.
    #[must_use]
    pub fn day(year: i32, month: u8, day: u8) -> Option<Self> {
        if !YEARS.contains(&year) || day > days_in_month(year, month)? {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month.into(), day.into()).map(Self::Day)
    }

    /// Returns the ISO week that contains the day.
    #[must_use]
    pub fn week_of(day: NaiveDate) -> Self {
        Self::Week(monday_of(day))
    }

    /// Returns the weekend of the ISO week that contains the day.
    #[must_use]
    pub fn weekend_of(day: NaiveDate) -> Self {
        Self::Weekend(monday_of(day))
    }

    /// Returns its granularity.
    #[must_use]
    pub fn granularity(&self) -> Granularity {
        match self {
            Self::Century(_) => Granularity::Century,
            Self::Decade(_) => Granularity::Decade,
            Self::Year(_) => Granularity::Year,
            Self::Half(..) => Granularity::Half,
            Self::Quarter(..) => Granularity::Quarter,
            Self::Season(..) => Granularity::Season,
            Self::Month(..) => Granularity::Month,
            Self::Week(_) => Granularity::Week,
            Self::Weekend(_) => Granularity::Weekend,
            Self::Day(_) => Granularity::Day,
            Self::PartOfDay(..) => Granularity::PartOfDay,
            Self::Time(_, clock) => match (clock.minute, clock.second) {
                (None, _) => Granularity::Hour,
                (Some(_), None) => Granularity::Minute,
                (Some(_), Some(_)) => Granularity::Second,
            },
        }
    }

    /// Returns the year of its first day.
    #[must_use]
    pub fn year_number(&self) -> i32 {
        match *self {
            Self::Century(century) => century * 100,
            Self::Decade(decade) => decade * 10,
            Self::Year(year) | Self::Half(year, _) | Self::Quarter(year, _) | Self::Season(year, _) => year,
            Self::Month(year, _) => year,
            Self::Week(day) | Self::Weekend(day) => day.iso_week().year(),
            Self::Day(day) | Self::PartOfDay(day, _) | Self::Time(day, _) => day.year(),
        }
    }
}

impl Season {
    /// Returns the first month.
    #[must_use]
    pub fn first_month(self) -> u8 {
        match self {
            Self::Spring | Self::SouthernAutumn => 3,
            Self::Summer | Self::SouthernWinter => 6,
            Self::Autumn | Self::SouthernSpring => 9,
            Self::Winter | Self::SouthernSummer => 12,
        }
    }

    /// Returns the season of the same name in the southern hemisphere.
    #[must_use]
    pub fn southern(self) -> Self {
        match self {
            Self::Spring => Self::SouthernSpring,
            Self::Summer => Self::SouthernSummer,
            Self::Autumn => Self::SouthernAutumn,
            Self::Winter => Self::SouthernWinter,
            southern => southern,
        }
    }
}

impl PartOfDay {
    /// Returns the start hour and the end hour, which may be beyond 24 on the next day.
    #[must_use]
    pub fn hours(self) -> (u8, u8) {
        match self {
            Self::Morning => (6, 12),
            Self::Afternoon => (12, 18),
            Self::Evening => (18, 22),
            Self::Night => (20, 30),
            Self::Daytime => (8, 18),
        }
    }
}

/// Returns the Monday of the ISO week that contains the day.
pub(super) fn monday_of(day: NaiveDate) -> NaiveDate {
    let back = chrono::Days::new(day.weekday().num_days_from_monday().into());
    // Only the first days of chrono's own range have no Monday before them, far outside of `YEARS`.
    day.checked_sub_days(back).unwrap_or(day)
}
