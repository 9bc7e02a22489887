//! JSON, written in Avro's binary encoding.

use serde_json::Value;

use super::schema::{AvroSchema, Named, Type};

impl AvroSchema {
    /// Writes a value behind what `out` has.
    ///
    /// # Errors
    /// If the value is not as the schema says; in words for people.
    pub fn encode(&self, value: &Value, out: &mut Vec<u8>) -> Result<(), String> {
        self.write(&self.root, value, out)
    }

    fn write(&self, of: &Type, value: &Value, out: &mut Vec<u8>) -> Result<(), String> {
        match (of, value) {
            (Type::Null, Value::Null) => {}
            (Type::Boolean, Value::Bool(value)) => out.push(u8::from(*value)),
            (Type::Float, Value::Number(number)) => {
                // Of the shortest decimal, so that it is the float that was written as one.
                let number: f32 = number.to_string().parse().map_err(|_| unfit(of, value))?;
                out.extend(number.to_le_bytes());
            }
            (Type::Double, Value::Number(number)) => {
                out.extend(number.as_f64().ok_or_else(|| unfit(of, value))?.to_le_bytes());
            }
            (Type::Whole(None), Value::Number(number)) => {
                whole(number.as_i64().ok_or_else(|| unfit(of, value))?, out);
            }
            (Type::Text, Value::String(text)) => write_text(text, out),
            (Type::List(items), Value::Array(list)) => {
                if !list.is_empty() {
                    whole(list.len() as i64, out);
                }
                list.iter().try_for_each(|item| self.write(items, item, out))?;
                whole(0, out);
            }
            (Type::Map(values), Value::Object(object)) => {
                if !object.is_empty() {
                    whole(object.len() as i64, out);
                }
                for (key, inner) in object {
                    write_text(key, out);
                    self.write(values, inner, out)?;
                }
                whole(0, out);
            }
            (Type::Union(types), _) => {
                let start = out.len();
                for (index, inner) in types.iter().enumerate() {
                    whole(index as i64, out);
                    if self.write(inner, value, out).is_ok() {
                        return Ok(());
                    }
                    out.truncate(start);
                }
                return Err(unfit(of, value));
            }
            (Type::Named(place), _) => match (self.named.get(*place), value) {
                (Some(Named::Record(fields)), Value::Object(object)) => {
                    for (name, inner) in fields {
                        let found = object.get(name).unwrap_or(&Value::Null);
                        self.write(inner, found, out).map_err(|problem| format!("{name}: {problem}"))?;
                    }
                }
                (Some(Named::Enum(symbols)), Value::String(text)) => {
                    let index = symbols.iter().position(|symbol| symbol == text);
                    whole(index.ok_or_else(|| unfit(of, value))? as i64, out);
                }
                _ => return Err(unfit(of, value)),
            },
            _ => return Err(unfit(of, value)),
        }
        Ok(())
    }
}

fn unfit(of: &Type, value: &Value) -> String {
    format!("{value} is no value of the type {of:?}")
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    whole(text.len() as i64, out);
    out.extend(text.as_bytes());
}

fn whole(number: i64, out: &mut Vec<u8>) {
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}
