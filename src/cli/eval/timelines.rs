//! The part of `dateline eval` that scores key days against timelines: finds and reads the files.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::with_path;
use crate::evaluate::{TimelineReport, Topic, TopicFigures};
use crate::pipeline::Settings;

/// The files of a topic.
const FILES: [&str; 2] = ["articles.jsonl", "timelines.jsonl"];

/// Scores the topics in a folder, sorted by name.
pub(super) fn score(folder: &Path, settings: &Settings) -> io::Result<TimelineReport> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut topics: Vec<PathBuf> =
        entries.map_err(|error| with_path(folder, &error))?.iter().map(fs::DirEntry::path).collect();
    topics.retain(|topic| FILES.iter().all(|file| topic.join(file).exists()));
    topics.sort();
    let figures = topics.iter().map(|topic| Ok(read(topic)?.score(settings)));
    let figures: Vec<TopicFigures> = figures.filter_map(io::Result::transpose).collect::<io::Result<_>>()?;
    TimelineReport::new(figures).ok_or_else(|| {
        let message = format!("{}: no subfolder contains {}", folder.display(), FILES.join(" and "));
        io::Error::new(ErrorKind::NotFound, message)
    })
}

fn read(topic: &Path) -> io::Result<Topic> {
    let [articles, timelines] = FILES.map(|file| {
        let path = topic.join(file);
        fs::read_to_string(&path).map_err(|error| with_path(&path, &error))
    });
    let invalid = |error| io::Error::new(ErrorKind::InvalidData, format!("{}: {error}", topic.display()));
    let name = topic.file_name().unwrap_or_default().to_string_lossy();
    Topic::read(&name, &articles?, &timelines?).map_err(invalid)
}
