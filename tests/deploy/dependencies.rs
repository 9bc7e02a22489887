//! The dependencies are what `deny.toml` allows, and the core's are fewer still.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// What the core must not know, by the packages that it would take.
const BANNED_FROM_CORE: [&str; 12] = [
    "axum",
    "clap",
    "futures-util",
    "hyper",
    "prometheus-client",
    "rand",
    "rdkafka",
    "rusqlite",
    "tempfile",
    "tokio",
    "tracing",
    "tracing-subscriber",
];

/// The parts of `deny.toml` that are checked here.
#[derive(Deserialize)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    skip: Vec<Skipped>,
}

#[derive(Deserialize)]
struct Skipped {
    #[serde(rename = "crate")]
    name: String,
}

fn policy() -> Policy {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).unwrap();
    toml::from_str(&text).unwrap()
}

fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "cargo {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A package that is built into the program, or builds it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    license: String,
}

/// The packages of a dependency tree, without those that only tests use.
fn packages(tree: &[&str]) -> BTreeSet<Package> {
    let edges = ["tree", "-e", "normal,build", "--prefix", "none", "--format", "{p}|{l}", "--offline", "--locked"];
    let lines = cargo(&[&edges, tree].concat());
    let package = |line: &str| {
        let (package, license) = line.split_once('|').unwrap();
        let mut words = package.split(' ');
        Package {
            name: words.next().unwrap().to_owned(),
            version: words.next().unwrap().trim_start_matches('v').to_owned(),
            license: license.trim_end_matches(" (*)").to_owned(),
        }
    };
    lines.lines().filter(|line| !line.is_empty()).map(package).collect()
}

/// Everything that is built into the program.
fn shipped() -> BTreeSet<Package> {
    packages(&["--workspace", "--all-features"])
}

/// Every package of the workspace and of its dependencies on this platform, those of the tests as well.
fn all() -> &'static [Value] {
    static ALL: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let version = cargo(&["-vV"]);
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let args = ["metadata", "--format-version", "1", "--all-features", "--offline", "--locked"];
        let metadata: Value =
            serde_json::from_str(&cargo(&[&args[..], &["--filter-platform", host]].concat())).unwrap();
        metadata["packages"].as_array().unwrap().clone()
    });
    &ALL
}

#[test]
fn the_core_depends_on_nothing_of_the_service() {
    let names: BTreeSet<_> = packages(&["-p", "dateline-core"]).into_iter().map(|package| package.name).collect();
    assert!(names.contains("chrono"), "{names:?}");
    for name in BANNED_FROM_CORE {
        assert!(!names.contains(name), "the core depends on {name}");
    }
}

#[test]
fn what_ships_has_a_license_that_is_allowed() {
    let allowed = policy().licenses.allow;
    for package in shipped() {
        assert!(is_allowed(&package.license, &allowed), "{package:?}");
    }
}

#[test]
fn what_ships_is_there_in_one_version() {
    let mut versions = BTreeMap::<String, Vec<String>>::new();
    for Package { name, version, .. } in shipped() {
        versions.entry(name).or_default().push(version);
    }
    let skipped: BTreeSet<_> =
        policy().bans.skip.iter().map(|skipped| skipped.name.split('@').next().unwrap().to_owned()).collect();
    let several: BTreeSet<_> = versions.into_iter().filter(|(_, versions)| versions.len() > 1).map(|it| it.0).collect();
    assert_eq!(several, skipped);
}

#[test]
fn every_dependency_is_from_crates_io_and_has_a_version() {
    for package in all() {
        let source = package["source"].as_str();
        let is_ours = package["name"].as_str().unwrap().starts_with("dateline");
        if !is_ours {
            assert_eq!(source, Some("registry+https://github.com/rust-lang/crates.io-index"), "{}", package["id"]);
            continue;
        }
        for dependency in package["dependencies"].as_array().unwrap() {
            // A package's own tests may use it by its path.
            let by_path = dependency["path"].is_string() && dependency["kind"] == "dev";
            assert!(dependency["req"] != "*" || by_path, "{}: {}", package["name"], dependency["name"]);
        }
    }
}

#[test]
fn no_dependency_needs_a_newer_rust_than_ours() {
    let version = |text: &str| {
        let mut parts = text.split('.').map(|part| part.parse::<u32>().unwrap());
        [(); 3].map(|()| parts.next().unwrap_or(0))
    };
    let ours = version(env!("CARGO_PKG_RUST_VERSION"));
    for package in all() {
        let needed = package["rust_version"].as_str().map_or([0; 3], version);
        assert!(needed <= ours, "{} needs Rust {needed:?}, and {ours:?} is promised", package["id"]);
    }
}

/// Whether a license expression (SPDX) can be met with these licenses.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    // Old manifests write `MIT/Apache-2.0`.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any_of(&mut words, allowed);
    assert!(words.peek().is_none(), "not a license expression: {expression}");
    met
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words, allowed);
    }
    met
}

fn all_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let word = words.next().unwrap_or_default();
    if word == "(" {
        let met = any_of(words, allowed);
        assert_eq!(words.next(), Some(")"));
        return met;
    }
    // An exception takes nothing away.
    if words.next_if_eq(&"WITH").is_some() {
        words.next();
    }
    allowed.contains(word)
}

#[test]
fn license_expressions_are_understood() {
    let allowed = ["MIT", "ISC"].map(str::to_owned).into();
    let met = |expression| is_allowed(expression, &allowed);
    assert!(met("MIT") && met("Apache-2.0/MIT") && met("MIT AND ISC") && met("(GPL-3.0 OR MIT) AND ISC"));
    assert!(met("MIT WITH LLVM-exception OR GPL-3.0"));
    assert!(!met("GPL-3.0") && !met("MIT AND GPL-3.0") && !met("MIT AND (GPL-3.0 OR Zlib)") && !met(""));
}
