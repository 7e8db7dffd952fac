//! A host as a queue, in virtual time: what the gate makes of ten times what it can carry.
//!
//! Two workers take tasks in the order in which they came. A question is a task, then a wait for sources, then another
//! task; a reject is a short task; and the probe is a task that does nothing, as in a real host. No wall clock is read, so
//! a run is its seed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use core::time::Duration;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use zero_traffic::{Adaptive, Class, Gate, Place, limits};

const US: u64 = 1_000_000;
const WORKERS: usize = 2;
/// CPU of a question before and after its sources, and of a reject.
const FIRST_US: u64 = 4_000;
const LAST_US: u64 = 6_000;
const REJECT_US: u64 = 100;
/// Questions a second that two workers can carry.
const CAPACITY: u64 = WORKERS as u64 * US / (FIRST_US + LAST_US);
/// An answer after this is nobody's.
const USEFUL_US: u64 = US;

/// Two workers, their queue, and what is to come.
struct World {
    now: u64,
    random: u64,
    gate: Gate,
    places: Vec<Option<Place>>,
    came: Vec<u64>,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    ready: VecDeque<(u64, Task)>,
    idle: usize,
    order: u64,
    good: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Comes,
    Ready(Task),
    Done(Task),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Task {
    Enter(usize),
    First(usize),
    Last(usize),
    Probe,
}

impl World {
    fn new(seed: u64, gate: Gate) -> Self {
        Self {
            now: 0,
            random: seed,
            gate,
            places: Vec::new(),
            came: Vec::new(),
            events: BinaryHeap::new(),
            ready: VecDeque::new(),
            idle: WORKERS,
            order: 0,
            good: Vec::new(),
        }
    }

    fn next(&mut self, below: u64) -> u64 {
        // Knuth's MMIX generator: any will do that can be run again.
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % below.max(1)
    }

    fn at(&mut self, when: u64, event: Event) {
        self.order += 1;
        self.events.push(Reverse((when, self.order, event)));
    }

    /// Runs with `rate(second)` arrivals a second.
    fn run(mut self, seconds: u64, rate: impl Fn(u64) -> u64) -> Vec<u64> {
        self.good = vec![0; seconds as usize];
        self.at(0, Event::Comes);
        self.at(0, Event::Ready(Task::Probe));
        while let Some(Reverse((when, _, event))) = self.events.pop() {
            if when >= seconds * US {
                break;
            }
            self.now = when;
            match event {
                Event::Comes => {
                    let id = self.came.len();
                    self.came.push(when);
                    self.places.push(None);
                    self.ready.push_back((when, Task::Enter(id)));
                    // Between nothing and twice the mean.
                    let gap = self.next(2 * US / rate(when / US));
                    self.at(when + gap, Event::Comes);
                }
                Event::Ready(task) => self.ready.push_back((when, task)),
                Event::Done(task) => {
                    self.idle += 1;
                    self.done(task);
                }
            }
            while self.idle > 0
                && let Some((since, task)) = self.ready.pop_front()
            {
                self.idle -= 1;
                let (cost, task) = self.begin(since, task);
                self.at(self.now + cost, Event::Done(task));
            }
        }
        self.good
    }

    fn begin(&mut self, since: u64, task: Task) -> (u64, Task) {
        match task {
            Task::Enter(id) => match self.gate.enter(Class::SignedIn) {
                Some(place) => {
                    self.places[id] = Some(place);
                    (FIRST_US, Task::First(id))
                }
                None => (REJECT_US, Task::Enter(id)),
            },
            Task::First(_) => (0, task),
            Task::Last(_) => (LAST_US, task),
            Task::Probe => {
                self.gate.handle_delay(Duration::from_micros(self.now - since), Duration::from_micros(self.now));
                (0, Task::Probe)
            }
        }
    }

    fn done(&mut self, task: Task) {
        match task {
            Task::First(id) => {
                let sources = 200_000 + self.next(200_000);
                self.at(self.now + sources, Event::Ready(Task::Last(id)));
            }
            Task::Last(id) => {
                self.places[id] = None;
                let (second, took) = (self.now / US, self.now - self.came[id]);
                self.good[second as usize] += u64::from(took <= USEFUL_US);
            }
            Task::Probe => {
                let again = self.now + limits::PROBE_INTERVAL.as_micros() as u64;
                self.at(again, Event::Ready(Task::Probe));
            }
            Task::Enter(_) => {}
        }
    }
}

const TARGET: Duration = Duration::from_millis(25);

fn adaptive() -> Gate {
    Gate::new(Adaptive::new(4, 1024, TARGET))
}

/// What comes through a second, once it has settled.
fn settled(seed: u64, gate: Gate, rate: u64) -> u64 {
    let good = World::new(seed, gate).run(30, |_| rate);
    good[10..].iter().sum::<u64>() / 20
}

#[test]
fn goodput_stands_at_ten_times_what_can_be_carried() {
    for seed in [1, 2, 3, 5, 8] {
        let good = [1, 2, 5, 10].map(|times| settled(seed, adaptive(), times * CAPACITY));
        let peak = *good.iter().max().unwrap();
        println!("seed {seed}: capacity {CAPACITY}/s, goodput at 1, 2, 5, 10 times: {good:?}");
        assert!(peak * 100 >= CAPACITY * 80, "seed {seed}: {good:?}");
        assert!(good[1] * 100 >= peak * 95, "seed {seed}: {good:?}");
        assert!(good[3] * 100 >= peak * 85, "seed {seed}: {good:?}");
    }
}

/// Without a limit that adapts nothing comes through in time: what the gate is there for.
#[test]
fn without_a_limit_goodput_collapses() {
    let open = Gate::new(Adaptive::new(100_000, 100_000, TARGET));
    let good = settled(1, open, 2 * CAPACITY);
    println!("without a limit, goodput at twice the capacity: {good}/s of {CAPACITY}/s");
    assert!(good * 100 <= CAPACITY * 20, "{good}");
}

#[test]
fn when_the_flood_ends_everybody_is_answered_within_five_seconds() {
    for seed in [1, 2, 3, 5, 8] {
        let rate = |second| if (10..20).contains(&second) { 10 * CAPACITY } else { CAPACITY * 7 / 10 };
        let good = World::new(seed, adaptive()).run(30, rate);
        let before = good[5..10].iter().sum::<u64>() / 5;
        let after = good[25..30].iter().sum::<u64>() / 5;
        println!("seed {seed}: goodput before {before}/s, from 5 s after the flood on {after}/s: {good:?}");
        assert!(after * 100 >= before * 95, "seed {seed}: {good:?}");
    }
}

/// A source that is slow fills the host with questions that wait, and that is no reason to turn others away.
#[test]
fn few_questions_are_all_let_in() {
    let gate = adaptive();
    let good = World::new(7, gate.clone()).run(20, |_| CAPACITY / 2);
    assert!(gate.limit() >= limits::CONCURRENCY_START, "the limit fell to {} without any overload", gate.limit());
    assert!(good[2..].iter().all(|good| *good * 100 >= CAPACITY / 2 * 70), "{good:?}");
}
