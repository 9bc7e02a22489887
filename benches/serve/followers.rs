//! Clients that follow the feed: a quarter of them everything, the others a source each.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};

/// What begins each event of the feed.
const EVENT: &[u8] = b"event: ";

/// Some followers.
pub struct Followers {
    streams: Vec<TcpStream>,
    threads: Vec<JoinHandle<usize>>,
}

impl Followers {
    pub fn start(address: SocketAddr, count: usize) -> Self {
        let filter = |at: usize| if at.is_multiple_of(4) { String::new() } else { format!("?source=Source%20{at}") };
        let streams: Vec<TcpStream> = (0..count)
            .map(|at| {
                let mut stream = TcpStream::connect(address).unwrap();
                write!(stream, "GET /api/feed{} HTTP/1.1\r\nhost: localhost\r\n\r\n", filter(at)).unwrap();
                stream
            })
            .collect();
        let follow = |stream: &TcpStream| {
            let stream = stream.try_clone().unwrap();
            thread::Builder::new().stack_size(256 << 10).spawn(|| count_events(stream)).unwrap()
        };
        let threads = streams.iter().map(follow).collect();
        Self { streams, threads }
    }

    /// Ends them, and returns how many events they got.
    pub fn stop(self) -> usize {
        for stream in &self.streams {
            // The server may have closed it.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    }
}

fn count_events(mut stream: TcpStream) -> usize {
    let (mut count, mut buffer, mut kept) = (0, vec![0; 64 << 10], 0);
    loop {
        match stream.read(&mut buffer[kept..]) {
            Ok(0) | Err(_) => return count,
            Ok(read) => {
                let seen = &buffer[..kept + read];
                count += seen.windows(EVENT.len()).filter(|window| *window == EVENT).count();
                // The beginning of one may be at the end.
                let rest = seen.len() - (EVENT.len() - 1).min(seen.len());
                let end = seen.len();
                buffer.copy_within(rest..end, 0);
                kept = end - rest;
            }
        }
    }
}
