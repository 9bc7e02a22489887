//! Gold against system: how well the dates of annotated texts are found, resolved and tied to what happened, and how
//! well the days that matter in a story are chosen.
//!
//! The definitions are those of TempEval-3, Task A ([`TimexCounts`]), and of dates tied to events ([`EventCounts`]).
//! Reads strings, knows no files, and asks [`crate::pipeline`] for the system's answers as any other caller does.

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
pub use system::{Dated, Prediction, SystemEvent, SystemTimex, predict};
pub use timelines::{TimelineReport, Topic, TopicFigures};
