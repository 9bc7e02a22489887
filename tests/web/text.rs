//! The text of records is shown as it is, and never taken for markup.

use dateline::web::Access;
use fantoccini::key::Key;
use serde_json::json;

use super::browser::in_browser;
use super::server::Server;

#[tokio::test]
async fn a_click_shows_the_sentence_its_date_and_its_source() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let article = json!({
            "id": "a", "title": "Bridge shut", "published_at": "2019-05-03", "source": "Vale Gazette",
            "url": "https://gazette.example/bridge", "body": "Good news 🎉 first. The 🌉 bridge was shut last month.",
        });
        let events = server.publish(article.to_string().as_bytes());
        browser.0.goto(&server.page("")).await.unwrap();
        browser.until_drawn().await;
        browser.click(".item").await;
        let sentence = browser.text("#detail blockquote").await;
        assert_eq!(sentence, events[0]["statement"]["sentence"].as_str().unwrap());
        assert_eq!(browser.text("#detail mark.date").await, "last month");
        assert_eq!(browser.text("#detail mark.trigger").await, events[0]["statement"]["trigger"].as_str().unwrap());
        let detail = browser.text("#detail dl").await;
        for part in ["“last month”, counted from 3 May 2019, is April 2019.", "happened", "Vale Gazette", "Bridge shut"]
        {
            assert!(detail.contains(part), "{part:?} in {detail}");
        }
        let link = browser.find("#detail a").await;
        assert_eq!(link.attr("href").await.unwrap().as_deref(), Some("https://gazette.example/bridge"));
        browser.press(Key::Escape.into()).await;
        browser.until("document.getElementById('detail').hidden").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_date_that_counts_from_another_one_names_that_at_its_granularity() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let body = "The mine was sold in 1940. Five years later, it was shut.";
        let events =
            server.publish(json!({"id": "a", "published_at": "2019-05-03", "body": body}).to_string().as_bytes());
        browser.0.goto(&server.page(&format!("#event={}", events[1]["id"].as_str().unwrap()))).await.unwrap();
        let detail = browser.text("#detail dl").await;
        assert!(detail.contains("“Five years later”, counted from 1940 in the story, is 1945."), "{detail}");
    })
    .await;
}

#[tokio::test]
async fn an_article_with_markup_and_script_in_every_field_is_text() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let article = br#"{"id": "a", "published_at": "2019-05-03", "body": "The bridge was shut last month."}"#;
        let mut event = server.publish(article).remove(0);
        let hostile = "<img src=x onerror=\"window.broken=1\"><script>window.broken=1</script>\"'>&amp;\u{202e}";
        for (part, name) in [
            ("article", "title"),
            ("article", "source"),
            ("date", "text"),
            ("statement", "summary"),
            ("statement", "sentence"),
            ("statement", "trigger"),
        ] {
            event[part][name] = json!(format!("{name} {hostile}"));
        }
        event["article"]["url"] = json!("javascript:window.broken=1");
        event["statement"]["names"] = json!([format!("name {hostile}")]);
        event["offsets"]["date"] = json!([0, 40]);
        server.publish_events("a", &[event], json!("extracted"));
        browser.0.goto(&server.page("")).await.unwrap();
        browser.until_drawn().await;
        browser.click(".item").await;
        let detail = browser.text("#detail").await;
        for name in ["title", "source", "summary", "sentence", "text", "name"] {
            assert!(detail.contains(&format!("{name} <img src=x onerror")), "{name} in {detail}");
        }
        assert!(browser.text("#list").await.contains("summary <img src=x"));
        // So are the choices of a filter, and the filter that is set.
        browser.click("#name").await;
        browser.until("document.querySelector('#name-choices option')").await;
        browser
            .run("document.getElementById('name').value = document.querySelector('#name-choices option').value")
            .await;
        browser.run("document.getElementById('name').dispatchEvent(new Event('change'))").await;
        assert!(browser.text("#picked").await.contains("name <img src=x"));
        let made = browser.run("return document.querySelectorAll('img, script:not([src]), #detail a').length").await;
        assert_eq!(made, 0);
        assert!(browser.run("return window.broken ?? null").await.is_null());
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_malformed_address_is_a_view_like_any_other() {
    in_browser(async |browser| {
        let server = Server::demo();
        for view in [
            "#from=x&to=y",
            "#from=9999-99-99&to=0",
            "#from=2030-01-01&to=1930-01-01",
            "#from=-9000-01-01&to=9999-01-01",
            "#confidence=NaN&zone=moon&show=%3Cscript%3E",
            "#event=%3Cimg%20src%3Dx%3E&%%%",
        ] {
            browser.0.goto("about:blank").await.unwrap();
            browser.0.goto(&server.page(view)).await.unwrap();
            browser.until_drawn().await;
            browser.until("document.getElementById('notice').hidden").await;
        }
        assert!(browser.run("return document.querySelectorAll('img').length").await == 0);
    })
    .await;
}

#[tokio::test]
async fn the_time_zone_can_be_chosen() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let article = json!({
            "id": "a", "published_at": "2019-05-03T20:00:00+05:30", "body": "The bridge was shut at 6 p.m. on Friday.",
        });
        let events = server.publish(article.to_string().as_bytes());
        assert_eq!(events[0]["date"]["start"], "2019-05-03T18:00:00+05:30");
        let view = format!("#from=2019-05-03&to=2019-05-04&event={}", events[0]["id"].as_str().unwrap());
        browser.0.goto(&server.page(&view)).await.unwrap();
        browser.until_drawn().await;
        let own = browser.run("return new Date('2019-05-03T18:00:00+05:30').toTimeString().slice(0, 5)").await;
        browser.until(&format!("document.querySelector('#detail .when').textContent.endsWith({own})")).await;
        browser.click(".extra summary").await;
        browser.find("#zone").await.select_by_value("article").await.unwrap();
        browser.until("document.querySelector('#detail .when').textContent.endsWith('18:00')").await;
        browser.until("location.hash.includes('zone=article')").await;
    })
    .await;
}

#[tokio::test]
async fn a_token_is_asked_for_and_kept_for_this_tab_alone() {
    in_browser(async |browser| {
        let mut server = Server::open(Access { token: Some("open sesame".into()), ..Access::default() });
        server.publish(br#"{"id": "a", "published_at": "2019-05-03", "body": "The bridge was shut last month."}"#);
        browser.0.goto(&server.page("")).await.unwrap();
        for token in ["wrong", "open sesame"] {
            browser.until("document.getElementById('token').open").await;
            let field = browser.find("#token-text").await;
            field.clear().await.unwrap();
            field.send_keys(token).await.unwrap();
            browser.click("#token button").await;
        }
        browser.until_drawn().await;
        browser.0.refresh().await.unwrap();
        browser.until_drawn().await;
        assert_eq!(browser.run("return localStorage.length").await, 0, "kept longer than the tab");
        assert!(!browser.0.current_url().await.unwrap().as_str().contains("sesame"));
    })
    .await;
}
