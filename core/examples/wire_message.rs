//! A message in any of the input formats, here NITF, to its article and events:
//! `cargo run -p dateline-core --example wire_message`.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use dateline_core::prelude::*;

const MESSAGE: &str = r#"<nitf><head><docdata>
  <doc-id id-string="quay-17"/><date.issue norm="20190503T183500+0100"/>
</docdata></head><body>
  <body.head><hedline><hl1>Ferry service resumes</hl1></hedline></body.head>
  <body.content><p>The ferry to the island resumed service on Thursday. It had been out of use since March.</p></body.content>
</body></nitf>"#;

fn main() -> Result<(), Error> {
    for article in process(MESSAGE.as_bytes(), &Settings::default())? {
        println!("{}, revision {}: {}", article.id, article.revision, article.status.name());
        for event in &article.events {
            println!("  {:<10} {}", event.date.value, event.statement.summary);
        }
    }
    Ok(())
}
