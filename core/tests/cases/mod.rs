//! Runs the readable cases under `tests/cases/<language>/`. `tests/cases/README.md` describes the format.
//!
//! A case is a marked-up body with an arrow. The marks are removed, the engine reads the rest, and what it finds is
//! written in the same form: a failure shows two lines that can be compared word by word.

mod answer;
mod checks;
mod compare;
mod file;
mod markup;

use std::collections::BTreeMap;

use dateline_core::article_language::{ArticleLanguage, LanguageFrom};
use dateline_core::pipeline::{self, Settings};
use dateline_core::record;

use crate::contract;
use answer::Answer;
use compare::Aspect;
use file::Case;

#[test]
fn every_case_is_read_as_marked() {
    let only = std::env::var("DATELINE_CASES").unwrap_or_default();
    let (mut passed, mut total, mut report, mut known) = (0, 0, String::new(), BTreeMap::new());
    for (file, cases) in file::all() {
        let mut failures = String::new();
        for case in cases.iter().filter(|case| file.contains(&only) || case.contains(&only)) {
            total += 1;
            match failure(case, &found(case)) {
                None => passed += 1,
                Some(failure) => failures += &format!("  line {}: {failure}", case.line),
            }
            for aspect in case.fixme.iter().flatten() {
                *known.entry(*aspect).or_insert(0) += 1;
            }
        }
        if !failures.is_empty() {
            report += &format!("\n{file}\n{failures}");
        }
    }
    assert!(total > 0, "no case matches DATELINE_CASES={only}");
    println!("{report}\n{passed}/{total} cases passed; known to be wrong: {}", counts(&known));
    assert!(passed == total, "{} of {total} cases failed; they are listed above", total - passed);
}

/// Returns what the engine finds, every record of which must hold to the schema.
fn found(case: &Case) -> Answer {
    let settings = Settings::with(|it| it.genre = case.given.genre);
    let extraction = pipeline::extract(&case.article(), &settings);
    let answer = markup::answer(&case.body, &extraction);
    let language = ArticleLanguage { tag: case.given.language.clone(), from: LanguageFrom::Told };
    let records = record::event_records(&case.article(), &language, extraction, "tests");
    records.iter().for_each(contract::assert_is_record);
    answer
}

/// Returns what is wrong with a case, and both answers; `None` where all is well.
fn failure(case: &Case, found: &Answer) -> Option<String> {
    let wrong = compare::differences(&case.expected, found);
    let known = case.fixme.as_deref().unwrap_or_default();
    if wrong == known {
        return None;
    }
    let actual = compare::as_detailed_as(&case.expected, found.clone());
    let fault = match &case.fixme {
        None => format!("{} differs", list(&wrong)),
        Some(_) if wrong.is_empty() => "mended; take away its FIXME".to_owned(),
        Some(known) => format!("FIXME says {}, but {} differs", list(known), list(&wrong)),
    };
    Some(format!("{fault}\n    expected  {}\n    actual    {actual}\n", case.expected))
}

fn list(aspects: &[Aspect]) -> String {
    aspects.iter().map(Aspect::to_string).collect::<Vec<_>>().join(", ")
}

fn counts(known: &BTreeMap<Aspect, usize>) -> String {
    let counts: Vec<_> = known.iter().map(|(aspect, count)| format!("{aspect} {count}")).collect();
    if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") }
}
