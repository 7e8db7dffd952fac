//! `zero doctor`: what is wrong here, and how to mend it.

use crate::out;
use crate::setup::{Setup, runtime};
use anyhow::Result;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use zero_config::{Config, Server, may_listen};
use zero_lifecycle::{ConnectorReport, Store};
use zero_native::Host;
use zero_native::host::default_artifacts;
use zero_native::server::admin::Admin;
use zero_native::server::admin::client::Client;
use zero_native::server::examine_tls;
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::{Platform as _, Rooms as _};

/// What is told, line by line.
#[derive(Default)]
struct Findings {
    wrong: bool,
    report: String,
}

impl Findings {
    fn say(&mut self, what: &str, found: Result<String, String>) {
        match found {
            Ok(detail) => self.report.push_str(&format!("ok    {what}: {detail}\n")),
            Err(detail) => {
                self.wrong = true;
                self.report.push_str(&format!("wrong {what}: {detail}\n"));
            }
        }
    }

    /// Works, and waits for somebody.
    fn note(&mut self, what: &str, detail: &str) {
        self.report.push_str(&format!("note  {what}: {detail}\n"));
    }
}

pub(crate) fn doctor(setup: &Setup) -> Result<ExitCode> {
    let mut findings = Findings::default();
    findings.say("artifacts", writable(default_artifacts().as_deref()));
    state(setup, &mut findings)?;
    match setup.bundle() {
        Err(error) => findings.say("bundle", Err(format!("{error:#}"))),
        Ok(bundle) => {
            findings.say("bundle", Ok(bundle.folder.display().to_string()));
            listening(&bundle.config, &mut findings);
            findings.say("catalogue", Ok(format!("{} sources", bundle.catalogue.records().len())));
            match setup.host(bundle, None) {
                Err(error) => findings.say("components", Err(format!("{error:#}"))),
                Ok(host) => assembled(&host, &mut findings),
            }
        }
    }
    out::write(&findings.report)?;
    Ok(if findings.wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether strangers may be let in as it is configured.
fn listening(config: &Config, findings: &mut Findings) {
    let server = &config.server;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    if let Some(tls) = &server.tls {
        let found = examine_tls(tls, i64::try_from(now).unwrap_or(i64::MAX));
        findings.say("tls", found.map_err(|error| format!("{error:#}")));
        key_is_private("tls", &tls.key, findings);
    }
    if let Some(tls) = &config.admin.tls {
        key_is_private("admin", &tls.key, findings);
    } else if !config.admin.listen.ip().is_loopback() && config.admin.enabled {
        let hint = "hint: `[admin.tls]` with `client_ca`, unless a proxy with TLS stands before it";
        findings
            .note("admin", &format!("{} is reached from other machines in the clear\n\n{hint}", config.admin.listen));
    }
    match server.listen.parse::<SocketAddr>() {
        // A name is resolved when the host starts, which then says the same.
        Err(_) => findings.note("listen", &format!("{} is known when the host starts", server.listen)),
        Ok(address) => {
            let allowed = may_listen(address, server.tls.is_some(), &server.proxy);
            findings.say("listen", allowed.map(|()| how(address, server)));
        }
    }
    if server.proxy.terminates_tls && server.proxy.addresses.is_empty() {
        let hint = "hint: `addresses` in `[server.proxy]` names it, and then its `X-Forwarded-For` is believed";
        findings.note("proxy", &format!("all askers are counted as one, the proxy\n\n{hint}"));
    }
}

fn how(address: SocketAddr, server: &Server) -> String {
    let how = match (&server.tls, server.proxy.terminates_tls) {
        (Some(_), _) => "TLS 1.3",
        (None, true) => "plain HTTP behind a proxy with TLS",
        (None, false) => "plain HTTP, for this machine alone",
    };
    format!("{address}, {how}")
}

/// A key that others can read is theirs as well.
fn key_is_private(what: &str, key: &Path, findings: &mut Findings) {
    #[cfg(unix)]
    if let Ok(found) = std::fs::metadata(key)
        && std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o077 != 0
    {
        findings.note(what, &format!("others may read {}\n\nhint: chmod 0600", key.display()));
    }
    #[cfg(not(unix))]
    let _ = (what, key, findings);
}

/// The folder with what is installed, and whether a host runs over it.
fn state(setup: &Setup, findings: &mut Findings) -> Result<()> {
    let Some(folder) = setup.state_dir() else {
        let hint = "hint: `--state DIR` or ZERO_STATE says where installed connectors may be kept";
        findings.say("state", Err(format!("no home folder; nothing can be installed\n\n{hint}")));
        return Ok(());
    };
    let read = Store::new(&folder).read().map_err(|error| error.to_string());
    findings.say("state", read.map(|state| format!("{}, {} installed", folder.display(), state.connectors.len())));
    let running = Admin::find(&folder);
    let url = running.as_ref().map(|admin| admin.url.clone()).unwrap_or_default();
    let alive = match running {
        Some(admin) => runtime()?.block_on(Client::new(admin).is_alive()),
        None => false,
    };
    findings.say("host", Ok(if alive { format!("runs, operators at {url}") } else { "none runs here now".to_owned() }));
    Ok(())
}

/// What can be told of a host that could be put together.
fn assembled(host: &Host, findings: &mut Findings) {
    let rooms = host.platform.rooms();
    findings.say("components", Ok(format!("{} loaded", rooms.digests().len())));
    let needs = |record: &&Arc<SourceRecord>| !rooms.has_connector(&record.connector);
    let orphans = host.region.catalogue.records().iter().filter(needs);
    let orphans: Vec<String> =
        orphans.map(|record| format!("{} needs `{}`", record.source.id, record.connector)).collect();
    findings.say("connectors", none_or(&orphans, "every source has its connector"));
    for problem in host.problems.iter() {
        findings.say("installed", Err(problem.clone()));
    }
    match host.manager.as_ref().map(|manager| manager.list()) {
        Some(Ok(list)) => list.connectors.iter().for_each(|report| installed(report, findings)),
        Some(Err(error)) => findings.say("installed", Err(error.to_string())),
        None => {}
    }
    let redirected: Vec<&str> = host.config.egress.overrides.keys().map(String::as_str).collect();
    if !redirected.is_empty() {
        findings.note("overrides", &format!("[egress.overrides] sends {} elsewhere", redirected.join(", ")));
    }
}

/// What an operator has left to decide of one connector.
fn installed(report: &ConnectorReport, findings: &mut Findings) {
    let name = &report.name;
    if let Some(pending) = &report.pending {
        let digest = pending.digest.get(..12).unwrap_or_default();
        let hint = format!("hint: `zero connectors diff {name}` shows it, `zero connectors consent {name}` agrees");
        findings.note(name, &format!("{digest} asks for more and waits for consent\n\n{hint}"));
    }
    for (digest, quarantined) in &report.quarantined {
        let digest = digest.get(..12).unwrap_or_default();
        let why = format!("{digest} is quarantined: {}", quarantined.reason);
        match &report.current {
            Some(_) => findings.note(name, &why),
            None => {
                let hint = "hint: install another version, or roll back to one";
                findings.say(name, Err(format!("{why}; nothing answers in its place\n\n{hint}")));
            }
        }
    }
}

fn none_or(complaints: &[String], otherwise: &str) -> Result<String, String> {
    if complaints.is_empty() { Ok(otherwise.to_owned()) } else { Err(complaints.join("; ")) }
}

fn writable(folder: Option<&Path>) -> Result<String, String> {
    let Some(folder) = folder else {
        return Err("no home folder; components are compiled at every start\n\nhint: set ZERO_CACHE".to_owned());
    };
    let probe = folder.join(".probe");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&probe, b""))
        .and_then(|()| std::fs::remove_file(&probe))
        .map(|()| folder.display().to_string())
        .map_err(|error| format!("{}: {error}\n\nhint: set ZERO_CACHE to a folder you may write to", folder.display()))
}
