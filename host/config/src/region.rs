//! `[region]`: where the machines stand, and what may be asked and kept there.

use serde::Deserialize;
use std::str::FromStr;
use zero_pipeline::rules::{Jurisdiction, Resting, Rules, Tag, WORDS_MAX};

/// Bytes of a region's name: it stands in file names and references.
const NAME_BYTES_MAX: usize = 64;

/// The `[region]` table of a configuration file: every key may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RegionTable {
    name: String,
    jurisdiction: String,
    personal_data: PersonalData,
    sources: SourceRules,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SourceRules {
    allowed: Vec<String>,
    denied: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "`personal_data` is `\"anywhere\"`, or a list of jurisdictions such as `[\"EU\"]`")]
enum PersonalData {
    Word(Anywhere),
    In(Vec<String>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Anywhere {
    Anywhere,
}

impl Default for PersonalData {
    fn default() -> Self {
        Self::Word(Anywhere::Anywhere)
    }
}

impl RegionTable {
    /// The region's name and rules.
    ///
    /// # Errors
    /// Names the key that is wrong.
    pub(crate) fn read(self) -> Result<(String, Rules), String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.len() > NAME_BYTES_MAX || !self.name.bytes().all(plain) {
            let name = self.name.escape_default();
            return Err(format!("`name` is at most {NAME_BYTES_MAX} of a-z, 0-9 and `-`, not `{name}`"));
        }
        let jurisdiction = match self.jurisdiction.as_str() {
            "" => None,
            code => Some(code.parse().map_err(|wrong| format!("`jurisdiction`: {wrong}"))?),
        };
        let personal_data = match self.personal_data {
            PersonalData::Word(Anywhere::Anywhere) => Resting::Anywhere,
            PersonalData::In(places) => Resting::In(list::<Jurisdiction>("personal_data", &places)?),
        };
        let rules = Rules {
            jurisdiction,
            personal_data,
            allowed: list::<Tag>("sources.allowed", &self.sources.allowed)?,
            denied: list::<Tag>("sources.denied", &self.sources.denied)?,
        };
        Ok((self.name, rules))
    }
}

fn list<T: FromStr<Err = String>>(key: &str, texts: &[String]) -> Result<Vec<T>, String> {
    if texts.len() > WORDS_MAX {
        return Err(format!("`{key}` has {} entries, over the limit of {WORDS_MAX}", texts.len()));
    }
    texts.iter().map(|text| text.parse().map_err(|wrong| format!("`{key}`: {wrong}"))).collect()
}

#[cfg(test)]
mod tests {
    use crate::Config;
    use zero_pipeline::rules::Resting;

    #[test]
    fn a_region_says_where_it_is_and_what_it_may() {
        let text = "[region]\nname = \"eu-west\"\njurisdiction = \"IE\"\npersonal_data = [\"EU\", \"NO\"]\n\
                    [region.sources]\ndenied = [\"category:social\"]\n";
        let config = Config::from_toml(text).unwrap();
        let rules = &config.pipeline.rules;
        assert_eq!((config.region.as_str(), rules.denied[0].to_string().as_str()), ("eu-west", "category:social"));
        assert!(rules.personal_may_rest());
        let anywhere = Config::from_toml("[region]\npersonal_data = \"anywhere\"").unwrap();
        assert_eq!(anywhere.pipeline.rules.personal_data, Resting::Anywhere);
    }

    #[test]
    fn a_wrong_word_is_named() {
        for (text, words) in [
            ("colour = 1", "unknown field `colour`"),
            ("name = \"EU West\"", "`name`"),
            ("jurisdiction = \"Ireland\"", "`jurisdiction`: `Ireland`"),
            ("personal_data = \"nowhere\"", "`[\"EU\"]`"),
            ("personal_data = [\"Europe\"]", "`personal_data`: `Europe`"),
            ("sources.denied = [\"news\"]", "`sources.denied`: `news` is no tag"),
            ("sources.forbidden = []", "unknown field `forbidden`"),
        ] {
            let error = format!("{:#}", Config::from_toml(&format!("[region]\n{text}")).unwrap_err());
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
