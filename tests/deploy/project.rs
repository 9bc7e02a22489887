//! The image, the documentation and the configuration agree with the program.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use dateline::config::{Configuration, Topics};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The text of the first fenced block of a kind.
fn block<'a>(text: &'a str, kind: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("```{kind}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

mod image {
    use super::*;

    #[test]
    fn the_last_stage_runs_as_a_numeric_user_that_is_not_root() {
        let file = read("Dockerfile");
        let last = file.rsplit("\nFROM ").next().unwrap();
        let user = last.lines().find_map(|line| line.strip_prefix("USER ")).expect("the last stage has no USER");
        let uid: u32 = user.split(':').next().unwrap().parse().expect("USER is not a number");
        assert_ne!(uid, 0);
    }

    #[test]
    fn what_it_is_built_from_is_pinned_by_digest_and_nothing_else_is_in_it() {
        let file = read("Dockerfile");
        let stages: Vec<_> = file.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
        let (last, built) = stages.split_last().unwrap();
        assert_eq!(*last, "scratch", "a shell would be in the image");
        for base in built {
            let digest = base.split(' ').next().unwrap().split_once("@sha256:").expect(base).1;
            assert!(digest.len() == 64 && digest.chars().all(|it| it.is_ascii_hexdigit()), "{base}");
        }
    }

    #[test]
    fn it_is_built_with_a_rust_that_is_promised() {
        let file = read("Dockerfile");
        let minor = |text: &str| text.split('.').nth(1).unwrap().parse::<u32>().unwrap();
        let tag = file.split_once("FROM rust:").unwrap().1.split('-').next().unwrap();
        assert!(minor(tag) >= minor(env!("CARGO_PKG_RUST_VERSION")), "{tag}");
    }

    #[test]
    fn what_is_copied_is_not_ignored() {
        let ignore = read(".dockerignore");
        let allowed: BTreeSet<_> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
        let file = read("Dockerfile");
        let copies = file.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--"));
        let sources: BTreeSet<_> = copies.flat_map(|line| line.rsplit_once(' ').unwrap().0.split(' ')).collect();
        assert_eq!(sources, allowed);
    }

    #[test]
    fn what_the_program_embeds_is_copied() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let copied = read(".dockerignore");
        for file in ["src", "core/src"].into_iter().flat_map(|folder| sources(&root.join(folder))) {
            let text = std::fs::read_to_string(&file).unwrap();
            // What tests embed is not built into the image.
            let program = text.split("#[cfg(test)]").next().unwrap_or_default();
            let embedded =
                ["include_str!(\"", "include_bytes!(\""].into_iter().flat_map(|it| program.split(it).skip(1));
            for embedded in embedded.filter_map(|rest| rest.split('"').next()) {
                let path = file.parent().unwrap().join(embedded).canonicalize().unwrap();
                let top = path.strip_prefix(root.canonicalize().unwrap()).unwrap().components().next().unwrap();
                let top = top.as_os_str().to_str().unwrap();
                assert!(copied.lines().any(|line| line == format!("!{top}")), "{embedded} of {file:?} is not copied");
            }
        }
    }

    /// All Rust files below a folder.
    fn sources(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
        let files = files.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
        files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
    }
}

mod documentation {
    use super::*;

    #[test]
    fn cargo_run_has_one_program_to_run() {
        let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
        let members = manifest["workspace"]["default-members"].as_array().unwrap().iter();
        let folders = members.map(|member| Path::new(env!("CARGO_MANIFEST_DIR")).join(member.as_str().unwrap()));
        let programs = folders.filter(|folder| folder.join("src/main.rs").exists()).count();
        assert_eq!(programs, 1, "the README's first command is `cargo run`");
    }

    #[test]
    fn the_readme_names_every_command() {
        let help = run(env!("CARGO_BIN_EXE_dateline"), &["--help"]);
        let (_, commands) = help.split_once("Commands:\n").unwrap();
        let commands: Vec<_> = commands
            .lines()
            .take_while(|line| !line.is_empty())
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .collect();
        assert!(!commands.is_empty());
        let readme = read("README.md");
        for command in commands {
            assert!(readme.contains(&format!("\n| `dateline {command}")), "README.md does not name {command}");
        }
    }

    #[test]
    fn the_readme_names_every_topic() {
        let readme = read("README.md");
        let topics = Topics::new(&Configuration::load(None, [], []).unwrap().settings().unwrap().kafka);
        for topic in topics.outputs().into_iter().chain([topics.input.as_str()]) {
            assert!(readme.contains(&format!("\n| `{topic}` |")), "README.md does not name {topic}");
        }
    }

    #[test]
    fn the_configuration_in_the_readme_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("password");
        std::fs::write(&secret, "hunter2\n").unwrap();
        let readme = read("README.md");
        let example = block(&readme, "toml").replace("/run/secrets/kafka-password", secret.to_str().unwrap());
        let file = folder.path().join("dateline.toml");
        std::fs::write(&file, example).unwrap();
        let settings = Configuration::load(Some(&file), [], []).and_then(|c| c.settings()).unwrap();
        assert!(settings.kafka.client.contains(&("sasl.password".to_owned(), "hunter2".to_owned())));
    }
}

mod configuration {
    use super::*;

    #[test]
    fn the_reference_file_holds_the_defaults() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/dateline.toml");
        let given = Configuration::load(Some(&file), [], []).and_then(|c| c.settings()).unwrap();
        let built_in = Configuration::load(None, [], []).and_then(|c| c.settings()).unwrap();
        assert_eq!(format!("{given:?}"), format!("{built_in:?}"));
    }
}
