//! The report: what was checked, what failed, what to change. One form for people, one for programs.

use core::fmt::Write as _;
use serde::Serialize;
use zero_connector_sdk::Descriptor;
use zero_connector_sdk::testing::Miss;

/// Findings of one check that are told one by one; of the others only the number.
const FINDINGS_PER_CHECK_MAX: usize = 40;
/// Characters of one line of a finding.
const SHOWN_CHARS_MAX: usize = 400;

/// How well something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Not wrong, but worth a look.
    Warning,
    /// Has to be changed.
    Failed,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "FAILED",
        }
    }
}

/// What is checked, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Sources, cases and exchanges can be read and belong together.
    Fixtures,
    /// What the component says about itself is whole.
    Descriptor,
    /// Every case gives what it says.
    Cases,
    /// Scores are shares, claims stand in their passages.
    Findings,
    /// Every exchange is asked for by a case.
    Exchanges,
    /// Questions that must bring a source in.
    Must,
    /// Questions that must leave it out.
    MustNot,
    /// Two fresh instances give the same.
    Determinism,
    /// Size, CPU, memory, rounds, requests, result.
    Limits,
    /// Broken exchanges give typed failures.
    Mutations,
    /// Hosts that are declared are those that are asked.
    Hosts,
    /// Records of the catalogue are whole.
    Catalogue,
    /// Personal data is flagged, and none is in the fixtures.
    Privacy,
    /// It stays out of other connectors' questions.
    Collisions,
}

impl Check {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixtures => "fixtures",
            Self::Descriptor => "descriptor",
            Self::Cases => "cases",
            Self::Findings => "findings",
            Self::Exchanges => "exchanges",
            Self::Must => "must",
            Self::MustNot => "must-not",
            Self::Determinism => "determinism",
            Self::Limits => "limits",
            Self::Mutations => "mutations",
            Self::Hosts => "hosts",
            Self::Catalogue => "catalogue",
            Self::Privacy => "privacy",
            Self::Collisions => "collisions",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check found it.
    pub check: Check,
    /// How bad it is.
    pub verdict: Verdict,
    /// The source, question, round or exchange it is about; empty when it is about all.
    pub about: String,
    /// What was seen.
    pub what: String,
    /// What to change; empty when nothing is to be.
    pub change: String,
    /// How often the same was seen.
    pub times: usize,
}

/// How much of a limit is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Use {
    /// Of which limit.
    pub what: &'static str,
    /// The most that was used.
    pub used: u64,
    /// What is granted.
    pub limit: u64,
    /// In which unit.
    pub unit: &'static str,
}

impl Use {
    /// The share in percent, rounded up: what is used is never nothing.
    #[must_use]
    pub fn percent(&self) -> u64 {
        self.used.saturating_mul(100).div_ceil(self.limit.max(1))
    }
}

/// The judgement of a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The connector's name.
    pub connector: String,
    /// Its version.
    pub version: String,
    /// The worst of all findings.
    pub verdict: Verdict,
    /// In the order of checks; at least one for each check that was made.
    pub findings: Vec<Finding>,
    /// Use of the limits, where it was measured.
    pub uses: Vec<Use>,
}

impl Report {
    /// Whether nothing has to be changed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdict != Verdict::Failed
    }

    /// For a shell: 0 when nothing has to be changed, else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.passed())
    }

    /// What failed.
    pub fn failures(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.verdict == Verdict::Failed)
    }

    /// For a person, readable without colour.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("{} {}\n", self.connector, self.version);
        for finding in &self.findings {
            let about = if finding.about.is_empty() { String::new() } else { format!("{}: ", finding.about) };
            let times = match finding.times {
                0 | 1 => String::new(),
                times => format!(" ({times} times)"),
            };
            let (word, check) = (finding.verdict.word(), finding.check.name());
            let _ = writeln!(out, "{word:<8} {check:<12} {about}{}{times}", finding.what);
            if !finding.change.is_empty() {
                let _ = writeln!(out, "{:<21} change: {}", "", finding.change);
            }
        }
        for it in &self.uses {
            let (used, limit) = (grouped(it.used), grouped(it.limit));
            let _ = writeln!(out, "{:<8} {:<12} {used} of {limit} {}, {} %", "used", it.what, it.unit, it.percent());
        }
        let count = |verdict| self.findings.iter().filter(|finding| finding.verdict == verdict).count();
        let (failed, warnings) = (count(Verdict::Failed), count(Verdict::Warning));
        let _ = match self.verdict {
            Verdict::Failed => writeln!(out, "failed: {failed} to change, {warnings} to look at"),
            Verdict::Warning => writeln!(out, "passed: {warnings} to look at"),
            Verdict::Ok => writeln!(out, "passed"),
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

/// Thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A report in the making.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    findings: Vec<Finding>,
    surplus: Vec<(Check, Verdict, usize)>,
    pub(crate) uses: Vec<Use>,
}

impl Sheet {
    pub(crate) fn fail(&mut self, check: Check, about: &str, miss: Miss) {
        self.add(check, Verdict::Failed, about, miss);
    }

    pub(crate) fn warn(&mut self, check: Check, about: &str, miss: Miss) {
        self.add(check, Verdict::Warning, about, miss);
    }

    /// The same said twice of different things is said once.
    fn add(&mut self, check: Check, verdict: Verdict, about: &str, miss: Miss) {
        let Miss { what, change } = miss;
        let what = shortened(&what);
        let of_check = |finding: &&mut Finding| finding.check == check;
        let mut count = 0;
        for finding in self.findings.iter_mut().filter(of_check) {
            if finding.verdict == verdict && finding.what == what && finding.change == change {
                finding.times += 1;
                return;
            }
            count += 1;
        }
        if count >= FINDINGS_PER_CHECK_MAX {
            match self.surplus.iter_mut().find(|(of, how, _)| *of == check && *how == verdict) {
                Some((_, _, more)) => *more += 1,
                None => self.surplus.push((check, verdict, 1)),
            }
            return;
        }
        let about = shortened(about);
        self.findings.push(Finding { check, verdict, about, what, change, times: 1 });
    }

    pub(crate) fn has_failed(&self, check: Check) -> bool {
        self.findings.iter().any(|finding| finding.check == check && finding.verdict == Verdict::Failed)
    }

    /// Says what was checked.
    pub(crate) fn made(&mut self, check: Check, what: impl Into<String>) {
        if !self.has_failed(check) {
            let what = what.into();
            let (about, change) = (String::new(), String::new());
            self.findings.push(Finding { check, verdict: Verdict::Ok, about, what, change, times: 1 });
        }
    }

    /// What failed, each in a line.
    pub(crate) fn into_failures(self) -> Vec<String> {
        let failed = self.findings.into_iter().filter(|finding| finding.verdict == Verdict::Failed);
        failed.map(|finding| format!("{}: {}", finding.about, finding.what)).collect()
    }

    pub(crate) fn into_report(mut self, descriptor: &Descriptor) -> Report {
        for (check, verdict, more) in core::mem::take(&mut self.surplus) {
            let (about, what) = (String::new(), format!("{more} more of the kind"));
            let change = "mend those above and run it again".to_owned();
            self.findings.push(Finding { check, verdict, about, what, change, times: 1 });
        }
        // Stable, so that findings of a check stay in the order in which they were made.
        self.findings.sort_by_key(|finding| finding.check);
        let verdict = self.findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok);
        Report {
            connector: descriptor.name.clone(),
            version: descriptor.version.clone(),
            verdict,
            findings: self.findings,
            uses: self.uses,
        }
    }
}

/// Nothing that a service sent makes a report unreadable.
fn shortened(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(SHOWN_CHARS_MAX).map(clean).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor() -> Descriptor {
        let text = String::new;
        Descriptor {
            name: "demo".to_owned(),
            version: "0.1.0".to_owned(),
            summary: text(),
            hosts: vec![],
            settings: vec![],
            credentials: vec![],
            kinds: vec![],
        }
    }

    #[test]
    fn a_report_is_one_readable_page() {
        let mut sheet = Sheet::default();
        sheet.made(Check::MustNot, "3 questions leave it out");
        for question in ["a", "b"] {
            sheet.fail(Check::Must, question, Miss::new("bids 0.00", "raise the bid"));
        }
        sheet.warn(Check::Fixtures, "", Miss::new("no case", "write one"));
        sheet.made(Check::Must, "never said, since it failed");
        sheet.uses.push(Use { what: "size", used: 1_234_567, limit: 4_194_304, unit: "bytes" });
        let report = sheet.into_report(&descriptor());
        let text = "demo 0.1.0\n\
                    warning  fixtures     no case\n                      change: write one\n\
                    FAILED   must         a: bids 0.00 (2 times)\n                      change: raise the bid\n\
                    ok       must-not     3 questions leave it out\n\
                    used     size         1 234 567 of 4 194 304 bytes, 30 %\n\
                    failed: 1 to change, 1 to look at\n";
        assert_eq!(report.to_text(), text);
        assert_eq!(report.exit_code(), 1);
        let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(json["verdict"], "failed");
        assert_eq!(json["findings"][1]["check"], "must");
    }

    #[test]
    fn a_flood_of_failures_is_bounded() {
        let mut sheet = Sheet::default();
        for at in 0..500 {
            sheet.fail(Check::Mutations, "", Miss::new(format!("{at}{}", "x".repeat(10_000)), "change"));
        }
        let report = sheet.into_report(&descriptor());
        assert_eq!(report.findings.len(), FINDINGS_PER_CHECK_MAX + 1);
        assert!(report.to_text().len() < 40_000);
        assert_eq!(report.findings.last().unwrap().what, "460 more of the kind");
    }
}
