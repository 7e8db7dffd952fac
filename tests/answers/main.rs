//! Questions, what the services said, and what an asker reads: one heading of a Markdown file each.
//!
//! The real pipeline and the real components, in virtual time. Blocks of a heading, by the word after the fence:
//!
//! - `question`: the question, then lines `key: value`: `now`, `zone`, `language`, `country`, `units`, `budget`, `late`,
//!   and, with commas, `only`, `block`, `prefer`, `consent`, `catalogue` (the only sources that exist).
//! - `conversation`: lines `asker: ...` and `zero: ...` before it.
//! - `exchanges`: files that answer requests, `*` in them for any characters, ` after 700 ms` for slow ones.
//! - `http`: one more exchange, written out; `http after 700 ms`.
//! - `answer`, `later` (after late sources) and `ledger` (all but the irrelevant): what comes out.
//!
//! Whatever no exchange answers is unreachable. `UPDATE_EXPECT=1` writes what comes out into the files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod case;

use case::{Case, File};
use core::time::Duration;
use std::sync::Arc;
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::settings::Settings;
use zero_pipeline::wire::{answer::Answer, text};
use zero_pipeline::{Answered, Event, Fixed, Region};
use zero_tests::bundle::{Loaded, bundle};
use zero_tests::exchanges::{self, Recorded};
use zero_tests::world::{Script, World};
use zero_tests::{catalogue, invariants, root};

#[test]
fn answers() {
    let Some(loaded) = bundle() else { return };
    let recorded = exchanges::all().unwrap();
    let everything = catalogue::read().unwrap();
    let bless = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut paths: Vec<_> = std::fs::read_dir(root().join("tests/answers")).unwrap().flatten().collect();
    paths.sort_by_key(std::fs::DirEntry::path);
    let (mut cases, mut wrong, mut broken) = (0, Vec::new(), Vec::new());
    for path in paths.iter().map(std::fs::DirEntry::path).filter(|path| path.extension().is_some_and(|it| it == "md")) {
        let mut file =
            File::parse(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        for case in file.cases() {
            cases += 1;
            let given = match check(loaded, &recorded, &everything, &case) {
                Ok(given) => given,
                Err(error) => {
                    broken.push(format!("{}: {}: {error}", path.display(), case.title));
                    continue;
                }
            };
            for (name, text) in given {
                if let Some(expected) = file.replace(&case, name, &text) {
                    wrong.push(format!(
                        "{}: {}\n--- expected\n{expected}+++ came out\n{text}",
                        path.display(),
                        case.title
                    ));
                }
            }
        }
        if bless {
            std::fs::write(&path, file.text()).unwrap();
        }
    }
    // Nothing that came out can be accepted while it breaks what holds for every answer.
    assert!(broken.is_empty(), "{} of {cases} break a promise:\n{}", broken.len(), broken.join("\n"));
    assert!(cases >= 20, "only {cases} cases were found");
    assert!(
        wrong.is_empty() || bless,
        "{} of {cases} differ; UPDATE_EXPECT=1 accepts\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Asks a case's question in its world: the blocks that come out.
fn check(
    loaded: &Loaded,
    recorded: &[Recorded],
    everything: &Catalogue,
    case: &Case,
) -> Result<Vec<(&'static str, String)>, String> {
    let sources = everything.records().iter().filter(|record| case.has(&record.source.id));
    // A case that names a source has it switched on, as a host does with `files` when there are some.
    let catalogue = Catalogue::from_records(sources.map(|record| {
        let mut record = record.as_ref().clone();
        record.enabled |=
            ["only", "consent", "catalogue"].iter().any(|list| case.list(list).contains(&record.source.id));
        record
    }));
    let region = Arc::new(Region::new(catalogue, Settings::default()));
    let network = Arc::new(Script { exchanges: case.exchanges(recorded)? });
    let world = World::new(loaded.rooms.clone(), network, case.now_ms()?);
    let mut later = None;
    let hear = |event: Event<'_>| {
        if let Event::Patch { answered, .. } = event {
            later = Some(read(answered));
        }
    };
    let asked = zero_pipeline::answer(Arc::clone(&region), world.clone(), case.ask()?, Fixed::default(), hear);
    let answered = world.time.run(asked).map_err(|stuck| stuck.to_string())?.map_err(|problem| problem.to_string())?;
    let most = answered.ask.gather_budget.unwrap_or_default() + answered.ask.late_budget + Duration::from_millis(1);
    if world.time.now() > most {
        return Err(format!("it took {:?}", world.time.now()));
    }
    invariants::check(&answered, &loaded.rooms, &region.settings)?;
    let mut given = vec![("answer", read(&answered)), ("ledger", ledger(&answered))];
    given.extend(later.map(|later| ("later", later)));
    Ok(given)
}

/// As a terminal shows it.
fn read(answered: &Answered) -> String {
    text::plain(&Answer::of(answered))
}

/// A line for each source that was asked or could have been.
fn ledger(answered: &Answered) -> String {
    let mut lines: Vec<String> = Answer::of(answered)
        .sources
        .iter()
        .filter(|source| source.state != "not-relevant")
        .map(|source| text::line(source) + "\n")
        .collect();
    lines.sort();
    lines.concat()
}
