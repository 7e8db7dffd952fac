//! What the engine promises: what it refuses to load, what a call may cost, and what calls never share.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod guests;

mod calling;
mod loading;
mod sealed;
mod sharing;

use zero_engine::{Called, Config, Connector, Engine, Limits};
use zero_types::connector::{Findings, Intent, Question, Source, Step};

fn engine() -> Engine {
    Engine::new(Config::default()).unwrap()
}

fn engine_with(limits: Limits) -> Engine {
    Engine::new(Config { limits, ..Config::default() }).unwrap()
}

/// Any question, put to a connector.
fn ask(connector: &Connector) -> Result<Called<Findings>, zero_engine::CallError> {
    let called = connector.plan(&Source::new("s", "S"), &Question::new("why?"), &Intent::unknown("en"))?;
    let Step::Done(findings) = called.value.unwrap().step else { panic!("not done") };
    Ok(Called { value: findings, figures: called.figures })
}

/// The text of its only passage.
fn answer(connector: &Connector) -> String {
    let [passage] = ask(connector).unwrap().value.passages.try_into().unwrap();
    passage.text
}
