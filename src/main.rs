//! The program `dateline`: parse, dispatch, exit code.

/// Records consist of many small strings, for which the system allocator is a tenth slower. With the crate's feature
/// `override`, C code (SQLite, librdkafka) allocates here as well: the system allocator would hold on to memory that
/// many threads freed. Without huge pages (`no_thp`): with them a timeline of a million events takes half as much
/// memory again, and nothing is faster.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let code = dateline::cli::main();
    dateline::telemetry::finish();
    code
}
