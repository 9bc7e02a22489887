//! The languages that there are: one line each. A pack is found by its tag before it is compiled, and only those that
//! are used are compiled.

use std::sync::LazyLock;

use super::{Depth, Pack, Source, WeightFiles, en, tag_of};

/// A language, and its pack once it is used.
struct Registered {
    source: &'static Source,
    pack: LazyLock<Pack>,
}

macro_rules! registered {
    ($source:expr) => {{
        const SOURCE: &Source = &$source;
        Registered { source: SOURCE, pack: LazyLock::new(|| compiled(SOURCE)) }
    }};
}

/// A language that is read for its dates: the files of its folder, and the rules that all languages share.
macro_rules! dates {
    ($language:literal) => {
        registered!(Source {
            language: $language,
            version: 1,
            depth: Depth::Dates,
            base: include_str!(concat!($language, "/base.toml")),
            words: include_str!(concat!($language, "/words.toml")),
            rules: "",
            feasts: include_str!(concat!($language, "/feasts.toml")),
            weights: None,
        })
    };
}

/// A language that is read beyond its dates, to some depth: the files of its folder, with the words of its clauses and the weights of
/// its tagger and its parser, and the rules that all languages share. What was learned about lines from English texts serves it, as
/// far as it names no word.
macro_rules! tagged {
    ($language:literal, $depth:expr) => {
        registered!(Source {
            language: $language,
            version: 2,
            depth: $depth,
            base: include_str!(concat!($language, "/base.toml")),
            words: concat!(
                include_str!(concat!($language, "/clauses.toml")),
                include_str!(concat!($language, "/words.toml"))
            ),
            rules: "",
            feasts: include_str!(concat!($language, "/feasts.toml")),
            weights: Some(WeightFiles {
                syntax: include_bytes!(concat!($language, "/syntax.bin.gz")),
                knows_words: false,
                lines: include_bytes!("lines.bin"),
                weight: include_bytes!("en/weight.bin"),
            }),
        })
    };
}

/// The languages, by their tags.
static LANGUAGES: [Registered; 39] = [
    dates!("ar"),
    dates!("bg"),
    tagged!("ca", Depth::Clauses),
    dates!("cs"),
    dates!("da"),
    tagged!("de", Depth::Statements),
    dates!("el"),
    registered!(en::SOURCE),
    tagged!("es", Depth::Statements),
    dates!("et"),
    dates!("eu"),
    dates!("fa"),
    dates!("fi"),
    tagged!("fr", Depth::Statements),
    dates!("gl"),
    dates!("he"),
    dates!("hi"),
    dates!("hr"),
    dates!("hu"),
    dates!("id"),
    tagged!("it", Depth::Statements),
    dates!("ja"),
    dates!("ko"),
    dates!("lt"),
    dates!("lv"),
    tagged!("nb", Depth::Clauses),
    tagged!("nl", Depth::Clauses),
    dates!("pl"),
    tagged!("pt", Depth::Statements),
    dates!("ro"),
    dates!("ru"),
    dates!("sk"),
    dates!("sl"),
    dates!("sr"),
    tagged!("sv", Depth::Clauses),
    dates!("tr"),
    dates!("uk"),
    dates!("vi"),
    dates!("zh"),
];

/// Tags of languages that are written as another one: the macrolanguage of Bokmål, codes that were withdrawn.
const ALIASES: [(&str, &str); 5] = [("no", "nb"), ("iw", "he"), ("in", "id"), ("mo", "ro"), ("sh", "hr")];

/// Returns the pack for a language in any spelling that [`tag_of`] understands (`en`, `en-GB`, `English`), by its primary
/// language.
#[must_use]
pub fn pack(language: &str) -> Option<&'static Pack> {
    let primary = primary(language)?;
    LANGUAGES.iter().find(|it| it.source.language == primary).map(|it| &*it.pack)
}

/// Whether there is a pack for a primary language.
pub(crate) fn pack_exists(primary: &str) -> bool {
    LANGUAGES.iter().any(|it| it.source.language == primary)
}

/// Returns the primary language of a tag in any spelling that [`tag_of`] understands, as packs have it.
#[must_use]
pub fn primary(language: &str) -> Option<String> {
    let tag = tag_of(language)?;
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == primary);
    Some(alias.map_or(primary, |(_, language)| (*language).to_owned()))
}

/// Returns every pack. Each is compiled.
pub fn packs() -> impl Iterator<Item = &'static Pack> {
    LANGUAGES.iter().map(|it| &*it.pack)
}

/// Returns the data of every language. Nothing is compiled.
pub fn languages() -> impl Iterator<Item = &'static Source> {
    LANGUAGES.iter().map(|it| it.source)
}

#[expect(clippy::panic, reason = "the data is embedded, and a test compiles every pack")]
fn compiled(source: &Source) -> Pack {
    match Pack::compile(source) {
        Ok(pack) => pack,
        Err(error) => panic!("{error}"),
    }
}
