//! The page: static files, embedded in the program. All of its logic runs in the browser.

/// Returns a file of the page, with its media type.
#[must_use]
pub fn asset(path: &str) -> Option<(&'static str, &'static [u8])> {
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    const STYLE: &str = "text/css; charset=utf-8";
    Some(match path {
        "index.html" => ("text/html; charset=utf-8", include_bytes!("index.html")),
        "icon.svg" => ("image/svg+xml", include_bytes!("icon.svg")),
        "style.css" => (STYLE, include_bytes!("style.css")),
        "timeline.css" => (STYLE, include_bytes!("timeline.css")),
        "address.js" => (SCRIPT, include_bytes!("address.js")),
        "api.js" => (SCRIPT, include_bytes!("api.js")),
        "app.js" => (SCRIPT, include_bytes!("app.js")),
        "detail.js" => (SCRIPT, include_bytes!("detail.js")),
        "dom.js" => (SCRIPT, include_bytes!("dom.js")),
        "drawer.js" => (SCRIPT, include_bytes!("drawer.js")),
        "export.js" => (SCRIPT, include_bytes!("export.js")),
        "feed.js" => (SCRIPT, include_bytes!("feed.js")),
        "filters.js" => (SCRIPT, include_bytes!("filters.js")),
        "gestures.js" => (SCRIPT, include_bytes!("gestures.js")),
        "lanes.js" => (SCRIPT, include_bytes!("lanes.js")),
        "layout.js" => (SCRIPT, include_bytes!("layout.js")),
        "list.js" => (SCRIPT, include_bytes!("list.js")),
        "live.js" => (SCRIPT, include_bytes!("live.js")),
        "load.js" => (SCRIPT, include_bytes!("load.js")),
        "overview.js" => (SCRIPT, include_bytes!("overview.js")),
        "plot.js" => (SCRIPT, include_bytes!("plot.js")),
        "stretch.js" => (SCRIPT, include_bytes!("stretch.js")),
        "ticks.js" => (SCRIPT, include_bytes!("ticks.js")),
        "time.js" => (SCRIPT, include_bytes!("time.js")),
        "words.js" => (SCRIPT, include_bytes!("words.js")),
        _ => return None,
    })
}
