//! A real schema registry: Apicurio's, in memory, with the interface of Confluent's. Its archive comes from Maven Central.

use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cluster::{skipped, text};
use super::ports::Ports;
use super::wire::PATIENCE;
use crate::maven::fetched;

const VERSION: &str = "3.3.3";
/// The oldest Java that it runs on.
const JAVA: u32 = 21;

/// A registry, which cannot outlive the tests: the shell that holds it kills it when its standard input ends.
pub struct Registry {
    shell: Mutex<Child>,
    /// The address of its interface.
    pub url: String,
    folder: tempfile::TempDir,
}

impl Registry {
    /// Starts one, or says why there can be none.
    pub fn start() -> Option<Self> {
        let required = std::env::var("DATELINE_TEST_REQUIRE").is_ok_and(|it| it == "all" || it.contains("kafka"));
        match Self::started() {
            Err(reason) if required => panic!("{reason}"),
            Err(reason) => {
                skipped(&reason);
                None
            }
            Ok(registry) => Some(registry),
        }
    }

    fn started() -> Result<Self, String> {
        let java = java()?;
        let artifact = format!("-Dartifact=io.apicurio:apicurio-registry-app:{VERSION}:tar.gz:all");
        let program = fetched(&format!("apicurio-registry-{VERSION}"), &[], &["dependency:unpack", &artifact])?;
        let folder = tempfile::tempdir().map_err(text)?;
        let ports = Ports::hold(2)?;
        let numbers = ports.numbers()?;
        let log = File::create(folder.path().join("log")).map_err(text)?;
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(HOLDER).env("JAVA", java).current_dir(program);
        for (name, port) in ["HTTP", "MANAGEMENT"].into_iter().zip(&numbers) {
            shell
                .env(format!("QUARKUS_{name}_HOST"), "127.0.0.1")
                .env(format!("QUARKUS_{name}_PORT"), port.to_string());
        }
        shell.stdin(Stdio::piped()).stdout(log.try_clone().map_err(text)?).stderr(log).process_group(0);
        ports.release();
        let shell = Mutex::new(shell.spawn().map_err(text)?);
        let url = format!("http://127.0.0.1:{}/apis/ccompat/v7", numbers[0]);
        let registry = Self { shell, url, folder };
        registry.wait()
    }

    fn wait(self) -> Result<Self, String> {
        let start = Instant::now();
        while ureq::get(format!("{}/schemas/types", self.url)).call().is_err() {
            if start.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                return Err(format!("the registry does not answer:\n{log}"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(self)
    }

    /// Registers a schema, and returns its id.
    pub fn register(&self, subject: &str, schema_type: &str, schema: &str, references: Value) -> u32 {
        let new = json!({"schema": schema, "schemaType": schema_type, "references": references}).to_string();
        let post = ureq::post(format!("{}/subjects/{subject}/versions", self.url));
        let answer = post.header("content-type", "application/vnd.schemaregistry.v1+json").send(new.as_str());
        let answer: Value = serde_json::from_str(&answer.unwrap().body_mut().read_to_string().unwrap()).unwrap();
        answer["id"].as_u64().unwrap() as u32
    }

    /// The text of the newest schema of a subject.
    pub fn latest(&self, subject: &str) -> String {
        let mut answer = ureq::get(format!("{}/subjects/{subject}/versions/latest", self.url)).call().unwrap();
        let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        answer["schema"].as_str().unwrap().to_owned()
    }

    /// Lets it answer nothing more, until it thaws.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let mut shell = self.shell.lock().unwrap();
        writeln!(shell.stdin.as_mut().unwrap(), "{name}").unwrap();
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let shell = self.shell.get_mut().unwrap();
        drop(shell.stdin.take());
        let _ = shell.wait();
    }
}

const HOLDER: &str = r#"
    "$JAVA" -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar quarkus-run.jar &
    registry=$!
    while read -r signal; do
        kill -"$signal" $registry
    done
    kill -9 $registry
    wait $registry 2>/dev/null
"#;

/// A Java that is new enough: the one that `DATELINE_TEST_JAVA` names, that of the path, or another that is installed.
fn java() -> Result<PathBuf, String> {
    let named = std::env::var_os("DATELINE_TEST_JAVA").map(PathBuf::from);
    let installed = std::fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten();
    let installed = installed.map(|entry| entry.path().join("bin/java")).filter(|path| path.exists());
    let mut all = named.into_iter().chain([PathBuf::from("java")]).chain(installed);
    all.find(|path| version(path).is_some_and(|version| version >= JAVA)).ok_or_else(|| {
        format!(
            "no Java {JAVA}; for the tests on a real schema registry install it, or name it with DATELINE_TEST_JAVA"
        )
    })
}

fn version(java: &Path) -> Option<u32> {
    let output = Command::new(java).arg("-version").output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.split('"').nth(1)?.split(['.', '-']).next()?.parse().ok()
}
