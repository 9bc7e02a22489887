//! What kustomize puts together is there, and the settings of each overlay work.
//!
//! Where kubectl is installed, it builds each of them; elsewhere a line says that this was skipped.

use std::path::Path;
use std::process::Command;

use dateline::config::Configuration;
use serde_json::Value;

use super::yaml::{documents, path, read, text};

const BASE: &str = "config/kubernetes";
const OVERLAYS: [&str; 2] = ["sasl", "tls"];

fn kustomization(folder: &str) -> Value {
    let mut documents = documents(&format!("{folder}/kustomization.yaml"));
    assert_eq!(documents.len(), 1, "{folder}");
    documents.remove(0)
}

fn listed<'a>(kustomization: &'a Value, key: &str) -> Vec<&'a str> {
    kustomization[key].as_array().unwrap().iter().map(|entry| entry.as_str().unwrap()).collect()
}

/// The objects of the base.
fn objects() -> Vec<Value> {
    let base = kustomization(BASE);
    listed(&base, "resources").iter().flat_map(|file| documents(&format!("{BASE}/{file}"))).collect()
}

#[test]
fn the_base_has_workers_timeline_backfill_policies_and_a_budget() {
    let objects = objects();
    let all: Vec<_> =
        objects.iter().map(|it| format!("{} {}", text(it, "/kind"), text(it, "/metadata/name"))).collect();
    for needed in [
        "ConfigMap dateline",
        "StatefulSet dateline",
        "StatefulSet dateline-timeline",
        "CronJob dateline-backfill",
        "NetworkPolicy dateline",
        "PodDisruptionBudget dateline",
    ] {
        assert_eq!(all.iter().filter(|it| *it == needed).count(), 1, "{needed}: {all:?}");
    }
}

#[test]
fn every_overlay_is_listed_and_changes_what_the_base_has() {
    let there = std::fs::read_dir(path("config/overlays")).unwrap();
    let mut there: Vec<_> = there.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    there.sort();
    assert_eq!(there, OVERLAYS);
    for overlay in OVERLAYS {
        let folder = format!("config/overlays/{overlay}");
        let overlay = kustomization(&folder);
        for resource in listed(&overlay, "resources") {
            assert_eq!(path(&folder).join(resource).canonicalize().unwrap(), path(BASE).canonicalize().unwrap());
        }
        for patch in overlay["patches"].as_array().unwrap() {
            for patched in documents(&format!("{folder}/{}", text(patch, "/path"))) {
                let same = |it: &&Value| {
                    it["kind"] == patched["kind"] && it["metadata"]["name"] == patched["metadata"]["name"]
                };
                assert_eq!(objects().iter().filter(same).count(), 1, "{folder}: {patched}");
            }
        }
    }
}

#[test]
fn all_run_the_image_of_this_version() {
    for folder in [BASE.to_owned()].into_iter().chain(OVERLAYS.map(|it| format!("config/overlays/{it}"))) {
        let image = &kustomization(&folder)["images"][0];
        assert_eq!((text(image, "/name"), text(image, "/newTag")), ("dateline", dateline::VERSION), "{folder}");
    }
}

/// The settings of an overlay name exactly the files of the secret that it says how to make.
#[test]
fn the_settings_of_overlays_work_with_the_secret_that_they_ask_for() {
    for overlay in OVERLAYS {
        let folder = format!("config/overlays/{overlay}");
        let patch = &documents(&format!("{folder}/settings.yaml"))[0];
        let given = text(patch, "/data/dateline.toml");
        let comment = read(&format!("{folder}/kustomization.yaml"));
        let command = comment.lines().find(|line| line.contains("create secret generic dateline-kafka")).unwrap();
        let made: Vec<_> = command.split("--from-file=").skip(1).map(|rest| rest.split(' ').next().unwrap()).collect();
        let place = tempfile::tempdir().unwrap();
        for file in &made {
            std::fs::write(place.path().join(file), credential(file)).unwrap();
            assert!(given.contains(&format!("\"/run/secrets/kafka/{file}\"")), "{overlay} does not use {file}");
        }
        assert_eq!(given.matches("/run/secrets/kafka/").count(), made.len(), "{overlay} uses what the secret lacks");
        let file = place.path().join("dateline.toml");
        std::fs::write(&file, given.replace("/run/secrets/kafka", place.path().to_str().unwrap())).unwrap();
        let settings = Configuration::load(Some(&file), [], []).and_then(|it| it.settings()).unwrap();
        assert!(settings.kafka.client.iter().any(|(key, _)| key == "ssl.ca.location"), "{overlay}");
    }
}

/// Something of the kind that a file has.
fn credential(file: &str) -> String {
    if file == "password" {
        return "hunter2\n".to_owned();
    }
    let pair = rcgen::generate_simple_self_signed(["kafka".to_owned()]).unwrap();
    if Path::new(file).extension().is_some_and(|it| it == "key") {
        pair.signing_key.serialize_pem()
    } else {
        pair.cert.pem()
    }
}

#[test]
fn kubectl_builds_the_base_and_each_overlay() {
    for folder in [BASE.to_owned()].into_iter().chain(OVERLAYS.map(|it| format!("config/overlays/{it}"))) {
        let Ok(output) = Command::new("kubectl").arg("kustomize").arg(path(&folder)).output() else {
            eprintln!("skipped: kubectl is not installed");
            return;
        };
        assert!(output.status.success(), "{folder}: {}", String::from_utf8_lossy(&output.stderr));
        let built = String::from_utf8(output.stdout).unwrap();
        assert_eq!(built.matches("\nkind: ").count(), objects().len(), "{folder}");
    }
}
