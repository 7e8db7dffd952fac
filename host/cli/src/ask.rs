//! `zero ask`: progress of the sources, then the answer with numbered citations.

use crate::progress::Progress;
use crate::setup::{Setup, Verify, runtime};
use crate::{exit, out};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zero_native::Host;
use zero_native::host::FILES_SOURCE;
use zero_pipeline::problem::Whose;
use zero_pipeline::receipt::Receipt;
use zero_pipeline::wire::answer::Answer;
use zero_pipeline::wire::text;
use zero_pipeline::{Answered, Ask, Fixed, Problem};
use zero_types::connector::{Place, Question, UnitSystem};

/// Time for the sources from a terminal: a person waits a little longer than a page does.
const BUDGET_MS: u64 = 1500;

#[derive(Args)]
pub(crate) struct AskArguments {
    /// The question
    #[arg(required = true)]
    question: Vec<String>,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
    /// Answer from this folder of Markdown, text, HTML and PDF as well
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// Ask only this source; may be given more than once
    #[arg(long, value_name = "ID")]
    source: Vec<String>,
    /// Print what became of every source that was considered
    #[arg(long)]
    why: bool,
    /// Write the receipt, with which `zero replay` gives the answer again
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// Time for the sources, milliseconds
    #[arg(long, value_name = "MS", default_value_t = BUDGET_MS)]
    budget: u64,
    /// Language of the question, BCP 47; recognised when left out
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Where the question is asked: ISO 3166-1 country code
    #[arg(long, value_name = "CC")]
    country: Option<String>,
    /// IANA time zone, instead of the system's
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Units of the answer: metric, imperial or us
    #[arg(long, value_name = "SYSTEM", value_parser = units)]
    units: Option<UnitSystem>,
    #[command(flatten)]
    verify: Verify,
}

fn units(name: &str) -> Result<UnitSystem, String> {
    match name {
        "metric" => Ok(UnitSystem::Metric),
        "imperial" => Ok(UnitSystem::Imperial),
        "us" => Ok(UnitSystem::Us),
        _ => Err("one of metric, imperial, us".to_owned()),
    }
}

pub(crate) fn ask(setup: &Setup, arguments: AskArguments) -> Result<ExitCode> {
    let ask = match arguments.ask() {
        Ok(ask) => ask,
        Err(problem) => return Ok(explain(&problem)),
    };
    let bundle = setup.bundle_verified(&arguments.verify)?;
    let host = setup.host(bundle, arguments.files.as_deref())?;
    let mut progress = Progress::new(arguments.json);
    let answered = runtime()?.block_on(host.answer(ask, Fixed::default(), |event| progress.hear(event)));
    progress.clear();
    match answered {
        Ok(answered) => show(&host, &arguments, &answered),
        Err(problem) => Ok(explain(&problem)),
    }
}

impl AskArguments {
    fn ask(&self) -> Result<Ask, Problem> {
        let mut question = Question::new(self.question.join(" "));
        question.language.clone_from(&self.language);
        question.time_zone = match &self.time_zone {
            Some(zone) => zone.clone(),
            None => iana_time_zone::get_timezone().unwrap_or_else(|_| "UTC".to_owned()),
        };
        let country = self.country.clone().or_else(country_of_locale);
        question.units = self.units.unwrap_or(match country.as_deref() {
            Some("US" | "LR" | "MM") => UnitSystem::Us,
            Some("GB") => UnitSystem::Imperial,
            _ => UnitSystem::Metric,
        });
        question.place = country.map(|country| Place {
            name: country.clone(),
            country: Some(country),
            latitude: None,
            longitude: None,
        });
        let mut ask = Ask::with_question(question)?.within(Duration::from_millis(self.budget));
        ask.only.clone_from(&self.source);
        // Who names a folder consents to its being searched: it never leaves this machine.
        ask.consent = self.files.iter().map(|_| FILES_SOURCE.to_owned()).chain(self.source.iter().cloned()).collect();
        Ok(ask)
    }
}

/// `GB` of `en_GB.UTF-8`.
fn country_of_locale() -> Option<String> {
    let locale =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))?;
    let country = locale.split(['.', '@']).next()?.split('_').nth(1)?;
    (country.len() == 2).then(|| country.to_ascii_uppercase())
}

fn show(host: &zero_native::Host, arguments: &AskArguments, answered: &Answered) -> Result<ExitCode> {
    let answer = Answer::of(answered);
    if arguments.json {
        out::line(&answer.to_json()?)?;
    } else {
        out::write(&text::plain(&with_paths(answer.clone(), arguments.files.as_deref())))?;
    }
    if arguments.why {
        let ledger = text::ledger(&answer);
        if arguments.json {
            eprint!("{ledger}");
        } else {
            out::write(&format!("\nSources considered:\n{ledger}"))?;
        }
    }
    if let Some(path) = &arguments.receipt {
        may_be_written(answered, host)?;
        let receipt = Receipt::of(answered, &host.region.settings)?.to_json()?;
        std::fs::write(path, receipt).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(if answer.abstention.is_some() { ExitCode::from(exit::ABSTAINED) } else { ExitCode::SUCCESS })
}

/// A receipt holds all that was said: personal data may not rest in every region.
fn may_be_written(answered: &Answered, host: &Host) -> Result<()> {
    let rests = |source: &str| {
        let record = host.region.catalogue.get(source);
        record.is_none_or(|record| host.region.settings.rules.may_rest(record))
    };
    match answered.exchanges.iter().find(|exchange| !rests(&exchange.source_id)) {
        None => Ok(()),
        Some(exchange) => bail!(
            "the receipt is not written: it holds what `{}` said, and personal data may not rest in this region\n\n\
             hint: `personal_data` of `[region]` says where it may",
            exchange.source_id
        ),
    }
}

/// The asker's own files by their paths: nobody can open the virtual host they are asked at.
fn with_paths(mut answer: Answer, folder: Option<&Path>) -> Answer {
    let Some(folder) = folder else { return answer };
    for citation in answer.citations.iter_mut().filter(|citation| citation.source == FILES_SOURCE) {
        let file = citation.title.split(" — ").next().unwrap_or(&citation.title);
        citation.url = Some(folder.join(file).display().to_string());
    }
    answer
}

fn explain(problem: &Problem) -> ExitCode {
    eprintln!("error: {problem}");
    if problem.whose == Whose::Asker { ExitCode::from(exit::USAGE) } else { ExitCode::FAILURE }
}
