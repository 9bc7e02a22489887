//! Panics in the log: one structured line each, with the thread and the place in the source.
//!
//! Never with a word of an article. What a panic says is mostly formatted, and may quote the text at hand ("byte index 5 is
//! not a char boundary of …"), so only what is constant in the source is shown.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::thread;

use serde_json::json;

use super::{LOG_TARGET, write_line};

/// Where in the source a panic happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    file: String,
    line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

thread_local! {
    /// Where this thread last panicked.
    static LAST: Cell<Option<Place>> = const { Cell::new(None) };
}

/// Lets each panic be one line of the log, instead of the text that Rust prints.
pub fn log_panics() {
    set_hook(Box::new(|panic| {
        report(panic);
        remember(panic);
    }));
}

/// Runs something that may panic.
///
/// # Errors
/// If it panics: where, if [`log_panics`] was called before.
pub fn catch_panic<T>(run: impl FnOnce() -> T) -> Result<T, Option<Place>> {
    LAST.take();
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| LAST.take())
}

fn remember(panic: &PanicHookInfo<'_>) {
    LAST.set(place(panic));
}

fn place(panic: &PanicHookInfo<'_>) -> Option<Place> {
    panic.location().map(|at| Place { file: at.file().to_owned(), line: at.line() })
}

fn report(panic: &PanicHookInfo<'_>) {
    let place = place(panic).map_or_else(|| "an unknown place".to_owned(), |place| place.to_string());
    let thread = thread::current();
    let thread = thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned);
    let reason = constant(panic);
    if tracing::enabled!(target: LOG_TARGET, tracing::Level::ERROR) {
        tracing::error!(
            target: LOG_TARGET, thread, place, reason, "dateline panicked; this is a bug in dateline, please report it"
        );
        return;
    }
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let message = format!("the thread {thread} panicked at {place}{reason}; this is a bug, please report it");
    write_line(&message, json!({ "thread": thread, "place": place }));
}

/// Returns what a panic says if it is constant.
fn constant(panic: &PanicHookInfo<'_>) -> Option<&'static str> {
    panic.payload().downcast_ref::<&'static str>().copied()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::panic::take_hook;
    use std::sync::{Arc, Mutex, Once};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    /// Lets panics be remembered beside what the hook of the tests prints.
    pub(crate) fn remember_panics() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let previous = take_hook();
            set_hook(Box::new(move |panic| {
                // What one of the tests below looks at.
                if thread::current().name() == Some("quoting") {
                    report(panic);
                }
                remember(panic);
                previous(panic);
            }));
        });
    }

    #[test]
    fn a_panic_that_is_caught_has_its_place() {
        remember_panics();
        let line = line!() + 1;
        let place = catch_panic(|| panic!("a bug in a rule")).unwrap_err().unwrap();
        assert_eq!(place.to_string(), format!("{}:{line}", file!()));
        assert_eq!(catch_panic(|| 7), Ok(7));
    }

    /// A log in memory.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Lines {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn a_panic_is_one_line_with_thread_and_place_and_without_what_it_quotes() {
        remember_panics();
        let lines = Lines::default();
        let log = tracing_subscriber::fmt().json().flatten_event(true).with_writer(lines.clone()).finish();
        let quoting = thread::Builder::new().name("quoting".to_owned()).spawn(|| {
            tracing::subscriber::with_default(log, || {
                let text = "Der Bürgermeister trat zurück";
                let _ = catch_panic(|| text[..6].len());
                let _ = catch_panic(|| "no digit".parse::<u8>().ok().unwrap());
            });
        });
        quoting.unwrap().join().unwrap();
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let logged: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(logged.len(), 2, "{text}");
        for line in &logged {
            assert_eq!((&line["level"], &line["thread"]), (&json!("ERROR"), &json!("quoting")));
            assert!(line["place"].as_str().unwrap().contains(".rs:"), "{line}");
        }
        assert!(!text.contains("rgermeister"), "{text}");
        assert!(logged[1]["reason"].as_str().unwrap().contains("Option::unwrap"), "{text}");
    }
}
