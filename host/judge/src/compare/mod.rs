//! Shadow replay: what was recorded, through two versions; what they make of it, claim by claim.
//!
//! - **Takes** two subjects and [`Run`]s: questions to sources with what was recorded for them, from the fixtures of a
//!   component, a folder, or receipts of answers.
//! - **Gives** the differences of every run, and whether the new version is the same, better, worse or just different.
//! - **Fails** never: what cannot be judged, since the new version asks what was never recorded, is a difference.
//! - **Why it is so**: bytes differ with every build. What an upgrade may not do is lose what was known.

mod difference;

mod runs;

pub use difference::{Difference, What};
pub use runs::{Run, RunsError, runs_of_fixtures, runs_of_folder, runs_of_receipt};

use core::fmt::Write as _;
use serde::Serialize;
use zero_connector_sdk::Descriptor;
use zero_connector_sdk::testing::Subject;

/// Differences that are told of one run.
const SHOWN_MAX: usize = 40;

/// What a new version is beside an old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outlook {
    /// The same claims and passages, and the same failures.
    Same,
    /// Nothing lost, something gained.
    Better,
    /// Something lost, nothing gained, whatever else has changed.
    Worse,
    /// Neither.
    Different,
}

impl Outlook {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Different => "different",
        }
    }

    fn of<'d>(differences: impl Iterator<Item = &'d Difference>) -> Self {
        let (mut gained, mut lost, mut changed) = (false, false, false);
        for difference in differences {
            gained |= difference.what.is_gain();
            lost |= difference.what.is_loss();
            changed |= difference.what.is_change();
        }
        match (gained, lost, changed) {
            (false, false, false) => Self::Same,
            (true, false, false) => Self::Better,
            (false, true, _) => Self::Worse,
            _ => Self::Different,
        }
    }
}

/// What an upgrade may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Differences that refuse it.
    pub refused: Vec<What>,
}

impl Default for Policy {
    /// Nothing may be lost: no claim, passage, or question; and nothing may be left unjudged.
    fn default() -> Self {
        Self {
            refused: vec![What::ClaimLost, What::PassageLost, What::FailureNew, What::BidLost, What::RequestUnrecorded],
        }
    }
}

impl Policy {
    /// Nothing may change that an asker could see.
    #[must_use]
    pub fn strict() -> Self {
        let all = What::ALL.into_iter().filter(|what| what.is_gain() || what.is_loss() || what.is_change());
        Self { refused: all.collect() }
    }

    /// The same, but this may be.
    #[must_use]
    pub fn allowing(mut self, what: What) -> Self {
        self.refused.retain(|refused| *refused != what);
        self
    }
}

/// One run through both versions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The run's name.
    pub run: String,
    /// In short.
    pub outlook: Outlook,
    /// In full, at most [`SHOWN_MAX`] of them.
    pub differences: Vec<Difference>,
}

/// Two versions, compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Name and version.
    pub old: String,
    /// Name and version.
    pub new: String,
    /// In short.
    pub outlook: Outlook,
    /// Whether the policy lets the new version in.
    pub passed: bool,
    /// Why it does not.
    pub refused: Vec<String>,
    /// How many runs there were.
    pub runs: usize,
    /// Those that differ.
    pub compared: Vec<Compared>,
}

/// Runs everything through both.
#[must_use]
pub fn compare<O: Subject + ?Sized, N: Subject + ?Sized>(
    old: &O,
    new: &N,
    runs: &[Run],
    policy: &Policy,
) -> Comparison {
    let mut compared = Vec::new();
    let mut counts = [0_usize; What::ALL.len()];
    let mut every: Vec<Difference> = Vec::new();
    for run in runs {
        let mut differences = difference::between(old, new, run);
        if differences.is_empty() {
            continue;
        }
        for (count, what) in counts.iter_mut().zip(What::ALL) {
            *count += differences.iter().filter(|difference| difference.what == what).count();
        }
        let outlook = Outlook::of(differences.iter());
        every.extend(differences.iter().cloned());
        differences.truncate(SHOWN_MAX);
        compared.push(Compared { run: run.name.clone(), outlook, differences });
    }
    let mut refused: Vec<String> = Vec::new();
    for (count, what) in counts.into_iter().zip(What::ALL) {
        if count > 0 && policy.refused.contains(&what) {
            refused.push(format!("{count} × {}", what.name()));
        }
    }
    // What was never judged is not let in as if it had been.
    if runs.is_empty() {
        refused.push("nothing was recorded that could be compared".to_owned());
    }
    let named = |descriptor: Descriptor| format!("{} {}", descriptor.name, descriptor.version);
    Comparison {
        old: named(old.describe()),
        new: named(new.describe()),
        outlook: Outlook::of(every.iter()),
        passed: refused.is_empty(),
        refused,
        runs: runs.len(),
        compared,
    }
}

impl Comparison {
    /// For a shell: 0 when the policy lets the new version in, else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.passed)
    }

    /// For a person.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("{} -> {}\n", self.old, self.new);
        for compared in &self.compared {
            let _ = writeln!(out, "{:<9} {}", compared.outlook.name(), compared.run);
            for difference in &compared.differences {
                let _ = writeln!(out, "{:<9} {difference}", "");
            }
        }
        let (same, differ) = (self.runs - self.compared.len(), self.compared.len());
        let _ = writeln!(out, "{}: {same} runs the same, {differ} not", self.outlook.name());
        let _ = match self.passed {
            true => writeln!(out, "passed"),
            false => writeln!(out, "refused: {}", self.refused.join(", ")),
        };
        out
    }

    /// For a program.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Nothing in it that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}
