//! PDF: the text of each page.
//!
//! Fails with one line that says why. Limits: time and text of one file, bytes its streams unpack to, depth of drawings
//! within drawings. Why it is so: the format is a program written by strangers and its reader is written for good ones,
//! so it runs on a thread of its own, where a panic costs one file; what a panic could not catch (a bomb, a drawing that
//! contains itself) is refused before it starts.

use super::{BlockKind, Text};
use pdf_extract::{
    Dictionary, Document, MediaBox, Object, ObjectId, OutputDev, OutputError, PlainTextOutput, Transform,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::sync::Once;
use std::time::{Duration, Instant};

pub(super) fn read(bytes: &[u8]) -> Result<Text, String> {
    no_bomb(bytes)?;
    quiet_panics();
    let bytes = bytes.to_vec();
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let reader = std::thread::Builder::new().name(THREAD.to_owned()).stack_size(STACK_BYTES).spawn(move || {
        // Nobody waits any more when the time is over.
        drop(sender.send(pages(&bytes, Instant::now() + TIME_MAX)));
    });
    let reader = reader.map_err(|error| format!("no thread to read it on: {error}"))?;
    match receiver.recv_timeout(TIME_MAX + TIME_MAX / 10) {
        Ok(pages) => Ok(text(&pages?)),
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => Err(format!("reading it took longer than {TIME_MAX:?}")),
        // The thread ended without a word: it panicked, and `join` gives the payload back instead of passing it on.
        Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
            let why = reader.join().err().and_then(|payload| payload.downcast::<String>().ok());
            Err(format!("its reader gave up: {}", why.as_deref().map_or("it is broken", String::as_str)))
        }
    }
}

fn pages(bytes: &[u8], deadline: Instant) -> Result<Vec<String>, String> {
    let mut document = Document::load_mem(bytes).map_err(|error| error.to_string())?;
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err("it is encrypted".to_owned());
    }
    no_loop(&mut document)?;
    let numbers: Vec<u32> = document.get_pages().into_keys().collect();
    let mut pages = Vec::new();
    let mut room = PAGE_TEXT_BYTES_MAX;
    for number in numbers {
        let mut page = String::new();
        let mut output = Bounded { inner: PlainTextOutput::new(&mut page), room, deadline };
        let read = pdf_extract::output_doc_page(&document, &mut output, number);
        room = output.room;
        pages.push(page);
        if Instant::now() >= deadline {
            return Err(format!("reading it took longer than {TIME_MAX:?}"));
        }
        match read {
            Ok(()) => {}
            Err(_) if room == 0 => break,
            Err(error) if pages.iter().all(|page| page.trim().is_empty()) => return Err(error.to_string()),
            // One broken page does not take the others with it.
            Err(_) => {}
        }
    }
    Ok(pages)
}

/// Lines of a page that belong together stand close; the extractor sets paragraphs apart by empty lines.
fn text(pages: &[String]) -> Text {
    let mut text = Text::default();
    for (index, page) in pages.iter().enumerate() {
        let number = u32::try_from(index + 1).ok();
        let mut paragraph = String::new();
        for line in page.lines().map(str::trim).chain([""]) {
            if line.is_empty() {
                if !text.push(BlockKind::Paragraph, number, &std::mem::take(&mut paragraph)) {
                    return text;
                }
            } else {
                join(&mut paragraph, line);
            }
        }
    }
    text
}

/// Adds a line to its paragraph; a word divided at the end of a line becomes whole.
fn join(paragraph: &mut String, line: &str) {
    let continues = line.chars().next().is_some_and(char::is_lowercase);
    let divided =
        paragraph.strip_suffix('-').and_then(|before| before.chars().next_back()).is_some_and(char::is_lowercase);
    if divided && continues {
        paragraph.pop();
    } else if !paragraph.is_empty() {
        paragraph.push(' ');
    }
    paragraph.push_str(line);
}

/// Passes text on until there is enough of it or the time is over.
struct Bounded<'w> {
    inner: PlainTextOutput<&'w mut String>,
    room: usize,
    deadline: Instant,
}

impl Bounded<'_> {
    fn spend(&mut self, bytes: usize) -> Result<(), OutputError> {
        self.room = self.room.saturating_sub(bytes);
        if self.room == 0 || Instant::now() >= self.deadline {
            return Err(OutputError::FormatError(std::fmt::Error));
        }
        Ok(())
    }
}

impl OutputDev for Bounded<'_> {
    fn begin_page(
        &mut self,
        page: u32,
        media: &MediaBox,
        art: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.inner.begin_page(page, media, art)
    }
    fn end_page(&mut self) -> Result<(), OutputError> {
        self.inner.end_page()
    }
    fn output_character(
        &mut self,
        transform: &Transform,
        width: f64,
        spacing: f64,
        font_size: f64,
        character: &str,
    ) -> Result<(), OutputError> {
        self.spend(character.len())?;
        self.inner.output_character(transform, width, spacing, font_size, character)
    }
    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.spend(1)?;
        self.inner.begin_word()
    }
    fn end_word(&mut self) -> Result<(), OutputError> {
        self.inner.end_word()
    }
    fn end_line(&mut self) -> Result<(), OutputError> {
        self.inner.end_line()
    }
}

/// Unpacks every stream once, keeping nothing: the reader itself would keep all of it.
fn no_bomb(bytes: &[u8]) -> Result<(), String> {
    let mut rest = bytes;
    let mut unpacked = 0;
    let mut sink = [0; 16 * 1024];
    while let Some(at) = rest.windows(KEYWORD.len()).position(|word| word == KEYWORD) {
        rest = rest.get(at + KEYWORD.len()..).unwrap_or_default();
        let start = rest.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or(0);
        let mut decoder = flate2::read::ZlibDecoder::new(rest.get(start..).unwrap_or_default());
        // Other filters and whatever merely looks like a stream end the loop with an error.
        while let Ok(read @ 1..) = decoder.read(&mut sink) {
            unpacked += read;
            if unpacked > UNPACKED_BYTES_MAX {
                return Err(format!("its streams unpack to more than {UNPACKED_BYTES_MAX} bytes"));
            }
        }
    }
    Ok(())
}

/// Refuses pages that are their own ancestors and drawings that contain themselves: either would exhaust the stack.
fn no_loop(document: &mut Document) -> Result<(), String> {
    for page in document.get_pages().into_values() {
        let mut above = Some(page);
        for _ in 0..=DEPTH_MAX {
            let dictionary = above.and_then(|id| document.get_dictionary(id).ok());
            above = dictionary.and_then(|page| page.get(b"Parent").ok()).and_then(|parent| parent.as_reference().ok());
        }
        if above.is_some() {
            return Err("its pages are their own ancestors".to_owned());
        }
    }
    let mut drawings = BTreeMap::new();
    for (&id, object) in &document.objects {
        // The reader takes any stream for a drawing when a page says so.
        if let Object::Stream(stream) = object {
            let resources = resolved(document, stream.dict.get(b"Resources").ok());
            let within = resources.and_then(|resources| resolved(document, resources.get(b"XObject").ok()));
            let target = |object| document.dereference(object).ok().and_then(|(id, _)| id);
            let within = within.map(|within| within.iter().filter_map(|(_, object)| target(object)).collect());
            // Without resources of its own a drawing may use its page's, itself among them.
            drawings.insert(id, (resources.is_some(), within.unwrap_or_default()));
        }
    }
    for (&id, (has_resources, _)) in &drawings {
        if !has_resources && let Ok(Object::Stream(stream)) = document.get_object_mut(id) {
            stream.dict.set("Resources", Dictionary::new());
        }
    }
    let mut level: BTreeSet<ObjectId> = drawings.keys().copied().collect();
    for _ in 0..DEPTH_MAX {
        level = level
            .iter()
            .filter_map(|id| drawings.get(id))
            .flat_map(|(_, within): &(bool, Vec<_>)| within.clone())
            .collect();
    }
    if level.iter().any(|id| drawings.contains_key(id)) {
        return Err("its drawings contain themselves".to_owned());
    }
    Ok(())
}

fn resolved<'d>(document: &'d Document, object: Option<&'d Object>) -> Option<&'d Dictionary> {
    document.dereference(object?).ok()?.1.as_dict().ok()
}

/// A panic of the reader is a line of the report, not of the terminal.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() != Some(THREAD) {
                before(panic);
            }
        }));
    });
}

const THREAD: &str = "zero-pdf-reader";
const KEYWORD: &[u8] = b"stream";
/// One document; the largest manuals take a second or two.
const TIME_MAX: Duration = Duration::from_secs(10);
const STACK_BYTES: usize = 16 * 1024 * 1024;
/// Fonts and pictures included.
const UNPACKED_BYTES_MAX: usize = 512 * 1024 * 1024;
const PAGE_TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Levels of the tree of pages, and of drawings within drawings.
const DEPTH_MAX: usize = 16;
