# What the check runs on: Kafka and Kafka Connect from Maven, and PostgreSQL. Everything is in the folder `$work`, listens on
# 127.0.0.1 only, and ends with the script. Sourced by check.sh.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sinks=$here/../../config/sinks
# With its dependencies but without Jackson, which it takes from Kafka Connect.
plugin=io.debezium:debezium-connector-jdbc:3.2.0.Final:tar.gz:plugin
password=sinks-check
export PGHOST=127.0.0.1 PGUSER=dateline PGDATABASE=news PGPASSWORD=$password
processes=()

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Stops with the names of the Debian packages that are missing.
require_tools() {
    local missing=() tool package
    for tool in java:default-jre-headless mvn:maven kcat:kcat curl:curl psql:postgresql-client; do
        package=${tool#*:}
        command -v "${tool%:*}" >/dev/null || missing+=("$package")
    done
    postgres=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb "$(command -v initdb)" 2>/dev/null | head -n 1)")
    [ -x "$postgres/initdb" ] || missing+=(postgresql)
    [ ${#missing[@]} = 0 ] || fail "please install: ${missing[*]}"
}

# A port on which nothing listens.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}

# Repeats a command until it succeeds, for at most two minutes.
wait_for() {
    local what=$1 deadline=$((SECONDS + 120))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || fail "waited two minutes for $what"
        sleep 0.2
    done
}

# Starts a program in the background, with its output in a file.
start() {
    local log=$work/$1.log
    shift
    "$@" >"$log" 2>&1 &
    processes+=($!)
}

# Ends all programs and removes the folder, whatever the script ends with: a signal counts when the current command is done.
stop_at_exit() {
    trap stop_everything EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
}

stop_everything() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [ $status != 0 ]; then
        tail -n 5 "$work"/*.log >&2 || true
    fi
    [ ${#processes[@]} = 0 ] || kill -KILL "${processes[@]}" 2>/dev/null || true
    [ ! -e "$work/postgresql/postmaster.pid" ] || stop_postgresql || true
    wait 2>/dev/null
    rm -rf "$work"
    exit $status
}

fetch() {
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        "-DoutputDirectory=$work/kafka" >"$work/maven.log" 2>&1 || fail "Maven could not fetch Kafka"
    mvn -q -B dependency:copy "-Dartifact=$plugin" "-DoutputDirectory=$work/plugins" >"$work/maven.log" 2>&1 ||
        fail "Maven could not fetch the connector"
    tar -xzf "$work"/plugins/*.tar.gz -C "$work/plugins"
    cat >"$work/log4j2.properties" <<-EOF
		rootLogger.level = warn
		rootLogger.appenderRef.out.ref = out
		appender.out.type = Console
		appender.out.name = out
		appender.out.layout.type = PatternLayout
		appender.out.layout.pattern = %d %p %m (%c{1})%n
	EOF
}

jvm() {
    exec java -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Dlog4j2.configurationFile=$work/log4j2.properties" \
        -cp "$work/kafka/*" "$@"
}

start_broker() {
    local port controller
    port=$(free_port) controller=$(free_port)
    brokers=127.0.0.1:$port
    cat >"$work/broker.properties" <<-EOF
		process.roles=broker,controller
		node.id=1
		controller.quorum.voters=1@127.0.0.1:$controller
		controller.listener.names=CONTROLLER
		listeners=PLAINTEXT://$brokers,CONTROLLER://127.0.0.1:$controller
		listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
		log.dirs=$work/broker
		auto.create.topics.enable=false
		offsets.topic.num.partitions=1
		offsets.topic.replication.factor=1
		transaction.state.log.num.partitions=1
		transaction.state.log.replication.factor=1
		transaction.state.log.min.isr=1
		share.coordinator.state.topic.replication.factor=1
		share.coordinator.state.topic.min.isr=1
		group.initial.rebalance.delay.ms=0
	EOF
    (jvm kafka.tools.StorageTool format -t "ZGF0ZWxpbmUtc2lua3MtMQ" -c "$work/broker.properties") >"$work/format.log" 2>&1 ||
        fail "Kafka's folder could not be formatted"
    start broker jvm kafka.Kafka "$work/broker.properties"
    wait_for Kafka kcat -L -b "$brokers" -m 1 >/dev/null 2>&1
}

# A worker of Kafka Connect with the settings that config/sinks/README.md asks for. It commits often, so that little time is
# spent waiting.
start_connect() {
    local port
    port=$(free_port)
    connect=http://127.0.0.1:$port
    echo "password=$password" >"$work/postgresql.properties"
    cat >"$work/connect.properties" <<-EOF
		bootstrap.servers=$brokers
		listeners=$connect
		plugin.path=$work/plugins
		key.converter=org.apache.kafka.connect.json.JsonConverter
		value.converter=org.apache.kafka.connect.json.JsonConverter
		offset.storage.file.filename=$work/connect.offsets
		offset.flush.interval.ms=500
		config.providers=file
		config.providers.file.class=org.apache.kafka.common.config.provider.FileConfigProvider
	EOF
    start connect jvm org.apache.kafka.connect.cli.ConnectStandalone "$work/connect.properties"
    wait_for "Kafka Connect" curl -sfo /dev/null "$connect/connectors"
}

# Runs one of PostgreSQL's programs, which refuse to be root.
as_postgres() {
    local program=$postgres/$1
    shift
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec setpriv --reuid postgres --regid postgres --clear-groups "$program" "$@")
    else
        "$program" "$@"
    fi
}

start_postgresql() {
    PGPORT=$(free_port)
    export PGPORT
    mkdir "$work/postgresql"
    echo "$password" >"$work/password"
    [ "$(id -u)" != 0 ] || { chmod 711 "$work" && chown postgres "$work/postgresql"; }
    as_postgres initdb -D "$work/postgresql" -U dateline -A scram-sha-256 --no-sync \
        --pwfile "$work/password" >"$work/initdb.log" 2>&1 || fail "PostgreSQL could not be set up"
    run_postgresql
    psql -qX -d postgres -c "CREATE DATABASE $PGDATABASE"
}

run_postgresql() {
    as_postgres pg_ctl -D "$work/postgresql" -w -l "$work/postgresql/log" \
        -o "-p $PGPORT -h $PGHOST -k $work/postgresql -F" start >"$work/postgresql.log" 2>&1 ||
        fail "PostgreSQL did not start"
}

stop_postgresql() {
    as_postgres pg_ctl -D "$work/postgresql" -m immediate stop >"$work/postgresql.log" 2>&1
}
