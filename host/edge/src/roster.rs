//! The components of a target by name, for rooms that call them by position.
//!
//! Takes the digests of a bundle; gives each connector its position and all digests in the order that receipts have.
//! Why it is so: Spin calls connectors through numbered imports and Workers through an array of modules; which number is
//! whose must be decided once, by the order of names, when a bundle is built and when it runs.

/// Who is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    digests: Vec<(String, String)>,
    connectors: Vec<String>,
}

impl Roster {
    /// Of the digests of all components: `functions/NAME` and `connectors/NAME`, each `sha256:HEX`.
    #[must_use]
    pub fn new(mut digests: Vec<(String, String)>) -> Self {
        digests.sort();
        digests.dedup_by(|one, other| one.0 == other.0);
        let connectors = digests.iter().filter_map(|(name, _)| name.strip_prefix("connectors/")).map(str::to_owned);
        Self { connectors: connectors.collect(), digests }
    }

    /// What `Rooms::digests` gives.
    #[must_use]
    pub fn digests(&self) -> Vec<(String, String)> {
        self.digests.clone()
    }

    /// The connectors, in order of their positions.
    #[must_use]
    pub fn connectors(&self) -> &[String] {
        &self.connectors
    }

    /// The position of a connector.
    #[must_use]
    pub fn position(&self, connector: &str) -> Option<usize> {
        self.connectors.binary_search_by(|name| name.as_str().cmp(connector)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_names_in_order() {
        let digest = |name: &str| (name.to_owned(), format!("sha256:{name}"));
        let names = ["functions/auth", "connectors/rest", "connectors/a-b", "connectors/feed", "connectors/ab"];
        let roster = Roster::new(names.map(digest).into());
        assert_eq!(roster.connectors(), ["a-b", "ab", "feed", "rest"]);
        assert_eq!((roster.position("feed"), roster.position("auth"), roster.position("z")), (Some(2), None, None));
        let digests = roster.digests();
        assert!(digests.is_sorted() && digests.len() == 5);
    }
}
