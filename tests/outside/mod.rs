//! What some tests need from outside of the project: a folder of annotated corpora and reference scorers.

use std::path::{Path, PathBuf};

/// The top of the tree, where the core's own tests are one folder below it.
fn checkout() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    if package.ends_with("core") { package.parent().unwrap_or(package) } else { package }
}

/// The files of these names in the shared folder, if all are there: `DATELINE_SHARED`, or else `../shared` beside the
/// checkout. If one is missing, says in one line what is `skipped`, or fails if `DATELINE_TEST_REQUIRE` demands it
/// (`all`, or a comma-separated list with `name`).
pub fn shared(name: &str, files: &[&str], skipped: &str) -> Option<Vec<PathBuf>> {
    let folder = std::env::var_os("DATELINE_SHARED").map_or_else(|| checkout().join("../shared"), PathBuf::from);
    let found: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).filter(|path| path.exists()).collect();
    if found.len() == files.len() {
        return Some(found);
    }
    let remedy = format!("set DATELINE_SHARED to a folder with {}", files.join(", "));
    skip(name, &format!("{skipped}; {remedy}"));
    None
}

/// Says what was skipped, or fails if it was required.
#[expect(clippy::print_stderr, reason = "a test tells its reader what it did not do")]
#[expect(clippy::panic, reason = "a test fails")]
pub fn skip(name: &str, skipped: &str) {
    let required = std::env::var("DATELINE_TEST_REQUIRE").unwrap_or_default();
    if required.split(',').any(|required| required == "all" || required == name) {
        panic!("not skipped, since DATELINE_TEST_REQUIRE={required}: {skipped}");
    }
    eprintln!("skipped: {skipped}");
}
