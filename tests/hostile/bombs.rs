//! Components made to choke a compiler: each is compiled in a process of its own, within its time and memory.

use crate::Case;
use crate::guests::{Guest, raw, section};
use core::fmt::Write as _;

/// What it may come to: a machine that is fast enough compiles what another gives up.
const EITHER: &str = "refused: compile | plan: done";

pub(crate) fn cases() -> Vec<Case> {
    [functions(), bodies(), sections()].concat()
}

fn more(name: &'static str, verdict: &'static str, more: &str) -> Case {
    Case::new(name, verdict, Guest { more, ..Guest::default() }.component())
}

fn repeated(count: usize, mut part: impl FnMut(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut all, n| {
        let _ = write!(all, "{}", part(n));
        all
    })
}

/// Many, or wide.
fn functions() -> Vec<Case> {
    let locals = "i64 ".repeat(49_000);
    let params = "i64 ".repeat(900);
    let pass = repeated(900, |n| format!("(local.get {n})"));
    vec![
        more("has fifty thousand functions", EITHER, &repeated(50_000, |_| "(func (drop (i32.const 1)))".to_owned())),
        more(
            "has twenty functions of fifty thousand locals",
            EITHER,
            &repeated(20, |_| format!("(func (local {locals}) (local.set 48999 (i64.const 1)))")),
        ),
        more(
            "has functions of nine hundred parameters",
            EITHER,
            &format!(
                "(type $wide (func (param {params}) (result {params})))
             (func $w (type $wide) (call $w {pass})) (func (type $wide) (call $w {pass}))"
            ),
        ),
        more(
            "has a hundred thousand exports",
            "refused: compile",
            &repeated(100_001, |n| format!("(func (export \"e{n}\"))")),
        ),
        more(
            "calls everything from everywhere",
            EITHER,
            &format!(
                "{}{}",
                repeated(2_000, |n| format!("(func $f{n} (call $all))")),
                format_args!("(func $all {})", repeated(2_000, |n| format!("(call $f{n})")))
            ),
        ),
    ]
}

/// Long, deep or tangled.
fn bodies() -> Vec<Case> {
    let deep = |count: usize, open: &str, close: &str| format!("(func {}{})", open.repeat(count), close.repeat(count));
    let targets = "0 ".repeat(200_000);
    let tangled = repeated(3_000, |n| {
        format!(
            "(local.set {} (i64.add (i64.mul (local.get {}) (local.get {})) (local.get {})))",
            n % 900,
            (n * 7) % 900,
            (n * 13) % 900,
            (n * 31) % 900
        )
    });
    vec![
        more("has a function of a million instructions", EITHER, &format!("(func {})", "nop ".repeat(1_000_000))),
        more(
            "adds half a million times",
            EITHER,
            &format!("(func (param i32) (result i32) local.get 0 {})", "local.get 0 i32.add ".repeat(250_000)),
        ),
        more(
            "holds a hundred thousand values",
            EITHER,
            &format!("(func (param f64) {} {})", "local.get 0 ".repeat(100_000), "drop ".repeat(100_000)),
        ),
        more("has fifty thousand blocks inside each other", EITHER, &deep(50_000, "block ", "end ")),
        more("has twenty thousand loops inside each other", EITHER, &deep(20_000, "loop ", "br 0 end ")),
        more(
            "has ten thousand choices inside each other",
            EITHER,
            &format!("(func (param i32) {}{})", "local.get 0 if ".repeat(10_000), "end ".repeat(10_000)),
        ),
        more(
            "branches to two hundred thousand places",
            EITHER,
            &format!("(func (param i32) (block (br_table {targets} (local.get 0))))"),
        ),
        more(
            "branches to ten thousand places a hundred times",
            EITHER,
            &repeated(100, |_| format!("(func (param i32) (block (br_table {} (local.get 0))))", "0 ".repeat(10_000))),
        ),
        more(
            "tangles nine hundred values in a loop",
            EITHER,
            &format!("(func (param {}) (loop {tangled} (br_if 0 (i64.eqz (local.get 0)))))", "i64 ".repeat(900)),
        ),
    ]
}

/// Outside of any function.
fn sections() -> Vec<Case> {
    let honest = || Guest::default().component();
    let with_section = |name: &str, bytes: usize| {
        let mut all = honest();
        section(&mut all, name, &vec![0xff; bytes]);
        all
    };
    let doubling = repeated(40, |n| match n {
        0 => "(type $t0 (tuple u64 u64))".to_owned(),
        n => format!("(type $t{n} (tuple $t{0} $t{0}))", n - 1),
    });
    let deep_type = repeated(200, |n| match n {
        0 => "(type $t0 (list u8))".to_owned(),
        n => format!("(type $t{n} (list $t{}))", n - 1),
    });
    let used = |types: &str, last: usize| {
        raw(&format!(
            r#"(component {types}
                (core module $m (memory (export "m") 1) (func (export "f") (param i32 i32))
                    (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
                (core instance $i (instantiate $m)) (export $e "t" (type $t{last}))
                (func (export "f") (param "x" $e) (canon lift (core func $i "f") (memory (core memory $i "m")) (realloc (core func $i "r")))))"#
        ))
    };
    let lifts = repeated(3_000, |n| format!("(func (export \"f{n}\") (canon lift (core func $i \"f\")))"));
    vec![
        Case::new("has a custom section of three megabytes", "plan: done", with_section("x", 3 << 20)),
        Case::new(
            "has a name section of three megabytes",
            "refused: compile | plan: done",
            with_section("component-name", 3 << 20),
        ),
        Case::new(
            "has a section with a name of a megabyte",
            "refused: malformed",
            with_section(&"x".repeat(1 << 20), 0),
        ),
        Case::new(
            "has ten thousand custom sections",
            "plan: done",
            (0..10_000).fold(honest(), |mut all, _| {
                section(&mut all, "x", b"y");
                all
            }),
        ),
        more("has a hundred thousand types", EITHER, &repeated(100_000, |_| "(type (func (param i64)))".to_owned())),
        more("has fifty thousand globals", EITHER, &repeated(50_000, |_| "(global i64 (i64.const 1))".to_owned())),
        more(
            "has fifty thousand pieces of data",
            EITHER,
            &repeated(50_000, |_| "(data (i32.const 9) \"x\")".to_owned()),
        ),
        more(
            "has fifty thousand pieces of table",
            EITHER,
            &format!("(table 9 funcref) {}", repeated(50_000, |_| "(elem (i32.const 0) $realloc)".to_owned())),
        ),
        more(
            "has data at both ends of its memory",
            "describe: trap",
            "(data (i32.const 131000) \"x\") (data (i32.const 0x7fff0000) \"x\")",
        ),
        Case::new("has a type that doubles forty times", "refused: compile", raw(&format!("(component {doubling})"))),
        Case::new("has lists in lists, two hundred deep", "refused: compile", used(&deep_type, 199)),
        Case::new(
            "lifts three thousand functions",
            "refused: compile | refused: interface",
            raw(&format!(
                r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m)) {lifts})"#
            )),
        ),
        Case::new(
            "has three thousand modules",
            "refused: compile | refused: interface",
            raw(&format!("(component {})", repeated(3_000, |_| "(core module (func))".to_owned()))),
        ),
    ]
}
