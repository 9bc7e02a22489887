//! Man pages and shell completions, from the definition of the command line.

use std::fs;
use std::path::Path;

use clap_complete::{Shell, generate_to};

use crate::Fallible;

const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Writes `man/dateline.1` with a page for each command beside it, and `completions/` with a file for each shell.
pub fn write(folder: &Path) -> Fallible<()> {
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    clap_mangen::generate_to(dateline::cli::command(), &man)?;
    for shell in SHELLS {
        generate_to(shell, &mut dateline::cli::command(), "dateline", &completions)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_and_is_completed_by_every_shell() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path()).unwrap();
        let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
        let command = dateline::cli::command();
        let commands: Vec<_> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
        assert!(commands.contains(&"backfill".to_owned()), "{commands:?}");
        let completions = ["dateline.bash", "_dateline", "dateline.fish"].map(|it| read(&format!("completions/{it}")));
        let whole = read("man/dateline.1");
        assert!(whole.contains(dateline::VERSION), "{whole}");
        for command in commands {
            let page = read(&format!("man/dateline-{command}.1"));
            assert!(page.contains(".TH") && page.contains("SYNOPSIS"), "{command}");
            assert!(whole.contains(&command), "dateline.1 does not name {command}");
            assert!(completions.iter().all(|it| it.contains(&command)), "{command} is not completed");
        }
    }
}
