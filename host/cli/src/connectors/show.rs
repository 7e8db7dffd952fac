//! Reports as an operator reads them in a terminal, without colour.

use anyhow::Result;
use std::fmt::Write as _;
use zero_lifecycle::{ConnectorReport, DiffReport, InstallReport, ListReport, Outcome, Permissions, Preview, Version};

const DIGEST_SHOWN: usize = 12;

pub(super) fn json(report: &impl serde::Serialize) -> Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(report)?))
}

pub(super) fn list(list: &ListReport) -> String {
    let mut out = format!(
        "{:<20} {:<11} {:<9} {:<12} {:<14} {:>7}  {}\n",
        "name", "state", "version", "digest", "signer", "sources", "health"
    );
    for report in &list.connectors {
        out.push_str(&line(report));
    }
    out
}

/// One line of the list.
pub(super) fn line(report: &ConnectorReport) -> String {
    let current = report.current.as_ref();
    let state = match (report.state(), report.pinned) {
        ("on", true) => "pinned",
        (state, _) => state,
    };
    let mut out = format!(
        "{:<20} {state:<11} {:<9} {:<12} {:<14} {:>7}  {}",
        report.name,
        current.map_or("-", |version| version.version.as_str()),
        current.map_or("-", |version| short(&version.digest)),
        current.map_or_else(|| "-".to_owned(), |version| version.signer.to_string()),
        report.sources.len(),
        health(report),
    );
    if let Some(pending) = &report.pending {
        let _ = write!(out, "; {} waits for consent", short(&pending.digest));
    }
    if !report.quarantined.is_empty() {
        let _ = write!(out, "; {} quarantined", report.quarantined.len());
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn health(report: &ConnectorReport) -> String {
    let Some(health) = &report.health else { return String::new() };
    let mut out = match (health.calls, health.faults) {
        (0, _) => "not asked yet".to_owned(),
        (calls, 0) => format!("{calls} calls"),
        (calls, faults) => {
            let last = health.last_fault.as_deref().unwrap_or("unknown");
            format!("{calls} calls, {faults} faults (last: {last})")
        }
    };
    for suspended in &health.suspended {
        let _ = write!(out, "; {} suspended: {}", suspended.source, suspended.cause);
    }
    out
}

/// All that is known of one.
pub(super) fn one(report: &ConnectorReport) -> String {
    let mut out = line(report);
    if let Some(current) = &report.current {
        if !current.summary.is_empty() {
            let _ = writeln!(out, "{}", current.summary);
        }
        let _ = write!(out, "\nmay ask for\n{}", permissions(&current.permissions));
    }
    if !report.sources.is_empty() {
        let _ = writeln!(out, "\nsources\n  {}", report.sources.join(", "));
    }
    if let (Some(pending), Some(diff)) = (&report.pending, &report.pending_diff) {
        let _ = write!(out, "\n{} waits for consent\n{}", short(&pending.digest), indented(&diff.to_string()));
    }
    if !report.quarantined.is_empty() {
        out.push_str("\nquarantined\n");
        for (digest, quarantined) in &report.quarantined {
            let _ = writeln!(out, "  {} {}", short(digest), quarantined.reason);
        }
    }
    if !report.versions.is_empty() {
        out.push_str("\nversions, oldest first\n");
        let current = report.current.as_ref().map(|version| version.digest.as_str());
        for version in &report.versions {
            let mark = if current == Some(&*version.digest) { '*' } else { ' ' };
            let _ = writeln!(out, "{mark} {}", told(version));
        }
    }
    if report.in_bundle {
        out.push_str("\nthe bundle has one of this name: `rollback NAME bundle` goes back to it\n");
    }
    out
}

fn told(version: &Version) -> String {
    let agreed = if version.consented_at_ms.is_some() { "" } else { ", never agreed to" };
    format!(
        "{} {} {} bytes, signed by {}, from {}, {}{agreed}",
        short(&version.digest),
        version.version,
        version.bytes,
        version.signer,
        version.from,
        version.smoke.in_words()
    )
}

fn permissions(permissions: &Permissions) -> String {
    let mut out = String::new();
    let mut line = |what: &str, names: &[String]| {
        if !names.is_empty() {
            let _ = writeln!(out, "  {what:<13} {}", names.join(", "));
        }
    };
    line("hosts", &permissions.hosts);
    line("source hosts", &permissions.source_hosts);
    line("credentials", &permissions.credentials);
    line("settings", &permissions.settings);
    line("kinds", &permissions.kinds);
    line("interface", std::slice::from_ref(&permissions.interface));
    out
}

/// What a registry has, before it is fetched.
pub(super) fn preview(preview: &Preview) -> String {
    let Preview { name, version, digest, signer, .. } = preview;
    let digest = short(digest.strip_prefix("sha256:").unwrap_or(digest));
    format!("{name} {version} {digest}, signed by {signer}, may ask for\n{}", permissions(&preview.permissions))
}

pub(super) fn diff(report: &DiffReport) -> String {
    let heading = format!("{}: {} -> {}\n", report.name, short(&report.from), short(&report.to));
    let changes = if report.diff.is_empty() { "nothing changes\n".to_owned() } else { report.diff.to_string() };
    let consent = if report.needs_consent { "what is marked (!) needs consent\n" } else { "" };
    format!("{heading}{changes}{consent}")
}

pub(super) fn installed(report: &InstallReport) -> String {
    let InstallReport { name, version, .. } = report;
    let digest = short(&version.digest);
    let mut out = match report.outcome {
        Outcome::Activated if report.enabled => format!("{name} {} {digest} is in force\n", version.version),
        Outcome::Activated => format!("{name} {} {digest} is installed, and {name} is switched off\n", version.version),
        Outcome::Unchanged => format!("{name} {} {digest} was in force already\n", version.version),
        Outcome::Pending => format!("{name} {} {digest} waits for consent\n", version.version),
    };
    let _ = writeln!(out, "signed by {}; {}", version.signer, version.smoke.in_words());
    match &report.diff {
        None => {
            let _ = write!(out, "may ask for\n{}", permissions(&version.permissions));
        }
        Some(diff) if diff.is_empty() => out.push_str("asks for what the version before did\n"),
        Some(diff) => out.push_str(&diff.to_string()),
    }
    if !version.sources.is_empty() {
        let _ = writeln!(out, "sources {}", version.sources.join(", "));
    }
    if report.outcome == Outcome::Pending {
        let _ = writeln!(out, "\nhint: `zero connectors consent {name}` agrees to what is marked (!)");
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn short(digest: &str) -> &str {
    digest.get(..DIGEST_SHOWN).unwrap_or(digest)
}
