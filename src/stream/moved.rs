//! Articles whose revisions came through more than one partition: a warning in the record, a count, and a line in the log.
//! Which of two such messages came later cannot be known.

use super::disposition::Disposition;
use super::topic_partition::TopicPartition;
use crate::record::{ArticleRecord, Warning};
use crate::telemetry::Metrics;

/// The code of the warning.
const CODE: &str = "partition-changed";

/// Returns the warning in the record of such a message.
#[must_use]
pub fn warning(from: TopicPartition, to: TopicPartition) -> Warning {
    let (from, to) = if from.topic == to.topic {
        (format!("partition {} of the input", from.number), format!("partition {}", to.number))
    } else {
        let named = |it: TopicPartition| format!("partition {} of `{}`", it.number, it.topic);
        (named(from), named(to))
    };
    let message = format!(
        "the standing revision came through {from}, this message through {to}: their order \
         is only that of their revisions; send all revisions of an article with the same key"
    );
    Warning { code: CODE, message }
}

/// Counts these articles among the dispositions, and logs them in one line. To be called when the dispositions are
/// committed.
pub fn report(dispositions: &[Disposition], metrics: &Metrics) {
    let is_moved = |article: &ArticleRecord| article.warnings.iter().any(|warning| warning.code == CODE);
    let Some((first, count)) = Disposition::first_and_count(dispositions, is_moved) else { return };
    metrics.moved_articles(count);
    let source = &first.source;
    tracing::warn!(
        count,
        article = first.id,
        topic = source.topic,
        partition = source.partition,
        offset = source.offset,
        "articles came through another partition than before, the first of which is named: the input has grown, or their \
         revisions do not have the same key"
    );
}
