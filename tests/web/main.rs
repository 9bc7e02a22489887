//! The page of `dateline serve` in a real browser: Chromium, driven through chromedriver. Skipped, with a line that
//! says so, where these are missing, unless `DATELINE_TEST_REQUIRE` is `all` or contains `browser`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this is test code")]

mod browser;
mod desk;
mod live;
#[path = "../outside/mod.rs"]
#[expect(dead_code, reason = "nothing here needs a corpus")]
mod outside;
mod program;
mod text;
mod view;
