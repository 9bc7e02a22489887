//! Kafka's archives.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::maven::fetched;

const VERSION: &str = "4.1.1";
const LOG4J: &str = "2.24.3";

/// Returns the folder with the archives.
pub fn libraries() -> Result<PathBuf, String> {
    const REMEDY: &str = "for the tests on a real Kafka install Java 17 and Maven";
    if Command::new("java").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return Err(format!("no `java`; {REMEDY}"));
    }
    let log4j = ["log4j-api", "log4j-core", "log4j-slf4j-impl"].map(|name| ("org.apache.logging.log4j", name, LOG4J));
    let mut dependencies = vec![("org.apache.kafka", "kafka_2.13", VERSION)];
    dependencies.extend(log4j);
    let goal = ["dependency:copy-dependencies", "-DincludeScope=runtime"];
    fetched(&format!("kafka-libs-{VERSION}"), &dependencies, &goal).map_err(|error| format!("{error}; {REMEDY}"))
}
