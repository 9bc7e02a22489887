//! What happens while the page is open: arrivals, a withdrawal, a server that ends and comes back.

use serde_json::json;

use super::browser::in_browser;
use super::program::Program;
use super::server::Server;

fn article(id: &str, body: &str) -> Vec<u8> {
    let message = json!({
        "uri": id, "version": "1", "firstcreated": "2019-05-03T09:00:00Z", "headline": id, "body_text": body,
    });
    message.to_string().into_bytes()
}

#[tokio::test]
async fn what_arrives_is_marked_and_what_is_withdrawn_disappears() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        browser.0.goto(&server.page("")).await.unwrap();
        browser.until("!document.getElementById('empty').hidden").await;
        assert_eq!(browser.text("#empty-title").await, "No events yet");
        browser.until("document.getElementById('state').dataset.state === 'live'").await;

        server.publish(&article("bridge", "The bridge was shut last month."));
        browser.find(".item.fresh").await;
        assert_eq!(browser.text("#list .new").await.to_lowercase(), "new");
        browser.until("document.getElementById('announcement').textContent === '1 new event arrived'").await;
        browser.until("document.getElementById('empty').hidden").await;

        server.publish(&article("station", "The station opened in 1913."));
        browser.until("!document.getElementById('arrived').hidden").await;
        browser.click("#arrived").await;
        browser.until("document.querySelector('#list').textContent.includes('The station opened')").await;
        browser.click("#all").await;
        browser.until("document.querySelectorAll('#list li').length === 2").await;

        browser.run("[...document.querySelectorAll('#list li button')].at(-1).click()").await;
        browser.until("document.querySelector('#detail blockquote')?.textContent.includes('bridge')").await;
        server.withdraw("bridge");
        browser.until("document.querySelectorAll('#list li').length === 1").await;
        assert!(browser.text("#detail").await.contains("Withdrawn"));
        browser.until("document.querySelectorAll('.lane:not([hidden]) .item').length === 1").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_page_resumes_when_the_server_is_back() {
    in_browser(async |browser| {
        let mut program = Program::start();
        program.publish(&article("bridge", "The bridge was shut last month."));
        browser.0.goto(&program.page()).await.unwrap();
        browser.until_drawn().await;
        browser.until("document.getElementById('state').dataset.state === 'live'").await;

        program.kill();
        browser.until("document.getElementById('state').dataset.state === 'lost'").await;
        browser.until("!document.getElementById('notice').hidden").await;
        assert!(browser.text("#notice-text").await.contains("lost"));
        browser.until("document.querySelectorAll('#list li').length === 1").await;

        program.publish(&article("tunnel", "The tunnel was dug in April 2019."));
        program.start_again();
        browser.until("document.getElementById('state').dataset.state === 'live'").await;
        browser.until("document.getElementById('notice').hidden").await;
        browser.until("document.querySelectorAll('#list li').length === 2").await;
        browser.find(".item.fresh").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn arrivals_outside_the_period_or_the_filter_do_not_show() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        server.publish(&article("bridge", "The bridge was shut last month."));
        browser.0.goto(&server.page("#q=bridge")).await.unwrap();
        browser.until_drawn().await;
        browser.until("document.getElementById('state').dataset.state === 'live'").await;
        server.publish(&article("tunnel", "The tunnel was dug in April 2019."));
        server.publish(&article("second", "The second bridge was opened in April 2019."));
        browser.until("document.querySelectorAll('#list li').length === 2").await;
        assert!(!browser.text("#list").await.contains("tunnel"));
        assert_eq!(browser.run("return document.querySelectorAll('#list .new').length").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_hidden_tab_holds_no_connection_and_catches_up() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        server.publish(&article("bridge", "The bridge was shut last month."));
        browser.0.goto(&server.page("")).await.unwrap();
        browser.until_drawn().await;
        browser.until("document.getElementById('state').dataset.state === 'live'").await;
        let page = browser.0.window().await.unwrap();
        // A browser has six connections to a server for all its tabs.
        for _ in 0..7 {
            let tab = browser.0.new_window(true).await.unwrap();
            browser.0.switch_to_window(tab.handle).await.unwrap();
            browser.0.goto(&server.page("")).await.unwrap();
            browser.until_drawn().await;
        }
        server.publish(&article("tunnel", "The tunnel was dug in April 2019."));
        browser.0.switch_to_window(page).await.unwrap();
        browser.until("document.querySelectorAll('#list li').length === 2").await;
        browser.find(".item.fresh").await;
    })
    .await;
}
