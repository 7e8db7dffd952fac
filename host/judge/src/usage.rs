//! How much of the limits is used.

use crate::options::{Limits, Options};
use crate::report::{Check, Sheet, Use};
use core::time::Duration;
use zero_connector_sdk::testing::{End, Figures, Miss, Trace};
use zero_types::connector::{Findings, Value};

/// From here on, in percent, the next release may not fit.
const WARNING_PERCENT: u64 = 80;
/// What a passage or a claim weighs beside its texts, bytes.
const RECORD_BYTES: usize = 80;

/// The most that was used of each.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    cpu: Duration,
    memory_bytes: usize,
    rounds: usize,
    requests: usize,
    state_bytes: usize,
    result_bytes: usize,
}

impl Usage {
    pub(crate) fn add_figures(&mut self, figures: Figures) {
        self.cpu = self.cpu.max(figures.cpu);
        self.memory_bytes = self.memory_bytes.max(figures.memory_bytes);
    }

    pub(crate) fn add_trace(&mut self, trace: &Trace) {
        self.rounds = self.rounds.max(trace.rounds.len());
        for round in &trace.rounds {
            self.requests = self.requests.max(round.requests.len());
            self.state_bytes = self.state_bytes.max(round.state.len());
        }
        if let End::Found(findings) = &trace.end {
            self.result_bytes = self.result_bytes.max(weight(findings));
        }
    }

    /// Says how much of each limit is used; over it is a failure, near it a warning.
    pub(crate) fn report(&self, options: &Options, sheet: &mut Sheet) {
        let Limits { component_bytes, cpu, memory_bytes, result_bytes, bounds } = options.limits;
        let micros = |time: Duration| usize::try_from(time.as_micros()).unwrap_or(usize::MAX);
        let all = [
            ("size", options.component_bytes.unwrap_or_default(), component_bytes, "bytes", SIZE),
            ("cpu", micros(self.cpu), micros(cpu), "µs a call", CPU),
            ("memory", self.memory_bytes, memory_bytes, "bytes", MEMORY),
            ("rounds", self.rounds, bounds.rounds, "rounds", "ask for less, or for more at once"),
            ("requests", self.requests, bounds.requests_per_round, "requests a round", "ask for less at once"),
            (
                "state",
                self.state_bytes,
                bounds.state_bytes,
                "bytes",
                "keep between rounds only what the next one needs",
            ),
            ("result", self.result_bytes, result_bytes, "bytes", "give fewer or shorter passages"),
        ];
        for (what, used, limit, unit, change) in all {
            // What was not measured, such as the memory of a Rust type, is not shown.
            if used == 0 {
                continue;
            }
            let number = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
            let it = Use { what, used: number(used), limit: number(limit), unit };
            let said = || format!("{what}: {used} {unit}, {} % of what is granted", it.percent());
            // Rounds and requests are whole: the last one is as good as the first.
            let counted = matches!(what, "rounds" | "requests");
            if used > limit {
                sheet.fail(Check::Limits, "", Miss::new(said(), change));
            } else if it.percent() > WARNING_PERCENT && !counted {
                sheet.warn(Check::Limits, "", Miss::new(said(), change));
            }
            sheet.uses.push(it);
        }
        sheet.made(Check::Limits, "within what a host grants");
    }
}

const SIZE: &str = "build with `--profile guest`; take fewer dependencies, or fewer features of them";
const CPU: &str = "bound the work of one call; read into the types needed and not into a tree of everything";
const MEMORY: &str = "read into the types needed and not into a tree of everything; do not copy bodies";

/// Bytes of texts and lists, as a host counts them.
fn weight(findings: &Findings) -> usize {
    let option = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let passages = findings.passages.iter().map(|it| {
        RECORD_BYTES + it.title.len() + it.text.len() + option(&it.url) + option(&it.language) + option(&it.published)
    });
    let claims = findings.claims.iter().map(|it| {
        let value = if let Value::Text(text) = &it.value { text.len() } else { 0 };
        RECORD_BYTES + it.subject.len() + it.property.len() + option(&it.time) + value
    });
    passages.sum::<usize>() + claims.sum::<usize>()
}
