//! 1,000 swaps under 200 questions/s, open loop: a question is asked when its time has come, whatever became of those
//! before it.

use crate::guests::{Guest, NAME};
use crate::world::{ask, said, world};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use zero_native::Live;
use zero_pipeline::Answered;

const SWAPS: usize = 1_000;
const QUESTIONS_PER_SECOND: u32 = 200;
/// Versions that take turns: more than are ever in flight at once.
const VERSIONS: u32 = 7;
/// Swaps are spread over at least this long.
const TIME: Duration = Duration::from_secs(20);
/// The same load without swaps.
const QUIET_TIME: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_swaps_lose_and_mix_no_question() {
    let Some(world) = world().await else { return };
    let versions: Vec<Vec<u8>> = (0..VERSIONS).map(|number| Guest::plain(number).component()).collect();
    let expected: BTreeMap<String, String> =
        (0..VERSIONS).map(|number| (zero_builder::digest(&versions[number as usize]), Guest::says(number))).collect();
    // Each is compiled once, as an upgrade of a host that has run for a while would be.
    for version in &versions {
        world.install(version.clone(), false).unwrap();
    }

    let quiet = Stop::after(QUIET_TIME);
    let without = questions(&world.live, quiet).await;

    let stop = Stop::later();
    let swaps = {
        let (desk, live, stop) = (world.desk.clone(), world.live.clone(), stop.clone());
        tokio::task::spawn_blocking(move || {
            let start = Instant::now();
            let mut old = Vec::new();
            for swap in 0..SWAPS {
                let due = TIME / u32::try_from(SWAPS).unwrap() * u32::try_from(swap).unwrap();
                std::thread::sleep(due.saturating_sub(start.elapsed()));
                old.push((Arc::downgrade(&live.host()), live.host().platform.handle()));
                let bytes = versions[swap % versions.len()].clone();
                let how = zero_lifecycle::Ask { consent: false, allow_unsigned: true, gate: None };
                let origin = zero_lifecycle::Origin::Bytes { bytes, from: "test".to_owned() };
                desk.install(origin, &how).unwrap();
            }
            stop.now();
            (old, start.elapsed())
        })
    };
    let with = questions(&world.live, stop).await;
    let (old, took) = swaps.await.unwrap();

    let mut seen = BTreeSet::new();
    for answered in without.iter().chain(&with) {
        let (_, answered) = answered;
        let name = format!("connectors/{NAME}");
        let (_, digest) = answered.digests.iter().find(|(has, _)| *has == name).expect("the connector takes part");
        // The guest itself refuses a state that another version wrote; so an answer of the version that the question
        // names has planned and read both rounds with it.
        let wanted = &expected[digest.strip_prefix("sha256:").unwrap()];
        assert_eq!(&said(answered), wanted, "failed or mixed");
        assert_eq!(answered.exchanges.len(), 2, "two rounds");
        seen.insert(digest.clone());
    }
    assert_eq!(seen.len(), VERSIONS as usize, "questions met every version");
    // Nobody asks any more: whatever is not in force is gone, hosts and the connectors they held.
    assert_eq!(old.len(), SWAPS);
    let alive = old.iter().filter(|(host, set)| host.strong_count() + set.strong_count() > 0).count();
    assert_eq!(alive, 0, "old versions are freed");

    let line = |what: &str, all: &[(Duration, Answered)]| {
        let [p50, p99] = [50, 99].map(|percent| percentile(all, percent));
        format!("{what}: {} questions, p50 {p50:?}, p99 {p99:?}", all.len())
    };
    let (swapping, still) = (line("with swaps", &with), line("without", &without));
    let _ = writeln!(
        std::io::stderr(),
        "\n{SWAPS} swaps in {took:?} under {QUESTIONS_PER_SECOND} questions/s: 0 failed, 0 mixed, all old ones freed\n{swapping}\n{still}\n"
    );
}

/// When a load ends.
#[derive(Clone)]
struct Stop(Option<Instant>, Arc<AtomicBool>);

impl Stop {
    fn after(time: Duration) -> Self {
        Self(Some(Instant::now() + time), Arc::default())
    }

    fn later() -> Self {
        Self(None, Arc::default())
    }

    fn now(&self) {
        self.1.store(true, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.0.is_some_and(|end| Instant::now() >= end) || self.1.load(Ordering::Relaxed)
    }
}

/// Asks at the rate until it is over, and waits for every answer. Time is counted from when a question was due.
async fn questions(live: &Live, stop: Stop) -> Vec<(Duration, Answered)> {
    let mut underway = JoinSet::new();
    let mut due = tokio::time::Instant::now();
    while !stop.is_over() {
        due += Duration::from_secs(1) / QUESTIONS_PER_SECOND;
        tokio::time::sleep_until(due).await;
        let live = live.clone();
        underway.spawn(async move {
            let answered = ask(&live).await;
            (due.elapsed(), answered)
        });
    }
    underway.join_all().await
}

fn percentile(all: &[(Duration, Answered)], percent: usize) -> Duration {
    let mut times: Vec<Duration> = all.iter().map(|(time, _)| *time).collect();
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}
