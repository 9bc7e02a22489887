//! The word classes that code uses, named once: a pack that lacks one does not compile.
//!
//! Rules name classes in data. Code that reads clauses, directions and ranges names them here, so that a misspelt class
//! is an error of the pack, and no token costs a look-up by name.

use super::lexicon::{Class, Lexicon};

/// Declares the struct and its constructor, so that each class is named in one place.
macro_rules! grammar {
    ($($(#[doc = $doc:literal])* $field:ident = $name:literal,)*) => {
        /// Classes of words, as `words.toml` names them.
        #[derive(Debug, Clone, Copy)]
        pub struct Grammar {
            $($(#[doc = $doc])* pub $field: Class,)*
        }

        impl Grammar {
            /// Looks up every class. One that the lexicon lacks is [`Class::NONE`], if it is not among those that must
            /// be there.
            ///
            /// # Errors
            /// If one of those is missing; the message names it.
            pub(super) fn compile(lexicon: &Lexicon, demanded: impl Fn(&str) -> bool) -> Result<Self, String> {
                let class = |name| match lexicon.class(name) {
                    Some(class) => Ok(class),
                    None if demanded(name) => Err(format!("the class {name} is missing")),
                    None => Ok(Class::NONE),
                };
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
    /// Prepositions and other words that may precede a date: "in", "on", "by".
    time_preposition = "TIMEPREP",
    /// Prepositions of any kind: "of", "with", "against".
    preposition = "PREP",
    /// Prepositions that attach a date to the noun before them: "for", "of".
    noun_preposition = "NOUNPREP",
    /// "since".
    since = "SINCEPREP",
    /// "to".
    to = "TO",
    /// What counts back from the hour behind it: German "halb" and "vor".
    hour_before = "HOURBEFORE",
    /// A number and a half in one word: German "eineinhalb".
    and_a_half = "ANDAHALF",
    /// A number and a unit in one word, by their number, none where it is open: German "zweitägig".
    length_word = "LENGTHWORD",
    /// The unit of such a word, or behind a number: German "tägig".
    length_unit = "LENGTHUNIT",
    /// Words for a year, among them abbreviations that only stand behind a date: Polish "r.".
    year_word = "YEARWORD",
    /// Centuries in one word, by their number: Polish "dwudziestowieczny".
    century_word = "CENTURYALONE",
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
    /// Conjunctions that connect a clause to the one before: "and", "but", "that".
    joining = "JOINING",
    /// "according", as in "according to police".
    according = "ACCORDING",
    /// "caption", before the caption of a picture.
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
    /// "can" and "could" in all their forms, whose negation is a denial.
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
    /// "a", "an".
    indefinite = "INDEFINITE",
    /// "in".
    inside = "=in",
    /// "without": it denies the gerund behind it, not the verb before it.
    without = "WITHOUT",
    /// Words after a negation that denies nothing: "not only", "no doubt".
    no_negation = "NO_NEGATION",
    /// Words of planning, whose complement lies ahead: "due", "plans", "agreed".
    plan = "PLAN",
    /// Words whose complement may not happen: "likely", "considering", "threatened".
    uncertain = "UNCERTAIN",
    /// Implicative and aspectual verbs, before "to": "failed to agree", "began to fall".
    implicative = "IMPLICATIVE",
    /// Adverbs within a verb group, those in -ly aside.
    adverb = "ADVERB",
    /// Words that open a clause: subordinating and coordinating conjunctions, relative pronouns.
    subordinator = "SUBORDINATOR",
    /// Relative pronouns.
    relative = "RELATIVE",
    /// Reporting verbs.
    report = "REPORT",
    /// Reporting verbs that take a clause and no object: "said", not "reported".
    saying = "SAYING",
    /// "he", "she", "his", "her".
    personal = "PERSONAL",
    /// "it", "its".
    neuter = "NEUTER",
    /// "they", "their".
    they = "THEY",
    /// "adding", "saying", after a comma.
    adding = "ADDING",
    /// "before", "until": without their date a statement would mean something else.
    boundary = "BOUND",
    /// What is traded by its month: "delivery", "futures".
    contract = "CONTRACT",
    /// "updated", in the time stamp of a page.
    stamp = "STAMP",
    /// "Help", after the time stamp of a page.
    page = "PAGE",
    /// "spent", whose object is a time.
    spend = "SPEND",
    /// "latest", after a date and "at the".
    latest = "LATEST",
    /// "Mr", "President".
    honorific = "HONORIFIC",
    /// "Inc", "Bank".
    legal_form = "LEGAL_FORM",
    /// Last words of the names of firms and public bodies: "Airlines", "Ministry".
    organisation = "BODY",
    /// "Russian", "Dutch".
    demonym = "DEMONYM",
    /// "von", "de", within a person's name.
    name_particle = "NAME_PARTICLE",
    /// "University", "Ministry", before "of".
    named_of = "NAMED_OF",
    /// Nouns for people: "minister", "spokesman".
    person = "PERSON",
    /// Nouns of several people that "they" may mean although they are singular: "the team".
    collective = "COLLECTIVE",
    /// Prepositions before places: "in Lyon".
    place_preposition = "PLACE_PREP",
    /// Verbs that say nothing without what follows them, and be it a date: "lasts until July".
    lasting = "LASTING",
    /// Reporting verbs that take an addressee: "told".
    addressed = "ADDRESSED",
    /// "denied", "refused".
    denial = "DENIAL",
    /// "ruled", a denial only before "out".
    ruled = "RULED",
    /// "out".
    out = "OUT",
    /// "true", "the case": to negate them is to deny their clause.
    truth = "TRUE",
    /// "cancelled", "scrapped".
    cancel = "CANCEL",
    /// "called", before "off".
    called = "CALLED",
    /// Particles of phrasal verbs that plan nothing: "set up", "put aside".
    particle = "PARTICLE",
    /// "off".
    off = "OFF",
    /// "if", "unless", "whether".
    condition = "CONDITION",
    /// "whether".
    whether = "WHETHER",
    /// Words before an "if" that is no condition: "even if".
    no_condition = "NO_CONDITION",
    /// Verbs before an interrogative "if": "asked if".
    asking = "ASKING",
    /// Auxiliaries that open an inverted condition: "should the talks fail".
    inverted_condition = "INVERTED",
    /// Words whose clause may be false: "possible that", "fear that".
    doubt = "DOUBT",
    /// Participles of hearsay before "to": "is believed to have fled".
    hearsay = "HEARSAY",
    /// Words for today that mean the time of writing as well: German "heute".
    nowadays = "NOWADAYS",
    /// Hedging adverbs: "perhaps", "allegedly".
    hedge = "PERHAPS",
    /// Base forms of verbs.
    verb = "VERB",
    /// Verbs in the third person singular.
    verb_third = "VERB_THIRD",
    /// Words in -ing and -ed that are no verbs, or no events: "trading", "compared".
    no_event = "NO_EVENT",
    /// "ended", "ending", before the date that ends a period.
    ending = "ENDING",
    /// Those of them that look back from the end: "ended", "ending".
    ended = "ENDED",
    /// Nouns of events.
    event_noun = "EVENT_NOUN",
    /// What is earned and sold in a period, which is no event: "profit", "sales".
    figure = "FIGURE",
    /// Numbers in words.
    cardinal = "CARDINAL",
    /// Months in lower case.
    month_lower = "MONTH_LOWER",
    /// Short names of months: "Jan.", "févr."
    month_short = "MONTHABBR",
    /// "today", "tomorrow".
    deictic = "DEICTIC",
    /// Names of weekdays.
    weekday = "WEEKDAY",
    /// Units of time.
    unit = "UNIT",
    /// "until", "till", whose date lies ahead.
    ahead = "AHEADPREP",
    /// "onwards", after the date on which something starts.
    onwards = "ONWARDS",
    /// Nouns of events that nobody plans: "blast", "death".
    unplanned = "UNPLANNED",
    /// Nouns of events that are reported once they happened: "attack", "ruling", "resignation".
    outcome = "OUTCOME",
    /// Predicative adjectives that are verbs or nouns as well: "open", "dead".
    predicate = "PREDICATE",
    /// "ahead", before "of".
    ahead_of = "AHEAD",
    /// "accused", "suspected", of something that was done.
    accusation = "ACCUSATION",
    /// Commissive verbs, which do something by saying it: "promised", "agreed".
    commitment = "COMMITMENT",
    /// Linking verbs: "remain", "stay".
    linking = "LINKING",
    /// "vs", between two columns of figures.
    versus = "VERSUS",
    /// "versus", "than", before the date of a comparison.
    comparing = "COMPARING",
    /// "as".
    as_word = "AS",
    /// "soon", "early", between "as" and "as".
    soon = "SOON",
    /// "by".
    by = "BYPREP",
    /// "used", before "to".
    used = "USED",
    /// Adjectives of a semi-auxiliary, before "to": "able", "forced".
    able = "ABLE",
    /// Past forms that do not end in -ed.
    irregular_past = "IRREGULAR_PAST",
    /// Words in -ed that are no past forms.
    not_past = "NOT_PAST",
    /// Conjunctions of two dates in a list: "and", "or", "to".
    join = "JOINWORD",
    /// "on", "at", between a time and its day.
    clock_preposition = "CLOCKPREP",
    /// "sometime".
    sometime = "=sometime",
    /// "came", "comes", before how long after something else that was.
    coming = "COMING",
    /// "follows": what stands behind it came before.
    follows = "FOLLOWS",
    /// "after", "following".
    after = "AFTERPREP",
    /// "but", "however".
    contrast = "CONTRAST",
    /// "await": what they govern is to come.
    awaited = "AWAITED",
    /// "for", "in", before the day that something is arranged for.
    aim = "AIMPREP",
    /// "moved", "put": behind them "to" stands before a new date.
    moves = "MOVES",
    /// "on", "between", before a day or a stretch of time; what stands before them is a particle of the verb.
    day_preposition = "STRETCHPREP",
    /// "in", "off", behind a verb: "was sworn in on Monday".
    verb_particle = "VERB_PARTICLE",
    /// "resigned", "returned": past forms that need no object.
    intransitive = "INTRANSITIVE",
    /// "latest", "earliest", which limit a date: "on Tuesday at the latest".
    limit = "LIMIT",
    /// "alert", "warning", of what is still to come.
    alert = "ALERT",
    /// "goes", before "on".
    goes = "GOES",
    /// "continues": what does so has not come to its end.
    lasting_on = "GOES_ON",
    /// "falls", before the day of a feast.
    falling = "FALLING",
    /// "stuck", before an age that is over.
    figurative = "FIGURATIVE",
    /// "match", "hearing": events whose day is fixed before.
    scheduled = "SCHEDULED",
    /// "set", "hit": their past form is that of the present.
    unchanged = "UNCHANGED",
    /// "originally", before what was planned at first.
    originally = "ORIGINALLY",
    /// "meant", "supposed": behind "was", what they govern did not come.
    meant = "MEANT",
    /// "suspended", "dropped": what they are done to does not come.
    dropping = "DROPPING",
    /// "happen", "proceed", "place" of "take place".
    happen = "HAPPEN",
    /// "best", "first", "only": behind them "since" measures a comparison.
    superlative = "SUPERLATIVE",
    /// "later", before "today" and "this week".
    later = "LATER",
    /// "right", "chance", "deal": nouns whose infinitive is still to come.
    prospect = "PROSPECT",
    /// "told", "invited", "signed": verbs behind which an infinitive is still to come.
    arrange = "ARRANGE",
    /// "Street", "Avenue", after a house number.
    street = "STREET",
    /// "calle", "rue", before the name of a street.
    street_lead = "STREETLEAD",
    /// Capitalised words that make a title of a name of the calendar: "Times", "Games".
    title = "CAPITALNOUN",
    /// What is counted: "people", "dollars".
    counted = "COUNTED",
    /// "about", "around", before a date.
    about = "APPROXDATE",
    /// "daily", with its period.
    adverbial = "ADVERBIAL",
    /// "far", after "so".
    far = "FAR",
    /// "from".
    from = "=from",
    /// "the".
    definite = "=the",
    /// "couple".
    couple = "=couple",
    /// "nineties", with its number.
    decade_word = "DECADEWORD",
    /// "dozens", "hundreds", as in "dozens of".
    dozens = "DOZENS",
    /// "AD", "BC".
    era = "ERA",
    /// "half", "quarter", with their divisor.
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
    /// Roman numerals of centuries, with their number.
    roman = "ROMAN",
    /// "first" to "thirtieth", with their number.
    ordinal = "ORDINAL",
    /// "morning", with its name.
    part_of_day = "PART",
    /// Words that select a part of the date after them: "early", "late", "of".
    part_word = "MODWORD",
    /// "mornings", with their name.
    parts_of_day = "NIGHTS",
    /// "quarter", "period", with their unit.
    period = "PERIOD",
    /// Units in the plural, with their name.
    plural = "PLURAL",
    /// Ordinals of quarters, with their number.
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
    /// "previous", "following", "same", counted from the date mentioned before.
    anaphoric = "ANAPHORIC",
    /// "several", "a few".
    vague_amount = "VAGUEAMOUNT",
    /// Weekdays in the plural, with their number.
    weekday_plural = "WEEKDAYS",
    /// Short forms of weekdays, with their number.
    weekday_short = "WEEKDAYSHORT",
    /// Time zones, with their minutes east of Greenwich.
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
    /// Participles that are prepositions: "following", "including".
    verb_preposition = "VERB_PREPOSITION",
    /// Words behind the figure of a sum: "million".
    magnitude = "MAGNITUDE",
    /// Words that lead a date and go with it: "late", "the end of".
    date_lead = "DATE_LEAD",
    /// Words before a date that a line cannot do without: "below", "than".
    date_keeper = "DATE_KEEPER",
    /// Verbs whose object a date may be: "spent", "set".
    date_verb = "DATE_VERB",
    /// Verbs that say little beside their object: "held", "made".
    light_verb = "LIGHT_VERB",
    /// Prepositions of what belongs to a noun: "of", "for".
    attributive_preposition = "ATTRIBUTIVE_PREP",
    /// Prepositions before another time than that of the clause: "after", "compared".
    apart = "APART",
    /// Words that join a sentence to the one before it: "however".
    connective = "CONNECTIVE",
    /// Words that open a clause of time or circumstance: "when", "as".
    clause_lead = "CLAUSE_LEAD",
}
