//! The compose file is held to the program.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use dateline::stream::MAX_SHUTDOWN_TIME;
use serde_json::Value;

use super::yaml::{documents, is_served, is_understood, path, port, read, settings, text};

fn services() -> Value {
    documents("docker-compose.yml")[0]["services"].clone()
}

fn environment(service: &Value) -> BTreeMap<String, String> {
    let variables = service["environment"].as_object().unwrap().iter();
    variables.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

#[test]
fn topics_wait_for_the_broker_and_all_else_waits_for_the_topics() {
    let services = services();
    let waits = |service: &str, on: &str| text(&services[service]["depends_on"][on], "/condition").to_owned();
    assert_eq!(waits("topics", "kafka"), "service_healthy");
    assert_eq!(waits("worker", "kafka"), "service_healthy");
    assert_eq!(waits("worker", "topics"), "service_completed_successfully");
    assert_eq!(waits("timeline", "topics"), "service_completed_successfully");
    assert_eq!(waits("grafana", "prometheus"), "service_healthy");
    assert_eq!(services["topics"]["restart"], "no");
    for service in ["kafka", "worker", "timeline", "prometheus"] {
        assert!(services[service]["healthcheck"]["test"].is_array(), "{service} has no health check");
    }
}

#[test]
fn the_commands_and_variables_are_those_of_the_program() {
    let services = services();
    let listener = text(&services, "/kafka/environment/KAFKA_ADVERTISED_LISTENERS");
    for service in ["topics", "worker", "timeline"] {
        assert!(is_understood(&services[service]["command"]), "{service}");
        let settings = settings(None, &environment(&services[service]));
        assert!(listener.contains(&settings.kafka.brokers), "{service} does not reach the broker");
    }
}

#[test]
fn the_worker_is_published_and_scraped_where_it_serves() {
    let services = services();
    let serves = port(text(&services, "/worker/environment/DATELINE_HTTP"));
    assert_eq!(port(text(&services, "/worker/ports/0")), serves);
    let prometheus = &documents("config/prometheus/prometheus.yml")[0];
    assert_eq!(text(prometheus, "/scrape_configs/0/static_configs/0/targets/0"), format!("worker:{serves}"));
    assert!(is_served("/metrics"), "the path that Prometheus asks by itself");
}

#[test]
fn the_timeline_is_published_and_queried_where_it_serves() {
    let timeline = services()["timeline"].clone();
    let serves = port(text(&timeline, "/environment/DATELINE_HTTP"));
    assert_eq!(port(text(&timeline, "/ports/0")), serves);
    let source = &documents("config/grafana/provisioning/datasources/timeline.yml")[0]["datasources"][0];
    assert_eq!(text(source, "/url"), format!("http://timeline:{serves}/api/grafana"));
    assert_eq!(settings(None, &environment(&timeline)).serve.hosts, ["timeline"], "the name in that URL");
    let plugins = text(&services(), "/grafana/environment/GF_PLUGINS_PREINSTALL").to_owned();
    let (plugin, version) = plugins.split_once('@').expect("the version of the plugin is named");
    assert_eq!(text(source, "/type"), plugin);
    let board: Value = serde_json::from_str(&std::fs::read_to_string("config/grafana/timeline.json").unwrap()).unwrap();
    let required = &board["__requires"][1];
    assert_eq!((required["id"].as_str(), required["version"].as_str()), (Some(plugin), Some(version)));
    let others = board.to_string().matches("\"type\":\"simpod-json-datasource\"").count();
    assert_eq!(board.to_string().matches("\"uid\":\"timeline\"").count(), others, "one data source");
    let documented = std::fs::read_to_string("docs/grafana.md").unwrap();
    assert!(documented.contains(&format!("`{plugin}` {version}")), "docs/grafana.md names another version");
}

#[test]
fn the_timeline_has_a_volume_that_the_user_of_the_image_may_write() {
    let compose = &documents("docker-compose.yml")[0];
    let timeline = &compose["services"]["timeline"];
    let (volume, folder) = text(timeline, "/volumes/0").split_once(':').unwrap();
    assert!(compose["volumes"][volume].is_object());
    let database = settings(None, &environment(timeline)).serve.database;
    assert_eq!(database.parent(), Some(Path::new(folder)));
    let dockerfile = read("Dockerfile");
    let user = dockerfile.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    let (user, group) = user.split_once(':').unwrap();
    assert!(dockerfile.contains(&format!("install -d -o {user} -g {group} /image{folder}\n")));
}

#[test]
fn nothing_is_published_beyond_this_machine() {
    for (name, service) in services().as_object().unwrap() {
        for port in service["ports"].as_array().into_iter().flatten() {
            assert!(port.as_str().unwrap().starts_with("127.0.0.1:"), "{name}: {port}");
        }
    }
}

#[test]
fn a_worker_has_time_to_shut_down() {
    let services = services();
    let seconds: u64 = text(&services, "/worker/stop_grace_period").strip_suffix('s').unwrap().parse().unwrap();
    assert!(Duration::from_secs(seconds) > MAX_SHUTDOWN_TIME);
}

#[test]
fn monitoring_is_a_profile_and_finds_its_files() {
    let services = services();
    for name in ["prometheus", "grafana"] {
        let service = &services[name];
        assert_eq!(text(service, "/profiles/0"), "monitoring");
        for volume in service["volumes"].as_array().unwrap() {
            let from = volume.as_str().unwrap().split(':').next().unwrap();
            assert!(path(from).exists(), "{name}: {from}");
        }
    }
    let prometheus = &documents("config/prometheus/prometheus.yml")[0];
    assert!(path("config/prometheus").join(text(prometheus, "/rule_files/0")).is_file());
    // The rules name the job.
    let job = text(prometheus, "/scrape_configs/0/job_name");
    assert!(read("config/prometheus/alerts.yml").contains(&format!("job=\"{job}\"")));
    let source = &documents("config/grafana/provisioning/datasources/prometheus.yml")[0];
    let published = text(&services, "/prometheus/ports/0");
    assert_eq!(text(source, "/datasources/0/url"), format!("http://prometheus:{}", port(published)));
    let boards = &documents("config/grafana/provisioning/dashboards/dateline.yml")[0];
    let folder = text(boards, "/providers/0/options/path");
    assert!(text(&services, "/grafana/environment/GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH").starts_with(folder));
    assert!(text(&services, "/grafana/volumes/1").contains(&format!(":{folder}/")));
}

#[test]
fn the_broker_is_the_one_that_the_tests_run() {
    let tests = ["tests/broker/maven.rs", "tests/broker/node.rs"].map(read).concat();
    let services = services();
    let version = tests.split_once("const VERSION: &str = \"").unwrap().1.split('"').next().unwrap();
    assert_eq!(text(&services, "/kafka/image"), format!("apache/kafka:${{KAFKA_VERSION:-{version}}}"));
    for (name, value) in environment(&services["kafka"]) {
        let property = name.trim_start_matches("KAFKA_").to_lowercase().replace('_', ".");
        let line =
            tests.lines().find_map(|line| line.trim_start_matches([' ', '"']).strip_prefix(&format!("{property}=")));
        let tested = line.unwrap_or_else(|| panic!("the tests do not set {property}"));
        // Where a broker listens is different.
        if !tested.contains('{') && !property.contains("listener") {
            assert_eq!(value, tested, "{property}");
        }
    }
}
