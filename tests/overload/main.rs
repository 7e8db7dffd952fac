//! Ten times what a host can carry: it goes on answering as many as it can, turns the others away at once, and forgets the
//! flood when it is over.
//!
//! The host is the native one in a process of its own, with its real door, engine and way out; its one source is a stub
//! that takes its time, so that what saturates it is a number of questions in flight and not the noise of this machine.
//! Load is open-loop: whoever asks does not wait for the answers to others, and latency counts from when a question was due.
//!
//! All figures are of one run and compared with each other; a run that something else on this machine has spoilt is
//! repeated. This program starts itself again as the host, so it has a `main` of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and prints its figures"
)]

mod host;
mod load;

use core::time::Duration;
use host::{Host, SERVE};
use libtest_mimic::{Arguments, Trial};
use load::{Asker, Stage};
use std::process::ExitCode;
use zero_stub::{Exchanges, Options, Stub};

/// Other builds may take the machine away in the middle of one.
const RUNS_MAX: usize = 3;
const SECOND: Duration = Duration::from_secs(1);
/// How long each load is measured, once it has settled.
const MEASURED: Duration = Duration::from_secs(6);

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(SERVE) {
        return host::serve();
    }
    let trial = Trial::test("goodput_stands_rejects_are_quick_and_the_flood_is_forgotten", || {
        check();
        Ok(())
    });
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}

fn check() {
    let Some(bundle) = zero_tests::bundle::folder() else {
        zero_tests::skip("overload", "no bundle; `cargo xtask components` makes one, ZERO_BUNDLE says where");
        return;
    };
    let stub = Stub::start(Exchanges::default(), Options::default()).unwrap();
    let host = Host::start(&bundle, stub.address());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asker = Asker::new(host.address());
    for run in 1..=RUNS_MAX {
        let measured = runtime.block_on(tokio::task::LocalSet::new().run_until(measure(&asker)));
        println!("{measured}");
        match measured.wrong() {
            None => return,
            Some(wrong) => println!("run {run} of {RUNS_MAX}: {wrong}"),
        }
    }
    panic!("no run of {RUNS_MAX} was good");
}

/// What one run came to.
struct Measured {
    saturation: f64,
    /// At 1, 2, 5 and 10 times of it.
    stages: [(u32, Stage); 4],
    before: Stage,
    after: Stage,
}

async fn measure(asker: &Asker) -> Measured {
    // Connections, grants and pages: whatever is only done once.
    asker.closed(4, SECOND).await;
    let saturation = asker.closed(2 * host::IN_FLIGHT_MAX, MEASURED).await;
    let quiet = saturation * 0.6;
    let before = asker.open(quiet, 2 * SECOND, MEASURED / 2).await;
    let mut stages = Vec::new();
    for times in [1, 2, 5, 10] {
        stages.push((times, asker.open(saturation * f64::from(times), 2 * SECOND, MEASURED).await));
    }
    // Right after the flood: what is counted begins five seconds later.
    let after = asker.open(quiet, 5 * SECOND, MEASURED / 2).await;
    Measured { saturation, stages: stages.try_into().ok().unwrap(), before, after }
}

impl Measured {
    fn peak(&self) -> f64 {
        self.stages.iter().map(|(_, stage)| stage.goodput).fold(0.0, f64::max)
    }

    fn reject_median(&self) -> Duration {
        let mut all: Vec<Duration> = self.stages.iter().flat_map(|(_, stage)| stage.rejects.iter().copied()).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or(Duration::MAX)
    }

    /// What is not as it must be.
    fn wrong(&self) -> Option<String> {
        let [_, (_, twice), _, (_, tenfold)] = &self.stages;
        let broken: usize = self.stages.iter().map(|(_, stage)| stage.broken).sum();
        let checks = [
            (twice.goodput >= 0.95 * self.peak(), "goodput at twice the saturation is below 95 % of its peak"),
            (tenfold.goodput >= 0.85 * self.peak(), "goodput at ten times the saturation is below 85 % of its peak"),
            (self.peak() >= 0.85 * self.saturation, "no load comes near what the same host does in a closed loop"),
            (self.reject_median() < Duration::from_millis(10), "the median reject takes 10 ms or more"),
            (tenfold.rejects.len() > tenfold.answers, "there was no flood"),
            (self.after.goodput >= 0.95 * self.before.goodput, "5 s after the flood fewer are answered than before it"),
            (self.after.rejects.is_empty(), "5 s after the flood some are turned away"),
            (broken == 0, "some got neither an answer nor a 503 with `Retry-After`"),
        ];
        checks.iter().find(|(good, _)| !good).map(|(_, wrong)| (*wrong).to_owned())
    }
}

impl core::fmt::Display for Measured {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        writeln!(f, "saturation (closed loop): {:.1} answers/s", self.saturation)?;
        for (times, stage) in &self.stages {
            let share = 100.0 * stage.goodput / self.peak();
            writeln!(f, "at {times:>2} times: {stage}, {share:.1} % of the peak")?;
        }
        writeln!(f, "before the flood: {}", self.before)?;
        writeln!(f, "5 s after it:     {}", self.after)?;
        write!(f, "median reject: {:.2} ms", self.reject_median().as_secs_f64() * 1e3)
    }
}
