//! HTML to clean text: tags are removed, blocks become paragraphs, entities are decoded.
//!
//! The tokenizer is a library; this file decides what is kept of its tokens, and from where in the body. It must not
//! know what the text says.

use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span, State, Tokenizer};

use super::clean::Builder;

/// Block elements: a paragraph ends before and after them. Some are NITF's.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "block",
    "body",
    "body.content",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hl1",
    "hl2",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

/// Elements that end a line but not a paragraph: the cells of a row belong together.
const LINES: &[&str] = &["br", "td", "th"];

/// Elements whose content is not shown, or stands beside the text. Nothing else in a `head` has text, and its end tag may
/// be omitted.
const SKIPPED: &[&str] = &[
    "aside", "footer", "iframe", "nav", "noembed", "noframes", "noscript", "script", "style", "svg", "template",
    "textarea", "title",
];

/// Elements that stand beside the text if their class or id says so.
const BOXES: &[&str] = &["div", "section", "ul"];

/// Words in the class or id of a box that stands beside the text: buttons to share it, notes about cookies, other stories.
const BESIDE: &[&str] =
    &["addtoany", "cookie", "cookies", "related", "relatedposts", "share", "sharedaddy", "sharing", "social"];

/// Other elements that identify a body as HTML.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "big", "button", "center", "chron", "cite", "code", "del", "em", "font", "head", "i", "img",
    "ins", "label", "link", "mark", "meta", "picture", "q", "s", "small", "source", "span", "strike", "strong", "sub",
    "sup", "time", "u", "video", "wbr",
];

/// Whether a body is HTML: it has a complete tag with a known name or, without any `<`, an entity.
pub(super) fn is_html(body: &str) -> bool {
    let known = |name: &str| [BLOCKS, LINES, SKIPPED, INLINE].iter().any(|names| holds(names, name));
    if body.contains('<') { tags(body).any(known) } else { has_entity(body) }
}

fn holds(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Returns the names of the complete tags in a body: `<b>`, `</b>`, `<a href="…">`, but not the `<b` of `a <b or c> d`.
fn tags(body: &str) -> impl Iterator<Item = &str> {
    memchr::memchr_iter(b'<', body.as_bytes()).filter_map(|at| {
        let inside = body.get(at + 1..)?;
        let inside = inside.get(..memchr::memchr2(b'<', b'>', inside.as_bytes())?)?;
        if body.as_bytes().get(at + 1 + inside.len()) != Some(&b'>') {
            return None;
        }
        let inside = local(inside.strip_prefix('/').unwrap_or(inside));
        let (name, rest) = inside.split_at(inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len()));
        (matches!(rest.trim(), "" | "/") || rest.contains('=')).then_some(name)
    })
}

/// Returns a name without its XML prefix: `p` of `xhtml:p`.
fn local(name: &str) -> &str {
    let prefix = name.split_once(':').filter(|(prefix, _)| prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    prefix.map_or(name, |(_, local)| local)
}

/// Whether a body has something like `&rsquo;` or `&#8217;`.
fn has_entity(body: &str) -> bool {
    let bytes = body.as_bytes();
    memchr::memchr_iter(b'&', bytes).any(|at| {
        let name = bytes.get(at + 1..).unwrap_or_default();
        let name = name.strip_prefix(b"#").unwrap_or(name);
        // The longest name has 31 letters.
        let length = name.iter().take(32).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        length > 1 && name.get(length) == Some(&b';')
    })
}

/// Reads a body of HTML, however broken, as a browser would.
pub(super) fn read<'b>(body: &'b str, out: &mut Builder<'b>) {
    let mut inner = CallbackEmitter::new(Content {
        out,
        run: 0..0,
        line_break: "",
        skipped: None,
        depth: 0,
        opens_skipped: false,
        date: None,
        opening: None,
        attribute: Attribute::Other,
    });
    // The content of a `script` is not HTML.
    inner.naively_switch_states(true);
    let content = Positioned { inner, body: body.as_bytes(), position: 0, done: 0 };
    let Ok(()) = Tokenizer::new_with_emitter(body, content).finish();
}

/// Whether the tags of a body determine its lines, so that the line ends of the source are only white space.
pub(super) fn has_line_tags(body: &str) -> bool {
    tags(body).any(|name| holds(&["p", "br", "div"], name))
}

/// The emitter of the tokenizer: forwards tags, and text with its position in the body.
struct Positioned<'a, 'b> {
    inner: CallbackEmitter<Content<'a, 'b>, Infallible, ()>,
    body: &'b [u8],
    /// The byte that the tokenizer has reached.
    position: usize,
    /// The byte after the last token.
    done: usize,
}

impl ForwardingEmitter for Positioned<'_, '_> {
    type Token = Infallible;

    fn inner(&mut self) -> &mut impl Emitter<Token = Infallible> {
        &mut self.inner
    }

    fn move_position(&mut self, by: isize) {
        self.position = self.position.saturating_add_signed(by);
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_string(&mut self, characters: &[u8]) {
        let verbatim = self.position.saturating_sub(characters.len())..self.position;
        let decoded = self.body.get(self.done) == Some(&b'&') && self.done < verbatim.start
            || self.body.get(verbatim.clone()) != Some(characters);
        let content = self.inner.callback_mut();
        if decoded {
            content.decoded(self.done..self.position, &String::from_utf8_lossy(characters));
        } else {
            content.text(verbatim);
        }
        self.done = self.position;
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        self.done = self.position;
        self.inner.emit_current_tag()
    }

    fn emit_current_comment(&mut self) {
        self.done = self.position;
        self.inner.emit_current_comment();
    }

    fn emit_current_doctype(&mut self) {
        self.done = self.position;
        self.inner.emit_current_doctype();
    }

    fn emit_eof(&mut self) {
        self.inner.callback_mut().finish_run();
    }
}

/// What is kept of a body.
struct Content<'a, 'b> {
    out: &'a mut Builder<'b>,
    /// Text of the body that is not written yet. The tokenizer may emit it in the middle of a character.
    run: Range<usize>,
    /// The line ends that are due before the next text.
    line_break: &'static str,
    /// The element whose content is being skipped.
    skipped: Option<&'static str>,
    /// How many of them are open.
    depth: usize,
    /// Whether the start tag being read opens it.
    opens_skipped: bool,
    /// The `chron` that is open: where it began, and its `norm`.
    date: Option<(usize, String)>,
    /// The box whose start tag is being read.
    opening: Option<&'static str>,
    /// The attribute being read.
    attribute: Attribute,
}

/// The attributes that matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attribute {
    /// The `norm` of a `chron`: the date that its words name.
    Norm,
    /// The class or id of a box.
    Mark,
    Other,
}

impl Content<'_, '_> {
    fn text(&mut self, source: Range<usize>) {
        if self.skipped.is_some() {
            return;
        }
        if self.run.end == source.start {
            self.run.end = source.end;
        } else {
            self.finish_run();
            self.run = source;
        }
    }

    fn decoded(&mut self, source: Range<usize>, text: &str) {
        self.finish_run();
        if self.skipped.is_none() {
            self.out.insert(std::mem::take(&mut self.line_break));
            self.out.replace(source, text);
        }
    }

    fn finish_run(&mut self) {
        let run = std::mem::replace(&mut self.run, 0..0);
        // White space between blocks is not text.
        let is_layout = !self.line_break.is_empty() || self.out.is_empty();
        if run.is_empty() || is_layout && self.out.is_blank(run.clone()) {
            return;
        }
        self.out.insert(std::mem::take(&mut self.line_break));
        self.out.keep(run);
    }

    fn start_tag(&mut self, name: &str) {
        self.finish_run();
        // A block ends an `svg` that was not closed.
        if self.skipped == Some("svg") && holds(BLOCKS, name) {
            self.skipped = None;
        }
        match self.skipped {
            Some(skipped) => self.opens_skipped = skipped == name,
            None => {
                self.skipped = SKIPPED.iter().copied().find(|skipped| *skipped == name);
                self.opens_skipped = self.skipped.is_some();
                self.depth = 0;
                self.opening = BOXES.iter().copied().find(|known| *known == name);
                self.break_at(name);
                if name == "chron" {
                    self.date = Some((self.out.len(), String::new()));
                }
            }
        }
        self.depth += usize::from(self.opens_skipped);
    }

    fn end_tag(&mut self, name: &str) {
        self.finish_run();
        match self.skipped {
            Some(skipped) if skipped == name => self.close_skipped(),
            Some(_) => {}
            None if name == "chron" => self.out.mark_date(self.date.take()),
            None => self.break_at(name),
        }
    }

    fn close_skipped(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            self.skipped = None;
        }
    }

    /// Skips the box that is being opened, if it stands beside the text.
    fn mark(&mut self, mark: &[u8]) {
        let mark = mark.to_ascii_lowercase();
        let mut words = mark.split(|byte| !byte.is_ascii_alphanumeric());
        if self.skipped.is_none() && words.any(|word| BESIDE.iter().any(|known| known.as_bytes() == word)) {
            self.skipped = self.opening;
            self.depth = usize::from(self.skipped.is_some());
        }
    }

    /// Ends a line or a paragraph, if the tag does so and there is text to end.
    fn break_at(&mut self, name: &str) {
        if self.out.is_empty() {
            return;
        }
        if holds(BLOCKS, name) || name == "br" && !self.line_break.is_empty() {
            self.line_break = "\n\n";
        } else if holds(LINES, name) && self.line_break.is_empty() {
            self.line_break = "\n";
        }
    }
}

impl Callback<Infallible, ()> for Content<'_, '_> {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.start_tag(local(std::str::from_utf8(name).unwrap_or_default()))
            }
            CallbackEvent::EndTag { name } => self.end_tag(local(std::str::from_utf8(name).unwrap_or_default())),
            CallbackEvent::AttributeName { name } => {
                let is_norm = self.date.as_ref().is_some_and(|(_, norm)| norm.is_empty()) && name == b"norm";
                let is_mark = self.opening.is_some() && matches!(name, b"class" | b"id");
                self.attribute = match (is_norm, is_mark) {
                    (true, _) => Attribute::Norm,
                    (false, true) => Attribute::Mark,
                    (false, false) => Attribute::Other,
                };
            }
            CallbackEvent::AttributeValue { value } if self.attribute == Attribute::Norm => {
                if let Some((_, norm)) = &mut self.date {
                    *norm = String::from_utf8_lossy(value).into_owned();
                }
                self.attribute = Attribute::Other;
            }
            CallbackEvent::AttributeValue { value } if self.attribute == Attribute::Mark => {
                self.mark(value);
                self.attribute = Attribute::Other;
            }
            CallbackEvent::CloseStartTag { .. } if self.opening.is_some() => self.opening = None,
            // `/>` closes a tag only in an `svg`.
            CallbackEvent::CloseStartTag { self_closing: true }
                if self.opens_skipped && self.skipped == Some("svg") =>
            {
                self.close_skipped();
            }
            _ => {}
        }
        None
    }
}
