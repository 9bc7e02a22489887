//! A message while it is read: the formats hand over drafts, and items come of them.
//!
//! Must not know any format.

use super::assemble::{assemble, digest};
use super::draft::Draft;
use super::field::{Field, FieldValue};
use super::format::Format;
use super::item::Item;
use super::json::Node;
use super::settings::Settings;
use crate::error::{Error, ErrorKind};

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

/// An item, with what people want to see of how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspected {
    /// The format that it was taken for.
    pub format: Format,
    /// What shows that it is in this format.
    pub evidence: String,
    /// What it was read as.
    pub item: Item,
    /// Where its fields were found, in order of preference.
    pub fields: Vec<FieldPath>,
}

/// How much of a field people are shown, in code points.
const SHOWN: usize = 200;

/// How many envelopes and lists may be around an article, each within the next.
const LEVELS: usize = 8;

/// A message being read.
pub(super) struct MessageReader<'s> {
    pub settings: &'s Settings,
    /// The format of the items that come next.
    format: Format,
    /// What shows that they are in this format, if people want to see it.
    evidence: String,
    /// What an envelope says of all items. An item's own fields take precedence.
    inherited: Vec<(Field, FieldValue<'static>)>,
    /// What the settings say where an object's fields stand, before those that its format knows.
    preferred: Vec<(Field, FieldValue<'static>)>,
    /// Whether what is read now is one of the articles that the settings know the place of.
    is_item: bool,
    items: Vec<Item>,
    /// Whether the rows that hold the items were deleted.
    deletes: bool,
    /// How many envelopes are around what is read now.
    level: usize,
    /// The format of each item, what shows it, and the fields, if people want to see them.
    inspected: Option<Vec<(Format, String, Vec<FieldPath>)>>,
}

impl<'s> MessageReader<'s> {
    /// Starts a message. If it `inspects`, it remembers where the fields were read.
    pub fn new(settings: &'s Settings, inspects: bool) -> Self {
        let format = settings.format.unwrap_or(Format::Plain);
        Self {
            settings,
            format,
            evidence: String::new(),
            inherited: Vec::new(),
            preferred: Vec::new(),
            is_item: false,
            items: Vec::new(),
            deletes: false,
            level: 0,
            inspected: inspects.then(Vec::new),
        }
    }

    /// Takes a format for that of the items that come next; `evidence` says why, to people.
    pub fn set_format(&mut self, format: Format, evidence: impl FnOnce() -> String) {
        self.format = format;
        if self.inspected.is_some() {
            self.evidence = match self.settings.format {
                Some(_) => "the format is set".to_owned(),
                None => evidence(),
            };
        }
    }

    /// Gives all items a field that they may lack.
    pub fn inherit(&mut self, field: Field, value: FieldValue<'static>) {
        self.inherited.push((field, value));
    }

    /// Reads the fields of an object where the settings say that they stand, for the items that come next.
    pub fn prefer(&mut self, node: &Node<'_>) {
        if !self.settings.fields.is_empty() {
            let fields = self.settings.fields.read(node).into_iter();
            self.preferred = fields.map(|(field, value)| (field, value.into_owned())).collect();
        }
    }

    /// Returns the articles of an object where the settings say that they stand; `None` if they say nothing, or this is
    /// one of them.
    pub fn take_items<'j>(&mut self, node: &Node<'j>) -> Option<Vec<Node<'j>>> {
        if self.settings.items.is_empty() || self.is_item {
            return None;
        }
        let items = self.settings.items.find(node)?;
        self.is_item = true;
        Some(items)
    }

    /// Whether the settings say where a field of the items that come next stands, and it does.
    pub fn prefers(&self, field: Field) -> bool {
        self.preferred.iter().any(|(own, _)| *own == field)
    }

    /// Withdraws the items that come next: the rows that hold them were deleted.
    pub fn delete(&mut self) {
        self.deletes = true;
    }

    /// Whether the items that come next are withdrawn. Then an id is all that they need.
    pub fn deletes(&self) -> bool {
        self.deletes
    }

    /// Reads a part of the message, whose envelope does not concern the other parts.
    ///
    /// # Errors
    ///
    /// Those of `read`, and if there are more envelopes within each other than anybody sends.
    pub fn scoped(&mut self, read: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        if self.level == LEVELS {
            let message = format!("more than {LEVELS} envelopes within each other");
            return Err(Error::new(ErrorKind::TooDeep, message));
        }
        let (inherited, deletes, is_item) = (self.inherited.len(), self.deletes, self.is_item);
        self.level += 1;
        let result = read(self);
        self.level -= 1;
        self.inherited.truncate(inherited);
        self.deletes = deletes;
        self.is_item = is_item;
        self.preferred.clear();
        result
    }

    /// How many envelopes are around what is read now.
    pub fn level(&self) -> usize {
        self.level
    }

    /// Takes what should be an item and cannot be read; `content` is all of it, by which it has an id of its own.
    pub fn push_broken(&mut self, content: &str, error: Error) {
        if let Some(inspected) = &mut self.inspected {
            inspected.push((self.format, self.evidence.clone(), Vec::new()));
        }
        self.items.push(Item::Broken { id: digest(&[content]), revision: "1".to_owned(), error });
    }

    /// Takes an item.
    pub fn push(&mut self, mut draft: Draft<'_>) {
        draft.deleted = self.deletes;
        if !self.preferred.is_empty() {
            draft.prefer(self.preferred.iter().cloned());
        }
        // What stands closest to the item counts first.
        for (field, value) in self.inherited.iter().rev() {
            if !draft.has(*field) {
                draft.add(*field, Some(value.clone()));
            }
        }
        if let Some(inspected) = &mut self.inspected {
            inspected.push((self.format, self.evidence.clone(), draft.fields().map(field_path).collect()));
        }
        self.items.push(assemble(draft, self.format, self.settings));
    }

    /// Returns the items, of which there must be at least one.
    pub fn into_items(self) -> Result<Vec<Item>, Error> {
        if self.items.is_empty() {
            return Err(Error::not_an_article(format!("the {} message has no items", self.format.name())));
        }
        Ok(self.items)
    }

    /// As [`Self::into_items`], each with its format and where its fields were read.
    pub fn into_inspected(mut self) -> Result<Vec<Inspected>, Error> {
        let inspected = self.inspected.take().unwrap_or_default();
        let items = self.into_items()?.into_iter().zip(inspected);
        Ok(items.map(|(item, (format, evidence, fields))| Inspected { format, evidence, item, fields }).collect())
    }
}

fn field_path((field, found): (Field, &FieldValue<'_>)) -> FieldPath {
    FieldPath { field, path: found.path.clone(), text: found.describe().chars().take(SHOWN).collect() }
}
