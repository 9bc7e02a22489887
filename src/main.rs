//! The program `dateline`: parse, dispatch, exit code.

fn main() -> std::process::ExitCode {
    dateline::cli::main()
}
