//! The scripts of a page: JSON-LD as pages really have it, and the data of the programs that show the page.

use dom_query::Document;

use super::dates::{FoundTime, readable};
use super::written::DayFirst;
use crate::article::json;

/// The keys of a time of publication in the data of programs.
const KEYS: [&str; 18] = [
    "published",
    "publishedTime",
    "published_time",
    "publishTime",
    "pub_date",
    "datePublication",
    "datePublished",
    "publishedAt",
    "published_at",
    "publishDate",
    "publish_date",
    "publishedDate",
    "published_date",
    "pubDate",
    "publicationDate",
    "publication_date",
    "firstPublished",
    "first_published_at",
];

/// Returns the scripts that hold JSON-LD, mended where they are not JSON.
pub(super) fn linked_data(page: &Document) -> Vec<String> {
    let scripts = page.select("script[type]");
    let is_linked = |kind: &str| kind.trim().to_ascii_lowercase().starts_with("application/ld+json");
    let linked = scripts.nodes().iter().filter(|script| script.attr("type").is_some_and(|kind| is_linked(&kind)));
    linked
        .map(|script| {
            let text = script.text().to_string();
            if json::parse(&text).is_ok() { text } else { mended(&text) }
        })
        .collect()
}

/// Returns the only day that the data in all scripts call that of the publication.
pub(super) fn only_day(page: &Document, day_first: DayFirst) -> Option<FoundTime> {
    let scripts = page.select("script");
    let mut found: Option<(String, FoundTime)> = None;
    for script in scripts.nodes() {
        let text = script.text();
        for (key, value) in KEYS.iter().flat_map(|key| values(&text, key).map(move |value| (key, value))) {
            let Some(time) = readable(value, day_first) else { continue };
            let day = time.get(..10).unwrap_or(&time).to_owned();
            match &found {
                Some((known, _)) if *known != day => return None,
                Some(_) => {}
                None => found = Some((day, FoundTime { text: time, path: format!("script ({key})") })),
            }
        }
    }
    found.map(|(_, found)| found)
}

/// Returns the texts that follow a key in a script: `"key": "…"`, also where the script is itself in a text.
fn values<'t>(text: &'t str, key: &'t str) -> impl Iterator<Item = &'t str> {
    memchr::memmem::find_iter(text.as_bytes(), key.as_bytes()).filter_map(move |at| {
        let is_key = |before: Option<char>| !before.is_some_and(char::is_alphanumeric);
        is_key(text.get(..at)?.chars().next_back()).then_some(())?;
        let rest = text.get(at + key.len()..)?.trim_start_matches(['"', '\'', '\\', ' ']);
        let rest = rest.strip_prefix(':')?.trim_start_matches([' ', '\\']);
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let end = rest.get(1..)?.find([quote, '\\', '\n'])?;
        rest.get(1..=end).filter(|value| value.len() <= 40)
    })
}

/// Returns JSON as a browser's search engine reads it: without comments, `CDATA` and what follows the value, with line
/// ends in texts, and without commas before an end.
fn mended(script: &str) -> String {
    let script = without_wrapping(script);
    let mut mended = String::with_capacity(script.len());
    let mut inside = false;
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                inside = !inside;
                mended.push(c);
            }
            '\\' if inside => match chars.next() {
                Some('\'') => mended.push('\''),
                Some(next) if next.is_control() => mended.push(' '),
                Some(next) => mended.extend([c, next]),
                None => {}
            },
            '\n' if inside => mended.push_str("\\n"),
            '\t' if inside => mended.push_str("\\t"),
            c if inside && c.is_control() => {}
            '/' if !inside && chars.peek() == Some(&'*') => skip_comment(&mut chars),
            '}' | ']' if !inside => {
                let end = mended.trim_end().trim_end_matches(',').len();
                mended.truncate(end);
                mended.push(c);
            }
            c => mended.push(c),
        }
    }
    mended
}

fn skip_comment(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut last = ' ';
    chars.next();
    for c in chars.by_ref() {
        if (last, c) == ('*', '/') {
            break;
        }
        last = c;
    }
}

/// Returns a script without what is wrapped around it, for browsers that did not know scripts.
fn without_wrapping(script: &str) -> &str {
    const STARTS: [&str; 7] =
        ["\u{feff}", "<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */", "<![CDATA["];
    const ENDS: [&str; 9] = [";", "-->", "//-->", "// -->", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "]]>"];
    let mut script = script.trim();
    loop {
        let start = STARTS.iter().find_map(|start| script.strip_prefix(start));
        // The longest, so that no half of one remains.
        let ends = ENDS.iter().filter_map(|end| script.strip_suffix(end));
        match start.or_else(|| ends.min_by_key(|rest| rest.len())) {
            Some(rest) => script = rest.trim(),
            None => return script,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_scripts_is_mended() {
        let json = r#"{"a": "b"}"#;
        for script in [
            "<!--\n{\"a\": \"b\"}\n-->",
            "//<![CDATA[\n{\"a\": \"b\"}\n//]]>",
            "/*<![CDATA[*/{\"a\": \"b\"}/*]]>*/",
            "<![CDATA[{\"a\": \"b\"}]]>",
            "{\"a\": \"b\"};",
            "\u{feff}{\"a\": /* note */\"b\"}",
        ] {
            assert_eq!(mended(script).replace(": ", ":"), json.replace(": ", ":"), "{script}");
        }
        assert_eq!(mended("{\"a\": \"b\n\tc\\'s\",\n}"), r#"{"a": "b\n\tc's"}"#);
    }

    #[test]
    fn times_in_the_data_of_programs_count_if_they_agree() {
        let day = |scripts: &str| only_day(&Document::from(scripts), None).map(|found| found.text);
        let one = r#"<script>window.__DATA__ = {"publishedAt":"2019-05-03T18:35:00Z","x":{'publishDate': '2019-05-03'}}</script>"#;
        assert_eq!(day(one).as_deref(), Some("2019-05-03T18:35:00Z"));
        assert_eq!(day(r#"<script>var s = "{\"pubDate\":\"2019-05-03\"}";</script>"#).as_deref(), Some("2019-05-03"));
        assert_eq!(day(r#"<script>a = [{"pubDate":"2019-05-03"},{"pubDate":"2019-05-04"}]</script>"#), None);
        assert_eq!(day(r#"<script>{"unpubDate":"2019-05-03"}</script>"#), None);
    }
}
