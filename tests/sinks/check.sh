#!/usr/bin/env bash
# Runs config/sinks/postgresql on a real Kafka, Kafka Connect and PostgreSQL, and compares what is in the database with what
# is in the topic: `bash tests/sinks/check.sh [DATELINE]`, with the program to use, or else it is built. If python3 has the
# module chdb, the tables of config/sinks/clickhouse are compared as well.
#
# The topics have one partition, so that it is known which record stands first in a poll of the connector.
set -euo pipefail
# The last part of a pipe runs in this shell, so that it can count.
shopt -s lastpipe
. "$(dirname "${BASH_SOURCE[0]}")/stack.sh"

name="dateline-postgresql"
published=0

# Publishes the articles of the standard input, one a line, and waits until each has its disposition.
publish() {
    local articles
    mapfile -t articles
    printf '%s\n' "${articles[@]}" | kcat -P -b "$brokers" -t articles
    published=$((published + ${#articles[@]}))
    wait_for "the articles" all_are_done
}

all_are_done() {
    ! kill -0 "$worker" 2>/dev/null && fail "dateline ended"
    [ "$(read_topic timeline.articles '%o\n' | wc -l)" -ge "$published" ]
}

# The committed records of a topic, in this format.
read_topic() {
    kcat -C -q -e -b "$brokers" -X isolation.level=read_committed -t "$1" -o beginning -f "$2"
}

# An article in ninjs: its id, version, status and text.
article() {
    printf '{"uri":"%s","version":"%s","pubstatus":"%s","firstcreated":"2019-05-03T09:00:00Z",' "$1" "$2" "$3"
    printf '"versioncreated":"2019-05-03T%02d:00:00Z","language":"en","headline":"News of %s, version %s",' $((9 + $2)) "$1" "$2"
    printf '"body_text":"%s"}\n' "$4"
}

create_connector() {
    psql -qX -v ON_ERROR_STOP=1 -f "$sinks/postgresql/tables.sql"
    sed -e "s|//postgresql:5432/|//$PGHOST:$PGPORT/|" -e "s|/run/secrets/|$work/|" "$sinks/postgresql/connector.json" |
        curl -sSf -o "$work/created.log" -H 'content-type: application/json' -d @- "$connect/connectors"
}

# Calls Kafka Connect: method and path below the connector.
connector() {
    curl -sSf -X "$1" "$connect/connectors/$name/$2" "${@:3}"
}

state_is() {
    connector GET status | grep -q "\"connector\":{\"state\":\"$1\""
}

stop_connector() {
    connector PUT stop
    wait_for "the connector to stop" state_is STOPPED
}

resume_connector() {
    connector PUT resume
}

# The offset that the connector reads from next.
position() {
    connector GET offsets | sed -n 's/.*"kafka_offset":\([0-9]*\).*/\1/p'
}

caught_up() {
    ! connector GET status | grep -q FAILED || fail "the connector failed: $(connector GET status)"
    [ "$(position)" = "$1" ]
}

# Waits until the connector has read the topic, and compares. Fails on a difference.
compare() {
    read_topic timeline.events '%o\t%k\t%s\n' >"$work/events.tsv"
    local end
    end=$(($(tail -n 1 "$work/events.tsv" | cut -f 1) + 1))
    wait_for "the connector to reach offset $end" caught_up "$end"
    psql -qX -v ON_ERROR_STOP=1 -v "dump=$work/events.tsv" -f "$here/compare.sql" 2>"$work/compare.log" || fail "$1"
    if $with_clickhouse; then
        read_topic timeline.articles '%o\t%k\t%s\n' >"$work/articles.tsv"
        python3 "$here/clickhouse.py" "$sinks/clickhouse/tables.sql" "$work/events.tsv" "$work/articles.tsv" || fail "$1"
    fi
    printf 'ok  %s\n' "$1"
}

# Fails unless this many events of an article stand in the table.
expect_events() {
    local found
    found=$(psql -qXAt -v "article=$1" <<<"SELECT count(*) FROM timeline WHERE article = :'article'")
    [ "$found" = "$2" ] || fail "$1 has $found events in place of $2"
    echo "  $1 has $found events"
}

# Fails unless the next record that the connector reads is a retraction, or an event.
expect_next() {
    local size kind=event
    size=$(kcat -C -q -b "$brokers" -X isolation.level=read_committed -t timeline.events -o "$(position)" -c 1 -f '%S')
    [ "$size" != -1 ] || kind=retraction
    [ "$kind" = "$1" ] || fail "the connector reads a record of another kind next: $kind"
    echo "  the first record of its next poll: $kind"
}

. "$here/scenario.sh"

require_tools
if [ $# = 0 ]; then
    cargo build --locked --manifest-path "$here/../../Cargo.toml"
    dateline=${CARGO_TARGET_DIR:-$here/../../target}/debug/dateline
else
    dateline=$1
fi
[ -x "$dateline" ] || fail "$dateline is not a program"
work=$(mktemp -d)
stop_at_exit
fetch
start_broker
start_postgresql
start_connect
export DATELINE_KAFKA__BROKERS=$brokers DATELINE_KAFKA__PARTITIONS=1 DATELINE_KAFKA__REPLICATION=1
"$dateline" check --create-topics >"$work/topics.log" 2>&1 || fail "the topics could not be created"
start dateline "$dateline" run --http 0
worker=$!
create_connector
with_clickhouse=true
python3 -c 'import chdb' 2>/dev/null || with_clickhouse=false
run_scenario
echo "PostgreSQL: everything is equal"
if $with_clickhouse; then
    echo "ClickHouse: its tables and views are right; that it reads from Kafka is not tested"
else
    echo "ClickHouse: skipped, because python3 has no module chdb (pip install chdb-core)"
fi
