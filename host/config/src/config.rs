//! `zero.toml`: what an operator may set. Unknown keys are errors that name the key.

use crate::protocol::{AdminTls, Cors, Proxy, Tls};
use crate::region::RegionTable;
use crate::traffic::{Traffic, TrafficTable};
use crate::{Connections, Federation, Identity, Layer, RaiseTable, merge};
use anyhow::{Context as _, Result, anyhow};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use zero_egress::HostPattern;
use zero_pipeline::catalogue::Overrides;
use zero_pipeline::limits;
use zero_pipeline::settings::{Settings, SettingsTable};

/// A host's configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The region's name; empty where nobody gave it one.
    pub region: String,
    /// Of the pipeline; the region's rules are among its settings.
    pub pipeline: Settings,
    /// Of the HTTP server.
    pub server: Server,
    /// Of the way out.
    pub egress: Egress,
    /// Which sources are on.
    pub sources: Sources,
    /// Secrets by source and slot.
    pub credentials: BTreeMap<String, BTreeMap<String, Credential>>,
    /// Of the operators' door.
    pub admin: Admin,
    /// Which connectors may be installed.
    pub connectors: Connectors,
    /// Whose tokens are believed besides our own.
    pub federation: Federation,
    /// Of askers' accounts at services.
    pub connections: Connections,
    /// Of accounts.
    pub identity: Identity,
    /// How much may come, and from whom first.
    pub traffic: Traffic,
}

/// Of the HTTP server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port.
    pub listen: String,
    /// Questions in flight.
    pub questions_in_flight_max: usize,
    /// Whether whoever asks may have the receipt of an answer.
    pub receipts: bool,
    /// Connections of one address.
    pub connections_per_address_max: usize,
    /// Of TLS; none: plain HTTP.
    pub tls: Option<Tls>,
    /// What stands before the server.
    pub proxy: Proxy,
    /// Which pages may ask.
    pub cors: Cors,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            questions_in_flight_max: limits::QUESTIONS_IN_FLIGHT_MAX,
            receipts: false,
            connections_per_address_max: crate::limits::CONNECTIONS_PER_ADDRESS,
            tls: None,
            proxy: Proxy::default(),
            cors: Cors::default(),
        }
    }
}

/// Of the way out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Egress {
    /// Who we are to services.
    pub user_agent: Option<String>,
    /// Hosts any source may be asked at.
    pub allowed_hosts: Option<Vec<String>>,
    /// Where to dial instead.
    pub overrides: BTreeMap<String, String>,
}

/// Which sources are on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sources {
    /// Switched on, over what the catalogue says.
    pub enable: Vec<String>,
    /// Switched off.
    pub disable: Vec<String>,
    /// What counts instead of a record's own words, by id.
    #[serde(rename = "override")]
    pub overrides: Overrides,
}

/// Of the operators' door.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Admin {
    /// Whether there is one.
    pub enabled: bool,
    /// Address and port.
    pub listen: SocketAddr,
    /// Whether that may be an address which other machines reach.
    pub allow_remote: bool,
    /// Of TLS; none: plain HTTP.
    pub tls: Option<AdminTls>,
}

impl Default for Admin {
    fn default() -> Self {
        Self { enabled: true, listen: SocketAddr::from(([127, 0, 0, 1], 8081)), allow_remote: false, tls: None }
    }
}

/// Which connectors may be installed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connectors {
    /// Code that nobody vouches for may run.
    pub allow_unsigned: bool,
    /// The file with the keys that are believed.
    pub trust: Option<PathBuf>,
    /// Registries on this machine may speak plain HTTP.
    pub insecure_loopback_registry: bool,
    /// What some connectors are granted beyond what all are, by name.
    pub limits: RaiseTable,
}

/// Where a secret comes from and where it may go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The environment variable that holds it.
    pub env: String,
    /// The header it goes into ...
    pub header: Option<String>,
    /// ... after this.
    #[serde(default)]
    pub prefix: String,
    /// Or the query parameter.
    pub query: Option<String>,
    /// The hosts it may go to.
    pub hosts: Vec<String>,
    /// The paths, by prefix.
    #[serde(default = "root_path")]
    pub path: String,
}

fn root_path() -> String {
    "/".to_owned()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    region: RegionTable,
    pipeline: SettingsTable,
    server: Server,
    egress: Egress,
    sources: Sources,
    credentials: BTreeMap<String, BTreeMap<String, Credential>>,
    admin: Admin,
    connectors: Connectors,
    federation: Federation,
    connections: Connections,
    identity: Identity,
    traffic: TrafficTable,
}

impl Config {
    /// Reads TOML.
    ///
    /// # Errors
    /// Names the key that is unknown or out of range.
    pub fn from_toml(text: &str) -> Result<Self> {
        Self::checked(toml::from_str(text)?)
    }

    /// Reads several texts laid over each other, the later ones over the earlier: the defaults, then a region's file,
    /// which holds only what differs. Tables are merged key by key, anything else is replaced.
    ///
    /// # Errors
    /// Names the file with the key that is unknown, or all of them where only together they are wrong.
    pub fn layered(layers: &[Layer<'_>]) -> Result<Self> {
        // Alone first, so that a wrong key is told with its line and its file. What a layer leaves for another to say
        // is missing only when it is missing in all of them.
        for layer in layers {
            let alone = toml::from_str::<File>(layer.text);
            if let Err(error) = alone.map(drop)
                && !error.message().starts_with("missing field")
            {
                return Err(error).with_context(|| format!("configuration {}", layer.file));
            }
        }
        let files: Vec<&str> = layers.iter().rev().map(|layer| layer.file).collect();
        let merged = toml::Value::Table(merge(layers)?).try_into().map_err(anyhow::Error::from);
        merged.and_then(Self::checked).with_context(|| format!("configuration {}", files.join(" over ")))
    }

    fn checked(file: File) -> Result<Self> {
        let (region, rules) = file.region.read().map_err(|wrong| anyhow!("[region] {wrong}"))?;
        let base = Settings { rules, ..Settings::default() };
        let pipeline = file.pipeline.over(&base).map_err(|wrong| anyhow!("[pipeline] {wrong}"))?;
        let in_flight = file.server.questions_in_flight_max;
        if in_flight == 0 || in_flight > limits::QUESTIONS_IN_FLIGHT_MAX {
            let most = limits::QUESTIONS_IN_FLIGHT_MAX;
            return Err(anyhow!("[server] `questions_in_flight_max` must be from 1 to {most}, not {in_flight}"));
        }
        let traffic = file.traffic.read(in_flight).map_err(|wrong| anyhow!("[traffic] {wrong}"))?;
        check_server(&file.server)?;
        file.admin.tls.iter().try_for_each(AdminTls::check).map_err(|wrong| anyhow!("[admin.tls] {wrong}"))?;
        let listen = file.admin.listen;
        if !listen.ip().is_loopback() && !file.admin.allow_remote {
            return Err(anyhow!(
                "[admin] `listen` is {listen}, which other machines reach\n\nhint: whoever can install a connector runs \
                 code here; say `allow_remote = true` only with `[admin.tls]` or behind a proxy with TLS"
            ));
        }
        file.identity.check()?;
        for (name, raise) in &file.connectors.limits {
            raise.check().map_err(|wrong| anyhow!("[connectors.limits.{name}] {wrong}"))?;
        }
        for (id, said) in &file.sources.overrides {
            let hosts = said.hosts.iter().flatten().try_for_each(|host| {
                host.parse::<HostPattern>().map(drop).map_err(|error| format!("`hosts`: {error}"))
            });
            said.check().and(hosts).map_err(|wrong| anyhow!("[sources.override.{id}] {wrong}"))?;
        }
        file.federation.check().map_err(|wrong| anyhow!("[[federation.issuers]] {wrong}"))?;
        file.connections.check().map_err(|wrong| anyhow!("[connections] {wrong}"))?;
        Ok(Self {
            region,
            pipeline,
            server: file.server,
            egress: file.egress,
            sources: file.sources,
            credentials: file.credentials,
            admin: file.admin,
            connectors: file.connectors,
            federation: file.federation,
            connections: file.connections,
            identity: file.identity,
            traffic,
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Names the file, and the key that is wrong in it.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        Self::from_toml(&text).with_context(|| format!("configuration {}", path.display()))
    }
}

fn check_server(server: &Server) -> Result<()> {
    let each = server.connections_per_address_max;
    if each == 0 {
        return Err(anyhow!("[server] `connections_per_address_max` must be at least 1"));
    }
    server.tls.iter().try_for_each(Tls::check).map_err(|wrong| anyhow!("[server.tls] {wrong}"))?;
    server.proxy.check().map_err(|wrong| anyhow!("[server.proxy] {wrong}"))?;
    server.cors.check().map_err(|wrong| anyhow!("[server.cors] {wrong}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_what_the_code_has() {
        let shipped = Config::from_toml(include_str!("../../../edge-config/default.toml")).unwrap();
        assert_eq!(shipped.pipeline, Settings::default());
        assert_eq!(shipped.region, "");
        assert_eq!(shipped.server.listen, Server::default().listen);
        assert_eq!(shipped.server.receipts, Server::default().receipts);
        assert_eq!(shipped.server.connections_per_address_max, Server::default().connections_per_address_max);
        assert!(shipped.server.tls.is_none() && shipped.admin.tls.is_none());
        assert_eq!((shipped.server.proxy, shipped.server.cors), (Proxy::default(), Cors::default()));
        assert_eq!(shipped.admin.listen, Admin::default().listen);
        assert_eq!(shipped.identity, Identity::default());
        assert!(shipped.admin.enabled && !shipped.admin.allow_remote && !shipped.connectors.allow_unsigned);
    }

    /// Keys that the file only shows are keys as well: whoever takes the `#` away gets what the comment says.
    #[test]
    fn what_the_defaults_show_can_be_said() {
        let is_key = |line: &str| {
            let name = line.split_once(" = ").map(|(name, _)| name);
            line.starts_with('[') || name.is_some_and(|name| !name.contains(' '))
        };
        let shown =
            include_str!("../../../edge-config/default.toml").lines().map(|line| match line.strip_prefix("# ") {
                Some(key) if is_key(key) => key,
                _ => line,
            });
        let shown = Config::from_toml(&shown.collect::<Vec<_>>().join("\n")).unwrap();
        assert!(shown.connectors.trust.is_some() && shown.egress.allowed_hosts.is_some());
        assert!(shown.connectors.limits.contains_key("snake") && shown.credentials.contains_key("github-repositories"));
        let own = &shown.sources.overrides["jira"];
        assert_eq!((own.enabled, own.requests_per_second, own.settings.len()), (Some(true), Some(5.0), 1));
        assert!(own.hosts.is_some());
    }

    /// Every region's file lies over the defaults, says its own name, and says nothing twice.
    #[test]
    fn shipped_regions_say_what_differs() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../edge-config");
        let default = std::fs::read_to_string(format!("{root}/default.toml")).unwrap();
        let default = Layer { file: "default.toml", text: &default };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(format!("{root}/regions")).unwrap().flatten() {
            let (file, text) = (entry.file_name(), std::fs::read_to_string(entry.path()).unwrap());
            let (file, text) = (file.to_str().unwrap(), text.as_str());
            let config = Config::layered(&[default, Layer { file, text }]).unwrap();
            assert_eq!(file.strip_suffix(".toml"), Some(config.region.as_str()));
            assert!(config.pipeline.rules.jurisdiction.is_some(), "{file} says where it stands");
            names.push(config.region);
        }
        names.sort();
        assert_eq!(names, ["ap-south", "eu-west", "us-east"]);
    }

    #[test]
    fn a_wrong_key_is_named() {
        let error = |text: &str| format!("{:#}", Config::from_toml(text).unwrap_err());
        assert!(error("[egress]\nproxy = 1").contains("unknown field `proxy`"));
        assert!(error("[servers]").contains("unknown field `servers`"));
        assert!(error("[server]\nquestions_in_flight_max = 0").contains("`questions_in_flight_max`"));
        assert!(error("[pipeline]\nbid_min = 7.0").contains("[pipeline] `bid_min`"));
        assert!(error("[admin]\nport = 1").contains("unknown field `port`"));
        assert!(error("[admin]\nlisten = \"0.0.0.0:8081\"").contains("`allow_remote = true`"));
        assert!(Config::from_toml("[admin]\nlisten = \"0.0.0.0:8081\"\nallow_remote = true").is_ok());
        assert!(Config::from_toml("[admin]\nlisten = \"[::1]:8081\"").is_ok());
        let raise = "[connectors.limits.snake]\n";
        assert!(error(&format!("{raise}fuel = 1")).contains("unknown field `fuel`"));
        assert!(error(&format!("{raise}cpu_ms = 60000")).contains("[connectors.limits.snake] `cpu_ms`"));
        assert!(Config::from_toml(&format!("{raise}component_bytes = 20000000")).is_ok());
        let source = "[sources.override.jira]\n";
        assert!(error(&format!("{source}host = \"acme.example\"")).contains("unknown field `host`"));
        assert!(error(&format!("{source}requests_per_second = 0.0")).contains("jira] `requests_per_second`"));
        assert!(error(&format!("{source}hosts = [\"https://acme.example\"]")).contains("jira] `hosts`"));
        let fine = format!("{source}hosts = [\"acme.example\"]\nsettings.variables.base = \"https://acme.example\"");
        assert!(Config::from_toml(&fine).is_ok());
    }
}
