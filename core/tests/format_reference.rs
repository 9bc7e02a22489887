//! docs/formats.md is what the formats, presets and envelopes say of themselves, and its examples are what it says.

use std::path::Path;

use dateline_core::article::{Format, Message, Preset, Settings, inspect};

#[path = "../examples/format_reference/render.rs"]
mod render;

#[test]
fn the_documentation_is_rendered_from_the_registry() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/formats.md");
    let documentation = std::fs::read_to_string(path).expect("the documentation");
    let fix = "cargo run -p dateline-core --example format_reference >new.md && mv new.md docs/formats.md";
    assert!(documentation == render::documentation(), "docs/formats.md is not what the registry says; run\n{fix}");
}

fn recognised(message: &str, media_type: &str) -> Format {
    let headers: [(&str, &[u8]); 1] = [("content-type", media_type.as_bytes())];
    let message = Message { headers: &headers, ..Message::bare(message.as_bytes()) };
    inspect(&message, &Settings::default()).expect("an article").remove(0).format
}

#[test]
fn each_format_and_preset_has_an_example_that_is_recognised_as_it() {
    for format in Format::ALL {
        let (_, file, _) = render::EXAMPLES.iter().find(|(own, ..)| *own == format).expect("an example");
        let media_type = if format == Format::Text { "text/plain" } else { "" };
        assert_eq!(recognised(&render::test_file("messages", file), media_type), format, "{file}");
    }
    for preset in Preset::all().filter(|preset| !preset.is_of_other_formats()) {
        let example = render::test_file("presets", &format!("{}.json", preset.name()));
        assert_eq!(recognised(&example, ""), Format::Preset(preset));
    }
}
