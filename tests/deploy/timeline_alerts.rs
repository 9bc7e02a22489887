//! The alerts of the server of the timeline, tried against one in several states.

use super::alerts::{MINUTES, Series, assert_fires};

/// A server that is well: it stores what comes, answers, and prunes.
fn healthy() -> Series {
    let mut series = Series::of("dateline-timeline");
    let partition = [("topic", "timeline.events"), ("partition", "0")];
    let route = ("route", "/api/events");
    series.add("up", &[], |_| 1.0);
    series.add("dateline_build_info", &[("version", "1")], |_| 1.0);
    series.add("dateline_timeline_writable", &[], |_| 1.0);
    series.add("dateline_timeline_building", &[], |_| 0.0);
    series.add("dateline_timeline_lag", &partition, |minute| [40.0, 0.0, 7.0][minute % 3]);
    series.add("dateline_timeline_applied_records_total", &[], |minute| minute as f64 * 6000.0);
    series.add("dateline_timeline_followers", &[], |_| 64.0);
    series.add("dateline_timeline_database_bytes", &[], |_| 20e9);
    series.add("dateline_timeline_keep_bytes", &[], |_| 20e9);
    // It grows while many ask.
    series.add("dateline_timeline_log_bytes", &[], |minute| if minute % 10 == 0 { 2e9 } else { 64e6 });
    series.add("dateline_http_panics_total", &[], |_| 0.0);
    series.add("dateline_http_responses_total", &[route, ("status", "200")], |minute| minute as f64 * 100.0);
    series.add("dateline_http_responses_total", &[route, ("status", "503")], |minute| minute as f64);
    // Until it has caught up, probes fail.
    let probe = [("route", "/ready"), ("status", "503")];
    series.add("dateline_http_responses_total", &probe, |minute| (minute * 100) as f64);
    series.add("dateline_http_response_seconds_count", &[route], |minute| minute as f64 * 100.0);
    series.add("dateline_http_response_seconds_bucket", &[route, ("le", "0.512")], |minute| minute as f64 * 99.0);
    series
}

/// The same with other samples of a series.
fn with(name: &str, labels: &[(&str, &str)], sample: impl Fn(usize) -> f64) -> Series {
    let mut series = healthy();
    let is_meant = |(of, known, _): &(String, std::collections::BTreeMap<String, String>, _)| {
        of == name && labels.iter().all(|(name, value)| known.get(*name).is_some_and(|known| known == value))
    };
    let before = series.0.len();
    series.0.retain(|it| !is_meant(it));
    assert!(series.0.len() < before, "{name}");
    series.add(name, labels, sample);
    series
}

const PARTITION: [(&str, &str); 2] = [("topic", "timeline.events"), ("partition", "0")];
const ROUTE: (&str, &str) = ("route", "/api/events");

#[test]
fn a_healthy_server_fires_none() {
    assert_fires(&healthy(), &[]);
}

#[test]
fn a_quiet_server_fires_none() {
    let mut series = with("dateline_timeline_lag", &PARTITION, |_| 0.0);
    for (name, _, samples) in &mut series.0 {
        if name.ends_with("_total") || name.contains("_seconds_") {
            samples.fill(Some(7.0));
        }
    }
    assert_fires(&series, &[]);
}

#[test]
fn a_server_that_is_built_or_catches_up_fires_none() {
    let lag = |minute: usize| 5e6 - minute as f64 * 10_000.0;
    assert_fires(&with("dateline_timeline_lag", &PARTITION, lag), &[]);
}

#[test]
fn a_server_that_is_down_is_reported() {
    let mut series = healthy();
    for (name, _, samples) in &mut series.0 {
        samples[60..].fill((name == "up").then_some(0.0));
    }
    assert_fires(&series, &["DatelineTimelineDown"]);
}

#[test]
fn a_server_that_cannot_store_what_is_new_is_reported() {
    let mut series = with("dateline_timeline_writable", &[], |minute| if minute < 100 { 1.0 } else { 0.0 });
    for (name, _, samples) in &mut series.0 {
        if name == "dateline_timeline_applied_records_total" {
            samples[100..].fill(Some(1.0));
        }
        if name == "dateline_timeline_lag" {
            // Not known while nothing is read.
            samples[100..].fill(Some(7.0));
        }
    }
    assert_fires(&series, &["DatelineTimelineReadOnly"]);
    // For a moment, while another program wrote.
    assert_fires(&with("dateline_timeline_writable", &[], |minute| if minute == 100 { 0.0 } else { 1.0 }), &[]);
}

#[test]
fn a_server_that_falls_behind_is_reported() {
    assert_fires(
        &with("dateline_timeline_lag", &PARTITION, |minute| minute as f64 * 1000.0),
        &["DatelineTimelineBehind"],
    );
}

#[test]
fn a_server_that_stores_nothing_although_there_is_something_is_reported() {
    let mut series = with("dateline_timeline_lag", &PARTITION, |_| 12.0);
    assert_fires(&series, &[]);
    for (name, _, samples) in &mut series.0 {
        if name == "dateline_timeline_applied_records_total" {
            samples.fill(Some(1.0));
        }
    }
    assert_fires(&series, &["DatelineTimelineStalled"]);
}

#[test]
fn slow_answers_are_reported() {
    let name = "dateline_http_response_seconds_bucket";
    let labels = [ROUTE, ("le", "0.512")];
    assert_fires(&with(name, &labels, |minute| minute as f64 * 90.0), &["DatelineTimelineSlow"]);
}

#[test]
fn failing_requests_are_reported_and_mistaken_ones_are_not() {
    let name = "dateline_http_responses_total";
    let labels = [ROUTE, ("status", "503")];
    assert_fires(&with(name, &labels, |minute| minute as f64 * 10.0), &["DatelineTimelineErrors"]);
    let mut series = healthy();
    series.add(name, &[ROUTE, ("status", "404")], |minute| minute as f64 * 500.0);
    assert_fires(&series, &[]);
}

#[test]
fn too_many_followers_are_reported() {
    assert_fires(&with("dateline_timeline_followers", &[], |_| 250.0), &["DatelineTimelineFollowers"]);
}

#[test]
fn a_log_that_does_not_shrink_is_reported() {
    assert_fires(&with("dateline_timeline_log_bytes", &[], |_| 2e9), &["DatelineTimelineLogGrows"]);
}

#[test]
fn a_file_that_stays_too_large_is_reported_and_one_without_a_limit_is_not() {
    let name = "dateline_timeline_database_bytes";
    assert_fires(&with(name, &[], |_| 21e9), &["DatelineTimelineTooLarge"]);
    assert_fires(&with(name, &[], |minute| if minute < MINUTES / 2 { 21e9 } else { 20e9 }), &[]);
    assert_fires(&with("dateline_timeline_keep_bytes", &[], |_| 0.0), &[]);
}

#[test]
fn a_panic_of_a_handler_is_reported() {
    let panics = |minute| if minute < 100 { 0.0 } else { 1.0 };
    assert_fires(&with("dateline_http_panics_total", &[], panics), &["DatelineTimelinePanics"]);
}
