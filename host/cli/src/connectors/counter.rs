//! Where acts are made: at the door of a running host, or in its state folder.

use crate::setup::Setup;
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use zero_lifecycle::{Ask, ConnectorReport, DiffReport, Gate, InstallReport, ListReport, Origin, Preview};
use zero_native::server::admin::Admin;
use zero_native::server::admin::client::{Client, Refused, Sent};
use zero_native::{Desk, Live};

/// Either.
pub(super) enum Counter {
    /// A host that runs.
    Host(Client),
    /// A folder, for the next host that starts.
    Folder(Box<Desk>),
}

/// How to install.
pub(super) struct How {
    pub(super) consent: bool,
    pub(super) allow_unsigned: bool,
    pub(super) gate: Option<PathBuf>,
}

const CONNECTORS: &str = "/admin/v1/connectors";

impl Counter {
    /// The door that was named, that of the state folder when somebody answers there, else the folder itself.
    pub(super) async fn open(setup: &Setup, admin: Option<String>, token: Option<String>) -> Result<Self> {
        if let (Some(url), Some(token)) = (admin, token) {
            return Ok(Self::Host(Client::new(Admin { url, token })));
        }
        let Some(folder) = setup.state_dir() else {
            bail!("there is no state folder\n\nhint: `--state DIR` or ZERO_STATE says where it may be");
        };
        if let Some(admin) = Admin::find(&folder) {
            let client = Client::new(admin);
            if client.is_alive().await {
                return Ok(Self::Host(client));
            }
        }
        // Loading a bundle blocks, and nothing else goes on here.
        let host = setup.host(setup.bundle()?, None)?;
        let desk = Desk::open(Live::from(host)).context("the host has no state folder")?;
        Ok(Self::Folder(Box::new(desk)))
    }

    pub(super) async fn list(&self) -> Result<ListReport> {
        match self {
            Self::Host(client) => client.ask("GET", CONNECTORS, Sent::Nothing).await,
            Self::Folder(desk) => Ok(without_health(desk.list()?)),
        }
    }

    pub(super) async fn show(&self, name: &str) -> Result<ConnectorReport> {
        match self {
            Self::Host(client) => client.ask("GET", &of(name), Sent::Nothing).await,
            Self::Folder(desk) => Ok(ConnectorReport { health: None, ..desk.show(name)? }),
        }
    }

    pub(super) async fn diff(&self, name: &str, from: &str, to: &str) -> Result<DiffReport> {
        match self {
            Self::Host(client) => {
                let query = query(&[("from", Some(from)), ("to", Some(to))]);
                client.ask("GET", &format!("{}/diff{query}", of(name)), Sent::Nothing).await
            }
            Self::Folder(desk) => Ok(desk.diff(name, from, to)?),
        }
    }

    /// `enable`, `disable`, `pin`, `unpin`, `consent`, `rollback` (to which) or `release` (which digest).
    pub(super) async fn act(&self, name: &str, act: &str, which: Option<String>) -> Result<ConnectorReport> {
        let which = which.as_deref();
        let report = match self {
            Self::Host(client) => {
                let key = if act == "release" { "digest" } else { "to" };
                let path = format!("{}/{act}{}", of(name), query(&[(key, which)]));
                return client.ask("POST", &path, Sent::Nothing).await;
            }
            Self::Folder(desk) => match act {
                "enable" => desk.enable(name, true),
                "disable" => desk.enable(name, false),
                "pin" => desk.pin(name, true),
                "unpin" => desk.pin(name, false),
                "consent" => desk.consent(name),
                "rollback" => desk.rollback(name, which),
                _ => desk.release(name, which),
            },
        };
        Ok(ConnectorReport { health: None, ..report? })
    }

    pub(super) async fn remove(&self, name: &str) -> Result<()> {
        match self {
            Self::Host(client) => client.send("DELETE", &of(name), Sent::Nothing).await.map(|_| ()),
            Self::Folder(desk) => Ok(desk.remove(name)?),
        }
    }

    pub(super) async fn inspect(&self, reference: &str) -> Result<Preview> {
        match self {
            Self::Host(client) => {
                client.ask("POST", "/admin/v1/inspect", Sent::Json(serde_json::json!({ "reference": reference }))).await
            }
            Self::Folder(desk) => Ok(desk.inspect(reference).await?),
        }
    }

    pub(super) async fn install_path(&self, path: &Path, how: How) -> Result<InstallReport> {
        // The host has a folder of its own to count from.
        let path = path.canonicalize().with_context(|| format!("reading {}", path.display()))?;
        match self {
            Self::Host(client) => send(client, serde_json::json!({ "path": path }), &how).await,
            Self::Folder(desk) => Ok(desk.install(Origin::Path(path), &how.ask()?)?),
        }
    }

    pub(super) async fn install_reference(&self, reference: &str, how: How) -> Result<InstallReport> {
        match self {
            Self::Host(client) => send(client, serde_json::json!({ "reference": reference }), &how).await,
            Self::Folder(desk) => Ok(desk.install(desk.pull(reference).await?, &how.ask()?)?),
        }
    }
}

impl How {
    fn ask(&self) -> Result<Ask> {
        let gate = self.gate()?.map(|exchanges| Gate { exchanges });
        Ok(Ask { consent: self.consent, allow_unsigned: self.allow_unsigned, gate })
    }

    fn gate(&self) -> Result<Option<PathBuf>> {
        let whole = |gate: &PathBuf| gate.canonicalize().with_context(|| format!("--gate {}", gate.display()));
        self.gate.as_ref().map(whole).transpose()
    }
}

/// Whether an installation was refused since the new version answers stored exchanges differently.
pub(super) fn is_gate_closed(error: &anyhow::Error) -> bool {
    let of_host = error.downcast_ref::<Refused>().is_some_and(|refused| refused.name == "gate-closed");
    of_host || matches!(error.downcast_ref(), Some(zero_lifecycle::Error::GateClosed { .. }))
}

async fn send(client: &Client, body: serde_json::Value, how: &How) -> Result<InstallReport> {
    let yes = |is: bool| is.then_some("true");
    let gate = how.gate()?.map(|gate| gate.display().to_string());
    let all = [("consent", yes(how.consent)), ("allow_unsigned", yes(how.allow_unsigned)), ("gate", gate.as_deref())];
    client.ask("POST", &format!("{CONNECTORS}{}", query(&all)), Sent::Json(body)).await
}

fn of(name: &str) -> String {
    let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("{CONNECTORS}/{name}")
}

fn query(all: &[(&str, Option<&str>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    all.iter()
        .filter_map(|(key, value)| Some((key, (*value)?)))
        .for_each(|(key, value)| _ = query.append_pair(key, value));
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

/// Nothing ran here, so nothing can be told of how it did.
fn without_health(mut list: ListReport) -> ListReport {
    list.connectors.iter_mut().for_each(|report| report.health = None);
    list
}
