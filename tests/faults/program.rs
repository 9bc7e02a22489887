//! The worker as a process of its own, which can be killed and frozen.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use dateline::config::Delivery;

use crate::broker::wire::{PATIENCE, Wire};

/// What a worker logs when it is given partitions, and when it loses some.
pub const ASSIGNED: &str = "partitions assigned";
pub const REVOKED: &str = "partitions revoked";

/// A running worker. Dropped, it is killed.
pub struct Program {
    child: Child,
    log: Arc<Log>,
}

/// How a worker ended.
pub struct End {
    pub code: Option<i32>,
    pub log: String,
}

#[derive(Default)]
struct Log {
    state: Mutex<(String, bool)>,
    grown: Condvar,
}

impl Program {
    /// Starts a worker.
    pub fn start(wire: &Wire, instance: &str) -> Self {
        let (kafka, stream) = (&wire.settings.kafka, &wire.settings.stream);
        let mut program = Command::new(env!("CARGO_BIN_EXE_dateline"));
        program.args(["run", "--brokers", &kafka.brokers, "--input", &kafka.input, "--group", &kafka.group]);
        program.args(["--output-prefix", &kafka.output_prefix, "--instance", instance]);
        program.env("DATELINE_STREAM__BATCH_MESSAGES", stream.batch_messages.to_string());
        program.env("DATELINE_STREAM__BATCH_TIME_MS", stream.batch_time.as_millis().to_string());
        if stream.delivery == Delivery::AtLeastOnce {
            program.env("DATELINE_STREAM__DELIVERY", "at-least-once");
        }
        for (name, value) in &kafka.client {
            program.env(format!("DATELINE_KAFKA__CLIENT__{}", name.replace('.', "_").to_uppercase()), value);
        }
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Log::default());
        let written = log.clone();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                written.state.lock().unwrap().0 += &(line + "\n");
                written.grown.notify_all();
            }
            written.state.lock().unwrap().1 = true;
            written.grown.notify_all();
        });
        Self { child, log }
    }

    /// Waits until its log contains something.
    pub fn await_log(&self, text: &str) {
        let state = self.log.state.lock().unwrap();
        let wait = |state: &mut (String, bool)| !state.0.contains(text) && !state.1;
        let (state, _) = self.log.grown.wait_timeout_while(state, PATIENCE, wait).unwrap();
        assert!(state.0.contains(text), "the log does not contain `{text}`:\n{}", state.0);
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        self.log.state.lock().unwrap().0.clone()
    }

    /// Kills it, without a chance to clean up.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal, by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to end, and waits until it has.
    pub fn end(self) {
        self.signal("TERM");
        let end = self.wait();
        assert_eq!(end.code, Some(0), "{}", end.log);
    }

    /// Waits until it has ended by itself.
    pub fn wait(mut self) -> End {
        let state = self.log.state.lock().unwrap();
        let (state, _) = self.log.grown.wait_timeout_while(state, PATIENCE, |state| !state.1).unwrap();
        let (log, ended) = state.clone();
        drop(state);
        assert!(ended, "the worker does not end:\n{log}");
        End { code: self.child.wait().unwrap().code(), log }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the log of the worker:\n{}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
