//! The beginning of a connection, up to the end of its first line. The HTTP library refuses a line that is longer than its
//! buffer with a bare status; here it is refused before that, with a problem.

use std::io::{self, Cursor};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Chain, sink};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use super::problem::{MAX_TARGET, MEDIA_TYPE, Problem};

/// The longest first line, in bytes: there is more in it than the target.
const MAX_LINE: usize = MAX_TARGET + 256;

/// A connection whose first line was read, to be read again.
pub type Opened = (Chain<Cursor<Vec<u8>>, OwnedReadHalf>, OwnedWriteHalf);

/// Reads the first line of a connection; `None` if there is no request, or it was refused.
pub async fn open(mut stream: TcpStream, patience: Duration) -> Option<Opened> {
    match timeout(patience, read_line(&mut stream)).await {
        Ok(Ok(Some(begin))) => {
            let (reader, writer) = stream.into_split();
            Some((Cursor::new(begin).chain(reader), writer))
        }
        Ok(Ok(None)) => {
            // Whatever becomes of it, the connection ends.
            drop(timeout(patience, refuse(stream)).await);
            None
        }
        Ok(Err(_)) | Err(_) => None,
    }
}

/// Reads until there is a line; `None` if it is too long.
async fn read_line(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut read = Vec::with_capacity(1 << 10);
    loop {
        let searched = read.len();
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if read[searched..].contains(&b'\n') {
            return Ok(Some(read));
        }
        if read.len() > MAX_LINE {
            return Ok(None);
        }
    }
}

/// Responds to a line that is too long.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    let problem = Problem::target_too_long();
    let body = serde_json::to_string(&problem)?;
    let status = StatusCode::URI_TOO_LONG;
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await?;
    stream.shutdown().await?;
    // If something was left unread, the client would get an error instead of the response.
    tokio::io::copy(&mut stream, &mut sink()).await?;
    Ok(())
}
