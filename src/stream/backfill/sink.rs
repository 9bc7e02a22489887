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
use crate::stream::disposition::Disposition;
use crate::stream::producer::{DeliveryError, OutputProducer};
use crate::stream::transaction::Check;
use crate::stream::{Control, Error, idempotent, transaction};

/// An open destination.
pub enum Sink {
    /// The output topics, as the live worker writes them.
    Topics(OutputProducer, Delivery),
    /// A file of lines, which is truncated when a run is resumed.
    File(BufWriter<File>),
    /// Lines on standard output.
    Stdout(BufWriter<io::Stdout>),
    /// Writes nothing.
    Nowhere,
}

impl Sink {
    /// Opens a destination for records of at most `max_record_bytes`. A file is truncated to `written`, the length that
    /// earlier runs have committed.
    pub fn open(
        destination: &Destination,
        settings: &Settings,
        max_record_bytes: usize,
        written: u64,
        control: &Control,
    ) -> Result<Self, Error> {
        Ok(match destination {
            Destination::Topics => {
                let producer = transaction::open_producer(settings, max_record_bytes, control)?;
                Self::Topics(producer, settings.stream.delivery)
            }
            Destination::File(path) => Self::File(BufWriter::new(open_truncated(path, written)?)),
            Destination::Stdout => Self::Stdout(BufWriter::new(io::stdout())),
            Destination::Nowhere => Self::Nowhere,
        })
    }

    /// Replaces the producer after a batch was not delivered.
    pub fn replace_producer(
        &mut self,
        settings: &Settings,
        max_record_bytes: usize,
        control: &Control,
    ) -> Result<(), Error> {
        if let Self::Topics(producer, _) = self {
            *producer = transaction::open_producer(settings, max_record_bytes, control)?;
        }
        Ok(())
    }

    /// Writes the records of a batch and commits its offsets. `offsets` returns these, given the length of the file; `check`
    /// is called when the records are on the topics and not committed.
    pub fn deliver(
        &mut self,
        consumer: &Consumer,
        dispositions: &mut [Disposition],
        topics: &Topics,
        control: &Control,
        offsets: impl Fn(u64) -> Result<TopicPartitionList, Error>,
        check: &mut Check<'_>,
    ) -> Result<(), DeliveryError> {
        match self {
            Self::Topics(producer, delivery) => {
                let deliver = match delivery {
                    Delivery::ExactlyOnce => transaction::deliver,
                    Delivery::AtLeastOnce => idempotent::deliver,
                };
                deliver(producer, consumer, dispositions, &offsets(0).map_err(DeliveryError::Fatal)?, control, check)
            }
            Self::File(file) => {
                let written = append(file, dispositions, topics).map_err(write_error)?;
                let offsets = offsets(written).map_err(DeliveryError::Fatal)?;
                consumer.commit(&offsets).map_err(|error| DeliveryError::Fatal(Error::consumer(error)))
            }
            Self::Stdout(out) => write_lines(out, dispositions, topics).and_then(|()| out.flush()).map_err(write_error),
            Self::Nowhere => Ok(()),
        }
    }
}

fn write_error(error: io::Error) -> DeliveryError {
    DeliveryError::Fatal(Error::output(&error))
}

/// Opens a file for appending, after truncating it to `written`.
fn open_truncated(path: &Path, written: u64) -> Result<File, Error> {
    let open = || {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if file.metadata()?.len() < written {
            return Err(io::Error::other(format!(
                "it is shorter than the {written} bytes that an earlier run has committed; start again with --restart"
            )));
        }
        file.set_len(written)?;
        file.seek(SeekFrom::End(0))?;
        Ok(file)
    };
    open().map_err(|error| Error::output(&format_args!("{}: {error}", path.display())))
}

/// Appends the events durably, and returns the new length of the file.
fn append(file: &mut BufWriter<File>, dispositions: &[Disposition], topics: &Topics) -> io::Result<u64> {
    write_lines(file, dispositions, topics)?;
    file.flush()?;
    file.get_ref().sync_data()?;
    file.stream_position()
}

/// Writes one event a line, with the value that the topic would hold.
fn write_lines(out: &mut impl Write, dispositions: &[Disposition], topics: &Topics) -> io::Result<()> {
    let events = dispositions.iter().flat_map(Disposition::records).filter(|record| record.topic == topics.events);
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
    fn a_file_is_truncated_to_what_was_committed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        std::fs::write(&path, "committed\nhalf a li").unwrap();
        let mut file = open_truncated(&path, 10).unwrap();
        file.write_all(b"more\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "committed\nmore\n");
    }

    #[test]
    fn a_file_shorter_than_what_was_committed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let message = open_truncated(&folder.path().join("gone.jsonl"), 5).unwrap_err().to_string();
        assert!(message.contains("gone.jsonl") && message.contains("--restart"), "{message}");
    }
}
