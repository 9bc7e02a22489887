//! Every rule's own examples: each phrase has the value that its rule promises, and none of the phrases that a rule
//! must not match is matched by it.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, NaiveTime};
use dateline_core::article::{Article, Published};
use dateline_core::extraction::Extraction;
use dateline_core::language::{Rule, Template, packs};
use dateline_core::pipeline::{Genre, Settings, extract};

fn said(rule: &Rule, text: &str, on: &str, language: &str) -> Extraction {
    let day: NaiveDate = on.parse().expect("examples give a day");
    let at = day.and_time(NaiveTime::MIN).and_utc();
    let article = Article {
        language: Some(language.into()),
        ..Article::new("example", text, Published { at: DateTime::from(at), has_time: false })
    };
    let genre =
        if rule.register == dateline_core::language::Register::History { Genre::Narrative } else { Genre::News };
    extract(&article, &Settings::with(|it| it.genre = genre))
}

/// Words that change a date, and what is no date, do not stand among the expressions under their own name.
fn is_named_in_results(rule: &Rule) -> bool {
    !matches!(rule.template, Template::Modifier { .. } | Template::Nothing)
}

#[test]
fn every_example_has_its_value_and_no_rule_matches_what_it_must_not() {
    let mut wrong = String::new();
    let mut count = 0;
    for pack in packs() {
        for rule in pack.rules.all() {
            for example in &rule.examples {
                count += 1;
                let found = said(rule, &example.text, &example.on, pack.language);
                let right = found.expressions.iter().any(|it| {
                    it.value == example.value
                        && (it.modifier == example.modifier || !is_named_in_results(rule))
                        && (it.expression.rule == rule.id || !is_named_in_results(rule))
                });
                if !right {
                    let got: Vec<_> =
                        found.expressions.iter().map(|it| (it.expression.rule, &it.value, it.modifier)).collect();
                    let _ = writeln!(
                        wrong,
                        "{}: {:?} on {} is not {} {:?}, but {got:?}",
                        rule.id, example.text, example.on, example.value, example.modifier
                    );
                }
            }
            for phrase in &rule.not {
                count += 1;
                let found = said(rule, phrase, "2019-05-03", pack.language);
                if found.expressions.iter().any(|it| it.expression.rule == rule.id) {
                    let _ = writeln!(wrong, "{}: matches {phrase:?}", rule.id);
                }
            }
        }
    }
    assert!(count > 100, "only {count} examples");
    assert!(wrong.is_empty(), "\n{wrong}");
}
