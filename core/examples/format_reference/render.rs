//! The reference of the formats: a text with tables and examples in it.

use std::fmt::Write as _;
use std::path::Path;

use dateline_core::article::{EnvelopeName, Format, Preset, SCHEMA_KINDS, about};

const TEMPLATE: &str = include_str!("template.md");

const NOTICE: &str = "<!-- Rendered from core/src/article by `cargo run -p dateline-core --example format_reference >new.md && mv new.md docs/formats.md`; \
    the text is in core/examples/format_reference/template.md. -->";

/// The message in `tests/messages` that shows a format, and its language for Markdown.
pub const EXAMPLES: [(Format, &str, &str); 11] = [
    (Format::Plain, "plain.json", "json"),
    (Format::Ninjs, "ninjs-3.json", "json"),
    (Format::NewsMl, "newsml-message.xml", "xml"),
    (Format::NewsMl1, "newsml-1.xml", "xml"),
    (Format::Nitf, "nitf.xml", "xml"),
    (Format::JsonLd, "json-ld.json", "json"),
    (Format::Html, "page-metadata.html", "html"),
    (Format::NewsPlease, "news-please.json", "json"),
    (Format::Rss, "rss.xml", "xml"),
    (Format::Atom, "atom.xml", "xml"),
    (Format::Text, "text.txt", "text"),
];

/// Returns the text of docs/formats.md.
pub fn documentation() -> String {
    [
        ("{{notice}}", NOTICE.to_owned()),
        ("{{formats}}", formats()),
        ("{{presets}}", presets()),
        ("{{envelopes}}", envelopes()),
        ("{{schemas}}", schemas()),
        ("{{fields}}", fields()),
        ("{{format examples}}", format_examples()),
        ("{{preset examples}}", preset_examples()),
    ]
    .into_iter()
    .fold(TEMPLATE.to_owned(), |text, (mark, rendered)| text.replace(mark, rendered.trim_end()))
}

/// Returns a file of the tests.
pub fn test_file(folder: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let ruler = format!("|{}\n", "---|".repeat(head.len()));
    std::iter::once(line(&head)).chain([ruler]).chain(rows.map(|cells| line(&cells))).collect()
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn list(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    texts.into_iter().map(|text| code(text.as_ref())).collect::<Vec<_>>().join(", ")
}

fn formats() -> String {
    let rows = Format::ALL.into_iter().filter_map(|format| {
        let about = about(format)?;
        Some(vec![code(format.name()), about.recognised.to_owned(), about.items.to_owned()])
    });
    let preset = ["a preset", "JSON in the shape of a known service: see below", "each in a response"];
    let rows = rows.chain([preset.map(str::to_owned).to_vec()]);
    table(&["format", "detected by", "items"], rows)
}

fn fields() -> String {
    let mut out = String::new();
    for format in Format::ALL {
        let fields = about(format).map_or(&[][..], |about| about.fields);
        if fields.is_empty() {
            continue;
        }
        let rows = fields.iter().map(|(field, place)| vec![(*field).to_owned(), (*place).to_owned()]);
        let _ = write!(out, "### {}\n\n{}\n", code(format.name()), table(&["field", "found in, best first"], rows));
    }
    out
}

fn presets() -> String {
    let row = |preset: Preset| {
        let mark = |mark: &String| match mark.split_once("^=") {
            Some((path, start)) => format!("{} that begins with {}", code(path), code(start)),
            None => mark.split(" | ").map(code).collect::<Vec<_>>().join(" or "),
        };
        let paths = |fields: &[&str]| list(fields.iter().flat_map(|field| preset.paths(field)));
        let [text, time] = match preset.is_of_other_formats() {
            true => ["as its format says"; 2].map(str::to_owned),
            false => [paths(&["body", "summary"]), paths(&["published", "contentcreated", "envelope"])],
        };
        vec![
            code(preset.name()),
            preset.about().to_owned(),
            preset.marks().iter().map(mark).collect::<Vec<_>>().join(", "),
            list(preset.item_paths()),
            paths(&["id"]),
            text,
            time,
        ]
    };
    let head = ["preset", "messages", "what only they have", "articles of a response", "id", "text", "time"];
    table(&head, Preset::all().map(row))
}

fn envelopes() -> String {
    let rows = EnvelopeName::all().map(|(name, about)| {
        let [recognised, article_in, withdraws] =
            [about.recognised, about.article_in, about.withdraws].map(str::to_owned);
        vec![code(name.name()), recognised, article_in, withdraws]
    });
    table(&["envelope", "recognised by", "article in", "withdraws"], rows)
}

fn schemas() -> String {
    let rows = SCHEMA_KINDS.into_iter().map(|(name, read)| vec![name.to_owned(), read.to_owned()]);
    table(&["schema type", "how a value is read"], rows)
}

fn format_examples() -> String {
    let section = |(format, file, language): &(Format, &str, &str)| {
        let example = test_file("messages", file);
        format!("### A message in {}\n\n```{language}\n{}\n```\n\n", code(format.name()), example.trim_end())
    };
    EXAMPLES.iter().map(section).collect()
}

fn preset_examples() -> String {
    let section = |preset: Preset| {
        let example = test_file("presets", &format!("{}.json", preset.name()));
        let (name, about) = (code(preset.name()), preset.about());
        format!("<details><summary>{name}: {about}</summary>\n\n```json\n{}\n```\n\n</details>\n\n", example.trim_end())
    };
    Preset::all().map(section).collect()
}
