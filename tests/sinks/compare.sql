-- Compares what PostgreSQL has with a compacted read of the topic: the last record of each event, unless it is a retraction.
-- `dump` is the topic as lines of offset, key and value, with an empty value where it is null.

CREATE TEMP TABLE topic (at bigint, id text, record jsonb);
\set copy '\\copy topic FROM ' :'dump' ' WITH (FORMAT csv, DELIMITER E''\\t'', QUOTE E''\\x01'')'
:copy

CREATE TEMP VIEW expected AS
SELECT id, record FROM (SELECT DISTINCT ON (id) * FROM topic ORDER BY id, at DESC) AS latest
WHERE record IS NOT NULL;

CREATE TEMP VIEW difference AS
SELECT id, expected.record AS expected, found.record AS found
FROM expected FULL JOIN timeline_events AS found USING (id)
WHERE expected.record IS DISTINCT FROM found.record;

\pset format unaligned
\pset tuples_only on
SELECT format('  topic: %s records, %s of them retractions, which leave %s events; PostgreSQL: %s rows; different: %s',
    (SELECT count(*) FROM topic), (SELECT count(*) FROM topic WHERE record IS NULL), (SELECT count(*) FROM expected),
    -- Of the view, and all its columns, so that each of them is computed.
    (SELECT count(row_to_json(timeline)) FROM timeline),
    (SELECT count(*) FROM difference));
SELECT format('  %s: in the topic %s, in PostgreSQL %s', id,
    coalesce(expected #>> '{statement,sentence}', 'nothing'), coalesce(found #>> '{statement,sentence}', 'nothing'))
FROM difference;
DO $$
BEGIN
    ASSERT NOT EXISTS (SELECT FROM difference);
END
$$;
