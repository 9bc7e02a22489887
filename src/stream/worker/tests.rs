use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::*;
use crate::stream::mock::{Mock, TIMEOUT};
use crate::telemetry::Health;

/// Returns a broker with five messages that are rejected.
fn mock() -> Mock {
    let mut mock = Mock::start();
    mock.settings.stream.batch_time = Duration::from_millis(10);
    mock.send((0..5).map(|n| format!("broken {n}")));
    mock
}

/// Triggers a shutdown when it is dropped, so that a test that fails does not wait for its worker.
struct ShutdownOnDrop<'a>(&'a Control);

impl Drop for ShutdownOnDrop<'_> {
    fn drop(&mut self) {
        self.0.shutdown.trigger();
    }
}

/// Runs a worker until `observe` returns or the worker has ended by itself; `observe` is told whether it has.
fn run_while(
    settings: &Settings,
    control: &Control,
    observe: impl FnOnce(&dyn Fn() -> bool),
) -> Result<Summary, Error> {
    std::thread::scope(|scope| {
        let guard = ShutdownOnDrop(control);
        let worker = scope.spawn(|| run(settings, control));
        observe(&|| worker.is_finished());
        drop(guard);
        worker.join().unwrap()
    })
}

/// Waits for what must come.
fn await_that(control: &Control, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < TIMEOUT, "readiness: {:?}", control.health.readiness());
        control.shutdown.wait(Duration::from_millis(10));
    }
}

/// Runs a worker until it has committed the rejection of this many messages, or has ended by itself.
fn run_until(settings: &Settings, rejected: usize) -> Result<Summary, Error> {
    let control = Control::default();
    let metric = format!("dateline_rejections_total{{reason=\"not-json\"}} {rejected}\n");
    let is_done = || control.metrics.encode().unwrap().contains(&metric);
    run_while(settings, &control, |has_ended| await_that(&control, || has_ended() || is_done()))
}

#[test]
fn a_batch_whose_offsets_are_refused_is_rolled_back_and_read_again() {
    let Mock { cluster, settings, .. } = &mock();
    let refusal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
    cluster.request_errors(RDKafkaApiKey::TxnOffsetCommit, &[refusal]);
    let summary = run_until(settings, 5).unwrap();
    assert_eq!((summary.aborted, summary.rejected), (1, 5));
}

#[test]
fn a_worker_is_ready_only_while_a_broker_is_connected() {
    let Mock { cluster, settings, .. } = &mock();
    let health = Arc::new(Health::new(TIMEOUT, Duration::from_secs(2)));
    let control = Control { health: health.clone(), ..Control::default() };
    let await_readiness = || await_that(&control, || health.readiness().is_ok());
    run_while(settings, &control, |_| {
        await_readiness();
        cluster.broker_down(1).unwrap();
        await_that(&control, || {
            health.readiness().is_err_and(|reason| reason.starts_with("no contact with a broker for "))
        });
        cluster.broker_up(1).unwrap();
        await_readiness();
    })
    .unwrap();
}

#[test]
fn a_fenced_worker_stops() {
    let Mock { cluster, settings, .. } = &mock();
    cluster.request_errors(RDKafkaApiKey::EndTxn, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_PRODUCER_FENCED]);
    let error = run_until(settings, usize::MAX).unwrap_err().to_string();
    assert!(error.contains("--instance"), "{error}");
}
