//! Kafka's archives, downloaded once into the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cluster::text;

const VERSION: &str = "4.1.1";
const LOG4J: &str = "2.24.3";

/// Returns the folder with the archives.
pub fn libraries() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
    let there = target.join(format!("kafka-libs-{VERSION}"));
    for tool in ["java", "mvn"] {
        let found = Command::new(tool).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if found.is_err() && (tool == "java" || !there.exists()) {
            return Err(format!("no `{tool}`; for the tests on a real Kafka install Java 17 and Maven"));
        }
    }
    if there.exists() {
        return Ok(there);
    }
    let work = tempfile::tempdir_in(target).map_err(text)?;
    let dependency = |group: &str, name: &str, version: &str| {
        format!(
            "<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
        )
    };
    let log4j = ["log4j-api", "log4j-core", "log4j-slf4j-impl"];
    let pom = format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\
         <groupId>dateline</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>\
         <dependencies>{}{}</dependencies></project>",
        dependency("org.apache.kafka", "kafka_2.13", VERSION),
        log4j.map(|name| dependency("org.apache.logging.log4j", name, LOG4J)).concat(),
    );
    fs::write(work.path().join("pom.xml"), pom).map_err(text)?;
    let output = Command::new("mvn")
        .args(["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=libs"])
        .current_dir(work.path())
        .output()
        .map_err(text)?;
    if !output.status.success() {
        return Err(format!("Maven could not fetch Kafka:\n{}", String::from_utf8_lossy(&output.stdout)));
    }
    // Another test run may have been faster; its result is the same.
    if let Err(error) = fs::rename(work.path().join("libs"), &there)
        && !there.exists()
    {
        return Err(error.to_string());
    }
    Ok(there)
}
