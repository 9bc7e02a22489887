//! The SBOM: every package that is built into the program, in the form of CycloneDX 1.5.
//!
//! The same packages give the same bytes: it has no time and no serial number.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Fallible;
use crate::metadata::{Metadata, Package};

/// Returns the SBOM as JSON.
pub fn sbom(metadata: &Metadata) -> Fallible<String> {
    let shipped = metadata.shipped()?;
    let urls: BTreeMap<&str, String> = shipped.iter().map(|(it, _)| (it.id.as_str(), url(it))).collect();
    let dependencies: Vec<Value> = shipped
        .iter()
        .map(|(it, needs)| {
            let needs: Vec<_> = needs.iter().filter_map(|id| urls.get(id)).collect();
            json!({"ref": url(it), "dependsOn": needs})
        })
        .collect();
    let bom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": component(metadata.root()?, "application"),
            "tools": {"components": [
                {"type": "application", "name": "dateline-release", "version": env!("CARGO_PKG_VERSION")},
            ]},
        },
        "components": shipped.iter().skip(1).map(|(it, _)| component(it, "library")).collect::<Vec<_>>(),
        "dependencies": dependencies,
    });
    Ok(serde_json::to_string_pretty(&bom)? + "\n")
}

fn component(package: &Package, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": url(package),
        "name": package.name,
        "version": package.version,
        "purl": url(package),
    });
    if let Some(license) = &package.license {
        component["licenses"] = json!([{"expression": expression(license)}]);
    }
    if let Some(description) = &package.description {
        component["description"] = json!(description.trim());
    }
    if let Some(repository) = &package.repository {
        component["externalReferences"] = json!([{"type": "vcs", "url": repository}]);
    }
    component
}

/// Returns the package URL. What the version has behind a plus, often the version of a bundled C library, is escaped.
fn url(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

/// Returns a license expression as SPDX has it. Old manifests write `MIT/Apache-2.0`.
pub fn expression(license: &str) -> String {
    license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::tests::SAMPLE;

    #[test]
    fn it_names_each_package_with_its_license_and_what_it_depends_on() {
        let text = sbom(&Metadata::parse(SAMPLE).unwrap()).unwrap();
        let bom: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&bom["bomFormat"], &bom["specVersion"]), (&json!("CycloneDX"), &json!("1.5")));
        assert_eq!(bom["metadata"]["component"]["purl"], "pkg:cargo/dateline@0.2.0");
        let components = bom["components"].as_array().unwrap();
        let all: Vec<_> =
            components.iter().map(|it| (it["purl"].as_str().unwrap(), &it["licenses"][0]["expression"])).collect();
        assert_eq!(
            all,
            [("pkg:cargo/cc@1.2.3%2B4", &json!("MIT OR Apache-2.0")), ("pkg:cargo/zlib-rs@1.0.0", &json!("Zlib"))]
        );
        assert_eq!(components[1]["externalReferences"][0]["url"], "https://example.org/zlib");
        assert_eq!(bom["dependencies"][0]["dependsOn"], json!(["pkg:cargo/zlib-rs@1.0.0"]));
        assert_eq!(bom["dependencies"][2]["dependsOn"], json!(["pkg:cargo/cc@1.2.3%2B4"]));
    }

    #[test]
    fn every_reference_is_to_something_that_is_listed() {
        let text = sbom(&Metadata::parse(SAMPLE).unwrap()).unwrap();
        let bom: Value = serde_json::from_str(&text).unwrap();
        let listed: Vec<_> =
            bom["components"].as_array().unwrap().iter().chain([&bom["metadata"]["component"]]).collect();
        for dependency in bom["dependencies"].as_array().unwrap() {
            for reference in dependency["dependsOn"].as_array().unwrap().iter().chain([&dependency["ref"]]) {
                assert!(listed.iter().any(|it| it["bom-ref"] == *reference), "{reference}");
            }
        }
    }
}
