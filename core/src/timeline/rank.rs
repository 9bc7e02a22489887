//! The rank of what happened: which of many to show first.

/// Returns the rank of what so many articles and sources report, the greatest weight among its records being this. One
/// article has its weight as rank; each doubling of articles or sources counts the same.
#[must_use]
pub fn rank(weight: f64, articles: usize, sources: usize) -> f64 {
    let doublings = |count: usize| (1.0 + count.max(1) as f64).log2();
    weight * doublings(articles) * doublings(sources)
}

/// Whether a line says who or what it is about: a name, or a noun with a few letters, stands before its trigger. It is
/// preferred where a line stands for a whole day: "It was pulled down" cannot.
#[must_use]
pub fn has_subject(summary: &str, trigger: Option<&str>, names: &[String]) -> bool {
    let before = match trigger.and_then(|trigger| summary.find(trigger)) {
        Some(at) => &summary[..at],
        None => summary,
    };
    let is_noun = |word: &str| word.chars().count() > 4 || word.chars().any(|letter| u32::from(letter) > 0x2e80);
    names.iter().any(|name| before.contains(name.as_str())) || before.split_whitespace().any(is_noun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_grows_with_weight_articles_and_sources() {
        assert_eq!(rank(0.5, 1, 1), 0.5);
        assert!(rank(0.5, 2, 1) > 0.5 && rank(0.5, 2, 2) > rank(0.5, 2, 1) && rank(0.6, 2, 2) > rank(0.5, 2, 2));
        assert_eq!(rank(0.5, 0, 0), 0.5, "unknown sources are one");
        assert!(rank(0.3, 400, 1) < rank(0.8, 400, 40));
    }

    #[test]
    fn a_subject_is_a_name_or_a_noun_before_the_trigger() {
        assert!(has_subject("The harbour closed", Some("closed"), &[]));
        assert!(has_subject("Ms Day resigned", Some("resigned"), &["Ms Day".to_owned()]));
        assert!(!has_subject("It was pulled down", Some("pulled"), &[]));
        assert!(!has_subject("Resigned from the board of Quay", Some("Resigned"), &["Quay".to_owned()]));
    }
}
