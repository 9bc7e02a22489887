//! Lengths of time; where one ends or starts at publication, it covers days as well.

use super::Value;
use super::context::Context;
use crate::calendar::{PartialDate, Unit, shift};
use crate::language::CountedFrom;
use crate::temporal::numbers::period;
use crate::temporal::{Amount, TimexType};

/// "two weeks", "the past three months".
pub(super) fn value(context: &Context<'_>, amount: Amount, unit: Unit, window: i64) -> Option<Value> {
    let length = Value::spelled(TimexType::Duration, period(amount, unit));
    let Amount::Exact { count, part: 0 } = amount else { return Some(length) };
    if window == 0 || unit.is_clock() {
        return Some(length);
    }
    let (reference, basis) = context.from(CountedFrom::Publication);
    let anchor = reference.first_day()?;
    let far = shift(anchor, window * i64::from(count), unit)?;
    let (from, until) = if window < 0 { (far, anchor) } else { (anchor, far) };
    Some(Value {
        date: Some(PartialDate::Day(from)),
        until: Some(PartialDate::Day(until)),
        basis,
        reference: Some(reference),
        steps: vec!["a length that ends or starts at the anchor"],
        ..length
    })
}
