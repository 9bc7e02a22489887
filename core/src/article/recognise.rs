//! Which format a JSON object is in, by what only that format has, and the names that show it.

use super::format::Format;
use super::json::{Json, Node};
use super::names::lowered;

/// What a name in an object shows about its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
enum Mark {
    JsonLd = 1,
    NewsPlease = 1 << 1,
    /// No other format has it.
    Ninjs = 1 << 2,
    /// A time of ninjs, which plain articles borrow to order their revisions.
    NinjsTime = 1 << 3,
    /// A body with its role in its name, which plain articles borrow too.
    NinjsBody = 1 << 4,
    /// The status or the address of ninjs, which plain articles often have.
    NinjsName = 1 << 5,
    PlainText = 1 << 6,
    PlainName = 1 << 7,
    Title = 1 << 8,
    /// AP's API wraps items in it.
    Wrapper = 1 << 9,
}

impl Mark {
    /// Of a name in lower case.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "@context" | "@graph" | "@type" => Self::JsonLd,
            "maintext" | "date_publish" | "date_download" => Self::NewsPlease,
            "bodies" | "headlines" | "altids" | "standard" | "$standard" => Self::Ninjs,
            "versioncreated" | "firstcreated" | "contentcreated" => Self::NinjsTime,
            "pubstatus" | "uri" => Self::NinjsName,
            "body" | "text" => Self::PlainText,
            "id" | "_id" | "revision" | "published_at" | "published" => Self::PlainName,
            "title" => Self::Title,
            "item" | "data" => Self::Wrapper,
            _ => {
                let role = name.strip_prefix("body_")?;
                let is_role = role == "text" || ["html", "nitf", "xml"].iter().any(|kind| role.contains(kind));
                return is_role.then_some(Self::NinjsBody);
            }
        })
    }

    fn of_key(key: &str) -> Option<Self> {
        lowered(key, &mut [0; _]).and_then(Self::of)
    }
}

/// The marks that an object has.
#[derive(Clone, Copy)]
struct Marks(u16);

impl Marks {
    fn of(node: &Node<'_>) -> Self {
        let marks = node.entries().filter_map(|(key, _)| Mark::of_key(key));
        Self(marks.fold(0, |all, mark| all | mark as u16))
    }

    fn any<const N: usize>(self, marks: [Mark; N]) -> bool {
        marks.iter().any(|mark| self.0 & *mark as u16 != 0)
    }
}

/// Recognises the format of an object.
///
/// What ninjs shares with plain articles makes an object ninjs only if nothing of a plain article stands beside it.
pub(super) fn format_of(node: &Node<'_>) -> Format {
    use Mark::{NinjsBody, NinjsName, NinjsTime, PlainName, PlainText, Title, Wrapper};
    let marks = Marks::of(node);
    if marks.any([Mark::JsonLd]) {
        return Format::JsonLd;
    }
    if marks.any([Mark::NewsPlease]) {
        return Format::NewsPlease;
    }
    let is_timed = marks.any([NinjsTime]) && (marks.any([NinjsBody]) || !marks.any([PlainText]));
    let is_named = marks.any([NinjsName, NinjsBody]) && !marks.any([PlainText, PlainName]);
    let is_wrapped = || marks.any([Wrapper]) && !marks.any([PlainText, Title]) && wraps_ninjs(node);
    if marks.any([Mark::Ninjs]) || is_timed || is_named || is_wrapped() { Format::Ninjs } else { Format::Plain }
}

/// Whether ninjs stands one or more objects down, as in a response of AP's API.
fn wraps_ninjs(node: &Node<'_>) -> bool {
    use Mark::{Ninjs, NinjsBody, NinjsName, NinjsTime};
    let inside = node.get("item").or_else(|| node.get("data")).filter(Node::is_object);
    inside.is_some_and(|inside| {
        Marks::of(&inside).any([Ninjs, NinjsTime, NinjsBody, NinjsName])
            || inside.get("items").is_some_and(|items| matches!(items.value, Json::List(_)))
            || wraps_ninjs(&inside)
    })
}

/// Names what shows that an object is in the format that it was recognised as.
pub(super) fn evidence(node: &Node<'_>, format: Format) -> String {
    use Mark::{Ninjs, NinjsBody, NinjsName, NinjsTime, PlainName, PlainText, Title, Wrapper};
    let named = |wanted: &[Mark]| -> Vec<String> {
        let is_wanted = |key: &str| Mark::of_key(key).is_some_and(|mark| wanted.contains(&mark));
        node.entries().filter(|(key, _)| is_wanted(key)).map(|(key, _)| format!("`{key}`")).collect()
    };
    let names = match format {
        Format::JsonLd => named(&[Mark::JsonLd]),
        Format::NewsPlease => named(&[Mark::NewsPlease]),
        Format::Ninjs => match named(&[Ninjs, NinjsTime, NinjsBody, NinjsName]) {
            wrapped if wrapped.is_empty() => named(&[Wrapper]),
            names => names,
        },
        _ => named(&[PlainText, PlainName, Title]),
    };
    match (format, names.is_empty()) {
        (Format::Plain, true) => "it has the marks of no other format".to_owned(),
        (Format::Plain, false) => format!("it has {} and the marks of no other format", names.join(", ")),
        _ => format!("it has {}", names.join(", ")),
    }
}
