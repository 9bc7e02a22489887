-- The timeline in PostgreSQL, filled by Kafka Connect (connector.json). Events are stored as published, so that fields of
-- later versions pass through; the view has the columns that are needed most often.

CREATE TABLE timeline_events (
    id text PRIMARY KEY,
    record jsonb NOT NULL
);

-- The connector writes a retraction, which is a null value in the topic, as a row whose record is NULL. Such a row is not
-- inserted: it deletes the event.
CREATE FUNCTION timeline_events_retract() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM timeline_events WHERE id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER retract BEFORE INSERT ON timeline_events
FOR EACH ROW WHEN (NEW.record IS NULL) EXECUTE FUNCTION timeline_events_retract();

CREATE INDEX timeline_events_start ON timeline_events ((record #>> '{date,start}'));
CREATE INDEX timeline_events_article ON timeline_events ((record #>> '{article,id}'));
CREATE INDEX timeline_events_names ON timeline_events USING gin ((record #> '{statement,names}'));
CREATE INDEX timeline_events_words ON timeline_events USING gin (to_tsvector('simple', record #>> '{statement,sentence}'));

-- Times are ISO 8601 strings, as in the records: a day has no time zone, and PostgreSQL has no dates before the year 1 in
-- this notation. `null` is an open end.
CREATE VIEW timeline AS
SELECT
    id,
    record #>> '{date,start}' AS starts,
    record #>> '{date,end}' AS ends,
    record #>> '{date,granularity}' AS granularity,
    record #>> '{date,text}' AS date_text,
    record #>> '{statement,status}' AS status,
    record #>> '{statement,summary}' AS summary,
    record #>> '{statement,sentence}' AS sentence,
    record #> '{statement,names}' AS names,
    (record #>> '{weight}')::real AS weight,
    (record #>> '{confidence}')::real AS confidence,
    record #>> '{article,id}' AS article,
    record #>> '{article,source}' AS source,
    record #>> '{article,title}' AS title,
    record #>> '{article,url}' AS url,
    record #>> '{article,language}' AS language,
    (record #>> '{article,published_at}')::timestamptz AS published_at
FROM timeline_events;

-- What overlaps April 2019:
--   SELECT starts, summary FROM timeline
--   WHERE (ends IS NULL OR ends > '2019-04-01') AND (starts IS NULL OR starts < '2019-05-01') ORDER BY starts;
