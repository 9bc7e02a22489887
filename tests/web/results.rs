//! Searches, orders and filters on the page, and the key days.

use serde_json::{Value, json};

use super::browser::{Browser, in_browser};
use super::server::{Server, told};

/// Three statements of two articles, years apart.
fn wire() -> Server {
    let mut server = Server::empty();
    let tell = |summary: &str, [start, end]: [&str; 2], weight: f64, published: &str| {
        let mut event = told(summary, [Some(start), Some(end)], "day");
        event["weight"] = json!(weight);
        event["article"]["id"] = json!(published);
        event["article"]["published_at"] = json!(published);
        event
    };
    let first = tell("The ferry sank", ["1987-03-06", "1987-03-07"], 0.9, "1987-03-07T08:00:00Z");
    let second = tell("The inquiry reported", ["1987-10-12", "1987-10-13"], 0.2, "1987-10-14T08:00:00Z");
    let third = tell("The market fell", ["1987-10-10", "1987-10-11"], 0.6, "1987-10-20T08:00:00Z");
    for event in [first, second, third] {
        let article = event["article"]["id"].as_str().unwrap().to_owned();
        server.publish_events(&article, &[event], json!("extracted"));
    }
    server
}

async fn listed(browser: &Browser) -> Value {
    browser.run("return [...document.querySelectorAll('#rows li button')].map((it) => it.textContent)").await
}

#[tokio::test]
async fn a_search_goes_to_where_its_results_are_and_back_when_it_ends() {
    in_browser(async |browser| {
        let server = wire();
        browser.0.goto(&server.page("#from=1987-10-08&to=1987-10-22")).await.unwrap();
        browser.until_drawn().await;
        browser.find("#q").await.send_keys("ferry").await.unwrap();
        browser.until("location.hash.includes('q=ferry') && document.querySelector('#rows')?.textContent.includes('The ferry sank')").await;
        let [from, to] = browser.span().await;
        let sank = 541_987_200_000.0; // 6 March 1987
        assert!(from <= sank && to > sank && to - from < 40.0 * 86_400_000.0, "{from} {to}");
        browser.run("const q = document.getElementById('q'); q.value = ''; q.dispatchEvent(new Event('input'))").await;
        browser.until("location.hash.includes('from=1987-10-08&to=1987-10-22')").await;
        browser.until_drawn().await;
        assert_eq!(listed(&browser).await, json!(["The market fell", "The inquiry reported"]));
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_list_is_sorted_by_date_by_publication_or_by_weight() {
    in_browser(async |browser| {
        let server = wire();
        browser.0.goto(&server.page("#from=1987-01-01&to=1988-01-01")).await.unwrap();
        browser.until_drawn().await;
        for (order, expected) in [
            ("date", ["The ferry sank", "The market fell", "The inquiry reported"]),
            ("published", ["The market fell", "The inquiry reported", "The ferry sank"]),
            ("weight", ["The ferry sank", "The market fell", "The inquiry reported"]),
        ] {
            browser.find("#sort").await.select_by_value(order).await.unwrap();
            let first = format!(
                "[...document.querySelectorAll('#rows li button')].map((it) => it.textContent).join() === '{}'",
                expected.join(",")
            );
            browser.until(&first).await;
        }
        browser.until("location.hash.includes('sort=weight')").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_date_of_publication_is_a_filter() {
    in_browser(async |browser| {
        let server = wire();
        browser.0.goto(&server.page("#from=1987-01-01&to=1988-01-01")).await.unwrap();
        browser.until_drawn().await;
        browser.click(".extra summary").await;
        let set = |name: &str, day: &str| {
            format!("const it = document.getElementById('{name}'); it.value = '{day}'; it.dispatchEvent(new Event('change'))")
        };
        browser.run(&set("published_from", "1987-10-14")).await;
        browser.until("document.querySelectorAll('#rows li').length === 2").await;
        browser.run(&set("published_to", "1987-10-20")).await;
        browser.until("document.querySelectorAll('#rows li').length === 1").await;
        assert_eq!(listed(&browser).await, json!(["The inquiry reported"]));
        browser.until("location.hash.includes('published_from=1987-10-14&published_to=1987-10-20')").await;
        browser.click("#clear").await;
        browser.until("document.querySelectorAll('#rows li').length === 3").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_key_days_are_those_of_the_visible_period() {
    in_browser(async |browser| {
        let server = wire();
        browser.0.goto(&server.page("#from=1987-10-08&to=1987-10-22&show=days")).await.unwrap();
        browser.until_drawn().await;
        let days =
            browser.run("return [...document.querySelectorAll('.period.day h3')].map((it) => it.textContent)").await;
        assert_eq!(days, json!(["10 October 1987", "12 October 1987"]));
        browser.click("#export summary").await;
        browser.find("#export li a").await;
        let days = browser.run("return document.querySelector('#export a[href*=\"/csv?\"]').href").await;
        assert!(days.as_str().unwrap().contains("days=12"), "{days}");
    })
    .await;
}
