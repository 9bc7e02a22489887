//! How fast articles become records: JSON in, JSON out, on one core.
//!
//! `cargo bench --bench extract` reads the Reuters wire of 1987 from `$DATELINE_SHARED/corpora/wire/`, else from
//! `../shared/corpora/wire/`; where neither is there, it writes its own stories. Each run must find the same number
//! of events, and more than none, so that a fast wrong answer cannot win.
//!
//! What travels between machines is how many times longer it takes than reading and writing the same JSON and doing
//! nothing with it. The table below says where the time goes.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a program to be read by its user")]

#[path = "../../benches/kafka/sentences.rs"]
mod sentences;

use std::hint::black_box;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};
use dateline_core::article::{Article, Message, Published};
use dateline_core::error::Error;
use dateline_core::language::{self, Pack};
use dateline_core::pipeline::{self, Processed, Settings};
use dateline_core::syntax::{LexedPassage, ParsedPassage, Structure};
use dateline_core::text::{self, Token};
use sentences::SENTENCES;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often each figure is measured.
const RUNS: usize = 7;

/// The stories as they would lie on the topic, and their bodies.
struct Wire {
    messages: Vec<Vec<u8>>,
    articles: Vec<Article>,
}

fn main() {
    // `cargo bench` passes this flag; `cargo test --all-targets` does not, and only wants to know that it runs.
    let stories = if std::env::args().any(|flag| flag == "--bench") { usize::MAX } else { 100 };
    let wire = match reuters() {
        Some(path) => Wire::read(&std::fs::read(&path).unwrap(), stories),
        None => Wire::read(&invented(), stories),
    };
    let body: usize = wire.articles.iter().map(|article| article.body.len()).sum();
    let json: usize = wire.messages.iter().map(Vec::len).sum();
    println!("{} stories, {:.1} MB of text, {:.1} MB of JSON", wire.messages.len(), megabytes(body), megabytes(json));

    let (events, process) = measure(|| {
        let mut out = Vec::new();
        wire.messages.iter().map(|message| process(message, &mut out)).sum()
    });
    assert!(events > 0, "nothing was found, so nothing was measured");
    let (_, extract) = measure(|| wire.articles.iter().map(extract).sum());
    let pack = language::pack("en").unwrap();
    let lexed: Vec<Lexed<'_>> = wire.articles.iter().map(|article| Lexed::of(&article.body, pack)).collect();
    let (words, parse) = measure(|| lexed.iter().map(|lexed| lexed.parse(pack)).sum());
    let (_, echo) = measure(|| wire.messages.iter().map(|message| echo(message)).sum());

    println!("{:<34} {:>9} {:>9}", "", "median", "best");
    row("text, MB/s", &process, |time| megabytes(body) / time);
    row("JSON, MB/s", &process, |time| megabytes(json) / time);
    row("stories/s", &process, |time| wire.messages.len() as f64 / time);
    row("events/s", &process, |time| events as f64 / time);
    row("extraction alone: text, MB/s", &extract, |time| megabytes(body) / time);
    row("tagging and parsing, words/s", &parse, |time| words as f64 / time);
    row("reading and writing JSON, MB/s", &echo, |time| megabytes(json) / time);
    println!(
        "{events} events; {:.1} times as long as reading and writing the same JSON",
        median(&process) / median(&echo)
    );
    shares(&wire.messages);
}

/// One message to the bytes of its records; the number of events.
fn process(message: &[u8], out: &mut Vec<u8>) -> usize {
    written(&pipeline::process(message, &Settings::default()), out)
}

/// Writes the records of one message as lines of JSON; the number of events.
fn written(outcome: &Result<Vec<Processed>, Error>, out: &mut Vec<u8>) -> usize {
    out.clear();
    match outcome {
        Ok(processed) => {
            for event in processed.iter().flat_map(|processed| &processed.events) {
                serde_json::to_writer(&mut *out, event).unwrap();
                out.push(b'\n');
            }
            black_box(out);
            processed.iter().map(|processed| processed.events.len()).sum()
        }
        Err(error) => panic!("a story was rejected: {error}"),
    }
}

/// Which part of the time each stage takes, by a clock that is read between them.
fn shares(messages: &[Vec<u8>]) {
    let names =
        ["read JSON", "clean and lex", "recognise", "parse", "resolve", "tie to events", "records", "write JSON"];
    let (mut times, mut out) = ([Duration::ZERO; 8], Vec::new());
    for message in messages.iter().cycle().take(RUNS * messages.len()) {
        let mut last = Instant::now();
        let mut done = |stage: usize| {
            let now = Instant::now();
            times[stage] += now - std::mem::replace(&mut last, now);
        };
        let outcome =
            pipeline::process_watched(&Message::bare(message), &Settings::default(), &mut |stage| done(stage as usize));
        written(&outcome, &mut out);
        done(names.len() - 1);
    }
    let whole: Duration = times.iter().sum();
    println!("\n{:<34} {:>9}", "stage", "share");
    for (name, time) in names.iter().zip(times) {
        println!("{name:<34} {:>8.1}%", 100.0 * time.as_secs_f64() / whole.as_secs_f64());
    }
}

/// One article already read; the number of events.
fn extract(article: &Article) -> usize {
    black_box(pipeline::extract(article, &Settings::default())).events.len()
}

/// A body in tokens and sentences.
struct Lexed<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    sentences: Vec<Range<usize>>,
}

impl<'a> Lexed<'a> {
    fn of(text: &'a str, pack: &Pack) -> Self {
        let tokens = text::lex(text, &pack.lexicon);
        let sentences = text::sentences(text, &tokens, &pack.lexicon);
        Self { text, tokens, sentences }
    }

    /// Parses all sentences, as extraction does some; the number of words.
    fn parse(&self, pack: &'static Pack) -> usize {
        let lexed = LexedPassage { text: self.text, tokens: &self.tokens, sentences: &self.sentences, pack };
        // No sentence has tags yet: each is tagged and parsed.
        let passage = ParsedPassage::parse(lexed, std::iter::empty());
        let structure = |sentence: &Range<usize>| black_box(Structure::parse(&passage, sentence.clone(), &[]));
        self.sentences.iter().map(|sentence| structure(sentence).tokens().len()).sum()
    }
}

/// What any program on this topic must do at least.
fn echo(message: &[u8]) -> usize {
    let value: serde_json::Value = serde_json::from_slice(message).unwrap();
    black_box(serde_json::to_vec(&value).unwrap()).len()
}

/// The answer, which must be the same in each run, and the times, from short to long. The first run warms up.
fn measure(run: impl Fn() -> usize) -> (usize, Vec<Duration>) {
    let answer = run();
    let mut times: Vec<_> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            assert_eq!(run(), answer, "the same stories gave another answer");
            begun.elapsed()
        })
        .collect();
    times.sort();
    (answer, times)
}

fn row(name: &str, times: &[Duration], figure: impl Fn(f64) -> f64) {
    let best = times.first().map_or(0.0, Duration::as_secs_f64);
    println!("{name:<34} {:>9.1} {:>9.1}", figure(median(times)), figure(best));
}

fn median(times: &[Duration]) -> f64 {
    times.get(times.len() / 2).map_or(0.0, Duration::as_secs_f64)
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

// ---- stories ----

/// Where the Reuters wire is, if it is.
fn reuters() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("DATELINE_SHARED").map_or(beside, PathBuf::from);
    Some(shared.join("corpora/wire/reuters-21578.jsonl")).filter(|path| path.is_file())
}

impl Wire {
    fn read(lines: &[u8], stories: usize) -> Self {
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let messages: Vec<_> = lines.take(stories).map(<[u8]>::to_vec).collect();
        let articles = messages.iter().map(|message| article(message)).collect();
        Self { messages, articles }
    }
}

fn article(message: &[u8]) -> Article {
    let value: serde_json::Value = serde_json::from_slice(message).unwrap();
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let at: DateTime<FixedOffset> = text("published_at").parse().unwrap();
    Article {
        title: text("title"),
        language: Some("en".into()),
        ..Article::new(text("id"), text("body"), Published { at, has_time: true })
    }
}

/// Stories of about the length of a wire's, for where there is no wire.
fn invented() -> Vec<u8> {
    println!("no Reuters wire found (see the head of this file); writing stories instead");
    let story = |number: usize| {
        let length = 4 + number % 11;
        let body: Vec<_> = (0..length).map(|at| SENTENCES[(number + at * at) % SENTENCES.len()]).collect();
        serde_json::json!({
            "id": format!("story-{number}"),
            "title": "A story",
            "body": body.join("\n"),
            "language": "en",
            "published_at": "1987-10-19T15:01:01Z",
        })
    };
    (0..10_000).map(|number| story(number).to_string() + "\n").collect::<String>().into_bytes()
}
