//! What some tests need from Maven Central, downloaded once into the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A dependency: group, name, version.
pub type Dependency<'a> = (&'a str, &'a str, &'a str);

/// Returns a folder of this name below the target folder, with what a goal of Maven's dependency plugin puts there.
pub fn fetched(name: &str, dependencies: &[Dependency], goal: &[&str]) -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
    let there = target.join(name);
    if there.exists() {
        return Ok(there);
    }
    if Command::new("mvn").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return Err("no `mvn`; install Maven".to_owned());
    }
    let work = tempfile::tempdir_in(target).map_err(|error| error.to_string())?;
    let dependencies = dependencies.iter().map(|(group, name, version)| {
        format!(
            "<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
        )
    });
    let pom = format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>\
         <groupId>dateline</groupId><artifactId>for-tests</artifactId><version>1</version>\
         <dependencies>{}</dependencies></project>",
        dependencies.collect::<String>(),
    );
    fs::write(work.path().join("pom.xml"), pom).map_err(|error| error.to_string())?;
    let output = Command::new("mvn")
        .args(["-q", "-B"])
        .args(goal)
        .arg("-DoutputDirectory=fetched")
        .current_dir(work.path())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("Maven could not fetch {name}:\n{}", String::from_utf8_lossy(&output.stdout)));
    }
    // Another test run may have been faster; its result is the same.
    if let Err(error) = fs::rename(work.path().join("fetched"), &there)
        && !there.exists()
    {
        return Err(error.to_string());
    }
    Ok(there)
}
