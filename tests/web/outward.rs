//! What leaves the page: files, addresses to subscribe to, and the page within another one.

use dateline::web::Access;
use serde_json::{Value, json};

use super::browser::{Browser, in_browser};
use super::server::Server;

const MARCH: &str = "#status=planned&from=2026-03-01&to=2026-04-01";

/// The addresses in the menu.
async fn addresses(browser: &Browser) -> Vec<String> {
    browser.click("#export summary").await;
    browser.find("#export li a").await;
    let all = browser.run("return [...document.querySelectorAll('#export li a')].map((it) => it.href)").await;
    serde_json::from_value(all).unwrap()
}

#[tokio::test]
async fn each_address_of_the_menu_answers_with_what_is_shown() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page(MARCH)).await.unwrap();
        browser.until_drawn().await;
        let addresses = addresses(&browser).await;
        for form in ["csv", "ics", "timelinejs", "vis", "jsonl", "rss", "atom", "jsonfeed"] {
            let address = addresses.iter().find(|address| address.contains(&format!("/{form}?")));
            let address = address.unwrap_or_else(|| panic!("no {form} in {addresses:?}"));
            assert!(address.contains("status=planned") && address.contains("fold=true"), "{address}");
            let answer = browser
                .run(&format!("return fetch('{address}').then(async (it) => [it.status, (await it.text()).length])"))
                .await;
            assert!(answer[0] == 200 && answer[1].as_u64() > Some(100), "{address}: {answer}");
        }
        let calendar = addresses.iter().find(|address| address.starts_with("webcal:")).unwrap();
        assert!(calendar.contains("/api/export/ics?") && calendar.contains("from=today"), "{calendar}");
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_file_is_fetched_with_the_token() {
    in_browser(async |browser| {
        let mut server = Server::open(Access { token: Some("open sesame".into()), ..Access::default() });
        server.publish(br#"{"id": "a", "published_at": "2019-05-03", "body": "The bridge was shut on 2 May."}"#);
        browser.0.goto(&server.page("")).await.unwrap();
        browser.until("document.getElementById('token').open").await;
        browser.find("#token-text").await.send_keys("open sesame").await.unwrap();
        browser.click("#token button").await;
        browser.until_drawn().await;
        addresses(&browser).await;
        browser
            .run(
                "window.saved = []; \
                 HTMLAnchorElement.prototype.click = function () { saved.push([this.download, this.href]); }; \
                 document.querySelector('#export a[download]').dispatchEvent(new MouseEvent('click', { cancelable: true }))",
            )
            .await;
        browser.until("window.saved.length === 1").await;
        let saved = browser.run("return saved[0]").await;
        assert_eq!(saved[0], "timeline.csv");
        assert!(saved[1].as_str().unwrap().starts_with("blob:"), "{saved}");
        assert!(browser.text("#export .note").await.contains("read-only link"));
    })
    .await;
}

#[tokio::test]
async fn within_another_page_there_are_the_chart_and_the_list_and_a_way_out() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page(&format!("?embed=1{MARCH}"))).await.unwrap();
        browser.until_drawn().await;
        for (css, is_shown) in [
            ("#plot", true),
            ("#list", true),
            ("#range", true),
            ("header", false),
            (".controls", false),
            ("#overview", false),
            ("#export", false),
        ] {
            let shown = browser.run(&format!("return document.querySelector('{css}').checkVisibility()")).await;
            assert_eq!(shown, is_shown, "{css}");
        }
        let whole = browser.run("return document.getElementById('whole').href").await;
        assert_eq!(whole, json!(server.page(MARCH)));
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_frame_to_copy_shows_the_same_view() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page(MARCH)).await.unwrap();
        browser.until_drawn().await;
        addresses(&browser).await;
        browser
            .run("Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => (window.copied = text) } })")
            .await;
        browser.run("[...document.querySelectorAll('#export .copy')].at(-1).click()").await;
        browser.until("window.copied?.startsWith('<iframe ')").await;
        let source: Value = browser
            .run("return new DOMParser().parseFromString(copied, 'text/html').querySelector('iframe').src")
            .await;
        let view = browser.run("return location.hash").await;
        assert_eq!(source, json!(format!("{}{}", server.page("?embed=1"), view.as_str().unwrap())));
    })
    .await;
}
