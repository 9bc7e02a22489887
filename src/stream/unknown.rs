//! Withdrawals of articles that are not known: a warning in the record, a count, and a line in the log.

use std::time::Duration;

use super::disposition::Disposition;
use crate::record::{ArticleRecord, ArticleStatus, Warning};
use crate::telemetry::Metrics;

/// The code of the warning.
const CODE: &str = "withdrawal-unknown";

/// Returns the warning in the record of such a withdrawal. Articles are remembered for `window`.
#[must_use]
pub fn warning(window: Duration) -> Warning {
    let days = days(window);
    let message = format!(
        "no revision of the article is known, so that no event was retracted: none was read before, or the last one is \
         older than the {days} days of `revisions.window`; if withdrawals come later than that, use a longer window"
    );
    Warning { code: CODE, message }
}

/// Counts the withdrawals among these dispositions whose article is not known, and logs them in one line. Returns how many
/// there are. To be called when the dispositions are committed.
pub fn report(dispositions: &[Disposition], window: Duration, metrics: &Metrics) -> u64 {
    let is_unknown = |article: &ArticleRecord| {
        article.status == ArticleStatus::Withdrawn && article.warnings.iter().any(|warning| warning.code == CODE)
    };
    let Some((first, count)) = Disposition::first_and_count(dispositions, is_unknown) else { return 0 };
    metrics.unknown_withdrawals(count);
    let source = &first.source;
    tracing::warn!(
        count,
        article = first.id,
        partition = source.partition,
        offset = source.offset,
        window_days = days(window),
        "withdrawals of articles that are not known, the first of which is named; see `revisions.window`"
    );
    count
}

fn days(window: Duration) -> u64 {
    window.as_secs() / 86_400
}
