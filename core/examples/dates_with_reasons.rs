//! The dates of a text, how each value came about, and what looked like a date and is none:
//! `cargo run -p dateline-core --example dates_with_reasons`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use dateline_core::chrono_tz::Tz;
use dateline_core::prelude::*;

fn main() -> Result<(), Error> {
    let text = "The council voted on Monday. The first buses will run next spring, on the route of Boeing 2018 Street.";
    let published = Published::parse("2019-05-03", Tz::UTC)?;
    let found = extract(&Article::new("buses", text, published), &Settings::default());
    for date in &found.expressions {
        let words = found.text.slice(date.expression.span);
        println!("{words}: {} {}, {}", date.timex.name(), date.value, date.steps.join(", "));
    }
    for dropped in &found.dropped {
        println!("{}: dropped, {}", found.text.slice(dropped.span), dropped.reason);
    }
    Ok(())
}
