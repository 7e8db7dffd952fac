//! The bundle, packed and started once for all tests of this program.

use crate::instance::Instance;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use zero_canon::connector::{Version, describe};
use zero_config::Config;
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::limits::GUEST_MEMORY_BYTES_MAX;
use zero_stub::{Exchanges, Options as StubOptions, Stub};
use zero_workerd::{Tools, Workerd, tools};
use zero_workers_pack::{Connector, Function, Options, Orchestrator, Parts, Script, pack};

/// A running script and all it stands on.
pub(crate) struct Running {
    pub(crate) workerd: Workerd,
    pub(crate) tools: &'static Tools,
    pub(crate) script: Script,
    /// The bundle's own components, as every target names them.
    pub(crate) digests: Vec<(String, String)>,
    _stub: Stub,
}

/// Matches one made-up word, and traps when it is asked for a bid.
const TRAPDOOR: &str = r#"
connector = "trapdoor"
[[source]]
id = "trapdoor"
name = "Trapdoor"
summary = "zzz trapdoor, capital of Japan"
kinds = ["fact", "place", "definition", "other"]
topics = ["trapdoor"]
triggers = ["zzz trapdoor", "capital of"]
hosts = ["trapdoor.example"]
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

fn components(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let component = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read(path).unwrap())
    };
    entries.map(component).collect()
}

/// What is missing is an error, and whatever goes wrong with what is there is a panic.
fn start() -> Result<Running, String> {
    let bundle = built("ZERO_BUNDLE", "bundle")?;
    let orchestrators = built("ZERO_ORCHESTRATORS", "orchestrators")?;
    let tools = tools()?;
    let (functions, mut connectors) = (components(&bundle.join("functions")), components(&bundle.join("connectors")));
    let named = |kind: &str, all: &BTreeMap<String, Vec<u8>>| -> Vec<(String, String)> {
        all.iter()
            .map(|(name, it)| (format!("{kind}/{name}"), format!("sha256:{}", zero_builder::digest(it))))
            .collect()
    };
    let mut digests = [named("functions", &functions), named("connectors", &connectors)].concat();
    digests.sort();
    connectors.insert("trapdoor".to_owned(), trapdoor());

    let mut texts: Vec<(String, String)> = std::fs::read_dir(bundle.join("catalogue"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    texts.push(("trapdoor.toml".to_owned(), TRAPDOOR.to_owned()));
    texts.sort();
    let catalogue = Catalogue::from_toml(texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap();
    let config = Config::from_toml("[pipeline]\ngather_budget_ms = 8000\n").unwrap();
    let catalogue = zero_config::resolve(&catalogue, &config);

    let functions: Vec<Function<'_>> =
        functions.iter().map(|(name, bytes)| Function { name: name.as_str(), bytes: bytes.as_slice() }).collect();
    let described: Vec<(Function<'_>, Vec<String>)> = connectors
        .iter()
        .map(|(name, bytes)| (Function { name: name.as_str(), bytes: bytes.as_slice() }, hosts(name, bytes)))
        .collect();
    let connectors: Vec<Connector<'_>> = described
        .iter()
        .map(|(component, hosts)| Connector {
            component: *component,
            version: "1.0.0",
            hosts,
            component_bytes_max: zero_builder::COMPONENT_BYTES_MAX,
            memory_bytes_max: GUEST_MEMORY_BYTES_MAX,
        })
        .collect();
    let parts = Parts { functions: &functions, connectors: &connectors, config: &config, catalogue: &catalogue };
    let orchestrator = Orchestrator::read(&orchestrators.join(zero_workers_pack::ORCHESTRATOR_FOLDER)).unwrap();
    let script = pack(&orchestrator, parts, &Options::default()).unwrap();

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let stub = Stub::start(Exchanges::of_work_tree(root).unwrap(), StubOptions::default()).unwrap();
    let workerd = Workerd::start(tools, &script.files, stub.address(), &[]).unwrap();
    Ok(Running { workerd, tools, script, digests, _stub: stub })
}

fn hosts(name: &str, component: &[u8]) -> Vec<String> {
    if name == "trapdoor" {
        return vec!["trapdoor.example".to_owned()];
    }
    let core = zero_split::core_module(component, zero_builder::COMPONENT_BYTES_MAX, GUEST_MEMORY_BYTES_MAX).unwrap();
    describe(&mut Instance::new(&core.module), Version::of_world(&core.world).unwrap()).unwrap().hosts
}

fn trapdoor() -> Vec<u8> {
    let (world, interface) = (zero_builder::latest().world, zero_builder::latest().interface);
    let params = "i32 ".repeat(14);
    let module = format!(
        r#"(module (@custom "zero:interface" "{world}") (memory (export "memory") 2)
            (global $free (mut i32) (i32.const 8192))
            (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32) (local $start i32)
                (local.set $start (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                (global.set $free (i32.add (local.get $start) (local.get $size)))
                (local.get $start))
            (func (export "{interface}#describe") (result i32) (unreachable))
            (func (export "{interface}#plan") (param i32) (result i32) (unreachable))
            (func (export "{interface}#resume") (param {params}) (result i32) (unreachable)))"#
    );
    zero_builder::build(&wat::parse_str(module).unwrap()).unwrap().bytes
}
