//! The stories that are sent: the Reuters wire of 1987, or made-up stories if it is not there.

use std::path::{Path, PathBuf};

use crate::sentences::SENTENCES;

/// Returns the values of the messages.
pub fn stories() -> Vec<Vec<u8>> {
    let Some(path) = reuters() else { return (0..20_000).map(made_up).collect() };
    let lines = std::fs::read(&path).unwrap();
    lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

/// Returns the path of the Reuters wire, if it is there.
fn reuters() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("DATELINE_SHARED").map_or(beside, PathBuf::from);
    Some(shared.join("corpora/wire/reuters-21578.jsonl")).filter(|path| path.is_file())
}

/// Returns a story of about the length of a Reuters story.
fn made_up(number: usize) -> Vec<u8> {
    let length = 3 + number % 9;
    let body: Vec<_> = (0..length).map(|at| SENTENCES[(number + at * at) % SENTENCES.len()]).collect();
    story(&format!("story-{number}"), &body.join(" "))
}

/// Returns a story of about this many bytes, made of the bodies of others.
pub fn long_story(bytes: usize, stories: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut body = String::with_capacity(bytes);
    for (_, story) in stories.iter().cycle() {
        let story: serde_json::Value = serde_json::from_slice(story).unwrap();
        body.push_str(story["body"].as_str().unwrap());
        body.push_str("\n\n");
        if body.len() >= bytes {
            break;
        }
    }
    story("long-story", &body)
}

fn story(id: &str, body: &str) -> Vec<u8> {
    let json = serde_json::json!({"id": id, "title": "A story", "published_at": "1987-10-19T15:01:01Z", "body": body});
    json.to_string().into_bytes()
}
