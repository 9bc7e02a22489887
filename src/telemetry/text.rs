//! The metrics in the text format of Prometheus (version 0.0.4), for scrapers that do not read OpenMetrics.
//!
//! Pure: the one text is made from the other, which the library writes.

/// Converts the OpenMetrics format. They differ in what a counter and an information are called in their comments, and in the
/// mark at the end.
pub fn prometheus(openmetrics: &str) -> String {
    let mut text = String::with_capacity(openmetrics.len());
    let mut help = None;
    for line in openmetrics.lines() {
        let mut words = line.splitn(4, ' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("#"), Some("HELP"), ..) => help = Some(line),
            (Some("#"), Some("TYPE"), Some(name), Some(kind)) => {
                let (suffix, kind) = match kind {
                    "counter" => ("_total", "counter"),
                    "info" => ("_info", "gauge"),
                    "unknown" => ("", "untyped"),
                    kind => ("", kind),
                };
                if let Some(said) = help.take().and_then(|line| line.strip_prefix("# HELP ")?.strip_prefix(name)) {
                    text += &format!("# HELP {name}{suffix}{said}\n");
                }
                text += &format!("# TYPE {name}{suffix} {kind}\n");
            }
            (Some("#"), ..) => {}
            _ => {
                text += line;
                text.push('\n');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_information_have_the_names_of_their_series() {
        let openmetrics = "\
# HELP dateline_build The version of the program.
# TYPE dateline_build info
dateline_build_info{version=\"0.2.0\"} 1
# HELP dateline_articles Articles read, by what became of them.
# TYPE dateline_articles counter
dateline_articles_total{status=\"extracted\"} 3
# HELP dateline_batch_seconds Time of a batch.
# TYPE dateline_batch_seconds histogram
# UNIT dateline_batch_seconds seconds
dateline_batch_seconds_sum 0.25
dateline_batch_seconds_bucket{le=\"+Inf\"} 1
# EOF
";
        let expected = "\
# HELP dateline_build_info The version of the program.
# TYPE dateline_build_info gauge
dateline_build_info{version=\"0.2.0\"} 1
# HELP dateline_articles_total Articles read, by what became of them.
# TYPE dateline_articles_total counter
dateline_articles_total{status=\"extracted\"} 3
# HELP dateline_batch_seconds Time of a batch.
# TYPE dateline_batch_seconds histogram
dateline_batch_seconds_sum 0.25
dateline_batch_seconds_bucket{le=\"+Inf\"} 1
";
        assert_eq!(prometheus(openmetrics), expected);
    }
}
