//! What tests need besides Rust, from Debian's packages: a registry, a Redis, the tools of other languages, and those
//! that read deployment files.

use std::process::{Command, Stdio};

/// Program, and the packages that bring it.
const NEEDED: [(&str, &[&str]); 5] = [
    ("docker-registry", &["docker-registry"]),
    ("npm", &["nodejs", "npm"]),
    ("redis-server", &["redis-server"]),
    ("python3", &["python3", "python3-venv"]),
    ("systemd-analyze", &["systemd"]),
];

/// Installs what is missing where that is possible, else says what will be left out and how to mend it.
pub(crate) fn install() {
    let missing: Vec<&(&str, &[&str])> = NEEDED.iter().filter(|(program, _)| !is_there(program)).collect();
    if missing.is_empty() {
        return;
    }
    let packages: Vec<&str> = missing.iter().flat_map(|(_, packages)| packages.iter().copied()).collect();
    if is_root() {
        println!("installing {} ...", packages.join(", "));
        apt_get(&["update", "-q"]);
        apt_get(&[&["install", "-y", "-q", "--no-install-recommends"], packages.as_slice()].concat());
    }
    for (program, packages) in missing.into_iter().filter(|(program, _)| !is_there(program)) {
        println!("`{program}` is missing, so its tests are left out; as root: apt-get install {}", packages.join(" "));
    }
}

fn is_there(program: &str) -> bool {
    quietly(Command::new(program).arg("--version"))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

fn apt_get(arguments: &[&str]) {
    if !quietly(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive")) {
        println!("apt-get {} failed", arguments.join(" "));
    }
}

fn quietly(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
