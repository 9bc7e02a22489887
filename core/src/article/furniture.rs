//! Lines that stand in the text of a story and are not of it: buttons to share it, notes about cookies, who published
//! it first.

/// The longest line that may be furniture, in bytes. A paragraph of a story that begins the same is longer.
const LONGEST: usize = 240;

/// Whether a paragraph is not of the story.
pub(super) fn is_furniture(paragraph: &str) -> bool {
    if paragraph.len() > LONGEST {
        return is_trailer(paragraph);
    }
    let lower = paragraph.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '©').to_lowercase();
    let is_mark = WHOLE.contains(&lower.trim_end_matches(|c: char| !c.is_alphanumeric()));
    lower.is_empty() || is_mark || STARTS.iter().any(|start| lower.starts_with(start)) || is_trailer(paragraph)
}

/// Whether a line says where the story appeared first, as WordPress appends it to each entry of a feed.
pub(super) fn is_trailer(line: &str) -> bool {
    let lower = line.trim().to_lowercase().replace('’', "'");
    lower.len() <= 2 * LONGEST
        && TRAILERS.iter().any(|(start, middle)| lower.starts_with(start) && lower.contains(middle))
}

/// Returns a body without a last paragraph that says where it appeared first.
pub(super) fn without_trailer(body: &str) -> &str {
    let body = body.trim_end();
    // The last paragraph, or the last line of a text without tags.
    let starts = ["<p", "<P", "<div", "<br", "\n"].iter().filter_map(|start| body.rfind(start));
    let Some(start) = starts.max() else { return body };
    let last = body.get(start..).unwrap_or_default();
    if is_trailer(&without_tags(last)) { body.get(..start).unwrap_or_default() } else { body }
}

fn without_tags(text: &str) -> String {
    let mut clean = String::new();
    let mut is_tag = false;
    for c in text.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if !is_tag => clean.push(c),
            _ => {}
        }
    }
    clean
}

/// Lines of which the whole is furniture, in lower case.
const WHOLE: [&str; 14] = [
    "advertisement",
    "advertising",
    "sponsored",
    "anzeige",
    "werbung",
    "publicité",
    "publicidad",
    "pubblicità",
    "advertentie",
    "share",
    "tweet",
    "print",
    "comments",
    "read more",
];

/// How furniture begins, in lower case.
const STARTS: [&str; 58] = [
    "share this",
    "share on ",
    "share via",
    "share:",
    "click to share",
    "click here to subscribe",
    "tweet this",
    "like this:",
    "like loading",
    "follow us",
    "follow @",
    "sign up for our",
    "sign up to our",
    "subscribe to our",
    "subscribe now",
    "read more:",
    "read also:",
    "also read:",
    "read next:",
    "see also:",
    "related:",
    "related articles",
    "related posts",
    "related stories",
    "recommended:",
    "more on this",
    "story continues below",
    "article continues below",
    "scroll to continue",
    "all rights reserved",
    "copyright ©",
    "copyright (c)",
    "©",
    "we use cookies",
    "this site uses cookies",
    "this website uses cookies",
    "our website uses cookies",
    "by continuing to use",
    "cookie policy",
    "tags:",
    "filed under",
    "posted in ",
    "leave a comment",
    "leave a reply",
    "print this",
    "email this",
    "skip to content",
    "lesen sie auch",
    "mehr zum thema",
    "diese website verwendet cookies",
    "wir verwenden cookies",
    "teilen mit:",
    "lire aussi",
    "à lire aussi",
    "ce site utilise des cookies",
    "lea también",
    "leggi anche",
    "lees ook",
];

/// How the line about the first appearance begins and goes on, in lower case.
const TRAILERS: [(&str, &str); 16] = [
    ("the post ", "appeared first on"),
    ("the post ", "first appeared on"),
    ("this post ", "appeared first on"),
    ("this post ", "first appeared on"),
    ("this article ", "first appeared on"),
    ("this story ", "first appeared on"),
    ("der beitrag ", "erschien zuerst"),
    ("der beitrag ", "erschienen zuerst"),
    ("l'article ", "est apparu en premier sur"),
    ("cet article ", "est apparu en premier sur"),
    ("la entrada ", "se publicó primero en"),
    ("la entrada ", "aparece primero en"),
    ("l'articolo ", "proviene da"),
    ("l'articolo ", "sembra essere il primo"),
    ("het bericht ", "verscheen eerst op"),
    ("o post ", "apareceu primeiro em"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_line_about_the_first_appearance_is_cut_off() {
        let body = "<p>It was shut.</p>\n<p>The post <a href=\"/1\">Bridge</a> appeared first on <a href=\"/\">The Quay</a>.</p>";
        assert_eq!(without_trailer(body), "<p>It was shut.</p>\n");
        assert_eq!(without_trailer("Es war zu.\nDer Beitrag Brücke erschien zuerst auf Kai."), "Es war zu.");
        let story = "<p>It was shut.</p><p>The post was vacant.</p>";
        assert_eq!(without_trailer(story), story);
        assert_eq!(without_trailer(""), "");
    }

    #[test]
    fn lines_beside_a_story_are_known_by_their_start() {
        for line in [
            "Share this:",
            "© 2019 The Quay",
            "Advertisement",
            "We use cookies to serve you.",
            "Read more: The ferry of 1987",
        ] {
            assert!(is_furniture(line), "{line}");
        }
        for line in ["Shares fell on Monday.", "It was shut.", "Advertisers left in 2017, she said."] {
            assert!(!is_furniture(line), "{line}");
        }
    }
}
