//! The unit, read by systemd itself.

use crate::tools::{skipped, text};
use crate::{files, written};
use std::collections::BTreeMap;
use std::process::Command;

const UNIT: &str = "systemd/zero.service";
/// Exposure as `systemd-analyze security` counts it, in tenths of 10; a service without any protection has 96.
const EXPOSURE_MAX: u32 = 15;

/// Whether systemd takes the unit, and finds it closed enough; and all that it said.
fn verified(unit: &str) -> Option<(bool, String)> {
    let folder = written(&BTreeMap::from([(UNIT.to_owned(), unit.to_owned())]));
    let run = |arguments: &[&str]| {
        let output = Command::new("systemd-analyze").args(arguments).arg(folder.path().join(UNIT)).output();
        output.ok().map(|output| (output.status.success(), text(&output)))
    };
    let Some((is_valid, complaints)) = run(&["verify", "--man=no"]) else {
        skipped("systemd", "there is no `systemd-analyze`");
        return None;
    };
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    let (is_closed, exposure) = run(&["security", "--offline=true", "--no-pager", &threshold])?;
    // It also complains of what it passes over, such as a key it does not know, and succeeds.
    Some((is_valid && is_closed && !complaints.contains(UNIT), complaints + &exposure))
}

#[test]
fn systemd_takes_the_unit_and_finds_it_closed() {
    let unit = &files()[UNIT];
    let Some((is_fine, said)) = verified(unit) else { return };
    assert!(is_fine, "{said}");
    let faults = [
        ("ExecStart=/bin/true", "ExecStart=/nowhere/zero"),
        ("Type=exec", "Type=sometimes"),
        ("PrivateIPC=yes", "PrivateTea=yes"),
        ("CapabilityBoundingSet=\n", ""),
        ("SystemCallFilter=", "# SystemCallFilter="),
    ];
    for (right, wrong) in faults {
        let broken = unit.replace(right, wrong);
        assert_ne!(&broken, unit, "{right}");
        assert!(!verified(&broken).unwrap().0, "`{wrong}` is taken");
    }
}

/// What the program needs stays possible: machine code is mapped, and a process that compiles limits itself.
#[test]
fn the_unit_leaves_what_components_need() {
    let unit = &files()[UNIT];
    let keys: Vec<&str> = unit.lines().filter(|line| !line.starts_with('#')).collect();
    let has = |key: &str| keys.iter().any(|line| line.starts_with(key));
    assert!(!has("MemoryDenyWriteExecute") && !has("NoExecPaths") && !has("SystemCallFilter=~@resources"));
    for key in ["DynamicUser=yes", "StateDirectory=zero", "CacheDirectory=zero", "ProtectSystem=strict"] {
        assert!(keys.contains(&key), "{key}");
    }
}
