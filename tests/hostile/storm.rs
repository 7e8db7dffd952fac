//! Ten thousand calls of hostile components from several threads, with honest ones between them.

use crate::guests::Guest;
use crate::verdict::{called, plan};
use crate::{Case, memory};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use zero_engine::{Connector, Engine};
use zero_types::prelude::*;

const HOSTILE_THREADS: usize = 3;
const HONEST_THREADS: usize = 2;

/// Every call ends as the table says, every honest question is answered, and memory stays bounded.
pub(crate) fn check(engine: &Engine, loaded: &[(Case, Connector)], calls_max: usize) {
    let honest = Honest::new(engine);
    let next = AtomicUsize::new(0);
    let verdicts: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let wrong: Mutex<Vec<String>> = Mutex::default();
    let answered = AtomicUsize::new(0);
    let before = memory::resident();
    let ((), grown, _) = memory::watched(|| {
        thread::scope(|scope| {
            for _ in 0..HOSTILE_THREADS {
                scope.spawn(|| {
                    loop {
                        let call = next.fetch_add(1, SeqCst);
                        if call >= calls_max {
                            break;
                        }
                        let (case, connector) = &loaded[call % loaded.len()];
                        let mut said = called(connector);
                        // What a hypervisor steals counts as CPU of the thread: such a stop gets one more try.
                        if said.short().ends_with(": cpu") && !case.expects(&said) {
                            said = called(connector);
                        }
                        if !case.expects(&said) {
                            wrong.lock().unwrap().push(format!("{}: {said:?}, not {}", case.name, case.expected));
                        }
                        *verdicts.lock().unwrap().entry(said.short().to_owned()).or_default() += 1;
                    }
                });
            }
            for _ in 0..HONEST_THREADS {
                scope.spawn(|| {
                    while next.load(SeqCst) < calls_max {
                        if let Err(error) = honest.ask() {
                            wrong.lock().unwrap().push(error);
                        }
                        answered.fetch_add(1, SeqCst);
                    }
                });
            }
        });
    });
    let verdicts = verdicts.into_inner().unwrap();
    println!("{:>8}  calls that ended as", "");
    for (verdict, calls) in &verdicts {
        println!("{calls:>8}  {verdict}");
    }
    let (answered, left) = (answered.into_inner(), memory::resident().saturating_sub(before));
    println!("{calls_max:>8}  calls of {} hostile components beside {answered} honest questions", loaded.len());
    println!("grew by {grown} bytes at most, by {left} in the end");
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} calls:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert_eq!(verdicts.values().sum::<usize>(), calls_max);
    assert!(answered > 0, "no honest question was asked");
    assert!(grown < memory::GROWTH_BYTES_MAX && left < memory::GROWTH_BYTES_MAX / 2, "grew by {grown}, {left} stay");
}

/// Connectors as authors write them: of the first version of the interface, of the latest, and by hand.
struct Honest {
    counts: Connector,
    almanacs: Vec<Connector>,
}

impl Honest {
    fn new(engine: &Engine) -> Self {
        let almanac = |version: &zero_builder::Version| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("frozen").join(version.number).join("almanac.wasm");
            engine.connector(&std::fs::read(path).unwrap()).unwrap()
        };
        Self {
            counts: engine.connector(&Guest::default().component()).unwrap(),
            almanacs: zero_builder::VERSIONS.iter().map(almanac).collect(),
        }
    }

    /// One question to each; says which answer was not the right one.
    fn ask(&self) -> Result<(), String> {
        let counted = plan(&self.counts).map_err(|error| error.to_string())?.value;
        match counted {
            Ok(Plan { step: Step::Done(Findings { passages, .. }), .. }) if passages[0].text == "1" => {}
            other => return Err(format!("an honest connector said {other:?}")),
        }
        let settings = r#"{"base":"https://almanac.example"}"#.to_owned();
        let source = Source { settings, ..Source::new("almanac", "Almanac") };
        let intent = Intent { subject: Some("Foo".to_owned()), ..Intent::unknown("en") };
        for almanac in &self.almanacs {
            let planned = almanac.plan(&source, &Question::new("how many live there?"), &intent);
            match planned.map_err(|error| format!("{}: {error}", almanac.world()))?.value {
                Ok(Plan { step: Step::Fetch(Fetch { requests, .. }), .. })
                    if requests[0].url == "https://almanac.example/v1/places?q=Foo" => {}
                other => return Err(format!("{} said {other:?}", almanac.world())),
            }
        }
        Ok(())
    }
}
