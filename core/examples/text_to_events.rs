//! Plain text to timeline events: `cargo run -p dateline-core --example text_to_events`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use dateline_core::chrono_tz::Tz;
use dateline_core::prelude::*;

fn main() -> Result<(), Error> {
    let text = "The harbour bridge was closed on Tuesday after engineers found cracks in two of its pillars. \
                It is due to reopen in early June. The bridge was built in 1932.";
    let published = Published::parse("2019-05-03T18:35:00+01:00", Tz::UTC)?;
    let processed = process_article(&Article::new("bridge", text, published), &Settings::default());
    for event in &processed.events {
        println!("{:<12} {:<9} {}", event.date.value, event.statement.status, event.statement.summary);
    }
    Ok(())
}
