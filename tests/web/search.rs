//! The parameter `q`: whatever its text is, there are results, none, or a 4xx.

use dateline::store::RecordKind;
use dateline::web::Access;
use proptest::prelude::*;
use serde_json::json;

use super::api::Fixture;

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn a_text_is_searched_for_by_its_words_in_any_script() {
    let mut fixture = Fixture::empty(&Access::default());
    for (id, sentence) in
        [("hindi", "मनीष ने पुल को हिन्दी में खोला।"), ("german", "Die Straße nach Zürich wurde 2019 gesperrt.")]
    {
        let event = json!({
            "id": id, "confidence": 0.9,
            "article": {"id": "a1", "title": "t", "source": null, "language": "en"},
            "date": {"start": "2019-04-01", "end": null, "granularity": "day", "basis": "relative"},
            "statement": {"summary": "s", "sentence": sentence, "status": "happened", "names": []},
        });
        fixture.apply(RecordKind::Event, id, &event);
    }
    for (text, found) in [
        ("मनीष", &["hindi"][..]),
        ("हिन्दी मनी", &["hindi"]),
        ("zurich", &["german"]),
        ("Zu\u{308}rich", &["german"]),
        ("मनीष zurich", &[]),
        ("!!!", &[]),
        ("\0", &[]),
        ("🎉", &[]),
        ("\" OR \"", &[]),
        ("*", &[]),
        ("\u{301}\u{94d}", &[]),
    ] {
        assert_eq!(fixture.ids(&format!("q={}", encoded(text))).await, found, "{text:?}");
    }
    assert_eq!(fixture.ids("q=").await.len(), 2, "no search");
    assert_eq!(fixture.get(&format!("/api/events?q={}", encoded(&"मनीष ".repeat(100)))).await.status, 400, "too long");
    let longest = fixture.get(&format!("/api/events?q={}", encoded(&"मनीष ".repeat(60)))).await;
    assert_eq!(longest.status, 200, "{}", longest.body);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_is_an_error_of_the_server(text in text()) {
        thread_local! {
            static FIXTURE: (Fixture, tokio::runtime::Runtime) =
                (Fixture::new(), tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
        }
        FIXTURE.with(|(fixture, runtime)| {
            for path in ["events", "density", "names", "sources", "story", "export/csv"] {
                let response = runtime.block_on(fixture.get(&format!("/api/{path}?q={}", encoded(&text))));
                assert!(response.status.as_u16() < 500, "{path} {text:?}: {}", response.body);
            }
        });
    }
}

/// Words, operators, quotes, controls, marks, symbols and unassigned characters, of any length.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        any::<char>().prop_map(String::from),
        prop_oneof![
            proptest::char::range('\0', '\u{5ff}'),
            proptest::char::range('\u{900}', '\u{dff}'),
            proptest::char::range('\u{1f300}', '\u{1faff}'),
        ]
        .prop_map(String::from),
        proptest::sample::select(vec![
            " AND ", " OR ", " NOT ", "NEAR(", "\"", "*", "^", ":", "text:", "bridge", "'", ")"
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}
