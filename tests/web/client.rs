//! A plain HTTP client that shows what is sent: whether a body is complete, and when a connection ends.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use flate2::read::GzDecoder;

/// How long anything that a test waits for may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A response, as far as it arrived.
pub struct Response {
    pub status: u16,
    head: String,
    /// Without the framing.
    pub body: Vec<u8>,
    /// Whether the end of the body arrived.
    pub is_complete: bool,
}

impl Response {
    /// A header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// The body, decompressed.
    pub fn content(&self) -> Vec<u8> {
        if self.header("content-encoding") != "gzip" {
            return self.body.clone();
        }
        let mut content = Vec::new();
        GzDecoder::new(&self.body[..]).read_to_end(&mut content).unwrap();
        content
    }

    pub fn assert_is_problem(&self, status: u16) {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!((self.status, self.header("content-type")), (status, "application/problem+json"), "{text}");
        let problem: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().unwrap().len() > 10, "{problem}");
    }
}

/// Connects.
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Requests a path with GET.
pub fn get(address: SocketAddr, path: &str, headers: &str) -> Response {
    send(address, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}"), "")
}

/// Sends the lines of a head and a body; reads until the server closes the connection.
pub fn send(address: SocketAddr, head: &str, body: &str) -> Response {
    let mut stream = connect(address);
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    // The server may respond and close the connection before it has read everything.
    let _ = stream.write_all(format!("{head}{length}Connection: close\r\n\r\n{body}").as_bytes());
    read(&mut stream)
}

/// Reads a response until the server closes the connection.
pub fn read(stream: &mut TcpStream) -> Response {
    let received = read_all(stream);
    let end = received.windows(4).position(|four| four == b"\r\n\r\n").expect("the head is complete") + 4;
    let head = String::from_utf8(received[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut response = Response { status, head, body: received[end..].to_vec(), is_complete: false };
    if response.header("transfer-encoding") == "chunked" {
        (response.body, response.is_complete) = dechunk(&response.body);
    } else {
        response.is_complete = response.header("content-length").parse().ok() == Some(response.body.len());
    }
    response
}

/// Reads what the server sends until it closes the connection.
pub fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    match stream.read_to_end(&mut received) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error} after {} bytes", received.len()),
        _ => received,
    }
}

/// The content of chunks, and whether the last one is there.
fn dechunk(mut chunks: &[u8]) -> (Vec<u8>, bool) {
    let mut content = Vec::new();
    while let Some(end) = chunks.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return (content, true);
        }
        chunks = &chunks[end + 2..];
        content.extend_from_slice(&chunks[..length.min(chunks.len())]);
        chunks = chunks.get(length + 2..).unwrap_or_default();
    }
    (content, false)
}
