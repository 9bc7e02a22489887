//! Articles from files or standard input, for the commands that need no Kafka: the flags that say what to read and how,
//! and the reading. Knows nothing of what is made of the articles.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::input::{Content, Document, Input, open};
use super::shared::{ExtractArgs, InputFormat};
use super::{FAILED, REJECTED, USAGE};
use crate::article::{self, Article, Format, Item, Message, Published};
use crate::error::{Error, Warning};
use crate::pipeline::Settings;

/// What to read.
#[derive(Debug, Args)]
pub struct ArticleArgs {
    /// What to read; `-` or nothing is standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the input is, where it is not to be told message by message
    #[arg(long, value_enum, default_value = "auto", value_name = "FORMAT")]
    input_format: InputFormat,
    /// The publication time of input that tells none, such as 2019-05-03T18:35:00+01:00
    #[arg(long, value_name = "TIME")]
    published: Option<String>,
    #[command(flatten)]
    shared: ExtractArgs,
}

/// How the input fared so far.
#[derive(Default)]
pub struct Tally {
    /// How many articles were read.
    pub articles: usize,
    rejected: bool,
    failed: bool,
}

impl ArticleArgs {
    /// Runs a command that reads these articles, and gives its exit code.
    pub fn run(&self, work: impl FnOnce(&Settings) -> io::Result<Tally>) -> ExitCode {
        let settings = match self.settings() {
            Ok(settings) => settings,
            Err(error) => {
                tell(format_args!("error: --published: {error}"));
                return USAGE.into();
            }
        };
        match work(&settings) {
            Ok(Tally { failed: true, .. }) => FAILED.into(),
            Ok(Tally { rejected: true, .. }) => REJECTED.into(),
            Ok(_) => ExitCode::SUCCESS,
            // Who reads has seen enough, as in `dateline extract … | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                tell(format_args!("error: cannot write: {error}"));
                FAILED.into()
            }
        }
    }

    fn settings(&self) -> Result<Settings, Error> {
        let mut settings = Settings::default();
        self.shared.apply(&mut settings);
        settings.input.format = self.input_format.0;
        if let Some(text) = &self.published {
            settings.input.published = Some(Published::parse(text, settings.input.timezone)?);
        }
        Ok(settings)
    }

    /// Hands on each article; what comes back are warnings. Errors are those of handing on; what cannot be read is told
    /// on standard error, and tallied.
    pub fn each<F>(&self, settings: &article::Settings, mut take: F) -> io::Result<Tally>
    where
        F: FnMut(&Article) -> io::Result<Vec<Warning>>,
    {
        let mut tally = Tally::default();
        let standard_input = [PathBuf::from("-")];
        let files = if self.files.is_empty() { &standard_input } else { self.files.as_slice() };
        for path in files {
            read_file(path, settings, &mut take, &mut tally)?;
        }
        Ok(tally)
    }
}

fn read_file<F>(path: &Path, settings: &article::Settings, take: &mut F, tally: &mut Tally) -> io::Result<()>
where
    F: FnMut(&Article) -> io::Result<Vec<Warning>>,
{
    let name = if path.as_os_str() == "-" { "stdin".into() } else { path.to_string_lossy() };
    let mut failed = |error: io::Error| {
        tell(format_args!("error: cannot read {name}: {error}"));
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
        for item in read(&document, settings) {
            match item {
                Ok(Item::Article(article)) => {
                    tally.articles += 1;
                    for Warning { code, message } in take(&article)? {
                        tell(format_args!("{name}:{}: warning: {code}: {message}", document.line));
                    }
                }
                Ok(Item::Withdrawn(_, passed) | Item::Skipped(passed)) => {
                    let Warning { code, message } = passed.reason;
                    tell(format_args!("{name}:{}: passed over: {code}: {}: {message}", document.line, passed.id));
                }
                Ok(Item::Broken { error, .. }) | Err(error) => {
                    tell(format_args!("{name}:{}: {}: {error}", document.line, error.code()));
                    tally.rejected = true;
                }
            }
        }
    }
}

/// The items of a document, or why there are none.
fn read(document: &Document, settings: &article::Settings) -> Vec<Result<Item, Error>> {
    let text = || article::Settings { format: Some(Format::Text), ..settings.clone() };
    let found = match &document.content {
        Content::Message(bytes) => article::read(&Message::bare(bytes), settings),
        Content::Plain(bytes) => article::read(&Message::bare(bytes), &text()),
    };
    found.map_or_else(|error| vec![Err(error)], |items| items.into_iter().map(Ok).collect())
}

/// Writes to standard error; where that is closed there is nobody to tell.
fn tell(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}
