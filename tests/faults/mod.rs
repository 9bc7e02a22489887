//! The worker under faults, on a real Apache Kafka: every test counts every record of 5,000 articles, or of as many as
//! `DATELINE_TEST_ARTICLES` says (20,000 before a release).
//!
//! A fault strikes at an event, never after a time: the network stalls at a chosen request, or the input is kept ahead of
//! the workers. So it strikes in the midst of the work, however fast that is. Two tests run at a time, each on its own
//! cluster: while one waits for a broker or a time-out, the other works. Randomness comes from a seed, which is printed;
//! `DATELINE_TEST_SEED` sets another. Where there is no Java or Maven the tests say so and pass, unless
//! `DATELINE_TEST_REQUIRE` is `all` or contains `kafka`.

mod acl;
mod brokers;
mod ending;
mod fairness;
mod frozen;
mod killed;
mod members;
mod network;
mod outages;
mod program;
mod refused;
mod revisions;
mod setup;
mod verify;
