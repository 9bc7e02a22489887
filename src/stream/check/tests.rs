use rdkafka::admin::{ConfigEntry, ConfigResource, ConfigSource, OwnedResourceSpecifier};
use rdkafka::mocking::MockCluster;

use super::*;
use crate::config::{Configuration, Delivery};

const TIMEOUT: Duration = Duration::from_secs(10);

fn settings(brokers: &str, client: &[(&str, &str)]) -> Settings {
    let variable = |(name, value): &(&str, &str)| (format!("DATELINE_KAFKA__CLIENT__{name}"), (*value).to_owned());
    let variables: Vec<_> = client.iter().map(variable).collect();
    Configuration::load(None, variables, [("--brokers", "kafka.brokers", brokers)]).unwrap().settings().unwrap()
}

/// Returns the findings of a check, one a line. The mock cluster can neither create nor describe topics.
async fn findings(settings: &Settings, role: Role, timeout: Duration) -> String {
    let line = |it: &Finding| format!("{:?} {}: {}\n", it.verdict, it.what, it.detail);
    let lines: String = check(settings, role, false, timeout).await.iter().map(line).collect();
    lines.replace(&settings.kafka.brokers, "BROKERS")
}

#[tokio::test]
async fn the_reason_is_given_when_no_broker_answers() {
    // A port that was free a moment ago, so nobody listens on it.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let report = findings(&settings(&format!("127.0.0.1:{port}"), &[]), Role::Worker, Duration::from_millis(500)).await;
    let (first, second) = report.split_once('\n').unwrap();
    assert_eq!(first, "Ok configuration: is valid");
    assert!(second.starts_with("Wrong brokers: "), "{report}");
    assert!(second.contains("Connection refused"), "{report}");
    assert_eq!(report.lines().count(), 2, "{report}");
}

#[tokio::test]
async fn settings_that_librdkafka_rejects_are_named() {
    let report = findings(
        &settings("127.0.0.1:9", &[("SSL_CA_LOCATION", "nowhere/ca.pem"), ("SECURITY_PROTOCOL", "ssl")]),
        Role::Worker,
        TIMEOUT,
    )
    .await;
    assert!(report.starts_with("Wrong configuration: librdkafka rejects it: "), "{report}");
    assert!(report.contains("ssl.ca.location"), "{report}");
}

#[tokio::test]
async fn missing_topics_are_wrong() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("articles", 3, 1).unwrap();
    let report = findings(&settings(&cluster.bootstrap_servers(), &[]), Role::Worker, TIMEOUT).await;
    // The mock cluster does not describe its topics.
    let report: Vec<_> = report.lines().filter(|line| !line.starts_with("Unknown settings of")).collect();
    insta::assert_snapshot!(report.join("\n"), @r##"
    Ok configuration: is valid
    Ok brokers: 1 at BROKERS
    Ok topic articles: partitions: 3
    Wrong topic timeline.events: does not exist, or may not be described; create it with `dateline check --create-topics`
    Wrong topic timeline.articles: does not exist, or may not be described; create it with `dateline check --create-topics`
    Wrong topic timeline.rejected: does not exist, or may not be described; create it with `dateline check --create-topics`
    Ok reading articles: allowed
    Ok group dateline: allowed
    Ok transactions: can be started
    "##);
}

#[tokio::test]
async fn a_timeline_reads_what_workers_write_and_nothing_else() {
    let cluster = MockCluster::new(1).unwrap();
    for topic in ["timeline.events", "timeline.articles"] {
        cluster.create_topic(topic, 3, 1).unwrap();
    }
    let report = findings(&settings(&cluster.bootstrap_servers(), &[]), Role::Timeline, TIMEOUT).await;
    // The mock cluster does not describe its topics.
    let report: Vec<_> = report.lines().filter(|line| !line.starts_with("Unknown settings of")).collect();
    insta::assert_snapshot!(report.join("\n"), @r##"
    Ok configuration: is valid
    Ok brokers: 1 at BROKERS
    Ok topic timeline.events: partitions: 3
    Ok topic timeline.articles: partitions: 3
    Ok reading timeline.events: allowed
    Ok reading timeline.articles: allowed
    Ok group dateline-serve: allowed
    "##);
}

#[tokio::test]
async fn at_least_once_does_not_check_transactions() {
    let cluster = MockCluster::new(1).unwrap();
    let mut settings = settings(&cluster.bootstrap_servers(), &[]);
    assert!(findings(&settings, Role::Worker, TIMEOUT).await.contains("transactions"));
    settings.stream.delivery = Delivery::AtLeastOnce;
    assert!(!findings(&settings, Role::Worker, TIMEOUT).await.contains("transactions"));
}

/// Returns what is wrong first with a topic that has these settings.
fn wrong_setting(topic: &str, client: &[(&str, &str)], actual: &[(&str, &str)]) -> Option<String> {
    wrong_settings(topic, client, actual, &[]).into_iter().next()
}

fn wrong_settings(
    topic: &str,
    client: &[(&str, &str)],
    actual: &[(&str, &str)],
    input: &[(&str, &str)],
) -> Vec<String> {
    let settings = settings("127.0.0.1:9", client);
    let check = Check::new(&settings, Role::Worker, TIMEOUT);
    let entry = |(name, value): &(&str, &str)| ConfigEntry {
        name: (*name).to_owned(),
        value: Some((*value).to_owned()),
        source: ConfigSource::DynamicTopic,
        is_read_only: false,
        is_default: false,
        is_sensitive: false,
    };
    let resource = |topic: &str, entries: &[(&str, &str)]| {
        let specifier = OwnedResourceSpecifier::Topic(topic.to_owned());
        ConfigResource { specifier, entries: entries.iter().map(entry).collect() }
    };
    check.wrong_settings(topic, &resource(topic, actual), &[&resource("articles", input)])
}

#[test]
fn records_must_stay_as_long_as_articles_are_remembered() {
    let both = ("cleanup.policy", "compact,delete");
    let days = |days: u64| (days * 86_400_000).to_string();
    let wrong = |retention: &str| wrong_setting("timeline.articles", &[], &[both, ("retention.ms", retention)]);
    assert_eq!([&*days(30), "-1"].map(wrong), [None, None]);
    assert!(wrong(&days(7)).unwrap().contains("30 days of revisions.window"));
    let bytes = wrong_setting("timeline.events", &[], &[both, ("retention.bytes", "1000")]).unwrap();
    assert!(bytes.contains("retention.bytes=-1"), "{bytes}");
    assert_eq!(wrong_setting("timeline.events", &[], &[("cleanup.policy", "compact"), ("retention.ms", "1")]), None);
}

#[test]
fn outputs_must_accept_the_times_of_the_input() {
    let (before, after) = ("message.timestamp.before.max.ms", "message.timestamp.after.max.ms");
    let wrong = |actual: &[(&str, &str)], input: &[(&str, &str)]| {
        wrong_settings("timeline.articles", &[], &[&[("cleanup.policy", "compact")], actual].concat(), input).join("; ")
    };
    assert_eq!(wrong(&[(before, "9"), (after, "9")], &[(before, "9"), (after, "9")]), "");
    assert!(wrong(&[(before, "8")], &[(before, "9")]).contains("message.timestamp.before.max.ms=9"));
    assert!(wrong(&[(after, "8")], &[(after, "9")]).contains("message.timestamp.after.max.ms=9"));
    assert_eq!(wrong(&[(after, "8")], &[(after, "9"), ("message.timestamp.type", "LogAppendTime")]), "");
    assert!(wrong(&[("message.timestamp.type", "LogAppendTime")], &[]).contains("type=CreateTime"));
}

#[test]
fn events_and_articles_must_be_compacted_and_rejections_not() {
    let (compact, delete) = (("cleanup.policy", "compact"), ("cleanup.policy", "delete"));
    assert_eq!(wrong_setting("timeline.events", &[], &[compact]), None);
    assert_eq!(wrong_setting("timeline.articles", &[], &[("cleanup.policy", "compact,delete")]), None);
    assert_eq!(wrong_setting("timeline.rejected", &[], &[delete]), None);
    assert!(wrong_setting("timeline.rejected", &[], &[compact]).is_some());
    insta::assert_snapshot!(wrong_setting("timeline.events", &[], &[delete]).unwrap(), @"cleanup.policy is delete; correct it with `kafka-configs --alter --entity-type topics --entity-name timeline.events --add-config cleanup.policy=compact`");
}

#[test]
fn topics_must_accept_the_largest_record_that_is_sent() {
    let sent = [("MESSAGE_MAX_BYTES", "5000000")];
    let actual = |size| [("cleanup.policy", "compact"), ("max.message.bytes", size)];
    assert_eq!(wrong_setting("timeline.events", &[], &actual("1048588")), None);
    assert_eq!(wrong_setting("timeline.events", &sent, &actual("6000000")), None);
    insta::assert_snapshot!(wrong_setting("timeline.events", &sent, &actual("1048588")).unwrap(), @"max.message.bytes is 1048588; correct it with `kafka-configs --alter --entity-type topics --entity-name timeline.events --add-config max.message.bytes=5065536`");
}
