//! A status and its date agree: nothing that is planned is over, nothing that has happened is still to come.

use chrono::{DateTime, FixedOffset, NaiveTime};
use dateline_core::article::{Article, Published};
use dateline_core::event::Status;
use dateline_core::pipeline::{self, Settings};
use proptest::prelude::*;
use proptest::sample::select;

const SUBJECTS: &[&str] = &["The council", "Voters", "He", "A trial", "The plan", "Police"];

const VERBS: &[&str] = &[
    "met",
    "will meet",
    "is due to meet",
    "was due to meet",
    "had planned to meet",
    "may meet",
    "would meet",
    "meets",
    "set a record",
    "agreed to sell the mine",
    "has been told to close",
    "was postponed",
    "is meeting",
    "announced plans",
    "was meant to open",
    "expects a vote",
    "called for talks",
    "hit the town",
];

const DATES: &[&str] = &[
    "on Friday",
    "on Monday",
    "in May",
    "in December",
    "on 25 August",
    "yesterday",
    "today",
    "tomorrow",
    "this week",
    "this Tuesday",
    "next month",
    "last year",
    "in 2015",
    "in 2031",
    "from Saturday to Sunday",
    "since March",
    "until June",
    "later this month",
    "by the end of the year",
    "at 9 p.m. on Monday",
    "two weeks ago",
    "in the second quarter",
];

fn sentence() -> impl Strategy<Value = String> {
    (select(SUBJECTS), select(VERBS), select(DATES), select(VERBS), select(DATES))
        .prop_map(|(subject, verb, date, other, then)| format!("{subject} {verb} {date} and {other} {then}. "))
}

fn article(body: &str, published: &str) -> Article {
    let at: DateTime<FixedOffset> = published.parse().unwrap();
    Article { language: Some("en".into()), ..Article::new("agreement", body, Published { at, has_time: true }) }
}

#[test]
fn a_tense_that_contradicts_its_date_halves_the_confidence_and_warns() {
    for (body, conflict) in [
        ("The mayor died on 20 June 2031.", true),
        ("The council will meet on 20 June 2001.", true),
        ("The mayor died on 20 June.", false),
        ("The firm moved the vote to 20 June 2031.", false),
        ("The board named a coach for 2031.", false),
        ("The court said on Monday that the ban ends on 1 May 2031.", false),
        ("The firm said in 2001 that it will close the mine by 2005.", false),
    ] {
        let article = article(body, "2019-05-23T12:00:00+00:00");
        let processed = pipeline::process_article(&article, &Settings::default());
        let warned = processed.warnings.iter().any(|warning| warning.code == "date-status-conflict");
        assert_eq!(warned, conflict, "{body}: {:?}", processed.warnings);
        assert_eq!(processed.events.iter().any(|event| event.confidence < 0.5), conflict, "{body}");
    }
}

proptest! {
    #[test]
    fn no_plan_is_over_and_nothing_to_come_has_happened(
        sentences in prop::collection::vec(sentence(), 1..5),
        day in 1u32..=28,
        month in 1u32..=12,
    ) {
        let body = sentences.concat();
        let article = article(&body, &format!("2019-{month:02}-{day:02}T12:00:00+00:00"));
        let found = pipeline::extract(&article, &Settings::default());
        let today = article.published.date();
        for event in &found.events {
            let date = |at: usize| found.expressions[at].interval;
            let start = date(event.expression).and_then(|interval| interval.start);
            let end = date(event.until.unwrap_or(event.expression)).and_then(|interval| interval.end);
            let over = end.is_some_and(|end| end.local() <= today.and_time(NaiveTime::MIN));
            let to_come = start.is_some_and(|start| start.local().date() > today);
            prop_assert!(!(event.status == Status::Planned && over), "planned, but over: {event:?} in {body}");
            prop_assert!(!(event.status == Status::Happened && to_come), "happened, but to come: {event:?} in {body}");
        }
    }
}
