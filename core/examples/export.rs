//! Events as a calendar that other programs can subscribe to: `cargo run -p dateline-core --example export`.

use std::error::Error;
use std::io;

use dateline_core::chrono_tz::Tz;
use dateline_core::prelude::{Article, Published, Settings, process_article};
use dateline_core::record::export::{Export, ICalendar};

fn main() -> Result<(), Box<dyn Error>> {
    let text = "The tunnel will open on 14 June. A public inquiry begins on Monday.";
    let article = Article::new("tunnel", text, Published::parse("2019-05-03", Tz::UTC)?);
    let mut calendar = ICalendar::new(io::stdout().lock())?;
    for event in &process_article(&article, &Settings::default()).events {
        calendar.event(event)?;
    }
    calendar.finish()?;
    Ok(())
}
