//! A host among hostile components: each is refused when it is loaded, or stopped within its limits when it is called,
//! and honest ones beside them never notice.
//!
//! Four tables (what loads and misbehaves, what must not load, what chokes compilers, what asks for what it may not),
//! then ten thousand calls of all that loaded, from several threads, between calls of honest connectors. A call is
//! given 8 ms of CPU here and not 50, so that those that never end cost the test seconds and not minutes.
//!
//! This program starts itself again as the compiler, as `zero` does, so it has a `main` of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and prints its tables"
)]

mod bombs;
mod bytes;
mod calls;
mod guests;
mod memory;
mod storm;
mod verdict;

use libtest_mimic::{Arguments, Trial};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use verdict::verdict;
use zero_dial::Egress;
use zero_egress::Grant;
use zero_engine::{Compiler, Config, Connector, Engine, Limits, compile_child};
use zero_types::prelude::*;

/// A component, and what must become of it: one of several, where that is the machine's to decide.
#[derive(Clone)]
pub(crate) struct Case {
    name: &'static str,
    expected: &'static str,
    bytes: Vec<u8>,
}

impl Case {
    pub(crate) fn new(name: &'static str, expected: &'static str, bytes: Vec<u8>) -> Self {
        Self { name, expected, bytes }
    }

    pub(crate) fn expects(&self, said: &verdict::Verdict) -> bool {
        self.expected.split(" | ").any(|expected| expected == said.short())
    }
}

const CALL_CPU: Duration = Duration::from_millis(8);
/// What a compiler is given here; a minute is what a host gives it.
const COMPILE_TIME: Duration = Duration::from_secs(5);
const STORM_CALLS: usize = 10_000;
const CASES_MIN: usize = 40;
const FLIPS: usize = 200;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("internal-compile") {
        return compile_child();
    }
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    let trials = vec![
        trial("each_gets_its_verdict_and_a_storm_of_them_harms_nobody", || {
            let engine = engine(Compiler::InProcess);
            let cases = [calls::cases(), bytes::cases()].concat();
            assert!(cases.len() >= CASES_MIN);
            storm::check(&engine, &check(&engine, &cases), STORM_CALLS);
        }),
        trial("a_turned_bit_is_harmless", || a_turned_bit_is_harmless(&engine(Compiler::InProcess))),
        trial("requests_are_refused_before_any_socket", || {
            requests_are_refused_before_any_socket(&engine(Compiler::InProcess));
        }),
        trial("compilers_are_choked_alone", compilers_are_choked_alone),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        run();
        Ok(())
    })
}

fn engine(compiler: Compiler) -> Engine {
    let limits = Limits { connector_cpu: CALL_CPU, compile_time: COMPILE_TIME, ..Limits::default() };
    Engine::new(Config { compiler, limits, ..Config::default() }).unwrap()
}

/// Each gets its verdict; gives those that loaded.
fn check(engine: &Engine, cases: &[Case]) -> Vec<(Case, Connector)> {
    let (mut loaded, mut wrong) = (Vec::new(), Vec::new());
    for case in cases {
        let (said, connector) = verdict(engine, &case.bytes);
        println!("{:<46} {:>8} bytes  {}", case.name, case.bytes.len(), said.short());
        if !case.expects(&said) {
            wrong.push(format!("{}: {} ({}), not {}", case.name, said.short(), said.detail(), case.expected));
        }
        loaded.extend(connector.map(|connector| (case.clone(), connector)));
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    loaded
}

fn a_turned_bit_is_harmless(engine: &Engine) {
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, bytes) in bytes::flipped(FLIPS) {
        *verdicts.entry(verdict(engine, &bytes).0.short().to_owned()).or_default() += 1;
    }
    println!("\none bit turned, {FLIPS} components: {verdicts:?}\n");
    assert_eq!(verdict(engine, &guests::Guest::default().component()).0.short(), "plan: done");
}

fn requests_are_refused_before_any_socket(engine: &Engine) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let egress = Egress::new(zero_dial::Config::default()).unwrap();
    let hosts = ["a.example".to_owned()];
    let grant = Grant::new("s", &hosts, &hosts, None).unwrap();
    for (name, says, bytes) in calls::requests() {
        let connector = engine.connector(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let plan = verdict::plan(&connector).unwrap().value.unwrap();
        let Step::Fetch(Fetch { requests, .. }) = plan.step else { panic!("{name} is done") };
        for request in requests {
            let deadline = Instant::now() + Duration::from_secs(10);
            let outcome = runtime.block_on(egress.fetch(&grant, request, deadline)).outcome;
            let Outcome::Failed(failure) = outcome else { panic!("{name} was answered") };
            println!("{name:<46} refused: {}", failure.detail.lines().next().unwrap_or_default());
            assert_eq!(failure.kind, FetchFailureKind::Refused, "{name}: {failure:?}");
            assert!(failure.detail.contains(says), "{name}: {}", failure.detail);
        }
    }
    println!();
}

fn compilers_are_choked_alone() {
    let cases = bombs::cases();
    let child =
        Compiler::Child { program: std::env::current_exe().unwrap(), args: vec!["internal-compile".to_owned()] };
    let engine = engine(child);
    let honest = guests::Guest::default().component();
    let ((), here, children) = memory::watched(|| {
        for case in &cases {
            let start = Instant::now();
            check(&engine, std::slice::from_ref(case));
            let took = start.elapsed();
            assert!(took < COMPILE_TIME * 3, "{} took {took:?}, over the {COMPILE_TIME:?} of a compiler", case.name);
        }
        assert_eq!(verdict(&engine, &honest).0.short(), "plan: done");
    });
    println!("\nwhile compilers choked: this process grew by {here} bytes, the largest of them had {children} bytes\n");
    assert!(here < memory::GROWTH_BYTES_MAX, "this process grew by {here} bytes");
    assert!(children <= zero_pipeline::limits::COMPILE_MEMORY_BYTES_MAX, "a compiler had {children} bytes");
}
