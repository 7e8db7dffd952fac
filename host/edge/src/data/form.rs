//! How the parts lie in the bytes: magic, version, length of the head, head, length of the index, index, records.

use super::{ConnectorFacts, DATA_BYTES_MAX, DataError};
use core::time::Duration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zero_config::{
    Admin, Config, Connections, Connectors, Credential, Egress, Federation, Identity, Server, Sources, Traffic,
};
use zero_pipeline::limits;
use zero_pipeline::route::Index;
use zero_pipeline::rules::{Jurisdiction, Resting, Rules};
use zero_pipeline::settings::Settings;

const MAGIC: [u8; 8] = *b"ZeroEdge";
/// Raised whenever the form or the meaning of any part changes, the index's words and weights included.
pub(super) const VERSION: u32 = 1;

/// What every request reads.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) region: String,
    pub(super) settings: SettingsForm,
    pub(super) egress: EgressForm,
    /// By source, then by slot.
    pub(super) credentials: BTreeMap<String, BTreeMap<String, CredentialForm>>,
    pub(super) digests: Vec<(String, String)>,
    pub(super) connectors: Vec<ConnectorFacts>,
    /// The id of each source in order, where its record begins among the records, and its length.
    pub(super) sources: Vec<(String, u32, u32)>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SettingsForm {
    portfolio_max: u32,
    connections_max: u32,
    candidates_max: u32,
    bid_min: f32,
    gather_budget_ms: u32,
    hedge: bool,
    jurisdiction: Option<Jurisdiction>,
    /// None for anywhere.
    personal_data: Option<Vec<Jurisdiction>>,
    allowed: Vec<String>,
    denied: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EgressForm {
    user_agent: Option<String>,
    allowed_hosts: Option<Vec<String>>,
    overrides: BTreeMap<String, String>,
}

/// A place for a secret; the secret itself is the runtime's to know.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CredentialForm {
    env: String,
    header: Option<String>,
    prefix: String,
    query: Option<String>,
    hosts: Vec<String>,
    path: String,
}

/// The parts, as far as they were read.
pub(super) struct Layout {
    pub(super) head: Head,
    pub(super) index: Index,
    /// Where the first record begins.
    pub(super) records_at: usize,
}

impl Head {
    pub(super) fn new(
        config: &Config,
        digests: &[(String, String)],
        connectors: &[ConnectorFacts],
        sources: Vec<(String, u32, u32)>,
    ) -> Self {
        let place = |it: &Credential| CredentialForm {
            env: it.env.clone(),
            header: it.header.clone(),
            prefix: it.prefix.clone(),
            query: it.query.clone(),
            hosts: it.hosts.clone(),
            path: it.path.clone(),
        };
        let slots =
            |slots: &BTreeMap<String, Credential>| slots.iter().map(|(slot, it)| (slot.clone(), place(it))).collect();
        Self {
            region: config.region.clone(),
            settings: SettingsForm::of(&config.pipeline),
            egress: EgressForm {
                user_agent: config.egress.user_agent.clone(),
                allowed_hosts: config.egress.allowed_hosts.clone(),
                overrides: config.egress.overrides.clone(),
            },
            credentials: config.credentials.iter().map(|(id, it)| (id.clone(), slots(it))).collect(),
            digests: digests.to_vec(),
            connectors: connectors.to_vec(),
            sources,
        }
    }
}

impl SettingsForm {
    fn of(settings: &Settings) -> Self {
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let rules = &settings.rules;
        Self {
            portfolio_max: small(settings.portfolio_max),
            connections_max: small(settings.connections_max),
            candidates_max: small(settings.candidates_max),
            bid_min: settings.bid_min,
            gather_budget_ms: u32::try_from(settings.gather_budget.as_millis()).unwrap_or(u32::MAX),
            hedge: settings.hedge,
            jurisdiction: rules.jurisdiction.clone(),
            personal_data: match &rules.personal_data {
                Resting::Anywhere => None,
                Resting::In(places) => Some(places.clone()),
            },
            allowed: rules.allowed.iter().map(ToString::to_string).collect(),
            denied: rules.denied.iter().map(ToString::to_string).collect(),
        }
    }

    fn read(self) -> Result<Settings, String> {
        let tags = |texts: Vec<String>| texts.iter().map(|text| text.parse()).collect::<Result<_, String>>();
        let gather_budget = Duration::from_millis(u64::from(self.gather_budget_ms));
        let within = (1..=limits::CANDIDATES_MAX as u32).contains(&self.portfolio_max)
            && (1..=1024).contains(&self.connections_max)
            && (1..=4096).contains(&self.candidates_max)
            && (0.0..=1.0).contains(&self.bid_min)
            && gather_budget <= limits::GATHER_BUDGET_MAX;
        if !within {
            return Err("a limit is out of its range".to_owned());
        }
        Ok(Settings {
            portfolio_max: self.portfolio_max as usize,
            connections_max: self.connections_max as usize,
            candidates_max: self.candidates_max as usize,
            bid_min: self.bid_min,
            gather_budget,
            hedge: self.hedge,
            rules: Rules {
                jurisdiction: self.jurisdiction,
                personal_data: self.personal_data.map_or(Resting::Anywhere, Resting::In),
                allowed: tags(self.allowed)?,
                denied: tags(self.denied)?,
            },
        })
    }
}

/// The configuration, with defaults for what only native hosts read.
pub(super) fn config(
    region: String,
    settings: SettingsForm,
    egress: EgressForm,
    credentials: BTreeMap<String, BTreeMap<String, CredentialForm>>,
) -> Result<Config, DataError> {
    let place = |it: CredentialForm| Credential {
        env: it.env,
        header: it.header,
        prefix: it.prefix,
        query: it.query,
        hosts: it.hosts,
        path: it.path,
    };
    let slots = |slots: BTreeMap<_, _>| slots.into_iter().map(|(slot, it)| (slot, place(it))).collect();
    let EgressForm { user_agent, allowed_hosts, overrides } = egress;
    Ok(Config {
        region,
        pipeline: settings.read().map_err(|why| DataError::Broken { part: "settings", why })?,
        server: Server::default(),
        egress: Egress { user_agent, allowed_hosts, overrides },
        sources: Sources::default(),
        credentials: credentials.into_iter().map(|(id, it)| (id, slots(it))).collect(),
        admin: Admin::default(),
        connectors: Connectors::default(),
        federation: Federation::default(),
        connections: Connections::default(),
        identity: Identity::default(),
        traffic: Traffic::default(),
    })
}

pub(super) fn write(head: &Head, index: &Index, records: &[u8]) -> Result<Vec<u8>, DataError> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    for part in [pack("head", head)?, pack("index", index)?] {
        let length = u32::try_from(part.len()).map_err(|_| DataError::TooLarge(part.len()))?;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&part);
    }
    bytes.extend_from_slice(records);
    Ok(bytes)
}

pub(super) fn read(bytes: &[u8]) -> Result<Layout, DataError> {
    if bytes.len() > DATA_BYTES_MAX {
        return Err(DataError::TooLarge(bytes.len()));
    }
    let rest = bytes.strip_prefix(&MAGIC).ok_or(DataError::Foreign)?;
    let (version, rest) = number("version", rest)?;
    if version != VERSION {
        return Err(DataError::Version { found: version });
    }
    let (head, rest) = part("head", rest)?;
    let (index, records) = part("index", rest)?;
    Ok(Layout { head: unpack("head", head)?, index: unpack("index", index)?, records_at: bytes.len() - records.len() })
}

fn number<'b>(part: &'static str, bytes: &'b [u8]) -> Result<(u32, &'b [u8]), DataError> {
    let found = bytes.split_first_chunk::<4>().map(|(number, rest)| (u32::from_le_bytes(*number), rest));
    found.ok_or(DataError::Broken { part, why: "it is cut off".to_owned() })
}

fn part<'b>(name: &'static str, bytes: &'b [u8]) -> Result<(&'b [u8], &'b [u8]), DataError> {
    let (length, rest) = number(name, bytes)?;
    let found = rest.split_at_checked(length as usize);
    found.ok_or_else(|| DataError::Broken { part: name, why: "it is cut off".to_owned() })
}

pub(super) fn pack<T: Serialize>(part: &'static str, value: &T) -> Result<Vec<u8>, DataError> {
    postcard::to_allocvec(value).map_err(|error| DataError::Broken { part, why: error.to_string() })
}

fn unpack<'b, T: Deserialize<'b>>(part: &'static str, bytes: &'b [u8]) -> Result<T, DataError> {
    let broken = |why: String| DataError::Broken { part, why };
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(broken(format!("{} bytes follow it", rest.len()))),
        Err(error) => Err(broken(error.to_string())),
    }
}
