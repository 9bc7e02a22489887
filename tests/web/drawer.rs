//! An open event: beside the timeline on a desk, a sheet from below on a telephone; and where the focus is.

use fantoccini::key::Key;
use serde_json::json;

use super::browser::in_browser;
use super::server::{Server, day_of};

const MARCH: &str = "#from=2026-03-01&to=2026-03-15";

#[tokio::test]
async fn an_event_opens_where_one_looks() {
    in_browser(async |browser| {
        let server = Server::demo();
        for (width, height) in [(1440, 900), (390, 844)] {
            browser.resize(width, height).await;
            browser.0.goto("about:blank").await.unwrap();
            browser.0.goto(&server.page(MARCH)).await.unwrap();
            browser.until_drawn().await;
            browser.run("document.querySelector('[data-lane=day] .item').click()").await;
            browser.until("document.activeElement.id === 'detail-title'").await;
            browser.until("!document.body.hasAttribute('aria-busy')").await;
            let places = browser
                .run(
                    "const box = (css) => document.querySelector(css).getBoundingClientRect(); \
                     const [detail, plot] = [box('#detail'), box('#plot')]; \
                     return [detail.left >= plot.right, detail.top < innerHeight && box('#detail h2').top < innerHeight, \
                       detail.left === 0 && Math.round(detail.bottom) === innerHeight]",
                )
                .await;
            // Beside the chart, or at the lower edge of the screen; the headline is seen without scrolling.
            assert_eq!(places, json!([width == 1440, true, width == 390]), "{width}");
            assert_eq!(browser.run("return scrollY").await, 0);
        }
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_focus_goes_back_to_where_it_came_from() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page(MARCH)).await.unwrap();
        browser.until_drawn().await;
        for css in ["[data-lane=day] .item", "[data-lane=day] .heap, [data-lane=day] h2 button", "#rows li button"] {
            browser.run(&format!("document.querySelector('{css}').focus()")).await;
            browser.press(Key::Enter.into()).await;
            browser.until("document.activeElement.id === 'detail-title'").await;
            browser.until("!document.body.hasAttribute('aria-busy')").await;
            browser.press(Key::Escape.into()).await;
            browser.until("document.getElementById('detail').hidden").await;
            assert_eq!(browser.run(&format!("return document.activeElement.matches('{css}')")).await, true, "{css}");
        }
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_focus_is_never_lost_with_what_leaves_the_view() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        server.publish_events("a", &day_of(120, "1987-10-19", "1987-10-20"), json!("extracted"));
        let view = "#from=1987-10-08&to=1987-10-22";
        let is_lost = "document.activeElement === document.body || document.activeElement === null";
        for (css, leave) in [
            ("[data-lane=day] .item", "document.getElementById('ahead').click()"),
            ("[data-lane=day] .heap", "document.querySelector('[data-span=day]').click()"),
            ("#rows li button", "document.getElementById('ahead').click()"),
            ("#more", "document.getElementById('more').click()"),
        ] {
            browser.0.goto("about:blank").await.unwrap();
            browser.0.goto(&server.page(view)).await.unwrap();
            browser.until_drawn().await;
            browser.run(&format!("document.querySelector('{css}').focus()")).await;
            for _ in 0..3 {
                browser.run(leave).await;
                browser.until("document.querySelector('#plot') && !document.body.hasAttribute('aria-busy')").await;
            }
            assert_eq!(browser.run(&format!("return {is_lost}")).await, false, "{css}");
        }
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn hardly_anything_moves_while_the_page_is_loaded() {
    in_browser(async |browser| {
        let server = Server::demo();
        for (width, height) in [(1440, 900), (768, 1024), (390, 844)] {
            browser.resize(width, height).await;
            browser.0.goto("about:blank").await.unwrap();
            browser.0.goto(&server.page("")).await.unwrap();
            browser.until_drawn().await;
            browser.until("document.getElementById('state').dataset.state === 'live'").await;
            let shift = browser
                .run(
                    "return new Promise((done) => new PerformanceObserver((list) => \
                       done(list.getEntries().filter((it) => !it.hadRecentInput).reduce((sum, { value }) => sum + value, 0)) \
                     ).observe({ type: 'layout-shift', buffered: true }) ?? setTimeout(() => done(0), 500))",
                )
                .await;
            assert!(shift.as_f64().unwrap() < 0.1, "{width}: {shift}");
        }
    })
    .await;
}
