//! `zero doctor`: what is wrong here, and how to mend it.

use crate::out;
use crate::setup::Setup;
use anyhow::Result;
use std::path::Path;
use std::process::ExitCode;
use zero_native::host::default_artifacts;
use zero_pipeline::{Platform as _, Rooms as _};

pub(crate) fn doctor(setup: &Setup) -> Result<ExitCode> {
    let mut healthy = true;
    let mut report = String::new();
    let mut say = |what: &str, found: Result<String, String>| match found {
        Ok(detail) => report.push_str(&format!("ok    {what}: {detail}\n")),
        Err(detail) => {
            healthy = false;
            report.push_str(&format!("wrong {what}: {detail}\n"));
        }
    };
    say("artifacts", writable(default_artifacts().as_deref()));
    match setup.bundle() {
        Err(error) => say("bundle", Err(format!("{error:#}"))),
        Ok(bundle) => {
            say("bundle", Ok(bundle.folder.display().to_string()));
            say("catalogue", Ok(format!("{} sources", bundle.catalogue.records().len())));
            match setup.host(bundle, None) {
                Err(error) => say("components", Err(format!("{error:#}"))),
                Ok(host) => {
                    let rooms = host.platform.rooms();
                    say("components", Ok(format!("{} loaded", rooms.digests().len())));
                    let orphans: Vec<String> = host
                        .region
                        .catalogue
                        .records()
                        .iter()
                        .filter(|record| !rooms.has_connector(&record.connector))
                        .map(|record| format!("{} needs `{}`", record.source.id, record.connector))
                        .collect();
                    say("connectors", none_or(&orphans, "every source has its connector"));
                    let suspicious: Vec<String> = host.config.egress.overrides.keys().cloned().collect();
                    if !suspicious.is_empty() {
                        say("overrides", Ok(format!("[egress.overrides] sends {} elsewhere", suspicious.join(", "))));
                    }
                }
            }
        }
    }
    out::write(&report)?;
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
