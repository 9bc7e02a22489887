//! Bytes that are no text: what their first bytes say they are.

/// Signatures: the first bytes, and what they are.
const SIGNATURES: [(&[u8], &str); 20] = [
    (b"\x1f\x8b", "those of gzip"),
    (b"\x28\xb5\x2f\xfd", "those of Zstandard"),
    (b"\x04\x22\x4d\x18", "those of LZ4"),
    (b"\xff\x06\x00\x00sNaPpY", "those of Snappy"),
    (b"\x82SNAPPY\0", "those of Snappy"),
    (b"BZh", "those of bzip2"),
    (b"\xfd7zXZ\0", "those of xz"),
    (b"PK\x03\x04", "those of a ZIP archive"),
    (b"%PDF-", "those of a PDF"),
    (b"Obj\x01", "those of an Avro container file"),
    (b"\xc3\x01", "those of Avro's single-object encoding"),
    (b"\xac\xed\x00\x05", "those of Java serialisation"),
    (b"\xd9\xd9\xf7", "those of CBOR"),
    (b"PAR1", "those of Parquet"),
    // Before those of MessagePack, for which it would be an empty map with something behind it.
    (b"\x80\x02", "those of a Python pickle"),
    (b"\x80\x03", "those of a Python pickle"),
    (b"\x80\x04", "those of a Python pickle"),
    (b"\x80\x05", "those of a Python pickle"),
    (b"\xff\xd8\xff", "those of a JPEG picture"),
    (b"\x89PNG", "those of a PNG picture"),
];

/// Whether bytes cannot be text in UTF-8, although they may be valid UTF-8.
pub(super) fn is_suspicious(bytes: &[u8]) -> bool {
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | b'\x0c');
    bytes.iter().take(4).any(is_control)
}

/// Names what the first bytes are; `None` if they say nothing.
pub(super) fn kind(bytes: &[u8]) -> Option<String> {
    if let Some((_, name)) = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)) {
        return Some((*name).to_owned());
    }
    let &[first, second, third, fourth, ..] = bytes else { return None };
    Some(match (first, second, third, fourth) {
        // The header of zlib is a multiple of 31.
        (0x78, 0x01 | 0x5e | 0x9c | 0xda, ..) if u16::from_be_bytes([first, second]).is_multiple_of(31) => {
            "those of zlib".to_owned()
        }
        (0, b' '.., 0, b' '..) | (b' '.., 0, b' '.., 0) => "those of UTF-16 without a byte order mark".to_owned(),
        (0, ..) => {
            let id = bytes.get(1..5)?.try_into().map(u32::from_be_bytes).ok()?;
            format!(
                "the magic byte of Confluent's serialisers and the schema id {id}, before Avro, Protobuf or JSON Schema"
            )
        }
        // A map whose first key is text, or a list of such maps.
        (0x81..=0x8f, 0xa1..=0xbf, ..) if is_key(bytes.get(2..)?, second & 0x1f) => "those of MessagePack".to_owned(),
        (0x81..=0x8f, 0xd9..=0xdb, ..)
        | (0xde, _, _, 0xa0..=0xbf | 0xd9..=0xdb)
        | (0x90..=0x9f, 0x81..=0x8f | 0xde, ..)
        | (0xdf, 0, ..) => "those of MessagePack".to_owned(),
        // A map whose first key is text.
        (0xa1..=0xb7 | 0xbf, 0x61..=0x77, ..) if is_key(bytes.get(2..)?, second & 0x1f) => "those of CBOR".to_owned(),
        _ => return None,
    })
}

/// Whether bytes begin with the key of a field. Without that, an ellipsis or a quotation mark of Windows-1252 before a word
/// would count as a map.
fn is_key(bytes: &[u8], length: u8) -> bool {
    let key = bytes.get(..usize::from(length));
    key.is_some_and(|key| key.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.$@:".contains(byte)))
}
