//! The page for those who do not see it, who do not use a mouse, or who print it: axe-core in every state, headings,
//! forced colours, paper.

use std::fs;

use serde_json::json;

use super::browser::{Browser, in_browser};
use super::server::Server;
use crate::maven::fetched;
use crate::outside::skip;

const VERSION: &str = "4.10.1";
const MARCH: &str = "#from=2026-03-01&to=2026-03-15";

/// The script of axe-core, as Deque publishes it for Java.
fn axe() -> Option<String> {
    let selenium = ("com.deque.html.axe-core", "selenium", VERSION);
    let goal = ["dependency:unpack-dependencies", "-DexcludeTransitive=true", "-Dmdep.unpack.includes=axe.min.js"];
    match fetched(&format!("axe-core-{VERSION}"), &[selenium], &goal) {
        Ok(folder) => Some(fs::read_to_string(folder.join("axe.min.js")).unwrap()),
        Err(error) => {
            skip("browser", &format!("axe-core on the page; {error}"));
            None
        }
    }
}

/// Fails if axe-core finds anything in what the page shows now, or a heading that leaves out a level.
async fn assert_accessible(browser: &Browser, axe: &str, state: &str) {
    browser.until("!document.body.hasAttribute('aria-busy')").await;
    browser.run(axe).await;
    let found = browser
        .run(
            "return axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => \
             violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)]))",
        )
        .await;
    assert_eq!(found, json!([]), "{state}");
    let skipped = browser
        .run(
            "const levels = [...document.querySelectorAll('h1, h2, h3, h4')].filter((it) => it.checkVisibility()); \
             return levels.filter((it, at) => at > 0 && Number(it.tagName[1]) > Number(levels[at - 1].tagName[1]) + 1).map((it) => it.outerHTML)",
        )
        .await;
    assert_eq!(skipped, json!([]), "{state}: headings that leave out a level");
}

#[tokio::test]
async fn axe_core_finds_nothing_in_any_state() {
    let Some(axe) = axe() else { return };
    in_browser(async move |browser| {
        let server = Server::demo();
        let widths = [(1440, 900), (390, 844)];
        for ((width, height), scheme) in widths.into_iter().flat_map(|size| [(size, "light"), (size, "dark")]) {
            let check =
                async |state: &str| assert_accessible(&browser, &axe, &format!("{width} {scheme} {state}")).await;
            browser.resize(width, height).await;
            browser.emulate("", &[("prefers-color-scheme", scheme)]).await;
            browser.0.goto("about:blank").await.unwrap();
            browser.0.goto(&server.page(MARCH)).await.unwrap();
            browser.until_drawn().await;
            check("the fortnight").await;
            browser.run("document.querySelector('.lane:not([hidden]) .item').click()").await;
            browser.until("document.activeElement.id === 'detail-title'").await;
            check("an event").await;
            browser.run("document.querySelector('.lane:not([hidden]) h2 button').click()").await;
            browser.until("document.querySelector('#detail .list li')").await;
            check("the list behind a count").await;
            browser.run("document.getElementById('close').click()").await;
            browser.run("document.getElementById('all').click()").await;
            browser.until("!location.hash.includes('2026-03-15')").await;
            check("all of time").await;
            browser.run("document.querySelector('[data-show=days]').click()").await;
            browser.until("document.querySelector('.period.day')").await;
            browser.run("document.getElementById('filters').classList.add('shown')").await;
            browser.run("document.querySelectorAll('details').forEach((it) => (it.open = true))").await;
            check("key days, with all menus open").await;
            browser.0.goto(&server.page("#q=nowhere")).await.unwrap();
            browser.until("!document.getElementById('empty').hidden").await;
            check("no results").await;
            browser.0.goto(&server.page(&format!("?embed=1{MARCH}"))).await.unwrap();
            browser.until_drawn().await;
            check("within another page").await;
        }
    })
    .await;
}

#[tokio::test]
async fn marks_are_seen_in_forced_colours() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.emulate("", &[("forced-colors", "active")]).await;
        browser.0.goto(&server.page(MARCH)).await.unwrap();
        browser.until_drawn().await;
        let unseen = browser
            .run(
                "const paper = getComputedStyle(document.body).backgroundColor; \
                 const seen = (it) => { const style = getComputedStyle(it); \
                   return (parseFloat(style.borderTopWidth) > 0 && style.borderTopColor !== paper) || style.backgroundImage !== 'none' \
                     || ![paper, 'rgba(0, 0, 0, 0)'].includes(style.backgroundColor); }; \
                 return [...document.querySelectorAll('.lane:not([hidden]) .band, .heap, .list .mark, .pane, .edge')] \
                   .filter((it) => it.checkVisibility() && !seen(it.matches('.edge') ? it.parentElement.querySelector('.pane') : it)).map((it) => it.outerHTML)",
            )
            .await;
        assert_eq!(unseen, json!([]));
    })
    .await;
}

#[tokio::test]
async fn paper_has_the_chart_the_list_and_the_open_event_without_the_controls() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page(MARCH)).await.unwrap();
        browser.until_drawn().await;
        browser.run("document.querySelector('#rows li button').click()").await;
        browser.until("document.activeElement.id === 'detail-title'").await;
        browser.emulate("print", &[]).await;
        browser.run("dispatchEvent(new Event('beforeprint'))").await;
        for (css, is_shown) in [
            ("#range", true),
            ("#plot", true),
            ("#rows", true),
            ("#detail blockquote", true),
            (".controls", false),
            (".zoom", false),
            ("#overview", false),
            ("#close", false),
            ("#export", false),
        ] {
            let shown = browser.run(&format!("return document.querySelector('{css}').checkVisibility()")).await;
            assert_eq!(shown, is_shown, "{css}");
        }
        let width = browser.run("return document.getElementById('plot').clientWidth").await;
        assert_eq!(width, 960, "the chart is as wide as a page");
        browser.run("dispatchEvent(new Event('afterprint'))").await;
        assert_ne!(browser.run("return document.getElementById('plot').clientWidth").await, 960);
    })
    .await;
}
