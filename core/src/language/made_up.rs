//! A language that nobody speaks, as a test that no other one stands in code: letters beyond ASCII, elision, ordinals with a
//! dot, decimal commas, weeks counted by words behind them.

use chrono::{FixedOffset, NaiveDate};

use super::{Depth, Pack, Source};
use crate::extraction::DropLog;
use crate::syntax::{LexedPassage, ParsedPassage};
use crate::temporal::{Anchor, FiscalStart, Genre, recognise, tag};
use crate::text::{Text, lex, sentences};

const WORDS: &str = r#"
DET = ["þa ql"]
OF = ["ŋo"]
TIMEPREP = ["ŝi um"]
JOINWORD = ["ök до"]
UNTILWORD = ["до"]
AND = ["ök"]
WILL = ["žel"]
BE_PAST = ["ßut"]
YEARWORD = ["ørn"]
QUARTERWORD = ["kvörp"]
ORDINALNOUN = ["ärz måz"]
COUNTED = ["lűd"]
EVERY = ["çak"]
ENDWORD = ["finð"]
VAGUEAMOUNT = ["żile"]

[writing]
name = "Made-up"
order = "dmy"
decimal_comma = true
ordinal_dot = true
elision = ["ql"]

[phrases]
ago_behind = ["ðo tæm"]
ahead_before = ["pöst"]
later_behind = ["sïd"]

[shifts]
"ovr þadŵ" = { unit = "day", by = 2 }

[MONTH]
"ärz" = 3
"måz måza" = 5
"œkt" = 10

[WEEKDAY]
"mønt" = 1
"vrïj" = 5

[DEICTIC]
"ýes" = -1
"hođe" = 0
"þadŵ" = 1

[LAST]
"lašt" = -1
[NEXT]
"nækst" = 1
[THIS]
"źis" = 0

[UNIT]
"dæ dæj" = "day"
"wœk wœkj" = "week"
"mõn mõnj" = "month"
"ørn ørnj" = "year"

[CARDINAL]
"än" = 1
"tvö" = 2
"þrï" = 3

[ORDINAL]
"fyrš" = 1
"öðr" = 2
"#;

const SOURCE: Source = Source {
    language: "qmu",
    version: 1,
    depth: Depth::Dates,
    base: WORDS,
    words: "",
    rules: "",
    feasts: "[anywhere]\n\"Ql'Årfest\" = \"5-2\"\n",
    weights: None,
};

/// The expressions of a text published on Friday, 3 May 2019, with their values.
fn read(text: &str) -> Vec<String> {
    let pack = Pack::compile(&SOURCE).unwrap();
    let text = Text::of(text);
    let tokens = lex(text.as_str(), &pack.lexicon);
    let sentences = sentences(text.as_str(), &tokens, &pack.lexicon);
    let lexed = LexedPassage { text: text.as_str(), tokens: &tokens, sentences: &sentences, pack: &pack };
    let mut log = DropLog::default();
    let candidates = recognise(&lexed, &mut log);
    let published = NaiveDate::from_ymd_opt(2019, 5, 3).unwrap();
    let offset = FixedOffset::east_opt(0).unwrap();
    let anchor = Anchor {
        published,
        offset,
        genre: Genre::News,
        time: None,
        region: None,
        day_first: None,
        fiscal_start: FiscalStart::JANUARY,
    };
    let passage = ParsedPassage::parse(lexed, candidates.sentences());
    let dates = tag(&passage, candidates, &anchor, &mut log).expressions;
    dates.iter().map(|date| format!("{} = {}", text.slice(date.expression.span), date.value)).collect()
}

#[test]
fn dates_of_a_made_up_language_are_read_by_the_rules_that_all_share() {
    for (text, found) in [
        ("Þa brig ßut klœs 12. ärz 2018.", vec!["12. ärz 2018 = 2018-03-12"]),
        ("ŝi Œkt ŋo 2018", vec!["Œkt ŋo 2018 = 2018-10"]),
        ("Vrïj 12. måza 2017 ök ql'œkt.", vec!["Vrïj 12. måza 2017 = 2017-05-12", "œkt = 2018-10"]),
        ("ÝES ök þadŵ, ovr þadŵ", vec!["ÝES = 2019-05-02", "þadŵ = 2019-05-04", "ovr þadŵ = 2019-05-05"]),
        ("wœk lašt, nækst ørn", vec!["wœk lašt = 2019-W17", "nækst ørn = 2020"]),
        ("tvö ørnj ðo tæm", vec!["tvö ørnj ðo tæm = 2017"]),
        ("pöst 3 wœkj", vec!["pöst 3 wœkj = 2019-W21"]),
        ("2,5 ørnj", vec!["2,5 ørnj = P2Y6M"]),
        ("3. до 7. måz 2018", vec!["3. = 2018-05-03", "7. måz 2018 = 2018-05-07"]),
        ("fyrš kvörp ŋo 2018", vec!["fyrš kvörp ŋo 2018 = 2018-Q1"]),
        ("ŝi mønt žel", vec!["mønt = 2019-05-06"]),
        ("Ql'Årfest 2018", vec!["Ql'Årfest 2018 = 2018-05-02"]),
        ("çak mønt", vec!["çak mønt = XXXX-WXX-1"]),
        ("Ma 2018 lűd ök 1.250 € ök 2018 €.", vec![]),
        // The same words in decomposed letters, and digits of another script.
        ("12. a\u{308}rz \u{662}\u{660}\u{661}\u{668}", vec!["12. ärz 2018 = 2018-03-12"]),
    ] {
        assert_eq!(read(text), found, "{text}");
    }
}

#[test]
fn a_pack_without_the_words_that_code_demands_is_refused() {
    let error = Pack::compile(&Source { base: "[MONTH]\n\"ärz\" = 3\n", ..SOURCE }).unwrap_err();
    assert!(error.contains("the class UNIT is missing"), "{error}");
}

#[test]
fn words_are_taken_away_and_added_by_hand() {
    let words = "[without]\nMONTH = [\"måza\"]\n[MONTH]\n\"jün\" = 6\n";
    let pack = Pack::compile(&Source { words, ..SOURCE }).unwrap();
    let month = pack.lexicon.class("MONTH").unwrap();
    let mut months: Vec<_> = pack.lexicon.words_of(month).map(|(word, _)| word).collect();
    months.sort_unstable();
    assert_eq!(months, ["jün", "måz", "ärz", "œkt"]);
}
