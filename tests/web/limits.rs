//! What the server does with clients that are slow, greedy, mistaken, or sent by somebody else's web page.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use dateline::config::HttpLimits;
use dateline::web::Access;

use super::client::{connect, get, read, read_all, send};
use super::server::Server;

/// Limits that a test can wait for.
const SHORT: HttpLimits = HttpLimits {
    connections: 16,
    header_timeout: Duration::from_secs(1),
    body_timeout: Duration::from_secs(1),
    send_timeout: Duration::from_secs(1),
};

mod host {
    use super::*;

    #[test]
    fn requests_to_other_names_are_refused_and_the_error_names_the_key() {
        let server = Server::open(Access { hosts: vec!["desk.example".into()], ..Access::default() });
        let status = |target: &str, host: &str| send(server.address(), &format!("GET {target} HTTP/1.1\r\n{host}"), "");
        for target in ["/", "/api/status", "/api/export/csv", "/metrics", "/assets/app.js", "/nothing"] {
            let response = status(target, "Host: evil.example:8080\r\n");
            response.assert_is_problem(421);
            assert!(String::from_utf8_lossy(&response.body).contains("serve.hosts"));
            assert_eq!(response.header("x-content-type-options"), "nosniff");
        }
        for host in ["localhost", "127.0.0.1:1234", "[::1]:8080", "192.0.2.7", "desk.example", "DESK.example:443"] {
            assert_eq!(status("/api/status", &format!("Host: {host}\r\n")).status, 200, "{host}");
        }
        status("http://evil.example/api/status", "Host: localhost\r\n").assert_is_problem(421);
        status("/api/status", "Host: localhost\r\nHost: evil.example\r\n").assert_is_problem(421);
        status("/api/status", "Host: evil.example@localhost\r\n").assert_is_problem(400);
        assert_eq!(status("/live", "Host: evil.example\r\n").status, 200);
        assert_eq!(status("/ready", "Host: evil.example\r\n").status, 503, "starting");
    }
}

mod problems {
    use super::*;

    #[test]
    fn every_error_is_a_problem() {
        let server = Server::demo();
        let address = server.address();
        for (request, body, status) in [
            ("POST /api/events", "", 405),
            ("PUT /live", "", 405),
            ("DELETE /", "", 405),
            ("GET /api/grafana/query", "", 405),
            ("BREW /api/status", "", 405),
            ("GET /nothing", "", 404),
            ("GET /assets/nothing", "", 404),
            ("GET /api/events/%ff", "", 400),
            ("GET /api/export/%ff", "", 400),
            ("GET /api/events?q=a&q=b", "", 400),
            ("GET /api/events?&&&=%%%", "", 400),
            ("POST /api/grafana/query", "{", 400),
            ("POST /api/grafana/query", &"x".repeat(100_000), 413),
            (&format!("GET /api/events?q={}", "a".repeat(8 << 10)), "", 414),
            (&format!("GET /{}", "a".repeat(60_000)), "", 414),
            (&format!("GET /{}", "a".repeat(70_000)), "", 414),
            (&format!("GET /{}", "a".repeat(1_000_000)), "", 414),
        ] {
            let response = send(address, &format!("{request} HTTP/1.1\r\nHost: localhost\r\n"), body);
            let shown: String = request.chars().take(60).collect();
            assert_eq!(response.status, status, "{shown}");
            response.assert_is_problem(status);
            if status == 405 {
                assert!(!response.header("allow").is_empty(), "{shown}");
            }
        }
        assert_eq!(get(address, "/api/status", "").status, 200);
        assert_eq!(server.metric("dateline_http_panics_total"), 0);
    }
}

mod time {
    use super::*;

    #[test]
    fn headers_that_are_not_complete_in_time_end_the_connection() {
        let server = Server::limited(SHORT);
        let begun = ["", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "].map(|sent| {
            let mut stream = connect(server.address());
            stream.write_all(sent.as_bytes()).unwrap();
            (sent, stream)
        });
        for (sent, mut stream) in begun {
            assert_eq!(read_all(&mut stream), b"", "{sent:?}");
        }
    }

    #[test]
    fn a_body_that_is_not_complete_in_time_is_a_problem() {
        let server = Server::limited(SHORT);
        let mut stream = connect(server.address());
        let head = "POST /api/grafana/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
        stream.write_all(head.as_bytes()).unwrap();
        read(&mut stream).assert_is_problem(408);
    }

    #[test]
    fn a_client_that_accepts_nothing_is_given_up_and_one_that_follows_in_silence_is_not() {
        let mut server = Server::limited(SHORT);
        server.fill(600, 40_000);
        let mut follower = connect(server.address());
        follower.write_all(b"GET /api/feed HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        follower.read_exact(&mut [0; 15]).unwrap();
        let mut greedy = connect(server.address());
        greedy.write_all(b"GET /api/export/jsonl HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        greedy.read_exact(&mut [0; 1000]).unwrap();
        // Nothing more is read of the export, until only the follower is left.
        server.until("dateline_http_requests", 1);
        server.publish(br#"{"id": "b", "published_at": "2019-05-03", "body": "The station was shut last month."}"#);
        let mut feed = Vec::new();
        while !String::from_utf8_lossy(&feed).contains("The station was shut") {
            let mut part = [0; 1 << 16];
            let length = follower.read(&mut part).unwrap();
            assert!(length > 0, "the feed ended");
            feed.extend_from_slice(&part[..length]);
        }
    }
}

mod number {
    use super::*;

    fn half_open(server: &Server) -> TcpStream {
        let mut stream = connect(server.address());
        stream.write_all(b"GET /api/status HTTP/1.1\r\nHost: ").unwrap();
        stream
    }

    #[test]
    fn the_connection_that_has_waited_longest_is_closed_for_a_new_one() {
        let server = Server::limited(HttpLimits { connections: 16, ..HttpLimits::default() });
        let mut streams: Vec<_> = (0..17).map(|_| half_open(&server)).collect();
        assert_eq!(read_all(&mut streams[0]), b"");
        server.until("dateline_http_dropped_connections_total", 1);
        let mut last = streams.pop().unwrap();
        last.write_all(b"localhost\r\nConnection: close\r\n\r\n").unwrap();
        assert_eq!(read(&mut last).status, 200);
    }

    #[test]
    fn followers_keep_their_connections_and_health_is_answered_beside_them() {
        let server = Server::limited(HttpLimits { connections: 16, ..HttpLimits::default() });
        let mut followers = Vec::new();
        for _ in 0..8 {
            let mut follower = connect(server.address());
            follower.write_all(b"GET /api/feed HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
            follower.read_exact(&mut [0; 15]).unwrap();
            followers.push(follower);
        }
        let flood: Vec<_> = (0..40).map(|_| half_open(&server)).collect();
        get(server.address(), "/api/status", "").assert_is_problem(503);
        assert_eq!(get(server.address(), "/live", "").status, 200);
        assert_eq!(server.metric("dateline_http_requests"), 8);
        drop((flood, followers));
        server.until("dateline_http_connections", 0);
        assert_eq!(get(server.address(), "/api/status", "").status, 200);
    }
}

/// The program itself, whose memory is measured.
#[cfg(target_os = "linux")]
mod flood {
    use std::collections::VecDeque;

    use super::*;
    use crate::web::program::Program;

    const ATTEMPTS: usize = 15_000;
    /// How many the client keeps open: more than the server does, and fewer than most systems allow.
    const KEPT: usize = 800;

    #[test]
    fn connections_without_headers_take_little_memory_and_health_is_answered_meanwhile() {
        let program = Program::start();
        let address = program.address();
        let before = program.memory("VmRSS");
        let mut open = VecDeque::new();
        for attempt in 0..ATTEMPTS {
            let mut stream = connect(address);
            // As much as fits: the buffer of a head grows with it. It may be closed already.
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Unfinished: ");
            let _ = stream.write_all(&[b'x'; 16 << 10]);
            open.push_back(stream);
            if open.len() > KEPT {
                open.pop_front();
            }
            if attempt % 1000 == 999 {
                assert_eq!(get(address, "/live", "").status, 200, "after {attempt} attempts");
                // It may not have caught up yet, and says so.
                assert!(matches!(get(address, "/ready", "").status, 200 | 503), "after {attempt} attempts");
            }
        }
        let taken = program.memory("VmHWM") - before;
        assert!(taken < 100 << 10, "{taken} KB for {ATTEMPTS} connections");
        assert_eq!(get(address, "/api/status", "").status, 200);
    }
}
