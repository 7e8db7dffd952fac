//! The list of all that is in a bundle is CycloneDX 1.6, by the word of the schema that CycloneDX's own library brings.

use crate::operator::Operator;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What checks a document; prints what is wrong with it.
const CHECK: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(f'{wrong}'[:2000] if wrong else 0)
";

#[test]
fn the_list_is_valid_and_complete() {
    let Some(operator) = Operator::new() else { return };
    operator.build("eu-west", "one", &[]);
    let text = operator.ok(&["bundle", "sbom", &operator.text("one")]);
    let file = operator.text("sbom.json");
    operator.ok(&["bundle", "sbom", &operator.text("one"), "-o", &file]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);

    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    let named = |kind: &str, reference: &str| {
        let found = list[kind].as_array().unwrap().iter().find(|it| it["bom-ref"] == reference);
        found.unwrap_or_else(|| panic!("{reference} in {text}")).clone()
    };
    let calculator = named("components", "connectors/calculator");
    let digest = zero_oci::digest(&std::fs::read(operator.parts().join("connectors/calculator.wasm")).unwrap());
    assert_eq!(calculator["hashes"][0]["content"], digest.trim_start_matches("sha256:"));
    assert_eq!(calculator["licenses"][0]["expression"], "MIT OR Apache-2.0");
    let source = named("services", "sources/wikidata");
    assert_eq!(source["endpoints"], serde_json::json!(["https://www.wikidata.org"]));
    assert_eq!(source["licenses"][0]["expression"], "CC0-1.0");
    let python = match python() {
        Ok(python) => python,
        Err(why) => return crate::skip(&format!("the schema of CycloneDX: {why}")),
    };
    let check = |path: &str| Command::new(&python).args(["-c", CHECK, path]).output().unwrap();
    let checked = check(&file);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    // What checks it finds what is wrong.
    let broken = operator.text("broken.json");
    std::fs::write(&broken, text.replace("\"SHA-256\"", "\"SHA-257\"")).unwrap();
    assert!(!check(&broken).status.success());
}

/// A Python with CycloneDX's library, installed once from PyPI.
fn python() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cyclonedx");
    let python = folder.join("bin/python");
    let has = || Command::new(&python).args(["-c", "import cyclonedx.validation.json, jsonschema"]).output();
    if has().is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().map_err(|error| error.to_string())?;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(error) }
    };
    run(Path::new("python3"), &["-m", "venv", folder.to_str().unwrap_or_default()])?;
    run(&python, &["-m", "pip", "install", "--quiet", "cyclonedx-python-lib[json-validation]>=11,<12"])?;
    Ok(python)
}
