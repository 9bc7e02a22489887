//! The timeline of `dateline serve`: its API, and its page in a real browser, Chromium driven through chromedriver. The
//! tests of the page are skipped, with a line that says so, where these are missing, unless `DATELINE_TEST_REQUIRE` is
//! `all` or contains `browser`.

mod accessibility;
mod api;
mod browser;
mod client;
mod disk;
mod drawer;
mod export;
mod feed;
mod lanes;
mod limits;
mod live;
mod news;
mod outward;
mod program;
mod results;
mod rows;
mod search;
mod server;
mod sharing;
mod text;
mod view;
