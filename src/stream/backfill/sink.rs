//! Where the records of a backfill go, together with its offsets.
//!
//! Must not know how messages are read.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use rdkafka::TopicPartitionList;

use super::request::Destination;
use crate::config::{Delivery, Settings, Topics};
use crate::stream::consumer::Consumer;
use crate::stream::fate::Fate;
use crate::stream::producer::{self, Failure};
use crate::stream::{Control, Error, idempotent, transaction};

/// A destination that is open.
pub enum Sink {
    /// The output topics, as the live worker writes them.
    Topics(producer::Inner, Delivery),
    /// Lines that can be cut back.
    File(BufWriter<File>),
    /// Lines.
    Stdout(BufWriter<io::Stdout>),
    /// Nothing is written.
    Nowhere,
}

impl Sink {
    /// Opens a destination for records of so many bytes at most. A file is cut back to the length that an earlier run had written for good.
    pub fn open(
        destination: &Destination,
        settings: &Settings,
        limit: usize,
        written: u64,
        control: &Control,
    ) -> Result<Self, Error> {
        Ok(match destination {
            Destination::Topics => Self::Topics(transaction::open(settings, limit, control)?, settings.stream.delivery),
            Destination::File(path) => Self::File(BufWriter::new(cut_back(path, written)?)),
            Destination::Stdout => Self::Stdout(BufWriter::new(io::stdout())),
            Destination::Nowhere => Self::Nowhere,
        })
    }

    /// Makes ready again after a failure.
    pub fn renew(&mut self, settings: &Settings, limit: usize, control: &Control) -> Result<(), Error> {
        if let Self::Topics(producer, _) = self {
            *producer = transaction::open(settings, limit, control)?;
        }
        Ok(())
    }

    /// Writes what became of a batch; the offsets that count from then on are made by `offsets`, which is told how long
    /// the file is.
    pub fn deliver(
        &mut self,
        consumer: &Consumer,
        fates: &[Fate],
        topics: &Topics,
        control: &Control,
        offsets: impl Fn(u64) -> Result<TopicPartitionList, Error>,
    ) -> Result<(), Failure> {
        match self {
            Self::Topics(producer, delivery) => {
                let deliver = match delivery {
                    Delivery::ExactlyOnce => transaction::deliver,
                    Delivery::AtLeastOnce => idempotent::deliver,
                };
                deliver(producer, consumer, fates, &offsets(0).map_err(Failure::Fatal)?, control)
            }
            Self::File(file) => {
                let written = append(file, fates, topics).map_err(|error| Failure::Fatal(Error::output(&error)))?;
                let offsets = offsets(written).map_err(Failure::Fatal)?;
                consumer.commit(&offsets).map_err(|error| Failure::Fatal(Error::consumer(error)))
            }
            Self::Stdout(out) => write_lines(out, fates, topics)
                .and_then(|()| out.flush())
                .map_err(|error| Failure::Fatal(Error::output(&error))),
            Self::Nowhere => Ok(()),
        }
    }
}

fn cut_back(path: &Path, written: u64) -> Result<File, Error> {
    let open = || {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if file.metadata()?.len() < written {
            return Err(io::Error::other(format!(
                "it is shorter than the {written} bytes that were written before the stop; begin again with --restart"
            )));
        }
        file.set_len(written)?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    };
    open().map_err(|error| Error::output(&format_args!("{}: {error}", path.display())))
}

/// Appends the events, for good, and tells how long the file is then.
fn append(file: &mut BufWriter<File>, fates: &[Fate], topics: &Topics) -> io::Result<u64> {
    write_lines(file, fates, topics)?;
    file.flush()?;
    file.get_ref().sync_data()?;
    file.stream_position()
}

/// One event a line, as the topic would hold it.
fn write_lines(out: &mut impl Write, fates: &[Fate], topics: &Topics) -> io::Result<()> {
    let events = fates.iter().flat_map(Fate::records).filter(|record| record.topic == topics.events);
    for value in events.filter_map(|record| record.value.as_deref()) {
        out.write_all(value)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_cut_back_to_what_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        std::fs::write(&path, "kept\nhalf a li").unwrap();
        let mut file = cut_back(&path, 5).unwrap();
        file.write_all(b"more\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "kept\nmore\n");
    }

    #[test]
    fn a_file_that_lost_what_counted_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let told = cut_back(&folder.path().join("gone.jsonl"), 5).unwrap_err().to_string();
        assert!(told.contains("gone.jsonl") && told.contains("--restart"), "{told}");
    }
}
