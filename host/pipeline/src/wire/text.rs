//! The answer as plain text, for terminals, pipes and `Accept: text/plain`.

use super::answer::{Answer, Source};
use core::fmt::Write as _;

/// Sentences with numbered citations, then what they cite; or why there is no answer and who was asked.
#[must_use]
pub fn plain(answer: &Answer) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_plain(&mut out, answer);
    out
}

fn write_plain(out: &mut String, answer: &Answer) -> core::fmt::Result {
    for change in &answer.changes {
        writeln!(out, "({change})")?;
    }
    for sentence in &answer.sentences {
        write!(out, "{}", sentence.text)?;
        sentence.citations.iter().try_for_each(|number| write!(out, " [{number}]"))?;
        writeln!(out)?;
    }
    for contradiction in &answer.contradictions {
        writeln!(out, "\nSources disagree on the {} of {}:", contradiction.property, contradiction.subject)?;
        for side in &contradiction.sides {
            write!(out, "  {}", side.text)?;
            side.citations.iter().try_for_each(|number| write!(out, " [{number}]"))?;
            writeln!(out)?;
        }
    }
    if let Some(abstention) = &answer.abstention {
        writeln!(out, "No answer: {}", abstention.reason)?;
        let asked: Vec<&Source> = answer.sources.iter().filter(|source| source.is_worth_naming()).collect();
        if !asked.is_empty() {
            writeln!(out, "\nAsked:")?;
            asked.into_iter().try_for_each(|source| writeln!(out, "  {}", line(source)))?;
        }
    }
    if !answer.citations.is_empty() {
        writeln!(out)?;
    }
    for citation in &answer.citations {
        write!(out, "[{}] {}", citation.number, citation.source_name)?;
        if !citation.title.is_empty() && citation.title != citation.source_name {
            write!(out, ", {}", citation.title)?;
        }
        writeln!(out, ": “{}”", citation.quote.split_whitespace().collect::<Vec<_>>().join(" "))?;
        if let Some(url) = &citation.url {
            writeln!(out, "    {url}")?;
        }
    }
    if answer.abstention.is_none() {
        writeln!(out, "\nconfidence: {} ({:.2})", in_words(answer.confidence), answer.confidence)?;
    }
    Ok(())
}

/// The ledger, a line each.
#[must_use]
pub fn ledger(answer: &Answer) -> String {
    answer.sources.iter().map(|source| format!("{}\n", line(source))).collect()
}

/// One source's line.
#[must_use]
pub fn line(source: &Source) -> String {
    let mut text = format!("{} ({}): {}", source.name, source.id, source.state);
    for (name, value) in &source.detail {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _ = write!(text, ", {name} {value}");
    }
    if let Some(bid) = source.bid {
        let _ = write!(text, ", bid {bid:.2}");
    }
    text
}

impl Source {
    /// Whether it was asked, or would have been but for something an asker or operator can change.
    #[must_use]
    pub fn is_worth_naming(&self) -> bool {
        matches!(self.state, "empty" | "late" | "failed" | "suspended" | "answered" | "denied")
    }
}

/// Confidence as people say it.
#[must_use]
pub fn in_words(confidence: f32) -> &'static str {
    match confidence {
        c if c >= 0.9 => "very high",
        c if c >= 0.7 => "high",
        c if c >= 0.5 => "moderate",
        c if c >= 0.3 => "low",
        _ => "very low",
    }
}
