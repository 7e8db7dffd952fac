//! Where a region stands, what may be asked from there, and what may rest there.
//!
//! - **Takes** the operator's words (`[region]` of the configuration) and what a record says of itself.
//! - **Gives** the reason why a source may not be asked here, and whether what it says may be kept here.
//! - **Fails** naming the word that is no jurisdiction or no tag.
//! - **Limits**: [`WORDS_MAX`] entries in a list, [`WORD_BYTES_MAX`] bytes each.
//! - **Why it is so**: the router asks these rules for every candidate, so they hold for whatever is in the catalogue,
//!   however it came there; a region that does not say where it stands is nowhere, and the narrower answer counts.

use crate::catalogue::{Category, SourceRecord};
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// Entries of one list of rules: more is a list of sources, which `disable` is for.
pub const WORDS_MAX: usize = 256;
/// Bytes of one entry.
pub const WORD_BYTES_MAX: usize = 128;

/// Members of the European Union, by ISO 3166-1.
const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];
/// The European Economic Area has these besides.
const EEA: [&str; 3] = ["IS", "LI", "NO"];

/// Whose law holds: a country by ISO 3166-1 alpha-2, or `EU` or `EEA`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Jurisdiction(String);

impl Jurisdiction {
    /// As it was written.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }

    /// Whether all of it lies in `other`: `IE` in `EU`, and everything in itself.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let (code, eu) = (self.code(), EU.contains(&self.code()));
        match other.code() {
            "EU" => code == "EU" || eu,
            "EEA" => ["EU", "EEA"].contains(&code) || eu || EEA.contains(&code),
            other => code == other,
        }
    }

    /// Whether any of it lies in `other`: `EU` and `IE` do, both ways.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.is_within(other) || other.is_within(self)
    }
}

impl FromStr for Jurisdiction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let country = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        match text {
            "UK" => Err("`UK` is no jurisdiction: ISO 3166-1 calls it `GB`".to_owned()),
            _ if country || text == "EEA" => Ok(Self(text.to_owned())),
            _ => Err(format!(
                "`{}` is no jurisdiction: say a country by its two capital letters, such as `IE`, or `EU` or `EEA`",
                text.escape_default()
            )),
        }
    }
}

impl TryFrom<String> for Jurisdiction {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Jurisdiction> for String {
    fn from(jurisdiction: Jurisdiction) -> Self {
        jurisdiction.0
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// From where a source may be asked, by its own terms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedFrom {
    /// Only from there; empty for everywhere.
    pub regions: Vec<Jurisdiction>,
    /// Not from there.
    pub not_from: Vec<Jurisdiction>,
}

/// Where personal data may rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Resting {
    /// In every region.
    #[default]
    Anywhere,
    /// In regions that stand in one of these; in none of them when it is empty.
    In(Vec<Jurisdiction>),
}

/// What an operator can tell sources apart by: `category:social`, `licence:CC-BY-NC-*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    kind: TagKind,
    /// `*` stands for any text.
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TagKind {
    Id,
    Connector,
    Category,
    Topic,
    Licence,
    Key,
    Personal,
}

const TAG_KINDS: [(&str, TagKind); 7] = [
    ("id", TagKind::Id),
    ("connector", TagKind::Connector),
    ("category", TagKind::Category),
    ("topic", TagKind::Topic),
    ("licence", TagKind::Licence),
    ("key", TagKind::Key),
    ("personal", TagKind::Personal),
];

impl Tag {
    /// Whether a record has it. A record that says no licence has the licence `unsaid`.
    #[must_use]
    pub fn is_of(&self, record: &SourceRecord) -> bool {
        let is = |text: &str| glob(&self.value, text);
        match self.kind {
            TagKind::Id => is(&record.source.id),
            TagKind::Connector => is(&record.connector),
            TagKind::Category => record.category.is_some_and(|category| is(Category::name(category))),
            TagKind::Topic => record.source.topics.iter().any(|topic| is(topic)),
            TagKind::Licence => is(record.licence.as_deref().unwrap_or("unsaid")),
            TagKind::Key => is(record.key.name()),
            TagKind::Personal => is(if record.personal { "true" } else { "false" }),
        }
    }
}

impl FromStr for Tag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = text.split_once(':').filter(|(_, value)| !value.is_empty() && text.len() <= WORD_BYTES_MAX);
        let kind = found.and_then(|(kind, value)| {
            TAG_KINDS.iter().find(|(name, _)| *name == kind).map(|&(_, kind)| Self { kind, value: value.to_owned() })
        });
        kind.ok_or_else(|| {
            let kinds = TAG_KINDS.map(|(name, _)| format!("`{name}:`")).join(", ");
            format!("`{}` is no tag of sources: write one of {kinds} and a value", text.escape_default())
        })
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = TAG_KINDS.iter().find(|(_, kind)| *kind == self.kind).map_or("", |(name, _)| name);
        write!(f, "{kind}:{}", self.value)
    }
}

/// Whether a text is of this pattern, in which `*` stands for any text. Linear in both.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    false
}

/// The rules of one region.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// Where its machines stand; none when that is not said.
    pub jurisdiction: Option<Jurisdiction>,
    /// Where personal data may rest.
    pub personal_data: Resting,
    /// The only sources that may be asked; empty for all.
    pub allowed: Vec<Tag>,
    /// Sources that may not be asked; counts before `allowed`.
    pub denied: Vec<Tag>,
}

impl Rules {
    /// Why a source may not be asked from here; none when it may.
    #[must_use]
    pub fn denies(&self, record: &SourceRecord) -> Option<String> {
        if let Some(tag) = self.denied.iter().find(|tag| tag.is_of(record)) {
            return Some(format!("the region denies `{tag}`"));
        }
        if !self.allowed.is_empty() && !self.allowed.iter().any(|tag| tag.is_of(record)) {
            return Some("the region allows none of its tags".to_owned());
        }
        let AskedFrom { regions, not_from } = &record.asked_from;
        if regions.is_empty() && not_from.is_empty() {
            return None;
        }
        let Some(here) = &self.jurisdiction else {
            return Some("it may not be asked from everywhere, and the region does not say where it stands".to_owned());
        };
        if let Some(other) = not_from.iter().find(|other| here.overlaps(other)) {
            return Some(format!("it may not be asked from `{other}`, and the region stands in `{here}`"));
        }
        let within = regions.is_empty() || regions.iter().any(|other| here.is_within(other));
        let codes: Vec<&str> = regions.iter().map(Jurisdiction::code).collect();
        (!within)
            .then(|| format!("it may be asked from `{}` only, and the region stands in `{here}`", codes.join("`, `")))
    }

    /// Whether what this source says may be kept here beyond the question: in a cache, a report, a file.
    #[must_use]
    pub fn may_rest(&self, record: &SourceRecord) -> bool {
        !record.personal || self.personal_may_rest()
    }

    /// Whether personal data may rest here.
    #[must_use]
    pub fn personal_may_rest(&self) -> bool {
        match &self.personal_data {
            Resting::Anywhere => true,
            Resting::In(places) => {
                let here = self.jurisdiction.as_ref();
                here.is_some_and(|here| places.iter().any(|place| here.is_within(place)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn record(more: &str) -> SourceRecord {
        let text = format!(
            "connector = \"rest\"\n[[source]]\nid = \"acme-news\"\nname = \"A\"\nsummary = \"s\"\n\
             category = \"news\"\nlicence = \"CC-BY-NC-4.0\"\n{more}"
        );
        Catalogue::from_toml([("c.toml", text.as_str())]).unwrap().records()[0].as_ref().clone()
    }

    fn codes(text: &str) -> Vec<Jurisdiction> {
        text.split_whitespace().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn a_country_is_within_its_union() {
        let within = |one: &str, other: &str| codes(one)[0].is_within(&codes(other)[0]);
        assert!(within("IE", "EU") && within("IE", "EEA") && within("NO", "EEA") && within("EU", "EEA"));
        assert!(within("US", "US") && !within("NO", "EU") && !within("GB", "EU") && !within("EU", "IE"));
        assert!(codes("EU")[0].overlaps(&codes("IE")[0]) && !codes("EU")[0].overlaps(&codes("NO")[0]));
        for wrong in ["", "ie", "IRL", "UK", "I1", "ÉÉ", "*"] {
            assert!(wrong.parse::<Jurisdiction>().is_err(), "{wrong}");
        }
    }

    /// Where the region stands, what the record says of places, and a word of the reason or nothing.
    fn check_place(here: &str, says: &str, reason: &str) {
        let rules = Rules { jurisdiction: codes(here).pop(), ..Rules::default() };
        let found = rules.denies(&record(says)).unwrap_or_default();
        assert!(found.contains(reason) && found.is_empty() == reason.is_empty(), "{here}, {says}: {found}");
    }

    #[test]
    fn a_source_is_asked_from_where_its_terms_allow() {
        check_place("IE", "", "");
        check_place("", "", "");
        check_place("IE", "regions = [\"EU\"]", "");
        check_place("US", "regions = [\"EU\", \"NO\"]", "from `EU`, `NO` only");
        check_place("EU", "regions = [\"IE\"]", "from `IE` only");
        check_place("US", "not_from = [\"US\"]", "not be asked from `US`");
        check_place("EU", "not_from = [\"IE\"]", "not be asked from `IE`");
        check_place("IN", "not_from = [\"US\"]", "");
        check_place("", "not_from = [\"US\"]", "does not say where");
    }

    #[test]
    fn tags_tell_sources_apart() {
        let denies = |allowed: &[&str], denied: &[&str]| {
            let tags = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
            Rules { allowed: tags(allowed), denied: tags(denied), ..Rules::default() }.denies(&record(""))
        };
        for tag in ["id:acme-*", "connector:rest", "category:news", "licence:*NC*", "key:none", "personal:false"] {
            assert_eq!(denies(&[], &[tag]), Some(format!("the region denies `{tag}`")));
            assert_eq!(denies(&["id:other", tag], &[]), None);
        }
        for tag in ["id:acme", "licence:*-SA*", "topic:*", "category:social", "personal:true", "id:*x*"] {
            assert_eq!(denies(&[], &[tag]), None, "{tag}");
            assert!(denies(&[tag], &[]).is_some(), "{tag}");
        }
        for wrong in ["news", "colour:red", "id:", ":x", ""] {
            assert!(wrong.parse::<Tag>().unwrap_err().contains("`licence:`"), "{wrong}");
        }
    }

    #[test]
    fn personal_data_rests_where_it_may() {
        let rests = |here: &str, personal_data: Resting| {
            let rules = Rules { jurisdiction: codes(here).pop(), personal_data, ..Rules::default() };
            assert!(rules.may_rest(&record("")), "what is not personal rests everywhere");
            rules.may_rest(&record("personal = true"))
        };
        assert!(rests("", Resting::Anywhere) && rests("IE", Resting::In(codes("EU"))));
        assert!(!rests("US", Resting::In(codes("EU"))) && !rests("IE", Resting::In(Vec::new())));
        assert!(!rests("", Resting::In(codes("EU"))));
    }
}
