//! `dateline formats`: the format of messages, and where each field was found. It shows exactly what the readers of the
//! formats see.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::input::{Content, Document, Input, open};
use super::shared::{ExtractArgs, InputFormat};
use super::table::one_line;
use super::{FAILED, REJECTED, USAGE, failed, print};
use crate::article::{self, Article, Field, FieldPath, Format, Item, Message, Notice, Published};
use crate::error::{Error, Warning};
use crate::pipeline::Settings;

/// Shows the format of each message, and where each field was found
///
/// Exits with 3 if some of the input would be rejected.
#[derive(Debug, Args)]
pub struct FormatsArgs {
    /// The files to read; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The format of the input; auto detects it message by message
    #[arg(long, value_enum, default_value = "auto", value_name = "FORMAT")]
    input_format: InputFormat,
    /// The publication time of input that has none, such as 2019-05-03T18:35:00+01:00
    #[arg(long, value_name = "TIME")]
    published: Option<String>,
    #[command(flatten)]
    shared: ExtractArgs,
}

/// How much of a value is shown, in characters.
const MAX_VALUE: usize = 72;

/// Runs the command.
pub fn run(args: &FormatsArgs) -> ExitCode {
    let mut settings = Settings::default();
    args.shared.apply(&mut settings);
    let mut settings = settings.input;
    settings.format = args.input_format.0;
    if let Some(text) = &args.published {
        match Published::parse(text, settings.timezone) {
            Ok(published) => settings.published = Some(published),
            Err(error) => return failed(USAGE, &format_args!("--published: {error}")),
        }
    }
    let mut out = String::new();
    let mut rejected = false;
    for path in &args.files {
        match describe_file(path, &settings, &mut out) {
            Ok(some) => rejected |= some,
            Err(error) => return failed(FAILED, &format_args!("cannot read {}: {error}", path.display())),
        }
    }
    let printed = print(&out);
    if rejected { REJECTED.into() } else { printed }
}

/// Describes the messages of a file. Returns whether some would be rejected.
fn describe_file(path: &Path, settings: &article::Settings, out: &mut String) -> std::io::Result<bool> {
    let name = if path.as_os_str() == "-" { "stdin".into() } else { path.to_string_lossy() };
    let mut input = match settings.format {
        Some(Format::Text) => Input::whole(open(path)?, settings.max_bytes),
        _ => Input::new(open(path)?, settings.max_bytes),
    };
    let mut rejected = false;
    while let Some(document) = input.next()? {
        let items = inspect(&document, settings);
        rejected |=
            items.as_ref().map_or(true, |all| all.iter().all(|(_, item, _)| matches!(item, Item::Broken { .. })));
        // Writing to a string cannot fail.
        let _ = describe(&format!("{name}:{}", document.line), items, out);
    }
    Ok(rejected)
}

type Inspected = Result<Vec<(Format, Item, Vec<FieldPath>)>, Error>;

fn inspect(document: &Document, settings: &article::Settings) -> Inspected {
    match &document.content {
        Content::Message(bytes) => article::inspect(&Message::bare(bytes), settings),
        Content::Plain(bytes) => {
            let settings = article::Settings { format: Some(Format::Text), ..settings.clone() };
            article::inspect(&Message::bare(bytes), &settings)
        }
    }
}

fn describe(name: &str, items: Inspected, out: &mut String) -> std::fmt::Result {
    let items = match items {
        Ok(items) => items,
        Err(error) => return writeln!(out, "{name}: rejected: {}: {error}\n", error.code()),
    };
    for (format, item, found) in items {
        writeln!(out, "{name}: {}: {}", format.name(), summarise(&item))?;
        let width = |length: fn(&FieldPath) -> usize| found.iter().map(length).max().unwrap_or_default();
        let (fields, paths) = (width(|it| it.field.name().len()), width(|it| it.path.chars().count()));
        let mut seen: Vec<Field> = Vec::new();
        for FieldPath { field, path, text, .. } in &found {
            // Of a field that occurs more than once, the first one is used.
            let mark = if seen.contains(field) { '-' } else { ' ' };
            seen.push(*field);
            let text = truncate(&one_line(text));
            writeln!(out, "{mark} {:<fields$}  {path:<paths$}  {text}", field.name())?;
        }
        if let Item::Article(article) = &item {
            for Warning { code, message } in &article.warnings {
                writeln!(out, "! {code}: {message}")?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Summarises what becomes of an item.
fn summarise(item: &Item) -> String {
    let reason = |Notice { reason: Warning { code, message }, .. }: &Notice| format!("{code}: {message}");
    match item {
        Item::Article(article) => {
            let Article { published, reference, revision, .. } = &**article;
            let at = if published.has_time { published.at.to_rfc3339() } else { published.date().to_string() };
            format!("an article, revision {revision}, published {at} ({})", reference.name())
        }
        Item::Withdrawn(_, notice) => format!("withdrawn: {}", reason(notice)),
        Item::Skipped(notice) => format!("skipped: {}", reason(notice)),
        Item::Broken { error, .. } => format!("rejected: {}: {error}", error.code()),
    }
}

fn truncate(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
