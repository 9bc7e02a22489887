//! Prints docs/formats.md, rendered from what the formats, presets and envelopes say of themselves:
//! `cargo run -p dateline-core --example format_reference >new.md && mv new.md docs/formats.md`.
#![allow(clippy::panic, clippy::print_stdout, reason = "an example prints, and stops where a file is missing")]

mod render;

fn main() {
    print!("{}", render::documentation());
}
