//! What deploys the program is held to the program: the compose file and the Kubernetes manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use dateline::config::{Configuration, Settings};
use dateline::stream::{Control, MAX_SHUTDOWN_TIME};
use dateline::web::{HealthState, health_router};
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;
use tower::ServiceExt;

fn path(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The documents of a YAML file.
fn documents(file: &str) -> Vec<Value> {
    let text = read(file);
    Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}")).iter().map(json).collect()
}

fn json(yaml: &Yaml) -> Value {
    if let Some(mapping) = yaml.as_mapping() {
        return mapping.iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), json(value))).collect();
    }
    if let Some(sequence) = yaml.as_sequence() {
        return sequence.iter().map(json).collect();
    }
    yaml.as_bool()
        .map(Value::from)
        .or_else(|| yaml.as_integer().map(Value::from))
        .or_else(|| yaml.as_str().map(Value::from))
        .unwrap_or_default()
}

fn text<'a>(node: &'a Value, pointer: &str) -> &'a str {
    node.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} is no text in {node}"))
}

fn port(address: &str) -> u64 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

/// Whether the program serves a path.
fn is_served(path: &str) -> bool {
    let Control { metrics, health, .. } = Control::default();
    let request = Request::get(path).body(Body::empty()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = runtime.block_on(health_router(HealthState { metrics, health }).oneshot(request)).unwrap();
    answer.status() != StatusCode::NOT_FOUND
}

/// Whether the program understands these arguments.
fn is_understood(args: &Value) -> bool {
    let args = args.as_array().unwrap().iter().map(|arg| arg.as_str().unwrap());
    let output = Command::new(env!("CARGO_BIN_EXE_dateline")).args(args).arg("--help").output().unwrap();
    output.status.success()
}

/// The settings of a file with our variables applied.
fn settings(file: Option<&Path>, variables: &BTreeMap<String, String>) -> Settings {
    assert!(variables.keys().all(|name| name.starts_with("DATELINE_")), "{variables:?}");
    Configuration::load(file, variables.clone(), []).and_then(|it| it.settings()).unwrap()
}

mod compose {
    use super::*;

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
        let board: Value =
            serde_json::from_str(&std::fs::read_to_string("config/grafana/timeline.json").unwrap()).unwrap();
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
        assert!(dockerfile.contains(&format!("RUN install -d -o {user} -g {group} {folder}\n")));
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
            let line = tests
                .lines()
                .find_map(|line| line.trim_start_matches([' ', '"']).strip_prefix(&format!("{property}=")));
            let tested = line.unwrap_or_else(|| panic!("the tests do not set {property}"));
            // Where a broker listens is different.
            if !tested.contains('{') && !property.contains("listener") {
                assert_eq!(value, tested, "{property}");
            }
        }
    }
}

mod kubernetes {
    use super::*;

    const WORKER: &str = "worker";
    const TIMELINE: &str = "timeline";
    const FILES: [&str; 5] = [WORKER, TIMELINE, "topics", "backfill", "scaling"];
    /// The files that have pods, and what makes them.
    const PODS: [(&str, &str); 4] =
        [(WORKER, "StatefulSet"), (TIMELINE, "StatefulSet"), ("topics", "Job"), ("backfill", "Job")];

    fn objects(file: &str) -> Vec<Value> {
        documents(&format!("config/kubernetes/{file}.yaml"))
    }

    /// The one object of a kind in a file.
    fn object(file: &str, kind: &str) -> Value {
        let mut found = objects(file).into_iter().filter(|object| object["kind"] == kind);
        let object = found.next().unwrap_or_else(|| panic!("there is no {kind}"));
        assert!(found.next().is_none(), "there are two of {kind}");
        object
    }

    fn pod((file, kind): (&str, &str)) -> Value {
        object(file, kind)["spec"]["template"]["spec"].clone()
    }

    /// What runs there has these settings. The file of the ConfigMap names a secret, which stands elsewhere here.
    fn settings_of(place: (&str, &str)) -> Settings {
        let pod = pod(place);
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("password");
        std::fs::write(&secret, "hunter2\n").unwrap();
        let config = object(WORKER, "ConfigMap");
        let given = text(&config, "/data/dateline.toml");
        let mounted = text(&pod, "/containers/0/volumeMounts/1/mountPath");
        let there = format!("{mounted}/password");
        assert!(given.contains(&there), "the settings do not name what is mounted at {mounted}");
        let file = folder.path().join("dateline.toml");
        std::fs::write(&file, given.replace(&there, secret.to_str().unwrap())).unwrap();
        let variables = pod.pointer("/containers/0/env").and_then(Value::as_array).into_iter().flatten();
        let mut variables: BTreeMap<_, _> = variables
            .map(|it| (text(it, "/name").to_owned(), it["value"].as_str().unwrap_or("dateline-0").to_owned()))
            .collect();
        // Kubernetes fills it in.
        if let Some(namespace) = variables.remove("NAMESPACE") {
            variables.values_mut().for_each(|value| *value = value.replace("$(NAMESPACE)", &namespace));
        }
        settings(Some(&file), &variables)
    }

    #[test]
    fn every_object_has_a_version_and_a_name() {
        for file in FILES {
            for object in objects(file) {
                assert!(!text(&object, "/apiVersion").is_empty() && !text(&object, "/metadata/name").is_empty());
            }
        }
    }

    #[test]
    fn the_settings_work_and_hold_the_secret_of_the_file() {
        for place in PODS {
            let kafka = settings_of(place).kafka;
            assert!(kafka.client.contains(&("sasl.password".to_owned(), "hunter2".to_owned())), "{place:?}");
        }
    }

    #[test]
    fn the_arguments_are_understood_and_their_file_is_mounted() {
        for place in PODS {
            let pod = pod(place);
            let container = &pod["containers"][0];
            assert!(is_understood(&container["args"]), "{place:?}");
            let file = container["args"].as_array().unwrap().last().unwrap().as_str().unwrap();
            assert!(file.starts_with(text(container, "/volumeMounts/0/mountPath")), "{place:?}: {file}");
            let set = object(place.0, place.1);
            let claims = set.pointer("/spec/volumeClaimTemplates").and_then(Value::as_array).into_iter().flatten();
            let claims = claims.map(|it| text(it, "/metadata/name"));
            let volumes = pod["volumes"].as_array().unwrap().iter().map(|it| text(it, "/name"));
            let volumes: BTreeSet<_> = volumes.chain(claims).collect();
            for mount in container["volumeMounts"].as_array().unwrap() {
                assert!(volumes.contains(text(mount, "/name")), "{place:?}: {mount}");
            }
            let config = object(WORKER, "ConfigMap");
            assert_eq!(text(&pod, "/volumes/0/configMap/name"), text(&config, "/metadata/name"));
        }
    }

    #[test]
    fn a_pod_is_its_own_instance_and_keeps_its_name() {
        let set = object(WORKER, "StatefulSet");
        let env = set.pointer("/spec/template/spec/containers/0/env").unwrap().as_array().unwrap().clone();
        let instance = env.iter().find(|it| it["name"] == "DATELINE_KAFKA__INSTANCE").unwrap();
        assert_eq!(text(instance, "/valueFrom/fieldRef/fieldPath"), "metadata.name");
        assert_eq!(text(&set, "/spec/serviceName"), text(&object(WORKER, "Service"), "/metadata/name"));
    }

    #[test]
    fn the_probes_ask_what_is_served_where_it_is_served() {
        for place in [(WORKER, "StatefulSet"), (TIMELINE, "StatefulSet")] {
            let pod = pod(place);
            let container = &pod["containers"][0];
            for (probe, path) in [("livenessProbe", "/live"), ("readinessProbe", "/ready")] {
                assert_eq!(text(&container[probe], "/httpGet/path"), path);
                assert!(is_served(path));
                assert_eq!(text(&container[probe], "/httpGet/port"), text(container, "/ports/0/name"));
            }
            let serves = settings_of(place).http.unwrap();
            assert!(serves.ip().is_unspecified(), "probes come from outside of the pod");
            assert_eq!(container["ports"][0]["containerPort"], serves.port());
        }
        let set = object(WORKER, "StatefulSet");
        let notes = &set["spec"]["template"]["metadata"]["annotations"];
        assert_eq!(notes["prometheus.io/port"], settings_of((WORKER, "StatefulSet")).http.unwrap().port().to_string());
        assert!(is_served(notes["prometheus.io/path"].as_str().unwrap()));
    }

    #[test]
    fn the_timeline_is_one_pod_that_keeps_its_file_on_a_volume_of_its_own() {
        let place = (TIMELINE, "StatefulSet");
        let set = object(TIMELINE, "StatefulSet");
        assert_eq!(set["spec"]["replicas"], 1);
        let claimed = text(&set, "/spec/volumeClaimTemplates/0/metadata/name");
        let pod = pod(place);
        let mounts = pod.pointer("/containers/0/volumeMounts").and_then(Value::as_array).unwrap();
        let mount = mounts.iter().find(|it| it["name"] == claimed).unwrap();
        let folder = settings_of(place).serve.database.parent().unwrap().to_owned();
        assert_eq!(folder, Path::new(text(mount, "/mountPath")));
        // Whoever connects by the name of the Service sends one of its names.
        let service = object(TIMELINE, "Service");
        let name = text(&service, "/metadata/name");
        let names =
            ["", ".dateline-0", ".dateline-0.svc", ".dateline-0.svc.cluster.local"].map(|end| format!("{name}{end}"));
        assert_eq!(settings_of(place).serve.hosts, names);
        let user = format!("USER {0}:{0}\n", pod["securityContext"]["fsGroup"]);
        assert!(read("Dockerfile").contains(&user), "{user}");
    }

    #[test]
    fn a_pod_has_time_to_shut_down() {
        for place in [(WORKER, "StatefulSet"), ("backfill", "Job")] {
            let seconds = pod(place)["terminationGracePeriodSeconds"].as_u64().unwrap();
            assert!(Duration::from_secs(seconds) > MAX_SHUTDOWN_TIME, "{place:?}");
        }
    }

    #[test]
    fn everything_selects_its_own_pods() {
        let labels = |(file, kind): (&str, &str)| object(file, kind)["spec"]["template"]["metadata"]["labels"].clone();
        for file in [WORKER, TIMELINE] {
            let labels = labels((file, "StatefulSet"));
            assert_eq!(object(file, "StatefulSet")["spec"]["selector"]["matchLabels"], labels);
            assert_eq!(object(file, "Service")["spec"]["selector"], labels);
        }
        assert_eq!(
            object(WORKER, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
            labels((WORKER, "StatefulSet"))
        );
        let own: BTreeSet<_> = PODS.map(|place| labels(place).to_string()).into();
        assert_eq!(own.len(), PODS.len());
    }

    #[test]
    fn scaling_counts_the_lag_of_the_group_and_stops_at_the_partitions() {
        let scaling = object("scaling", "ScaledObject");
        let worker = (WORKER, "StatefulSet");
        let kafka = settings_of(worker).kafka;
        let counted = scaling.pointer("/spec/triggers/0/metadata").unwrap();
        assert_eq!(text(counted, "/bootstrapServers"), kafka.brokers);
        assert_eq!(text(counted, "/topic"), kafka.input);
        assert_eq!(text(counted, "/consumerGroup"), kafka.group);
        assert_eq!(text(&scaling, "/spec/scaleTargetRef/name"), text(&object(worker.0, worker.1), "/metadata/name"));
        assert!(scaling["spec"]["maxReplicaCount"].as_i64().unwrap() <= kafka.partitions.into());
        let secret = pod(worker)["volumes"][1]["secret"]["secretName"].clone();
        for part in object("scaling", "TriggerAuthentication")["spec"]["secretTargetRef"].as_array().unwrap() {
            assert_eq!(part["name"], secret);
        }
    }

    #[test]
    fn pods_run_this_version_bounded_and_without_rights() {
        for place in PODS {
            let pod = pod(place);
            let container = &pod["containers"][0];
            assert_eq!(text(container, "/image"), format!("dateline:{}", dateline::VERSION));
            for bound in ["cpu", "memory"] {
                assert!(container["resources"]["limits"][bound].is_string(), "{place:?} has no limit of {bound}");
            }
            assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
            assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
            assert_eq!(container["securityContext"]["allowPrivilegeEscalation"], false);
        }
    }
}
