# What happens to the timeline, step by step, and what the database must have after each. Sourced by check.sh.

run_scenario() {
    first_articles
    kill_at_the_head
    correction
    mixture
    database_away
    replay
    replay_of_the_connector
    kills_alone
    [ -z "$(read_topic timeline.rejected '%o\n')" ] || fail "an article was rejected"
}

first_articles() {
    {
        article bridge 1 usable "The mayor opened the bridge on 12 April 2019. The council will close the old one on 3 June 2019."
        article mine 1 usable "The mine closed in 1986. Its owner sold the land in March 2004. A museum opened there on 9 May 2011."
        article strike 1 usable "Drivers went on strike on 29 April 2019. The union will meet on 10 May 2019."
        article quotes 1 usable 'She said: \"It\\u2019s over\" and left Málaga on 1 May 2019.\\nमनीष arrived on 2 May 2019 🙂.'
    } | publish
    compare "events are inserted"
    expect_events bridge 2
    expect_events mine 3
}

# A task that has just started gets the retractions of the kill before anything else.
kill_at_the_head() {
    stop_connector
    article mine 2 canceled "" | publish
    expect_next retraction
    resume_connector
    compare "a kill at the head of a poll deletes its events"
    expect_events mine 0
}

# Of two events, one has another title now, and one is gone; a third is new.
correction() {
    article bridge 2 usable "The mayor opened the bridge on 12 April 2019. The old one was blown up on 2 May 2019." | publish
    compare "a correction replaces one event, deletes one and inserts one"
    expect_events bridge 2
    local titles
    titles=$(psql -qXAt -c "SELECT DISTINCT title FROM timeline WHERE article = 'bridge'")
    [ "$titles" = "News of bridge, version 2" ] || fail "an event of the old version stands: $titles"
}

# All of it in one poll: events come, change, go, and come again.
mixture() {
    stop_connector
    article strike 2 canceled "" | publish
    {
        article fair 1 usable "The fair opened on 1 May 2019. It will end on 12 May 2019."
        article bridge 3 usable "The old bridge was blown up on 2 May 2019."
        article fair 2 usable "The fair opened on 1 May 2019."
        article fair 3 canceled ""
        article fair 4 usable "The fair opened on 1 May 2019. It will end on 12 May 2019."
        article quotes 2 canceled ""
    } | publish
    expect_next retraction
    resume_connector
    compare "kills and corrections in one poll"
    expect_events strike 0
    expect_events quotes 0
    expect_events fair 2
    expect_events bridge 1
}

# PostgreSQL restarts, and is away for longer than a failed write is repeated. The connector goes on by itself.
database_away() {
    stop_postgresql
    run_postgresql
    article flood 1 usable "The river rose on 3 May 2019. The dam broke on 4 May 2019." | publish
    compare "PostgreSQL restarts"
    stop_postgresql
    article flood 2 canceled "" | publish
    article bridge 4 usable "The old bridge was blown up on 2 May 2019. The rubble was sold on 3 May 2019." | publish
    sleep 10
    run_postgresql
    compare "PostgreSQL is away for 10 s"
    expect_events flood 0
    expect_events bridge 2
}

replay() {
    local before after
    before=$(rows)
    "$dateline" backfill --earliest --yes >"$work/backfill.log" 2>&1 || fail "the backfill failed"
    compare "a replay of all articles (dateline backfill --earliest)"
    after=$(rows)
    [ "$before" = "$after" ] || fail "the replay changed the rows"
    echo "  the same rows as before"
}

rows() {
    psql -qXAt -c "SELECT * FROM timeline_events ORDER BY id"
}

# The connector reads the topic again from its beginning, into the table as it is, then into an empty one. The second time
# every record is alone in its poll, so that every retraction stands at the head.
replay_of_the_connector() {
    stop_connector
    connector DELETE offsets >"$work/reset.log"
    resume_connector
    compare "the connector reads all records again"
    stop_connector
    connector DELETE offsets >"$work/reset.log"
    psql -qX -c "TRUNCATE timeline_events"
    connector GET config | sed 's/^{/{"consumer.override.max.poll.records":"1",/' |
        connector PUT config -H 'content-type: application/json' -d @- >"$work/reset.log"
    resume_connector
    compare "the connector reads all records into an empty table, one a poll"
}

# A timeline of which nothing is left, by kills that come one by one.
kills_alone() {
    article bridge 5 canceled "" | publish
    article fair 5 canceled "" | publish
    compare "the last events are killed"
    [ -z "$(rows)" ] || fail "rows are left"
}
