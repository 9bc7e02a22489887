//! Ports for brokers: held until a broker takes them, so that nobody else does.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

use super::cluster::text;

/// Where the systems that we know begin to pick ports for connections by themselves.
const PICKED_BY_THE_SYSTEM: u16 = 32_768;
const FIRST: u16 = 12_000;

/// Ports of this machine that nobody can take while this lives.
pub struct Ports {
    held: Vec<TcpListener>,
}

impl Ports {
    /// Takes ports below those that the system picks for connections: while a broker is down, a connection of anybody
    /// could sit on one of those.
    pub fn hold(count: usize) -> Result<Self, String> {
        let end = first_picked().filter(|first| *first > FIRST).unwrap_or(PICKED_BY_THE_SYSTEM);
        let tries = (0..10_000).map(|_| fastrand::u16(FIRST..end));
        let held: Vec<_> =
            tries.filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()).take(count).collect();
        if held.len() == count { Ok(Self { held }) } else { Err(format!("no free port from {FIRST} to {end}")) }
    }

    /// The numbers.
    pub fn numbers(&self) -> Result<Vec<u16>, String> {
        self.held.iter().map(|listener| Ok(listener.local_addr().map_err(text)?.port())).collect()
    }

    /// Holds one of the ports even when these are released.
    pub fn share(&self) -> TcpListener {
        self.held[0].try_clone().unwrap()
    }

    /// Lets the ports go, for those whom they are for.
    pub fn release(self) {}
}

/// The first port that Linux picks for connections.
fn first_picked() -> Option<u16> {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    range.split_whitespace().next()?.parse().ok()
}
