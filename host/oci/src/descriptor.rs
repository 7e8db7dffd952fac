//! What a connector is and may ever ask for, as its artifact says it before any code is fetched.

use crate::{Error, Kind, Result, limits};
use serde::{Deserialize, Serialize};
use zero_types::Named as _;

/// The member of the config that holds the descriptor.
///
/// It carries a version of its own: a field more could be a permission more, so readers refuse members they do not
/// know, and a wider descriptor gets a new name.
pub const DESCRIPTOR_KEY: &str = "zero.connector.v1";

/// What a connector is and may ever ask for.
///
/// This is its publisher's word, under their signature. Whoever runs the component compares it with what `describe`
/// says (`Descriptor::of(...) == inspected.descriptor`), so that consent is given to what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Descriptor {
    /// The connector's name, such as `tides`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One line for people.
    pub summary: String,
    /// The version of `zero:connector` it was built for, such as `0.1.0`.
    pub interface_version: String,
    /// Hosts its requests may name.
    pub hosts: Vec<String>,
    /// Secrets it may ask the host to add.
    pub credentials: Vec<Slot>,
    /// What a source may set.
    pub settings: Vec<Slot>,
    /// Kinds of question it can answer, in the contract's words: `how-to`, `weather`.
    pub kinds: Vec<String>,
}

/// A credential or a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// One line for people.
    pub summary: String,
    /// Whether the connector is of no use without it.
    pub required: bool,
}

impl Descriptor {
    /// What a component's `describe` said, with the interface version it is stamped with.
    #[must_use]
    pub fn of(said: &zero_types::connector::Descriptor, interface_version: &str) -> Self {
        let slot = |name: &str, summary: &str, required| Slot { name: name.into(), summary: summary.into(), required };
        Self {
            name: said.name.clone(),
            version: said.version.clone(),
            summary: said.summary.clone(),
            interface_version: interface_version.to_owned(),
            hosts: said.hosts.clone(),
            credentials: said.credentials.iter().map(|it| slot(&it.name, &it.summary, it.required)).collect(),
            settings: said.settings.iter().map(|it| slot(&it.name, &it.summary, it.required)).collect(),
            kinds: said.kinds.iter().map(|&kind| kind.name().to_owned()).collect(),
        }
    }

    /// Whether it is fit to be shown to a person and held against a policy: bounded, and without control characters,
    /// which a terminal would act on.
    pub(crate) fn check(&self) -> std::result::Result<(), String> {
        let slots = self.credentials.iter().chain(&self.settings);
        let texts = [&self.name, &self.version, &self.summary, &self.interface_version].into_iter();
        let texts = texts.chain(&self.hosts).chain(&self.kinds).chain(slots.flat_map(|it| [&it.name, &it.summary]));
        for text in texts {
            if text.len() > limits::TEXT_BYTES_MAX {
                return Err(format!("a text of it is over the limit of {} bytes", limits::TEXT_BYTES_MAX));
            }
            if text.chars().any(is_unfit) {
                return Err(format!("`{}` has control characters", crate::error::quoted(text)));
            }
        }
        let lists = [self.hosts.len(), self.credentials.len(), self.settings.len(), self.kinds.len()];
        if lists.iter().any(|&entries| entries > limits::ENTRIES_MAX) {
            return Err(format!("a list of it is over the limit of {} entries", limits::ENTRIES_MAX));
        }
        let empty = [("name", &self.name), ("version", &self.version), ("interfaceVersion", &self.interface_version)];
        empty
            .iter()
            .find(|(_, text)| text.is_empty())
            .map_or(Ok(()), |(field, _)| Err(format!("its `{field}` is empty")))
    }

    pub(crate) fn check_publishable(&self) -> Result<()> {
        self.check().map_err(|why| {
            let next = "correct what the connector's `describe` says, and build it again";
            Error::new(Kind::Unpublishable, format!("the descriptor cannot be published: {why}"), next)
        })
    }
}

/// Control characters, and those that turn the direction of text.
fn is_unfit(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
