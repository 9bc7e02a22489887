//! Tests of the runner: if it missed a fault, no case could be trusted.

use dateline_core::event::{Open, Status};
use dateline_core::extraction::Extraction;
use dateline_core::pipeline::{self, Settings};
use dateline_core::text::Span;

use super::compare::{Aspect, as_detailed_as, differences};
use super::file::{self, Case};
use super::{answer, failure, markup};

const CASE: &str = "The mine opened in [1902](DATE 1902) and shut in [1987](DATE 1987). \
                    The mill opened from [1990](DATE 1990) to [1992](DATE 1992). \
                    → **opened** happened \"The mine opened\" [Hale Inc]; **shut** happened \"The mine shut\" []; \
                    **opened**#2 happened until 1992 \"The mill opened\" [Leeds, Porto]";

fn read(text: &str) -> Result<Case, String> {
    let cases = file::read(&format!("`published: 2019-05-03`\n\n- {text}\n"), "en");
    cases.map(|mut cases| cases.remove(0)).map_err(|(_, error)| error)
}

fn case(text: &str) -> Case {
    read(text).unwrap()
}

/// Makes an extraction that is right for [`CASE`], whatever the engine found.
fn right(case: &Case) -> Extraction {
    let mut found = pipeline::extract(&case.article(), &Settings::default());
    let mut events = found.events.iter_mut();
    let mut make = |word: &str, nth: usize, line: &str, names: &[&str]| {
        let event = events.next().unwrap();
        let at = case.body.match_indices(word).nth(nth).unwrap().0;
        event.trigger = Some(Span::new(at, at + word.len()));
        event.status = Status::Happened;
        event.summary = line.to_owned();
        event.names = names.iter().map(|name| (*name).to_owned()).collect();
    };
    make("opened", 0, "The mine opened", &["Hale Inc"]);
    make("shut", 0, "The mine shut", &[]);
    make("opened", 1, "The mill opened", &["Leeds", "Porto"]);
    found
}

/// Asserts that [`CASE`] fails in `wrong` and nothing else once the right extraction is changed.
#[track_caller]
fn assert_wrong(wrong: &[Aspect], change: impl FnOnce(&mut Extraction)) {
    let case = case(CASE);
    let mut found = right(&case);
    change(&mut found);
    let found = markup::answer(&case.body, &found);
    assert_eq!(differences(&case.expected, &found), wrong, "\nexpected  {}\nactual    {found}", case.expected);
    assert_eq!(failure(&case, &found).is_some(), !wrong.is_empty());
}

#[test]
fn a_right_answer_passes() {
    assert_wrong(&[], |_| {});
}

#[test]
fn swapped_triggers_fail() {
    assert_wrong(&[Aspect::Trigger], |found| {
        let (first, second) = found.events.split_at_mut(1);
        std::mem::swap(&mut first[0].trigger, &mut second[0].trigger);
    });
}

#[test]
fn the_other_one_of_two_equal_words_fails() {
    assert_wrong(&[Aspect::Trigger], |found| found.events[0].trigger = found.events[2].trigger);
}

#[test]
fn a_missing_trigger_fails() {
    assert_wrong(&[Aspect::Trigger], |found| found.events[1].trigger = None);
}

#[test]
fn a_wrong_status_fails() {
    assert_wrong(&[Aspect::Status], |found| found.events[1].status = Status::Planned);
    assert_wrong(&[Aspect::Status], |found| found.events[1].open = Some(Open::End));
    assert_wrong(&[Aspect::Expression, Aspect::Status], |found| found.expressions[3].value = "1993".into());
}

#[test]
fn a_wrong_line_fails() {
    assert_wrong(&[Aspect::Line], |found| found.events[0].summary = "nonsense".to_owned());
    assert_wrong(&[Aspect::Line], |found| found.events[0].summary += ".");
}

#[test]
fn a_missing_name_fails() {
    assert_wrong(&[Aspect::Names], |found| _ = found.events[2].names.pop());
    assert_wrong(&[Aspect::Names], |found| found.events[1].names.push("Leeds".to_owned()));
    assert_wrong(&[Aspect::Names], |found| found.events[2].names.swap(0, 1));
}

#[test]
fn a_missing_event_fails() {
    assert_wrong(&[Aspect::Event], |found| _ = found.events.remove(1));
    assert_wrong(&[Aspect::Event], |found| found.events.clear());
}

#[test]
fn a_range_that_is_not_seen_fails() {
    assert_wrong(&[Aspect::Event], |found| found.events[2].until = None);
}

#[test]
fn a_wrong_expression_fails() {
    assert_wrong(&[Aspect::Expression], |found| found.expressions[0].value = "1903".into());
}

#[test]
fn several_faults_are_all_seen() {
    assert_wrong(&[Aspect::Trigger, Aspect::Line], |found| {
        found.events[0].trigger = None;
        found.events[2].summary.clear();
    });
}

#[test]
fn what_a_case_leaves_out_is_not_compared() {
    let short = case(
        "The mine opened in [1902](DATE 1902) and shut in [1987](DATE 1987). The mill opened from \
                      [1990](DATE 1990) to [1992](DATE 1992). \
                      → **opened** happened; **shut** happened \"The mine shut\"; **opened**#2 happened until 1992",
    );
    let found = markup::answer(&short.body, &right(&short));
    assert_eq!(failure(&short, &found), None);
    assert_eq!(as_detailed_as(&short.expected, found), short.expected);
}

#[test]
fn a_known_fault_passes_and_its_mend_does_not() {
    let mut case = case(&format!("FIXME(line: the clause is not cut): {CASE}"));
    let right = right(&case);
    let answer = |change: fn(&mut Extraction)| {
        let mut found = right.clone();
        change(&mut found);
        markup::answer(&case.body, &found)
    };
    let (wrong, mended) = (answer(|found| found.events[0].summary.clear()), answer(|_| {}));
    let other = answer(|found| found.events[0].trigger = None);
    assert_eq!(failure(&case, &wrong), None);
    assert!(failure(&case, &mended).unwrap().starts_with("mended"));
    assert!(failure(&case, &other).unwrap().starts_with("FIXME says line, but trigger differs"));
    case.fixme = None;
    assert!(failure(&case, &wrong).unwrap().starts_with("line differs"));
}

#[test]
fn the_two_answers_of_a_failure_can_be_laid_side_by_side() {
    let case = case("The mine shut in [1987](DATE 1987). → **mine** happened");
    let found = super::found(&case);
    assert_eq!(
        failure(&case, &found).unwrap(),
        "trigger differs\n\
         \x20   expected  The mine shut in [1987](DATE 1987). → **mine** happened\n\
         \x20   actual    The mine shut in [1987](DATE 1987). → **shut** happened\n"
    );
}

// ---- reading and writing ----

#[test]
fn marks_can_be_taken_out_and_put_in_again() {
    let expected = "Août: it ran from [3](DATE 2018-06-03) to [7 June](DATE 2018-06-07) [sic] (late)!";
    let case = case(&format!("{expected} → none"));
    assert_eq!(case.body, "Août: it ran from 3 to 7 June [sic] (late)!");
    assert_eq!(super::found(&case).body, expected);
}

#[test]
fn arrows_can_be_read_and_written_again() {
    for arrow in [
        "none",
        "none; **ran** denied; none",
        "**–** happened; **ran**#3 ongoing from then on",
        "**ran** planned up to then; **shut** possible until 2019-06-07",
        "**ran** happened \"It ran\"; **shut** happened [Hale Inc, Leeds]; **shut**#2 repeat",
        "**ran** happened \"He said \"it ran\"\" []; **shut** happened \"It \"shut\"; he left\"",
    ] {
        let items = answer::items(arrow).unwrap();
        let written: Vec<_> = items.iter().map(ToString::to_string).collect();
        assert_eq!(written.join("; "), arrow);
    }
}

#[test]
fn a_case_may_continue_on_indented_lines() {
    let case = case("FIXME(line: why):\n  It ran in\n  [1987](DATE 1987).\n  → **ran** happened\n    \"It ran\"");
    assert_eq!(case.expected.to_string(), "It ran in [1987](DATE 1987). → **ran** happened \"It ran\"");
    assert_eq!(case.fixme, Some(vec![Aspect::Line]));
}

#[test]
fn what_is_not_written_as_the_readme_says_is_refused() {
    let faults = [
        ("It ran in [1987](DATE 1987).", "no arrow"),
        ("It **ran** in [1987](DATE 1987). → **ran** happened", "triggers stand behind the arrow"),
        ("It ran in [1987](DAY 1987). → **ran** happened", "a mark that is none"),
        ("It ran in [1987](DATE 1987). → happened", "starts neither with a trigger"),
        ("It ran in [1987](DATE 1987). → **shut** happened", "the body has no `shut`"),
        ("It ran in [1987](DATE 1987). → **ran**#2 happened", "the body has no `ran` number 2"),
        ("It ran in [1987](DATE 1987). → **ran**#1 happened", "counts from 2"),
        ("It outran it in [1987](DATE 1987). → **ran** happened", "the body has no `ran`"),
        ("It ran in [1987](DATE 1987). → **ran** done", "`done` is no status"),
        ("It ran in [1987](DATE 1987). → **ran** happened until", "is no status"),
        ("It ran in [1987](DATE 1987). → **ran** happened, none", "is no status"),
        ("It ran in [1987](DATE 1987). → **ran** happened \"It ran", "a line without its end"),
        ("It ran in [1987](DATE 1987). → **ran** happened [Leeds", "names without their end"),
        ("It ran in [1987](DATE 1987). → **ran** happened [Leeds] and so on", "follows an event"),
        ("FIXME(it is hard): It ran in [1987](DATE 1987). → **ran** happened", "FIXME says what is wrong"),
        ("FIXME(word: it is hard): It ran in [1987](DATE 1987). → **ran** happened", "there are"),
    ];
    for (text, fault) in faults {
        let error = read(text).map(|_| ()).unwrap_err();
        assert!(error.contains(fault), "{text}\n{error}");
    }
}

#[test]
fn the_examples_of_the_readme_pass() {
    let readme = include_str!("../../../tests/cases/README.md");
    let examples: Vec<_> =
        readme.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.starts_with('`')).collect();
    let cases = file::read(&format!("`published: 2019-05-03`\n{}", examples.join("\n")), "en").unwrap();
    assert!(cases.len() > 4);
    for case in cases {
        let failure = failure(&case, &super::found(&case));
        assert_eq!(failure, None, "{}", failure.as_deref().unwrap_or_default());
    }
}

#[test]
fn a_stretch_of_cases_says_how_much_is_compared() {
    let read = |compare: &str, case: &str| {
        let cases = file::read(&format!("`published: 2019-05-03, compare: {compare}`\n- {case}\n"), "en");
        cases.map(|_| ()).map_err(|(line, error)| format!("{line}: {error}"))
    };
    let body = "It ran in [1987](DATE 1987).";
    read("expressions", body).unwrap();
    read("lines", &format!("{body} → **ran** happened \"It ran\"")).unwrap();
    read("names", &format!("{body} → **ran** happened []")).unwrap();
    assert_eq!(read("expressions", &format!("{body} → none")).unwrap_err(), "2: an arrow below `compare: expressions`");
    assert_eq!(read("lines", &format!("{body} → **ran** happened")).unwrap_err(), "2: an event without its line");
    assert_eq!(read("names", &format!("{body} → **ran** happened")).unwrap_err(), "2: an event without its names");
    assert!(read("nothing", body).unwrap_err().starts_with("1: unknown setting \"compare: nothing\""));
}
