//! The program `dateline`: parse, dispatch, exit code.

/// A record is many small strings: the system's allocator takes a tenth longer for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    dateline::cli::main()
}
