//! Guests written by hand, from the kind to the hostile. Offsets are those of the canonical ABI.

use wit_component::dummy_module;
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};
use zero_engine::FunctionBytes;

/// What [`connector`] calls itself unless told otherwise.
pub(crate) const NAME: &str = "guest";

/// Answers every question with how often it was asked, as one passage of one digit.
pub(crate) const COUNTS: &str = "
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store8 (i32.const 3000) (i32.add (i32.const 48) (global.get $count)))
    (i32.const 2000)";
pub(crate) const SPINS: &str = "(loop $again (br $again)) (unreachable)";
pub(crate) const TRAPS: &str = "(unreachable)";
/// Ends as Rust does when it gets no memory.
pub(crate) const GROWS: &str = "
    (loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
    (unreachable)";
/// One passage whose text is 2 MiB of zeros.
pub(crate) const FLOODS: &str = "
    (drop (memory.grow (i32.const 64)))
    (i32.store (i32.const 2120) (i32.const 65536))
    (i32.store (i32.const 2124) (i32.const 2097152))
    (i32.const 2000)";
/// More passages than any memory holds.
pub(crate) const LIES: &str = "(i32.store (i32.const 2016) (i32.const 0x7fffffff)) (i32.const 2000)";
/// A text that is not UTF-8.
pub(crate) const GARBLES: &str = "(i32.store8 (i32.const 3000) (i32.const 0xff)) (i32.const 2000)";
/// Says it is ten times as sure as one can be.
pub(crate) const BOASTS: &str = "(f32.store (i32.const 2004) (f32.const 10)) (i32.const 2000)";
/// `0/0`, whose sign and payload the standard leaves open, as the digits of its bits.
pub(crate) const DIVIDES: &str = "
    (i32.store8 (i32.const 3000) (i32.add (i32.const 48) (i32.and (i32.const 7) (i32.shr_u
        (i32.reinterpret_f32 (f32.div (local.get $zero) (local.get $zero))) (i32.const 29)))))
    (i32.const 2000)";

/// A connector whose `plan` is `plan`.
pub(crate) fn connector(plan: &str) -> Vec<u8> {
    custom_connector(NAME, plan, "", "(i32.const 1000)")
}

/// ... of this name, with these further definitions, and this `describe`.
pub(crate) fn custom_connector(name: &str, plan: &str, more: &str, describe: &str) -> Vec<u8> {
    connector_of(2, name, plan, more, describe)
}

/// A kind connector that wants this many pages of memory from the start.
pub(crate) fn wide_connector(pages: usize) -> Vec<u8> {
    connector_of(pages, NAME, COUNTS, "", "(i32.const 1000)")
}

fn connector_of(pages: usize, name: &str, plan: &str, more: &str, describe: &str) -> Vec<u8> {
    let length = u32::try_from(name.len()).unwrap();
    // name, version, summary, hosts, settings, credentials, kinds
    let descriptor = words(&[1100, length, 1100, 1, 1100, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    // ok, bid 0.5, done, one passage, no claims
    let planned = words(&[0, 0x3f00_0000, 1, 2100, 1, 0, 0]);
    // title, no URL, text, no language, no date, score 1
    let passage = words(&[3001, 4, 0, 0, 0, 3000, 1, 0, 0, 0, 0, 0, 0, 0x3f80_0000]);
    // err, internal, no detail, no delay
    let failure = words(&[1, 6, 0, 0, 0, 0]);
    let interface = zero_builder::latest().interface;
    let module = format!(
        r#"(module
            (@custom "zero:interface" "{}")
            (memory (export "memory") {pages})
            (global $count (mut i32) (i32.const 0))
            {ALLOCATOR}
            (data (i32.const 1000) "{descriptor}") (data (i32.const 1100) "{name}")
            (data (i32.const 2000) "{planned}") (data (i32.const 2100) "{passage}")
            (data (i32.const 3000) "?test") (data (i32.const 4000) "{failure}")
            (func (export "{interface}#describe") (result i32) {describe})
            (func (export "{interface}#plan") (param i32) (result i32) (local $zero f32) {plan})
            (func (export "{interface}#resume")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 4000))
            {more})"#,
        zero_builder::latest().world,
    );
    component(&module)
}

/// Denies everything, with how often it was asked; traps when asked to `administer`.
pub(crate) fn auth() -> Vec<u8> {
    let denied = words(&[1, 5, 3000, 1]);
    component(&format!(
        r#"(module
            (@custom "zero:interface" "zero:functions/auth-component@0.1.0")
            (memory (export "memory") 2)
            (global $count (mut i32) (i32.const 0))
            {ALLOCATOR}
            (data (i32.const 2000) "{denied}")
            (func (export "zero:functions/auth@0.1.0#authenticate")
                (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32) (unreachable))
            ;; Its parameters are too many to come by themselves: behind 60 bytes of principal stands the permission.
            (func (export "zero:functions/auth@0.1.0#authorize") (param $asked i32) (result i32)
                (if (i32.eq (i32.load8_u offset=60 (local.get $asked)) (i32.const 7)) (then (unreachable)))
                {COUNTS}))"#
    ))
}

/// Enough for a call: upwards, never back.
const ALLOCATOR: &str = r#"
    (global $free (mut i32) (i32.const 8192))
    (func (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
        (local $start i32)
        (local.set $start (i32.and (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
            (i32.sub (i32.const 0) (local.get $align))))
        (global.set $free (i32.add (local.get $start) (local.get $size)))
        (local.get $start))"#;

/// A component of a module in the text format.
pub(crate) fn component(module: &str) -> Vec<u8> {
    zero_builder::build(&wat::parse_str(module).unwrap()).unwrap().bytes
}

/// A component of any world, whose functions all trap.
pub(crate) fn dummy(world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let contracts = zero_builder::VERSIONS.iter().map(|version| version.wit).chain([zero_builder::FUNCTIONS_WIT]);
    let packages: Vec<_> = contracts.map(|wit| resolve.push_str("contract.wit", wit).unwrap()).collect();
    let id = resolve.select_world(&packages, Some(world)).unwrap();
    let mut module = dummy_module(&resolve, id, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    // A custom section by hand: id, size, length of the name, name, data.
    let name = zero_builder::STAMP_SECTION;
    module.extend([0, u8::try_from(1 + name.len() + world.len()).unwrap(), u8::try_from(name.len()).unwrap()]);
    module.extend(name.bytes().chain(world.bytes()));
    zero_builder::build(&module).unwrap().bytes
}

/// The four functions, of which only `auth` does anything.
pub(crate) struct FourFunctions([Vec<u8>; 4]);

impl FourFunctions {
    pub(crate) fn new() -> Self {
        let dummy = |name: &str| dummy(&format!("zero:functions/{name}-component@0.1.0"));
        Self([dummy("intent"), dummy("context"), dummy("synthesis"), auth()])
    }

    pub(crate) fn bytes(&self) -> FunctionBytes<'_> {
        let [intent, context, synthesis, auth] = &self.0;
        FunctionBytes { intent, context, synthesis, auth }
    }
}

/// Words as the data of a segment.
fn words(words: &[u32]) -> String {
    words.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect()
}
