//! The Debian package: built from the program, listed, installed beside the system, and run; its units are checked by systemd.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use dateline::stream::MAX_SHUTDOWN_TIME;

const UNITS: [&str; 2] = ["dateline.service", "dateline-serve.service"];

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn unit(name: &str) -> String {
    fs::read_to_string(path("config/systemd").join(name)).unwrap()
}

/// The values that a unit sets for a name.
fn set<'a>(unit: &'a str, name: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs a program that has to be there, and has to succeed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", text(&output));
    text(&output)
}

/// Whether a program is there; where it is not, a line says what was skipped.
fn has(program: &str, what: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: {what}, since {program} is not installed");
    }
    found
}

/// A package of the program, without its symbols, which would take long to pack.
fn package(folder: &Path) -> PathBuf {
    let binary = folder.join("dateline");
    run(Command::new("objcopy").arg("--strip-all").arg(env!("CARGO_BIN_EXE_dateline")).arg(&binary));
    fs::create_dir(folder.join("man")).unwrap();
    fs::create_dir(folder.join("completions")).unwrap();
    for page in ["man/dateline.1", "completions/dateline.bash", "completions/_dateline", "completions/dateline.fish"] {
        fs::write(folder.join(page), "Generated.\n").unwrap();
    }
    let mut tool = Command::new(path("tools/deb"));
    tool.arg(&binary).args([dateline::VERSION, &architecture()]).arg(folder).env("COMPRESSION", "none");
    run(tool.env("DEPENDS", "libc6"));
    folder.join(format!("dateline_{}_{}.deb", dateline::VERSION, architecture()))
}

fn architecture() -> String {
    run(Command::new("dpkg").arg("--print-architecture")).trim().to_owned()
}

#[test]
fn a_package_is_built_installed_and_run() {
    if !has("dpkg-deb", "the Debian package") || !has("objcopy", "the Debian package") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let package = package(folder.path());
    let listed = run(Command::new("dpkg-deb").arg("--contents").arg(&package));
    for file in [
        "./usr/bin/dateline",
        "./lib/systemd/system/dateline.service",
        "./lib/systemd/system/dateline-serve.service",
        "./etc/dateline/dateline.toml",
        "./usr/share/doc/dateline/copyright",
        "./usr/share/man/man1/dateline.1.gz",
        "./usr/share/bash-completion/completions/dateline",
    ] {
        let line = listed.lines().find(|line| line.ends_with(file)).unwrap_or_else(|| panic!("{file}: {listed}"));
        assert!(line.contains("root/root"), "{line}");
    }
    let about = run(Command::new("dpkg-deb").arg("--field").arg(&package));
    assert!(
        about.contains(&format!("Version: {}\n", dateline::VERSION)) && about.contains("Depends: libc6\n"),
        "{about}"
    );
    installed(&package, &folder.path().join("root"));
}

/// Installs a package below another root, and runs what it has, with its settings.
fn installed(package: &Path, root: &Path) {
    for part in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log"] {
        fs::create_dir_all(root.join(part)).unwrap();
    }
    fs::write(root.join("var/lib/dpkg/status"), "").unwrap();
    let mut dpkg = Command::new("dpkg");
    dpkg.arg(format!("--root={}", root.display()));
    dpkg.args(["--force-not-root", "--force-depends", "--force-script-chrootless", "--install"]);
    run(dpkg.arg(package));
    let status = fs::read_to_string(root.join("var/lib/dpkg/status")).unwrap();
    assert!(status.contains("Package: dateline\nStatus: install ok installed\n"), "{status}");
    let program = || {
        let mut program = Command::new(root.join("usr/bin/dateline"));
        program.env_clear();
        program
    };
    assert_eq!(run(program().arg("--version")).trim(), format!("dateline {}", dateline::VERSION));
    let config = run(program().args(["config", "--config"]).arg(root.join("etc/dateline/dateline.toml")));
    assert!(config.contains("brokers = \"localhost:9092\""), "{config}");
    let article = root.join("article.txt");
    fs::write(&article, "The treaty is due to expire in February 2021.").unwrap();
    let events = run(program().args(["extract", "--published", "2019-05-03"]).arg(article));
    assert!(events.contains("The treaty is due to expire"), "{events}");
}

#[test]
fn the_units_start_commands_that_there_are_with_time_to_stop() {
    for name in UNITS {
        let unit = unit(name);
        let start = set(&unit, "ExecStart");
        let args: Vec<_> = start[0].split(' ').skip(1).collect();
        run(Command::new(env!("CARGO_BIN_EXE_dateline")).args(args).arg("--help"));
        let seconds: u64 = set(&unit, "TimeoutStopSec").first().map_or(90, |it| it.parse().unwrap());
        assert!(Duration::from_secs(seconds) > MAX_SHUTDOWN_TIME, "{name}");
        let variables = set(&unit, "Environment").into_iter().filter_map(|it| it.split_once('='));
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings = dateline::config::Configuration::load(None, variables, []).and_then(|it| it.settings()).unwrap();
        assert!(settings.http.unwrap().ip().is_loopback(), "{name} is open to others");
        assert!(settings.ignored.foreign.is_empty(), "{name}: {:?}", settings.ignored);
    }
}

#[test]
fn the_units_have_addresses_of_their_own_and_no_rights() {
    let units = UNITS.map(unit);
    let addresses: BTreeSet<_> = units
        .iter()
        .map(|unit| *set(unit, "Environment").iter().find(|it| it.starts_with("DATELINE_HTTP=")).unwrap())
        .collect();
    assert_eq!(addresses.len(), 2);
    for unit in &units {
        for (name, value) in [
            ("DynamicUser", "yes"),
            ("ProtectSystem", "strict"),
            ("ProtectHome", "yes"),
            ("NoNewPrivileges", "yes"),
            ("CapabilityBoundingSet", ""),
        ] {
            assert_eq!(set(unit, name), [value], "{name}");
        }
    }
}

#[test]
fn systemd_accepts_the_units_and_finds_them_safe() {
    if !has("systemd-analyze", "the check of the units by systemd") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in UNITS {
        let file = folder.path().join(name);
        // The program stands elsewhere here, and the manual is not installed.
        let unit = unit(name).replace("/usr/bin/dateline", env!("CARGO_BIN_EXE_dateline"));
        let lines: Vec<_> = unit.lines().filter(|line| !line.starts_with("Documentation=")).collect();
        fs::write(&file, lines.join("\n")).unwrap();
        let output = Command::new("systemd-analyze").arg("verify").arg(&file).output().unwrap();
        let complaints = text(&output);
        assert!(!complaints.contains(name), "{complaints}");
        let rated =
            Command::new("systemd-analyze").args(["security", "--offline=true", "--threshold=20"]).arg(&file).output();
        let rated = rated.unwrap();
        // Versions that cannot rate a file say so.
        assert!(rated.status.success() || text(&rated).contains("unrecognized option"), "{}", text(&rated));
    }
}
