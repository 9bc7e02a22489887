//! What the timeline keeps.

use std::time::Duration;

use insta::assert_snapshot;

use super::{NONE, in_file, settings};
use crate::config::Keep;

#[test]
fn what_the_timeline_keeps_is_an_age_a_size_or_both() {
    let keep = |text: &str| settings(&format!("[serve]\nkeep = '{text}'"), NONE, &[]).serve.keep;
    let days = |days: u64| Some(Duration::from_secs(days * 86_400));
    assert_eq!(keep(""), Keep::default());
    assert_eq!(keep("365 days"), Keep { age: days(365), bytes: None });
    assert_eq!(keep("20GB"), Keep { age: None, bytes: Some(20_000_000_000) });
    assert_eq!(keep("1 GiB, 2 weeks"), Keep { age: days(14), bytes: Some(1 << 30) });
    assert_eq!(keep("1 year"), Keep { age: days(365), bytes: None });
    assert_snapshot!(in_file("[serve]\nkeep = 'a year'"), @r#"serve.keep (file my.toml): "a year" is neither an age such as `365 days` nor a size such as `20 GB`"#);
    assert_snapshot!(in_file("[serve]\nkeep = '30'"), @r#"serve.keep (file my.toml): "30" is neither an age such as `365 days` nor a size such as `20 GB`"#);
    assert_snapshot!(in_file("[serve]\nkeep = '0 days'"), @r#"serve.keep (file my.toml): "0 days": an age is 1 to 365000 days"#);
    assert_snapshot!(in_file("[serve]\nkeep = '1 MB'"), @r#"serve.keep (file my.toml): "1 MB": a size is at least 10 MB"#);
    assert_snapshot!(in_file("[serve]\nkeep = '7 days, 2 weeks'"), @r#"serve.keep (file my.toml): "2 weeks" is the second of its kind; give one age, one size, or both"#);
}
