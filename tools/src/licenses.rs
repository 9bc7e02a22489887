//! The texts of the licences of everything that is built into the program, with that of the C libraries inside of packages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::Fallible;
use crate::metadata::{Metadata, Package};
use crate::sbom::expression;

/// How far below the folder of a package the files of a bundled C library are looked for.
const DEPTH: usize = 4;

/// Returns the list of packages, and behind it each text once, with the packages that it is of.
pub fn licenses(metadata: &Metadata) -> Fallible<String> {
    let mut list = String::new();
    let mut texts = BTreeMap::<String, BTreeSet<String>>::new();
    for (package, _) in metadata.shipped()?.iter().filter(|(it, _)| it.source.is_some()) {
        let name = format!("{} {}", package.name, package.version);
        let license = package.license.as_deref().map_or_else(|| "see its text below".to_owned(), expression);
        list += &format!("{name}: {license}\n");
        for text in texts_of(package)? {
            texts.entry(text).or_default().insert(name.clone());
        }
    }
    let mut all = format!(
        "What is built into dateline {}, with the licence of each package. The texts follow, each once.\n\n{list}",
        metadata.root()?.version
    );
    for (text, packages) in &texts {
        let packages = packages.iter().cloned().collect::<Vec<_>>().join(", ");
        all += &format!("\n{}\n{packages}\n\n{text}\n", "=".repeat(80));
    }
    Ok(all)
}

fn texts_of(package: &Package) -> Fallible<Vec<String>> {
    let folder = package.manifest_path.parent().unwrap_or_else(|| Path::new("."));
    let mut files = Vec::new();
    collect(folder, DEPTH, &mut files)?;
    files.sort();
    // Some are written in Latin-1.
    let text =
        |file: &PathBuf| fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).trim_end().replace('\r', ""));
    Ok(files.iter().map(text).collect::<Result<_, _>>()?)
}

/// Collects the files with licences in a folder, and in those below it.
fn collect(folder: &Path, depth: usize, into: &mut Vec<PathBuf>) -> Fallible<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let (kind, name) = (entry.file_type()?, entry.file_name());
        let name = name.to_string_lossy().to_uppercase();
        if kind.is_dir() && depth > 1 && !["TARGET", "TESTS", "TEST", "DOC", "EXAMPLES"].contains(&name.as_str()) {
            collect(&entry.path(), depth - 1, into)?;
        } else if kind.is_file() && is_license(&name) {
            into.push(entry.path());
        }
    }
    Ok(())
}

fn is_license(name: &str) -> bool {
    let begins = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];
    let source = [".RS", ".C", ".H", ".PL", ".PY", ".TOML", ".JSON", ".HTML"];
    begins.iter().any(|it| name.starts_with(it)) && !source.iter().any(|it| name.ends_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::tests::SAMPLE;

    #[test]
    fn each_text_is_there_once_with_the_packages_that_it_is_of() {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write("zlib-rs/LICENSE-ZLIB", "Permission\n");
        write("zlib-rs/c/zlib/COPYING", "Altered\n");
        write("zlib-rs/src/license.rs", "fn license() {}");
        write("cc/license.md", "Permission\r\n\n");
        write("proptest/LICENSE", "Of tests");
        write("dateline/LICENSE", "Our own");
        let sample = SAMPLE.replace("/nowhere", folder.path().to_str().unwrap());
        let text = licenses(&Metadata::parse(&sample).unwrap()).unwrap();
        assert!(text.contains("\ncc 1.2.3+4: MIT OR Apache-2.0\nzlib-rs 1.0.0: Zlib\n"), "{text}");
        assert!(text.contains("\ncc 1.2.3+4, zlib-rs 1.0.0\n\nPermission\n"), "{text}");
        assert!(text.contains("\nzlib-rs 1.0.0\n\nAltered\n"), "{text}");
        for absent in ["Of tests", "Our own", "fn license"] {
            assert!(!text.contains(absent), "{absent}");
        }
    }

    #[test]
    fn a_package_without_a_text_is_listed_all_the_same() {
        let text = licenses(&Metadata::parse(SAMPLE).unwrap()).unwrap();
        assert!(text.contains("zlib-rs 1.0.0: Zlib"), "{text}");
    }
}
