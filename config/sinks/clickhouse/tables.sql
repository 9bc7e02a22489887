-- The timeline in ClickHouse, which reads the topics with its own Kafka engine.
--
-- That engine skips null values, which retract events. So the articles are read as well, and the view shows the events that
-- the latest record of their article lists: those that a correction or a kill retracted are not among them.

CREATE TABLE timeline_events_topic (record String)
ENGINE = Kafka SETTINGS
    kafka_broker_list = 'kafka:19092', kafka_topic_list = 'timeline.events', kafka_group_name = 'clickhouse-events',
    kafka_format = 'JSONAsString', kafka_num_consumers = 1;

CREATE TABLE timeline_events (
    id String,
    article String,
    source LowCardinality(String),
    language LowCardinality(String),
    published_at DateTime64(0, 'UTC'),
    -- ISO 8601 as in the records; '' for an open end.
    start String,
    end String,
    granularity LowCardinality(String),
    status LowCardinality(String),
    summary String,
    names Array(String),
    -- Records of earlier versions have none.
    weight Nullable(Float32),
    confidence Float32,
    record String CODEC(ZSTD),
    written DateTime64(3)
) ENGINE = ReplacingMergeTree(written) ORDER BY id;

CREATE MATERIALIZED VIEW timeline_events_reader TO timeline_events AS
SELECT
    JSONExtractString(record, 'id') AS id,
    JSONExtractString(record, 'article', 'id') AS article,
    JSONExtractString(record, 'article', 'source') AS source,
    JSONExtractString(record, 'article', 'language') AS language,
    parseDateTime64BestEffort(JSONExtractString(record, 'article', 'published_at'), 0, 'UTC') AS published_at,
    JSONExtractString(record, 'date', 'start') AS start,
    JSONExtractString(record, 'date', 'end') AS end,
    JSONExtractString(record, 'date', 'granularity') AS granularity,
    JSONExtractString(record, 'statement', 'status') AS status,
    JSONExtractString(record, 'statement', 'summary') AS summary,
    JSONExtract(record, 'statement', 'names', 'Array(String)') AS names,
    JSONExtract(record, 'weight', 'Nullable(Float32)') AS weight,
    JSONExtractFloat(record, 'confidence') AS confidence,
    record,
    now64(3) AS written
FROM timeline_events_topic;

CREATE TABLE timeline_articles_topic (record String)
ENGINE = Kafka SETTINGS
    kafka_broker_list = 'kafka:19092', kafka_topic_list = 'timeline.articles', kafka_group_name = 'clickhouse-articles',
    kafka_format = 'JSONAsString', kafka_num_consumers = 1;

CREATE TABLE timeline_articles (
    id String,
    status LowCardinality(String),
    events Array(String),
    written DateTime64(3)
) ENGINE = ReplacingMergeTree(written) ORDER BY id;

-- An article that was skipped, or whose older revision arrived late, keeps the events that it has.
CREATE MATERIALIZED VIEW timeline_articles_reader TO timeline_articles AS
SELECT
    JSONExtractString(record, 'id') AS id,
    JSONExtractString(record, 'status') AS status,
    JSONExtract(record, 'events', 'Array(String)') AS events,
    now64(3) AS written
FROM timeline_articles_topic
WHERE status IN ('extracted', 'withdrawn', 'held');

CREATE VIEW timeline AS
SELECT * FROM timeline_events FINAL
WHERE id IN (SELECT arrayJoin(events) FROM timeline_articles FINAL);
