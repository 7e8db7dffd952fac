//! Routing over a thousand sources: the index alone, and the whole of it with every candidate's plan.

use crate::report::{Figure, Row};
use crate::samples::repeat;
use crate::setup::Setup;
use crate::sources;
use anyhow::{Result, anyhow};
use core::time::Duration;
use futures_util::FutureExt as _;
use std::sync::Arc;
use std::time::Instant;
use zero_native::Native;
use zero_pipeline::answer::Asked;
use zero_pipeline::limits::{CANDIDATES_MAX, GATHER_BUDGET};
use zero_pipeline::route::{Index, route};
use zero_pipeline::settings::Settings;
use zero_pipeline::{Platform as _, Region, Rooms as _};
use zero_types::prelude::*;

const PART: &str = "routing: 1,000 sources";
const SOURCES: usize = 1000;

pub(crate) fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let host = setup.host(setup.read_bundle()?)?;
    let real = &host.region.catalogue;
    let questions = sources::questions(real);
    let catalogue = sources::for_routing(real, SOURCES);
    let start = Instant::now();
    let index = Index::new(&catalogue);
    let indexed = start.elapsed();
    drop(index);
    let region = Arc::new(Region::new(catalogue, Settings::default()));

    let asked = questions.iter().map(|text| ask(&host.platform, &region, text)).collect::<Result<Vec<_>>>()?;
    let mut next = asked.iter().cycle();
    let candidates = repeat(setup.time() * 2, || {
        let asked = next.next().ok_or_else(|| anyhow!("the catalogue has no `must`"))?;
        Ok(region.index.candidates(&asked.question, &asked.intent, CANDIDATES_MAX))
    })?;
    let mut next = asked.iter().cycle();
    let mut planned = 0;
    let mut chosen = 0;
    let whole = repeat(setup.time() * 5, || {
        let asked = next.next().ok_or_else(|| anyhow!("the catalogue has no `must`"))?;
        let route = route(asked, None, Vec::new()).now_or_never().ok_or_else(|| anyhow!("a route waited"))?;
        planned += route.candidates.len();
        chosen += route.portfolio.len();
        Ok(())
    })?;
    let calls = usize::try_from(whole.count()).unwrap_or(usize::MAX).max(1);
    Ok(vec![
        Row::once(PART, "index built, once at start", Figure::time(indexed)),
        Row::times(PART, "index: candidates", &candidates).note(format!("{} different questions", questions.len())),
        Row::times(PART, "whole route", &whole).aim_p95(Figure::ms(5)).note(format!(
            "on average {} plans, {} sources chosen",
            planned / calls,
            chosen / calls
        )),
    ])
}

fn ask(platform: &Native, region: &Arc<Region>, text: &str) -> Result<Asked<Native>> {
    let rooms = platform.rooms();
    let question = Question { now_ms: platform.now_ms(), ..Question::new(text) };
    let intent = rooms.read(&question).map_err(|error| anyhow!("intent {error}"))?;
    Ok(Asked {
        rooms,
        region: Arc::clone(region),
        question,
        intent,
        preferred: Vec::new(),
        blocked: Vec::new(),
        only: Vec::new(),
        consent: Vec::new(),
        suspended: Vec::new(),
        deadline: platform.elapsed().saturating_add(GATHER_BUDGET),
        late: Duration::ZERO,
        replay: false,
        platform: platform.clone(),
    })
}
