//! Where the page opens, and how one goes from there to any other time: the strip of the whole span, and one click.

use fantoccini::key::Key;
use serde_json::json;

use super::browser::{Browser, Pointer, in_browser};
use super::server::{Server, told};

const DAY: f64 = 86_400_000.0;

/// A wire of 1987, with a statement on a distant year.
fn wire() -> Server {
    let mut server = Server::empty();
    let days = ["1987-03-02", "1987-05-11", "1987-08-20", "1987-10-12", "1987-10-19"];
    let mut events: Vec<_> = days
        .iter()
        .enumerate()
        .map(|(at, day)| {
            let next = format!("{}{:02}", &day[..8], day[8..].parse::<u32>().unwrap() + 1);
            told(&format!("Alpha{at} bravo{at} charlie{at}"), [Some(day), Some(&next)], "day")
        })
        .collect();
    events.push(told("The mill was founded", [Some("1844-01-01"), Some("1845-01-01")], "year"));
    events.push(told("The forecast ends", [Some("2050-01-01"), Some("2051-01-01")], "year"));
    server.publish_events("a", &events, json!("extracted"));
    server
}

/// The middle of an element.
async fn middle(browser: &Browser, css: &str) -> (f64, f64) {
    let (x, y, width, height) = browser.find(css).await.rectangle().await.unwrap();
    (x + width / 2.0, y + height / 2.0)
}

#[tokio::test]
async fn it_opens_on_the_fortnight_up_to_the_newest_publication() {
    in_browser(async |browser| {
        let server = wire();
        browser.0.goto(&server.page("")).await.unwrap();
        browser.until_drawn().await;
        assert_eq!(browser.text("#range").await, "8 – 21 October 1987");
        let listed = browser.text("#rows").await;
        assert!(listed.contains("Alpha3") && listed.contains("Alpha4") && !listed.contains("Alpha2"), "{listed}");
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn news_a_century_everything_and_the_next_14_days_are_one_click_away() {
    in_browser(async |browser| {
        let server = wire();
        browser.0.goto(&server.page("#from=1987-03-01&to=1987-04-01")).await.unwrap();
        browser.until_drawn().await;
        browser.click("[data-span=century]").await;
        browser.until("document.getElementById('range').textContent === '1937 – 2037'").await;
        browser.click("#all").await;
        browser.until("location.hash.includes('from=18') && !document.body.hasAttribute('aria-busy')").await;
        assert_eq!(browser.text("#count").await, "7 events");
        browser.click("#ahead").await;
        let today =
            browser.run("return Math.floor((Date.now() - new Date().getTimezoneOffset() * 6e4) / 864e5) * 864e5").await;
        browser.until("location.hash.includes('from=20')").await;
        assert_eq!(browser.span().await, [today.as_f64().unwrap(), today.as_f64().unwrap() + 14.0 * DAY]);
        browser.click("#news").await;
        browser.until("document.getElementById('range').textContent === '8 – 21 October 1987'").await;
        // Each was a step that the browser can take back.
        browser.0.back().await.unwrap();
        browser.until(&format!("location.hash.includes(new Date({today}).toISOString().slice(0, 10))")).await;
        browser.0.back().await.unwrap();
        browser.until("location.hash.includes('from=18')").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_strip_is_brushed_by_mouse_and_touch() {
    for pointer in [Pointer::Mouse, Pointer::Finger] {
        in_browser(async move |browser| {
            let server = wire();
            browser.0.goto(&server.page("#from=1987-10-08&to=1987-10-22")).await.unwrap();
            browser.until_drawn().await;
            let (x, y, width, _) = browser.find("#overview").await.rectangle().await.unwrap();
            let at = |share: f64| (x + width * share, y + 20.0);
            browser.drag([at(0.3), at(0.6)], pointer).await;
            browser.until("!location.hash.includes('from=1987-10-08')").await;
            browser.until_drawn().await;
            let [from, to] = browser.span().await;
            assert!(to - from > 40.0 * DAY, "{pointer:?} draws a window: {from} {to}");

            let pane = middle(&browser, "#overview .pane").await;
            browser.drag([pane, (pane.0 + 60.0, pane.1)], pointer).await;
            browser
                .until(&format!("Date.parse(new URLSearchParams(location.hash.slice(1)).get('from')) > {from}"))
                .await;
            let [later, end] = browser.span().await;
            assert!(((end - later) - (to - from)).abs() <= DAY, "{pointer:?} moves it: {later} {end}");

            let edge = middle(&browser, "#overview .edge.end").await;
            browser.drag([edge, (edge.0 - 50.0, edge.1)], pointer).await;
            browser.until(&format!("Date.parse(new URLSearchParams(location.hash.slice(1)).get('to')) < {end}")).await;
            assert!((browser.span().await[0] - later).abs() <= DAY, "{pointer:?} moves one end only");
            browser.assert_clean().await;
        })
        .await;
    }
}

#[tokio::test]
async fn the_strip_is_moved_and_resized_by_keys() {
    in_browser(async |browser| {
        let server = wire();
        browser.0.goto(&server.page("#from=1987-10-08&to=1987-10-22")).await.unwrap();
        browser.until_drawn().await;
        let is = |from: &str, to: &str| format!("location.hash.includes('from={from}&to={to}')");
        browser.run("document.querySelector('#overview .pane').focus()").await;
        browser.press(Key::Left.into()).await;
        browser.until(&is("1987-10-07", "1987-10-21")).await;
        browser.press(Key::PageDown.into()).await;
        browser.until(&is("1987-09-23", "1987-10-07")).await;
        browser.press(Key::Tab.into()).await;
        browser.press(Key::Left.into()).await;
        browser.until(&is("1987-09-22", "1987-10-07")).await;
        browser.press(Key::Tab.into()).await;
        browser.press(Key::Right.into()).await;
        browser.until(&is("1987-09-22", "1987-10-09")).await;
        browser.press(Key::End.into()).await;
        browser.until(&is("1987-09-22", "2051-01-01")).await;
        let said = browser.run("return document.activeElement.getAttribute('aria-valuetext')").await;
        assert_eq!(said, "1987 – 2050");
        browser.assert_clean().await;
    })
    .await;
}
