//! What is shown, and how one navigates: by mouse, by keys, by the address.

use fantoccini::actions::{Actions, InputSource, MouseActions, PointerAction, TouchActions, WheelAction, WheelActions};
use fantoccini::key::Key;
use serde_json::Value;

use super::browser::{Browser, in_browser};
use super::server::Server;

const HOUR: f64 = 3_600_000.0;
const MARCH: &str = "#from=2026-03-01&to=2026-04-01";

/// The middle of the plot.
async fn middle(browser: &Browser) -> (i64, i64) {
    let (x, y, width, _) = browser.find("#plot").await.rectangle().await.unwrap();
    ((x + width / 2.0) as i64, y as i64 + 40)
}

#[test]
fn each_script_is_loaded_with_the_page_and_not_after_another_one() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/page");
    let page = std::fs::read_to_string(folder.join("index.html")).unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let is_module = name.ends_with(".js") && name != "app.js";
        assert_eq!(
            page.contains(&format!("<link rel=\"modulepreload\" href=\"/assets/{name}\">")),
            is_module,
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_events_of_the_demo_are_drawn_and_listed() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page("")).await.unwrap();
        browser.until_drawn().await;
        let density = browser.run("return fetch('/api/density?fold=true').then((answer) => answer.json())").await;
        assert!(density["total"].as_u64().unwrap() > 200, "{density}");
        browser.click("#all").await;
        // The first view leaves the outermost out; the timeline has them.
        browser.0.goto(&server.page("#from=1800-01-01&to=2100-01-01")).await.unwrap();
        browser.until_drawn().await;
        browser.until(&format!("document.getElementById('count').textContent === '{} events'", density["total"])).await;
        browser.until("document.querySelectorAll('.bars rect').length > 10").await;
        browser.until("document.querySelectorAll('.lane:not([hidden]) .item').length > 20").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_year_is_a_band_and_not_a_point_on_1_january() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        let article = br#"{"id": "a", "published_at": "2019-05-03", "body": "The bridge was built in 1986."}"#;
        let events = server.publish(article);
        assert_eq!(events[0]["date"]["granularity"], "year");
        browser.0.goto(&server.page("#from=1985-01-01&to=1989-01-01")).await.unwrap();
        browser.until_drawn().await;
        let share = "document.querySelector('.item .band').getBoundingClientRect().width \
                     / document.getElementById('plot').clientWidth";
        browser.until(&format!("Math.abs({share} - 0.25) < 0.01")).await;
    })
    .await;
}

#[tokio::test]
async fn an_item_at_the_right_edge_has_its_label_on_the_left() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        server.publish(br#"{"id": "a", "published_at": "2019-05-30", "body": "The old bridge was shut on 29 May."}"#);
        browser.0.goto(&server.page("#from=2019-01-01&to=2019-06-01")).await.unwrap();
        browser.until_drawn().await;
        let left = "const box = (css) => document.querySelector(css).getBoundingClientRect(); \
                    const [label, mark, plot] = ['.item .label', '.item .band', '#plot'].map(box); \
                    return label.width > 100 && label.left > plot.left && label.right <= mark.left + 1";
        assert_eq!(browser.run(left).await, true);
    })
    .await;
}

#[tokio::test]
async fn the_wheel_zooms_and_a_drag_pans() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page("#from=1926-01-01&to=2026-01-01")).await.unwrap();
        browser.until_drawn().await;
        let (x, y) = middle(&browser).await;
        let turn = WheelAction::Scroll { x, y, delta_x: 0, delta_y: -200, duration: None };
        browser.0.perform_actions(WheelActions::new("wheel".into()).then(turn)).await.unwrap();
        browser.until("!location.hash.includes('from=1926-01-01&')").await;
        let [from, to] = browser.span().await;
        assert!(to - from < 80.0 * 365.0 * 24.0 * HOUR, "zoomed in: {from} {to}");
        let centre = f64::midpoint(from, to);
        assert!((centre - 189_302_400_000.0).abs() < 366.0 * 24.0 * HOUR, "around the pointer: {centre}");

        let before = browser.run("return location.hash").await;
        let drag = MouseActions::new("mouse".into())
            .then(PointerAction::MoveTo { duration: None, x: x as f64, y: y as f64 })
            .then(PointerAction::Down { button: 0 })
            .then(PointerAction::MoveTo { duration: None, x: (x - 100) as f64, y: y as f64 })
            .then(PointerAction::MoveTo { duration: None, x: (x - 200) as f64, y: y as f64 })
            .then(PointerAction::Up { button: 0 });
        browser.0.perform_actions(drag).await.unwrap();
        browser.until(&format!("location.hash !== {before}")).await;
        let [moved, end] = browser.span().await;
        assert!(moved > from && ((end - moved) - (to - from)).abs() < 2000.0, "later, as long: {moved} {end}");
        browser.until_drawn().await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn two_fingers_zoom() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page("#from=1926-01-01&to=2026-01-01")).await.unwrap();
        browser.until_drawn().await;
        let (x, y) = middle(&browser).await;
        let finger = |name: &str, direction: i64| {
            let to = |distance: i64| PointerAction::MoveTo {
                duration: None,
                x: (x + direction * distance) as f64,
                y: y as f64,
            };
            TouchActions::new(name.into())
                .then(to(50))
                .then(PointerAction::Down { button: 0 })
                .then(to(100))
                .then(to(200))
                .then(PointerAction::Up { button: 0 })
        };
        browser.0.perform_actions(Actions::from(finger("left", -1)).and(finger("right", 1))).await.unwrap();
        browser.until("!location.hash.includes('from=1926-01-01&')").await;
        let [from, to] = browser.span().await;
        let years = (to - from) / (365.25 * 24.0 * HOUR);
        assert!((years - 25.0).abs() < 1.0, "four times as near: {years} years");
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn keys_alone_go_from_a_century_to_an_hour_and_open_an_event() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page("#from=1976-03-12&to=2076-03-12")).await.unwrap();
        browser.until_drawn().await;
        browser.run("document.getElementById('in').focus()").await;
        // From the last of the buttons over the strip, its window and the ends of that to the plot.
        for _ in 0..4 {
            browser.press(Key::Tab.into()).await;
        }
        browser.until("document.activeElement.id === 'plot'").await;
        for _ in 0..30 {
            browser.press('+').await;
        }
        // The last key has its effect on the address when the view is drawn: the hour is awaited, not read.
        let end = |name| format!("Date.parse(new URLSearchParams(location.hash.slice(1)).get('{name}'))");
        browser.until(&format!("{} - {} === {HOUR}", end("to"), end("from"))).await;
        browser.until("!document.body.hasAttribute('aria-busy')").await;
        browser.press(Key::Right.into()).await;
        browser.press(Key::Home.into()).await;
        browser.until("new URLSearchParams(location.hash.slice(1)).get('from') < '2000'").await;
        browser.until_drawn().await;
        browser.press(Key::Down.into()).await;
        browser.press(Key::Down.into()).await;
        browser.until("document.activeElement.matches('.item')").await;
        let chosen = browser.run("return document.activeElement.dataset.id").await;
        browser.press(Key::Enter.into()).await;
        browser.until("document.activeElement.id === 'detail-title'").await;
        browser.until(&format!("location.hash.includes({chosen})")).await;
        browser.press(Key::Escape.into()).await;
        browser.until(&format!("document.activeElement.dataset.id === {chosen}")).await;
        browser.press('/').await;
        browser.until("document.activeElement.id === 'q'").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn search_and_filters_narrow_the_view_and_are_in_the_address() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page(MARCH)).await.unwrap();
        browser.until_drawn().await;
        let search = browser.find("#q").await;
        search.send_keys("strike").await.unwrap();
        browser.until("location.hash.includes('q=strike') && !document.body.hasAttribute('aria-busy')").await;
        let all = "[...document.querySelectorAll('#list li button')]";
        browser.until(&format!("{all}.length > 0 && {all}.length < 20")).await;
        browser.click("[data-status=planned]").await;
        let planned = "[...document.querySelectorAll('.list li')]";
        browser.until(&format!("{planned}.length > 0 && {planned}.every((it) => it.matches('.planned'))")).await;
        let view = browser.run("return location.hash").await;
        let shown = browser.run(&format!("return {all}.map((it) => it.dataset.id)")).await;

        // Somebody else opens the shared address.
        browser.0.goto("about:blank").await.unwrap();
        browser.0.goto(&server.page(view.as_str().unwrap())).await.unwrap();
        browser.until_drawn().await;
        assert_eq!(browser.run(&format!("return {all}.map((it) => it.dataset.id)")).await, shown);
        assert_eq!(browser.find("#q").await.prop("value").await.unwrap().as_deref(), Some("strike"));

        browser.find("#q").await.send_keys(" nowhere").await.unwrap();
        browser.until("!document.getElementById('empty').hidden").await;
        assert_eq!(browser.text("#empty-title").await, "No matches");
        browser.click("#empty-act").await;
        browser.until("!location.hash.includes('q=') && document.querySelectorAll('.list li').length > 10").await;
        browser.0.back().await.unwrap();
        browser.until("location.hash.includes('q=')").await;
        browser.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_list_has_everything_that_the_plot_shows() {
    in_browser(async |browser| {
        let server = Server::demo();
        browser.0.goto(&server.page(MARCH)).await.unwrap();
        browser.until_drawn().await;
        // What is dated less exactly is folded below.
        browser.run("document.querySelectorAll('#folds details').forEach((it) => (it.open = true))").await;
        browser.until("[...document.querySelectorAll('#folds details')].every((it) => it.querySelector('li'))").await;
        let more = "[...document.querySelectorAll('#list .more')].filter((it) => it.checkVisibility() && !it.disabled)";
        while browser.run(&format!("return {more}.length > 0")).await == true {
            let listed = browser.run("return document.querySelectorAll('#list li').length").await;
            // A list that is drawn anew forgets who asked for more.
            browser.until(&format!("{more}[0]?.click(), document.querySelectorAll('#list li').length > {listed}")).await;
        }
        let ids = |css: &str| format!("return [...document.querySelectorAll('{css}')].map((it) => it.dataset.id)");
        let listed = browser.run(&ids("#list li button")).await;
        let listed = listed.as_array().unwrap();
        assert_eq!(format!("{} events", listed.len()), browser.text("#count").await);
        // Events loaded beyond the view may be drawn at its very edge.
        let drawn = browser.run(&ids(".lane:not([hidden]) .item")).await;
        let missing: Vec<&Value> = drawn.as_array().unwrap().iter().filter(|id| !listed.contains(id)).collect();
        assert!(missing.is_empty(), "{missing:?}");

        let unnamed = browser
            .run(
                "return [...document.querySelectorAll('button, input, select')] \
                 .filter((it) => !it.closest('[hidden]') && !(it.ariaLabel || it.textContent.trim() || it.labels?.length)).map((it) => it.outerHTML)",
            )
            .await;
        assert_eq!(unnamed, serde_json::json!([]), "without a name");
        for landmark in ["header", "search[aria-label]", "main", "section[aria-labelledby=list-title]", "h1", "[aria-live]"] {
            browser.find(landmark).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_century_of_thousands_of_events_takes_few_elements() {
    in_browser(async |browser| {
        let mut server = Server::empty();
        for year in 1930..2026 {
            let days: Vec<_> = (1..28).map(|day| format!("The bridge was shut on {day} May {year}.")).collect();
            let article =
                serde_json::json!({"id": year.to_string(), "published_at": "2026-06-01", "body": days.join(" ")});
            assert_eq!(server.publish(article.to_string().as_bytes()).len(), days.len());
        }
        browser.0.goto(&server.page("#from=1930-01-01&to=2030-01-01")).await.unwrap();
        browser.until_drawn().await;
        assert_eq!(browser.text("#count").await, "2,592 events");
        browser.until("document.querySelectorAll('.heap').length > 10").await;
        let elements = browser.run("return document.querySelectorAll('*').length").await;
        assert!(elements.as_u64().unwrap() < 1500, "{elements} elements");
        // A heap opens as the list of its events.
        browser.run("document.querySelector('[data-lane=day] .heap').click()").await;
        browser.until("document.querySelectorAll('#detail li').length > 0").await;
        browser.assert_clean().await;
    })
    .await;
}
