//! Bytes that are no connector, however much they look like one: refused before anything of them runs.

use crate::Case;
use crate::guests::{Guest, component, raw, section, stamp};

pub(crate) fn cases() -> Vec<Case> {
    [shapes(), imports(), insides(), proposals()].concat()
}

/// Not a component, not of this world, or not what its stamp says.
fn shapes() -> Vec<Case> {
    let kind = Guest::default();
    let honest = kind.component();
    let core = wat::parse_str(kind.text()).unwrap();
    let mut stamped_core = core.clone();
    stamp(&mut stamped_core);
    let stamped = |world: &str| {
        let mut bytes = wat::parse_str("(component)").unwrap();
        section(&mut bytes, zero_builder::STAMP_SECTION, world.as_bytes());
        bytes
    };
    let mut twice = honest.clone();
    stamp(&mut twice);
    vec![
        Case::new("is nothing", "refused: malformed", Vec::new()),
        Case::new("is text", "refused: malformed", b"#!/bin/sh\nrm -rf /\n".to_vec()),
        Case::new("is a core module", "refused: not a component", core),
        Case::new("is a core module with a stamp", "refused: not a component", stamped_core),
        Case::new("is cut in half", "refused: malformed", honest[..honest.len() / 2].to_vec()),
        Case::new("is cut after its header", "refused: unstamped", honest[..8].to_vec()),
        Case::new("goes on after its end", "refused: malformed", [&honest[..], &honest[..]].concat()),
        Case::new("is larger than any may be", "refused: too large", [&honest[..], &vec![0; 5 << 20][..]].concat()),
        Case::new("has no stamp", "refused: unstamped", wat::parse_str("(component)").unwrap()),
        Case::new(
            "is stamped with a later version",
            "refused: unknown world",
            stamped("zero:connector/component@9.0.0"),
        ),
        Case::new("is stamped with no world", "refused: unknown world", stamped("\u{0}\u{ff}%s../..")),
        Case::new("is stamped with the guest's world", "refused: unknown world", stamped("zero:connector/guest@0.2.0")),
        Case::new("is stamped as a function", "refused: world", stamped("zero:functions/auth-component@0.1.0")),
        Case::new("is stamped twice", "plan: done", twice),
        Case::new("is empty but for its stamp", "refused: interface", stamped(zero_builder::latest().world)),
        Case::new(
            "is a section that never ends",
            "refused: malformed",
            [&honest[..8], &[1, 0xff, 0xff, 0xff, 0xff, 0x0f]].concat(),
        ),
        Case::new("has sizes longer than numbers", "refused: malformed", [&honest[..8], &[0xff; 64]].concat()),
        Case::new(
            "exports its functions with other types",
            "refused: interface",
            raw(r#"(component
            (core module $m (func (export "f")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (component $c (import "f" (func $f)) (export "describe" (func $f)) (export "plan" (func $f)) (export "resume" (func $f)))
            (instance $e (instantiate $c (with "f" (func $f))))
            (export "zero:connector/connector@0.2.0" (instance $e)))"#),
        ),
    ]
}

/// Wants something of the host.
fn imports() -> Vec<Case> {
    let wants = |name, text: &str| Case::new(name, "refused: import", raw(&format!("(component {text})")));
    vec![
        wants(
            "imports a clock",
            r#"(import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func (result u64)))))"#,
        ),
        wants("imports the file system", r#"(import "wasi:filesystem/preopens@0.2.0" (instance))"#),
        wants("imports sockets", r#"(import "wasi:sockets/tcp@0.2.0" (instance))"#),
        wants("imports its own interface", r#"(import "zero:connector/types@0.2.0" (instance))"#),
        wants("imports a function", r#"(import "f" (func))"#),
        wants("imports a type", r#"(import "t" (type (sub resource)))"#),
        wants("imports a core module", r#"(import "m" (core module))"#),
        wants("imports a component", r#"(import "c" (component))"#),
        Case::new(
            "imports in a core module inside",
            "refused: compile",
            raw(r#"(component
            (core module $m (import "env" "f" (func))) (core instance (instantiate $m)))"#),
        ),
    ]
}

/// Components inside components, and functions of the component model itself.
fn insides() -> Vec<Case> {
    let of = |name, verdict, text: &str| Case::new(name, verdict, raw(text));
    let inner_loop = r#"(component
        (component $inner
            (core module $m (func (export "f") (loop $again (br $again))))
            (core instance $i (instantiate $m))
            (func (export "f") (canon lift (core func $i "f"))))
        (instance $inner (instantiate $inner))
        (core func $f (canon lower (func $inner "f")))
        (core module $m (import "" "f" (func $f)) (func (export "f") (loop $again (call $f) (br $again))) (start $f))
        (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
        (func (export "f") (canon lift (core func $i "f"))))"#;
    let nested = |depth| {
        let mut bytes = (0..depth).fold(wasm_encoder::Component::new().finish(), |inner, _| {
            let mut outer = wasm_encoder::Component::new();
            outer.section(&wasm_encoder::RawSection {
                id: wasm_encoder::ComponentSectionId::Component.into(),
                data: &inner,
            });
            outer.finish()
        });
        stamp(&mut bytes);
        bytes
    };
    let modules = format!("(core module $m) {}", "(core instance (instantiate $m)) ".repeat(200));
    let memories = format!("(core module $m (memory 1)) {}", "(core instance (instantiate $m)) ".repeat(5));
    vec![
        of("loops inside a component inside", "refused: interface", inner_loop),
        Case::new("has a hundred components inside each other", "refused: interface", nested(100)),
        Case::new("has ten thousand components inside each other", "refused: interface", nested(10_000)),
        of("has many core instances", "refused: compile", &format!("(component {modules})")),
        of("has five memories in five instances", "refused: compile", &format!("(component {memories})")),
        of(
            "makes resources of its own",
            "refused: interface",
            r#"(component
            (core module $m (func (export "d") (param i32) (loop $again (br $again))))
            (core instance $i (instantiate $m))
            (type $r (resource (rep i32) (dtor (core func $i "d"))))
            (core func $new (canon resource.new $r)))"#,
        ),
        of(
            "waits as a task",
            "refused: compile",
            r#"(component
            (core module $m (func (export "f") (result i32) (i32.const 0))
                (func (export "g") (param i32 i32 i32) (result i32) (i32.const 0)))
            (core instance $i (instantiate $m))
            (func (export "f") async (canon lift (core func $i "f") async (callback (core func $i "g")))))"#,
        ),
        of("yields to nobody", "refused: compile", "(component (core func (canon thread.yield)))"),
        of("makes a stream", "refused: compile", "(component (type $s (stream u8)) (core func (canon stream.new $s)))"),
        of("raises the back pressure", "refused: compile", "(component (core func (canon backpressure.inc)))"),
    ]
}

/// What WebAssembly can do elsewhere, and not here.
fn proposals() -> Vec<Case> {
    let off =
        |name, module: &str| Case::new(name, "refused: compile", raw(&format!("(component (core module {module}))")));
    let kind = Guest::default();
    vec![
        off("has a memory of 64 bits", "(memory i64 1)"),
        off("has five memories", "(memory 1) (memory 1) (memory 1) (memory 1) (memory 1)"),
        off("has a memory that threads share", "(memory 1 1 shared)"),
        off("waits for another thread", "(memory 1) (func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))"),
        off("has pages of one byte", "(memory 1 (pagesize 1))"),
        off("adds 128 bits", "(func (param i64 i64 i64 i64) (result i64 i64) (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))"),
        off("collects garbage", "(type $s (struct (field i32))) (func (drop (struct.new_default $s)))"),
        off("throws", "(tag $t) (func (throw $t))"),
        off("switches stacks", "(type $f (func)) (type $c (cont $f)) (func (param (ref $c)) (resume $c (local.get 0)))"),
        Case::new("multiplies vectors as the machine likes", "plan: done", component(&wat::parse_str(Guest {
            more: "(func (export \"r\") (param v128) (result v128) (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))", ..kind }.text()).unwrap())),
    ]
}

/// The honest component with one bit of it turned: whatever it is then, it must not hurt.
pub(crate) fn flipped(count: usize) -> impl Iterator<Item = (usize, Vec<u8>)> {
    let honest = Guest::default().component();
    let bits = honest.len() * 8;
    (0..count).map(move |n| {
        // A step that is prime to any length spreads them over all of it.
        let bit = n * 104_729 % bits;
        let mut bytes = honest.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        (bit, bytes)
    })
}
