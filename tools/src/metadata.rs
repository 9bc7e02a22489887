//! What `cargo metadata` says: the packages that are built into the program, or build it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;

use crate::Fallible;

/// The package that is released.
const ROOT: &str = "dateline";

/// The output of `cargo metadata --format-version 1 --filter-platform TARGET`.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
pub struct Package {
    pub id: String,
    pub name: String,
    pub version: String,
    pub license: Option<String>,
    pub description: Option<String>,
    pub repository: Option<String>,
    /// `None` for packages of this workspace.
    pub source: Option<String>,
    pub manifest_path: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    /// `None` for what is linked, `build` or `dev`.
    kind: Option<String>,
}

impl Metadata {
    /// Reads the output of `cargo metadata`.
    pub fn parse(text: &str) -> Fallible<Self> {
        serde_json::from_str(text).map_err(|error| format!("this is no output of cargo metadata: {error}").into())
    }

    /// Returns the package that is released.
    pub fn root(&self) -> Fallible<&Package> {
        let mut ours = self.packages.iter().filter(|package| package.name == ROOT && package.source.is_none());
        ours.next().ok_or_else(|| format!("there is no package {ROOT} in the metadata").into())
    }

    /// Returns the packages that the released one takes to be built, itself first, each with the ids of what it depends on.
    /// What only tests use is left out.
    pub fn shipped(&self) -> Fallible<Vec<(&Package, Vec<&str>)>> {
        let root = self.root()?;
        let nodes: BTreeMap<&str, &Node> = self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let (mut found, mut open) = (BTreeMap::new(), vec![root.id.as_str()]);
        while let Some(id) = open.pop() {
            if found.contains_key(id) {
                continue;
            }
            let node = nodes.get(id).ok_or_else(|| format!("{id} is not resolved"))?;
            let needed: BTreeSet<&str> =
                node.deps.iter().filter(|it| it.is_shipped()).map(|it| it.pkg.as_str()).collect();
            open.extend(&needed);
            found.insert(id, needed.into_iter().collect::<Vec<_>>());
        }
        let mut packages: Vec<_> =
            self.packages.iter().filter_map(|it| Some((it, found.remove(it.id.as_str())?))).collect();
        packages.sort_by_key(|(it, _)| (it.id != root.id, &it.name, &it.version));
        Ok(packages)
    }
}

impl Dependency {
    fn is_shipped(&self) -> bool {
        self.dep_kinds.iter().any(|it| it.kind.as_deref() != Some("dev"))
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A program with a library, what builds that, and what tests it.
    pub const SAMPLE: &str = r#"{
        "packages": [
            {"id": "z#1", "name": "zlib-rs", "version": "1.0.0", "license": "Zlib", "source": "registry", "description": null,
             "repository": "https://example.org/zlib", "manifest_path": "/nowhere/zlib-rs/Cargo.toml"},
            {"id": "d#2", "name": "dateline", "version": "0.2.0", "license": "Apache-2.0", "source": null,
             "description": "Dates.", "repository": null, "manifest_path": "/nowhere/dateline/Cargo.toml"},
            {"id": "c#1", "name": "cc", "version": "1.2.3+4", "license": "MIT/Apache-2.0", "source": "registry",
             "description": null, "repository": null, "manifest_path": "/nowhere/cc/Cargo.toml"},
            {"id": "t#1", "name": "proptest", "version": "1.0.0", "license": "MIT", "source": "registry",
             "description": null, "repository": null, "manifest_path": "/nowhere/proptest/Cargo.toml"}
        ],
        "resolve": {"nodes": [
            {"id": "d#2", "deps": [{"pkg": "z#1", "dep_kinds": [{"kind": null}]},
                                   {"pkg": "t#1", "dep_kinds": [{"kind": "dev"}]}]},
            {"id": "z#1", "deps": [{"pkg": "c#1", "dep_kinds": [{"kind": "build"}, {"kind": "dev"}]}]},
            {"id": "c#1", "deps": []},
            {"id": "t#1", "deps": []}
        ]}
    }"#;

    #[test]
    fn what_only_tests_use_is_not_shipped() {
        let metadata = Metadata::parse(SAMPLE).unwrap();
        let shipped = metadata.shipped().unwrap();
        let all: Vec<_> = shipped.iter().map(|(it, needs)| (it.name.as_str(), needs.clone())).collect();
        assert_eq!(all, [("dateline", vec!["z#1"]), ("cc", vec![]), ("zlib-rs", vec!["c#1"])]);
    }

    #[test]
    fn what_is_no_metadata_is_an_error() {
        assert!(Metadata::parse("{}").unwrap_err().to_string().starts_with("this is no output of cargo metadata"));
        let other = Metadata::parse(&SAMPLE.replace("\"dateline\"", "\"other\"")).unwrap();
        assert_eq!(other.shipped().unwrap_err().to_string(), "there is no package dateline in the metadata");
    }
}
