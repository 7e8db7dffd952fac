//! RSS, Atom and CDF, as far as they can be read.
//!
//! - Takes: text, and the URL it came from.
//! - Gives: the feed, and what the document was ([`Document`]).
//! - Fails: never; a document that breaks off gives what stood before.
//! - Limits: [`DEPTH_MAX`] levels, [`FIELD_BYTES_MAX`] of a field, [`EFFORT_MAX_PER_BYTE`] for broken markup.
//! - Why it is so: end tags close the nearest element of their name, whatever stands between; a field ends where the next
//!   one starts; no entity of a document type is looked at, so none can expand. Well-formed feeds are read by the same
//!   rules, so no second reader can disagree with this one.

mod field;

use crate::entry::{ENTRIES_MAX, Entry, Feed};
use crate::names::{Element, Prefixes};
use crate::{html, link};
use field::{Field, Mode};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Levels of elements; those below belong to the deepest.
const DEPTH_MAX: usize = 64;
/// Bytes kept of one field.
const FIELD_BYTES_MAX: usize = 48 * 1024;
/// Bytes that may be looked at again after broken markup, for each byte of the document: then it is given up.
const EFFORT_MAX_PER_BYTE: usize = 24;
/// What it costs to start again, in the same unit.
const RESUME_COST: usize = 64;
/// Attributes looked at in one tag.
const ATTRIBUTES_MAX: usize = 64;

/// What a document turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    Feed,
    /// Well formed as far as it goes, of another vocabulary.
    Other,
    /// A page for people.
    Html,
    /// A service's own word for a refusal.
    Error,
    /// No markup at all.
    None,
}

/// An element that is open.
struct Frame<'t> {
    name: &'t str,
    element: Element,
    /// The `xml:base` that stands at it, resolved.
    base: Option<String>,
}

/// A field whose text is being collected.
struct Capture {
    field: Field,
    mode: Mode,
    /// Frames below it when it started, its own not counted.
    depth: usize,
    text: String,
    /// Markup stood inside.
    nested: bool,
    /// A person's `name` has been read: what follows is an address.
    named: bool,
}

struct Walk<'t> {
    text: &'t str,
    url: &'t str,
    prefixes: Prefixes<'t>,
    frames: Vec<Frame<'t>>,
    capture: Option<Capture>,
    entry: Option<(Entry, usize)>,
    feed: Feed,
    home: Option<String>,
    /// Text constructs are plain unless they say otherwise.
    atom: bool,
    document: Document,
}

/// Reads what there is.
pub(crate) fn feed(text: &str, url: &str) -> (Feed, Document) {
    let mut walk = Walk {
        text,
        url,
        prefixes: Prefixes::default(),
        frames: Vec::new(),
        capture: None,
        entry: None,
        feed: Feed::default(),
        home: None,
        atom: false,
        document: Document::None,
    };
    let (mut start, mut effort) = (0, 0);
    // A stray `<` costs the way to the next `>`; markup that is never closed costs the way to the end.
    while effort < EFFORT_MAX_PER_BYTE * text.len()
        && let Some((next, cost)) = walk.read_from(start)
    {
        start = next;
        effort += cost + RESUME_COST;
    }
    walk.finish_capture();
    walk.finish_entry();
    (walk.feed, walk.document)
}

impl<'t> Walk<'t> {
    /// Reads on from a byte; gives where to go on after markup that cannot be read, and how much of it was looked at.
    fn read_from(&mut self, start: usize) -> Option<(usize, usize)> {
        let mut reader = Reader::from_str(self.text.get(start..)?);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        loop {
            let at = start + usize::try_from(reader.buffer_position()).ok()?;
            match reader.read_event() {
                Ok(Event::Start(tag) | Event::Empty(tag)) if !is_name(tag.name().as_ref()) => {
                    self.say("<", true);
                    return Some((at + 1, start + usize::try_from(reader.buffer_position()).ok()? - at));
                }
                Ok(Event::Start(tag)) => self.open(&tag, at),
                Ok(Event::Empty(tag)) => {
                    let depth = self.frames.len();
                    self.open(&tag, at);
                    self.close_to(depth);
                }
                Ok(Event::End(tag)) => {
                    let name = tag.name();
                    let open = self.frames.iter().rposition(|frame| frame.name.eq_ignore_ascii_case(name.as_ref()));
                    if let Some(depth) = open {
                        self.close_to(depth);
                    }
                }
                Ok(Event::Text(text)) => self.say(&text, false),
                Ok(Event::CData(text)) => self.say(&text, false),
                Ok(Event::GeneralRef(name)) => {
                    let text = html::entity(&name);
                    self.say(&text, false);
                }
                Ok(Event::Eof) => return None,
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
                Err(_) => return self.after_broken(at).map(|next| (next, self.text.len() - at)),
            }
            if self.feed.entries.len() >= ENTRIES_MAX {
                return None;
            }
        }
    }

    /// Steps over what opens the markup that cannot be read; a character data section that is never closed is text.
    fn after_broken(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let open = rest.find('<')?;
        let rest = rest.get(open..)?;
        let skipped = if rest.starts_with("<![CDATA[") { "<![CDATA[".len() } else { 1 };
        if skipped == 1 && !rest.starts_with("<!") && !rest.starts_with("<?") {
            self.say("<", true);
        }
        Some(at + open + skipped)
    }

    fn open(&mut self, tag: &BytesStart<'_>, at: usize) {
        let name = tag.name();
        // The name as it stands in the text, which outlives the event.
        let name = self.text.get(at + 1..at + 1 + name.as_ref().len()).unwrap_or_default();
        let attributes = Attributes::of(tag, self.text, &mut self.prefixes);
        let element = self.prefixes.element(name, attributes.xmlns.as_deref());
        if self.frames.is_empty() && self.document != Document::Feed {
            self.begin(element, &attributes);
        }
        if element == Element::Feed {
            self.document = Document::Feed;
        }
        self.end_field_before(element);
        if let Some(capture) = &mut self.capture {
            capture.nested = true;
            capture.enter(element, name);
        } else if element == Element::Entry {
            self.document = Document::Feed;
            self.finish_entry();
            self.entry = Some((Entry::default(), self.frames.len()));
        }
        let base = attributes.base.as_deref().and_then(|base| link::resolve(self.base(), base));
        // What lies deeper than any feed does is not looked into: each look goes through all that is open.
        if self.frames.len() >= DEPTH_MAX {
            return;
        }
        self.frames.push(Frame { name, element, base });
        if self.capture.is_none() {
            self.enter(element, &attributes);
        }
    }

    /// The first element says what the document is.
    fn begin(&mut self, element: Element, attributes: &Attributes) {
        self.document = match element {
            Element::Html => Document::Html,
            Element::Error => Document::Error,
            _ => Document::Other,
        };
        self.atom = element == Element::Entry || attributes.xmlns.as_deref().is_some_and(|it| it.contains("tom"));
        if let Some(language) = &attributes.language {
            self.feed.language = Some(language.clone());
        }
    }

    /// A field that was never closed ends where the entry's next field starts.
    fn end_field_before(&mut self, element: Element) {
        let Some(capture) = &self.capture else { return };
        let starts_another = match element {
            Element::Entry => true,
            Element::Title | Element::Link | Element::Guid | Element::Published | Element::Summary => {
                !capture.nested && capture.mode != Mode::Xhtml && capture.field != Field::Author
            }
            _ => false,
        };
        if starts_another {
            let depth = capture.depth;
            self.close_to(depth);
        }
    }

    /// What an element outside of any field means.
    fn enter(&mut self, element: Element, attributes: &Attributes) {
        let base = self.base().to_owned();
        let aside = self.is_aside();
        if let (Some((entry, _)), false) = (&mut self.entry, aside) {
            let resolved = |reference: &Option<String>| reference.as_deref().and_then(|it| link::resolve(&base, it));
            match element {
                Element::Entry => {
                    entry.link(5, resolved(&attributes.about));
                    entry.link(0, resolved(&attributes.href));
                    entry.language.clone_from(&attributes.language);
                }
                Element::Link => entry.link(attributes.rank(), resolved(&attributes.href)),
                Element::Enclosure => entry.link(7, resolved(&attributes.url)),
                Element::Category => {
                    let named = attributes.label.as_deref().or(attributes.term.as_deref()).unwrap_or_default();
                    entry.category(html::text(named));
                }
                _ => {}
            }
        } else if element == Element::Link && self.home.is_none() && !aside && attributes.rank() == 0 {
            self.home = attributes.href.as_deref().and_then(|href| link::resolve(&base, href));
        }
        let Some(field) = Field::of(element) else { return };
        if aside || attributes.href.is_some() && field == Field::Link {
            return;
        }
        let mode = Mode::of(element, attributes.kind.as_deref(), attributes.mode.as_deref(), self.atom);
        let permalink = attributes.permalink.as_deref().is_none_or(|it| !it.trim().eq_ignore_ascii_case("false"));
        if mode == Mode::Binary || field == Field::Guid && !permalink {
            return;
        }
        let depth = self.frames.len().saturating_sub(1);
        self.capture = Some(Capture { field, mode, depth, text: String::new(), nested: false, named: false });
    }

    fn say(&mut self, text: &str, broken: bool) {
        let Some(capture) = &mut self.capture else { return };
        let deep = self.frames.len() > capture.depth + 1;
        if capture.text.len() > FIELD_BYTES_MAX || capture.named {
            return;
        }
        // Inside of real markup, what looks like markup is text.
        if capture.mode == Mode::Xhtml
            || deep && capture.field != Field::Author
            || broken && capture.mode != Mode::Plain
        {
            for c in text.chars() {
                match c {
                    '<' => capture.text.push_str("&lt;"),
                    '&' => capture.text.push_str("&amp;"),
                    c => capture.text.push(c),
                }
            }
        } else {
            capture.text.push_str(text);
        }
    }

    /// Closes every frame above the first `depth`.
    fn close_to(&mut self, depth: usize) {
        while self.frames.len() > depth {
            let Some(frame) = self.frames.pop() else { return };
            match &mut self.capture {
                Some(capture) if self.frames.len() > capture.depth => capture.leave(frame.element, frame.name),
                Some(_) => self.finish_capture(),
                None => {}
            }
            if self.entry.as_ref().is_some_and(|(_, depth)| self.frames.len() <= *depth) {
                self.finish_entry();
            }
        }
    }

    fn finish_entry(&mut self) {
        if let Some((entry, _)) = self.entry.take()
            && entry.says_something()
        {
            self.feed.entries.push(entry);
        }
    }

    fn finish_capture(&mut self) {
        let Some(capture) = self.capture.take() else { return };
        let base = self.base().to_owned();
        match &mut self.entry {
            Some((entry, _)) => capture.field.keep(entry, capture.mode, capture.nested, &capture.text, &base),
            None => match capture.field {
                Field::Language => {
                    self.feed.language = Some(capture.text.trim().to_owned()).filter(|it| !it.is_empty())
                }
                Field::Link if self.home.is_none() => self.home = link::resolve(self.url, &capture.text),
                _ => {}
            },
        }
    }

    /// What relative links are seen from.
    fn base(&self) -> &str {
        let said = self.frames.iter().rev().find_map(|frame| frame.base.as_deref());
        said.or(self.home.as_deref()).unwrap_or(self.url)
    }

    /// Whether a thing of its own is open within the entry or feed, its own frame not counted.
    fn is_aside(&self) -> bool {
        let from = self.entry.as_ref().map_or(0, |(_, depth)| *depth);
        self.frames.iter().skip(from).any(|frame| frame.element == Element::Aside)
    }
}

impl Capture {
    fn enter(&mut self, element: Element, name: &str) {
        match self.field {
            Field::Author if element == Element::Name => self.text.clear(),
            Field::Author => {}
            _ => self.tag("<", name),
        }
    }

    fn leave(&mut self, element: Element, name: &str) {
        match self.field {
            Field::Author => self.named |= element == Element::Name,
            _ => self.tag("</", name),
        }
    }

    fn tag(&mut self, open: &str, name: &str) {
        if self.text.len() < FIELD_BYTES_MAX {
            self.text.push_str(open);
            self.text.push_str(name.rsplit(':').next().unwrap_or_default());
            self.text.push('>');
        }
    }
}

/// Whether a `<` before it opened a tag and was no sign of comparison.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The attributes that mean something, of any element.
#[derive(Default)]
struct Attributes {
    xmlns: Option<String>,
    base: Option<String>,
    language: Option<String>,
    href: Option<String>,
    url: Option<String>,
    rel: Option<String>,
    kind: Option<String>,
    mode: Option<String>,
    about: Option<String>,
    term: Option<String>,
    label: Option<String>,
    permalink: Option<String>,
}

impl Attributes {
    fn of<'t>(tag: &BytesStart<'_>, text: &'t str, prefixes: &mut Prefixes<'t>) -> Self {
        let mut found = Self::default();
        for attribute in tag.html_attributes().with_checks(false).take(ATTRIBUTES_MAX).flatten() {
            let name = attribute.key.as_ref();
            if let Some(prefix) = name.strip_prefix("xmlns:") {
                if prefixes.is_full() {
                    continue;
                }
                // The prefix as it stands in the text, which outlives the event.
                let at = text.find(prefix).unwrap_or_default();
                prefixes.declare(text.get(at..at + prefix.len()).unwrap_or_default(), &attribute.value);
                continue;
            }
            let place = match name.to_ascii_lowercase().as_str() {
                "xmlns" => &mut found.xmlns,
                "xml:base" | "base" => &mut found.base,
                "xml:lang" | "lang" => &mut found.language,
                "href" => &mut found.href,
                "url" => &mut found.url,
                "rel" => &mut found.rel,
                "type" => &mut found.kind,
                "mode" => &mut found.mode,
                "rdf:about" | "about" => &mut found.about,
                "term" => &mut found.term,
                "label" => &mut found.label,
                "ispermalink" => &mut found.permalink,
                _ => continue,
            };
            *place = Some(field::plain(&attribute.value));
        }
        found
    }

    /// How good a link is: to the entry itself, then to what it tells of.
    fn rank(&self) -> u8 {
        match self.rel.as_deref().map(str::trim) {
            None | Some("alternate" | "") => u8::from(self.kind.as_deref().is_some_and(|it| !it.contains("html"))),
            Some("related" | "via") => 6,
            Some("enclosure") => 7,
            Some(_) => 8,
        }
    }
}
