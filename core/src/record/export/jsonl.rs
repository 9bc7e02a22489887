//! JSON Lines: the records themselves.

use std::io::{self, Write};

use super::{Export, Folded};
use crate::record::EventRecord;

/// One record per line.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: W,
    /// A record is written at once: serde makes many small writes.
    line: Vec<u8>,
}

impl<W: Write> JsonLines<W> {
    /// Starts an empty stream.
    pub fn new(out: W) -> Self {
        Self { out, line: Vec::new() }
    }
}

impl<W: Write> Export for JsonLines<W> {
    fn row(&mut self, record: &EventRecord, _: Option<&Folded>) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, record)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
