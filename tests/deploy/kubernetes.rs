//! The manifests for Kubernetes are held to the program.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use dateline::config::Settings;
use dateline::stream::MAX_SHUTDOWN_TIME;
use serde_json::Value;

use super::yaml::{documents, is_served, is_understood, read, settings, text};

const WORKER: &str = "worker";
const TIMELINE: &str = "timeline";
const FILES: [&str; 6] = [WORKER, TIMELINE, "topics", "backfill", "network", "scaling"];
/// The files that have pods, and what makes them.
const PODS: [(&str, &str); 4] =
    [(WORKER, "StatefulSet"), (TIMELINE, "StatefulSet"), ("topics", "Job"), ("backfill", "CronJob")];

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

/// The template of the pods that an object makes.
fn template((file, kind): (&str, &str)) -> Value {
    let object = object(file, kind);
    object.pointer("/spec/jobTemplate/spec/template").or_else(|| object.pointer("/spec/template")).unwrap().clone()
}

fn pod(place: (&str, &str)) -> Value {
    template(place)["spec"].clone()
}

fn labels(place: (&str, &str)) -> Value {
    template(place)["metadata"]["labels"].clone()
}

/// The file of the ConfigMap, with the secret that it names standing in `folder`.
fn config_file(place: (&str, &str), folder: &Path) -> String {
    let secret = folder.join("password");
    std::fs::write(&secret, "hunter2\n").unwrap();
    let config = object(WORKER, "ConfigMap");
    let given = text(&config, "/data/dateline.toml");
    let pod = pod(place);
    let mounted = text(&pod, "/containers/0/volumeMounts/1/mountPath");
    let there = format!("{mounted}/password");
    assert!(given.contains(&there), "the settings do not name what is mounted at {mounted}");
    let file = folder.join("dateline.toml");
    std::fs::write(&file, given.replace(&there, secret.to_str().unwrap())).unwrap();
    file.to_str().unwrap().to_owned()
}

/// The variables of a pod. Kubernetes fills in what stands elsewhere.
fn variables(place: (&str, &str)) -> BTreeMap<String, String> {
    let pod = pod(place);
    let given = pod.pointer("/containers/0/env").and_then(Value::as_array).into_iter().flatten();
    let mut variables: BTreeMap<_, _> = given
        .map(|it| (text(it, "/name").to_owned(), it["value"].as_str().unwrap_or("dateline-0").to_owned()))
        .collect();
    if let Some(namespace) = variables.remove("NAMESPACE") {
        variables.values_mut().for_each(|value| *value = value.replace("$(NAMESPACE)", &namespace));
    }
    variables
}

/// What runs there has these settings.
fn settings_of(place: (&str, &str)) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    settings(Some(Path::new(&config_file(place, folder.path()))), &variables(place))
}

/// What Kubernetes injects into a pod for the Services beside it: ours, though they are headless or switched off, and those
/// of names that others may choose.
fn injected() -> Vec<(String, String)> {
    let ours = [WORKER, TIMELINE].map(|file| text(&object(file, "Service"), "/metadata/name").to_owned());
    let others = ["dateline-kafka", "dateline-serve", "dateline-worker", "dateline-http"].map(str::to_owned);
    let service = |name: &String| {
        let name = name.to_uppercase().replace('-', "_");
        let named = |end: &str, value: &str| (format!("{name}_{end}"), value.to_owned());
        [
            named("SERVICE_HOST", "10.96.0.12"),
            named("SERVICE_PORT", "80"),
            named("SERVICE_PORT_HTTP", "80"),
            named("PORT", "tcp://10.96.0.12:80"),
            named("PORT_80_TCP", "tcp://10.96.0.12:80"),
            named("PORT_80_TCP_PROTO", "tcp"),
            named("PORT_80_TCP_PORT", "80"),
            named("PORT_80_TCP_ADDR", "10.96.0.12"),
        ]
    };
    ours.iter().chain(&others).flat_map(service).collect()
}

/// The program as it runs in a pod, without the variables of this machine.
fn program(place: (&str, &str)) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_dateline"));
    program.env_clear().envs(variables(place)).envs(injected()).env("DATELINE_HTTP", "127.0.0.1:0");
    program
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
    for place in [(WORKER, "StatefulSet"), (TIMELINE, "StatefulSet"), ("backfill", "CronJob")] {
        let pod = pod(place);
        let grace = Duration::from_secs(pod["terminationGracePeriodSeconds"].as_u64().unwrap());
        let waited = pod.pointer("/containers/0/lifecycle/preStop/sleep/seconds").and_then(Value::as_u64).unwrap_or(0);
        assert!(grace > Duration::from_secs(waited) + MAX_SHUTDOWN_TIME, "{place:?}");
    }
}

#[test]
fn requests_are_answered_while_proxies_learn_that_the_timeline_goes() {
    let pod = pod((TIMELINE, "StatefulSet"));
    assert!(pod.pointer("/containers/0/lifecycle/preStop/sleep/seconds").and_then(Value::as_u64) > Some(0));
}

#[test]
fn the_program_of_each_manifest_accepts_the_variables_of_the_services_beside_it() {
    for place in PODS {
        assert_eq!(pod(place)["enableServiceLinks"], false, "{place:?}");
        let folder = tempfile::tempdir().unwrap();
        let args = ["config", "--config", &config_file(place, folder.path())];
        let output = program(place).args(args).output().unwrap();
        assert!(output.status.success(), "{place:?}: {}", String::from_utf8_lossy(&output.stderr));
        let output = program(place).args(args).env("DATELINE_KAFKA_BROKRS", "kafka:9092").output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{place:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean DATELINE_KAFKA__BROKERS?"));
    }
}

#[test]
fn what_runs_for_long_starts_with_the_variables_of_the_services_beside_it() {
    for place in [(WORKER, "StatefulSet"), (TIMELINE, "StatefulSet")] {
        let folder = tempfile::tempdir().unwrap();
        let pod = pod(place);
        let args = pod.pointer("/containers/0/args").and_then(Value::as_array).unwrap();
        let file = config_file(place, folder.path());
        let args =
            args.iter().map(|arg| arg.as_str().unwrap()).map(|arg| if arg.ends_with(".toml") { &file } else { arg });
        let mut program = program(place);
        program.env("DATELINE_SERVE__DATABASE", folder.path().join("timeline.db"));
        program.env("DATELINE_KAFKA__BROKERS", "127.0.0.1:1").env("DATELINE_LOG__LEVEL", "debug");
        let mut child = program.args(args).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let line = log.into_iter().find(|line| line.contains("ignored variables of Kubernetes"));
        child.kill().unwrap();
        child.wait().unwrap();
        let line = line.unwrap_or_else(|| panic!("{place:?} did not start"));
        assert!(line.contains("DATELINE_TIMELINE_SERVICE_HOST"), "{line}");
    }
}

#[test]
fn everything_selects_its_own_pods() {
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

#[test]
fn the_network_lets_through_what_is_needed() {
    let policies: BTreeMap<_, _> =
        objects("network").into_iter().map(|it| (text(&it, "/metadata/name").to_owned(), it["spec"].clone())).collect();
    let everything: BTreeSet<_> = PODS.map(|place| labels(place)["app.kubernetes.io/name"].to_string()).into();
    let all = &policies["dateline"];
    let chosen = |policy: &Value| -> BTreeSet<String> {
        policy["podSelector"]["matchExpressions"][0]["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect()
    };
    assert_eq!(chosen(all), everything);
    let brokers = settings_of((WORKER, "StatefulSet")).kafka.brokers;
    let port: u64 = brokers.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(all["egress"][1]["ports"][0]["port"], port);
    for (name, places) in [("dateline-metrics", vec![WORKER, TIMELINE]), ("dateline-timeline", vec![TIMELINE])] {
        let policy = &policies[name];
        let served = policy.pointer("/ingress/0/ports/0/port").unwrap();
        for place in &places {
            assert_eq!(pod((place, "StatefulSet"))["containers"][0]["ports"][0]["name"], *served, "{name}");
        }
    }
    assert_eq!(chosen(&policies["dateline-metrics"]).len(), 2);
    assert_eq!(policies["dateline-timeline"]["podSelector"]["matchLabels"], labels((TIMELINE, "StatefulSet")));
}

#[test]
fn a_backfill_runs_when_it_is_asked_to_and_never_twice_at_once() {
    let backfill = object("backfill", "CronJob");
    assert_eq!(backfill["spec"]["suspend"], true);
    assert_eq!(backfill["spec"]["concurrencyPolicy"], "Forbid");
}
