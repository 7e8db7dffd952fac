use super::*;

const WORLD: &str = "zero:functions/intent-component@0.1.0";
const REALLOC: &str = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))"#;
const READ: &str = r#"(func (export "zero:functions/intent@0.1.0#read") (param i32) (result i32) (i32.const 0))"#;

fn module(memory: &str, more: &str) -> Vec<u8> {
    let text = format!(
        r#"(module (@custom "zero:interface" "{WORLD}") (memory (export "memory") {memory}) {REALLOC} {READ} {more})"#
    );
    wat::parse_str(text).unwrap()
}

fn split(component: &[u8]) -> Result<Core, Refused> {
    core_module(component, zero_builder::COMPONENT_BYTES_MAX, 32 * 1024 * 1024)
}

fn check(memory: &str, more: &str) -> Result<Core, Refused> {
    split(&zero_builder::build(&module(memory, more)).unwrap().bytes)
}

fn memory_of(module: &[u8]) -> (u64, Option<u64>) {
    let sections = Parser::new(0).parse_all(module).map(Result::unwrap);
    let memories = sections.filter_map(|it| if let Payload::MemorySection(it) = it { Some(it) } else { None });
    let memory = memories.flatten().next().unwrap().unwrap();
    (memory.initial, memory.maximum)
}

#[test]
fn the_module_comes_out_bounded_and_named_after_its_component() {
    let component = zero_builder::build(&module("2", "")).unwrap();
    let core = split(&component.bytes).unwrap();
    assert_eq!(core.component_digest, component.digest());
    assert_eq!(core.module_digest, zero_builder::digest(&core.module));
    assert_eq!(core.world, WORLD);
    assert_eq!(memory_of(&core.module), (2, Some(512)));
    assert_eq!(split(&component.bytes).unwrap(), core, "the same bytes again");
    let parsed = Parser::new(0).parse_all(&core.module).map(Result::unwrap);
    assert_eq!(parsed.filter(|it| matches!(it, Payload::CustomSection(_))).count(), 0);
}

#[test]
fn what_a_module_declares_is_kept_or_refused() {
    assert_eq!(memory_of(&check("2 7", "").unwrap().module), (2, Some(7)));
    assert_eq!(memory_of(&check("2 60000", "").unwrap().module), (2, Some(512)));
    assert!(matches!(check("513", ""), Err(Refused::Memory { bytes: 33_619_968, bytes_max: 33_554_432 })));
}

#[test]
fn further_exports_are_no_harm_and_several_modules_are_refused() {
    check("2", r#"(func (export "wizer.initialize"))"#).unwrap();
    let post = r#"(func (export "cabi_post_zero:functions/intent@0.1.0#read") (param i32))"#;
    check("2", post).unwrap();
    // A component calls `_initialize` through a second module.
    let error = check("2", r#"(func (export "_initialize"))"#).unwrap_err();
    assert!(matches!(error, Refused::Modules(2..)), "{error}");
}

#[test]
fn foreign_bytes_give_typed_errors() {
    let component = zero_builder::build(&module("2", "")).unwrap().bytes;
    for end in 0..component.len() {
        assert!(split(&component[..end]).is_err(), "cut at {end}");
    }
    assert!(matches!(split(&module("2", "")), Err(Refused::Component(zero_builder::Error::NotAComponent))));
    // The same component, whose function is lifted from another of the same type.
    let other = r#"(func (export "zero:functions/intent@0.1.0#reed") (param i32) (result i32) (i32.const 8))"#;
    let mut component = zero_builder::build(&module("2", other)).unwrap().bytes;
    let name = b"zero:functions/intent@0.1.0#read";
    let places: Vec<usize> =
        component.windows(name.len()).enumerate().filter(|it| it.1 == name).map(|it| it.0).collect();
    // First the export, then the alias that is lifted; names for people follow.
    let alias = *places.get(1).expect("once as an export, once as an alias");
    component[alias + name.len() - 2] = b'e';
    let error = split(&component).unwrap_err().to_string();
    assert!(error.contains("reed` is none of its world's functions"), "{error}");
}
