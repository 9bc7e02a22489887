//! When fiscal years start.

use std::fmt;

/// The month in which fiscal years start. January takes a fiscal year for the calendar year of its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiscalStart(u8);

impl FiscalStart {
    /// The calendar year.
    pub const JANUARY: Self = Self(1);

    /// The month of this number; `None` where there is none, from 1 to 12.
    #[must_use]
    pub const fn new(month: u8) -> Option<Self> {
        if matches!(month, 1..=12) { Some(Self(month)) } else { None }
    }

    /// The number of the month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.0
    }
}

impl Default for FiscalStart {
    fn default() -> Self {
        Self::JANUARY
    }
}

impl fmt::Display for FiscalStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::FiscalStart;

    #[test]
    fn there_is_no_thirteenth_month() {
        assert_eq!(FiscalStart::new(10).map(FiscalStart::month), Some(10));
        assert_eq!([FiscalStart::new(0), FiscalStart::new(13)], [None, None]);
    }
}
