//! The real pipeline in a fake world: sources that are slow, lying, absent, endless, greedy, broken, rate limited, down
//! and well again; askers who repeat each other and who leave. A run is its seed, and time is virtual.
//!
//! `ZERO_SEED=17` runs one seed again; `ZERO_SEEDS=10000` runs that many.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and says what it saw"
)]

mod cast;
mod dice;
mod network;

use core::time::Duration;
use dice::Dice;
use futures_util::future::{Either, join_all, select};
use network::SimNetwork;
use std::pin::pin;
use std::sync::Arc;
use zero_pipeline::cache::{Cache, Key, Lookup};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::ledger::State;
use zero_pipeline::settings::Settings;
use zero_pipeline::{Answered, Ask, Event, Fixed, Platform as _, Region, limits};
use zero_tests::invariants;
use zero_tests::native::NativeRooms;
use zero_tests::world::World;
use zero_types::prelude::*;

const SEEDS: u64 = 300;
const MS: Duration = Duration::from_millis(1);

#[test]
fn seeds() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seeds = match number("ZERO_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("ZERO_SEEDS").unwrap_or(SEEDS),
    };
    let mut told = Told::default();
    for seed in seeds {
        match std::panic::catch_unwind(|| Run::new(seed).play()) {
            Ok(Ok(run)) => told.add(run),
            Ok(Err(wrong)) => panic!("ZERO_SEED={seed}: {wrong}"),
            Err(_) => panic!("ZERO_SEED={seed}: panicked, see above"),
        }
    }
    if number("ZERO_SEED").is_none() {
        told.check();
    }
}

/// What the seeds have shown together: a simulation in which nothing happens proves nothing.
#[derive(Debug, Default)]
struct Told {
    answered: usize,
    abstained: usize,
    cancelled: usize,
    late: usize,
    suspended: usize,
    failed: usize,
    patched: usize,
    cached: usize,
    requests: usize,
}

impl Told {
    fn add(&mut self, run: Self) {
        self.answered += run.answered;
        self.abstained += run.abstained;
        self.cancelled += run.cancelled;
        self.late += run.late;
        self.suspended += run.suspended;
        self.failed += run.failed;
        self.patched += run.patched;
        self.cached += run.cached;
        self.requests += run.requests;
    }

    fn check(&self) {
        println!("{self:?}");
        let all = [
            self.answered,
            self.abstained,
            self.cancelled,
            self.late,
            self.suspended,
            self.failed,
            self.patched,
            self.cached,
        ];
        assert!(all.iter().all(|&count| count > 0), "something never happened: {self:?}");
    }
}

struct Run {
    dice: Dice,
    world: World<NativeRooms, SimNetwork>,
    network: Arc<SimNetwork>,
    region: Arc<Region>,
    cache: (usize, usize),
    told: Told,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let hedge = dice.chance(70);
        let settings = Settings {
            portfolio_max: dice.between(1, 16),
            connections_max: if dice.chance(50) { limits::CONNECTIONS_MAX } else { 6 },
            hedge,
            ..Settings::default()
        };
        let records = cast::records(&mut dice);
        let network = Arc::new(SimNetwork::new(&mut dice, &records, hedge));
        let cache = (dice.between(1, 200), dice.between(500, 200_000));
        let mut region = Region::new(Catalogue::from_records(records), settings);
        region.cache = Cache::new(cache.0, cache.1);
        let world = World::new(cast::rooms(), Arc::clone(&network), 1_900_000_000_000);
        Self { dice, world, network, region: Arc::new(region), cache, told: Told::default() }
    }

    fn play(mut self) -> Result<Told, String> {
        for scene in 0..self.dice.between(2, 6) {
            self.scene(scene)?;
            let pause = self.dice.between(0, 20_000) as u32;
            self.pass(pause * MS);
        }
        self.recovery()?;
        self.bounded_cache()?;
        self.told.requests = self.network.requests();
        self.network.verdict()?;
        Ok(self.told)
    }

    fn pass(&self, time: Duration) {
        self.world.time.run(self.world.time.sleep(time)).unwrap();
    }

    /// One to four askers at once, who may repeat each other and may leave.
    fn scene(&mut self, scene: usize) -> Result<(), String> {
        let askers: Vec<(Ask, Option<Duration>)> = (0..self.dice.between(1, 4))
            .map(|asker| {
                let number = if self.dice.chance(60) { scene } else { scene * 10 + asker };
                let ask = self.ask(number);
                let leaves = self.dice.chance(20).then(|| self.dice.between(1, 600) as u32 * MS);
                (ask, leaves)
            })
            .collect();
        let asked = askers.into_iter().map(|(ask, leaves)| one(&self.world, &self.region, ask, leaves));
        let ended = self.world.time.run(join_all(asked)).map_err(|stuck| stuck.to_string())?;
        for ended in ended {
            self.judge(ended?)?;
        }
        Ok(())
    }

    fn ask(&mut self, number: usize) -> Ask {
        let mut ask = Ask::new(&format!("what is the colour of lantern {number}")).unwrap();
        ask = ask.within(*self.dice.pick(&[50 * MS, 500 * MS, 500 * MS, 3000 * MS]));
        if self.dice.chance(40) {
            ask = ask.late(self.dice.between(1, 4000) as u32 * MS);
        }
        let id = |dice: &mut Dice| format!("s{}", dice.between(0, 24));
        if self.dice.chance(10) {
            ask.only = vec![id(&mut self.dice), id(&mut self.dice), "nobody".to_owned()];
            ask.only.dedup();
        }
        if self.dice.chance(20) {
            ask.profile.blocked_sources = vec![id(&mut self.dice)];
        }
        if self.dice.chance(50) {
            ask.consent = vec!["s3".to_owned()];
        }
        ask
    }

    fn judge(&mut self, ended: Option<Ended>) -> Result<(), String> {
        let Some(ended) = ended else {
            self.told.cancelled += 1;
            return Ok(());
        };
        let answered = &ended.answered;
        invariants::check(answered, &self.world.rooms, &self.region.settings)?;
        if ended.took > answered.ask.gather_budget.unwrap_or_default() {
            return Err(format!(
                "answered after {:?}, over {:?}",
                ended.took,
                answered.ask.gather_budget.unwrap_or_default()
            ));
        }
        if ended.listened > answered.ask.late_budget {
            return Err(format!("listened for {:?} after it", ended.listened));
        }
        for entry in &answered.ledger {
            if entry.exchanges > limits::ROUNDS_MAX * limits::REQUESTS_PER_ROUND_MAX {
                return Err(format!("{} exchanges of `{}`", entry.exchanges, entry.source_id));
            }
            match &entry.state {
                State::Late => self.told.late += 1,
                State::Suspended { .. } => self.told.suspended += 1,
                State::Failed { .. } => self.told.failed += 1,
                _ => {}
            }
            self.told.cached += entry.cached;
        }
        let abstained = answered.answer.abstention.is_some();
        self.told.abstained += usize::from(abstained);
        self.told.answered += usize::from(!abstained);
        self.told.patched += ended.patches;
        Ok(())
    }

    /// Everything is well again, and after the longest suspension a probe for each source finds that out.
    fn recovery(&mut self) -> Result<(), String> {
        self.network.heal(self.world.time.now());
        self.pass(2 * limits::SUSPENSION_MAX);
        let mut last = None;
        for number in 9_000..9_002 {
            let ask = Ask::new(&format!("what is the colour of lantern {number}")).unwrap().within(30_000 * MS);
            let asked = one(&self.world, &self.region, ask, None);
            last = self.world.time.run(asked).map_err(|stuck| stuck.to_string())??;
        }
        let last = last.ok_or("the last asker did not leave")?;
        for entry in &last.answered.ledger {
            let record = self.region.catalogue.get(&entry.source_id).unwrap();
            let suspended = matches!(entry.state, State::Suspended { .. });
            let silent = entry.state.was_asked() && !matches!(entry.state, State::Answered { .. });
            if suspended || (silent && cast::is_honest(record)) {
                return Err(format!("`{}` has not recovered: {:?}", entry.source_id, entry.state));
            }
        }
        self.judge(Some(last))
    }

    /// Whatever was fetched, no more is kept than may be.
    fn bounded_cache(&self) -> Result<(), String> {
        let (mut entries, mut bytes) = (0, 0);
        // A hedge or a later asker may have sent the same request again.
        let mut asked: Vec<(String, Request)> = Vec::new();
        for key in self.network.keys() {
            if !asked.contains(&key) {
                asked.push(key);
            }
        }
        for (source, request) in asked {
            // A day before everything that is kept has expired.
            if let Lookup::Hit(Outcome::Response(response)) =
                self.region.cache.look_up(Key::of(&source, &request), Duration::ZERO)
            {
                entries += 1;
                bytes += response.body.len();
            }
        }
        let (entries_max, bytes_max) = self.cache;
        if entries > entries_max || bytes > bytes_max {
            return Err(format!("the cache holds {entries} of {entries_max} entries, {bytes} of {bytes_max} bytes"));
        }
        Ok(())
    }
}

/// A question that was answered.
struct Ended {
    answered: Answered,
    /// Until the answer stood.
    took: Duration,
    /// After that.
    listened: Duration,
    patches: usize,
}

/// One asker, who may leave; a problem is an error, whatever the sources did.
async fn one(
    world: &World<NativeRooms, SimNetwork>,
    region: &Arc<Region>,
    ask: Ask,
    leaves: Option<Duration>,
) -> Result<Option<Ended>, String> {
    let start = world.elapsed();
    let mut stood = start;
    let mut patches = 0;
    let hear = |event: Event<'_>| match event {
        Event::Answer { .. } => stood = world.elapsed(),
        Event::Patch { .. } => patches += 1,
        _ => {}
    };
    let answered = zero_pipeline::answer(Arc::clone(region), world.clone(), ask, Fixed::default(), hear);
    let answered = match leaves {
        None => answered.await,
        Some(after) => match select(pin!(answered), pin!(world.sleep(after))).await {
            Either::Left((answered, _)) => answered,
            Either::Right(((), _)) => return Ok(None),
        },
    };
    let answered = answered.map_err(|problem| format!("a problem instead of an answer: {problem}"))?;
    Ok(Some(Ended { answered, took: stood - start, listened: world.elapsed() - stood, patches }))
}
