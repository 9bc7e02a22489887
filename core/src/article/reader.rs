//! A message while it is read: the formats hand over drafts, and items come of them.
//!
//! Must not know any format.

use super::assemble::assemble;
use super::draft::Draft;
use super::field::{Field, FieldValue};
use super::format::Format;
use super::item::Item;
use super::settings::Settings;
use crate::error::Error;

/// A field of an item, and where in the message it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldPath {
    /// The field.
    pub field: Field,
    /// Where in the message, such as `bodies[0].value` or `newsItem/itemMeta/pubStatus/@qcode`.
    pub path: String,
    /// The start of its value.
    pub text: String,
}

/// How much of a field people are shown, in code points.
const SHOWN: usize = 200;

/// A message being read.
pub(super) struct MessageReader<'s> {
    pub settings: &'s Settings,
    /// The format of the items that come next.
    format: Format,
    /// What an envelope says of all items. An item's own fields take precedence.
    inherited: Vec<(Field, FieldValue<'static>)>,
    items: Vec<Item>,
    /// Whether the rows that hold the items were deleted.
    deletes: bool,
    /// The format and the fields of each item, if people want to see them.
    inspected: Option<Vec<(Format, Vec<FieldPath>)>>,
}

impl<'s> MessageReader<'s> {
    /// Starts a message. If it `inspects`, it remembers where the fields were read.
    pub fn new(settings: &'s Settings, inspects: bool) -> Self {
        let format = settings.format.unwrap_or(Format::Plain);
        let (inherited, items, inspected) = (Vec::new(), Vec::new(), inspects.then(Vec::new));
        Self { settings, format, inherited, items, deletes: false, inspected }
    }

    /// Takes a format for that of the items that come next.
    pub fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    /// Gives all items a field that they may lack.
    pub fn inherit(&mut self, field: Field, value: FieldValue<'static>) {
        self.inherited.push((field, value));
    }

    /// Withdraws the items that come next: the rows that hold them were deleted.
    pub fn delete(&mut self) {
        self.deletes = true;
    }

    /// Whether the items that come next are withdrawn. Then an id is all that they need.
    pub fn deletes(&self) -> bool {
        self.deletes
    }

    /// Takes an item.
    pub fn push(&mut self, mut draft: Draft<'_>) {
        draft.deleted = self.deletes;
        for (field, value) in &self.inherited {
            if !draft.has(*field) {
                draft.add(*field, Some(value.clone()));
            }
        }
        if self.format != Format::Text && !draft.has(Field::Id) && !draft.has(Field::Url) {
            let message = "the article has neither an id nor a URL, so its id is a digest of its content; a correction \
                           will count as another article";
            draft.warn("id-missing", message);
        }
        if let Some(inspected) = &mut self.inspected {
            inspected.push((self.format, draft.fields().map(field_path).collect()));
        }
        self.items.push(assemble(draft, self.settings));
    }

    /// Returns the items, of which there must be at least one.
    pub fn into_items(self) -> Result<Vec<Item>, Error> {
        if self.items.is_empty() {
            return Err(Error::not_an_article(format!("the {} message has no items", self.format.name())));
        }
        Ok(self.items)
    }

    /// As [`Self::into_items`], each with its format and where its fields were read.
    pub fn into_inspected(mut self) -> Result<Vec<(Format, Item, Vec<FieldPath>)>, Error> {
        let inspected = self.inspected.take().unwrap_or_default();
        let items = self.into_items()?;
        Ok(items.into_iter().zip(inspected).map(|(item, (format, fields))| (format, item, fields)).collect())
    }
}

fn field_path((field, found): (Field, &FieldValue<'_>)) -> FieldPath {
    FieldPath { field, path: found.path.clone(), text: found.describe().chars().take(SHOWN).collect() }
}
