//! Cleans up a body, with a map back to the body as received.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Span, html};

/// The longest segment of the map, in bytes, so that a look-up counts few characters.
const SEGMENT: usize = 512;

/// It only says where a word may be broken.
const SOFT_HYPHEN: char = '\u{ad}';

/// The zeros of scripts that have digits of their own, of full width and of Arabic, Persian and India among them. Each has
/// its other nine behind it.
const ZEROS: [char; 13] = ['０', '٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐'];

/// The clean text of a body, and the position of each of its parts in the body as received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    clean: String,
    /// Sorted by both; empty if every byte is one code point at the same position.
    segments: Vec<Segment>,
    /// In their order.
    dates: Vec<MarkedDate>,
}

/// Words that the publisher has marked with the date that they name (`chron` in NITF).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedDate {
    /// The words, in the clean text.
    pub span: Span,
    /// The date as written.
    pub date: String,
}

/// From here to the next segment, the characters of the clean text and of the body correspond one to one. Where a part
/// of the body was left out, one segment ends before it and another starts, at the same byte, after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    /// A byte of the clean text.
    clean: u32,
    /// The corresponding code point of the body.
    source: u32,
}

impl Text {
    /// Cleans up a body. Bodies of HTML lose their tags and entities, others stay as they are. HTML that was escaped
    /// twice is read as HTML.
    #[must_use]
    pub fn of(body: &str) -> Self {
        let text = Self::once(body);
        let is_markup = |text: &str| text.trim_start().starts_with('<') && html::is_html(text);
        if is_markup(&text.clean) && !body.contains('<') {
            return Self::once(&text.clean).through(&text);
        }
        text
    }

    fn once(body: &str) -> Self {
        if html::is_html(body) {
            let mut builder = Builder::new(body, html::has_line_tags(body));
            html::read(body, &mut builder);
            return builder.text;
        }
        if body.is_ascii() {
            return Self { clean: body.replace('\0', " "), ..Self::default() };
        }
        let mut builder = Builder::new(body, false);
        builder.keep(0..body.len());
        builder.text
    }

    /// Returns the clean text. Spans count its bytes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.clean
    }

    /// Returns the dates that the publisher has marked.
    #[must_use]
    pub fn marked_dates(&self) -> &[MarkedDate] {
        &self.dates
    }

    /// Returns the text of a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        span.of(&self.clean)
    }

    /// Returns the position of a span in Unicode code points of the body as received, end exclusive. It does not include
    /// what was left out before or after it.
    #[must_use]
    pub fn code_points(&self, span: Span) -> [usize; 2] {
        let start = self.code_point(span.start, self.segments.partition_point(|segment| segment.clean <= span.start));
        if span.end <= span.start {
            return [start, start];
        }
        let index = self.segments.partition_point(|segment| segment.clean < span.end);
        let end = match self.segments.get(index) {
            Some(segment) if segment.clean == span.end => segment.source as usize,
            _ => self.code_point(span.end, index),
        };
        [start, end]
    }

    /// Maps this text, which was made from `first`, to what `first` was made from.
    fn through(self, first: &Self) -> Self {
        let positions: Vec<[usize; 2]> = first
            .clean
            .char_indices()
            .map(|(at, letter)| first.code_points(Span::new(at, at + letter.len_utf8())))
            .collect();
        let mut segments: Vec<Segment> = Vec::new();
        for (at, letter) in self.clean.char_indices() {
            let after = at + letter.len_utf8();
            let [from, to] = self.code_points(Span::new(at, after));
            let ends = [
                positions.get(from).map(|position| position[0]),
                to.checked_sub(1).and_then(|to| Some(positions.get(to)?[1])),
            ];
            for (clean, source) in [at, after].into_iter().zip(ends) {
                let segment = source.map(|source| Segment { clean: narrow(clean), source: narrow(source) });
                segments.extend(segment.filter(|segment| {
                    segments.last().is_none_or(|last| last.source <= segment.source && last != segment)
                }));
            }
        }
        Self { segments, ..self }
    }

    /// Returns the code point of a byte in the segment before `index`.
    fn code_point(&self, at: u32, index: usize) -> usize {
        let Some(segment) = index.checked_sub(1).and_then(|index| self.segments.get(index)) else {
            return at as usize;
        };
        let between = self.clean.get(segment.clean as usize..at as usize).unwrap_or_default();
        segment.source as usize + between.chars().count()
    }
}

/// Writes a clean text, in the order of the body.
pub(super) struct Builder<'b> {
    body: &'b str,
    text: Text,
    /// The last mapped byte of the body, and its code point.
    reached: (usize, usize),
    /// Whether the line ends of the body are only white space.
    flows: bool,
}

impl<'b> Builder<'b> {
    pub(super) fn new(body: &'b str, flows: bool) -> Self {
        let text = Text { clean: String::with_capacity(body.len()), ..Text::default() };
        Self { body, text, reached: (0, 0), flows }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.clean.is_empty()
    }

    /// The length of the clean text so far.
    pub(super) fn len(&self) -> usize {
        self.text.clean.len()
    }

    /// Marks the clean text since a byte with a date.
    pub(super) fn mark_date(&mut self, since: Option<(usize, String)>) {
        if let Some((start, date)) = since
            && !date.is_empty()
        {
            self.text.dates.push(MarkedDate { span: Span::new(start, self.len()), date });
        }
    }

    /// Whether a part of the body has nothing but white space.
    pub(super) fn is_blank(&self, source: Range<usize>) -> bool {
        self.body.get(source).unwrap_or_default().trim().is_empty()
    }

    /// Copies a part of the body, without its soft hyphens, with the digits of all scripts as plain ones, and with letters
    /// and their accents as one.
    pub(super) fn keep(&mut self, source: Range<usize>) {
        let (mut at, mut rest) = (source.start, self.body.get(source).unwrap_or_default());
        while !rest.is_empty() {
            self.map_end(at);
            if let Some(after) = rest.strip_prefix(SOFT_HYPHEN) {
                (at, rest) = (at + SOFT_HYPHEN.len_utf8(), after);
                continue;
            }
            let end = (0..=SEGMENT.min(rest.len())).rev().find(|&end| rest.is_char_boundary(end));
            let end = end.unwrap_or(rest.len());
            let (segment, after) = rest.split_at(rest[..end].find(SOFT_HYPHEN).unwrap_or(end));
            if let Some((plain, apart, behind)) = first_decomposed(rest, segment.len()) {
                if !plain.is_empty() {
                    self.copy(plain);
                    self.map_end(at + plain.len());
                }
                self.text.clean.extend(apart.nfc());
                at += plain.len() + apart.len();
                rest = behind;
                continue;
            }
            self.copy(segment);
            at += segment.len();
            rest = after;
        }
        self.map_end(at);
    }

    /// Copies a segment, character by character.
    fn copy(&mut self, segment: &str) {
        let flows = self.flows;
        let is_space = |c: char| c == '\0' || flows && c == '\n';
        if segment.contains(|c| is_space(c) || plain_digit(c) != c) {
            self.text.clean.extend(segment.chars().map(|c| if is_space(c) { ' ' } else { plain_digit(c) }));
        } else {
            self.text.clean.push_str(segment);
        }
    }

    /// Writes a text in place of a part of the body.
    pub(super) fn replace(&mut self, source: Range<usize>, with: &str) {
        self.map_end(source.start);
        self.text.clean.push_str(with);
        self.map_end(source.end);
    }

    /// Writes a text that the body does not have.
    pub(super) fn insert(&mut self, text: &str) {
        self.text.clean.push_str(text);
    }

    /// Maps the end of the clean text to a byte of the body.
    fn map_end(&mut self, at: usize) {
        let (byte, point) = self.reached;
        let point = point + self.body.get(byte..at).unwrap_or_default().chars().count();
        self.reached = (at, point);
        let segment = Segment { clean: narrow(self.text.clean.len()), source: narrow(point) };
        if self.text.segments.last() != Some(&segment) {
            self.text.segments.push(segment);
        }
    }
}

/// A digit of any script as a plain one.
fn plain_digit(c: char) -> char {
    if !matches!(c, '٠'..='๙' | '０'..='９') {
        return c;
    }
    let digits = ZEROS.iter().map(|zero| u32::from(c).wrapping_sub(u32::from(*zero)));
    digits.filter_map(|digit| char::from_digit(digit, 10)).next().unwrap_or(c)
}

/// Returns the first letter of a text whose accents are characters of their own, though one character would do: what stands
/// before it, it with its accents, and what stands behind. Its letter is within `length` bytes.
fn first_decomposed(text: &str, length: usize) -> Option<(&str, &str, &str)> {
    // The first bytes of the accents that compose; most texts have none of them.
    let may = |byte: &u8| matches!(byte, 0xCC | 0xCD | 0xD9 | 0xE0 | 0xE3);
    if !text.as_bytes().iter().take(length + 1).any(may) {
        return None;
    }
    let marks = text.char_indices().take_while(|(at, _)| *at <= length).filter(|(_, c)| composes(*c));
    for (at, _) in marks {
        let Some((letter, _)) = text[..at].char_indices().rev().find(|(_, c)| !is_combining_mark(*c)) else { continue };
        let end =
            text[at..].char_indices().find(|(_, c)| !is_combining_mark(*c)).map_or(text.len(), |(more, _)| at + more);
        let apart = &text[letter..end];
        if apart.nfc().ne(apart.chars()) {
            return Some((&text[..letter], apart, &text[end..]));
        }
    }
    None
}

/// Whether a character is an accent that may be part of a letter.
fn composes(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{345}' | '\u{653}'..='\u{655}' | '\u{93C}' | '\u{3099}' | '\u{309A}')
}

/// Articles are bounded far below 4 GiB; saturating keeps this free of panics.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::test_runner::RngSeed;

    use super::*;

    fn clean(body: &str) -> String {
        Text::of(body).as_str().to_owned()
    }

    #[test]
    fn offsets_count_code_points_of_the_body() {
        let body = "Zoë naïve — ".repeat(200) + "end";
        let text = Text::of(&body);
        let at = body.find("end").expect("it is there");
        let end = body.chars().count();
        assert_eq!(text.code_points(Span::new(at, body.len())), [end - 3, end]);
        assert_eq!(text.code_points(Span::new(0, 4)), [0, 3]);
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        for body in [
            "profits < 3% and <b or c> d",
            "a < b > c",
            "x <y> z",
            "<3",
            "R&D at AT&T; Q&A;",
            "1 <\n2",
            "mail <ann@example.org>",
            "line\n\nline &",
        ] {
            assert_eq!(clean(body), body);
        }
    }

    #[test]
    fn tags_are_removed_and_blocks_become_paragraphs() {
        assert_eq!(clean("<p>One <b>bold</b> word.</p>\n\n <p>Two</p>"), "One bold word.\n\nTwo");
        assert_eq!(clean("<div><h1>Head</h1>\n<ul><li>a<li>b</ul></div>"), "Head\n\na\n\nb");
        assert_eq!(clean("One<br>two<br/><BR />three"), "One\ntwo\n\nthree");
        assert_eq!(clean("<tr><td>3 May</td><td>It opened.</td></tr><tr><td>4 May"), "3 May\nIt opened.\n\n4 May");
        assert_eq!(clean("<p>said\n <a href=\"x>y\">\n on Friday</a></p>"), "said    on Friday");
        assert_eq!(clean("In <i>May</i>\n\nNext <i>paragraph</i>"), "In May\n\nNext paragraph");
    }

    #[test]
    fn invisible_content_is_removed() {
        let head = "<!DOCTYPE html><html><head><title>T</title><style>p > b {}</style><meta name=a></head>";
        assert_eq!(clean(&format!("{head}<body><p>Text</p></body></html>")), "Text");
        assert_eq!(clean("a<script>if (a < b) \"</p>\"</script>b<!-- <p>c -->d<?php e ?>f<br>"), "abdf");
        assert_eq!(clean("<p>a<![CDATA[b]]>c<svg><svg/><text>d</text><svg>e</svg>f</svg>g"), "acg");
        assert_eq!(clean("<svg><path d=1><p>a</p><template>b<template>c</template>d</template>"), "a");
    }

    #[test]
    fn entities_are_decoded() {
        assert_eq!(clean("May&nbsp;3 &ndash; &#8217;&#x2019;&#146; AT&amp;T &amp"), "May\u{a0}3 – ’’’ AT&T &");
        assert_eq!(
            clean("<p>&lt;p&gt; &unknown; &#xD800; &#0; &#99999999999;"),
            "<p> &unknown; \u{fffd} \u{fffd} \u{fffd}"
        );
        let text = Text::of("<p>a&nbsp;</p>");
        assert_eq!(text.code_points(Span::new(1, 3)), [4, 10]);
        assert_eq!(text.code_points(Span::new(0, 1)), [3, 4]);
    }

    #[test]
    fn html_that_was_escaped_twice_is_html() {
        let body = "&lt;p&gt;Zoë &amp;amp; I&amp;rsquo;m &lt;b&gt;here&lt;/b&gt;.&lt;/p&gt; &lt;p&gt;On 3&amp;nbsp;May&lt;/p&gt;";
        let text = Text::of(body);
        assert_eq!(text.as_str(), "Zoë & I’m here.\n\nOn 3\u{a0}May");
        for (word, source) in [("Zoë", "Zoë"), ("&", "&amp;amp;"), ("here", "here"), ("3\u{a0}May", "3&amp;nbsp;May")]
        {
            let at = text.as_str().find(word).expect("it is there");
            let [start, end] = text.code_points(Span::new(at, at + word.len()));
            assert_eq!(body.chars().skip(start).take(end - start).collect::<String>(), source);
        }
        assert_eq!(clean("The tag &lt;p&gt; starts a paragraph."), "The tag <p> starts a paragraph.");
    }

    #[test]
    fn tags_of_news_formats_are_read_as_those_of_html() {
        assert_eq!(
            clean("<block><hl2>Head</hl2><p>On <chron norm='1'>Monday</chron>.</p></block>"),
            "Head\n\nOn Monday."
        );
        assert_eq!(clean("<x:p>a</x:p><x:p>b</x:p>"), "a\n\nb");
        let marked = |body: &str| -> Vec<(String, String)> {
            let text = Text::of(body);
            text.marked_dates().iter().map(|marked| (text.slice(marked.span).to_owned(), marked.date.clone())).collect()
        };
        let dates = [("Monday".to_owned(), "20190527".to_owned())];
        assert_eq!(marked("On <chron id='1' norm='20190527'>Monday</chron> and <chron>Friday</chron>."), dates);
        assert_eq!(marked("<p norm='1'>On <chron norm='20190527'>Monday</chron></chron></p><chron norm='1'>"), dates);
        assert_eq!(clean("<http://a.org> and <b:c>"), "<http://a.org> and <b:c>");
    }

    #[test]
    fn a_nul_becomes_a_space() {
        assert_eq!(clean("On\0Monday"), "On Monday");
        assert_eq!(clean("On\0Montag, Zoë"), "On Montag, Zoë");
    }

    #[test]
    fn soft_hyphens_vanish_and_full_width_digits_are_plain() {
        let body = "On 3 Sep\u{ad}tem\u{ad}ber ２０１８, ok";
        let text = Text::of(body);
        assert_eq!(text.as_str(), "On 3 September 2018, ok");
        assert_eq!(text.code_points(Span::new(3, 19)), [3, 21]);
        assert_eq!(text.code_points(Span::new(15, 19)), [17, 21]);
        assert_eq!(text.code_points(Span::new(21, 23)), [23, 25]);
    }

    #[test]
    fn broken_html_is_read_to_its_end() {
        for piece in
            ["<", "&", "<p", "<p<p", "</", "<!--", "<!-", "<![CDATA[", "<p>", "&amp", "&#", "<svg>", "<a b='", "é<"]
        {
            let text = Text::of(&("<p>".to_owned() + &piece.repeat(2000)));
            let length = 3 + piece.chars().count() * 2000;
            let [start, end] = text.code_points(Span::new(0, text.as_str().len()));
            assert!(start <= end && end <= length, "{piece}");
        }
    }

    /// What may surround a word of HTML: none of it is text, and all of it separates words.
    const AROUND: &[&str] = &[
        " ",
        "\r\n",
        "\n\n",
        "<br>",
        "<p>",
        "</p>",
        "<p class='a>b' id=\"é\">",
        " <!-- é -->",
        "&nbsp;",
        "&#160;",
        "&emsp;<i>",
        "</i>&#xA0;",
        " <script>1 < 2 é</script>",
        "<li >",
        " <?é?>",
        "<hr/>",
        " <svg><a/>é</svg>",
    ];

    /// Words as written in a body, and as they read.
    const WORDS: &[(&str, &str)] = &[
        ("May", "May"),
        ("naïve", "naïve"),
        ("日本", "日本"),
        ("AT&amp;T", "AT&T"),
        ("caf&eacute;", "café"),
        ("&#x2019;90s", "’90s"),
        ("&euro;", "€"),
        ("Fri<b>day</b>", "Friday"),
        ("<em>3</em><sup>rd</sup>", "3rd"),
        ("&NotEqualTilde;", "≂̸"),
        ("a<!-- -->b", "ab"),
        ("&", "&"),
        ("&lt;&colon;&semi;&lt", "<:;<"),
    ];

    /// The part of a word's source that its span must map to: without the tags around it.
    fn kept(source: &str) -> &str {
        let source = source.strip_prefix("<em>").unwrap_or(source);
        source.strip_suffix("</b>").or_else(|| source.strip_suffix("</sup>")).unwrap_or(source)
    }

    fn words() -> impl Strategy<Value = Vec<(&'static str, (&'static str, &'static str))>> {
        prop::collection::vec((select(AROUND), select(WORDS)), 1..300)
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Default::default() })]

        #[test]
        fn the_span_of_each_word_maps_to_its_source(words in words()) {
            let (mut body, mut sources) = ("<p>".to_owned(), Vec::new());
            for (around, (source, read)) in words {
                body += around;
                sources.push((body.chars().count() + source.find(kept(source)).unwrap(), kept(source), read));
                body += source;
                body += " ";
            }
            let text = Text::of(&body);
            let mut from = 0;
            for (start, source, read) in sources {
                let at = from + text.as_str()[from..].find(read).unwrap();
                prop_assert!(text.as_str()[from..at].trim().is_empty(), "{:?}", &text.as_str()[from..at]);
                from = at + read.len();
                prop_assert_eq!(text.code_points(Span::new(at, from)), [start, start + source.chars().count()]);
            }
        }

        #[test]
        fn plain_text_maps_to_itself(body in "[^<&\\x00]*", from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
            let bounds: Vec<usize> = body.char_indices().map(|(at, _)| at).chain([body.len()]).collect();
            let (from, to) = (from.index(bounds.len()), to.index(bounds.len()));
            let (from, to) = (from.min(to), from.max(to));
            let text = Text::of(&body);
            prop_assert_eq!(text.as_str(), &body);
            prop_assert_eq!(text.code_points(Span::new(bounds[from], bounds[to])), [from, to]);
        }

        #[test]
        fn spans_of_any_markup_stay_within_the_body(pieces in prop::collection::vec(select(&[
            "<", ">", "/", "&", ";", "#", "x", "p", "b", "=", "'", "\"", "!", "-", "[", "]", "?", " ", "\n", "\r", "\0", "é",
            "<p>", "<b", "amp", "svg", "script", "title", "</", "<!--", "-->", "<![CDATA[", "160", "日",
        ][..]), 0..80)) {
            let body = "<p>".to_owned() + &pieces.concat();
            let text = Text::of(&body);
            let bounds: Vec<usize> = text.as_str().char_indices().map(|(at, _)| at).chain([text.as_str().len()]).collect();
            let mut last = 0;
            for pair in bounds.windows(2) {
                let [start, end] = text.code_points(Span::new(pair[0], pair[1]));
                prop_assert!(last <= start && start <= end && end <= body.chars().count(), "{body:?}: {start}..{end}");
                last = start;
            }
        }
    }
}
