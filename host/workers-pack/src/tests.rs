use super::*;

fn orchestrator() -> Orchestrator {
    let file = |path: &str| (path.to_owned(), vec![0; 8]);
    Orchestrator { files: vec![file(files::ORCHESTRATOR_MODULE), file(files::ORCHESTRATOR_GLUE)] }
}

fn component(world: &str, export: &str, more: &str) -> Vec<u8> {
    let module = format!(
        r#"(module (@custom "zero:interface" "{world}") (memory (export "memory") 2)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
            (func (export "{export}") (param i32) (result i32) (i32.const 0)) {more})"#
    );
    zero_builder::build(&wat::parse_str(module).unwrap()).unwrap().bytes
}

fn packed(more: &str, name: &str) -> Result<Script, PackError> {
    let intent = component("zero:functions/intent-component@0.1.0", "zero:functions/intent@0.1.0#read", "");
    let other = component("zero:functions/intent-component@0.1.0", "zero:functions/intent@0.1.0#read", more);
    let functions = [Function { name: "intent", bytes: &intent }];
    let connectors = [Connector {
        component: Function { name, bytes: &other },
        version: "1.0.0",
        hosts: &[],
        component_bytes_max: zero_builder::COMPONENT_BYTES_MAX,
        memory_bytes_max: GUEST_MEMORY_BYTES_MAX,
    }];
    let config = Config::from_toml("[server]\nreceipts = true\n").unwrap();
    let parts =
        Parts { functions: &functions, connectors: &connectors, config: &config, catalogue: &Catalogue::default() };
    pack(&orchestrator(), parts, &Options { cache_kv_id: Some("abc".into()), ..Options::default() })
}

#[test]
fn the_same_bundle_gives_the_same_files_and_digests() {
    let script = packed("", "other").unwrap();
    assert_eq!(script, packed("", "other").unwrap());
    let names: Vec<&str> = script.digests.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["connectors/other", "functions/intent"]);
    assert_eq!(script.digests[0].1, script.digests[1].1, "the same component");
    let text = |path: &str| {
        let (_, bytes) = script.files.iter().find(|(has, _)| has == path).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let modules = text("modules.js");
    assert!(modules.contains("import m1 from \"./functions/intent.wasm\";"), "{modules}");
    assert!(modules.contains(script.digests[0].1.strip_prefix("sha256:").unwrap()), "{modules}");
    assert!(text("functions.js").contains("zero:connector/connector@0.2.0#plan"));
    let config = text("wrangler.jsonc");
    let config: serde_json::Value = serde_json::from_str(&config[config.find('{').unwrap()..]).unwrap();
    assert_eq!(config["vars"]["ZERO_RECEIPTS"], "1");
    assert_eq!(config["kv_namespaces"][0]["binding"], BINDING_CACHE);
    assert_eq!(config["limits"]["cpu_ms"], CPU_MS);
    assert!(script.sizes.script.raw > script.sizes.functions.raw && script.sizes.script.gzip < GZIP_BYTES_FREE);
    assert!(script.sizes.table().contains("it fits every plan"));
}

#[test]
fn a_connector_of_several_modules_is_left_out_and_named() {
    // A component calls `_initialize` through a second module.
    let script = packed(r#"(func (export "_initialize"))"#, "other").unwrap();
    assert_eq!(script.digests.len(), 1);
    let named = script.lacks.iter().filter(|it| it.starts_with("the connector `other`: it is made of")).count();
    assert_eq!(named, 1, "{:?}", script.lacks);
}

#[test]
fn what_cannot_be_packed_is_said() {
    assert!(matches!(packed("", "../x"), Err(PackError::Name(name)) if name == "../x"));
    let (config, catalogue) = (Config::from_toml("").unwrap(), Catalogue::default());
    let parts = Parts { functions: &[], connectors: &[], config: &config, catalogue: &catalogue };
    let error = pack(&Orchestrator::default(), parts, &Options::default()).unwrap_err();
    assert!(error.to_string().contains("`orchestrator_bg.wasm`"), "{error}");
}
