//! One line on the terminal that says which sources are still awaited; nothing in a pipe.

use std::io::{IsTerminal as _, Write as _};
use zero_pipeline::Event;

/// The progress of one question.
pub(crate) struct Progress {
    shown: bool,
    awaited: Vec<(String, String)>,
    done: usize,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { shown: !quiet && std::io::stderr().is_terminal(), awaited: Vec::new(), done: 0 }
    }

    pub(crate) fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Routed { portfolio } => {
                let name = |source: &zero_types::connector::Source| (source.id.clone(), source.name.clone());
                self.awaited = portfolio.iter().map(|planned| name(&planned.record.source)).collect();
            }
            Event::Source { entry } => {
                self.awaited.retain(|(id, _)| *id != entry.source_id);
                self.done += 1;
            }
            Event::Read { .. } | Event::Answer { .. } | Event::Patch { .. } => return,
        }
        self.draw();
    }

    /// Takes the line away again.
    pub(crate) fn clear(&self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }

    fn draw(&self) {
        if !self.shown {
            return;
        }
        let all = self.done + self.awaited.len();
        let names: Vec<&str> = self.awaited.iter().map(|(_, name)| name.as_str()).take(4).collect();
        // A terminal that has gone away is no reason to lose the answer.
        let _ = write!(std::io::stderr(), "\r\x1b[K{} of {all} sources  {}", self.done, names.join(", "));
        let _ = std::io::stderr().flush();
    }
}
