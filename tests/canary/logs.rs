//! Everything that anybody logs, at every level: spans, events and their fields, of this house and of its dependencies.

use std::fmt::{Debug, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static LINES: Mutex<String> = Mutex::new(String::new());
/// Of log, bytes; more is a loop.
const BYTES_MAX: usize = 256 * 1024 * 1024;

struct Capture(AtomicU64);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {field}={value}");
    }
}

fn keep(line: &str) {
    let mut lines = LINES.lock().unwrap();
    assert!(lines.len() < BYTES_MAX);
    lines.push_str(line);
    lines.push('\n');
}

impl Subscriber for Capture {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut line = Line(attributes.metadata().name().to_owned());
        attributes.record(&mut line);
        keep(&line.0);
        Id::from_u64(self.0.fetch_add(1, SeqCst))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        keep(&line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        keep(&line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// What dependencies log by the older way.
struct Older;

impl log::Log for Older {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        keep(&format!("{} {}", record.target(), record.args()));
    }

    fn flush(&self) {}
}

pub(crate) fn capture() {
    tracing::subscriber::set_global_default(Capture(AtomicU64::new(1))).unwrap();
    log::set_logger(&Older).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    tracing::trace!(what = "the capture", "hears");
    assert!(LINES.lock().unwrap().contains("the capture"));
}

pub(crate) fn taken() -> String {
    std::mem::take(&mut *LINES.lock().unwrap())
}
