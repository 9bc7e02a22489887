//! The days that matter in a story that several articles report: `cargo run -p dateline-core --example story`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use dateline_core::chrono_tz::Tz;
use dateline_core::prelude::*;
use dateline_core::timeline::{Mention, story};

const ARTICLES: [(&str, &str); 3] = [
    ("2019-05-02", "The dam above the village burst on Wednesday. It was inspected on 12 April."),
    (
        "2019-05-03",
        "Engineers had inspected the dam on 12 April. The dam burst on Wednesday, and 40 houses were flooded.",
    ),
    ("2019-05-06", "A minister resigned on Sunday, four days after the dam burst. The dam burst on 1 May."),
];

fn main() -> Result<(), Error> {
    let mut mentions = Vec::new();
    for (number, (published, text)) in ARTICLES.iter().enumerate() {
        let article = Article::new(format!("dam-{number}"), *text, Published::parse(published, Tz::UTC)?);
        let processed = process_article(&article, &Settings::default());
        mentions.extend(processed.events.iter().filter_map(Mention::of));
    }
    for day in story(&mentions, 3) {
        println!("{} {:.2} {}", day.day, day.score, day.summary);
    }
    Ok(())
}
