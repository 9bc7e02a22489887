"""Compares the timeline that config/sinks/clickhouse/tables.sql shows with a compacted read of the topic.

The statements run in chdb, which is ClickHouse as a library. It cannot read from Kafka, so that the tables with the engine
Kafka are replaced by ones into which the records are inserted, except null values, which that engine skips.
"""

import json
import re
import sys
import tempfile

from chdb.session import Session


def records(dump):
    """The records of a topic, as key and value; a null value is empty."""
    with open(dump, encoding="utf-8") as lines:
        for line in lines:
            _offset, key, value = line.rstrip("\n").split("\t")
            yield key, value


def insert(session, table, values):
    rows = "\n".join(json.dumps({"record": value}) for value in values if value)
    if rows:
        session.query(f"INSERT INTO {table} FORMAT JSONEachRow {rows}")


def main(tables, events, articles):
    expected = {}
    for key, value in records(events):
        expected[key] = json.loads(value) if value else None
    expected = {key: record for key, record in expected.items() if record}

    with tempfile.TemporaryDirectory() as folder:
        session = Session(folder)
        with open(tables, encoding="utf-8") as file:
            statements = re.sub(r"ENGINE = Kafka SETTINGS[^;]*", "ENGINE = Null", file.read())
        for statement in filter(str.strip, statements.split(";\n")):
            session.query(statement)
        insert(session, "timeline_articles_topic", (value for _, value in records(articles)))
        insert(session, "timeline_events_topic", (value for _, value in records(events)))
        rows = str(session.query("SELECT id, record FROM timeline", "JSONEachRow")).splitlines()
        session.close()
    found = {row["id"]: json.loads(row["record"]) for row in map(json.loads, rows)}

    different = [key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)]
    print(f"  ClickHouse: {len(rows)} rows; different: {len(different)}")
    for key in different:
        print(f"  {key}: in the topic {expected.get(key)}, in ClickHouse {found.get(key)}")
    return bool(different) or len(rows) != len(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
