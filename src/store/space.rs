//! How large the file is, and what it gives back to the disk.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::Error;

/// Which part of the file may be free before it shrinks: one of this many pages. What is free is used first.
pub const FREE_SHARE: u64 = 8;
/// How many pages are given back at a time.
const RELEASED: u64 = 500;

/// How large the file is, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// The file.
    pub file: u64,
    /// The part of it that is in use.
    pub used: u64,
    /// Its write-ahead log, a file beside it.
    pub log: u64,
}

/// Returns the size of a file.
pub fn size(connection: &Connection, path: &Path) -> Result<Size, Error> {
    let pragma = |name| {
        let value: rusqlite::Result<i64> = connection.pragma_query_value(None, name, |row| row.get(0));
        value.map(i64::unsigned_abs)
    };
    let (page, pages, free) = (pragma("page_size")?, pragma("page_count")?, pragma("freelist_count")?);
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let log = std::fs::metadata(PathBuf::from(log)).map_or(0, |log| log.len());
    Ok(Size { file: pages * page, used: (pages - free.min(pages)) * page, log })
}

/// Gives some of what is free back to the disk, if that is too much.
pub fn release(connection: &Connection, size: Size) -> Result<(), Error> {
    if size.file - size.used <= size.file / FREE_SHARE {
        return Ok(());
    }
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({RELEASED})"))?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}
