//! Services that send bombs and floods, against the real host: it stays small, says who it was, and answers from others.
//!
//! The services run in a process of their own (this program, started again), so that the memory of this process is the
//! host's. Each hostile source is asked beside an honest one, then all of them at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and prints its figures"
)]

mod kinds;
mod service;

use kinds::KINDS;
use libtest_mimic::{Arguments, Trial};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;
use zero_engine::{Compiler, compile_child};
use zero_native::{Bundle, Host, Options};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::ledger::State;
use zero_pipeline::{Answered, Ask, Fixed};

/// What no bomb may make the host grow by.
const GROWTH_BYTES_MAX: u64 = 16 * 1024 * 1024;
const HONEST: &str = "honest";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("internal-compile") => return compile_child(),
        Some("internal-service") => return service::run(),
        _ => {}
    }
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    let trial = Trial::test("bombs_and_floods_are_cut_and_others_answer", || {
        bombs_and_floods_are_cut_and_others_answer();
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}

/// The services, stopped when the test ends.
struct Services {
    child: Child,
    address: String,
}

impl Services {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.arg("internal-service").stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn source(name: &str) -> String {
    format!(
        r#"
[[source]]
id = "{name}"
name = "Source {name}"
summary = "hostile or honest"
hosts = ["{name}.bombs.example"]
[source.settings]
bid = {{ base = 0.9 }}
[[source.settings.steps]]
url = "https://{name}.bombs.example/search?q={{query}}"
items = "hits"
[source.settings.steps.passage]
title = "{{title}}"
url = "https://{name}.bombs.example/{{id}}"
text = "{{text}}"
"#
    )
}

fn host(folder: PathBuf, services: &Services) -> Host {
    let mut bundle = Bundle::read(&folder, None).unwrap();
    let names = || KINDS.iter().map(|kind| kind.name).chain([HONEST]);
    let records: String = names().map(source).collect();
    bundle.catalogue =
        Catalogue::from_toml([("bombs.toml", format!("connector = \"rest\"\n{records}").as_str())]).unwrap();
    for name in names() {
        bundle.config.egress.overrides.insert(format!("{name}.bombs.example"), format!("http://{}", services.address));
    }
    // Each question asks each source once, and every source every time: what is measured is one answer.
    bundle.config.pipeline.hedge = false;
    let artifacts = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts");
    let options = Options { artifacts: Some(artifacts), compiler: Compiler::InProcess, ..Options::default() };
    Host::assemble(bundle, options).unwrap()
}

fn ask(runtime: &tokio::runtime::Runtime, host: &Host, sources: &[&str], budget: Duration) -> Answered {
    let mut ask = Ask::new("what is the capital of Japan").unwrap().within(budget);
    ask.only = sources.iter().map(|&source| source.to_owned()).collect();
    runtime.block_on(host.answer(ask, Fixed::default(), |_| {})).unwrap_or_else(|problem| panic!("{problem}"))
}

fn state<'a>(answered: &'a Answered, source: &str) -> &'a State {
    let entry = answered.ledger.iter().find(|entry| entry.source_id == source);
    &entry.unwrap_or_else(|| panic!("`{source}` is not in the ledger")).state
}

/// What a question made this process grow by at most, as the kernel counts resident memory.
fn growth<T>(question: impl FnOnce() -> T) -> (T, u64) {
    // The kernel forgets the largest size so far.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = field("VmRSS:");
    let answered = question();
    (answered, field("VmHWM:").saturating_sub(before))
}

fn field(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let kilobytes =
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.unwrap() * 1024
}

fn bombs_and_floods_are_cut_and_others_answer() {
    let Some(folder) = zero_tests::bundle::folder() else {
        zero_tests::skip("bombs", "no bundle; `cargo xtask components` makes one, ZERO_BUNDLE says where");
        return;
    };
    let services = Services::start();
    let host = host(folder, &services);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // What every host does once: map code, open connections, warm what is reused.
    for _ in 0..3 {
        assert!(matches!(state(&ask(&runtime, &host, &[HONEST], PATIENCE), HONEST), State::Answered { .. }));
    }
    let (_, idle) = growth(|| ask(&runtime, &host, &[HONEST], PATIENCE));
    println!("{:<18} {:>8} KiB more", "an honest one", idle / 1024);
    let mut largest = 0;
    for kind in &KINDS {
        let (answered, grown) = growth(|| ask(&runtime, &host, &[kind.name, HONEST], PATIENCE));
        let said = state(&answered, kind.name);
        println!("{:<18} {:>8} KiB more; {}", kind.name, grown / 1024, shown(said));
        largest = largest.max(grown);
        check(kind, said);
        assert!(matches!(state(&answered, HONEST), State::Answered { .. }), "{}: {:?}", kind.name, answered.ledger);
        assert!(
            answered.answer.sentences.iter().any(|sentence| sentence.text.contains("Tokyo")),
            "{:?}",
            answered.answer
        );
        assert!(grown <= GROWTH_BYTES_MAX, "`{}` made the host grow by {grown} bytes", kind.name);
    }
    // A question may ask so many at most.
    for several in KINDS.chunks(zero_pipeline::limits::PORTFOLIO_MAX - 1) {
        let names: Vec<&str> = several.iter().map(|kind| kind.name).chain([HONEST]).collect();
        let (answered, grown) = growth(|| ask(&runtime, &host, &names, PATIENCE));
        println!("{:<18} {:>8} KiB more", format!("{} at once", several.len()), grown / 1024);
        largest = largest.max(grown);
        several.iter().for_each(|kind| check(kind, state(&answered, kind.name)));
        assert!(matches!(state(&answered, HONEST), State::Answered { .. }), "{:?}", answered.ledger);
        assert!(grown <= GROWTH_BYTES_MAX, "{names:?} made the host grow by {grown} bytes");
    }
    println!("{} kinds of bombs and floods: the host grew by at most {} KiB", KINDS.len(), largest / 1024);
}

/// Drips never end, so a question waits for them as long as it was given; on a busy machine decoding takes a while.
const PATIENCE: Duration = Duration::from_secs(4);

fn check(kind: &kinds::Kind, said: &State) {
    let fits = kind.expected.iter().any(|expected| shown(said).contains(expected));
    assert!(fits, "`{}` ended as {said:?}, not as {:?}", kind.name, kind.expected);
}

fn shown(state: &State) -> String {
    match state {
        State::Failed { cause, detail } => {
            format!("{}: {cause}: {}", state.name(), detail.lines().next().unwrap_or_default())
        }
        other => other.name().to_owned(),
    }
}
