//! The program `dateline`: parse, dispatch, exit code.

/// A record is many small strings: the system's allocator takes a tenth longer for them. C code (SQLite, librdkafka) takes
/// its memory here as well, by the crate's feature `override`: the system's would keep what many threads gave back. Without
/// huge pages (`no_thp`): with them the timeline of a million events takes half as much again, and nothing is faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    dateline::cli::main()
}
