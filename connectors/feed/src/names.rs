//! What elements are called, in all the formats at once.
//!
//! Takes: a qualified name and the prefixes declared so far. Gives: the [`Element`]. Fails: never. Limits:
//! [`PREFIXES_MAX`] declarations. Why it is so: feeds use prefixes they do not declare and declare old or misspelt
//! namespaces, so a prefix counts by its declaration where that is known, and by its usual meaning where not.

/// Declarations that are remembered.
const PREFIXES_MAX: usize = 64;
/// Bytes of the longest name that means something.
const NAME_BYTES_MAX: usize = 24;

/// What an element means to an entry or a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    /// `feed`, `rss`, `rdf`, `channel`: a feed, but none of its entries.
    Feed,
    Entry,
    /// `source`, `image`, `textinput`, `cloud`: a thing of its own with a title and a link that are not the entry's.
    Aside,
    Title,
    /// Of `media:title` and the like: taken when nothing better is there.
    OtherTitle,
    Summary,
    OtherSummary,
    Content,
    Link,
    /// `feedburner:origlink` and the like: where the link leads in the end.
    OriginalLink,
    Guid,
    Id,
    Enclosure,
    Published,
    Updated,
    Author,
    OtherAuthor,
    /// The `name` of a person.
    Name,
    Category,
    Language,
    /// The root of a page.
    Html,
    /// The root of a refusal.
    Error,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Space {
    /// No prefix, or that of a feed format.
    Plain,
    Dublin,
    Content,
    Podcast,
    Media,
    Xhtml,
    Prism,
    FeedBurner,
    Other,
}

/// The prefixes a document declares.
#[derive(Debug, Default)]
pub(crate) struct Prefixes<'t> {
    declared: Vec<(&'t str, Space)>,
}

impl<'t> Prefixes<'t> {
    /// Whether no more are remembered.
    pub(crate) fn is_full(&self) -> bool {
        self.declared.len() >= PREFIXES_MAX
    }

    /// Remembers `xmlns:prefix="uri"`.
    pub(crate) fn declare(&mut self, prefix: &'t str, uri: &str) {
        if !self.is_full()
            && let Some(space) = space_of_uri(uri)
        {
            self.declared.push((prefix, space));
        }
    }

    /// What `name` means; `default` is the element's own `xmlns="..."`.
    pub(crate) fn element(&self, name: &str, default: Option<&str>) -> Element {
        let (space, local) = match name.split_once(':') {
            Some((prefix, local)) => {
                let declared = self.declared.iter().rev().find(|(known, _)| *known == prefix);
                (declared.map_or_else(|| space_of_prefix(prefix), |(_, space)| *space), local)
            }
            None => (default.map_or(Space::Plain, |uri| space_of_uri(uri).unwrap_or(Space::Plain)), name),
        };
        let mut lower = [0_u8; NAME_BYTES_MAX];
        let Some(lower) = lower.get_mut(..local.len()) else { return Element::Other };
        lower.copy_from_slice(local.as_bytes());
        lower.make_ascii_lowercase();
        core::str::from_utf8(lower).map_or(Element::Other, |local| named(space, local))
    }
}

fn named(space: Space, local: &str) -> Element {
    match space {
        Space::Plain => plain(local),
        Space::Dublin => dublin(local),
        Space::Content => match local {
            "encoded" => Element::Content,
            _ => Element::Other,
        },
        Space::Podcast => match local {
            "title" => Element::OtherTitle,
            "summary" | "subtitle" => Element::OtherSummary,
            "author" => Element::OtherAuthor,
            _ => Element::Other,
        },
        Space::Media => match local {
            "title" => Element::OtherTitle,
            "description" | "text" => Element::OtherSummary,
            _ => Element::Other,
        },
        Space::Xhtml => match local {
            "html" => Element::Html,
            "body" | "div" => Element::Content,
            _ => Element::Other,
        },
        Space::Prism => match local {
            "publicationdate" | "coverdate" => Element::Published,
            _ => Element::Other,
        },
        Space::FeedBurner => match local {
            "origlink" => Element::OriginalLink,
            _ => Element::Other,
        },
        Space::Other => Element::Other,
    }
}

fn plain(local: &str) -> Element {
    match local {
        "feed" | "rss" | "rdf" | "channel" | "scriptingnews" => Element::Feed,
        "item" | "entry" => Element::Entry,
        "source" | "image" | "textinput" | "cloud" | "skiphours" | "skipdays" | "generator" => Element::Aside,
        "title" => Element::Title,
        "description" | "summary" | "abstract" | "tagline" | "subtitle" => Element::Summary,
        "content" | "body" | "fullitem" => Element::Content,
        "link" => Element::Link,
        "guid" => Element::Guid,
        "id" => Element::Id,
        "enclosure" => Element::Enclosure,
        "pubdate" | "published" | "issued" | "created" => Element::Published,
        "updated" | "modified" | "lastbuilddate" | "date" => Element::Updated,
        "author" | "managingeditor" => Element::Author,
        "name" => Element::Name,
        "category" | "keywords" | "tags" => Element::Category,
        "language" => Element::Language,
        "html" => Element::Html,
        "error" | "errors" | "exception" | "fault" => Element::Error,
        _ => Element::Other,
    }
}

fn dublin(local: &str) -> Element {
    match local {
        "title" => Element::OtherTitle,
        "description" | "abstract" => Element::OtherSummary,
        "date" | "issued" | "created" | "available" => Element::Published,
        "modified" => Element::Updated,
        "creator" | "author" => Element::OtherAuthor,
        "subject" => Element::Category,
        "language" => Element::Language,
        _ => Element::Other,
    }
}

fn space_of_prefix(prefix: &str) -> Space {
    const KNOWN: &[(&str, Space)] = &[
        ("atom", Space::Plain),
        ("atom10", Space::Plain),
        ("a10", Space::Plain),
        ("rss", Space::Plain),
        ("rdf", Space::Plain),
        ("dc", Space::Dublin),
        ("dcterms", Space::Dublin),
        ("dct", Space::Dublin),
        ("content", Space::Content),
        ("itunes", Space::Podcast),
        ("googleplay", Space::Podcast),
        ("media", Space::Media),
        ("xhtml", Space::Xhtml),
        ("prism", Space::Prism),
        ("feedburner", Space::FeedBurner),
    ];
    let known = KNOWN.iter().find(|(name, _)| name.eq_ignore_ascii_case(prefix));
    known.map_or(Space::Other, |(_, space)| *space)
}

/// By what every version of a namespace has in common.
fn space_of_uri(uri: &str) -> Option<Space> {
    const KNOWN: &[(&str, Space)] = &[
        ("purl.org/dc/", Space::Dublin),
        ("purl.org/rss/1.0/modules/content", Space::Content),
        ("purl.org/rss/1.0/modules/", Space::Other),
        ("purl.org/rss/", Space::Plain),
        ("purl.org/atom/ns", Space::Plain),
        ("purl.org/net/rss", Space::Plain),
        ("www.w3.org/2005/atom", Space::Plain),
        ("www.w3.org/1999/02/22-rdf-syntax", Space::Plain),
        ("my.netscape.com/rdf/simple", Space::Plain),
        ("channel.netscape.com/rdf/simple", Space::Plain),
        ("backend.userland.com/rss", Space::Plain),
        ("backend.userland.com/creativecommons", Space::Other),
        ("podcast-1.0.dtd", Space::Podcast),
        ("schemas/play-podcasts", Space::Podcast),
        ("search.yahoo.com/mrss", Space::Media),
        ("www.w3.org/1999/xhtml", Space::Xhtml),
        ("prismstandard.org", Space::Prism),
        ("feedburner.org", Space::FeedBurner),
        ("rssnamespace.org/feedburner", Space::FeedBurner),
    ];
    let uri = uri.trim().to_ascii_lowercase();
    KNOWN.iter().find(|(part, _)| uri.contains(part)).map(|(_, space)| *space)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_the_same_under_any_prefix() {
        let mut prefixes = Prefixes::default();
        prefixes.declare("x", "http://purl.org/dc/elements/1.1/");
        prefixes.declare("dc", "http://www.w3.org/2005/Atom");
        for (name, default, element) in [
            ("pubDate", None, Element::Published),
            ("RDF:rdf", None, Element::Feed),
            ("x:creator", None, Element::OtherAuthor),
            ("dc:entry", None, Element::Entry),
            ("content:encoded", None, Element::Content),
            ("media:title", None, Element::OtherTitle),
            ("unknown:title", None, Element::Other),
            ("body", Some("http://www.w3.org/1999/xhtml"), Element::Content),
            ("title", Some("http://example.org/unknown"), Element::Title),
            ("a-name-longer-than-any-we-know", None, Element::Other),
        ] {
            assert_eq!(prefixes.element(name, default), element, "{name}");
        }
    }
}
