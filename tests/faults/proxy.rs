//! A network that can be slow, stand still and break: it stands between the workers and a broker, and knows as much of
//! Kafka's protocol as that a message begins with its length, and a request with its kind.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use crate::broker::wire::PATIENCE;

/// The kind of the request that ends a transaction.
const END_TRANSACTION: i16 = 26;

/// What the network does.
#[derive(Debug, Clone)]
pub enum Weather {
    Fair,
    /// Each message takes so long.
    Slow(Duration),
    /// Nothing comes through, and nobody is told.
    Still,
    /// Connections break, and no new one holds.
    Cut,
    /// Fair until the end of a transaction comes, then still.
    StillAtCommit,
    /// Some connections break when they carry the end of a transaction: one in `of` before the broker hears of it, one
    /// in `of` after, so that the worker does not hear the answer.
    CutAtCommit {
        chance: fastrand::Rng,
        of: u32,
    },
}

/// The network before one broker.
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    /// Where the broker listens.
    pub target: u16,
    shared: Arc<Shared>,
}

struct Shared {
    weather: Mutex<Weather>,
    changed: Condvar,
    connections: Mutex<Vec<TcpStream>>,
    /// How many connections broke at a commit.
    cuts: Mutex<usize>,
}

impl Proxy {
    /// A fair network before a broker that listens, or will, at `target`.
    pub fn new(target: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            weather: Mutex::new(Weather::Fair),
            changed: Condvar::new(),
            connections: Mutex::default(),
            cuts: Mutex::new(0),
        });
        let held = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A connection that fails is what all this is about.
                let _ = held.connect(client, target);
            }
        });
        Self { port, target, shared }
    }

    /// Where clients find the broker.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Changes the weather.
    pub fn weather(&self, weather: Weather) {
        let cut = matches!(weather, Weather::Cut);
        *self.shared.weather() = weather;
        self.shared.changed.notify_all();
        if cut {
            self.shared.break_all();
        }
    }

    /// Lets all through again.
    pub fn mend(&self) {
        self.weather(Weather::Fair);
    }

    /// Waits until the network stands still.
    pub fn await_still(&self) {
        let weather = self.shared.weather();
        let waits = |weather: &mut Weather| !matches!(weather, Weather::Still);
        drop(self.shared.changed.wait_timeout_while(weather, PATIENCE, waits).unwrap());
    }

    /// How many connections broke at a commit so far.
    pub fn cuts(&self) -> usize {
        *self.shared.cuts.lock().unwrap()
    }
}

impl Shared {
    fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap()
    }

    fn break_all(&self) {
        for connection in self.connections.lock().unwrap().drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Carries what two sides say to each other.
    fn connect(self: &Arc<Self>, client: TcpStream, target: u16) -> io::Result<()> {
        if matches!(*self.weather(), Weather::Cut) {
            return Ok(());
        }
        let broker = TcpStream::connect((Ipv4Addr::LOCALHOST, target))?;
        for side in [&client, &broker] {
            side.set_nodelay(true)?;
            self.connections.lock().unwrap().push(side.try_clone()?);
        }
        // The answer that is not let through: the number of its request.
        let muted = Arc::new(Mutex::new(None));
        for (from, to, asks) in [(client.try_clone()?, broker.try_clone()?, true), (broker, client, false)] {
            let (shared, muted) = (self.clone(), muted.clone());
            thread::spawn(move || {
                let _ = shared.carry(&from, &to, asks, &muted);
                for side in [from, to] {
                    let _ = side.shutdown(Shutdown::Both);
                }
            });
        }
        Ok(())
    }

    fn carry(
        &self,
        mut from: &TcpStream,
        mut to: &TcpStream,
        asks: bool,
        muted: &Mutex<Option<i32>>,
    ) -> io::Result<()> {
        let mut frame = Vec::new();
        loop {
            let mut length = [0; 4];
            from.read_exact(&mut length)?;
            frame.clear();
            frame.extend(length);
            from.take(u64::from(u32::from_be_bytes(length))).read_to_end(&mut frame)?;
            if asks && number(&frame, 4) == Some(END_TRANSACTION) {
                self.meet_commit();
            }
            self.hold_up();
            if asks && number(&frame, 4) == Some(END_TRANSACTION) {
                match self.fate_of_commit() {
                    Some(Break::Before) => return Ok(()),
                    Some(Break::After) => *muted.lock().unwrap() = request(&frame, 8),
                    None => {}
                }
            }
            if !asks && muted.lock().unwrap().is_some_and(|muted| request(&frame, 4) == Some(muted)) {
                return Ok(());
            }
            to.write_all(&frame)?;
        }
    }

    fn meet_commit(&self) {
        let mut weather = self.weather();
        if matches!(*weather, Weather::StillAtCommit) {
            *weather = Weather::Still;
            self.changed.notify_all();
        }
    }

    /// Waits as long as the weather wants it.
    fn hold_up(&self) {
        let weather = self.weather();
        if let Weather::Slow(time) = *weather {
            drop(weather);
            return thread::sleep(time);
        }
        drop(self.changed.wait_while(weather, |weather| matches!(weather, Weather::Still)).unwrap());
    }

    fn fate_of_commit(&self) -> Option<Break> {
        let Weather::CutAtCommit { chance, of } = &mut *self.weather() else { return None };
        let broken = match chance.u32(0..*of) {
            0 => Break::Before,
            1 => Break::After,
            _ => return None,
        };
        *self.cuts.lock().unwrap() += 1;
        Some(broken)
    }
}

enum Break {
    Before,
    After,
}

fn number(frame: &[u8], at: usize) -> Option<i16> {
    Some(i16::from_be_bytes(frame.get(at..at + 2)?.try_into().unwrap()))
}

/// The number by which a request and its answer know each other.
fn request(frame: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_be_bytes(frame.get(at..at + 4)?.try_into().unwrap()))
}
