//! The page of `dateline serve` in a real browser: Chromium, driven through chromedriver. Skipped, with a line that
//! says so, where these are missing, unless `DATELINE_TEST_REQUIRE` is `all` or contains `browser`.

mod browser;
mod live;
mod program;
mod server;
mod text;
mod view;
