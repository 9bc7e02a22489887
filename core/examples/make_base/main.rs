//! Writes `core/src/language/<code>/base.toml`, what Unicode CLDR knows of the dates of a language:
//!
//! ```sh
//! cargo run -p dateline-core --example make_base -- CLDR_FOLDER core/src/language [CODE…]
//! ```
//!
//! The folder holds one JSON file a language, reduced from CLDR 48 as it is published on npm: from `cldr-dates-full` the
//! names of months and weekdays in all forms, relative words and phrases, and patterns of dates; from `cldr-units-full`
//! the units in all cases and numbers; from `cldr-rbnf` cardinals to 100 and ordinals to 31 in words. CLDR is under the
//! Unicode License v3, which is in the file NOTICE.
#![expect(clippy::print_stderr, reason = "it reports what it did")]

mod cldr;
mod phrases;
mod write;

use std::error::Error;
use std::fs;
use std::path::Path;

use cldr::Cldr;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to, codes @ ..] = arguments.as_slice() else {
        return Err("usage: make_base CLDR_FOLDER LANGUAGE_FOLDER [CODE…]".into());
    };
    let mut files: Vec<_> = fs::read_dir(from)?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    for file in files {
        let path = file.path();
        let code = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let wanted = if codes.is_empty() { code != "en" } else { codes.contains(&code) };
        if wanted && path.extension().is_some_and(|extension| extension == "json") {
            let cldr: Cldr = serde_json::from_str(&fs::read_to_string(&path)?)?;
            let folder = Path::new(to).join(&code);
            fs::create_dir_all(&folder)?;
            let text = write::base(&cldr);
            fs::write(folder.join("base.toml"), &text)?;
            eprintln!("{code}: {} bytes", text.len());
        }
    }
    Ok(())
}
