//! Permissions are withdrawn and given back: two requests of Kafka's protocol, which the client cannot send.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::broker::cluster::{Cluster, USER};

/// Kinds of resources, by Kafka's numbers.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Topic = 2,
    Group = 3,
    TransactionalId = 5,
}

/// Operations on them, by Kafka's numbers.
#[derive(Debug, Clone, Copy)]
pub enum Operation {
    Read = 3,
    Write = 4,
}

const CREATE: i16 = 30;
const DELETE: i16 = 31;
const LITERAL: u8 = 3;
const DENY: u8 = 2;
const ALLOW: u8 = 3;

/// Denies the user of the tests an operation.
pub fn deny(cluster: &Cluster, operation: Operation, kind: Kind, name: &str) {
    send(cluster, CREATE, operation, DENY, kind, name);
}

/// Allows the user of the tests an operation, and what follows from it, where another is denied.
pub fn grant(cluster: &Cluster, operation: Operation, kind: Kind, name: &str) {
    send(cluster, CREATE, operation, ALLOW, kind, name);
}

/// Takes that back.
pub fn revoke(cluster: &Cluster, operation: Operation, kind: Kind, name: &str) {
    send(cluster, DELETE, operation, ALLOW, kind, name);
}

/// Takes a denial back.
pub fn allow(cluster: &Cluster, operation: Operation, kind: Kind, name: &str) {
    send(cluster, DELETE, operation, DENY, kind, name);
}

/// Sends a request; both kinds have the same body: one entry.
fn send(cluster: &Cluster, request: i16, operation: Operation, permission: u8, kind: Kind, name: &str) {
    let mut body = Vec::new();
    let text = |body: &mut Vec<u8>, text: &str| {
        body.extend((text.len() as i16).to_be_bytes());
        body.extend(text.as_bytes());
    };
    body.extend(request.to_be_bytes());
    // The version of the request, and its number.
    body.extend(1_i16.to_be_bytes());
    body.extend(7_i32.to_be_bytes());
    text(&mut body, "test");
    body.extend(1_i32.to_be_bytes());
    body.push(kind as u8);
    text(&mut body, name);
    body.push(LITERAL);
    text(&mut body, &format!("User:{USER}"));
    text(&mut body, "*");
    body.extend([operation as u8, permission]);
    let mut stream = TcpStream::connect(&cluster.plain).unwrap();
    stream.write_all(&(body.len() as i32).to_be_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; i32::from_be_bytes(length) as usize];
    stream.read_exact(&mut answer).unwrap();
    // The number, a time, how many answers, and the code of the first.
    assert_eq!(answer[..14], [0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0], "{answer:?}");
}
