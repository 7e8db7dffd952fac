//! Compiling in a process of its own: this program starts itself again, as `zero` does.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking"
)]

#[allow(dead_code, reason = "this test needs only the connectors")]
#[path = "engine/guests.rs"]
mod guests;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use zero_engine::{Compiler, Config, Engine, Limits, LoadError, compile_child};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("internal-compile") => return compile_child(),
        Some("internal-hang") => std::thread::sleep(Duration::from_secs(600)),
        Some("internal-crash") => std::process::abort(),
        Some("internal-babble") => print_babble(),
        _ => {
            let trial = |name, run: fn()| {
                Trial::test(name, move || {
                    run();
                    Ok(())
                })
            };
            let trials = vec![
                trial("a_child_compiles_what_this_process_can_run", a_child_compiles_what_this_process_can_run),
                trial(
                    "a_child_that_hangs_crashes_or_babbles_costs_only_the_load",
                    a_child_that_hangs_crashes_or_babbles_costs_only_the_load,
                ),
            ];
            return libtest_mimic::run(&Arguments::from_args(), trials).exit_code();
        }
    }
    ExitCode::SUCCESS
}

/// Standard output that is no artifact.
fn print_babble() {
    println!("{}", "not machine code ".repeat(1000));
}

fn engine(compiler: Compiler, compile_time: Duration) -> Engine {
    let limits = Limits { compile_time, ..Limits::default() };
    Engine::new(Config { compiler, limits, ..Config::default() }).unwrap()
}

fn child(argument: &str) -> Compiler {
    Compiler::Child { program: std::env::current_exe().unwrap(), args: vec![argument.to_owned()] }
}

fn a_child_compiles_what_this_process_can_run() {
    let engine = engine(child("internal-compile"), Limits::default().compile_time);
    assert_eq!(engine.connector(&guests::connector(guests::COUNTS)).unwrap().name(), guests::NAME);
    // Valid as far as can be seen without compiling it, and refused by the compiler.
    let mut broken = guests::connector(guests::COUNTS);
    let body = b"\x41\xd0\x0f\x0b";
    let at = broken.windows(body.len()).rposition(|bytes| bytes == body).unwrap();
    broken[at] = 0x43;
    match engine.connector(&broken) {
        Err(LoadError::Compile(_) | LoadError::Refused(_)) => {}
        other => panic!("{other:?}"),
    }
}

fn a_child_that_hangs_crashes_or_babbles_costs_only_the_load() {
    let start = Instant::now();
    for (argument, time, reason) in [
        ("internal-hang", Duration::from_millis(200), "longer than"),
        ("internal-crash", Duration::from_secs(60), "signal"),
        ("internal-babble", Duration::from_secs(60), ""),
    ] {
        match engine(child(argument), time).connector(&guests::connector(guests::COUNTS)) {
            Err(LoadError::Compile(said)) => assert!(said.contains(reason), "{argument}: {said}"),
            other => panic!("{argument}: {other:?}"),
        }
    }
    assert!(start.elapsed() < Duration::from_secs(60), "the hanging child was waited for");
    let missing = Compiler::Child { program: "/nowhere/zero".into(), args: Vec::new() };
    let error = engine(missing, Duration::from_secs(1)).connector(&guests::connector(guests::COUNTS)).unwrap_err();
    assert!(matches!(error, LoadError::Io { .. }));
}
