//! The boards and the alerts under `config/` agree with what the program serves: every metric that they name exists,
//! with every label that they use.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::time::Duration;

use dateline::telemetry::{Lag, Metrics, Stage};
use promql_parser::parser::{self, Expr, LabelModifier};
use promql_parser::util::{ExprVisitor, walk_expr};
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

fn read(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What Prometheus adds to what it is served.
const ADDED: [&str; 2] = ["instance", "job"];

/// All series of a worker and of the server of a timeline, with their labels.
fn served() -> Served {
    of_worker().into_iter().chain(of_timeline()).collect()
}

type Served = BTreeMap<String, BTreeSet<String>>;

/// Those of a timeline that has done everything.
fn of_timeline() -> Served {
    let metrics = Metrics::default();
    metrics.serve_timeline();
    metrics.timeline.lag("timeline.events", 0, 1);
    metrics.http.responded("/api/events", 200, Duration::ZERO);
    series(&metrics)
}

/// Those of a worker that has done everything.
fn of_worker() -> Served {
    let metrics = Metrics::default();
    metrics.http.responded("/metrics", 200, Duration::ZERO);
    metrics.articles(["extracted"].into_iter(), 1, 1, 1);
    metrics.rejection("not-json", 1);
    metrics.extraction(1, Duration::ZERO);
    metrics.assigned(1);
    metrics.call_timed_out("commit");
    metrics.lag("articles", 0, Lag { stable: 1, high_watermark: 1, committed: 1 });
    for stage in Stage::ALL {
        metrics.stage(stage, Duration::ZERO);
    }
    series(&metrics)
}

fn series(metrics: &Metrics) -> Served {
    let text = metrics.encode().unwrap();
    let series = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (name, rest) = line.split_once(['{', ' ']).unwrap();
        let labels = rest.split_once('}').map_or("", |(labels, _)| labels);
        let labels = labels.split(',').filter_map(|label| Some(label.split_once('=')?.0.to_owned()));
        (name.to_owned(), labels.collect())
    });
    // Prometheus makes this one itself, for each target.
    series.chain([("up".to_owned(), BTreeSet::new())]).collect()
}

/// What an expression uses: series with labels, and labels that are grouped by.
#[derive(Default)]
struct Asked {
    series: Vec<(String, Vec<String>)>,
    groups: Vec<String>,
}

impl Asked {
    fn of(expression: &str) -> Self {
        // What Grafana fills in.
        let expression = expression.replace("$__rate_interval", "5m");
        let parsed = parser::parse(&expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
        let mut asked = Self::default();
        let Ok(_) = walk_expr(&mut asked, &parsed);
        asked
    }

    fn group(&mut self, modifier: Option<&LabelModifier>) {
        if let Some(LabelModifier::Include(labels) | LabelModifier::Exclude(labels)) = modifier {
            self.groups.extend(labels.labels.iter().cloned());
        }
    }
}

impl ExprVisitor for Asked {
    type Error = Infallible;

    fn pre_visit(&mut self, expression: &Expr) -> Result<bool, Infallible> {
        match expression {
            Expr::Aggregate(aggregate) => self.group(aggregate.modifier.as_ref()),
            Expr::Binary(binary) => {
                self.group(binary.modifier.as_ref().and_then(|modifier| modifier.matching.as_ref()));
            }
            Expr::VectorSelector(selector) => {
                let labels = selector.matchers.matchers.iter().map(|matcher| matcher.name.clone());
                self.series.push((selector.name.clone().unwrap(), labels.collect()));
            }
            Expr::MatrixSelector(matrix) => {
                let labels = matrix.vs.matchers.matchers.iter().map(|matcher| matcher.name.clone());
                self.series.push((matrix.vs.name.clone().unwrap(), labels.collect()));
            }
            _ => {}
        }
        Ok(true)
    }
}

/// What an expression uses and no worker serves.
fn missing(expression: &str) -> Vec<String> {
    let (served, asked) = (served(), Asked::of(expression));
    assert!(!asked.series.is_empty(), "{expression} uses no series");
    let mut missing = Vec::new();
    let mut known: BTreeSet<&str> = ADDED.into();
    for (name, labels) in &asked.series {
        match served.get(name) {
            None => missing.push(name.clone()),
            Some(there) => {
                known.extend(there.iter().map(String::as_str));
                let is_there = |label: &&String| there.contains(*label) || ADDED.contains(&label.as_str());
                missing
                    .extend(labels.iter().filter(|label| !is_there(label)).map(|label| format!("{name}{{{label}}}")));
            }
        }
    }
    missing.extend(asked.groups.into_iter().filter(|label| !known.contains(label.as_str())));
    missing
}

#[test]
fn what_is_not_served_is_found() {
    let none = Vec::<String>::new();
    assert_eq!(missing("sum by (stage) (rate(dateline_stage_seconds_sum[5m]))"), none);
    assert_eq!(missing("dateline_lags > 0 and on (instance) dateline_lag > 0"), ["dateline_lags"]);
    assert_eq!(missing("rate(dateline_lag{part=\"1\"}[5m])"), ["dateline_lag{part}"]);
    assert_eq!(missing("sum by (fate) (dateline_articles_total)"), ["fate"]);
}

mod alerts {
    use super::*;

    /// Does something with each rule.
    fn each_rule(then: impl Fn(&str, &Yaml)) {
        for file in ["config/prometheus/alerts.yml", "config/prometheus/timeline-alerts.yml"] {
            let text = read(file);
            let documents = Yaml::load_from_str(&text).unwrap();
            let groups = documents[0]["groups"].as_sequence().unwrap();
            let rules: Vec<_> = groups.iter().flat_map(|group| group["rules"].as_sequence().unwrap()).collect();
            assert!(!rules.is_empty());
            for rule in rules {
                then(rule["alert"].as_str().unwrap(), rule);
            }
        }
    }

    #[test]
    fn use_what_is_served() {
        each_rule(|name, rule| {
            assert_eq!(missing(rule["expr"].as_str().unwrap()), Vec::<String>::new(), "{name}");
        });
    }

    #[test]
    fn are_loaded_for_jobs_that_are_scraped() {
        let text = read("config/prometheus/prometheus.yml");
        let documents = Yaml::load_from_str(&text).unwrap();
        let files: Vec<_> = documents[0]["rule_files"].as_sequence().unwrap().iter().map(|it| it.as_str()).collect();
        assert_eq!(files, [Some("alerts.yml"), Some("timeline-alerts.yml")]);
        let jobs = documents[0]["scrape_configs"].as_sequence().unwrap();
        let jobs: BTreeSet<_> = jobs.iter().map(|job| job["job_name"].as_str().unwrap()).collect();
        each_rule(|name, rule| {
            let expression = rule["expr"].as_str().unwrap();
            for named in expression.split("job=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(jobs.contains(named), "{name}: {named}");
            }
        });
    }

    #[test]
    fn have_a_severity_and_say_what_to_do() {
        each_rule(|name, rule| {
            let severity = rule["labels"]["severity"].as_str().unwrap();
            assert!(["critical", "warning", "info"].contains(&severity), "{name}");
            assert!(rule["for"].as_str().is_some(), "{name}");
            for annotation in ["summary", "description"] {
                assert!(rule["annotations"][annotation].as_str().unwrap().len() > 20, "{name}: {annotation}");
            }
        });
    }

    /// A label that a message names must survive the aggregation, or the message has a gap.
    #[test]
    fn name_labels_that_are_left() {
        each_rule(|name, rule| {
            let expression = parser::parse(rule["expr"].as_str().unwrap()).unwrap();
            let left = labels_left(&expression);
            for annotation in ["summary", "description"] {
                let text = rule["annotations"][annotation].as_str().unwrap();
                for label in text.split("$labels.").skip(1) {
                    let label: String = label.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    assert!(left.contains(&label), "{name}: {label} is not among {left:?}");
                }
            }
        });
    }

    /// The labels of an expression's answer; those of the left side where there are two.
    fn labels_left(expression: &Expr) -> BTreeSet<String> {
        match expression {
            Expr::Aggregate(aggregate) => match &aggregate.modifier {
                Some(LabelModifier::Include(labels)) => labels.labels.iter().cloned().collect(),
                Some(LabelModifier::Exclude(_)) => labels_left(&aggregate.expr),
                None => BTreeSet::new(),
            },
            Expr::Binary(binary) => labels_left(&binary.lhs),
            Expr::Paren(paren) => labels_left(&paren.expr),
            Expr::Call(call) => call.args.args.first().map(|first| labels_left(first)).unwrap_or_default(),
            Expr::VectorSelector(selector) => with_added(selector.name.as_deref()),
            Expr::MatrixSelector(matrix) => with_added(matrix.vs.name.as_deref()),
            _ => BTreeSet::new(),
        }
    }

    fn with_added(name: Option<&str>) -> BTreeSet<String> {
        let mut labels = served().remove(name.unwrap()).unwrap();
        labels.extend(ADDED.map(str::to_owned));
        labels
    }
}

mod boards {
    use super::*;

    /// The board of the workers and that of the server of the timeline, with what each is about.
    fn boards() -> [(&'static str, Value, Served); 2] {
        let board = |path| serde_json::from_str(&read(path)).unwrap();
        [("config/grafana/dashboard.json", of_worker()), ("config/grafana/serve.json", of_timeline())]
            .map(|(path, served)| (path, board(path), served))
    }

    /// The panels that show something.
    fn panels(board: &Value) -> Vec<Value> {
        let panels = board["panels"].as_array().unwrap().clone();
        panels.into_iter().filter(|panel| panel["type"] != "row").collect()
    }

    #[test]
    fn use_what_is_served() {
        for (path, board, served) in boards() {
            for panel in panels(&board) {
                for target in panel["targets"].as_array().unwrap() {
                    let expression = target["expr"].as_str().unwrap();
                    assert_eq!(missing(expression), Vec::<String>::new(), "{path}: {}", panel["title"]);
                    let is_served = |(name, _): &(String, _)| served.contains_key(name);
                    assert!(Asked::of(expression).series.iter().all(is_served), "{path}: {}", panel["title"]);
                }
            }
        }
    }

    #[test]
    fn show_everything_that_is_served() {
        for (path, board, served) in boards() {
            let panels = panels(&board);
            let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
            let shown: String = targets.map(|target| target["expr"].as_str().unwrap()).collect();
            let ends = ["_bucket", "_sum", "_count"];
            for name in served.into_keys().filter(|name| name != "up") {
                let family = ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
                assert!(shown.contains(family), "{path}: {family} is on no panel");
            }
        }
    }

    #[test]
    fn have_panels_with_a_title_of_their_own_a_description_and_a_unit() {
        for (path, board, _) in boards() {
            let mut titles = BTreeSet::new();
            for panel in panels(&board) {
                let title = panel["title"].as_str().unwrap().to_owned();
                assert!(!title.is_empty(), "{path}");
                assert!(!panel["description"].as_str().unwrap().is_empty(), "{path}: {title}");
                let unit = panel["fieldConfig"]["defaults"]["unit"].as_str().unwrap();
                assert!(!unit.is_empty(), "{path}: {title}");
                assert!(titles.insert(title.clone()), "{path}: {title} is there twice");
            }
            assert!(!titles.is_empty());
        }
    }

    #[test]
    fn have_panels_that_do_not_overlap() {
        for (path, board, _) in boards() {
            let all = board["panels"].as_array().unwrap().clone();
            let mut taken = BTreeSet::new();
            let mut ids = BTreeSet::new();
            for panel in &all {
                let number = |name: &str| panel["gridPos"][name].as_u64().unwrap();
                assert!(number("x") + number("w") <= 24, "{path}: {}", panel["title"]);
                for x in number("x")..number("x") + number("w") {
                    for y in number("y")..number("y") + number("h") {
                        assert!(taken.insert((x, y)), "{path}: {} overlaps another", panel["title"]);
                    }
                }
                assert!(ids.insert(panel["id"].as_u64().unwrap()), "{path}: {}", panel["id"]);
            }
        }
    }

    #[test]
    fn query_the_data_source_and_the_processes_that_are_chosen() {
        for (path, board, served) in boards() {
            let variables = board["templating"]["list"].as_array().unwrap();
            let names: BTreeSet<_> = variables.iter().map(|variable| variable["name"].as_str().unwrap()).collect();
            assert_eq!(names, BTreeSet::from(["datasource", "instance"]), "{path}");
            for panel in panels(&board) {
                assert_eq!(panel["datasource"]["uid"], "${datasource}", "{path}: {}", panel["title"]);
                for target in panel["targets"].as_array().unwrap() {
                    assert!(target["expr"].as_str().unwrap().contains("$instance"), "{path}: {}", panel["title"]);
                }
            }
            let asked = variables[1]["query"]["query"].as_str().unwrap();
            let metric = asked.strip_prefix("label_values(").and_then(|rest| rest.split(',').next()).unwrap();
            assert!(served.contains_key(metric), "{path}: {asked}");
            assert!(read(path).ends_with("}\n"), "{path}");
        }
        let [(_, workers, of_worker), (_, timeline, of_timeline)] = boards();
        assert_ne!(workers["uid"], timeline["uid"]);
        let asked = |board: &Value| board["templating"]["list"][1]["query"]["query"].as_str().unwrap().to_owned();
        let is_of = |board: &Value, served: &Served| served.keys().any(|name| asked(board).contains(name.as_str()));
        assert!(!is_of(&workers, &of_timeline) && !is_of(&timeline, &of_worker), "each lists its own");
    }
}
