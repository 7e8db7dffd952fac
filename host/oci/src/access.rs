//! How a registry is reached: credentials, limits, waits.

use crate::{Error, Kind, Reference, Result, limits};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How a registry is reached.
#[derive(Clone, Debug)]
pub struct Access {
    /// Whether registries on this machine (`localhost`, `127.0.0.0/8`, `::1`) speak plain HTTP. No other ever does.
    pub insecure_loopback_http: bool,
    /// Who we are to the registry.
    pub credentials: Credentials,
    /// What we are to the registry.
    pub user_agent: &'static str,
    /// Wait for a connection.
    pub connect_timeout: Duration,
    /// Wait for the next bytes.
    pub read_timeout: Duration,
    /// One whole operation.
    pub total_timeout: Duration,
    /// Bytes of the largest component that is fetched.
    pub component_bytes_max: u64,
    /// Hosts that a registry may send us to for blobs, beside those known of it; `*` stands for any text.
    ///
    /// Blobs are checked against their digest wherever they come from, and no credential goes along. What this keeps
    /// out is a registry that makes this machine call others.
    pub blob_hosts: Vec<String>,
    /// Root certificates (PEM) that are trusted beside the system's, for a registry of an organisation's own.
    pub root_certificates: Vec<String>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            insecure_loopback_http: false,
            credentials: Credentials::Docker(None),
            user_agent: concat!("zero-oci/", env!("CARGO_PKG_VERSION")),
            connect_timeout: limits::CONNECT_TIMEOUT,
            read_timeout: limits::READ_TIMEOUT,
            total_timeout: limits::TOTAL_TIMEOUT,
            component_bytes_max: limits::COMPONENT_BYTES_MAX,
            blob_hosts: Vec::new(),
            root_certificates: Vec::new(),
        }
    }
}

/// Who we are to a registry.
#[derive(Clone)]
pub enum Credentials {
    /// Nobody.
    Anonymous,
    /// A user and a password or token.
    Basic {
        /// The user.
        user: String,
        /// The password or token.
        password: String,
    },
    /// A registry's own token, sent as it is.
    Bearer(String),
    /// What `docker login` wrote (`auths`) to this file; none is `$DOCKER_CONFIG/config.json` or
    /// `~/.docker/config.json`. Nobody where the registry is not in it. Credential helpers are not run.
    Docker(Option<PathBuf>),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Basic { user, .. } => write!(f, "Basic({user}, redacted)"),
            Self::Bearer(_) => f.write_str("Bearer(redacted)"),
            Self::Docker(path) => write!(f, "Docker({path:?})"),
        }
    }
}

/// Hosts that well-known registries keep their blobs on.
const BLOB_HOSTS: [(&str, &[&str]); 5] = [
    ("ghcr.io", &["pkg-containers.githubusercontent.com"]),
    ("index.docker.io", &["production.cloudflare.docker.com", "*.r2.cloudflarestorage.com"]),
    ("quay.io", &["cdn.quay.io", "cdn01.quay.io", "cdn02.quay.io", "cdn03.quay.io"]),
    ("registry.gitlab.com", &["cdn.registry.gitlab-static.net", "storage.googleapis.com"]),
    ("public.ecr.aws", &["*.cloudfront.net"]),
];

impl Access {
    /// Whether this registry may send us to this host for a blob.
    pub(crate) fn may_redirect(&self, registry: &str, host: &str) -> bool {
        let known = BLOB_HOSTS.iter().filter(|(it, _)| *it == registry).flat_map(|(_, hosts)| hosts.iter());
        let known: Vec<String> = known.map(|&host| host.to_owned()).collect();
        crate::trust::matches_any(&known, host) || crate::trust::matches_any(&self.blob_hosts, host)
    }

    /// `http` or `https`.
    pub(crate) fn scheme(&self, reference: &Reference) -> &'static str {
        if self.insecure_loopback_http && reference.is_loopback() { "http" } else { "https" }
    }

    /// The credentials for this registry, with Docker's file read.
    pub(crate) fn resolve(&self, reference: &Reference) -> Result<Credentials> {
        let Credentials::Docker(path) = &self.credentials else {
            return Ok(self.credentials.clone());
        };
        let (path, must_exist) = match path {
            Some(path) => (path.clone(), true),
            None => match docker_config() {
                Some(path) => (path, false),
                None => return Ok(Credentials::Anonymous),
            },
        };
        if !must_exist && !path.exists() {
            return Ok(Credentials::Anonymous);
        }
        let unreadable = |what: &str| {
            let what = format!("`{}` cannot be read: {what}", path.display());
            Error::new(Kind::File, what, "correct the file, or run `docker login` again")
        };
        let config: Config =
            serde_json::from_str(&crate::key::read_text(&path)?).map_err(|error| unreadable(&error.to_string()))?;
        let registry = reference.host();
        let names = [registry.to_owned(), format!("https://{registry}"), format!("https://{registry}/v1/")];
        let Some(entry) = names.iter().find_map(|name| config.auths.get(name)) else {
            return Ok(Credentials::Anonymous);
        };
        let Some(auth) = entry.auth.as_deref().filter(|auth| !auth.is_empty()) else {
            return Ok(Credentials::Anonymous);
        };
        let decoded = STANDARD.decode(auth).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
        let (user, password) = pair.ok_or_else(|| unreadable("an `auth` in it is not `user:password` in base64"))?;
        Ok(Credentials::Basic { user: user.to_owned(), password: password.trim_end_matches('\0').to_owned() })
    }
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    auth: Option<String>,
}

fn docker_config() -> Option<PathBuf> {
    let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let folder = folder.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".docker")));
    folder.map(|folder| folder.join("config.json"))
}
