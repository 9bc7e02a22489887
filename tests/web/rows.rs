//! What a row of the list says: what happened, and where that comes from.

use serde_json::{Value, json};

use super::browser::in_browser;
use super::server::{Server, told};

const DAY: [Option<&str>; 2] = [Some("1987-10-19"), Some("1987-10-20")];
const OCTOBER: &str = "#from=1987-10-01&to=1987-11-01&zone=article";

/// The same as another article of another source tells it.
fn from(mut event: Value, id: &str, source: &str, title: &str, published: &str) -> Value {
    event["id"] = json!(format!("{id:0>32}"));
    event["article"]["id"] = json!(id);
    event["article"]["source"] = json!(source);
    event["article"]["title"] = json!(title);
    event["article"]["published_at"] = json!(published);
    event
}

#[tokio::test]
async fn a_row_has_the_headline_the_source_and_the_time_of_its_article() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let event = told("It was pulled down", DAY, "day");
        let event = from(event, "a1", "Vale Gazette", "Old gasworks goes at last", "1987-10-20T08:05:00+01:00");
        server.publish_events("a1", &[event], json!("extracted"));
        browser.0.goto(&server.page(OCTOBER)).await.unwrap();
        browser.until_drawn().await;
        assert_eq!(
            browser.text("#rows .origin").await,
            "Old gasworks goes at last — Vale Gazette, 20 October 1987, 08:05"
        );
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_happening_that_several_articles_tell_is_one_row_until_it_is_unfolded() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let event = told("The Dow Jones index fell 508 points", DAY, "day");
        for (id, source) in [("a1", "Reuters"), ("b2", "Reuters"), ("c3", "Vale Gazette")] {
            let event = from(event.clone(), id, source, "Shares fall", "1987-10-20T08:00:00Z");
            server.publish_events(id, &[event], json!("extracted"));
        }
        browser.0.goto(&server.page(OCTOBER)).await.unwrap();
        browser.until_drawn().await;
        assert_eq!(browser.text("#count").await, "1 event");
        assert_eq!(browser.text("#rows .origin b").await, "3 articles, Reuters and Vale Gazette");
        assert_eq!(browser.text("[data-lane=day] .item .label b").await.trim(), "3×");
        browser.click("#rows li button").await;
        browser.until("document.querySelectorAll('#detail .mentions li').length === 2").await;
        browser.click("#close").await;
        browser.click("#fold").await;
        browser.until("document.querySelectorAll('#rows li').length === 3").await;
        browser.until("location.hash.includes('fold=false')").await;
        assert_eq!(browser.text("#count").await, "3 events");
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_denial_is_struck_out_unless_its_words_deny_already() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let denials = ["The bank collapsed", "Nobody is in danger", "The fund isn't insolvent", "Kein Werk wird geschlossen"];
        let events = denials.map(|summary| {
            let mut event = told(summary, DAY, "day");
            event["statement"]["status"] = json!("denied");
            event
        });
        server.publish_events("a", &events, json!("extracted"));
        browser.0.goto(&server.page(OCTOBER)).await.unwrap();
        browser.until_drawn().await;
        for list in ["#rows li button", "#plot .item .label"] {
            let struck = browser
                .run(&format!(
                    "return [...document.querySelectorAll('{list}')] \
                     .filter((it) => getComputedStyle(it).textDecorationLine === 'line-through').map((it) => it.textContent)"
                ))
                .await;
            assert_eq!(struck, json!(["The bank collapsed"]), "{list}");
        }
        // The mark says so of all of them, and so do the words beside it.
        assert_eq!(browser.run("return document.querySelectorAll('#rows .mark.denied').length").await, 4);
        assert!(browser.text("#rows").await.matches("denied").count() >= 4);
    })
    .await;
}
