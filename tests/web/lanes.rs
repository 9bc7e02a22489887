//! What the lanes draw, and how the counts of what they do not draw lead to it.

use serde_json::json;

use super::browser::{Browser, in_browser};
use super::server::{Server, day_of, told};

const FORTNIGHT: &str = "#from=1987-10-08&to=1987-10-22";

/// What a lane draws: the texts of its events.
async fn drawn(browser: &Browser, lane: &str) -> Vec<String> {
    let script =
        format!("return [...document.querySelectorAll('[data-lane={lane}] .item .label')].map((it) => it.textContent)");
    serde_json::from_value(browser.run(&script).await).unwrap()
}

/// How many events the counts of a lane stand for.
async fn counted(browser: &Browser, lane: &str) -> u64 {
    let script = format!(
        "return [...document.querySelectorAll('[data-lane={lane}] .heap')] \
         .reduce((sum, it) => sum + parseInt(it.ariaLabel.replace(',', '')), 0)"
    );
    browser.run(&script).await.as_u64().unwrap()
}

#[tokio::test]
async fn the_fullest_day_draws_its_weightiest_events_and_counts_the_others() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        server.publish_events("a", &day_of(304, "1987-10-19", "1987-10-20"), json!("extracted"));
        for view in [FORTNIGHT, "#from=1987-10-19&to=1987-10-20"] {
            browser.0.goto("about:blank").await.unwrap();
            browser.0.goto(&server.page(view)).await.unwrap();
            browser.until_drawn().await;
            let drawn = drawn(&browser, "day").await;
            assert!(drawn.len() > 8, "{view} draws {drawn:?}");
            assert!(drawn.iter().any(|label| label.starts_with("Alpha0 ")), "the weightiest of all: {drawn:?}");
            assert_eq!(counted(&browser, "day").await + drawn.len() as u64, 304, "{view}");
        }
        // In the view of the day, many share a row.
        let rows = browser
            .run("return new Set([...document.querySelectorAll('[data-lane=day] .item')].map((it) => it.getBoundingClientRect().top)).size")
            .await;
        assert!(drawn(&browser, "day").await.len() as u64 > 3 * rows.as_u64().unwrap());
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn whatever_a_lane_does_not_draw_it_counts() {
    in_browser(async |browser| {
        let server = Server::demo();
        for view in [
            "#from=1838-01-01&to=2040-01-01",
            "#from=1926-01-01&to=2026-01-01",
            "#from=2025-07-01&to=2026-07-01",
            "#from=2026-03-01&to=2026-04-01",
            "#from=2026-03-05&to=2026-03-19",
            "#from=2026-03-12&to=2026-03-13",
        ] {
            browser.0.goto("about:blank").await.unwrap();
            browser.0.goto(&server.page(&format!("{view}&zone=article"))).await.unwrap();
            browser.until_drawn().await;
            let lanes = browser
                .run(
                    "const number = (text) => parseInt(text.replaceAll(',', '')); \
                     return [...document.querySelectorAll('.lane:not([hidden])')].map((lane) => [lane.dataset.lane, \
                       lane.querySelectorAll('.item').length + [...lane.querySelectorAll('.heap')].reduce((sum, it) => sum + number(it.textContent), 0), \
                       number(lane.querySelector('.total').textContent)])",
                )
                .await;
            assert!(!lanes.as_array().unwrap().is_empty());
            for lane in lanes.as_array().unwrap() {
                assert_eq!(lane[1], lane[2], "{view}: {lane}");
            }
        }
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn from_all_of_time_a_count_leads_to_any_event_in_three_clicks() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        server.publish_events("a", &day_of(304, "1987-10-19", "1987-10-20"), json!("extracted"));
        let mut mill = told("The mill was founded", [Some("1844-01-01"), Some("1845-01-01")], "year");
        mill["article"]["id"] = json!("b");
        server.publish_events("b", &[mill], json!("extracted"));
        browser.0.goto(&server.page(FORTNIGHT)).await.unwrap();
        browser.until_drawn().await;
        browser.click("#all").await;
        browser.until("location.hash.includes('from=18') && !document.body.hasAttribute('aria-busy')").await;
        let shown = drawn(&browser, "day").await.len() as u64;
        assert_eq!(shown + counted(&browser, "day").await, 304);
        // The first click opens the list, the weightiest first; the second shows the next of them, the third one of these.
        browser.run("document.querySelector('[data-lane=day] .heap').focus()").await;
        browser.press('\u{e007}').await;
        browser.until("document.querySelectorAll('#detail li').length === 50").await;
        assert_eq!(browser.text("#detail .when").await, "304 events, weightiest first");
        assert!(browser.text("#detail li").await.starts_with("Alpha0 "));
        browser.click("#detail .more").await;
        browser.until("document.querySelectorAll('#detail li').length === 100").await;
        browser.run("document.querySelectorAll('#detail li button')[99].click()").await;
        browser.until("document.querySelector('#detail blockquote')?.textContent.startsWith('Alpha99')").await;
        // And back to the list from which it was opened.
        browser.click("#back").await;
        browser.until("document.querySelectorAll('#detail li').length === 50").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn an_open_end_stands_at_its_known_unit_in_a_lane_of_its_own() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let events = [
            told("The ban was in force", [None, Some("1987-11-01")], "month"),
            told("The ferry has run", [Some("1974-01-01"), None], "year"),
            told("The market fell", [Some("1987-10-19"), Some("1987-10-20")], "day"),
        ];
        server.publish_events("a", &events, json!("extracted"));
        browser.0.goto(&server.page("#from=1987-06-01&to=1988-01-01")).await.unwrap();
        browser.until_drawn().await;
        assert_eq!(drawn(&browser, "open").await, ["The ban was in force"]);
        assert_eq!(drawn(&browser, "day").await, ["The market fell"]);
        assert!(!browser.run("return document.querySelector('#plot').textContent").await.to_string().contains("ferry"));
        let end = browser
            .run(
                "const box = (css) => document.querySelector(css).getBoundingClientRect(); \
                 return (box('[data-lane=open] .band').right - box('#plot').left) / box('#plot').width",
            )
            .await;
        assert!((end.as_f64().unwrap() - 153.0 / 214.0).abs() < 0.01, "it ends with October: {end}");
        // In 1974 it is there, and only there.
        for (view, count) in
            [("#from=1974-01-01&to=1975-01-01", "1 event"), ("#from=1980-01-01&to=1981-01-01", "0 events")]
        {
            browser.0.goto("about:blank").await.unwrap();
            browser.0.goto(&server.page(view)).await.unwrap();
            browser.until(&format!("document.getElementById('count').textContent === '{count}'")).await;
        }
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_list_of_a_day_begins_with_what_begins_on_it_and_folds_the_rest_below() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let events = [
            told("The trade gap grew", [Some("1987-01-01"), Some("1988-01-01")], "year"),
            told("Sales were slow", [Some("1987-10-01"), Some("1987-11-01")], "month"),
            told("The strike went on", [Some("1987-10-05"), Some("1987-10-24")], "day"),
            told("The ban was in force", [None, Some("1988-01-01")], "year"),
            told("The market fell", [Some("1987-10-19"), Some("1987-10-20")], "day"),
            told("Trading was stopped", [Some("1987-10-19T11:00:00Z"), Some("1987-10-19T12:00:00Z")], "hour"),
        ];
        server.publish_events("a", &events, json!("extracted"));
        browser.0.goto(&server.page("#from=1987-10-19&to=1987-10-20&zone=article")).await.unwrap();
        browser.until_drawn().await;
        let listed =
            browser.run("return [...document.querySelectorAll('#rows li button')].map((it) => it.textContent)").await;
        assert_eq!(listed, json!(["The market fell", "Trading was stopped"]));
        let folds =
            browser.run("return [...document.querySelectorAll('#folds summary')].map((it) => it.textContent)").await;
        assert_eq!(folds, json!(["Already under way1 event", "Months1 event", "Years1 event", "Open-ended1 event"]));
        for (fold, text) in [
            ("Already under way", "The strike went on"),
            ("Months", "Sales were slow"),
            ("Years", "The trade gap grew"),
            ("Open-ended", "The ban was in force"),
        ] {
            browser.run(&format!("document.querySelector('[data-fold=\"{fold}\"] summary').click()")).await;
            browser
                .until(&format!("document.querySelector('[data-fold=\"{fold}\"] li button')?.textContent === '{text}'"))
                .await;
        }
        browser.assert_clean().await;
    })
    .await;
}
