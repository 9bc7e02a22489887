//! Makes what a release holds beside the binary. `tools/release` runs it.

mod licenses;
mod manual;
mod metadata;
mod sbom;

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use metadata::Metadata;

/// Why something could not be made, in words for people.
type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// Makes what a release of dateline holds beside the binary
#[derive(Debug, Parser)]
#[command(name = "dateline-release")]
enum Command {
    /// Writes man pages and shell completions into a folder
    Manual {
        /// Gets the folders `man` and `completions`
        folder: PathBuf,
    },
    /// Prints the SBOM (CycloneDX, JSON) of the `cargo metadata` on standard input
    Sbom,
    /// Prints the licences of everything that is built into the program, from the `cargo metadata` on standard input
    Licenses,
}

fn main() -> ExitCode {
    match run(&Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error is closed, there is nowhere left to report to.
            let _ = writeln!(io::stderr(), "dateline-release: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Fallible<()> {
    let text = match command {
        Command::Manual { folder } => return manual::write(folder),
        Command::Sbom => sbom::sbom(&read()?)?,
        Command::Licenses => licenses::licenses(&read()?)?,
    };
    Ok(io::stdout().write_all(text.as_bytes())?)
}

fn read() -> Fallible<Metadata> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Metadata::parse(&text)
}
