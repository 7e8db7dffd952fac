//! Components, in an engine: what only an engine can see, and that the list is the same as for Rust types.

use crate::check_caught;
use crate::demo::fixtures;
use zero_builder::fixtures::{Fixtures, embed, read};
use zero_engine::{Config, Connector, Engine, Limits};
use zero_judge::{Check, Options, Running, smoke, test};

/// Finds one passage, whatever it was given.
const FINDS: &str = "(i32.const 5000)";
const TRAPS: &str = "(unreachable)";
const SPINS: &str = "(loop $again (br $again)) (unreachable)";
const GROWS: &str = "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)";
/// One passage whose text is 2 MiB of zeros.
const FLOODS: &str = "
    (drop (memory.grow (i32.const 64)))
    (i32.store (i32.const 5120) (i32.const 131072))
    (i32.store (i32.const 5124) (i32.const 2097152))
    (i32.const 5000)";
/// 70 passages, all of them empty.
const TOO_MANY: &str = "
    (i32.store (i32.const 5008) (i32.const 100000)) (i32.store (i32.const 5012) (i32.const 70)) (i32.const 5000)";
/// A text that is not UTF-8.
const GARBLES: &str = "(i32.store8 (i32.const 3000) (i32.const 0xff)) (i32.const 5000)";

/// A component that asks `https://api.lantern.example/`, and makes of the answer what `resume` makes of it.
fn component(resume: &str) -> Vec<u8> {
    let url = "https://api.lantern.example/";
    let length = u32::try_from(url.len()).unwrap();
    // name, version, summary, hosts, settings, credentials, kinds
    let descriptor = words(&[1100, 4, 1104, 5, 1100, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    // ok, bid 0.5, fetch, one request, a state of one byte
    let planned = words(&[0, 0x3f00_0000, 0, 2100, 1, 1100, 1]);
    let request = words(&[0, 2200, length, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // ok, done, one passage, no claims
    let found = words(&[0, 1, 5100, 1, 0, 0]);
    let passage = words(&[3000, 4, 0, 0, 0, 3000, 4, 0, 0, 0, 0, 0, 0, 0x3f80_0000]);
    let module = format!(
        r#"(module
            (@custom "zero:interface" "zero:connector/component@0.1.0")
            (memory (export "memory") 2)
            (global $free (mut i32) (i32.const 8192))
            (func (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
                (local $start i32)
                (local.set $start (i32.and (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
                    (i32.sub (i32.const 0) (local.get $align))))
                (global.set $free (i32.add (local.get $start) (local.get $size)))
                (local.get $start))
            (data (i32.const 1000) "{descriptor}") (data (i32.const 1100) "demo0.1.0")
            (data (i32.const 2000) "{planned}") (data (i32.const 2100) "{request}") (data (i32.const 2200) "{url}")
            (data (i32.const 3000) "Alba") (data (i32.const 5000) "{found}") (data (i32.const 5100) "{passage}")
            (func (export "zero:connector/connector@0.1.0#describe") (result i32) (i32.const 1000))
            (func (export "zero:connector/connector@0.1.0#plan") (param i32) (result i32) (i32.const 2000))
            (func (export "zero:connector/connector@0.1.0#resume")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {resume}))"#
    );
    zero_builder::build(&wat::parse_str(module).unwrap()).unwrap().bytes
}

fn words(words: &[u32]) -> String {
    words.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect()
}

fn asked() -> Fixtures {
    let mut all = fixtures();
    all.sources = all.sources.replace("must_not = [\"weather in Oslo tomorrow\"]", "must_not = []");
    all.cases =
        "[[case]]\nsource = \"lanterns\"\nquestion = \"lantern Alba\"\npassages = 1\ntitle = \"Alba\"\n".to_owned();
    all.exchanges.clear();
    let text = "GET https://api.lantern.example/\n\nHTTP/1.1 200\n\n{}";
    all.exchanges.insert("alba".to_owned(), text.to_owned());
    all
}

fn engine() -> Engine {
    let limits = Limits { instances: 4, ..Limits::default() };
    Engine::new(Config { limits, ..Config::default() }).unwrap()
}

fn load(engine: &Engine, resume: &str) -> Connector {
    engine.connector(&component(resume)).unwrap()
}

#[test]
fn faults_that_only_an_engine_sees() {
    let engine = engine();
    let options = Options { mutations: false, ..Options::default() };
    let honest = test(&Running(load(&engine, FINDS)), &asked(), &options);
    assert!(honest.passed(), "{}", honest.to_text());
    assert!(honest.uses.iter().any(|it| it.what == "cpu") && honest.uses.iter().any(|it| it.what == "memory"));
    for (resume, check, seen, change) in [
        (TRAPS, Check::Cases, "trapped: wasm trap: wasm `unreachable`", "typed failure where the code now panics"),
        (SPINS, Check::Cases, "ran out of CPU", "bound the work of one call"),
        (GROWS, Check::Cases, "ran out of memory", "bound the memory of one call"),
        (FLOODS, Check::Cases, "gave a result that is too large", "fewer or shorter passages"),
        (GARBLES, Check::Cases, "broke the contract: ", "every text UTF-8"),
        (TOO_MANY, Check::Findings, "the host throws 6 passages and claims away", "at most 64 passages"),
    ] {
        let report = test(&Running(load(&engine, resume)), &asked(), &options);
        check_caught(resume, &report, check, seen, change);
    }
}

#[test]
fn a_component_is_broken_in_the_same_ways() {
    // It finds its passage in whatever it gets, a login page and a refusal too.
    let report =
        test(&Running(load(&engine(), FINDS)), &asked(), &Options { large_cases_max: 0, ..Options::default() });
    for (seen, change) in [
        ("status 401: finds 1 passages and 0 claims, where a failure `credential` is due", "fail as `credential`"),
        ("429, retry after `7`: finds 1 passages and 0 claims, where a failure `rate-limited` with", "`rate-limited`"),
        ("body `<html><body>", "a login page"),
        ("Timeout: finds 1 passages", "fail as `unreachable`"),
    ] {
        check_caught(seen, &report, Check::Mutations, seen, change);
    }
}

#[test]
fn a_component_brings_its_own_smoke_test() {
    let engine = engine();
    for (resume, passes) in [(FINDS, true), (TRAPS, false)] {
        let bytes = embed(&component(resume), &asked()).unwrap();
        let connector = engine.connector(&bytes).unwrap();
        let report = smoke(&connector, &read(&bytes).unwrap().unwrap());
        assert_eq!(report.passed(), passes, "{}", report.to_text());
        assert_eq!(report.exit_code(), u8::from(!passes));
    }
}
