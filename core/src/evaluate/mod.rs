//! Evaluation against gold annotations: how well dates are found, normalised and attached to events, and how well the
//! key days of a story are chosen.
//!
//! The measures are those of TempEval-3, Task A ([`TimexCounts`]), and the attachment of dates to events
//! ([`EventCounts`]). This module reads strings, knows no files, and calls [`crate::pipeline`] like any other caller.

mod align;
mod attach;
mod calibration;
mod errors;
mod gold;
mod report;
mod score;
mod system;
mod timelines;
mod timeml;

pub use align::{Alignment, Extent, align};
pub use attach::EventCounts;
pub use calibration::{Band, Calibration};
pub use errors::{Error, ErrorKind, errors};
pub use gold::{Document, GoldError, GoldEvent, Link, Timex};
pub use report::{CorpusFigures, Report, list_errors};
pub use score::{Measure, Scores, TimexCounts};
pub use system::{DatedEvent, Prediction, SystemEvent, SystemTimex, predict};
pub use timelines::{TimelineReport, Topic, TopicFigures};
