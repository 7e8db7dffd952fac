//! JSON Feed 1 and 1.1.
//!
//! Takes: a body. Gives: a feed. Fails: with what is wrong when it is no JSON object. Limits: as XML; only values that are
//! asked for are built. Why it is so: a value of another type than the format says is as good as absent, and must not cost
//! the entries beside it.

use crate::entry::{ENTRIES_MAX, Entry, Feed};
use crate::{date, html, link};
use core::fmt;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Document<'b> {
    #[serde(borrow)]
    language: Option<&'b RawValue>,
    #[serde(borrow)]
    home_page_url: Option<&'b RawValue>,
    #[serde(borrow)]
    author: Option<&'b RawValue>,
    #[serde(borrow)]
    authors: Option<&'b RawValue>,
    #[serde(borrow)]
    items: Option<&'b RawValue>,
}

#[derive(Deserialize)]
struct Item<'b> {
    #[serde(borrow)]
    id: Option<&'b RawValue>,
    #[serde(borrow)]
    url: Option<&'b RawValue>,
    #[serde(borrow)]
    external_url: Option<&'b RawValue>,
    #[serde(borrow)]
    title: Option<&'b RawValue>,
    #[serde(borrow)]
    summary: Option<&'b RawValue>,
    #[serde(borrow)]
    content_text: Option<&'b RawValue>,
    #[serde(borrow)]
    content_html: Option<&'b RawValue>,
    #[serde(borrow)]
    date_published: Option<&'b RawValue>,
    #[serde(borrow)]
    date_modified: Option<&'b RawValue>,
    #[serde(borrow)]
    author: Option<&'b RawValue>,
    #[serde(borrow)]
    authors: Option<&'b RawValue>,
    #[serde(borrow)]
    tags: Option<&'b RawValue>,
    #[serde(borrow)]
    language: Option<&'b RawValue>,
}

#[derive(Deserialize)]
struct Person<'b> {
    #[serde(borrow)]
    name: Option<&'b RawValue>,
}

/// Reads a feed; `url` is where it came from.
pub(crate) fn feed(text: &str, url: &str) -> Result<Feed, String> {
    let document: Document<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Some(items) = document.items else { return Err("it has no `items`".to_owned()) };
    let home = string(document.home_page_url).and_then(|home| link::resolve(url, &home));
    let base = home.as_deref().unwrap_or(url);
    let author = people(document.author, document.authors);
    let entries = list(items).into_iter().filter_map(|item| serde_json::from_str::<Item<'_>>(item.get()).ok());
    let entries = entries.map(|item| entry(&item, base, &author)).filter(Entry::says_something).collect();
    Ok(Feed { language: string(document.language), entries })
}

fn entry(item: &Item<'_>, base: &str, feed_author: &str) -> Entry {
    let plain = |value| string(value).map(|text| html::squeeze(&text)).unwrap_or_default();
    let mut entry = Entry {
        title: plain(item.title),
        summary: plain(item.summary),
        content: plain(item.content_text),
        published: string(item.date_published).and_then(|text| date::parse(&text)),
        updated: string(item.date_modified).and_then(|text| date::parse(&text)),
        author: people(item.author, item.authors),
        language: string(item.language),
        ..Entry::default()
    };
    if entry.content.is_empty() {
        entry.content = string(item.content_html).map(|text| html::text(&text)).unwrap_or_default();
    }
    if entry.author.is_empty() {
        feed_author.clone_into(&mut entry.author);
    }
    let id = string(item.id).filter(|id| link::is_web(id));
    for (rank, reference) in [string(item.url), id, string(item.external_url)].into_iter().enumerate() {
        let url = reference.and_then(|reference| link::resolve(base, &reference));
        entry.link(u8::try_from(rank).unwrap_or(u8::MAX), url);
    }
    for tag in item.tags.map(list).unwrap_or_default() {
        entry.category(plain(Some(tag)));
    }
    entry
}

/// Names of `authors`, or of the `author` of version 1.
fn people(one: Option<&RawValue>, many: Option<&RawValue>) -> String {
    let mut people = many.map(list).unwrap_or_default();
    if people.is_empty() {
        people.extend(one);
    }
    let name =
        |person: &&RawValue| serde_json::from_str::<Person<'_>>(person.get()).ok().and_then(|it| string(it.name));
    let names: Vec<String> = people.iter().take(8).filter_map(name).map(|name| html::squeeze(&name)).collect();
    names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A string, or a number as it is written.
fn string(value: Option<&RawValue>) -> Option<String> {
    let written = value?.get();
    match written.as_bytes().first()? {
        b'"' => serde_json::from_str(written).ok(),
        b'-' | b'0'..=b'9' => Some(written.to_owned()),
        _ => None,
    }
}

/// The first elements of a list, none of anything else.
fn list(value: &RawValue) -> Vec<&RawValue> {
    struct Head;
    impl<'de> Visitor<'de> for Head {
        type Value = Vec<&'de RawValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut head = Vec::new();
            while head.len() < ENTRIES_MAX {
                match list.next_element()? {
                    Some(value) => head.push(value),
                    None => return Ok(head),
                }
            }
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(head)
        }
    }
    serde_json::Deserializer::from_str(value.get()).deserialize_seq(Head).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::feed;

    #[test]
    fn values_of_other_types_are_absent() {
        let text = r#"{"version":7,"home_page_url":"/home/","author":{"name":"Ada"},"items":[
            {"id":1,"title":["x"],"content_html":"<p>A &amp; b</p>","url":"a","tags":[1,{},"t"],"date_published":"2027-03-01"},
            7, null, {"title":"Only a title"}, {"title":{}}]}"#;
        let feed = feed(text, "https://a.example/feed.json").unwrap();
        assert_eq!(feed.entries.len(), 2);
        let first = &feed.entries[0];
        assert_eq!((first.body(), first.author.as_str(), first.categories.len()), ("A & b", "Ada", 2));
        assert_eq!(first.url.as_ref().unwrap().1, "https://a.example/home/a");
        assert_eq!(first.moment().unwrap().iso, "2027-03-01");
    }
}
