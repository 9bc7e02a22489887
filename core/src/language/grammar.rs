//! The classes that code asks for, by name and once: a language that lacks one does not compile.
//!
//! Rules name classes in data. Clauses, directions and ranges are read by code, and code names them here, so that a
//! misspelt class is an error of the pack and no look-up by name is left where tokens are gone through.

use super::lexicon::{Class, Lexicon};

/// Declares the struct and how it is filled, so that a class is named in one place.
macro_rules! grammar {
    ($($(#[doc = $doc:literal])* $field:ident = $name:literal,)*) => {
        /// Classes of words, as `words.toml` names them.
        #[derive(Debug, Clone, Copy)]
        pub struct Grammar {
            $($(#[doc = $doc])* pub $field: Class,)*
        }

        impl Grammar {
            /// Looks every class up.
            ///
            /// # Errors
            /// Where the lexicon lacks one, with its name.
            pub(super) fn compile(lexicon: &Lexicon) -> Result<Self, String> {
                let class = |name| lexicon.class(name).ok_or_else(|| format!("the class {name} is missing"));
                Ok(Self { $($field: class($name)?,)* })
            }
        }
    };
}

grammar! {
    /// Words of messages from person to person: "haha", "lol", "my".
    chat = "CHAT",
    /// Articles and possessive pronouns.
    determiner = "DET",
    /// What may stand before a date: "in", "on", "by".
    time_preposition = "TIMEPREP",
    /// Prepositions that open a group of their own, with or without a date: "of", "with", "against".
    preposition = "PREP",
    /// "for", "of": they tie a date to the noun before them.
    purpose = "NOUNPREP",
    /// "since".
    since = "SINCEPREP",
    /// "to".
    to = "TO",
    /// "and".
    and = "AND",
    /// "between".
    between = "BETWEEN",
    /// "to", "until", "through" between two dates.
    until = "UNTILWORD",
    /// Dashes.
    dash = "DASH",
    /// "of".
    of = "OF",
    /// "and", "but", "that" at the start of a clause: they only join it to what stood before.
    joining = "JOINING",
    /// "according", as in "according to police".
    according = "ACCORDING",
    /// "caption", before the words under a picture.
    caption = "CAPTION",
    /// "NOTE", before a colon.
    note = "NOTE",
    /// Commas.
    comma = "COMMA",
    /// "that".
    that = "THAT",
    /// "when".
    when = "WHEN",
    /// "record", as in "holders of record".
    record = "RECORD",
    /// Personal and relative pronouns, as subjects.
    subject = "SUBJECT",
    /// "will", "shall".
    will = "WILL",
    /// "would".
    would = "WOULD",
    /// "may", "could", "must".
    modal = "MODAL",
    /// "could".
    could = "COULD",
    /// "yet", in "has yet to".
    yet = "YET",
    /// "can" and "could" in all their forms: what was not possible was not so.
    can = "CAN",
    /// "was", "were", "been".
    be_past = "BE_PAST",
    /// "is", "are", "being".
    be_present = "BE_PRESENT",
    /// "has", "have".
    have = "HAVE",
    /// "had".
    had = "HAD",
    /// "do", "does".
    does = "DO",
    /// "did".
    did = "DID",
    /// "going", as in "is going to".
    going = "GOING",
    /// "not", "no", "never".
    negation = "NEGATION",
    /// What takes a negation back: "not only", "no doubt".
    no_negation = "NO_NEGATION",
    /// What they govern lies ahead: "due", "plans", "agreed".
    plan = "PLAN",
    /// What they govern may not come: "likely", "considering", "threatened".
    uncertain = "UNCERTAIN",
    /// They carry the verb behind their "to": "failed to agree", "began to fall".
    implicative = "IMPLICATIVE",
    /// Adverbs that stand within a verb group.
    adverb = "ADVERB",
    /// What starts a clause of its own.
    subordinator = "SUBORDINATOR",
    /// Relative pronouns.
    relative = "RELATIVE",
    /// Verbs of saying.
    report = "REPORT",
    /// Verbs of saying that no object follows: "said", not "reported".
    saying = "SAYING",
    /// "he", "she", "his", "her".
    personal = "PERSONAL",
    /// "it", "its".
    neuter = "NEUTER",
    /// "they", "their".
    they = "THEY",
    /// "adding", "saying", behind a comma.
    adding = "ADDING",
    /// "before", "until": without the date behind them a statement would say something else.
    bound = "BOUND",
    /// "delivery", "futures": what is traded by its month.
    contract = "CONTRACT",
    /// "updated", as a page says of itself.
    stamp = "STAMP",
    /// "Help", behind the stamp of a page.
    page = "PAGE",
    /// "spent", before the time that was.
    spend = "SPEND",
    /// "latest", behind a date and "at the".
    latest = "LATEST",
    /// "Mr", "President".
    honorific = "HONORIFIC",
    /// "Inc", "Bank".
    legal_form = "LEGAL_FORM",
    /// "Airlines", "Ministry": what a name of two words or more ends with that is no person's.
    body = "BODY",
    /// "Russian", "Dutch".
    demonym = "DEMONYM",
    /// "von", "de", within a person's name.
    name_particle = "NAME_PARTICLE",
    /// "University", "Ministry", before "of".
    named_of = "NAMED_OF",
    /// "minister", "spokesman".
    person = "PERSON",
    /// Verbs of saying that name who is told first: "told".
    addressed = "ADDRESSED",
    /// "denied", "refused".
    denial = "DENIAL",
    /// "ruled", a denial before "out" only.
    ruled = "RULED",
    /// "out".
    out = "OUT",
    /// "true", "the case": denied, so is what they tell of.
    truth = "TRUE",
    /// "cancelled", "scrapped".
    cancel = "CANCEL",
    /// "called", before "off".
    called = "CALLED",
    /// "up", "aside": behind them "set" plans nothing.
    particle = "PARTICLE",
    /// "off".
    off = "OFF",
    /// "if", "unless", "whether".
    condition = "CONDITION",
    /// "whether".
    whether = "WHETHER",
    /// Before "if" they make it no condition: "even if".
    no_condition = "NO_CONDITION",
    /// Behind these verbs "if" asks: "asked if".
    asking = "ASKING",
    /// They open a condition before its subject: "should the talks fail".
    inverted = "INVERTED",
    /// What they tell of need not be so: "possible that", "fear that".
    doubt = "DOUBT",
    /// Told by others, before "to": "is believed to have fled".
    hearsay = "HEARSAY",
    /// "perhaps", "allegedly".
    perhaps = "PERHAPS",
    /// Base forms of verbs.
    verb = "VERB",
    /// Their third persons.
    verb_third = "VERB_THIRD",
    /// Words in -ing and -ed that are no verbs, or that tell of nothing that happens: "trading", "compared".
    no_event = "NO_EVENT",
    /// "ended", "ending" before the date that ends a period.
    ending = "ENDING",
    /// Nouns that tell of something that happens.
    event_noun = "EVENT_NOUN",
    /// What is earned and sold in a time: no event, though words of them stand with one.
    figure = "FIGURE",
    /// Numbers in words.
    cardinal = "CARDINAL",
    /// Months in lower case.
    month_lower = "MONTH_LOWER",
    /// "today", "tomorrow".
    deictic = "DEICTIC",
    /// Names of weekdays.
    weekday = "WEEKDAY",
    /// Units of time.
    unit = "UNIT",
    /// "until", "till": the date behind them lies ahead.
    ahead = "AHEADPREP",
    /// "onwards", behind the date from which something is so.
    onwards = "ONWARDS",
    /// Nouns of what is told because it happened: "attack", "ruling", "resignation".
    outcome = "OUTCOME",
    /// Adjectives that tell a state, and are verbs or nouns as well: "open", "dead".
    predicate = "PREDICATE",
    /// "ahead", before "of".
    ahead_of = "AHEAD",
    /// "accused", "suspected": of what is done.
    accusation = "ACCUSATION",
    /// "promised", "agreed": done by saying so.
    commitment = "COMMITMENT",
    /// "remain", "stay": they only tell that something is so.
    linking = "LINKING",
    /// "vs": between two columns of figures.
    versus = "VERSUS",
    /// "versus", "than": the date behind them is one of two.
    comparing = "COMPARING",
    /// "as".
    as_word = "AS",
    /// "soon", "early", between "as" and "as".
    soon = "SOON",
    /// "by".
    by = "BYPREP",
    /// "used", before "to".
    used = "USED",
    /// "able", "forced": they carry the verb behind their "to".
    able = "ABLE",
    /// Past forms that do not end in -ed.
    irregular_past = "IRREGULAR_PAST",
    /// Words in -ed that are no past form.
    not_past = "NOT_PAST",
    /// "and", "or", "to": they join two dates of a list.
    join = "JOINWORD",
    /// "on", "at", between a time and its day.
    clock_preposition = "CLOCKPREP",
    /// "sometime".
    sometime = "=sometime",
    /// "Street", "Avenue": a number before their name is that of a house.
    street = "STREET",
    /// "Times", "Games": with a capital behind a name of the calendar, they make a title of it.
    title = "CAPITALNOUN",
    /// "people", "dollars": what is counted.
    counted = "COUNTED",
    /// "about", "around", before a date.
    about = "APPROXDATE",
    /// "daily", with its period.
    adverbial = "ADVERBIAL",
    /// "far", behind "so".
    far = "FAR",
    /// "from".
    from = "=from",
    /// "couple".
    couple = "=couple",
    /// "nineties", with its number.
    decade_word = "DECADEWORD",
    /// "dozens", "hundreds", as in "dozens of".
    dozens = "DOZENS",
    /// "AD", "BC".
    era = "ERA",
    /// "half", "quarter", with the number that divides.
    half = "HALF",
    /// "one" to "twelve", as hours.
    hour_word = "HOURWORD",
    /// "last", "past".
    last = "LAST",
    /// "am", "pm", with what they add.
    meridiem = "MERIDIEM",
    /// Months, with their number.
    month = "MONTH",
    /// "next", "coming".
    next = "NEXT",
    /// "noon", "midnight", with their hour.
    noon = "NOON",
    /// "number", as in "a number of".
    number_of = "=number",
    /// "or" between two numbers.
    or_word = "=or",
    /// "first" to "thirtieth", with their number.
    ordinal = "ORDINAL",
    /// "morning", with its name.
    part_of_day = "PART",
    /// "early", "late", "of": what makes the date behind it a part of it.
    part_word = "MODWORD",
    /// "mornings", with their name.
    parts_of_day = "NIGHTS",
    /// "quarter", "period", with the unit that they stand for.
    period = "PERIOD",
    /// Units in the plural, with their name.
    plural = "PLURAL",
    /// The four that a quarter can have.
    quarter_number = "QUARTERTH",
    /// "hundred", "dozen", with their number.
    scale = "SCALE",
    /// Seasons, with their name.
    season = "SEASON",
    /// Units in the singular, with their name.
    singular = "SINGULAR",
    /// "eleven" to "nineteen", with their number.
    teens = "TEENS",
    /// "twenty", with its number.
    tens = "TENS",
    /// "this", "current".
    this = "THIS",
    /// "to" between two numbers.
    to_word = "=to",
    /// "previous", "following", "same": they count from the date mentioned before.
    anaphoric = "ANAPHORIC",
    /// "several", "a few".
    vague_amount = "VAGUEAMOUNT",
    /// Weekdays in the plural, with their number.
    weekday_plural = "WEEKDAYS",
    /// Short forms of weekdays, with their number.
    weekday_short = "WEEKDAYSHORT",
    /// Zones, with their minutes east.
    zone = "ZONE",
    /// Places whose time is meant, with its minutes east.
    zone_place = "ZONEPLACE",
    /// What comes again under one name, a year apart: "Olympics", "Cup".
    edition = "EDITION",
    /// Names that the year of an edition follows: "Euro 2020".
    edition_lead = "EDITIONLEAD",
    /// "named", before what somebody is named.
    named = "NAMED",
    /// "local", before "time".
    local = "LOCAL",
    /// "time", behind "local".
    time_word = "TIMEWORD",
    /// What happens at a time: "left", "arrived".
    clock_verb = "CLOCKVERB",
}
