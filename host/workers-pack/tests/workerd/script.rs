//! The bundle, packed and started once for all tests of this program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use zero_bundle::{BundleView, Described, Given, Inputs, PackOptions, Package};
use zero_canon::connector::{Version, describe};
use zero_canon::interpreter::Interpreter;
use zero_pipeline::limits::GUEST_MEMORY_BYTES_MAX;
use zero_stub::{Exchanges, Options as StubOptions, Stub};
use zero_workerd::{Tools, Workerd, tools};

/// A running script and all it stands on.
pub(crate) struct Running {
    pub(crate) workerd: Workerd,
    pub(crate) tools: &'static Tools,
    pub(crate) view: BundleView,
    pub(crate) package: Package,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    _stub: Stub,
}

const CONFIG: &str = "
[region]
name = \"test\"
jurisdiction = \"CH\"
[pipeline]
gather_budget_ms = 8000
[server]
receipts = true
";

/// A candidate for questions about capitals, which traps when it is asked for a bid.
const TRAPDOOR: &str = r#"
connector = "trapdoor"
[[source]]
id = "trapdoor"
name = "Trapdoor"
summary = "the capital of Japan"
kinds = ["fact", "place", "definition", "other"]
topics = ["geography"]
triggers = ["capital of"]
"#;

pub(crate) fn running() -> Option<&'static Running> {
    static RUNNING: OnceLock<Option<Running>> = OnceLock::new();
    RUNNING
        .get_or_init(|| match start() {
            Ok(running) => Some(running),
            Err(missing) => {
                eprintln!("SKIPPED: the script in workerd: {missing}");
                None
            }
        })
        .as_ref()
}

/// The folder of this name among what `cargo xtask components` has built.
fn built(variable: &str, name: &str) -> Result<PathBuf, String> {
    let said = std::env::var_os(variable).map(PathBuf::from);
    let target = std::env::current_exe().ok().and_then(|test| Some(test.parent()?.parent()?.parent()?.join(name)));
    let found = [said, target].into_iter().flatten().find(|it| it.is_dir());
    found.ok_or_else(|| format!("no `{name}`; `cargo xtask components` makes it, {variable} says where"))
}

/// The files of a folder, by stem.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = |path: PathBuf| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap());
    entries.map(file).collect()
}

/// What is missing is an error, and whatever goes wrong with what is there is a panic.
fn start() -> Result<Running, String> {
    let bundle = built("ZERO_BUNDLE", "bundle")?;
    let orchestrators = built("ZERO_ORCHESTRATORS", "orchestrators")?;
    let tools = tools()?;
    let mut connectors = files(&bundle.join("connectors"));
    connectors.insert("trapdoor".to_owned(), trapdoor());
    let given = |(name, bytes)| Given { name, bytes, manifest: None, origin: String::new() };
    let mut catalogue = files(&bundle.join("catalogue"));
    catalogue.insert("trapdoor".to_owned(), TRAPDOOR.as_bytes().to_vec());
    let inputs = Inputs {
        region: "test".to_owned(),
        config: vec![("test.toml".to_owned(), CONFIG.to_owned())],
        functions: files(&bundle.join("functions")).into_iter().collect(),
        connectors: connectors.into_iter().map(given).collect(),
        catalogue: catalogue.into_iter().map(|(stem, text)| (stem, String::from_utf8(text).unwrap())).collect(),
    };
    let built = zero_bundle::build(inputs, described).unwrap_or_else(|error| panic!("{error:?}"));
    let view = BundleView::of(built.contents).unwrap_or_else(|error| panic!("{error:?}"));
    let package = packed(&view, &orchestrators);
    let files: Vec<(String, Vec<u8>)> =
        package.files.iter().map(|file| (file.path.clone(), file.bytes.clone())).collect();

    let stub = Stub::start(Exchanges::of_work_tree(root()).unwrap(), StubOptions::default()).unwrap();
    let variables = [("ZERO_RECEIPTS".to_owned(), "1".to_owned())];
    let workerd = Workerd::start(tools, &files, stub.address(), &variables).unwrap();
    Ok(Running { workerd, tools, view, package, files, _stub: stub })
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn packed(view: &BundleView, orchestrators: &Path) -> Package {
    zero_workers_pack::package(view, &PackOptions { orchestrators, apart: &[], signing: None, trust: None }).unwrap()
}

/// A second time, from the same bundle.
pub(crate) fn package_again(view: &BundleView) -> Package {
    packed(view, &built("ZERO_ORCHESTRATORS", "orchestrators").unwrap())
}

fn described(_name: &str, component: &[u8]) -> anyhow::Result<Described> {
    let core = zero_split::core_module(component, zero_builder::COMPONENT_BYTES_MAX, GUEST_MEMORY_BYTES_MAX)?;
    let mut instance = Interpreter::new(&core.module, usize::MAX, u64::MAX)?.instance()?;
    let descriptor = describe(&mut instance, Version::of_world(&core.world).unwrap())?;
    Ok(Described { descriptor, world: core.world })
}

/// Says who it is, and traps at everything else.
fn trapdoor() -> Vec<u8> {
    let (world, interface) = (zero_builder::latest().world, zero_builder::latest().interface);
    let params = "i32 ".repeat(14);
    // name, version, summary; no hosts, settings, credentials, kinds
    let words: [u32; 14] = [1100, 8, 1200, 5, 1100, 8, 0, 0, 0, 0, 0, 0, 0, 0];
    let descriptor: String =
        words.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("\\{byte:02x}")).collect();
    let module = format!(
        r#"(module (@custom "zero:interface" "{world}") (memory (export "memory") 2)
            (data (i32.const 1000) "{descriptor}") (data (i32.const 1100) "trapdoor") (data (i32.const 1200) "1.0.0")
            (global $free (mut i32) (i32.const 8192))
            (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32) (local $start i32)
                (local.set $start (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                (global.set $free (i32.add (local.get $start) (local.get $size)))
                (local.get $start))
            (func (export "{interface}#describe") (result i32) (i32.const 1000))
            (func (export "{interface}#plan") (param i32) (result i32) (unreachable))
            (func (export "{interface}#resume") (param {params}) (result i32) (unreachable)))"#
    );
    zero_builder::build(&wat::parse_str(module).unwrap()).unwrap().bytes
}
