//! From the fields of an item to the item: what stands in for a missing field, which time it counts from, and what is
//! not an article. It is decided here, once for all formats.

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

use super::cut;
use super::draft::Draft;
use super::entities;
use super::field::Field;
use super::format::Format;
use super::item::{Article, Embargo, Item, Notice, ScheduledEvent};
use super::publication;
use super::published::Published;
use super::settings::Settings;
use super::sources::SourceSettings;
use super::status::{PublishingStatus, Withdrawal};
use super::zone_names::Zones;
use crate::error::{Error, ErrorKind, Warning};
use crate::language::tag_of;

/// The longest title that is kept, in code points: every event carries it.
const TITLE: usize = 1000;

/// The longest name of a language that is kept, in code points: no tag is longer.
const LANGUAGE: usize = 100;

/// Turns a draft into the item that it describes.
pub(super) fn assemble(draft: Draft<'_>, format: Format, settings: &Settings) -> Item {
    let status = PublishingStatus::of(&draft);
    let own = own_settings(&draft, settings);
    let mut assembly = Assembly { draft, format, settings, own };
    if assembly.draft.deleted {
        return assembly.deletion();
    }
    if let Some(reason) = assembly.draft.skipped.take() {
        return Item::Skipped(assembly.notice(reason));
    }
    let lacking = assembly.draft.lacking.take();
    match (status, lacking) {
        (PublishingStatus::Withdrawn(withdrawal, reason), _) => match assembly.check_names_article() {
            Ok(()) => Item::Withdrawn(withdrawal, assembly.notice(reason)),
            Err(error) => assembly.broken(error),
        },
        (_, Some(reason)) | (PublishingStatus::Skipped(reason), None) => Item::Skipped(assembly.notice(reason)),
        (PublishingStatus::Usable { embargoed }, None) => match assembly.article(embargoed) {
            Ok(article) => Item::Article(Box::new(article)),
            Err(error) => assembly.broken(error),
        },
    }
}

struct Assembly<'d, 's> {
    draft: Draft<'d>,
    format: Format,
    settings: &'s Settings,
    /// What is set for its source.
    own: SourceSettings,
}

/// What is set for the source of a draft.
fn own_settings(draft: &Draft<'_>, settings: &Settings) -> SourceSettings {
    if settings.sources.is_empty() {
        return SourceSettings::default();
    }
    let names: Vec<_> = draft.source_names().collect();
    settings.sources.of_article(names.iter().map(AsRef::as_ref))
}

impl Assembly<'_, '_> {
    fn article(&mut self, embargoed: bool) -> Result<Article, Error> {
        let own_id = self.draft.own_id()?;
        if own_id.is_none() && self.format.holds_ids() {
            let message = "the article has neither an id nor a URL, so its id is a digest of its content; a correction \
                           will count as another article";
            self.draft.warn("id-missing", message);
        }
        let title = self.title()?;
        let body = self.body()?;
        let chosen = publication::choose(&self.draft, self.format, self.settings, &self.own)?;
        self.draft.warnings.extend(chosen.warnings);
        self.warn_of_languages();
        let url = self.draft.owned_label(Field::Url)?;
        let id = own_id.unwrap_or_else(|| content_digest(&title, &body, &chosen.published));
        let language = self.languages().next().or_else(|| self.own.language.clone());
        Ok(Article {
            id,
            revision: self.revision(),
            title,
            body,
            published: chosen.published,
            language,
            source: self.draft.owned_label(Field::Source)?,
            url,
            reference: chosen.reference,
            modified: self.modified(),
            embargo: self.embargo(embargoed),
            scheduled: self.scheduled()?,
            set: self.own.clone(),
            warnings: std::mem::take(&mut self.draft.warnings),
        })
    }

    /// The withdrawal of an article whose row was deleted.
    fn deletion(&self) -> Item {
        if let Err(error) = self.check_names_article() {
            return self.broken(error);
        }
        let message = "the row of the article was deleted from the database".to_owned();
        let reason = Warning { code: Withdrawal::RowDeleted.name(), message };
        Item::Withdrawn(Withdrawal::RowDeleted, self.notice(reason))
    }

    /// Refuses a withdrawal that names no article: it can take nothing back.
    fn check_names_article(&self) -> Result<(), Error> {
        if self.draft.own_id()?.is_some() {
            return Ok(());
        }
        let message = "it withdraws an article and does not say which: it has neither an id nor a URL; send the id that \
                       the article had";
        Err(Error::new(ErrorKind::WithdrawalWithoutId, message))
    }

    fn broken(&self, error: Error) -> Item {
        Item::Broken { id: self.id_or_digest(), revision: self.revision(), error }
    }

    /// The languages that it declares, as BCP 47 tags; what cannot be understood counts as nothing.
    fn languages(&self) -> impl Iterator<Item = String> {
        self.draft.all(Field::Language).filter_map(|found| {
            let tag: String = tag_of(found.as_text()?)?.chars().filter(|c| !c.is_control()).take(LANGUAGE).collect();
            Some(tag).filter(|tag| !tag.is_empty())
        })
    }

    fn notice(&self, reason: Warning) -> Notice {
        let id = self.id_or_digest();
        Notice {
            other_ids: self.other_ids(&id),
            id,
            revision: self.revision(),
            modified: self.modified(),
            names_revision: self.own_revision().is_some(),
            reason,
        }
    }

    /// The ids and addresses beside the id, also without their queries, as ninjs reads them.
    fn other_ids(&self, id: &str) -> Vec<String> {
        let mut others: Vec<String> = Vec::new();
        for label in self.draft.labels(Field::Id).chain(self.draft.labels(Field::Url)) {
            let without_query = label.split('?').next().unwrap_or_default();
            for other in [&*label, without_query] {
                if !other.is_empty() && other != id && !others.iter().any(|known| known == other) {
                    others.push(other.to_owned());
                }
            }
        }
        others
    }

    fn time(&self, field: Field) -> Option<Result<Published, Error>> {
        let assumed = self.own.timezone.unwrap_or(self.settings.timezone);
        let zones = Zones { assumed, named: Some(&self.settings.timezones), day_first: self.own.day_first };
        self.draft.time(field, &zones)
    }

    /// The event that it announces, if it does.
    fn scheduled(&self) -> Result<Option<ScheduledEvent>, Error> {
        let Some(start) = self.time(Field::Starts).transpose()? else { return Ok(None) };
        let end = self.time(Field::Ends).transpose()?;
        let written = [Field::Starts, Field::Ends].map(|field| self.draft.owned_label(field));
        let written: Vec<String> = written.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        Ok(Some(ScheduledEvent { text: written.join("/"), start, end }))
    }

    /// The headline on one line. A wire that is out of order may send its whole text as the headline.
    fn title(&mut self) -> Result<String, Error> {
        let written = self.draft.text(Field::Title)?.unwrap_or_default();
        let start = written.char_indices().nth(4 * TITLE).map_or(written.len(), |(at, _)| at);
        let decoded = entities::decoded(written.get(..start).unwrap_or_default());
        let mut title = String::with_capacity(decoded.len());
        for word in decoded.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty()) {
            if !title.is_empty() {
                title.push(' ');
            }
            title.push_str(word);
        }
        if let Some((end, _)) = title.char_indices().nth(TITLE) {
            title.truncate(end);
            let length = written.len();
            self.draft
                .warn("title-cut", format!("the title has {length} bytes; its first {TITLE} characters were kept"));
        }
        Ok(title)
    }

    fn body(&mut self) -> Result<String, Error> {
        if let Some(body) = self.draft.text(Field::Body)?.map(str::to_owned) {
            self.warn_of_body(&body);
            let body = self.without_cut_sentence(body);
            if !body.is_empty() {
                return Ok(body);
            }
        }
        let Some(summary) = self.draft.text(Field::Summary)?.map(str::to_owned) else { return Ok(String::new()) };
        let path = self.draft.first(Field::Summary).map(|found| found.path.clone()).unwrap_or_default();
        self.draft.warn("summary-used", format!("there is no body; the summary in `{path}` was used instead"));
        Ok(self.without_cut_sentence(summary))
    }

    /// Leaves out the sentence that an API cut: what is missing of it may change what it says.
    fn without_cut_sentence(&mut self, mut text: String) -> String {
        if let Some(cut) = cut::without_rest(&text) {
            let message = format!("the text was cut by its source, which marks that with `{}`", cut.mark);
            let length = cut.text.len();
            self.draft.warn("body-cut", format!("{message}; its last sentence is left out"));
            text.truncate(length);
        }
        text
    }

    /// The revision as the message names it; a single one is the first.
    fn revision(&self) -> String {
        self.own_revision().unwrap_or_else(|| "1".to_owned())
    }

    /// The revision as the source calls it, else the time when it was made.
    fn own_revision(&self) -> Option<String> {
        let own = self.draft.owned_label(Field::Revision).ok().flatten();
        own.or_else(|| self.modified().map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
    }

    fn modified(&self) -> Option<DateTime<Utc>> {
        let time = |field| self.time(field).and_then(Result::ok);
        Some(time(Field::VersionCreated).or_else(|| time(Field::Modified))?.at.to_utc())
    }

    fn embargo(&mut self, embargoed: bool) -> Option<Embargo> {
        match self.time(Field::Embargo) {
            Some(Ok(until)) => Some(Embargo::Until(until.at.to_utc())),
            Some(Err(error)) => {
                self.draft.warn("embargo-invalid", format!("the end of the embargo cannot be read: {error}"));
                Some(Embargo::Open)
            }
            None => embargoed.then_some(Embargo::Open),
        }
    }

    /// The id of an item that may not be an article, but needs a record of its own.
    fn id_or_digest(&self) -> String {
        let own = |field| self.draft.owned_label(field).ok().flatten();
        own(Field::Id).or_else(|| own(Field::Url)).unwrap_or_else(|| {
            let text = |field| self.draft.text(field).ok().flatten().unwrap_or_default();
            let unknown = Published { at: DateTime::UNIX_EPOCH.fixed_offset(), has_time: false };
            content_digest(text(Field::Title), text(Field::Body), &unknown)
        })
    }

    fn warn_of_body(&mut self, body: &str) {
        if body.contains('\0') {
            self.draft.warn("nul-characters", "the body has NUL characters, which were read as spaces");
        }
        let tag = body.trim_start().strip_prefix("&lt;").unwrap_or_default();
        if tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!') && !body.contains('<') {
            self.draft.warn("html-escaped-twice", "the body is HTML that was escaped twice; it was read as HTML");
        }
    }

    fn warn_of_languages(&mut self) {
        let primary = |tag: String| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let languages: Vec<String> = self.languages().map(primary).collect();
        if let [first, others @ ..] = languages.as_slice()
            && let Some(other) = others.iter().find(|other| *other != first)
        {
            let message = format!("the article declares both `{first}` and `{other}` as its language; using `{first}`");
            self.draft.warn("languages-several", message);
        }
    }
}

/// The id of an article that has none.
fn content_digest(title: &str, body: &str, published: &Published) -> String {
    digest(&[title, body, &published.at.to_rfc3339_opts(SecondsFormat::Millis, false)])
}

/// A digest of texts: 32 hex digits, the same for the same content.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        // The length keeps "ab" + "c" apart from "a" + "bc".
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
