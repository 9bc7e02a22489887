//! The alerts are tried against workers in several states, and in `timeline_alerts` against the server of the timeline: each
//! fires exactly where it should. The expressions are evaluated
//! here, as Prometheus does, one sample a minute.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::parser::{self, Expr, LabelModifier, VectorSelector};
use saphyr::{LoadableYamlNode, Yaml};

type Labels = BTreeMap<String, String>;

/// The series of a job, with a sample for each minute, `None` where there is none.
pub struct Series(pub Vec<(String, Labels, Vec<Option<f64>>)>, &'static str);

/// What an expression is at some minute.
enum Value {
    Scalar(f64),
    Vector(Vec<(Labels, f64)>),
}

impl Series {
    /// Nothing yet of a job.
    pub fn of(job: &'static str) -> Self {
        Self(Vec::new(), job)
    }

    pub fn add(&mut self, name: &str, labels: &[(&str, &str)], sample: impl Fn(usize) -> f64) {
        let instance = [("instance", "one"), ("job", self.1)];
        let labels = labels.iter().chain(&instance).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.0.push((name.to_owned(), labels.collect(), (0..MINUTES).map(|minute| Some(sample(minute))).collect()));
    }

    /// The samples of the series that a selector names in these minutes.
    fn select(&self, selector: &VectorSelector, minutes: std::ops::RangeInclusive<usize>) -> Vec<(Labels, Vec<f64>)> {
        let name = selector.name.as_deref().unwrap();
        let empty = String::new();
        let is_asked = |labels: &Labels| {
            selector.matchers.matchers.iter().all(|it| it.is_match(labels.get(&it.name).unwrap_or(&empty)))
        };
        let found = self.0.iter().filter(|(of, labels, _)| of == name && is_asked(labels));
        let samples = |samples: &[Option<f64>]| samples[minutes.clone()].iter().copied().flatten().collect();
        found
            .map(|(_, labels, all)| (labels.clone(), samples(all)))
            .filter(|(_, it): &(_, Vec<_>)| !it.is_empty())
            .collect()
    }

    fn at(&self, expression: &Expr, minute: usize) -> Value {
        match expression {
            Expr::NumberLiteral(number) => Value::Scalar(number.val),
            Expr::Paren(paren) => self.at(&paren.expr, minute),
            Expr::VectorSelector(selector) => {
                let found = self.select(selector, minute..=minute).into_iter();
                Value::Vector(found.map(|(labels, samples)| (labels, samples[0])).collect())
            }
            Expr::Call(call) => {
                let found = self.range(&call.args.args[0], minute).into_iter();
                let value = |samples: &[f64]| function(call.func.name, samples);
                Value::Vector(found.filter_map(|(labels, samples)| Some((labels, value(&samples)?))).collect())
            }
            Expr::Aggregate(aggregate) => {
                let mut groups: BTreeMap<Labels, Vec<f64>> = BTreeMap::new();
                for (labels, value) in self.vector(&aggregate.expr, minute) {
                    groups.entry(kept(&labels, aggregate.modifier.as_ref(), false)).or_default().push(value);
                }
                let of = |values: &[f64]| match aggregate.op.to_string().as_str() {
                    "sum" => values.iter().sum(),
                    "count" => values.len() as f64,
                    other => panic!("{other}"),
                };
                Value::Vector(groups.into_iter().map(|(labels, values)| (labels, of(&values))).collect())
            }
            Expr::Binary(binary) => {
                let matching = binary.modifier.as_ref().and_then(|it| it.matching.as_ref());
                let (left, right) = (self.at(&binary.lhs, minute), self.at(&binary.rhs, minute));
                combine(&binary.op.to_string(), left, right, matching)
            }
            other => panic!("{other}"),
        }
    }

    fn vector(&self, expression: &Expr, minute: usize) -> Vec<(Labels, f64)> {
        match self.at(expression, minute) {
            Value::Vector(vector) => vector,
            Value::Scalar(_) => panic!("{expression} is a number"),
        }
    }

    /// The samples of a range, or of a subquery by the minute.
    fn range(&self, expression: &Expr, minute: usize) -> Vec<(Labels, Vec<f64>)> {
        let start = |range: std::time::Duration| minute.saturating_sub((range.as_secs() / 60) as usize);
        match expression {
            Expr::MatrixSelector(matrix) => self.select(&matrix.vs, start(matrix.range)..=minute),
            Expr::Subquery(query) => {
                let mut all: BTreeMap<Labels, Vec<f64>> = BTreeMap::new();
                for (labels, value) in (start(query.range)..=minute).flat_map(|at| self.vector(&query.expr, at)) {
                    all.entry(labels).or_default().push(value);
                }
                all.into_iter().collect()
            }
            other => panic!("{other}"),
        }
    }

    /// The alerts that fire at some minute.
    fn fired(&self) -> BTreeSet<String> {
        let read = |name| std::fs::read_to_string(format!("{}/config/prometheus/{name}", env!("CARGO_MANIFEST_DIR")));
        let texts = ["alerts.yml", "timeline-alerts.yml"].map(|name| read(name).unwrap());
        let documents: Vec<_> = texts.iter().flat_map(|text| Yaml::load_from_str(text).unwrap()).collect();
        let groups = documents.iter().flat_map(|document| document["groups"].as_sequence().unwrap());
        let rules = groups.flat_map(|group| group["rules"].as_sequence().unwrap());
        let fires = |rule: &&Yaml<'_>| {
            let expression = parser::parse(rule["expr"].as_str().unwrap()).unwrap();
            let time = rule["for"].as_str().unwrap();
            let minutes = if let Some(hours) = time.strip_suffix('h') {
                hours.parse::<usize>().unwrap() * 60
            } else {
                time.strip_suffix('m').unwrap().parse().unwrap()
            };
            let mut since: BTreeMap<Labels, usize> = BTreeMap::new();
            (0..MINUTES).any(|minute| {
                let now: BTreeSet<Labels> = self.vector(&expression, minute).into_iter().map(|(it, _)| it).collect();
                since.retain(|labels, _| now.contains(labels));
                now.into_iter().any(|labels| minute - *since.entry(labels).or_insert(minute) >= minutes)
            })
        };
        rules.filter(fires).map(|rule| rule["alert"].as_str().unwrap().to_owned()).collect()
    }
}

/// The labels that are left by a modifier; all, or none, where there is no modifier.
fn kept(labels: &Labels, modifier: Option<&LabelModifier>, all: bool) -> Labels {
    let is_kept = |name: &String| match modifier {
        Some(LabelModifier::Include(names)) => names.labels.contains(name),
        Some(LabelModifier::Exclude(names)) => !names.labels.contains(name),
        None => all,
    };
    labels.iter().filter(|(name, _)| is_kept(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn function(name: &str, samples: &[f64]) -> Option<f64> {
    let minutes = samples.len() as f64 - 1.0;
    let steps = || samples.windows(2);
    let increase = || steps().map(|it| if it[1] < it[0] { it[1] } else { it[1] - it[0] }).sum::<f64>();
    let has_two = minutes > 0.0;
    match name {
        "rate" => has_two.then(|| increase() / (minutes * 60.0)),
        "increase" => has_two.then(increase),
        "changes" => Some(steps().filter(|it| it[0] != it[1]).count() as f64),
        "min_over_time" => samples.iter().copied().reduce(f64::min),
        "max_over_time" => samples.iter().copied().reduce(f64::max),
        "deriv" => has_two.then(|| {
            let mean = samples.iter().sum::<f64>() / samples.len() as f64;
            let around = |at: usize| at as f64 - minutes / 2.0;
            let slope = samples.iter().enumerate().map(|(at, value)| around(at) * (value - mean)).sum::<f64>();
            slope / (0..samples.len()).map(|at| around(at).powi(2)).sum::<f64>() / 60.0
        }),
        other => panic!("{other}"),
    }
}

fn combine(operator: &str, left: Value, right: Value, matching: Option<&LabelModifier>) -> Value {
    let number = |left: f64, right: f64| match operator {
        "+" => Some(left + right),
        "/" => Some(left / right),
        ">" => (left > right).then_some(left),
        "<" => (left < right).then_some(left),
        "==" => (left == right).then_some(left),
        other => panic!("{other}"),
    };
    match (left, right) {
        (Value::Vector(left), Value::Scalar(right)) => {
            Value::Vector(left.into_iter().filter_map(|(labels, left)| Some((labels, number(left, right)?))).collect())
        }
        (Value::Vector(left), Value::Vector(right)) => {
            let right: BTreeMap<Labels, f64> =
                right.into_iter().map(|(labels, value)| (kept(&labels, matching, true), value)).collect();
            let matched = left.into_iter().filter_map(|(labels, left)| {
                let right = *right.get(&kept(&labels, matching, true))?;
                Some((labels, if operator == "and" { left } else { number(left, right)? }))
            });
            Value::Vector(matched.collect())
        }
        _ => panic!("a number {operator} something"),
    }
}

/// How long each worker is watched.
pub const MINUTES: usize = 480;

/// A worker with one partition: what is committed, sent, and readable at each minute, and when it last committed.
fn worker(
    committed: impl Fn(usize) -> f64,
    sent: impl Fn(usize) -> f64,
    readable: impl Fn(usize) -> f64,
    last_commit: impl Fn(usize) -> usize,
) -> Series {
    let mut series = Series::of("dateline");
    let partition = [("topic", "articles"), ("partition", "0")];
    series.add("up", &[], |_| 1.0);
    series.add("dateline_build_info", &[("version", "1")], |_| 1.0);
    series.add("dateline_assigned_partitions", &[], |_| 1.0);
    series.add("dateline_committed_offset", &partition, &committed);
    series.add("dateline_lag", &partition, |minute| readable(minute) - committed(minute));
    series.add("dateline_high_watermark_lag", &partition, |minute| sent(minute) - committed(minute));
    series.add("dateline_last_commit_age_seconds", &[], |minute| (minute - last_commit(minute)) as f64 * 60.0);
    series.add("dateline_articles_total", &[("status", "extracted")], &committed);
    series.add("dateline_offset_resets_total", &[], |_| 0.0);
    series.add("dateline_batches_total", &[("outcome", "committed")], |minute| minute as f64);
    series.add("dateline_batches_total", &[("outcome", "aborted")], |_| 0.0);
    series.add("dateline_http_panics_total", &[], |_| 0.0);
    series
}

pub fn assert_fires(series: &Series, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(series.fired(), expected);
}

#[test]
fn a_healthy_worker_fires_none() {
    let sent = |minute| minute as f64 * 30_000.0;
    // It is a little behind at every scrape.
    let committed = |minute: usize| (sent(minute) - [40.0, 7.0, 0.0, 300.0][minute % 4]).max(0.0);
    assert_fires(&worker(committed, sent, sent, |minute| minute), &[]);
}

#[test]
fn a_quiet_worker_fires_none() {
    let constant = |_| 500.0;
    assert_fires(&worker(constant, constant, constant, |_| 0), &[]);
    // One article comes after hours, and is seen before it is committed.
    let sent = |minute| if minute >= 200 { 501.0 } else { 500.0 };
    let committed = |minute| if minute >= 201 { 501.0 } else { 500.0 };
    assert_fires(&worker(committed, sent, sent, |minute| if minute >= 201 { 201 } else { 0 }), &[]);
}

#[test]
fn a_worker_that_catches_up_fires_none() {
    let sent = |minute| 20_000_000.0 + minute as f64 * 1000.0;
    let committed = |minute| minute as f64 * 40_000.0;
    assert_fires(&worker(committed, sent, sent, |minute| minute), &[]);
}

#[test]
fn a_stuck_worker_is_reported_whether_or_not_messages_keep_coming() {
    for rate in [0.0, 20.0] {
        let sent = move |minute| 510.0 + minute as f64 * rate;
        assert_fires(&worker(|_| 500.0, sent, sent, |_| 0), &["DatelineNotCommitting", "DatelinePartitionIsStuck"]);
    }
}

#[test]
fn a_stuck_partition_is_reported_although_others_go_on() {
    let sent = |minute| minute as f64 * 600.0;
    let mut series = worker(sent, sent, sent, |minute| minute);
    let partition = [("topic", "articles"), ("partition", "1")];
    series.add("dateline_committed_offset", &partition, |_| 70.0);
    series.add("dateline_lag", &partition, |minute| minute as f64);
    series.add("dateline_high_watermark_lag", &partition, |minute| minute as f64);
    assert_fires(&series, &["DatelinePartitionIsStuck"]);
}

#[test]
fn a_worker_that_is_too_slow_is_reported() {
    let sent = |minute| minute as f64 * 30_000.0;
    let committed = |minute| minute as f64 * 20_000.0;
    assert_fires(&worker(committed, sent, sent, |minute| minute), &["DatelineLagGrows"]);
}

#[test]
fn a_transaction_that_stays_open_is_reported_and_one_that_ends_is_not() {
    let sent = |minute| 500.0 + minute as f64;
    assert_fires(&worker(|_| 500.0, sent, |_| 500.0, |_| 0), &["DatelineBehindTransaction"]);
    // Senders that send in transactions, of which one is open at most scrapes.
    let readable = |minute: usize| 500.0 + (minute - minute % 3) as f64;
    assert_fires(&worker(readable, sent, readable, |minute| minute - minute % 3), &[]);
}

#[test]
fn a_position_that_was_moved_is_reported() {
    let constant = |_| 500.0;
    let mut series = worker(constant, constant, constant, |_| 0);
    series.0.retain(|(name, ..)| name != "dateline_offset_resets_total");
    series.add("dateline_offset_resets_total", &[], |minute| if minute < 100 { 0.0 } else { 1.0 });
    assert_fires(&series, &["DatelineOffsetReset"]);
}

#[test]
fn a_worker_that_is_down_is_reported() {
    let constant = |_| 500.0;
    let mut series = worker(constant, constant, constant, |_| 0);
    for (name, _, samples) in &mut series.0 {
        samples[60..].fill((name == "up").then_some(0.0));
    }
    assert_fires(&series, &["DatelineDown"]);
}

#[test]
fn rejections_and_batches_that_are_rolled_back_are_reported() {
    let sent = |minute| minute as f64 * 600.0;
    let mut series = worker(sent, sent, sent, |minute| minute);
    series.add("dateline_rejections_total", &[("reason", "not-json")], |minute| minute as f64 * 60.0);
    assert_fires(&series, &["DatelineRejects"]);
    let mut series = worker(sent, sent, sent, |minute| minute);
    series.0.retain(|(_, labels, _)| labels.get("outcome").is_none_or(|outcome| outcome != "aborted"));
    series.add("dateline_batches_total", &[("outcome", "aborted")], |minute| minute as f64 * 6.0);
    assert_fires(&series, &["DatelineRollsBack"]);
}

#[test]
fn a_panic_of_a_handler_of_a_worker_is_reported() {
    let constant = |_| 500.0;
    let mut series = worker(constant, constant, constant, |_| 0);
    series.0.retain(|(name, ..)| name != "dateline_http_panics_total");
    series.add("dateline_http_panics_total", &[], |minute| if minute < 100 { 0.0 } else { 1.0 });
    assert_fires(&series, &["DatelineHttpPanics"]);
}

#[test]
fn workers_without_partitions_and_of_two_versions_are_reported() {
    let constant = |_| 500.0;
    let mut series = worker(constant, constant, constant, |_| 0);
    series.0.retain(|(name, ..)| name != "dateline_assigned_partitions");
    series.add("dateline_assigned_partitions", &[], |_| 0.0);
    series.add("dateline_build_info", &[("version", "2")], |_| 1.0);
    assert_fires(&series, &["DatelineVersionsDiffer", "DatelineWithoutPartitions"]);
}
