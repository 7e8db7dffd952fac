//! Whole answers over stub sources: what the host adds to the slowest of them.
//!
//! - **Takes** questions at a fixed rate, each different, so that no cache answers.
//! - **Gives** the time beyond the slowest source, counted from when the question should have arrived; CPU per answer.
//! - **Fails** never for a lost source: the row says how many answers were incomplete.
//! - **Limits**: a rate is lowered when warming up shows that it would take more than [`LOAD_MAX`] of a core.
//! - **Why it is so**: a closed loop would wait with the host and hide its worst times.

use crate::report::{Figure, Row};
use crate::samples::Samples;
use crate::setup::Setup;
use crate::sources;
use crate::stub::{self, Running};
use anyhow::{Context as _, Result, anyhow};
use core::time::Duration;
use std::sync::mpsc;
use std::time::Instant;
use zero_native::Host;
use zero_pipeline::ledger::State;
use zero_pipeline::settings::Settings;
use zero_pipeline::{Answered, Ask};
use zero_types::prelude::Outcome;

const PART: &str = "overhead: added to the slowest source";

/// Sources, questions a second, questions.
const LOADS: [(usize, f64, u32); 4] = [(1, 100.0, 300), (10, 25.0, 200), (100, 5.0, 60), (1000, 0.5, 10)];
const DELAYS_MS: [u64; 2] = [0, 50];

pub(crate) fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let stub = stub::start(setup, None)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut rows = Vec::new();
    for (count, rate, questions) in LOADS {
        for delay_ms in DELAYS_MS {
            let host = host(setup, &stub, count, delay_ms)?;
            let load = Load { count, rate, questions: questions * setup.times() };
            rows.push(aimed(count, delay_ms, run(&runtime, &host, &load, delay_ms)?));
        }
    }
    Ok(rows)
}

/// The aims are for sources of 50 ms.
fn aimed(count: usize, delay_ms: u64, row: Row) -> Row {
    match (count, delay_ms) {
        (10, 50) => row.aim_p50(Figure::ms(1)),
        (100, 50) => row.aim_p50(Figure::ms(5)),
        _ => row,
    }
}

struct Load {
    count: usize,
    rate: f64,
    questions: u32,
}

/// A host whose only sources are these; everything else as in production.
fn host(setup: &Setup, stub: &Running, count: usize, delay_ms: u64) -> Result<Host> {
    let mut bundle = setup.read_bundle()?;
    bundle.catalogue = sources::for_load(count, delay_ms)?;
    let base = format!("http://{}", stub.first_line);
    bundle.config.egress.overrides = (0..count).map(|n| (format!("stub-{n}.example"), base.clone())).collect();
    bundle.config.pipeline =
        Settings { portfolio_max: count, connections_max: count, candidates_max: count, ..Settings::default() };
    setup.host(bundle)
}

/// One answered question.
struct Done {
    latency: Duration,
    slowest: Duration,
    complete: bool,
}

fn run(runtime: &tokio::runtime::Runtime, host: &Host, load: &Load, delay_ms: u64) -> Result<Row> {
    // Opens connections, fills grants, pages everything in; and says what an answer costs here.
    let before = cpu_time();
    for n in 0..WARM_UP {
        runtime.block_on(answer(host.clone(), ask(&format!("warm{n}"))?, Instant::now()))?;
    }
    let cost = cpu_time().saturating_sub(before).as_secs_f64() / f64::from(WARM_UP);
    let rate = load.rate.min(LOAD_MAX / cost.max(1e-9));

    let before = cpu_time();
    let done = arrive(runtime, host, rate, load.questions)?;
    let cpu = cpu_time().saturating_sub(before);

    let mut samples = Samples::new()?;
    done.iter().for_each(|done| samples.add(done.latency.saturating_sub(done.slowest)));
    let incomplete = done.iter().filter(|done| !done.complete).count();
    let note = format!(
        "{rate:.1} answers/s; {:.0} answers per CPU second; host {:.1} ms CPU each{}",
        done.len() as f64 / cpu.as_secs_f64().max(1e-9),
        cpu.as_secs_f64() * 1e3 / done.len().max(1) as f64,
        if incomplete == 0 { String::new() } else { format!("; {incomplete} INCOMPLETE") },
    );
    Ok(Row::times(PART, format!("{} sources of {delay_ms} ms", load.count), &samples).note(note))
}

/// Questions arrive at their time, whatever became of those before.
fn arrive(runtime: &tokio::runtime::Runtime, host: &Host, rate: f64, questions: u32) -> Result<Vec<Done>> {
    let (sender, receiver) = mpsc::channel();
    let start = Instant::now() + Duration::from_millis(50);
    for n in 0..questions {
        let intended = start + Duration::from_secs_f64(f64::from(n) / rate);
        let ask = ask(&format!("case{n}"))?;
        let (host, sender) = (host.clone(), sender.clone());
        wait_until(intended);
        // The last receiver is gone only after an error, which ends the run.
        runtime.spawn(async move { drop(sender.send(answer(host, ask, intended).await)) });
    }
    drop(sender);
    receiver.iter().collect()
}

/// Threads sleep more exactly than timers of a runtime, and the rest is waited for awake.
fn wait_until(moment: Instant) {
    std::thread::sleep(moment.saturating_duration_since(Instant::now()).saturating_sub(AWAKE));
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
}

fn ask(mark: &str) -> Result<Ask> {
    let ask = Ask::new(&format!("what do the stub records say about {mark}"));
    // So much time that no source is ever late: lateness would hide what it costs to wait for all.
    ask.map(|ask| ask.within(PATIENCE)).map_err(|problem| anyhow!("{}", problem.name))
}

async fn answer(host: Host, ask: Ask, intended: Instant) -> Result<Done> {
    let answered = host.answer(ask, zero_pipeline::Fixed::default(), |_| {}).await;
    let latency = intended.elapsed();
    let answered = answered.map_err(|problem| anyhow!("no answer: {problem:?}"))?;
    let sources = host.region.catalogue.records().len();
    let all = answered.ledger.iter().filter(|entry| matches!(entry.state, State::Answered { .. }) && entry.cached == 0);
    let complete = all.count() == sources;
    Ok(Done { latency, slowest: slowest(&answered).context("no source answered")?, complete })
}

/// The longest time that a stub itself had a request, in its own words.
fn slowest(answered: &Answered) -> Option<Duration> {
    let served = answered.exchanges.iter().filter_map(|exchange| match &exchange.outcome {
        Outcome::Response(response) => served(&response.body),
        Outcome::Failed(_) => None,
    });
    served.max()
}

/// `served_us`, which stands last.
fn served(body: &[u8]) -> Option<Duration> {
    let (_, number) = core::str::from_utf8(body).ok()?.rsplit_once("\"served_us\":")?;
    Some(Duration::from_micros(number.strip_suffix('}')?.parse().ok()?))
}

/// CPU of this process, user and system; the stub's is not in it.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Questions before it counts.
const WARM_UP: u32 = 3;
/// Share of one core that questions may take on average, so that what is measured is the answer and not the queue.
const LOAD_MAX: f64 = 0.4;
const PATIENCE: Duration = Duration::from_secs(20);
const AWAKE: Duration = Duration::from_micros(200);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stubs_own_time_is_read_from_its_answer() {
        assert_eq!(served(br#"{"results":[],"served_us":50123}"#), Some(Duration::from_micros(50_123)));
        assert_eq!(served(br#"{"results":[]}"#), None);
        assert_eq!(served(&[0xff]), None);
    }
}
