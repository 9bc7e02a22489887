//! The one composer: bytes in, records out. Pure: same bytes and settings, same records.

use chrono::{DateTime, Utc};

use crate::article::{self, Article, Embargo, Item, Message, Notice, Published, Withdrawal};
use crate::article_language::{self, ArticleLanguage, LanguageFrom};
use crate::error::Error;
use crate::event::{Attached, Attacher, Detail, Event};
use crate::extraction::{DropLog, Extraction};
use crate::language::{self, Pack};
use crate::record::{self, ArticleStatus, EventRecord, Warning};
use crate::syntax::{LexedPassage, ParsedPassage};
use crate::temporal::{self, Anchor, Region, Resolved};
pub use crate::temporal::{FiscalStart, Genre};
use crate::text::{MarkedDate, Passage, Text, passages};

/// The settings of extraction.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// What bare dates count from.
    pub genre: Genre,
    /// The language of articles that do not name theirs (BCP 47).
    pub language: String,
    /// When fiscal years start.
    pub fiscal_start: FiscalStart,
    /// Whether references without a date ("now", "recently") and lengths of time ("in recent years") are tied to what they
    /// date as well. Such events make no record; they are there to be measured.
    pub undated: bool,
    /// How messages are read.
    pub input: article::Settings,
}

impl Settings {
    /// Returns the usual settings with some changes. New ones may come, so that they cannot be written down as a whole.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut settings = Self::default();
        change(&mut settings);
        settings
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            genre: Genre::default(),
            language: "en".into(),
            fiscal_start: FiscalStart::default(),
            undated: false,
            input: article::Settings::default(),
        }
    }
}

/// What became of one article, or of what stands in its place.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Processed {
    /// The article's id.
    pub id: String,
    /// The article's revision.
    pub revision: String,
    /// When this revision was made, where known.
    pub modified: Option<DateTime<Utc>>,
    /// Whether it is a revision of an article, which may stand in the place of an earlier one: not so a picture, or what
    /// cannot be read.
    pub is_revision: bool,
    /// Whether it withdraws the article whichever revision of it stands: its row was deleted, or the message does not say
    /// which revision it is.
    pub is_deletion: bool,
    /// Other ids by which an article that it withdraws may be known, best first.
    pub other_ids: Vec<String>,
    /// Until when it must not be published, where known.
    pub embargo: Option<Embargo>,
    /// When it was published, where it was read.
    pub published: Option<Published>,
    /// What became of it.
    pub status: ArticleStatus,
    /// Its events, in the order of the text.
    pub events: Vec<EventRecord>,
    /// What is worth knowing about it.
    pub warnings: Vec<Warning>,
}

/// A stage of the work on an article that is done: what is timed where speed is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The message is an article.
    Read,
    /// Its body is clean, in tokens and sentences.
    Lexed,
    /// Expressions are recognised.
    Recognised,
    /// The sentences that hold some have parts of speech and verbs.
    Parsed,
    /// Expressions are refined and resolved.
    Resolved,
    /// They are tied to what happened then.
    Attached,
    /// Events are records.
    Recorded,
}

/// Reads one message and extracts the events of its articles, at least one, in their order.
///
/// # Errors
/// Where nothing in the message can be read: [`Error::code`] names the kind, its text says what is wrong and where.
pub fn process(bytes: &[u8], settings: &Settings) -> Result<Vec<Processed>, Error> {
    process_message(&Message::bare(bytes), settings)
}

/// As [`process`], for a message with headers.
///
/// # Errors
/// As [`process`].
pub fn process_message(message: &Message<'_>, settings: &Settings) -> Result<Vec<Processed>, Error> {
    process_watched(message, settings, &mut |_| {})
}

/// As [`process_message`], and reports when each stage is done.
///
/// # Errors
/// As [`process`].
pub fn process_watched(
    message: &Message<'_>,
    settings: &Settings,
    done: &mut dyn FnMut(Stage),
) -> Result<Vec<Processed>, Error> {
    let items = article::read(message, &settings.input)?;
    done(Stage::Read);
    // One broken item of many is reported beside the others; a message of nothing else is rejected.
    if let Some(Item::Broken { error, .. }) = items.first()
        && items.iter().all(|item| matches!(item, Item::Broken { .. }))
    {
        return Err(error.clone());
    }
    Ok(items.into_iter().map(|item| records_of_item(item, settings, done)).collect())
}

fn records_of_item(item: Item, settings: &Settings, done: &mut dyn FnMut(Stage)) -> Processed {
    let passed = |status, id, revision, modified, reason| Processed {
        id,
        revision,
        modified,
        is_revision: false,
        is_deletion: false,
        other_ids: Vec::new(),
        embargo: None,
        published: None,
        status,
        events: Vec::new(),
        warnings: vec![reason],
    };
    match item {
        Item::Article(article) => records_of(&article, settings, done),
        Item::Withdrawn(withdrawal, Notice { id, revision, modified, names_revision, other_ids, reason }) => {
            Processed {
                is_revision: true,
                is_deletion: withdrawal == Withdrawal::RowDeleted || !names_revision,
                other_ids,
                ..passed(ArticleStatus::Withdrawn, id, revision, modified, reason)
            }
        }
        Item::Skipped(Notice { id, revision, modified, reason, .. }) => {
            passed(ArticleStatus::Skipped, id, revision, modified, reason)
        }
        Item::Broken { id, revision, error } => {
            let reason = Warning { code: error.code(), message: error.to_string() };
            passed(ArticleStatus::Skipped, id, revision, None, reason)
        }
    }
}

/// Extracts the events of an article already read, as records. It cannot fail.
#[must_use]
pub fn process_article(article: &Article, settings: &Settings) -> Processed {
    records_of(article, settings, &mut |_| {})
}

fn records_of(article: &Article, settings: &Settings, done: &mut dyn FnMut(Stage)) -> Processed {
    let Read { text, language, overruled } = read(article, settings);
    let (status, events, mut warnings) = match (language::pack(&language.tag), article.body.trim().is_empty()) {
        // Its dates are fields, in whatever language the rest is.
        _ if article.scheduled.is_some() => (
            ArticleStatus::Extracted,
            record::scheduled_event_record(article, &language).into_iter().collect(),
            Vec::new(),
        ),
        (None, _) => (ArticleStatus::Skipped, Vec::new(), vec![language_unsupported(&language)]),
        (Some(_), true) => {
            let message = "the article has neither a body nor a summary".to_owned();
            (ArticleStatus::Skipped, Vec::new(), vec![Warning { code: "empty-text", message }])
        }
        (Some(pack), false) => {
            let mut extraction = extract_with(article, text, &language.tag, settings, pack, Detail::Events, done);
            let extractor = record::extractor(pack);
            let warnings = std::mem::take(&mut extraction.warnings);
            let events = record::event_records(article, &language, extraction, &extractor);
            done(Stage::Recorded);
            (ArticleStatus::Extracted, events, warnings)
        }
    };
    warnings.extend(overruled);
    warnings.extend(article.warnings.iter().cloned());
    Processed {
        id: article.id.clone(),
        revision: article.revision.clone(),
        modified: article.modified,
        is_revision: true,
        is_deletion: false,
        other_ids: Vec::new(),
        embargo: article.embargo,
        published: Some(article.published),
        status,
        events,
        warnings,
    }
}

/// Extracts from an article already read. It cannot fail; without a pack for its language, it finds nothing.
#[must_use]
pub fn extract(article: &Article, settings: &Settings) -> Extraction {
    let Read { text, language, overruled } = read(article, settings);
    let mut extraction = match language::pack(&language.tag) {
        Some(pack) => {
            let detail = if settings.undated { Detail::Undated } else { Detail::Dates };
            extract_with(article, text, &language.tag, settings, pack, detail, &mut |_| {})
        }
        None => Extraction { warnings: vec![language_unsupported(&language)], ..Extraction::new(text) },
    };
    extraction.warnings.extend(overruled);
    extraction
}

/// An article whose body is clean and whose language is known.
struct Read {
    text: Text,
    language: ArticleLanguage,
    /// That its label is wrong.
    overruled: Option<Warning>,
}

fn read(article: &Article, settings: &Settings) -> Read {
    let text = Text::of(&article.body);
    let (language, overruled) =
        article_language::of_text(text.as_str(), article.language.as_deref(), &settings.language);
    Read { text, language, overruled }
}

fn language_unsupported(language: &ArticleLanguage) -> Warning {
    let (tag, count) = (&language.tag, language::languages().count());
    let found = if language.from == LanguageFrom::Found { ", the language of the text" } else { "" };
    let message = format!(
        "there is no language pack for `{tag}`{found}; `dateline config --languages` lists the {count} that there are"
    );
    Warning { code: "language-unsupported", message }
}

fn extract_with(
    article: &Article,
    text: Text,
    tag: &str,
    settings: &Settings,
    pack: &Pack,
    detail: Detail,
    done: &mut dyn FnMut(Stage),
) -> Extraction {
    let timezone = article.set.timezone.unwrap_or(settings.input.timezone);
    let anchor = Anchor {
        published: article.published.date(),
        offset: *article.published.at.offset(),
        genre: article.set.genre.unwrap_or(settings.genre),
        time: article.published.has_time.then(|| article.published.at.time()),
        region: Region::of_article(tag, article.url.as_deref(), timezone),
        day_first: article.set.day_first,
        fiscal_start: settings.fiscal_start,
    };
    let mut attacher = Attacher::new(&article.id, anchor.published, detail);
    let (mut log, mut order_open) = (DropLog::new(detail != Detail::Events), None);
    for Passage { tokens, sentences } in passages(text.as_str(), &pack.lexicon) {
        done(Stage::Lexed);
        let lexed = LexedPassage { text: text.as_str(), tokens: &tokens, sentences: &sentences, pack };
        let mut candidates = temporal::recognise(&lexed, &mut log);
        candidates.retain_sentences(|sentence| !article_language::is_foreign(&lexed, sentence), &mut log);
        done(Stage::Recognised);
        let passage = ParsedPassage::parse(lexed, candidates.sentences());
        done(Stage::Parsed);
        let mut tagged = temporal::tag(&passage, candidates, &anchor, &mut log);
        for MarkedDate { span, date } in text.marked_dates() {
            if let Ok(day) = Published::parse(date, timezone) {
                temporal::apply_markup(&mut tagged.expressions, *span, day.date(), anchor.offset);
            }
        }
        done(Stage::Resolved);
        attacher.attach(&passage, tagged.expressions, &mut log);
        order_open = order_open.or(tagged.order_open);
        done(Stage::Attached);
    }
    let Attached { dates: expressions, events, crowded } = attacher.finish(text.as_str());
    let order_open = order_open.map(|span| order_open_warning(text.slice(span)));
    let crowded = (crowded > 0).then(|| Warning {
        code: "crowded-sentences",
        message: format!("{crowded} dates made no event: their sentences hold too many, as a table or a list does"),
    });
    let conflict = status_conflict_warning(&text, &expressions, &events);
    let warnings = order_open.into_iter().chain(crowded).chain(conflict).collect();
    Extraction { expressions, events, dropped: log.finish(), warnings, text }
}

fn order_open_warning(date: &str) -> Warning {
    let message = format!(
        "nothing shows whether day or month comes first in `{date}`, so the month was taken to; \
         give the article a `language` with its region, such as `en-GB` or `en-US`"
    );
    Warning { code: "date-order-open", message }
}

fn status_conflict_warning(text: &Text, dates: &[Resolved], events: &[Event]) -> Option<Warning> {
    let mut conflicts = events.iter().filter(|event| event.conflict);
    let first = conflicts.next()?;
    let (date, verb) = (dates.get(first.expression)?, text.slice(first.trigger?));
    let others = match conflicts.count() {
        0 => String::new(),
        more => format!(", and {more} more events have such a contradiction"),
    };
    let (words, value) = (text.slice(date.expression.span), &date.value);
    let message = format!(
        "the tense of `{verb}` contradicts its date, `{words}`, which was read as {value}{others}; \
         the publication time may be wrong, or the date misread"
    );
    Some(Warning { code: "date-status-conflict", message })
}
