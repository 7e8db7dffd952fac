//! Rows of figures beside their aims.

use crate::machine::Machine;
use crate::samples::Samples;
use core::time::Duration;
use serde::Serialize;

/// Everything that was measured in one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) rows: Vec<Row>,
}

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// The part it belongs to.
    pub(crate) part: &'static str,
    pub(crate) what: String,
    pub(crate) samples: u64,
    pub(crate) p50: Option<Figure>,
    pub(crate) p95: Option<Figure>,
    pub(crate) p99: Option<Figure>,
    pub(crate) note: String,
    pub(crate) aim: Option<Aim>,
}

/// A number with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Figure {
    Nanoseconds(u64),
    Bytes(u64),
}

/// What was promised.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Aim {
    pub(crate) at_most: Figure,
    /// Which of the columns it is held against.
    pub(crate) of: &'static str,
    pub(crate) met: bool,
}

impl Row {
    /// A distribution of times.
    pub(crate) fn times(part: &'static str, what: impl Into<String>, samples: &Samples) -> Self {
        Self {
            part,
            what: what.into(),
            samples: samples.count(),
            p50: Some(Figure::time(samples.at(0.5))),
            p95: Some(Figure::time(samples.at(0.95))),
            // A hundredth of less than a hundred is only the worst of them, under a better name.
            p99: (samples.count() >= 100).then(|| Figure::time(samples.at(0.99))),
            note: String::new(),
            aim: None,
        }
    }

    /// One figure that was taken once.
    pub(crate) fn once(part: &'static str, what: impl Into<String>, figure: Figure) -> Self {
        Self { samples: 1, p50: Some(figure), ..Self::missing(part, what, String::new()) }
    }

    /// What could not be measured, and why.
    pub(crate) fn missing(part: &'static str, what: impl Into<String>, note: impl Into<String>) -> Self {
        Self { part, what: what.into(), samples: 0, p50: None, p95: None, p99: None, note: note.into(), aim: None }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Holds the p50 column against an aim.
    pub(crate) fn aim_p50(self, at_most: Figure) -> Self {
        let figure = self.p50;
        self.aimed(figure, at_most, "p50")
    }

    /// Holds the p95 column against an aim.
    pub(crate) fn aim_p95(self, at_most: Figure) -> Self {
        let figure = self.p95;
        self.aimed(figure, at_most, "p95")
    }

    fn aimed(mut self, figure: Option<Figure>, at_most: Figure, of: &'static str) -> Self {
        // What could not be measured was not met.
        let met = figure.is_some_and(|figure| figure.number() <= at_most.number());
        self.aim = Some(Aim { at_most, of, met });
        self
    }
}

impl Figure {
    pub(crate) fn time(time: Duration) -> Self {
        Self::Nanoseconds(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(crate) fn ms(ms: u64) -> Self {
        Self::Nanoseconds(ms * 1_000_000)
    }

    fn number(self) -> u64 {
        match self {
            Self::Nanoseconds(number) | Self::Bytes(number) => number,
        }
    }
}

impl core::fmt::Display for Figure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let text = match *self {
            Self::Nanoseconds(ns) if ns < 1_000_000 => format!("{:.1} us", ns as f64 / 1e3),
            Self::Nanoseconds(ns) if ns < 10_000_000_000 => format!("{:.2} ms", ns as f64 / 1e6),
            Self::Nanoseconds(ns) => format!("{:.1} s", ns as f64 / 1e9),
            Self::Bytes(bytes) => format!("{:.1} MB", bytes as f64 / 1e6),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_shows_its_unit() {
        let check = |figure: Figure, expected: &str| assert_eq!(figure.to_string(), expected);
        check(Figure::Nanoseconds(12_340), "12.3 us");
        check(Figure::ms(5), "5.00 ms");
        check(Figure::ms(12_000), "12.0 s");
        check(Figure::Bytes(98_765_432), "98.8 MB");
    }

    #[test]
    fn an_aim_that_could_not_be_measured_is_missed() {
        let row = Row::missing("start", "x", "no program").aim_p50(Figure::ms(300));
        assert!(!row.aim.unwrap().met);
        let row = Row::once("start", "x", Figure::ms(300)).aim_p50(Figure::ms(300));
        assert!(row.aim.unwrap().met);
    }
}
