//! Suggestions for misspelt names: classes of a pack, keys and values of a configuration.

/// Returns the candidate most similar to `name`, as a whole or in its last part ("brokers" for `kafka.brokers`), if any is
/// similar enough.
///
/// ```
/// let candidates = ["kafka.brokers", "stream.batch_messages"];
/// assert_eq!(dateline_core::nearest::nearest("borkers", candidates.into_iter()), Some("kafka.brokers"));
/// assert_eq!(dateline_core::nearest::nearest("colour", candidates.into_iter()), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (similarity(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

fn similarity(name: &str, candidate: &str) -> f64 {
    let last = |name: &str| name.rsplit('.').next().map(str::to_owned).unwrap_or_default();
    let whole = strsim::normalized_damerau_levenshtein(name, candidate);
    whole.max(strsim::normalized_damerau_levenshtein(&last(name), &last(candidate)))
}
