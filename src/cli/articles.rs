//! Articles from files or standard input, for the commands that need no Kafka: the flags that say what to read and how,
//! and the reading. Must not know what is done with the articles.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::input::{Content, Input, InputDocument, open};
use super::message::MessageArgs;
use super::shared::with_advice;
use super::{FAILED, REJECTED, USAGE};
use crate::article::{self, Article, Format, Item, Notice};
use crate::error::{Error, Warning};
use crate::pipeline::Settings;

/// Which articles to read, and how.
#[derive(Debug, Args)]
pub struct ArticleArgs {
    /// The files to read; `-` or none is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    message: MessageArgs,
}

/// How reading the input went.
#[derive(Default)]
pub struct Tally {
    /// How many articles were read.
    pub articles: usize,
    rejected: bool,
    failed: bool,
}

impl ArticleArgs {
    /// Runs a command that reads these articles, and returns its exit code.
    pub fn run(&self, work: impl FnOnce(&Settings) -> io::Result<Tally>) -> ExitCode {
        let settings = match self.message.settings() {
            Ok(settings) => settings,
            Err(error) => {
                print_line(format_args!("error: {error}"));
                return USAGE.into();
            }
        };
        match work(&settings) {
            Ok(Tally { failed: true, .. }) => FAILED.into(),
            Ok(Tally { rejected: true, .. }) => REJECTED.into(),
            Ok(_) => ExitCode::SUCCESS,
            // The reader has seen enough, as in `dateline extract … | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                print_line(format_args!("error: cannot write: {error}"));
                FAILED.into()
            }
        }
    }

    /// Calls `handle` for each article, and prints the warnings that it returns. Input that cannot be read is reported
    /// on standard error, and tallied.
    ///
    /// # Errors
    /// Those of `handle`.
    pub fn for_each<F>(&self, settings: &article::Settings, mut handle: F) -> io::Result<Tally>
    where
        F: FnMut(&Article) -> io::Result<Vec<Warning>>,
    {
        let mut tally = Tally::default();
        let standard_input = [PathBuf::from("-")];
        let files = if self.files.is_empty() { &standard_input } else { self.files.as_slice() };
        for path in files {
            self.read_file(path, settings, &mut handle, &mut tally)?;
        }
        Ok(tally)
    }

    fn read_file<F>(
        &self,
        path: &Path,
        settings: &article::Settings,
        handle: &mut F,
        tally: &mut Tally,
    ) -> io::Result<()>
    where
        F: FnMut(&Article) -> io::Result<Vec<Warning>>,
    {
        let name = if path.as_os_str() == "-" { "stdin".into() } else { path.to_string_lossy() };
        let name = &*name;
        let mut failed = |error: io::Error| {
            print_line(format_args!("error: cannot read {name}: {error}"));
            tally.failed = true;
            Ok(())
        };
        let mut input = match open(path) {
            Ok(reader) if settings.format == Some(Format::Text) => Input::whole(reader, settings.max_bytes),
            Ok(reader) => Input::new(reader, settings.max_bytes),
            Err(error) => return failed(error),
        };
        loop {
            let document = match input.next() {
                Ok(Some(document)) => document,
                Ok(None) => return Ok(()),
                Err(error) => return failed(error),
            };
            for item in self.read(&document, settings) {
                match item {
                    Ok(Item::Article(article)) => {
                        tally.articles += 1;
                        for Warning { code, message } in handle(&article)? {
                            print_line(format_args!("{name}:{}: warning: {code}: {message}", document.line));
                        }
                    }
                    Ok(Item::Withdrawn(_, item)) => print_skipped(name, document.line, "withdrawn", &item),
                    Ok(Item::Skipped(item)) => print_skipped(name, document.line, "skipped", &item),
                    Ok(Item::Broken { error, .. }) | Err(error) => {
                        print_line(format_args!("{name}:{}: {}: {}", document.line, error.code(), with_advice(&error)));
                        tally.rejected = true;
                    }
                }
            }
        }
    }

    /// Returns the items of a document, or why it has none.
    fn read(&self, document: &InputDocument, settings: &article::Settings) -> Vec<Result<Item, Error>> {
        let mut settings = Cow::Borrowed(settings);
        let (Content::Message(bytes) | Content::Plain(bytes)) = &document.content;
        if let Content::Plain(_) = document.content {
            let settings = settings.to_mut();
            settings.format = Some(Format::Text);
            settings.sources = settings.sources.without_formats();
        }
        let items = self.message.message(bytes, |message| article::read(message, &settings));
        items.map_or_else(|error| vec![Err(error)], |items| items.into_iter().map(Ok).collect())
    }
}

fn print_skipped(name: &str, line: usize, status: &str, Notice { id, reason, .. }: &Notice) {
    let Warning { code, message } = reason;
    print_line(format_args!("{name}:{line}: {status}: {code}: {id}: {message}"));
}

/// Writes a line to standard error; if that is closed, there is nowhere left to report to.
fn print_line(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}
