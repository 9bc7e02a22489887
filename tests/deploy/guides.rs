//! Every command, key, variable and file that the guides name exists.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use dateline::config::Configuration;

fn root(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// The guides, and the other pages that show commands: their names and texts.
fn pages() -> Vec<(String, String)> {
    let guides = std::fs::read_dir(root("docs/guides")).unwrap().map(|entry| entry.unwrap().path());
    let others = ["README.md", "SECURITY.md", "docs/versions.md"].map(root);
    let mut files: Vec<_> = guides.chain(others).collect();
    files.sort();
    files.iter().map(|file| (file.display().to_string(), std::fs::read_to_string(file).unwrap())).collect()
}

/// The lines of the fenced blocks of a kind. Lines that end with a backslash go on with the next one.
fn blocks(page: &str, kind: &str) -> Vec<String> {
    let blocks =
        page.split("\n```").skip(1).step_by(2).filter_map(|block| block.strip_prefix(kind)?.strip_prefix('\n'));
    blocks.map(|block| block.replace("\\\n", " ")).collect()
}

/// What is written as code between two backticks, outside of blocks.
fn spans(page: &str) -> Vec<String> {
    let prose: String = page.split("\n```").step_by(2).collect();
    prose.split('`').skip(1).step_by(2).map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The words of a command, up to what the shell does with it.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut quote, mut is_open) = (None, false);
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => words.last_mut().unwrap().push(letter),
            (None, '"' | '\'') => (quote, is_open) = (Some(letter), true),
            (None, '#') if words.last().unwrap().is_empty() => break,
            (None, '|' | '>' | '<' | ';') => break,
            (None, _) if letter.is_whitespace() => {
                if !words.last().unwrap().is_empty() || is_open {
                    words.push(String::new());
                    is_open = false;
                }
            }
            (None, _) => words.last_mut().unwrap().push(letter),
        }
    }
    if words.last().unwrap().is_empty() && !is_open {
        words.pop();
    }
    words
}

/// The commands of dateline in a text, each from its name on: as they stand, and behind `docker compose run`.
fn commands(text: &str) -> Vec<Vec<String>> {
    let starts = ["dateline ", "sudo dateline ", "docker compose run --rm worker "];
    let line = |line: &str| {
        let line = line.rsplit("|").next().filter(|it| it.trim_start().starts_with("dateline ")).unwrap_or(line).trim();
        let rest = starts.iter().find_map(|start| line.strip_prefix(start))?;
        let ours = words(rest);
        ours.first().filter(|it| it.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '-'))?;
        Some(["dateline".to_owned()].into_iter().chain(ours).collect())
    };
    text.lines().filter_map(line).collect()
}

#[test]
fn every_command_is_understood() {
    let (mut checked, mut wrong) = (0, Vec::new());
    for (name, page) in pages() {
        let in_blocks = commands(&blocks(&page, "sh").join("\n")).into_iter().map(|it| (it, false));
        let in_sentences = commands(&spans(&page).join("\n")).into_iter().map(|it| (it, true));
        for (command, in_sentence) in in_blocks.chain(in_sentences) {
            // What is elided, and help.
            if command.iter().any(|word| word.contains('…') || word == "help") {
                continue;
            }
            checked += 1;
            let parsed = dateline::cli::command().try_get_matches_from(&command);
            let error = parsed.err().filter(|error| is_wrong(error.kind(), in_sentence));
            wrong.extend(error.map(|error| format!("{name}: {}: {error}", command.join(" "))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 40, "only {checked} commands were found");
}

/// Whether a command cannot work. In a sentence, it may stand for itself without what it requires.
fn is_wrong(error: ErrorKind, in_sentence: bool) -> bool {
    match error {
        ErrorKind::DisplayVersion => false,
        ErrorKind::MissingRequiredArgument | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => !in_sentence,
        _ => true,
    }
}

#[test]
fn every_configuration_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dateline.toml");
    std::fs::write(folder.path().join("kafka-password"), "hunter2\n").unwrap();
    for (name, page) in pages() {
        for block in blocks(&page, "toml") {
            // Refused by a program that was built without it.
            if block.contains("[schema.registry") && !cfg!(feature = "schema-registry") {
                continue;
            }
            // Certificates are read when the client starts.
            let here = |line: &str| {
                let secret = line.split('"').nth(1).filter(|_| line.starts_with("sasl.password"));
                secret.map_or(line.to_owned(), |secret| {
                    line.replace(secret, folder.path().join("kafka-password").to_str().unwrap())
                })
            };
            let lines: Vec<_> = block.lines().filter(|it| !it.starts_with("ssl.")).map(here).collect();
            std::fs::write(&file, lines.join("\n")).unwrap();
            let loaded = Configuration::load(Some(&file), [], []).and_then(|it| it.settings());
            assert!(loaded.is_ok(), "{name}: {}\n{block}", loaded.unwrap_err());
        }
    }
}

/// All keys of the configuration.
fn keys() -> BTreeSet<String> {
    fn collect(table: &toml::Table, prefix: &str, into: &mut BTreeSet<String>) {
        for (name, value) in table {
            into.insert(format!("{prefix}{name}"));
            if let toml::Value::Table(inner) = value {
                collect(inner, &format!("{prefix}{name}."), into);
            }
        }
    }
    let mut keys = BTreeSet::from(["source".to_owned()]);
    collect(&dateline::config::reference().unwrap().parse().unwrap(), "", &mut keys);
    keys
}

/// Whether a key is in a table whose names are those of something else.
fn is_open(key: &str) -> bool {
    const OPEN: [&str; 4] = ["kafka.client.", "kafka.client_files.", "schema.registry.", "schema.registry_files."];
    OPEN.iter().any(|table| key.starts_with(table))
}

#[test]
fn every_key_and_variable_exists() {
    let keys = keys();
    let sections: BTreeSet<_> =
        keys.iter().filter(|it| it.contains('.')).filter_map(|it| it.split('.').next()).collect();
    let mut checked = 0;
    for (name, page) in pages() {
        for span in spans(&page) {
            let key = span.split([' ', '=']).next().unwrap_or_default().trim_matches(['[', ']']);
            let is_key = key.split_once('.').is_some_and(|(section, rest)| {
                sections.contains(section) && rest.starts_with(|it: char| it.is_ascii_lowercase())
            });
            // A file may be called as a section is.
            if is_key && !key.ends_with(".toml") && !key.contains(['/', '…']) {
                assert!(is_open(key) || keys.contains(key), "{name}: there is no key {key}");
                checked += 1;
            }
        }
        for rest in page.split("DATELINE_").skip(1) {
            let variable: String = rest.chars().take_while(|it| it.is_ascii_uppercase() || *it == '_').collect();
            let Some((section, key)) = variable.split_once("__") else { continue };
            let key = format!("{section}.{}", key.to_lowercase().replace("__", ".")).to_lowercase();
            assert!(is_open(&key) || keys.contains(&key), "{name}: there is no key {key}");
            checked += 1;
        }
    }
    assert!(checked > 20, "only {checked} keys were found");
}

#[test]
fn every_link_leads_somewhere() {
    for (name, page) in pages() {
        let folder = Path::new(&name).parent().unwrap().to_owned();
        for link in page.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !link.is_empty() && !link.contains("://") {
                assert!(folder.join(link).exists(), "{name}: {link}");
            }
        }
    }
}

#[test]
fn every_guide_is_on_the_list() {
    let list = std::fs::read_to_string(root("docs/guides/README.md")).unwrap();
    for entry in std::fs::read_dir(root("docs/guides")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        assert!(file == "README.md" || list.contains(&format!("]({file})")), "{file} is not listed");
    }
}
