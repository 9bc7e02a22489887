//! A network that can be slow, stall and break. It lies between workers and brokers, and knows of Kafka's protocol what
//! it takes to do so at a certain request: that a message begins with its length, and a request with its kind.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::ops::RangeInclusive;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use crate::broker::wire::PATIENCE;

/// What the network does.
#[derive(Debug, Clone)]
pub enum Condition {
    Normal,
    /// Each message takes so long.
    Slow(Duration),
    /// Nothing passes, and nobody is notified.
    Stalled,
    /// Connections break, and no new one is made.
    Down,
    /// Some connections break at the end of a transaction: one in `of` before the broker has received it, one in `of`
    /// after that, so that the worker does not receive the answer.
    CutAtCommit {
        rng: fastrand::Rng,
        of: u32,
    },
}

/// Kinds of requests, by Kafka's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    Produce = 0,
    Fetch = 1,
    OffsetCommit = 8,
    OffsetFetch = 9,
    JoinGroup = 11,
    SyncGroup = 14,
    InitProducerId = 22,
    AddPartitionsToTxn = 24,
    AddOffsetsToTxn = 25,
    EndTxn = 26,
    TxnOffsetCommit = 28,
}

impl Request {
    /// What a worker sends for each batch, in this order, with exactly-once delivery.
    pub const OF_A_TRANSACTION: [Self; 5] =
        [Self::AddPartitionsToTxn, Self::Produce, Self::AddOffsetsToTxn, Self::TxnOffsetCommit, Self::EndTxn];
    /// What it sends for each batch with at-least-once delivery.
    pub const AT_LEAST_ONCE: [Self; 2] = [Self::Produce, Self::OffsetCommit];
}

/// The moment at which the network stalls.
#[derive(Debug, Clone, Copy)]
pub struct Breakpoint {
    pub request: Request,
    /// Which one of these requests, from 1.
    pub number: usize,
    /// Whether the broker receives it, so that it is the answer that does not pass.
    pub received: bool,
}

impl Breakpoint {
    /// One of these requests, of the numbers in a range.
    pub fn random(rng: &mut fastrand::Rng, requests: &[Request], numbers: RangeInclusive<usize>) -> Self {
        Self { request: requests[rng.usize(..requests.len())], number: rng.usize(numbers), received: rng.bool() }
    }
}

/// The network before some brokers.
pub struct Network {
    /// Where it listens, for each broker.
    pub ports: Vec<u16>,
    listeners: Vec<TcpListener>,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    condition: Condition,
    breakpoint: Option<Breakpoint>,
    connections: Vec<TcpStream>,
    /// How often all connections were broken.
    breaks: usize,
    /// How many connections broke at a commit.
    cuts: usize,
}

/// What is to happen to the answers on a connection: the numbers of their requests.
#[derive(Default, Clone, Copy)]
struct Answers {
    lost: Option<i32>,
    stalls: Option<i32>,
}

impl Network {
    /// Listens for the clients of so many brokers.
    pub fn new(brokers: usize) -> Self {
        let listener = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let listeners: Vec<_> = (0..brokers).map(listener).collect();
        let ports = listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        let state = Mutex::new(State {
            condition: Condition::Normal,
            breakpoint: None,
            connections: Vec::new(),
            breaks: 0,
            cuts: 0,
        });
        Self { ports, listeners, shared: Arc::new(Shared { state, changed: Condvar::new() }) }
    }

    /// Forwards to the brokers, which listen there or will.
    pub fn forward(&mut self, targets: &[u16]) {
        for (listener, target) in self.listeners.drain(..).zip(targets.to_owned()) {
            let shared = self.shared.clone();
            thread::spawn(move || {
                for client in listener.incoming().flatten() {
                    // A connection that fails is what all this is about.
                    let _ = shared.connect(client, target);
                }
            });
        }
    }

    /// Where clients find the brokers.
    pub fn addresses(&self) -> String {
        self.ports.iter().map(|port| format!("127.0.0.1:{port}")).collect::<Vec<_>>().join(",")
    }

    /// Sets what the network does from now on.
    pub fn set(&self, condition: Condition) {
        let mut state = self.shared.state();
        if matches!(condition, Condition::Down) {
            state.break_all();
        }
        state.condition = condition;
        self.shared.changed.notify_all();
    }

    /// Lets everything pass again.
    pub fn restore(&self) {
        self.shared.state().breakpoint = None;
        self.set(Condition::Normal);
    }

    /// Breaks all connections: what they carry is lost.
    pub fn cut(&self) {
        self.shared.state().break_all();
    }

    /// Has the network stall at a request to come.
    pub fn stall_at(&self, breakpoint: Breakpoint) {
        self.shared.state().breakpoint = Some(breakpoint);
    }

    /// Waits until the network stalls.
    pub fn await_stall(&self) {
        let state = self.shared.state();
        let waits = |state: &mut State| !state.is_stalled();
        let (state, _) = self.shared.changed.wait_timeout_while(state, PATIENCE, waits).unwrap();
        let (stalled, breakpoint) = (state.is_stalled(), state.breakpoint);
        // Before a panic, which would spoil it for the tests that follow.
        drop(state);
        assert!(stalled, "the network did not stall: there is still {breakpoint:?} to come");
    }

    /// How many connections broke at a commit so far.
    pub fn cuts(&self) -> usize {
        self.shared.state().cuts
    }
}

impl State {
    fn is_stalled(&self) -> bool {
        matches!(self.condition, Condition::Stalled)
    }

    fn break_all(&mut self) {
        self.breaks += 1;
        for connection in self.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Whether the network stalls at this request.
    fn reaches(&mut self, request: Option<i16>) -> Option<Breakpoint> {
        let breakpoint = self.breakpoint.as_mut().filter(|it| request == Some(it.request as i16))?;
        breakpoint.number -= 1;
        if breakpoint.number > 0 { None } else { self.breakpoint.take() }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Carries what a client and a broker send to each other.
    fn connect(self: &Arc<Self>, client: TcpStream, target: u16) -> io::Result<()> {
        let breaks = self.state().breaks;
        if matches!(self.state().condition, Condition::Down) {
            return Ok(());
        }
        let broker = TcpStream::connect((Ipv4Addr::LOCALHOST, target))?;
        for side in [&client, &broker] {
            side.set_nodelay(true)?;
            self.state().connections.push(side.try_clone()?);
        }
        let answers = Arc::new(Mutex::new(Answers::default()));
        for (from, to, asks) in [(client.try_clone()?, broker.try_clone()?, true), (broker, client, false)] {
            let (shared, answers) = (self.clone(), answers.clone());
            thread::spawn(move || {
                let _ = shared.carry(&from, &to, asks, breaks, &answers);
                for side in [from, to] {
                    let _ = side.shutdown(Shutdown::Both);
                }
            });
        }
        Ok(())
    }

    /// Carries messages one way until the connection breaks.
    fn carry(
        &self,
        mut from: &TcpStream,
        mut to: &TcpStream,
        asks: bool,
        breaks: usize,
        answers: &Mutex<Answers>,
    ) -> io::Result<()> {
        let mut frame = Vec::new();
        loop {
            let mut length = [0; 4];
            from.read_exact(&mut length)?;
            frame.clear();
            frame.extend(length);
            from.take(u64::from(u32::from_be_bytes(length))).read_to_end(&mut frame)?;
            let passes = if asks { self.on_request(&frame, answers) } else { self.on_answer(&frame, answers) };
            if !passes || !self.hold_up(breaks) {
                return Ok(());
            }
            to.write_all(&frame)?;
        }
    }

    /// Does what a request causes. Returns whether the connection lasts.
    fn on_request(&self, frame: &[u8], answers: &Mutex<Answers>) -> bool {
        let (kind, number) = (int16(frame, 4), int32(frame, 8));
        let mut state = self.state();
        match state.reaches(kind) {
            Some(Breakpoint { received: true, .. }) => answers.lock().unwrap().stalls = number,
            Some(_) => self.stall(&mut state),
            None => {}
        }
        let Condition::CutAtCommit { rng, of } = &mut state.condition else { return true };
        if kind != Some(Request::EndTxn as i16) {
            return true;
        }
        let chosen = rng.u32(0..*of);
        state.cuts += usize::from(chosen < 2);
        if chosen == 1 {
            answers.lock().unwrap().lost = number;
        }
        chosen != 0
    }

    /// Does what an answer causes. Returns whether the connection lasts.
    fn on_answer(&self, frame: &[u8], answers: &Mutex<Answers>) -> bool {
        let Some(number) = int32(frame, 4) else { return true };
        let Answers { lost, stalls } = *answers.lock().unwrap();
        if stalls == Some(number) {
            self.stall(&mut self.state());
        }
        lost != Some(number)
    }

    fn stall(&self, state: &mut State) {
        state.condition = Condition::Stalled;
        self.changed.notify_all();
    }

    /// Waits as long as the network makes a message wait. Returns whether its connection lasts.
    fn hold_up(&self, breaks: usize) -> bool {
        let state = self.state();
        if let Condition::Slow(time) = state.condition {
            drop(state);
            thread::sleep(time);
            return true;
        }
        let state = self.changed.wait_while(state, |state| state.is_stalled()).unwrap();
        state.breaks == breaks
    }
}

fn int16(frame: &[u8], at: usize) -> Option<i16> {
    Some(i16::from_be_bytes(frame.get(at..at + 2)?.try_into().unwrap()))
}

/// The number by which a request and its answer are matched.
fn int32(frame: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_be_bytes(frame.get(at..at + 4)?.try_into().unwrap()))
}
