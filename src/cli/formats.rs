//! `dateline formats`: the format of messages and why, what they do to earlier revisions, and where each field was found.
//! It shows exactly what the readers of the formats see.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::input::{Content, Input, InputDocument, open};
use super::message::MessageArgs;
use super::shared::with_advice;
use super::table::one_line;
use super::{FAILED, REJECTED, USAGE, failed, print};
use crate::article::{self, Article, Field, FieldPath, Format, Guess, Inspected, Item, Notice, Withdrawal};
use crate::article_language::{self, ArticleLanguage, LanguageFrom};
use crate::error::{Error, Warning};
use crate::language::{pack, tag_of};
use crate::pipeline::Settings;

/// Shows the format of each message, what it does to earlier revisions, and where each field was found
///
/// Lines that begin with = say what the message is taken for and what follows; the others name a field, where it was
/// found, and its value (- marks one that is not used, ! a warning). Exits with 3 if some of the input would be rejected.
#[derive(Debug, Args)]
pub struct FormatsArgs {
    /// The files to read; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print the `[input.fields]` that fits a sample in JSON, with what each field would hold
    #[arg(long)]
    guess: bool,
    #[command(flatten)]
    message: MessageArgs,
}

/// How much of a value is shown, in characters.
const MAX_VALUE: usize = 72;

/// Runs the command.
pub fn run(args: &FormatsArgs) -> ExitCode {
    let settings = match args.message.settings() {
        Ok(settings) => settings,
        Err(error) => return failed(USAGE, &error),
    };
    let mut out = String::new();
    let mut rejected = false;
    for path in &args.files {
        let describe = if args.guess { guess_file } else { describe_file };
        match describe(path, &settings, &args.message, &mut out) {
            Ok(some) => rejected |= some,
            Err(error) => return failed(FAILED, &format_args!("cannot read {}: {error}", path.display())),
        }
    }
    let printed = print(&out);
    if rejected { REJECTED.into() } else { printed }
}

/// Describes the messages of a file. Returns whether some would be rejected.
fn describe_file(path: &Path, settings: &Settings, args: &MessageArgs, out: &mut String) -> std::io::Result<bool> {
    let name = if path.as_os_str() == "-" { "stdin".into() } else { path.to_string_lossy() };
    let mut input = match settings.input.format {
        Some(Format::Text) => Input::whole(open(path)?, settings.input.max_bytes),
        _ => Input::new(open(path)?, settings.input.max_bytes),
    };
    let mut rejected = false;
    while let Some(document) = input.next()? {
        let items = inspect(&document, &settings.input, args);
        rejected |= items.as_ref().map_or(true, |all| all.iter().all(|one| matches!(one.item, Item::Broken { .. })));
        // Writing to a string cannot fail.
        let _ = describe(&format!("{name}:{}", document.line), items, &settings.language, out);
    }
    Ok(rejected)
}

/// Writes the configuration that fits the first message of a file. Returns whether there is none.
fn guess_file(path: &Path, settings: &Settings, args: &MessageArgs, out: &mut String) -> std::io::Result<bool> {
    let name = path.display();
    let document = Input::new(open(path)?, settings.input.max_bytes).next()?;
    let bytes = match document.map(|document| document.content) {
        Some(Content::Message(bytes) | Content::Plain(bytes)) => bytes,
        None => Vec::new(),
    };
    // Writing to a string cannot fail.
    let (is_rejected, _) = match args.message(&bytes, |message| article::guess(message, &settings.input)) {
        Ok(guess) => (false, write_guess(&name, &guess, out)),
        Err(error) => (true, writeln!(out, "# {name}: {error}")),
    };
    Ok(is_rejected)
}

fn write_guess(name: &impl std::fmt::Display, guess: &Guess, out: &mut String) -> std::fmt::Result {
    writeln!(out, "# {name}")?;
    if let Some(preset) = guess.preset {
        writeln!(out, "# It is recognised as {preset}, so that none of this is needed.")?;
    }
    if let Some(items) = &guess.items {
        writeln!(out, "[input]\nitems = {}\n", quoted(items))?;
    }
    writeln!(out, "[input.fields]")?;
    for field in &guess.fields {
        let paths: Vec<String> = field.paths.iter().map(|path| quoted(path)).collect();
        let paths = if let [path] = paths.as_slice() { path.clone() } else { format!("[{}]", paths.join(", ")) };
        writeln!(out, "{} = {paths}  # {}", field.name, one_line(&field.value))?;
    }
    writeln!(out)
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn inspect(
    document: &InputDocument,
    settings: &article::Settings,
    args: &MessageArgs,
) -> Result<Vec<Inspected>, Error> {
    match &document.content {
        Content::Message(bytes) => args.message(bytes, |message| article::inspect(message, settings)),
        Content::Plain(bytes) => {
            let mut settings = settings.clone();
            settings.format = Some(Format::Text);
            settings.sources = settings.sources.without_formats();
            args.message(bytes, |message| article::inspect(message, &settings))
        }
    }
}

fn describe(
    name: &str,
    items: Result<Vec<Inspected>, Error>,
    assumed_language: &str,
    out: &mut String,
) -> std::fmt::Result {
    let items = match items {
        Ok(items) => items,
        Err(error) => return writeln!(out, "{name}: rejected: {}: {}\n", error.code(), with_advice(&error)),
    };
    for inspected in items {
        let Inspected { format, evidence, item, fields, .. } = &inspected;
        writeln!(out, "{name}: {}: {}", format.name(), summarise(item))?;
        let width = |length: fn(&FieldPath) -> usize| fields.iter().map(length).max().unwrap_or_default();
        let (names, paths) = (width(|it| it.field.name().len()).max(9), width(|it| it.path.chars().count()));
        for (what, answer) in [
            ("format", format!("{}: {evidence}", format.name())),
            ("id", id(item, fields)),
            ("revisions", effect(item, fields)),
            ("text", text(item, fields)),
            ("language", language(item, fields, assumed_language)),
        ] {
            writeln!(out, "= {what:<names$}  {answer}")?;
        }
        let mut seen: Vec<Field> = Vec::new();
        for FieldPath { field, path, text, .. } in fields {
            // Of a field that occurs more than once, the first one is used.
            let mark = if seen.contains(field) { '-' } else { ' ' };
            seen.push(*field);
            let text = truncate(&one_line(text));
            writeln!(out, "{mark} {:<names$}  {path:<paths$}  {text}", field.name())?;
        }
        if let Item::Article(article) = item {
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
        Item::Broken { error, .. } => format!("rejected: {}: {}", error.code(), with_advice(error)),
    }
}

/// Where the value of a field that is used was found.
fn path_of(fields: &[FieldPath], field: Field) -> Option<&str> {
    fields.iter().find(|found| found.field == field).map(|found| found.path.as_str())
}

fn id(item: &Item, fields: &[FieldPath]) -> String {
    let id = match item {
        Item::Article(article) => &article.id,
        Item::Withdrawn(_, notice) | Item::Skipped(notice) => &notice.id,
        Item::Broken { id, .. } => id,
    };
    let found = |field| fields.iter().find(|found| found.field == field);
    match (found(Field::Id).or_else(|| found(Field::Url)), item) {
        // What is no text or number is not the id.
        (Some(FieldPath { text, .. }), Item::Broken { .. }) if !id.starts_with(text.trim()) => "none".to_owned(),
        (Some(FieldPath { path, .. }), _) => format!("{id}, from `{path}`"),
        (None, Item::Broken { .. }) => "none".to_owned(),
        (None, _) => format!("{id}, a digest of the content: no later message can correct or withdraw it"),
    }
}

/// What a withdrawal does that is not of a revision.
const EVERY: &str = "withdraws the article, whichever revision stands";

/// What an item does to earlier revisions of its article, and by what it is known which are earlier.
fn effect(item: &Item, fields: &[FieldPath]) -> String {
    let does = match item {
        Item::Article(_) => "replaces",
        Item::Withdrawn(Withdrawal::RowDeleted, _) => return EVERY.to_owned(),
        Item::Withdrawn(_, notice) if !notice.names_revision => return EVERY.to_owned(),
        Item::Withdrawn(..) => "withdraws",
        Item::Skipped(_) | Item::Broken { .. } => return "changes no earlier one".to_owned(),
    };
    let time = path_of(fields, Field::VersionCreated).or_else(|| path_of(fields, Field::Modified));
    let by = [path_of(fields, Field::Revision), time];
    let order = match by {
        [Some(revision), Some(time)] => format!("in the order of `{revision}`, then of `{time}`"),
        [Some(path), None] | [None, Some(path)] => format!("in the order of `{path}`"),
        [None, None] => "in the order in which they come".to_owned(),
    };
    format!("{does} the earlier ones, {order}")
}

fn text(item: &Item, fields: &[FieldPath]) -> String {
    let path = path_of(fields, Field::Body).or_else(|| path_of(fields, Field::Summary));
    match (item, path) {
        (Item::Article(article), _) if article.scheduled.is_some() => "not needed: fields hold its dates".to_owned(),
        (Item::Article(article), _) if article.body.trim().is_empty() => {
            "none: it is skipped as `empty-text`".to_owned()
        }
        (Item::Article(article), Some(path)) => {
            let length = article.body.chars().count();
            let place = if path.is_empty() { "the whole message".to_owned() } else { format!("from `{path}`") };
            format!("{length} characters, {place}")
        }
        (Item::Withdrawn(..), Some(path)) => format!("in `{path}`, which is not read"),
        (_, Some(path)) => format!("in `{path}`"),
        (_, None) => "none".to_owned(),
    }
}

fn language(item: &Item, fields: &[FieldPath], assumed: &str) -> String {
    let mut declared = fields.iter().filter(|found| found.field == Field::Language);
    let (text, tag) = match item {
        Item::Article(article) => (article.body.as_str(), article.language.as_deref().map(Cow::Borrowed)),
        _ => ("", declared.find_map(|found| tag_of(&found.text))),
    };
    let (ArticleLanguage { tag, from }, _) = article_language::of_text(text, tag.as_deref(), assumed);
    let from = match from {
        LanguageFrom::Told => "",
        LanguageFrom::Found => ", found in the text",
        LanguageFrom::Assumed => ", which is assumed since none is declared",
    };
    let support = if pack(&tag).is_some() { "supported" } else { "not supported" };
    format!("{tag}{from}, {support}")
}

fn truncate(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
