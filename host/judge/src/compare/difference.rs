//! One run through two versions: what is lost, gained or otherwise.

use super::runs::{Run, World};
use serde::Serialize;
use std::collections::BTreeMap;
use zero_connector_sdk::testing::{End, Subject, Trace, trace, written};
use zero_pipeline::limits::BID_MIN;
use zero_types::prelude::{Claim, Findings, Named as _, Passage};

/// Bids that are this near to each other are the same.
const BID_MARGIN: f32 = 0.05;
/// Texts that share this much of their words, in percent, are the same passage in other words.
const SIMILAR_PERCENT_MIN: usize = 90;
/// Words of a text that are compared.
const WORDS_MAX: usize = 4_000;
/// Characters of a text that are shown.
const SHOWN_CHARS_MAX: usize = 120;

/// In what two versions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// It was found, and is not any more.
    ClaimLost,
    /// It was not found, and is.
    ClaimNew,
    /// Another value, time, unit or sign of the same property.
    ClaimChanged,
    /// It was given, and is not any more.
    PassageLost,
    /// It was not given, and is.
    PassageNew,
    /// The same title or URL, another text or date.
    PassageChanged,
    /// It failed, and does not any more.
    FailureGone,
    /// It did not fail, and does.
    FailureNew,
    /// It fails in another way.
    FailureChanged,
    /// The source would be asked no more.
    BidLost,
    /// The source would now be asked.
    BidNew,
    /// It is asked as before, but more or less surely.
    BidChanged,
    /// Planned by the old version only.
    RequestGone,
    /// Planned by the new version only, and answered by what was recorded.
    RequestNew,
    /// Planned by the new version only, and never recorded: what would come of it nobody knows.
    RequestUnrecorded,
}

impl What {
    /// Every one.
    pub const ALL: [Self; 15] = [
        Self::ClaimLost,
        Self::ClaimNew,
        Self::ClaimChanged,
        Self::PassageLost,
        Self::PassageNew,
        Self::PassageChanged,
        Self::FailureGone,
        Self::FailureNew,
        Self::FailureChanged,
        Self::BidLost,
        Self::BidNew,
        Self::BidChanged,
        Self::RequestGone,
        Self::RequestNew,
        Self::RequestUnrecorded,
    ];

    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ClaimLost => "claim lost",
            Self::ClaimNew => "claim new",
            Self::ClaimChanged => "claim changed",
            Self::PassageLost => "passage lost",
            Self::PassageNew => "passage new",
            Self::PassageChanged => "passage changed",
            Self::FailureGone => "failure gone",
            Self::FailureNew => "failure new",
            Self::FailureChanged => "failure changed",
            Self::BidLost => "bid lost",
            Self::BidNew => "bid new",
            Self::BidChanged => "bid changed",
            Self::RequestGone => "request gone",
            Self::RequestNew => "request new",
            Self::RequestUnrecorded => "request never recorded",
        }
    }

    pub(super) fn is_gain(self) -> bool {
        matches!(self, Self::ClaimNew | Self::PassageNew | Self::FailureGone)
    }

    pub(super) fn is_loss(self) -> bool {
        matches!(self, Self::ClaimLost | Self::PassageLost | Self::FailureNew | Self::BidLost | Self::RequestUnrecorded)
    }

    pub(super) fn is_change(self) -> bool {
        matches!(self, Self::ClaimChanged | Self::PassageChanged | Self::FailureChanged | Self::BidNew)
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// In what.
    pub what: What,
    /// Of which claim, passage or request; empty when it is of the whole run.
    pub of: String,
    /// What the old version made of it.
    pub old: String,
    /// What the new version makes of it.
    pub new: String,
}

impl core::fmt::Display for Difference {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { what, of, old, new } = self;
        let what = what.name();
        match (old.is_empty(), new.is_empty()) {
            (true, true) => write!(f, "{what}: {of}"),
            (false, true) => write!(f, "{what}: {of} {old}"),
            (true, false) => write!(f, "{what}: {of} {new}"),
            (false, false) => write!(f, "{what}: {of} {old} -> {new}"),
        }
    }
}

fn difference(what: What, of: impl Into<String>, old: impl Into<String>, new: impl Into<String>) -> Difference {
    Difference { what, of: of.into(), old: old.into(), new: new.into() }
}

/// Everything in which two versions differ on one run.
pub(super) fn between<O: Subject + ?Sized, N: Subject + ?Sized>(old: &O, new: &N, run: &Run) -> Vec<Difference> {
    let (mut then, mut now) = (World::new(run), World::new(run));
    let Run { source, question, intent, .. } = run;
    let (old, _) = trace(old, source, question, intent, |request| then.answer(request));
    let (new, _) = trace(new, source, question, intent, |request| now.answer(request));
    let mut all = bids(&old, &new);
    requests(&old, &new, &now.unrecorded, run, &mut all);
    ends(&old, &new, &mut all);
    all
}

fn bids(old: &Trace, new: &Trace) -> Vec<Difference> {
    let what = match (old.bid >= BID_MIN, new.bid >= BID_MIN) {
        (true, false) => What::BidLost,
        (false, true) => What::BidNew,
        _ if (old.bid - new.bid).abs() > BID_MARGIN => What::BidChanged,
        _ => return Vec::new(),
    };
    vec![difference(what, "", format!("{:.2}", old.bid), format!("{:.2}", new.bid))]
}

fn requests(old: &Trace, new: &Trace, unrecorded: &[String], run: &Run, all: &mut Vec<Difference>) {
    let urls = |trace: &Trace| trace.requests().map(|request| request.url.clone()).collect::<Vec<_>>();
    let (then, now) = (urls(old), urls(new));
    for url in then.iter().filter(|url| !now.contains(url)) {
        all.push(difference(What::RequestGone, format!("`{}`", start_of(url)), "", ""));
    }
    for url in now.iter().filter(|url| !then.contains(url)) {
        // A run for the bids alone has nothing recorded, whatever is asked.
        let unknown = unrecorded.contains(url) && !run.recorded.is_empty();
        let what = if unknown { What::RequestUnrecorded } else { What::RequestNew };
        all.push(difference(what, format!("`{}`", start_of(url)), "", ""));
    }
}

fn ends(old: &Trace, new: &Trace, all: &mut Vec<Difference>) {
    let none = Findings::none();
    match (old.findings(), new.findings()) {
        (Some(then), Some(now)) => found(then, now, all),
        (Some(then), None) => {
            all.push(difference(What::FailureNew, "", "", new.end.to_string()));
            found(then, &none, all);
        }
        (None, Some(now)) => {
            all.push(difference(What::FailureGone, "", old.end.to_string(), ""));
            found(&none, now, all);
        }
        (None, None) if kind_of(&old.end) != kind_of(&new.end) => {
            // A typed failure tells the host what to do; without one it only knows that the connector is broken.
            let typed = |end: &End| matches!(end, End::Failed(_));
            let what = if typed(&old.end) && !typed(&new.end) { What::FailureNew } else { What::FailureChanged };
            all.push(difference(what, "", old.end.to_string(), new.end.to_string()));
        }
        (None, None) => {}
    }
}

/// Failures are the same when the host does the same about them.
fn kind_of(end: &End) -> (&'static str, Option<u32>) {
    match end {
        End::Found(_) => ("found", None),
        End::Failed(failure) => (failure.kind.name(), failure.retry_after_seconds),
        End::Ended(ended) => (ended.by.name(), None),
        End::TooManyRounds => ("rounds", None),
    }
}

fn found(then: &Findings, now: &Findings, all: &mut Vec<Difference>) {
    passages(&then.passages, &now.passages, all);
    claims(&then.claims, &now.claims, all);
}

fn passages(then: &[Passage], now: &[Passage], all: &mut Vec<Difference>) {
    let mut left: Vec<&Passage> = now.iter().collect();
    for old in then {
        let same = |new: &&Passage| if old.url.is_some() { new.url == old.url } else { new.title == old.title };
        // The one of the same text first: several passages of a page have one URL.
        let at = left.iter().position(|new| same(new) && new.text == old.text).or_else(|| left.iter().position(same));
        let name = name_of(old);
        let Some(new) = at.map(|at| left.remove(at)) else {
            all.push(difference(What::PassageLost, name, format!("`{}`", start_of(&old.text)), ""));
            continue;
        };
        let percent = similar_percent(&old.text, &new.text);
        if percent < SIMILAR_PERCENT_MIN {
            let (old, new) =
                (format!("`{}`", start_of(&old.text)), format!("`{}` ({percent} % alike)", start_of(&new.text)));
            all.push(difference(What::PassageChanged, name, old, new));
        } else if old.published != new.published {
            let date = |passage: &Passage| passage.published.clone().unwrap_or_else(|| "no date".to_owned());
            all.push(difference(What::PassageChanged, name, date(old), date(new)));
        }
    }
    for new in left {
        all.push(difference(What::PassageNew, name_of(new), "", format!("`{}`", start_of(&new.text))));
    }
}

fn name_of(passage: &Passage) -> String {
    match &passage.url {
        Some(url) => format!("`{}` ({})", start_of(&passage.title), start_of(url)),
        None => format!("`{}`", start_of(&passage.title)),
    }
}

/// Of claims of the same subject and property, equal ones belong together; of the rest, one after the other.
fn claims(then: &[Claim], now: &[Claim], all: &mut Vec<Difference>) {
    let mut keys: BTreeMap<(String, String), (Vec<String>, Vec<String>)> = BTreeMap::new();
    let key = |claim: &Claim| (claim.subject.to_lowercase(), claim.property.to_lowercase());
    for claim in then {
        keys.entry(key(claim)).or_default().0.push(said(claim));
    }
    for claim in now {
        let (old, new) = keys.entry(key(claim)).or_default();
        match old.iter().position(|it| *it == said(claim)) {
            Some(at) => drop(old.remove(at)),
            None => new.push(said(claim)),
        }
    }
    for ((subject, property), (old, new)) in keys {
        let of = format!("`{subject} | {property}`");
        let pairs = old.len().min(new.len());
        for (old, new) in old.iter().zip(&new) {
            all.push(difference(What::ClaimChanged, of.clone(), old.clone(), new.clone()));
        }
        for old in old.into_iter().skip(pairs) {
            all.push(difference(What::ClaimLost, of.clone(), old, ""));
        }
        for new in new.into_iter().skip(pairs) {
            all.push(difference(What::ClaimNew, of.clone(), "", new));
        }
    }
}

/// Value with unit, time, sign.
fn said(claim: &Claim) -> String {
    let not = if claim.negated { "not " } else { "" };
    let time = claim.time.as_deref().map(|time| format!(" at {time}")).unwrap_or_default();
    format!("{not}{}{time}", written(&claim.value))
}

/// How many words two texts share, in percent of all (Dice, with repetitions).
fn similar_percent(one: &str, other: &str) -> usize {
    if one == other {
        return 100;
    }
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    one.split_whitespace().take(WORDS_MAX).for_each(|word| counts.entry(word).or_default().0 += 1);
    other.split_whitespace().take(WORDS_MAX).for_each(|word| counts.entry(word).or_default().1 += 1);
    let (shared, all) = counts.values().fold((0, 0), |(shared, all), (a, b)| (shared + 2 * a.min(b), all + a + b));
    shared * 100 / all.max(1)
}

fn start_of(text: &str) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(SHOWN_CHARS_MAX).map(clean).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
