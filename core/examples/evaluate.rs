//! Scores against annotated text: `cargo run -p dateline-core --example evaluate`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;

use dateline_core::evaluate::{Document, Scores, predict};
use dateline_core::prelude::Settings;

const GOLD: &str = r#"{"id": "a", "dct": "2019-05-03", "text": "The mill closed last month.", "timexes": [{"start": 16, "end": 26, "type": "DATE", "value": "2019-04"}], "events": [], "links": []}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut scores = Scores::default();
    for document in Document::read_jsonl(GOLD)? {
        let prediction = predict(&document, &Settings::default());
        scores += Scores::of(&document, &prediction, &prediction.align(&document));
    }
    let dates = scores.timexes;
    println!("strict F1 {:.1}, value F1 {:.1}", dates.measure(dates.strict).f1, dates.measure(dates.value).f1);
    Ok(())
}
