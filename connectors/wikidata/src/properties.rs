//! The properties of Wikidata that questions ask for, and the words they ask with.

/// In the order in which an entity is described when nothing in particular is asked of it, after a line of headings.
/// The words are lower case, phrases parted by `|`.
const TABLE: &str = include_str!("../data/properties.tsv");

/// What a property's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Person,
    Place,
    Organisation,
    Item,
    Time,
    Quantity,
    Text,
    Url,
    Coordinates,
}

impl Holds {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "person" => Self::Person,
            "place" => Self::Place,
            "organisation" => Self::Organisation,
            "item" => Self::Item,
            "time" => Self::Time,
            "quantity" => Self::Quantity,
            "text" => Self::Text,
            "url" => Self::Url,
            "coordinates" => Self::Coordinates,
            _ => return None,
        })
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property {
    pub(crate) id: u32,
    pub(crate) holds: Holds,
    /// English, lower case: a claim's property.
    pub(crate) name: &'static str,
    words: &'static str,
}

impl Property {
    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let id = fields.next()?.parse().ok()?;
        let holds = Holds::named(fields.next()?)?;
        Some(Self { id, holds, name: fields.next()?, words: fields.next()? })
    }

    /// Words and phrases that ask for it.
    pub(crate) fn phrases(self) -> impl Iterator<Item = &'static str> {
        self.words.split('|')
    }
}

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = Property> {
    TABLE.lines().skip(1).filter_map(Property::read)
}

/// By its number.
pub(crate) fn by_id(id: u32) -> Option<Property> {
    all().find(|property| property.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert_eq!(all().count(), TABLE.lines().count() - 1);
        for property in all() {
            assert_eq!(by_id(property.id).map(|found| found.name), Some(property.name), "P{} twice", property.id);
            assert!(property.phrases().all(|phrase| !phrase.is_empty() && phrase == phrase.to_lowercase()));
        }
    }
}
