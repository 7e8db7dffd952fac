//! `cargo xtask test`: what CI runs is what a person runs.

use crate::{components, orchestrators, run, services};
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// Format, lints, components twice, then every test; ends with a line that counts them.
pub(crate) fn test(packages: &[String]) -> Result<ExitCode> {
    let root = run::root()?;
    if packages.is_empty() {
        step("format", || cargo(&root, &["fmt", "--all", "--check"]))?;
        step("lints", || cargo(&root, &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))?;
    }
    step("components", || {
        let toolchain = components::toolchain()?;
        let built = components::build(&root, &toolchain)?;
        print!("{}", components::table(&built));
        let orchestrators = orchestrators::build(&root, &toolchain)?;
        print!("{}", orchestrators::table(&orchestrators));
        if packages.is_empty() {
            orchestrators::lints(&root, &toolchain)?;
            components::compare_with_second_folder(&root, &toolchain, &built, &orchestrators)?;
            println!("the same digests in a second folder");
        }
        Ok(())
    })?;
    services::install();
    // Tests of the whole run the real programs. All targets at once, so that features are those of the tests: a build
    // of the programs alone would make wasmtime and tantivy a second time.
    if packages.is_empty() {
        step("programs and tests", || cargo(&root, &["build", "--quiet", "--workspace", "--all-targets"]))?;
    } else {
        step("programs", || cargo(&root, &["build", "--quiet", "--package", "zero-cli", "--package", "zero-stub"]))?;
    }
    let tally = tests(&root, packages)?;
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    let good = tally.succeeded && tally.failed == 0 && tally.passed > 0;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[allow(clippy::disallowed_methods, reason = "a tool may look at the clock")]
fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("==> {name}");
    let start = Instant::now();
    work().with_context(|| format!("`{name}` failed"))?;
    println!("    {name}: {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("cargo").current_dir(root).args(arguments).status().context("running cargo")?;
    if !status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}

#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
    succeeded: bool,
}

/// Runs the tests, passing their output on and adding up the runners' closing lines.
fn tests(root: &Path, packages: &[String]) -> Result<Tally> {
    println!("==> tests");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).args(["test", "--no-fail-fast"]).stdout(Stdio::piped());
    if packages.is_empty() {
        cargo.arg("--workspace");
    }
    packages.iter().for_each(|package| {
        cargo.args(["--package", package]);
    });
    cargo
        .env("ZERO_BUNDLE", components::bundle_dir(root))
        .env("ZERO_ORCHESTRATORS", orchestrators::folder(root))
        .env("ZERO_PROGRAMS", components::target_dir(root).join("debug"));
    let mut child = cargo.spawn().context("running cargo test")?;
    let mut tally = Tally::default();
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(|out| out.lines().map_while(Result::ok)) {
        println!("{line}");
        if let Some(counts) = line.strip_prefix("test result: ") {
            tally.passed += count(counts, " passed");
            tally.failed += count(counts, " failed");
            tally.skipped += count(counts, " ignored");
        }
    }
    tally.succeeded = child.wait().context("waiting for cargo test")?.success();
    Ok(tally)
}

/// The number before `word` in a line such as `ok. 3 passed; 0 failed; 1 ignored; ...`.
fn count(line: &str, word: &str) -> u64 {
    let before = line.split(word).next().filter(|before| before.len() < line.len());
    before.and_then(|before| before.rsplit(' ').next()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted() {
        let line = "ok. 13 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.24s";
        assert_eq!((count(line, " passed"), count(line, " failed"), count(line, " ignored")), (13, 2, 1));
        assert_eq!(count("nothing", " passed"), 0);
    }
}
