//! The table, compiled in: one row for each country or territory, fields as `../data/generate.py` writes them.

use core::cmp::Ordering;
use std::collections::BTreeSet;

/// In the order of the ISO codes, after a line of headings.
const TABLE: &str = include_str!("../data/countries.tsv");
/// The first words of all names, in order, with the codes of those that are called so: reading all of the table takes
/// longer than all the rest of a call.
const WORDS: &str = include_str!("../data/words.tsv");

/// One row. Lists are separated by `;`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Country {
    pub(crate) alpha2: &'static str,
    pub(crate) alpha3: &'static str,
    pub(crate) numeric: &'static str,
    article: &'static str,
    pub(crate) name: &'static str,
    pub(crate) status: &'static str,
    /// Empty where there is none, or none that is agreed on.
    pub(crate) capital: &'static str,
    continents: &'static str,
    pub(crate) region: &'static str,
    pub(crate) area_km2: &'static str,
    currencies: &'static str,
    languages: &'static str,
    pub(crate) calling: &'static str,
    pub(crate) tld: &'static str,
    borders: &'static str,
    pub(crate) demonym: &'static str,
    /// `left`, `right` or empty.
    pub(crate) drives: &'static str,
    names: &'static str,
    /// A sentence about the capital, where one name does not tell it all.
    pub(crate) note: &'static str,
    capital_names: &'static str,
}

/// Every country and territory, in the order of their ISO codes.
pub(crate) fn all() -> impl Iterator<Item = Country> {
    TABLE.lines().filter(|line| !line.starts_with('#')).map(Country::read)
}

/// The country of an ISO 3166-1 alpha-2 code.
pub(crate) fn by_code(alpha2: &str) -> Option<Country> {
    row(TABLE, alpha2).map(Country::read)
}

/// The country of an ISO 3166-1 alpha-3 code.
pub(crate) fn by_long_code(alpha3: &str) -> Option<Country> {
    TABLE.lines().find(|line| line.split('\t').nth(1) == Some(alpha3)).map(Country::read)
}

/// The countries with a name that begins with one of these words, in the order of their codes.
pub(crate) fn named<'t>(words: impl Iterator<Item = &'t str>) -> impl Iterator<Item = Country> {
    let codes = words.filter_map(|word| row(WORDS, word)?.split_once('\t'));
    let codes: BTreeSet<&str> = codes.flat_map(|(_, codes)| codes.split(' ')).collect();
    codes.into_iter().filter_map(by_code)
}

/// The row of a sorted table that begins with this field: the text is halved until it is found.
fn row(table: &'static str, first: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, table.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let (before, after) = (table.as_bytes().get(low..middle)?, table.as_bytes().get(middle..high)?);
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(low, |at| low + at + 1);
        let end = after.iter().position(|&byte| byte == b'\n').map_or(high, |at| middle + at);
        let row = table.get(start..end)?;
        match row.split('\t').next().unwrap_or_default().cmp(first) {
            Ordering::Less => low = end + 1,
            Ordering::Equal => return Some(row),
            Ordering::Greater => high = start,
        }
    }
    None
}

impl Country {
    fn read(line: &'static str) -> Self {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        Self {
            alpha2: next(),
            alpha3: next(),
            numeric: next(),
            article: next(),
            name: next(),
            status: next(),
            capital: next(),
            continents: next(),
            region: next(),
            area_km2: next(),
            currencies: next(),
            languages: next(),
            calling: next(),
            tld: next(),
            borders: next(),
            demonym: next(),
            drives: next(),
            names: next(),
            note: next(),
            capital_names: next(),
        }
    }

    /// The name as it stands inside a sentence: "the Netherlands".
    pub(crate) fn in_sentence(&self) -> String {
        if self.article.is_empty() { self.name.to_owned() } else { format!("{} {}", self.article, self.name) }
    }

    /// Names as questions write them, in the normal form of [`crate::text::normal`].
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        list(self.names)
    }

    /// Names of the capital, in the same form.
    pub(crate) fn capital_names(&self) -> impl Iterator<Item = &'static str> {
        list(self.capital_names)
    }

    pub(crate) fn continents(&self) -> impl Iterator<Item = &'static str> {
        list(self.continents)
    }

    pub(crate) fn languages(&self) -> impl Iterator<Item = &'static str> {
        list(self.languages)
    }

    pub(crate) fn borders(&self) -> impl Iterator<Item = &'static str> {
        list(self.borders)
    }

    /// ISO 4217 codes with English names.
    pub(crate) fn currencies(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        list(self.currencies).filter_map(|entry| entry.split_once(':'))
    }

    /// Calling codes without the plus sign, digits and hyphens.
    pub(crate) fn calling_codes(&self) -> impl Iterator<Item = &'static str> {
        self.calling.split(", ").filter(|code| !code.is_empty())
    }

    /// Whether it lies on this continent or in this region, in lower case.
    pub(crate) fn lies_in(&self, area: &str) -> bool {
        let in_continent = self.continents().any(|continent| continent.eq_ignore_ascii_case(area));
        in_continent || self.region.eq_ignore_ascii_case(area)
    }
}

fn list(field: &'static str) -> impl Iterator<Item = &'static str> {
    field.split(';').filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normal;
    use std::collections::BTreeMap;

    #[test]
    fn the_table_is_whole() {
        let members = all().filter(|country| country.status == "member").count();
        assert_eq!(members, 193, "members of the United Nations");
        for country in all() {
            assert_eq!(country.alpha2.len(), 2, "{country:?}");
            assert!(country.area_km2.parse::<f64>().is_ok_and(|area| area > 0.0), "{country:?}");
            assert!(["left", "right", ""].contains(&country.drives), "{country:?}");
            for (code, _) in country.currencies() {
                assert!(code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()), "{country:?}");
            }
            if country.status == "member" {
                assert!(country.languages().count() > 0 && country.currencies().count() > 0, "{country:?}");
                assert!(!country.demonym.is_empty() && !country.calling.is_empty(), "{country:?}");
                assert!(!country.capital.is_empty() || !country.note.is_empty(), "{country:?}");
            }
        }
    }

    #[test]
    fn every_row_is_found_and_no_other() {
        for country in all() {
            assert_eq!(by_code(country.alpha2).map(|found| found.name), Some(country.name));
            assert_eq!(by_long_code(country.alpha3).map(|found| found.name), Some(country.name));
            for name in country.names() {
                let first = name.split(' ').next();
                assert!(named(first.into_iter()).any(|found| found.alpha2 == country.alpha2), "{name}");
            }
        }
        for none in ["", "#", "A", "AAA", "ZZ", "ad", "é", "\n", "\t"] {
            assert!(by_code(none).is_none() && named([none].into_iter()).next().is_none(), "`{none}`");
        }
    }

    #[test]
    fn the_words_are_those_of_the_table() {
        let mut words: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for country in all() {
            for word in country.names().filter_map(|name| name.split(' ').next()) {
                words.entry(word).or_default().insert(country.alpha2);
            }
        }
        let line = |(word, codes): (&&str, &BTreeSet<&str>)| {
            format!("{word}\t{}\n", codes.iter().copied().collect::<Vec<_>>().join(" "))
        };
        let expected: String = words.iter().map(line).collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/words.tsv");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, &expected).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), expected, "run this test with UPDATE_EXPECT=1");
    }

    #[test]
    fn borders_have_two_sides() {
        for country in all() {
            for code in country.borders() {
                let other = by_code(code).unwrap_or_else(|| panic!("{code} in {country:?}"));
                assert!(other.borders().any(|back| back == country.alpha2), "{} - {code}", country.alpha2);
            }
        }
    }

    #[test]
    fn names_are_normal_and_belong_to_one_country() {
        let mut owners = BTreeMap::new();
        for country in all() {
            assert_eq!(country.names().next(), Some(normal(country.name).as_str()));
            for name in country.names().chain(country.capital_names()) {
                assert_eq!(name, normal(name));
            }
            for name in country.names() {
                assert_eq!(owners.insert(name, country.alpha2), None, "{name}");
            }
        }
    }
}
