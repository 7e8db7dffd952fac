//! What becomes of a component: refused, or called, and how that ended.

use zero_builder::Error as Refused;
use zero_engine::{CallError, Called, Connector, Engine, LoadError};
use zero_types::prelude::*;

/// `plan: trap`, and what was said of it.
#[derive(Debug, Clone)]
pub(crate) struct Verdict(String, String);

impl Verdict {
    pub(crate) fn short(&self) -> &str {
        &self.0
    }

    pub(crate) fn detail(&self) -> &str {
        self.1.lines().next().unwrap_or_default()
    }
}

/// Loads it, and calls it if it loads.
pub(crate) fn verdict(engine: &Engine, bytes: &[u8]) -> (Verdict, Option<Connector>) {
    match engine.connector(bytes) {
        Ok(connector) => (called(&connector), Some(connector)),
        Err(error) => (Verdict(refused(&error), error.to_string()), None),
    }
}

fn refused(error: &LoadError) -> String {
    let why = match error {
        LoadError::Refused(Refused::Malformed(_)) => "malformed",
        LoadError::Refused(Refused::Unstamped) => "unstamped",
        LoadError::Refused(Refused::UnknownWorld(_)) => "unknown world",
        LoadError::Refused(Refused::Import(_)) => "import",
        LoadError::Refused(Refused::TooLarge { .. }) => "too large",
        LoadError::Refused(Refused::NotAComponent) => "not a component",
        LoadError::Refused(_) => "refused",
        LoadError::WrongWorld { .. } => "world",
        LoadError::Compile(_) => "compile",
        LoadError::Interface(_) => "interface",
        LoadError::Descriptor(_) => "descriptor",
        LoadError::Call(error) => return format!("{}: {}", error.call, error.cause.name()),
        LoadError::Io { .. } => "our fault",
    };
    format!("refused: {why}")
}

/// Asks it any question, and once more when it fetches.
pub(crate) fn called(connector: &Connector) -> Verdict {
    let planned = match plan(connector) {
        Ok(called) => called,
        Err(error) => return ended(&error),
    };
    let dropped = dropped(planned.figures.dropped);
    let fetch = match planned.value {
        Err(failure) => return Verdict("plan: failure".to_owned(), failure.detail),
        Ok(Plan { bid, step: Step::Done(_) }) => {
            let bid = if bid == 0.5 { String::new() } else { format!(", bid {bid}") };
            return Verdict(format!("plan: done{dropped}{bid}"), String::new());
        }
        Ok(Plan { step: Step::Fetch(fetch), .. }) => fetch,
    };
    let response = Response { status: 200, headers: Vec::new(), body: vec![b'x'; 10_000] };
    match connector.resume(&Source::new("s", "S"), &fetch.state, &[Outcome::Response(response)]) {
        Err(error) => ended(&error),
        Ok(Called { value: Err(_), .. }) => Verdict(format!("plan: fetch{dropped}"), String::new()),
        Ok(Called { value: Ok(Step::Fetch(_)), .. }) => Verdict("resume: fetch".to_owned(), String::new()),
        Ok(Called { value: Ok(Step::Done(_)), .. }) => Verdict("resume: done".to_owned(), String::new()),
    }
}

pub(crate) fn plan(connector: &Connector) -> Result<Called<Result<Plan, Failure>>, CallError> {
    connector.plan(&Source::new("s", "S"), &Question::new("why is the sky blue?"), &Intent::unknown("en"))
}

fn ended(error: &CallError) -> Verdict {
    Verdict(format!("{}: {}", error.call, error.cause.name()), error.to_string())
}

fn dropped(dropped: u32) -> String {
    if dropped == 0 { String::new() } else { format!(", {dropped} dropped") }
}
