//! A value in Avro's binary encoding, read into a tree.

use std::borrow::Cow;

use serde_json::Number;

use super::super::budget::Budget;
use super::schema::{AvroSchema, Counted, Named, Type};
use crate::article::json::Json;
use crate::error::{Error, ErrorKind};

impl AvroSchema {
    /// Reads a value, which must take all of the bytes.
    pub(in crate::article) fn decode<'b>(&self, bytes: &'b [u8]) -> Result<Json<'b>, Error> {
        let mut reader = Reader { schema: self, bytes, at: 0, budget: Budget::new() };
        let value = reader.value(&self.root, 0)?;
        match bytes.len() - reader.at {
            0 => Ok(value),
            rest => Err(not_avro(format!("{rest} bytes are left behind the value, so it has another schema"))),
        }
    }
}

fn not_avro(problem: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Avro, format!("not Avro as its schema says: {problem}"))
}

struct Reader<'s, 'b> {
    schema: &'s AvroSchema,
    bytes: &'b [u8],
    at: usize,
    budget: Budget,
}

impl<'b> Reader<'_, 'b> {
    fn value(&mut self, of: &Type, depth: u32) -> Result<Json<'b>, Error> {
        self.budget.spend(depth)?;
        Ok(match of {
            Type::Null => Json::Null,
            Type::Boolean => match self.take(1)? {
                [0] => Json::Bool(false),
                [1] => Json::Bool(true),
                _ => return Err(not_avro(format!("byte {} is neither true nor false", self.at - 1))),
            },
            Type::Float => real(&f32::from_le_bytes(self.array()?)),
            Type::Double => real(&f64::from_le_bytes(self.array()?)),
            Type::Whole(counted) => {
                let number = self.whole()?;
                counted.and_then(|counted| written(counted, number)).unwrap_or_else(|| Json::Number(number.into()))
            }
            Type::Text => Json::Text(Cow::Borrowed(self.text()?)),
            Type::Bytes(places) => {
                let length = self.length()?;
                bytes(self.take(length)?, *places)
            }
            Type::List(items) => {
                let mut list = Vec::new();
                self.blocks(|reader| {
                    list.push(reader.value(items, depth + 1)?);
                    Ok(())
                })?;
                Json::List(list)
            }
            Type::Map(values) => {
                let mut object = Vec::new();
                self.blocks(|reader| {
                    let key = Cow::Borrowed(reader.text()?);
                    object.push((key, reader.value(values, depth + 1)?));
                    Ok(())
                })?;
                Json::Object(object)
            }
            Type::Union(types) => {
                let index = self.whole()?;
                let found = usize::try_from(index).ok().and_then(|index| types.get(index));
                let found =
                    found.ok_or_else(|| not_avro(format!("a union of {} types has no {index}", types.len())))?;
                self.value(found, depth + 1)?
            }
            Type::Named(place) => self.named(*place, depth)?,
        })
    }

    fn named(&mut self, place: usize, depth: u32) -> Result<Json<'b>, Error> {
        match self.schema.named.get(place) {
            Some(Named::Record(fields)) => {
                let mut object = Vec::with_capacity(fields.len());
                for (name, of) in fields {
                    object.push((Cow::Owned(name.clone()), self.value(of, depth + 1)?));
                }
                Ok(Json::Object(object))
            }
            Some(Named::Enum(symbols)) => {
                let index = self.whole()?;
                let symbol = usize::try_from(index).ok().and_then(|index| symbols.get(index));
                let symbol = symbol.ok_or_else(|| not_avro(format!("an enum has no symbol {index}")))?;
                Ok(Json::Text(Cow::Owned(symbol.clone())))
            }
            Some(Named::Fixed(size, places)) => Ok(bytes(self.take(*size)?, *places)),
            None => Err(not_avro("a type lacks its definition")),
        }
    }

    /// Reads the blocks of a list or a map, up to the one without items.
    fn blocks(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        loop {
            let count = self.whole()?;
            if count == 0 {
                return Ok(());
            }
            if count < 0 {
                // The size of the block, for those that skip it.
                self.whole()?;
            }
            for _ in 0..count.unsigned_abs() {
                item(self)?;
            }
        }
    }

    /// Reads a number of variable length, in which the sign is the last bit.
    fn whole(&mut self) -> Result<i64, Error> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            if shift == 63 && byte > 1 {
                break;
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok((number >> 1) as i64 ^ -((number & 1) as i64));
            }
        }
        Err(not_avro(format!("the number at byte {} has more than 64 bits", self.at)))
    }

    fn length(&mut self) -> Result<usize, Error> {
        let length = self.whole()?;
        usize::try_from(length).map_err(|_| not_avro(format!("a length of {length} bytes")))
    }

    fn text(&mut self) -> Result<&'b str, Error> {
        let length = self.length()?;
        let at = self.at;
        std::str::from_utf8(self.take(length)?).map_err(|_| not_avro(format!("the text at byte {at} is not UTF-8")))
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], Error> {
        let end = self.at.checked_add(length);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| {
            not_avro(format!("it ends after {} bytes, where {length} more belong to a value", self.bytes.len()))
        })?;
        self.at += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.take(N)?.try_into().map_err(|_| not_avro("a number is cut off"))
    }
}

/// A number as its shortest decimal, so that a short float does not become a long one.
fn real(number: &impl std::fmt::Display) -> Json<'static> {
    let number = number.to_string().parse().ok().and_then(Number::from_f64);
    number.map_or(Json::Other("a number out of range"), Json::Number)
}

fn written(counted: Counted, number: i64) -> Option<Json<'static>> {
    let mut text = counted.unit.written(number)?;
    if counted.is_local {
        text.truncate(text.trim_end_matches('Z').len());
    }
    Some(Json::Text(Cow::Owned(text)))
}

/// Bytes that are a decimal number, or else text.
fn bytes(bytes: &[u8], places: Option<u32>) -> Json<'_> {
    match places {
        Some(places) => {
            decimal(bytes, places).map_or(Json::Other("a long decimal"), |text| Json::Text(Cow::Owned(text)))
        }
        None => std::str::from_utf8(bytes).map_or(Json::Other("bytes"), |text| Json::Text(Cow::Borrowed(text))),
    }
}

/// Writes a number of big-endian bytes in two's complement with so many decimal places; `None` beyond 128 bits.
fn decimal(bytes: &[u8], places: u32) -> Option<String> {
    let is_negative = bytes.first()? >= &0x80;
    let mut wide = if is_negative { [0xff; 16] } else { [0; 16] };
    let start = wide.len().checked_sub(bytes.len())?;
    wide.get_mut(start..)?.copy_from_slice(bytes);
    let number = i128::from_be_bytes(wide);
    if places == 0 {
        return Some(number.to_string());
    }
    let places = usize::try_from(places).ok().filter(|places| *places <= 38)?;
    let digits = format!("{:0width$}", number.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - places)?;
    Some(format!("{}{whole}.{fraction}", if is_negative { "-" } else { "" }))
}
