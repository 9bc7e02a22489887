//! JSON Lines: the records themselves.

use std::io::{self, Write};

use super::Export;
use crate::record::EventRecord;

/// One record a line.
#[derive(Debug)]
pub struct JsonLines<W>(W);

impl<W: Write> JsonLines<W> {
    /// Starts an empty stream.
    pub fn new(out: W) -> Self {
        Self(out)
    }
}

impl<W: Write> Export for JsonLines<W> {
    fn event(&mut self, record: &EventRecord) -> io::Result<()> {
        // One write a record: serde writes in crumbs.
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.0.write_all(&line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
