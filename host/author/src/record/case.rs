//! A case that says what the recorded exchanges give.

use crate::trial::Trial;
use anyhow::{Context as _, Result, anyhow};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use zero_connector_sdk::testing::{Cases, written_claim};

/// Claims that a case holds the connector to: all, unless there are very many.
const CLAIMS_MAX: usize = 24;
/// Characters of the first passage that must be in it again.
const TEXT_CHARS_MAX: usize = 80;

/// Adds a case to the file, which may be absent.
pub(super) fn append(path: &Path, trial: &Trial, exchanges: &[String]) -> Result<()> {
    let old = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let space = if old.is_empty() || old.ends_with("\n\n") { "" } else { "\n" };
    let text = format!("{space}{}", written(trial, exchanges));
    // What cannot be read back must not spoil what is there.
    toml::from_str::<Cases>(&format!("{old}{text}")).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).with_context(|| format!("writing {}", path.display()))
}

fn written(trial: &Trial, exchanges: &[String]) -> String {
    let mut out = String::from("[[case]]\n");
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let list = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        format!("[{}]", texts.join(", "))
    };
    let mut line = |key: &str, value: String| {
        let _ = writeln!(out, "{key} = {value}");
    };
    line("source", quoted(&trial.source.id));
    line("question", quoted(&trial.question.text));
    if let Some(language) = &trial.question.language {
        line("language", quoted(language));
    }
    if let Ok(now) = jiff::Timestamp::from_millisecond(trial.question.now_ms) {
        line("now", quoted(&now.to_string()));
    }
    line("exchanges", list(exchanges));
    let Ok(findings) = &trial.end else { return out };
    line("passages", findings.passages.len().to_string());
    if let Some(first) = findings.passages.first() {
        line("title", quoted(&first.title));
        for (key, value) in [("url", &first.url), ("published", &first.published)] {
            if let Some(value) = value {
                line(key, quoted(value));
            }
        }
        line("text", quoted(&first.text.chars().take(TEXT_CHARS_MAX).collect::<String>()));
    }
    let claims: Vec<String> = findings.claims.iter().take(CLAIMS_MAX).map(written_claim).collect();
    if !claims.is_empty() {
        line("claims", list(&claims));
    }
    out
}
