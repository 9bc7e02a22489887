//! The examples that feed other databases: every field that they name is one of the record, every topic one of ours, and
//! what is retracted is taken back. `tests/sinks/check.sh` runs them.

use std::path::Path;

use dateline::config::{Configuration, Topics};
use dateline::record::{ArticleStatus, schema};
use serde_json::Value;

const CONNECTORS: [&str; 3] = ["postgresql", "elasticsearch", "opensearch"];

fn read(file: &str) -> String {
    read_of_project(&format!("config/sinks/{file}"))
}

fn read_of_project(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn topics() -> Topics {
    Topics::new(&Configuration::load(None, [], []).unwrap().settings().unwrap().kafka)
}

/// The schema of a field of the record, if there is one.
fn field(path: &[&str]) -> Option<Value> {
    let schema = schema().to_value();
    path.iter().try_fold(schema.clone(), |at, name| {
        let at = match at["$ref"].as_str() {
            Some(place) => schema.pointer(place.trim_start_matches('#')).unwrap().clone(),
            None => at,
        };
        at["properties"].get(name).cloned()
    })
}

fn connector(name: &str) -> Value {
    let file: Value = serde_json::from_str(&read(&format!("{name}/connector.json"))).unwrap();
    file["config"].clone()
}

#[test]
fn connectors_read_committed_events() {
    for name in CONNECTORS {
        let config = connector(name);
        assert_eq!(config["topics"], topics().events, "{name}");
        assert_eq!(config["consumer.override.isolation.level"], "read_committed", "{name}");
        assert_eq!(config["key.converter"], "org.apache.kafka.connect.storage.StringConverter", "{name}");
        assert!(config["connection.password"].as_str().unwrap().starts_with("${file:"), "{name}: a secret in the file");
    }
}

#[test]
fn the_table_has_the_columns_that_the_jdbc_sink_writes() {
    let (config, tables) = (connector("postgresql"), read("postgresql/tables.sql"));
    assert!(tables.contains(&format!("CREATE TABLE {} (", config["collection.name.format"].as_str().unwrap())));
    assert_eq!(config["primary.key.mode"], "record_key");
    for (transform, part, column) in
        [("id", "Key", "id text PRIMARY KEY"), ("record", "Value", "record jsonb NOT NULL")]
    {
        let kind = config[format!("transforms.{transform}.type")].as_str().unwrap();
        assert!(kind.ends_with(&format!(".HoistField${part}")), "{kind}");
        let name = config[format!("transforms.{transform}.field")].as_str().unwrap();
        assert!(column.starts_with(&format!("{name} ")), "{name}");
        assert!(tables.contains(&format!("\n    {column}")), "there is no column {column}");
    }
}

#[test]
fn what_is_retracted_is_deleted() {
    for name in ["elasticsearch", "opensearch"] {
        assert_eq!(connector(name)["behavior.on.null.values"], "delete", "{name}");
    }
    // The JDBC sink writes a null value as a row without a record, so null values must not be kept from its transform.
    let (config, tables) = (connector("postgresql"), read("postgresql/tables.sql"));
    assert!(config["predicates"].is_null() && config["delete.enabled"].is_null());
    let table = config["collection.name.format"].as_str().unwrap();
    assert!(tables.contains(&format!("BEFORE INSERT ON {table}\nFOR EACH ROW WHEN (NEW.record IS NULL)")));
    assert!(tables.contains(&format!("DELETE FROM {table} WHERE id = NEW.id;")));
}

#[test]
fn the_readme_says_of_each_sink_whether_it_is_tested() {
    let readme = read("README.md");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/sinks");
    let folders = std::fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir());
    let names: Vec<_> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    for name in names {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap();
        let is_checked = read_of_project("tests/sinks/check.sh").contains(&format!("/{name}/"));
        assert!(if is_checked { row.contains("yes") } else { row.contains("**untested**") }, "{row}");
    }
}

#[test]
fn the_check_runs_the_versions_that_are_named() {
    let (readme, stack) = (read("README.md"), read_of_project("tests/sinks/stack.sh"));
    let connector = stack.lines().find_map(|line| line.strip_prefix("plugin=")).unwrap();
    assert!(readme.contains(connector), "README.md does not name {connector}");
    let pom = read_of_project("tests/sinks/pom.xml");
    let kafka = pom.split("<kafka>").nth(1).unwrap().split('<').next().unwrap();
    assert!(readme.contains(&format!("Kafka {kafka} ")), "README.md does not name Kafka {kafka}");
    let tests = read_of_project("tests/broker/maven.rs");
    assert!(tests.contains(&format!("VERSION: &str = \"{kafka}\"")), "the other tests run another Kafka than {kafka}");
}

#[test]
fn the_paths_in_sql_are_fields_of_the_record() {
    let sql = read("postgresql/tables.sql");
    let mut paths: Vec<Vec<&str>> =
        sql.split("'{").skip(1).map(|rest| rest.split('}').next().unwrap().split(',').collect()).collect();
    let sql = read("clickhouse/tables.sql");
    let events = sql.split("TO timeline_events AS").nth(1).unwrap().split("FROM").next().unwrap();
    paths.extend(events.split("(record, ").skip(1).map(|rest| {
        let arguments = rest.split(')').next().unwrap().split(", ").map(|it| it.trim_matches('\''));
        arguments.filter(|it| !["Array(", "Nullable("].iter().any(|kind| it.starts_with(kind))).collect()
    }));
    assert!(paths.len() > 25, "{paths:?}");
    for path in paths {
        assert!(field(&path).is_some(), "a record has no field {path:?}");
    }
}

#[test]
fn the_index_has_fields_of_the_record_with_types_that_fit() {
    let [one, other] = ["elasticsearch", "opensearch"].map(|name| read(&format!("{name}/index-template.json")));
    assert_eq!(one, other);
    let template: Value = serde_json::from_str(&one).unwrap();
    assert!(topics().events.starts_with(template["index_patterns"][0].as_str().unwrap().trim_end_matches('*')));
    let mut open = vec![(Vec::new(), template["template"]["mappings"].clone())];
    let mut checked = 0;
    while let Some((path, mapping)) = open.pop() {
        for (name, inner) in mapping["properties"].as_object().into_iter().flatten() {
            open.push(([path.clone(), vec![name.clone()]].concat(), inner.clone()));
        }
        let Some(kind) = mapping["type"].as_str() else { continue };
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let field = field(&names).unwrap_or_else(|| panic!("a record has no field {path:?}"));
        let number = field["type"] == "number";
        assert_eq!(kind == "float", number, "{path:?} is {field}");
        checked += 1;
    }
    assert!(checked > 15, "{checked} fields");
}

#[test]
fn clickhouse_reads_both_topics_and_shows_the_events_that_articles_name() {
    let sql = read("clickhouse/tables.sql");
    for topic in [topics().events, topics().articles] {
        assert!(sql.contains(&format!("kafka_topic_list = '{topic}'")), "{topic}");
    }
    let named = sql.split("WHERE status IN (").nth(1).unwrap().split(')').next().unwrap();
    let decide: Vec<&str> = named.split(", ").map(|status| status.trim_matches('\'')).collect();
    assert_eq!(
        decide,
        [ArticleStatus::Extracted, ArticleStatus::Withdrawn, ArticleStatus::Held].map(ArticleStatus::name)
    );
    for view in ["timeline_events", "timeline_articles"] {
        let table = sql.split(&format!("CREATE TABLE {view} (")).nth(1).unwrap().split(") ENGINE").next().unwrap();
        let columns = table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"));
        let columns: Vec<_> = columns.map(|line| line.split(' ').next().unwrap()).collect();
        let reader = sql.split(&format!("TO {view} AS")).nth(1).unwrap().split("FROM").next().unwrap();
        for column in columns {
            let is_filled = reader.contains(&format!(" AS {column}")) || reader.contains(&format!("\n    {column},"));
            assert!(is_filled, "nothing fills {view}.{column}");
        }
    }
}
