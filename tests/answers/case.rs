//! The Markdown of the cases.

use core::time::Duration;
use std::collections::BTreeMap;
use zero_connector_sdk::testing::Exchange;
use zero_pipeline::Ask;
use zero_tests::exchanges::{self, Recorded};
use zero_types::prelude::*;

/// A file: lines, and where its blocks stand.
pub(crate) struct File {
    lines: Vec<String>,
}

/// One heading with its blocks.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) title: String,
    /// The words after the fence, and what is in it.
    blocks: Vec<(String, String)>,
}

impl File {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let fences = text.lines().filter(|line| line.starts_with("```")).count();
        if fences % 2 != 0 {
            return Err("a block is not closed".to_owned());
        }
        Ok(Self { lines: text.lines().map(str::to_owned).collect() })
    }

    pub(crate) fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    pub(crate) fn cases(&self) -> Vec<Case> {
        let mut cases: Vec<Case> = Vec::new();
        let mut open: Option<(String, String)> = None;
        for line in &self.lines {
            match (&mut open, line.strip_prefix("```"), line.strip_prefix("## ")) {
                (Some(_), Some(_), _) => {
                    let block = open.take().unwrap();
                    cases.last_mut().expect("a block stands under a heading").blocks.push(block);
                }
                (None, Some(info), _) => open = Some((info.to_owned(), String::new())),
                (Some((_, text)), None, _) => *text += &(line.clone() + "\n"),
                (None, None, Some(title)) => cases.push(Case { title: title.to_owned(), blocks: Vec::new() }),
                (None, None, None) => {}
            }
        }
        cases
    }

    /// Puts what came out into a case's block; gives what stood there when that was something else.
    pub(crate) fn replace(&mut self, case: &Case, name: &str, text: &str) -> Option<String> {
        let expected = case.block(name).unwrap_or_default().to_owned();
        if expected == text {
            return None;
        }
        let heading = format!("## {}", case.title);
        let start = self.lines.iter().position(|line| *line == heading)?;
        let fence = format!("```{name}");
        let rest = self.lines.iter().enumerate().skip(start + 1);
        let mut rest = rest.take_while(|(_, line)| !line.starts_with("## "));
        let mut fresh: Vec<String> = text.lines().map(str::to_owned).collect();
        match rest.find(|(_, line)| **line == fence) {
            Some((at, _)) => {
                let end = self.lines.iter().skip(at + 1).position(|line| line == "```")? + at + 1;
                self.lines.splice(at + 1..end, fresh);
            }
            None => {
                let inside = self.lines.iter().skip(start + 1).position(|line| line.starts_with("## "));
                let end = inside.map_or(self.lines.len(), |at| start + 1 + at);
                let end = (start..end).rev().find(|&at| !self.lines[at].is_empty())? + 1;
                fresh.splice(0..0, [String::new(), fence]);
                fresh.push("```".to_owned());
                self.lines.splice(end..end, fresh);
            }
        }
        Some(expected)
    }
}

impl Case {
    fn block(&self, name: &str) -> Option<&str> {
        self.blocks.iter().find(|(info, _)| info == name).map(|(_, text)| text.as_str())
    }

    fn settings(&self) -> BTreeMap<&str, &str> {
        let lines = self.block("question").unwrap_or_default().lines().skip(1);
        lines.filter_map(|line| line.split_once(": ")).collect()
    }

    /// A setting that is a list.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let settings = self.settings();
        let text = settings.get(name).copied().unwrap_or_default();
        text.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
    }

    /// Whether this source exists in the case's world.
    pub(crate) fn has(&self, source_id: &str) -> bool {
        let only = self.list("catalogue");
        only.is_empty() || only.iter().any(|id| id == source_id)
    }

    pub(crate) fn now_ms(&self) -> Result<i64, String> {
        let settings = self.settings();
        let text = settings.get("now").copied().unwrap_or("2027-03-01T09:30:00Z");
        epoch_ms(text).ok_or_else(|| format!("`now` is not like 2027-03-01T09:30:00Z: `{text}`"))
    }

    pub(crate) fn ask(&self) -> Result<Ask, String> {
        let text = self.block("question").ok_or("there is no `question`")?;
        let settings = self.settings();
        let known = ["now", "zone", "language", "country", "units", "budget", "late", "only", "block", "prefer"];
        if let Some(key) = settings.keys().find(|key| !known.contains(key) && !["consent", "catalogue"].contains(key)) {
            return Err(format!("unknown key `{key}`"));
        }
        let mut question = Question::new(text.lines().next().unwrap_or_default());
        question.time_zone = settings.get("zone").copied().unwrap_or("UTC").to_owned();
        question.language = settings.get("language").map(|&it| it.to_owned());
        question.units = match settings.get("units") {
            Some(&"us") => UnitSystem::Us,
            Some(&"imperial") => UnitSystem::Imperial,
            _ => UnitSystem::Metric,
        };
        question.place = settings.get("country").map(|&country| Place {
            name: country.to_owned(),
            country: Some(country.to_owned()),
            latitude: None,
            longitude: None,
        });
        let mut ask = Ask::with_question(question).map_err(|problem| problem.to_string())?.after(self.turns());
        ask.only = self.list("only");
        ask.consent = self.list("consent");
        ask.profile.blocked_sources = self.list("block");
        ask.profile.preferred_sources = self.list("prefer");
        if let Some(budget) = settings.get("budget") {
            ask = ask.within(milliseconds(budget)?);
        }
        Ok(match settings.get("late") {
            Some(late) => ask.late(milliseconds(late)?),
            None => ask,
        })
    }

    fn turns(&self) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        for line in self.block("conversation").unwrap_or_default().lines() {
            match line.split_once(": ") {
                Some(("asker", text)) => {
                    turns.push(Turn { question: text.to_owned(), resolved: text.to_owned(), answer: String::new() });
                }
                Some(("zero", text)) => turns.last_mut().expect("the asker begins").answer = text.to_owned(),
                _ => {}
            }
        }
        turns
    }

    pub(crate) fn exchanges(&self, recorded: &[Recorded]) -> Result<Vec<(Exchange, Duration)>, String> {
        let mut found = Vec::new();
        for (info, text) in &self.blocks {
            if let Some(after) = info.strip_prefix("http") {
                let text = text.strip_suffix('\n').unwrap_or(text);
                found.push((Exchange::parse(text)?, delay(after.trim())?));
            }
        }
        for line in self.block("exchanges").unwrap_or_default().lines() {
            let (pattern, after) = line.split_once(" after ").unwrap_or((line, "20 ms"));
            let exchanges = exchanges::matching(recorded, pattern).map_err(|error| error.to_string())?;
            let after = milliseconds(after)?;
            found.extend(exchanges.into_iter().map(|exchange| (exchange, after)));
        }
        Ok(found)
    }
}

fn delay(text: &str) -> Result<Duration, String> {
    if text.is_empty() {
        return Ok(Duration::from_millis(20));
    }
    milliseconds(text.strip_prefix("after ").ok_or("say `http after 700 ms`")?)
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix(" ms").and_then(|number| number.parse().ok());
    number.map(Duration::from_millis).ok_or_else(|| format!("`{text}` is not like `700 ms`"))
}

/// Milliseconds of `2027-03-01T09:30:00Z`: days from the civil date, as Howard Hinnant counts them.
fn epoch_ms(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let seconds = days * 86_400 + number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;
    Some(seconds * 1_000)
}
