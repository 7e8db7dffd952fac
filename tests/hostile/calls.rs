//! Components that load, and misbehave when they are called.

use crate::Case;
use crate::guests::{DESCRIBED, DONE, FAILED, FETCH, Guest, RESUMED_FETCH, set, with};

const SPINS: &str = "(loop $again (br $again)) (unreachable)";

pub(crate) fn cases() -> Vec<Case> {
    [time(), memory(), traps(), results(), lists(), worthless()].concat()
}

fn plan(name: &'static str, verdict: &'static str, plan: &str) -> Case {
    Case::new(name, verdict, Guest { plan, ..Guest::default() }.component())
}

fn plan_with(name: &'static str, verdict: &'static str, more: &str, plan: &str) -> Case {
    Case::new(name, verdict, Guest { plan, more, ..Guest::default() }.component())
}

/// Takes all the time there is.
fn time() -> Vec<Case> {
    let kind = Guest::default();
    let guest = |name, verdict, guest: Guest<'_>| Case::new(name, verdict, guest.component());
    let post =
        r#"(func (export "cabi_post_zero:connector/connector@0.2.0#plan") (param i32) (loop $again (br $again)))"#;
    let table = "(type $f (func)) (table 1 funcref) (elem (i32.const 0) $via)
        (func $via (call_indirect (type $f) (i32.const 0)))";
    vec![
        plan("loops for ever", "plan: cpu", SPINS),
        plan("loops over its memory", "plan: cpu", "(loop $again
            (local.set $i (i32.and (i32.add (local.get $i) (i32.const 8)) (i32.const 0xfff8)))
            (i64.store (local.get $i) (i64.add (i64.load (local.get $i)) (i64.const 1))) (br $again)) (unreachable)"),
        plan("fills its memory for ever", "plan: cpu",
            "(loop $again (memory.fill (i32.const 0) (i32.const 7) (i32.const 131072)) (br $again)) (unreachable)"),
        plan("divides for ever", "plan: cpu", "(local.set $f (f64.const 1)) (loop $again
            (local.set $f (f64.sqrt (f64.div (local.get $f) (f64.const 3)))) (br $again)) (unreachable)"),
        plan_with("branches into a tree without end", "plan: cpu", "(func $fib (param i32) (result i32)
            (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (i32.const 1)) (else (i32.add
                (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2)))))))",
            "(drop (call $fib (i32.const 90))) (unreachable)"),
        plan_with("tail calls itself for ever", "plan: cpu", "(func $again (return_call $again))", "(call $again) (unreachable)"),
        plan_with("adds vectors for ever", "plan: cpu", "(global $v (mut v128) (v128.const i32x4 1 2 3 4))",
            "(loop $again (global.set $v (i32x4.mul (global.get $v) (global.get $v))) (br $again)) (unreachable)"),
        plan_with("fills its table for ever", "plan: cpu", "(table $t 10000 funcref)", "(loop $again
            (table.fill $t (i32.const 0) (ref.null func) (i32.const 10000)) (br $again)) (unreachable)"),
        guest("loops in describe", "describe: cpu", Guest { describe: SPINS, ..kind }),
        guest("loops at its start", "describe: cpu", Guest { more: "(func $s (loop $again (br $again))) (start $s)", ..kind }),
        guest("loops in realloc", "plan: cpu", Guest { realloc: SPINS, ..kind }),
        guest("loops after its return", "plan: cpu", Guest { more: post, ..kind }),
        guest("loops in resume", "resume: cpu", Guest { plan: FETCH, resume: SPINS, ..kind }),
        plan_with("calls itself without end", "plan: trap", "(func $r (call $r))", "(call $r) (unreachable)"),
        plan_with("calls itself with wide frames", "plan: trap", "(func $r (param i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
            (i64.add (local.get 0) (call $r (local.get 7) (local.get 6) (local.get 5) (local.get 4) (local.get 3)
            (local.get 2) (local.get 1) (i64.add (local.get 0) (i64.const 1)))))",
            "(drop (call $r (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6)
            (i64.const 7) (i64.const 8))) (unreachable)"),
        plan_with("calls itself through a table", "plan: trap", table, "(call $via) (unreachable)"),
    ]
}

/// Takes all the memory there is.
fn memory() -> Vec<Case> {
    let kind = Guest::default();
    let guest = |name, verdict, guest: Guest<'_>| Case::new(name, verdict, guest.component());
    vec![
        plan(
            "grows until it is refused",
            "plan: memory",
            "(loop $again
            (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) (unreachable)",
        ),
        plan("grows by all at once", "plan: memory", "(drop (memory.grow (i32.const 65534))) (unreachable)"),
        plan(
            "asks for too much and takes no for an answer",
            "plan: done",
            &with(&[], "(drop (memory.grow (i32.const 65534))) (i32.const 2000)"),
        ),
        plan(
            "touches every page it can get",
            "plan: memory",
            "(drop (memory.grow (i32.const 500)))
            (memory.fill (i32.const 65536) (i32.const 1) (i32.const 32768000))
            (drop (memory.grow (i32.const 500))) (unreachable)",
        ),
        plan_with(
            "grows its table until it is refused",
            "plan: trap",
            "(table $t 1 funcref)",
            "(loop $again
            (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1)))) (unreachable)",
        ),
        guest(
            "grows its second memory",
            "refused: compile",
            Guest {
                memory: r#"(memory (export "memory") 2) (memory $other 1)"#,
                plan: "(loop $again
                (br_if $again (i32.ne (memory.grow $other (i32.const 16)) (i32.const -1)))) (unreachable)",
                ..kind
            },
        ),
        guest(
            "begins with more than it may have, in two memories",
            "refused: compile",
            Guest { memory: r#"(memory (export "memory") 300) (memory $other 300)"#, ..kind },
        ),
        guest(
            "grows in realloc",
            "plan: memory",
            Guest {
                realloc: "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 64)) (i32.const -1)))) (unreachable)",
                ..kind
            },
        ),
        guest(
            "grows at its start",
            "describe: memory",
            Guest {
                more: "(func $s (loop $again (br_if $again (i32.ne (memory.grow (i32.const 64)) (i32.const -1)))) (unreachable)) (start $s)",
                ..kind
            },
        ),
        guest(
            "grows in describe",
            "describe: memory",
            Guest {
                describe: "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 64)) (i32.const -1)))) (unreachable)",
                ..kind
            },
        ),
        guest(
            "begins with more than it may have",
            "refused: compile",
            Guest { memory: r#"(memory (export "memory") 513)"#, ..kind },
        ),
        guest(
            "begins with all of 32 bits",
            "refused: compile",
            Guest { memory: r#"(memory (export "memory") 65536)"#, ..kind },
        ),
        guest(
            "begins with a table of ten million",
            "refused: compile",
            Guest { more: "(table 10000000 funcref)", ..kind },
        ),
        guest(
            "begins with a table of all 32 bits",
            "refused: compile",
            Guest { more: "(table 0xffffffff funcref)", ..kind },
        ),
        guest(
            "begins with the few tables of an interpreter",
            "plan: done",
            Guest { more: &"(table 9 funcref)".repeat(4), ..kind },
        ),
        guest("begins with many tables", "refused: compile", Guest { more: &"(table 9 funcref)".repeat(40), ..kind }),
    ]
}

/// Ends itself.
fn traps() -> Vec<Case> {
    let kind = Guest::default();
    let guest = |name, verdict, guest: Guest<'_>| Case::new(name, verdict, guest.component());
    vec![
        plan("does what cannot be reached", "plan: trap", "(unreachable)"),
        plan("divides by zero", "plan: trap", "(drop (i32.div_u (i32.const 1) (local.get $i))) (unreachable)"),
        plan(
            "overflows a division",
            "plan: trap",
            "(i32.div_s (i32.const 0x80000000) (i32.sub (local.get $i) (i32.const 1)))",
        ),
        plan("makes a number of none", "plan: trap", "(i32.trunc_f64_s (f64.div (local.get $f) (local.get $f)))"),
        plan("reads beyond its memory", "plan: trap", "(i32.load (i32.const 0x7fffffff))"),
        plan("reads across the end of its memory", "plan: trap", "(i32.load (i32.const 131069))"),
        plan("reads far beyond by an offset", "plan: trap", "(i32.load offset=0xffffffff (i32.const -1))"),
        plan_with(
            "calls nothing",
            "plan: trap",
            "(type $f (func)) (table 4 funcref)",
            "(call_indirect (type $f) (i32.const 2)) (unreachable)",
        ),
        plan_with(
            "calls beyond its table",
            "plan: trap",
            "(type $f (func)) (table 4 funcref)",
            "(call_indirect (type $f) (i32.const -1)) (unreachable)",
        ),
        plan_with(
            "calls by another type",
            "plan: trap",
            "(type $f (func (param i64))) (table 4 funcref) (elem (i32.const 0) $g) (func $g)",
            "(call_indirect (type $f) (i64.const 1) (i32.const 0)) (unreachable)",
        ),
        guest("traps in resume", "resume: trap", Guest { plan: FETCH, resume: "(unreachable)", ..kind }),
        guest("traps at its start", "describe: trap", Guest { more: "(func $s (unreachable)) (start $s)", ..kind }),
        guest("traps in realloc", "plan: trap", Guest { realloc: "(unreachable)", ..kind }),
        guest(
            "puts data beyond its memory",
            "describe: trap",
            Guest { more: r#"(data (i32.const 131071) "xx")"#, ..kind },
        ),
        guest(
            "puts functions beyond its table",
            "describe: trap",
            Guest { more: "(table 2 funcref) (elem (i32.const 2) $realloc)", ..kind },
        ),
    ]
}

/// Hands back what is no value of the contract.
fn results() -> Vec<Case> {
    let kind = Guest::default();
    let guest = |name, verdict, guest: Guest<'_>| Case::new(name, verdict, guest.component());
    vec![
        plan("returns a pointer beyond its memory", "plan: protocol", "(i32.const 0x7ffffff0)"),
        plan("returns a pointer at the end of its memory", "plan: protocol", "(i32.const 131068)"),
        plan("returns a pointer that is not aligned", "plan: protocol", "(i32.const 2001)"),
        plan("is neither fine nor failed", "plan: protocol", &with(&[(2000, 7)], DONE)),
        plan("neither fetches nor is done", "plan: protocol", &with(&[(2008, 9)], DONE)),
        plan("says of a URL neither none nor some", "plan: protocol", &with(&[(2108, 2)], DONE)),
        plan("claims a value of no kind", "plan: protocol", &with(&[(2024, 1), (2232, 200)], DONE)),
        plan("fails in no known way", "plan: protocol", &with(&[(4004, 99)], FAILED)),
        plan("asks by no known method", "plan: protocol", &with(&[(2500, 77)], FETCH)),
        plan("gives bytes that are no text", "plan: protocol", &with(&[(3000, 0xff)], DONE)),
        plan("gives an overlong zero", "plan: protocol", &with(&[(3000, 0x80c0), (2124 - 4, 3000), (2124, 2)], DONE)),
        plan("gives half a pair of surrogates", "plan: protocol", &with(&[(3000, 0x0080_a0ed), (2124, 3)], DONE)),
        plan("ends inside a character", "plan: protocol", &with(&[(3000, 0x0082_82f0), (2124, 3)], DONE)),
        guest(
            "describes kinds there are none of",
            "describe: protocol",
            Guest { describe: &with(&[(1048, 1200), (1052, 1), (1200, 250)], DESCRIBED), ..kind },
        ),
        guest("describes itself beyond its memory", "describe: protocol", Guest { describe: "(i32.const -4)", ..kind }),
        guest("has no name", "refused: descriptor", Guest { describe: &with(&[(1004, 0)], DESCRIBED), ..kind }),
        guest(
            "has the name of a path",
            "refused: descriptor",
            Guest { describe: &with(&[(1100, 0x2f2e_2e2f)], DESCRIBED), ..kind },
        ),
        guest(
            "gives memory that is not its own",
            "plan: protocol",
            Guest { realloc: "(i32.const 0x7fff0000)", ..kind },
        ),
        guest("gives memory that is not aligned", "plan: protocol", Guest { realloc: "(i32.const 8193)", ..kind }),
        guest("gives the same memory again and again", "plan: done", Guest { realloc: "(i32.const 8192)", ..kind }),
        guest(
            "gives its own results as memory",
            "plan: protocol",
            Guest { realloc: "(i32.const 2000)", plan: DONE, ..kind },
        ),
    ]
}

/// Hands back too much, or says it does.
fn lists() -> Vec<Case> {
    let kind = Guest::default();
    let guest = |name, verdict, guest: Guest<'_>| Case::new(name, verdict, guest.component());
    // 16 passages, each of the same 100 kB, which no memory needs to hold twice.
    let mut overlapping = String::from("(drop (memory.grow (i32.const 8)))");
    overlapping += "(loop $again
        (memory.copy (i32.add (i32.const 10000) (i32.mul (local.get $i) (i32.const 56))) (i32.const 2100) (i32.const 56))
        (i32.store (i32.add (i32.const 10020) (i32.mul (local.get $i) (i32.const 56))) (i32.const 65536))
        (i32.store (i32.add (i32.const 10024) (i32.mul (local.get $i) (i32.const 56))) (i32.const 100000))
        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 16))))";
    overlapping += &with(&[(2012, 10000), (2016, 16)], DONE);
    let same = |count| with(&[(2012, 65536), (2016, count)], DONE);
    let grown = "(drop (memory.grow (i32.const 500)))";
    vec![
        plan("lies about how much it found", "plan: protocol", &with(&[(2016, 0x7fff_ffff)], DONE)),
        plan("lies so that sizes overflow", "plan: protocol", &with(&[(2016, 0x0924_924a)], DONE)),
        plan("lies about a text", "plan: protocol", &with(&[(2124, 0xffff_fff0)], DONE)),
        plan("lies about its state", "plan: protocol", &with(&[(2424, 0x7fff_ffff)], FETCH)),
        plan("gives a text of two megabytes", "plan: result-too-large", &format!("{grown}{}", with(&[(2120, 65536), (2124, 2_097_152)], DONE))),
        plan("gives a text of thirty megabytes", "plan: result-too-large", &format!("{grown}{}", with(&[(2120, 65536), (2124, 31_457_280)], DONE))),
        plan("gives one text many times", "plan: result-too-large", &overlapping),
        plan("gives half a million empty passages", "plan: result-too-large", &format!("{grown}{}", same(500_000))),
        plan("gives a thousand empty passages", "plan: done, 936 dropped", &format!("{grown}{}", same(1000))),
        plan("gives five thousand claims", "plan: done, 4744 dropped", &format!("{grown}(loop $again
            (memory.copy (i32.add (i32.const 65536) (i32.mul (local.get $i) (i32.const 112))) (i32.const 2200) (i32.const 112))
            (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5000)))){}",
            with(&[(2020, 65536), (2024, 5000)], DONE))),
        plan("fetches nothing", "plan: protocol", &with(&[(2416, 0)], FETCH)),
        plan("fetches a thousand times", "plan: protocol", &format!("{grown}{}", with(&[(2412, 65536), (2416, 1000)], FETCH))),
        plan("keeps a state of half a megabyte", "plan: protocol", &format!("{grown}{}", with(&[(2420, 65536), (2424, 524_288)], FETCH))),
        guest("fails with two megabytes of detail", "plan: result-too-large", Guest {
            plan: &format!("{grown}{}", with(&[(4008, 65536), (4012, 2_097_152)], FAILED)), ..kind }),
        guest("describes two megabytes", "describe: result-too-large", Guest {
            describe: &format!("{grown}{}", with(&[(1016, 65536), (1020, 2_097_152)], DESCRIBED)), ..kind }),
        guest("describes a million hosts without a name", "describe: result-too-large", Guest {
            describe: &format!("{grown}{}", with(&[(1024, 65536), (1028, 1_000_000)], DESCRIBED)), ..kind }),
        guest("wants another round for ever", "resume: fetch", Guest { plan: FETCH, resume: RESUMED_FETCH, ..kind }),
        guest("wants a thousand requests later", "resume: protocol", Guest { plan: FETCH,
            resume: &format!("{grown}{}", with(&[(2708, 65536), (2712, 1000)], RESUMED_FETCH)), ..kind }),
    ]
}

/// Hands back what is of the contract, and of no worth.
fn worthless() -> Vec<Case> {
    let claim = |more: &[(u32, u32)]| with(&[&[(2024, 1)], more].concat(), DONE);
    let nan = 0x7ff8_0000;
    vec![
        plan("bids what is no number", "plan: done, bid 0", &with(&[(2004, 0x7fc0_0000)], DONE)),
        plan("bids without end", "plan: done, bid 0", &with(&[(2004, 0x7f80_0000)], DONE)),
        plan("bids a thousand", "plan: done, bid 1", &with(&[(2004, 0x447a_0000)], DONE)),
        plan("bids less than nothing", "plan: done, bid 0", &with(&[(2004, 0xbf80_0000)], DONE)),
        plan("scores what is no number", "plan: done", &with(&[(2152, 0x7fc0_0000)], DONE)),
        plan("claims what stands in its passage", "plan: done", &claim(&[])),
        plan("claims from a passage that is not there", "plan: done, 1 dropped", &claim(&[(2200, 99)])),
        plan("claims beyond its passage", "plan: done, 1 dropped", &claim(&[(2208, 4000)])),
        plan("claims backwards", "plan: done, 1 dropped", &claim(&[(2204, 1), (2208, 0)])),
        plan(
            "claims half a character",
            "plan: done, 1 dropped",
            &claim(&[(3300, 0x7861_a4c3), (2120, 3300), (2124, 4)]),
        ),
        plan(
            "claims a place nowhere",
            "plan: done, 1 dropped",
            &claim(&[(2232, 23), (2240, 0), (2244, nan), (2248, 0), (2252, nan)]),
        ),
        plan(
            "names an endpoint with a line end",
            "plan: fetch, 1 dropped",
            &with(&[(2552, 1), (2556, 3200), (2560, 6), (3200, 0x0a0d_6161)], FETCH),
        ),
        plan(
            "remembers who asked before",
            "plan: done",
            &format!("(if (i32.load (i32.const 5000)) (then (unreachable))) {} (i32.const 2000)", set(5000, 1)),
        ),
    ]
}

/// Requests that no egress may send, and what it says of them.
pub(crate) fn requests() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let asks = |name, says, url: &str, words: &[(u32, u32)]| {
        let more = format!(r#"(data (i32.const 3100) "{url}")"#);
        let length = u32::try_from(url.replace("\\0d\\0a", "??").len()).unwrap();
        let plan = with(&[&[(2508, length)], words].concat(), FETCH);
        (name, says, Guest { plan: &plan, more: &more, ..Guest::default() }.component())
    };
    vec![
        asks("asks for a file", "host", "file:///etc/passwd", &[]),
        asks("asks in plain text", "https", "http://a.example/", &[]),
        asks("asks this machine", "may not ask", "https://127.0.0.1/", &[]),
        asks("asks the cloud's own service", "may not ask", "https://169.254.169.254/latest/", &[]),
        asks("asks another host", "may not ask", "https://b.example/", &[]),
        asks("asks with a name and password", "user name", "https://me:pw@a.example/", &[]),
        asks("asks another port", "port", "https://a.example:22/", &[]),
        asks("puts a line end into its URL", "control character", "https://a.example/\\0d\\0aHost: b.example", &[]),
        asks("puts a line end into a header", "visible ASCII", "https://a.example/", &[(2516, 1), (3206, 0x0a0d_0a0d)]),
        asks(
            "sets the header of a credential",
            "a connector's to set",
            "https://a.example/",
            &[(2516, 1), (2604, 4), (3200, 0x7473_6f68)],
        ),
        asks(
            "takes a credential it has not",
            "no credential",
            "https://a.example/",
            &[(2532, 1), (2536, 3001), (2540, 4)],
        ),
    ]
}
