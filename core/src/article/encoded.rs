//! Texts that stand in a message in Base64.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::field::FieldValue;
use super::{message, xml};

/// Decodes the text of an element; `None` if that is no text in Base64.
pub(super) fn from_base64<'t>(element: &xml::Node<'t>) -> Option<FieldValue<'t>> {
    let written: String = element.text().split_whitespace().collect();
    let bytes = BASE64_STANDARD.decode(written).ok()?;
    let text = message::text(&bytes, None).ok()?.into_owned();
    Some(FieldValue::text(text, element.path.clone()))
}
