//! Connectors written by hand, from the kind to the hostile. Offsets are those of the canonical ABI.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// A connector as its parts in the text format; the default is kind: it answers with how often it was asked, which is
/// once, since every call has an instance of its own.
#[derive(Clone, Copy)]
pub(crate) struct Guest<'a> {
    pub(crate) memory: &'a str,
    pub(crate) realloc: &'a str,
    pub(crate) describe: &'a str,
    pub(crate) plan: &'a str,
    pub(crate) resume: &'a str,
    /// Further fields of the module.
    pub(crate) more: &'a str,
}

impl Default for Guest<'_> {
    fn default() -> Self {
        Self {
            memory: r#"(memory (export "memory") 2)"#,
            realloc: ALLOCATES,
            describe: DESCRIBED,
            plan: "(global.set $count (i32.add (global.get $count) (i32.const 1)))
                (i32.store8 (i32.const 3000) (i32.add (i32.const 48) (global.get $count))) (i32.const 2000)",
            resume: FAILED,
            more: "",
        }
    }
}

/// Results that lie in memory from the start; cases change them with [`set`] before they return them.
pub(crate) const DESCRIBED: &str = "(i32.const 1000)";
pub(crate) const DONE: &str = "(i32.const 2000)";
pub(crate) const FETCH: &str = "(i32.const 2400)";
pub(crate) const RESUMED_FETCH: &str = "(i32.const 2700)";
pub(crate) const FAILED: &str = "(i32.const 4000)";

/// Enough for a call: upwards, never back.
const ALLOCATES: &str = "
    (local.set $start (i32.and (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $free (i32.add (local.get $start) (local.get $size)))
    (local.get $start)";

/// Writes a word.
pub(crate) fn set(address: u32, value: u32) -> String {
    format!("(i32.store (i32.const {address}) (i32.const {value}))")
}

/// Writes words, then returns what lies at `result`.
pub(crate) fn with(words: &[(u32, u32)], result: &str) -> String {
    words.iter().map(|&(address, value)| set(address, value)).collect::<String>() + result
}

impl Guest<'_> {
    /// The module in the text format.
    pub(crate) fn text(&self) -> String {
        let Self { memory, realloc, describe, plan, resume, more } = self;
        let interface = zero_builder::latest().interface;
        // name, version, summary, hosts, settings, credentials, kinds
        let descriptor = words(&[1100, 7, 1108, 1, 1108, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        // ok, bid 0.5, done, one passage, no claims
        let done = words(&[0, 0x3f00_0000, 1, 2100, 1, 2200, 0]);
        // title, no URL, text, no language, no date, score 1
        let passage = words(&[3001, 4, 0, 0, 0, 3000, 1, 0, 0, 0, 0, 0, 0, 0x3f80_0000]);
        // of passage 0, the first byte: subject, property, a text, no time, not negated
        let claim =
            words(&[0, 0, 1, 3001, 4, 3001, 4, 0, 0, 0, 3001, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        // ok, bid 0.5, fetch, one request, four bytes of state
        let fetch = words(&[0, 0x3f00_0000, 0, 2500, 1, 3001, 4]);
        // GET, URL, no headers, no body, no credential, no caching, no endpoint
        let request = words(&[0, 3100, 19, 2600, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        // name, value
        let header = words(&[3200, 6, 3206, 3]);
        // ok, fetch, one request, four bytes of state
        let resumed = words(&[0, 0, 2500, 1, 3001, 4]);
        // err, internal, no detail, no delay
        let failure = words(&[1, 6, 0, 0, 0, 0]);
        format!(
            r#"(module
                {memory}
                (global $count (mut i32) (i32.const 0))
                (global $free (mut i32) (i32.const 8192))
                (func $realloc (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
                    (local $start i32) {realloc})
                (data (i32.const 1000) "{descriptor}") (data (i32.const 1100) "hostile\001")
                (data (i32.const 2000) "{done}") (data (i32.const 2100) "{passage}") (data (i32.const 2200) "{claim}")
                (data (i32.const 2400) "{fetch}") (data (i32.const 2500) "{request}") (data (i32.const 2600) "{header}")
                (data (i32.const 2700) "{resumed}") (data (i32.const 3000) "?test")
                (data (i32.const 3100) "https://a.example/x") (data (i32.const 3200) "acceptany")
                (data (i32.const 4000) "{failure}")
                (func $describe (export "{interface}#describe") (result i32) {describe})
                (func $plan (export "{interface}#plan") (param i32) (result i32) (local $i i32) (local $f f64) {plan})
                (func $resume (export "{interface}#resume")
                    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {resume})
                {more})"#
        )
    }

    /// The component, without asking whether it is valid: that is what hosts are asked.
    pub(crate) fn component(&self) -> Vec<u8> {
        component(&wat::parse_str(self.text()).unwrap_or_else(|error| panic!("{error}")))
    }
}

/// A stamped component of a core module.
pub(crate) fn component(module: &[u8]) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let contract = resolve.push_str("contract.wit", zero_builder::CONNECTOR_WIT).unwrap();
    let world = resolve.select_world(&[contract], Some(zero_builder::latest().world)).unwrap();
    let mut module = module.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    let encoded = ComponentEncoder::default().validate(false).module(&module).and_then(|encoder| encoder.encode());
    let mut bytes = encoded.unwrap_or_else(|error| panic!("{error:#}"));
    stamp(&mut bytes);
    bytes
}

/// A component in the text format, with the stamp of a connector.
pub(crate) fn raw(text: &str) -> Vec<u8> {
    let mut bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    stamp(&mut bytes);
    bytes
}

pub(crate) fn stamp(bytes: &mut Vec<u8>) {
    section(bytes, zero_builder::STAMP_SECTION, zero_builder::latest().world.as_bytes());
}

/// Appends a custom section.
pub(crate) fn section(bytes: &mut Vec<u8>, name: &str, data: &[u8]) {
    let section = wasm_encoder::CustomSection { name: name.into(), data: data.into() };
    wasm_encoder::ComponentSection::append_to_component(&section, bytes);
}

/// Words as the data of a segment.
fn words(words: &[u32]) -> String {
    words.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect()
}
