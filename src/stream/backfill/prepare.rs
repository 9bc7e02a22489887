//! Prepares a backfill: connects, and makes its plan.

use std::time::{Duration, Instant};

use super::plan::{Plan, Planner, Preview};
use super::report::{Progress, Report};
use super::request::{Destination, Request};
use super::run::Backfill;
use crate::config::{Settings, Topics};
use crate::stream::consumer::Consumer;
use crate::stream::process::process;
use crate::stream::{Control, Error, check};

/// How long the brokers may take to answer at the start.
pub(super) const STARTUP_TIMEOUT: Duration = Duration::from_secs(15);
/// What the consumer needs of librdkafka, whatever the configuration says: an offset that no longer exists must be
/// reported, the last offset of a partition need not have a message, and at the end it is of no use to wait for more.
const OVERRIDES: [(&str, &str); 3] =
    [("auto.offset.reset", "error"), ("enable.partition.eof", "true"), ("fetch.wait.max.ms", "10")];
/// The number of messages from which the duration is estimated.
const SAMPLE_SIZE: usize = 200;

/// A backfill with a plan, of which nothing is done yet.
pub struct Prepared {
    pub(super) settings: Settings,
    pub(super) request: Request,
    pub(super) topics: Topics,
    /// The topics of the input that there are.
    pub(super) inputs: Vec<String>,
    pub(super) consumer: Consumer,
    /// What will be read.
    pub plan: Plan,
    /// A look at the messages.
    pub preview: Preview,
}

/// Makes the plan of a backfill. Reads, and writes nothing.
///
/// # Errors
/// If the brokers do not answer, a topic is missing, or the topic does not have the requested range.
pub fn prepare(settings: &Settings, request: Request) -> Result<Prepared, Error> {
    let mut settings = settings.clone();
    settings.kafka.group = request.group(&settings);
    let topics = Topics::new(&settings.kafka);
    let consumer = Consumer::new(&settings, &OVERRIDES)?;
    let unreachable = |error| check::unreachable(&settings, error);
    let inputs = consumer.input_topics(&topics, STARTUP_TIMEOUT).map_err(unreachable)?;
    if inputs.is_empty() {
        return Err(Error::topic_missing(&topics.input));
    }
    let outputs = topics.outputs();
    let written = if request.destination == Destination::Topics { &outputs[..] } else { &[] };
    for topic in inputs.iter().map(String::as_str).chain(written.iter().copied()) {
        let partitions = consumer.partition_count(topic, STARTUP_TIMEOUT);
        if partitions.map_err(unreachable)? == 0 {
            return Err(Error::topic_missing(topic));
        }
    }
    let planner = Planner { client: consumer.client(), topics: &inputs };
    // A run that was killed may have left a transaction open. Until it ends, a read-committed client cannot fetch the
    // offsets in it. The plan is read again when the backfill starts.
    let stored_plan = || {
        let uncommitted = Consumer::new(&settings, &[("isolation.level", "read_uncommitted")])?;
        Planner { client: uncommitted.client(), topics: &inputs }.stored()
    };
    let earlier = (request.is_resumable() && !request.restart).then(stored_plan).transpose()?;
    let plan = planner.plan(&request, earlier)?;
    let preview = planner.preview(&plan, SAMPLE_SIZE).map_err(Error::consumer)?;
    Ok(Prepared { settings, request, topics, inputs, consumer, plan, preview })
}

impl Prepared {
    /// Returns the group whose committed offsets store the progress.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.settings.kafka.group
    }

    /// Returns the report of a backfill that an earlier run has done, of which nothing is left.
    #[must_use]
    pub fn done(&self) -> Option<Report> {
        self.plan.done.then(|| Report {
            input: self.topics.input.clone(),
            group: self.settings.kafka.group.clone(),
            finished: true,
            resumed: true,
            partitions: self.plan.ranges.clone(),
            ..Report::default()
        })
    }

    /// Measures how long the extraction of one message of the sample takes, on one core.
    #[must_use]
    pub fn sample_time(&self) -> Option<Duration> {
        let started = Instant::now();
        for message in &self.preview.sample {
            let _ = process(message, None, &self.settings.extract);
        }
        let count = u32::try_from(self.preview.sample.len()).ok().filter(|count| *count > 0)?;
        Some(started.elapsed() / count)
    }

    /// Runs the backfill, to its end or until a shutdown is requested. Calls `watch` with the progress about ten times a
    /// second.
    ///
    /// # Errors
    /// If it cannot continue. What was committed by then counts: the same command continues from there.
    pub fn run(self, control: &Control, watch: &mut dyn FnMut(&Progress)) -> Result<Report, Error> {
        Backfill::start(self, control)?.run(watch)
    }
}
