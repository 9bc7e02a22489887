//! The worker under faults, on a real Apache Kafka: every test counts every record of 20,000 articles.
//!
//! The tests run one after another, since each takes what the machine has. Chance comes from a seed, which is printed;
//! `DATELINE_TEST_SEED=…` replays it. Where there is no Java or Maven the tests say so and pass, unless
//! `DATELINE_TEST_REQUIRE` is `all` or contains `kafka`.

mod acl;
mod brokers;
mod count;
mod fairness;
mod frozen;
mod killed;
mod life;
mod members;
mod network;
mod program;
mod proxy;
mod refused;
mod stage;
