//! A database of an older version rebuilds itself: what it received is kept, and everything else is made of that again.

use rusqlite::Connection;

use super::writer::Batch;
use super::{Error, schema};

/// What an older version received, with the place that it read to.
const KEPT: [(&str, &str); 4] = [
    ("offsets", "SELECT topic, partition, next FROM offsets"),
    ("articles", "SELECT t.text AS id, a.record, a.events FROM articles a JOIN terms t ON t.id = a.id"),
    ("records", "SELECT record FROM records ORDER BY row"),
    ("hidden", "SELECT record FROM hidden"),
];

/// Replaces the tables of an older version, in one transaction: it happens as a whole or not at all.
pub fn restore(connection: &mut Connection) -> Result<(), Error> {
    tracing::info!("the database was made by an older version; it is rebuilt from what it holds");
    let transaction = connection.transaction()?;
    let last = super::changes::last_seq(&transaction)?;
    for (name, query) in KEPT {
        transaction.execute_batch(&format!("CREATE TEMP TABLE old_{name} AS {query}"))?;
    }
    schema::create(&transaction, last)?;
    transaction.execute_batch("INSERT INTO offsets SELECT * FROM old_offsets")?;
    let mut batch = Batch::new(&transaction);
    batch.restore_articles()?;
    for name in ["records", "hidden"] {
        let mut records = transaction.prepare(&format!("SELECT record FROM old_{name} ORDER BY rowid"))?;
        let mut records = records.query([])?;
        while let Some(record) = records.next()? {
            batch.apply_record(record.get_ref(0)?.as_bytes().unwrap_or_default())?;
        }
    }
    // Nobody followed meanwhile: the reset tells followers to load everything.
    transaction.execute("DELETE FROM changes WHERE seq > ?1", [last + 1])?;
    for (name, _) in KEPT {
        transaction.execute_batch(&format!("DROP TABLE old_{name}"))?;
    }
    transaction.commit()?;
    Ok(())
}
