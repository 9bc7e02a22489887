//! Trains the tagger and the parser of a language ([`dateline_core::syntax`]) and writes the weights that its pack embeds.
//!
//! ```text
//! cargo run --release -p dateline-core --example train_syntax -- en core/src/language/en/syntax.bin \
//!     --train UD.tsv … --silver PARSED.tsv … --dev UD.tsv …
//! ```
//!
//! `--train` and `--dev` take treebanks of Universal Dependencies, `--silver` text that another parser has parsed; `columns.rs`
//! describes both formats. The same files give the same weights on any machine, to the byte. What is printed for each file
//! of `--dev` is measured with the weights as written.
//!
//! `--buckets` says how many buckets each of the three tables has, as powers of two: 13 15 12 make a file of 0.9 MB.
//!
//! The lexicon of the pack divides the words, so a file must exist already; after a change of its layout, zeros will do.
#![expect(clippy::print_stdout, reason = "a program for maintainers, which prints the accuracy")]

mod columns;
mod oracle;
mod parsing;
mod perceptron;
mod random;
mod report;
mod sentence;
mod tagging;
mod universal;

use std::error::Error;
use std::fs;

use dateline_core::language::{self, Pack, SyntaxWeights};
use dateline_core::syntax::fingerprint;

use self::columns::Columns;
use self::sentence::Sentence;

/// The weight of sentences that people annotated; the other parser makes mistakes, and follows other guidelines in places.
const TREEBANK: usize = 3;

const USAGE: &str = "usage: train_syntax LANGUAGE WEIGHTS.bin --train UD.tsv … [--silver PARSED.tsv …] [--dev UD.tsv …] \
                     [--buckets TAGGER TRANSITIONS RELATIONS]";

/// How many buckets the tables have, as powers of two: 3.1 MB together.
const BUCKETS: [u8; 3] = [15, 16, 14];

/// What the arguments say.
#[derive(Default)]
struct Arguments {
    language: String,
    out: String,
    buckets: [u8; 3],
    train: Vec<String>,
    silver: Vec<String>,
    dev: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let language = &arguments.language;
    let pack = language::pack(language).ok_or_else(|| format!("there is no language pack for `{language}`"))?;
    let mut train = read(&arguments.train, Columns::Universal, pack, TREEBANK)?;
    train.extend(read(&arguments.silver, Columns::Reduced, pack, 1)?);
    let words: usize = train.iter().map(|sentence| sentence.words.len()).sum();
    println!("{} sentences, {words} words", train.len());

    let [tagger, transitions, relations] = arguments.buckets.map(|power| 1 << power);
    let tags = tagging::cross_tags(&train, tagger);
    let tagger = tagging::train(&train, tagger);
    let parser = parsing::train(&train, &tags, [transitions, relations]);
    let file = [&fingerprint::of_features(pack), &*arguments.buckets.to_vec(), &*tagger, &*parser].concat();
    fs::write(&arguments.out, &file)?;

    let weights = SyntaxWeights::read(&file).ok_or("the weights have the wrong length")?;
    for path in &arguments.dev {
        report::print(path, &weights, &read(std::slice::from_ref(path), Columns::Universal, pack, 0)?);
    }
    Ok(())
}

impl Arguments {
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self::default();
        let (mut names, mut flag, mut buckets) = (Vec::new(), String::new(), Vec::new());
        for argument in arguments {
            match flag.as_str() {
                _ if argument.starts_with("--") => flag = argument,
                "" => names.push(argument),
                "--train" => parsed.train.push(argument),
                "--silver" => parsed.silver.push(argument),
                "--dev" => parsed.dev.push(argument),
                "--buckets" => buckets.push(argument.parse::<u8>().map_err(|error| format!("--buckets: {error}"))?),
                other => return Err(format!("there is no `{other}`\n{USAGE}")),
            }
        }
        let [language, out] = <[String; 2]>::try_from(names).map_err(|_| USAGE)?;
        if parsed.train.is_empty() {
            return Err(USAGE.to_owned());
        }
        let buckets = if buckets.is_empty() { BUCKETS } else { buckets.try_into().map_err(|_| USAGE)? };
        Ok(Self { language, out, buckets, ..parsed })
    }
}

/// Reads files into sentences. If they are to be trained on (with a weight above 0), some are there a second time in other
/// case, or as wires without accents write them, with a weight of 1.
fn read(paths: &[String], columns: Columns, pack: &Pack, weight: usize) -> Result<Vec<Sentence>, Box<dyn Error>> {
    let mut sentences = Vec::new();
    for path in paths {
        let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        for (number, tree) in
            columns::read(&text, columns).map_err(|error| format!("{path}: {error}"))?.iter().enumerate()
        {
            sentences.extend(Sentence::of(tree, &tree.text, pack, weight));
            if weight > 0 && number % 2 == 0 && pack.lexicon.writing().accent_apostrophe {
                sentences.extend(Sentence::of(tree, &sentence::without_accents(&tree.text), pack, 1));
            }
            if weight > 0 && number % sentence::RECASED == 0 {
                sentences.extend(Sentence::of(
                    tree,
                    &sentence::recase(&tree.text, number / sentence::RECASED),
                    pack,
                    1,
                ));
            }
        }
    }
    Ok(sentences)
}
