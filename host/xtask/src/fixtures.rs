//! Fixtures of the built-in connectors: what an author has in one folder lies in two places here, the sources in the
//! catalogue and the exchanges beside the code.

use anyhow::{Context as _, Result, anyhow};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use toml::{Table, Value};
use zero_builder::fixtures::{CASES_FILE, EXCHANGES_FOLDER, embed, read_exchanges};

/// The component with the fixtures of its connector; as it is when the connector has no cases.
pub(crate) fn carried(root: &Path, connector: &str, component: Vec<u8>) -> Result<Vec<u8>> {
    let folder = root.join("connectors").join(connector).join(EXCHANGES_FOLDER);
    let cases = folder.join(CASES_FILE);
    if !cases.is_file() {
        return Ok(component);
    }
    let text = fs::read_to_string(&cases).with_context(|| format!("reading {}", cases.display()))?;
    let asked = sources_of_cases(&text).with_context(|| format!("reading {}", cases.display()))?;
    let sources = sources(&root.join("connectors/catalogue"), connector, &asked)?;
    let fixtures = read_exchanges(&folder, sources).with_context(|| format!("fixtures of `{connector}`"))?;
    embed(&component, &fixtures).with_context(|| format!("fixtures of `{connector}`"))
}

/// Ids of the sources that have a case.
fn sources_of_cases(cases: &str) -> Result<BTreeSet<String>> {
    let cases: Table = cases.parse()?;
    let cases = cases.get("case").and_then(Value::as_array).into_iter().flatten();
    Ok(cases.filter_map(|case| case.get("source")?.as_str().map(str::to_owned)).collect())
}

/// The records of these sources, of all files of the catalogue that are of this connector, as one text.
///
/// Sources without a case stay out: a component is not to change with every record of the catalogue.
fn sources(catalogue: &Path, connector: &str, asked: &BTreeSet<String>) -> Result<String> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(catalogue).with_context(|| format!("reading {}", catalogue.display()))? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let (mut records, mut mappings) = (Vec::new(), Table::new());
    for path in paths {
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let file: Table = text.parse().with_context(|| format!("reading {}", path.display()))?;
        if file.get("connector").and_then(Value::as_str) != Some(connector) {
            continue;
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        take(&file, &stem, asked, &mut records, &mut mappings).with_context(|| path.display().to_string())?;
    }
    let mut all = Table::new();
    all.insert("connector".to_owned(), Value::String(connector.to_owned()));
    if !mappings.is_empty() {
        all.insert("mappings".to_owned(), Value::Table(mappings));
    }
    all.insert("source".to_owned(), Value::Array(records));
    Ok(toml::to_string(&all)?)
}

/// Records with the mappings they share, whose names are only those of their file.
fn take(
    file: &Table,
    stem: &str,
    asked: &BTreeSet<String>,
    records: &mut Vec<Value>,
    mappings: &mut Table,
) -> Result<()> {
    for record in file.get("source").and_then(Value::as_array).into_iter().flatten() {
        if !record.get("id").and_then(Value::as_str).is_some_and(|id| asked.contains(id)) {
            continue;
        }
        let mut record = record.clone();
        if let Some(name) = record.get("mapping").and_then(Value::as_str).map(str::to_owned) {
            let mapping = file.get("mappings").and_then(|all| all.get(&name));
            let mapping = mapping.ok_or_else(|| anyhow!("there is no mapping `{name}`"))?;
            let unique = format!("{stem}-{name}");
            mappings.insert(unique.clone(), mapping.clone());
            if let Some(record) = record.as_table_mut() {
                record.insert("mapping".to_owned(), Value::String(unique));
            }
        }
        records.push(record);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_several_files_become_one_text() {
        let folder = std::env::temp_dir().join(format!("zero-sources-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = |connector: &str, ids: [&str; 2]| {
            let record =
                |id: &str| format!("[[source]]\nid = \"{id}\"\nmapping = \"m\"\n[source.settings]\na = \"é\"\n");
            format!(
                "connector = \"{connector}\"\n[mappings.m]\nof = \"{}\"\n{}{}",
                ids[0],
                record(ids[0]),
                record(ids[1])
            )
        };
        for (name, text) in [
            ("x-a.toml", file("x", ["a", "b"])),
            ("x-c.toml", file("x", ["c", "d"])),
            ("y.toml", file("y", ["e", "f"])),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        let asked = ["a", "d", "e"].map(str::to_owned).into();
        let text = sources(&folder, "x", &asked);
        fs::remove_dir_all(&folder).unwrap();
        let all: Table = text.unwrap().parse().unwrap();
        let of = |key: &str| {
            all["source"].as_array().unwrap().iter().map(|it| it[key].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("id"), ["a", "d"]);
        assert_eq!(of("mapping"), ["x-a-m", "x-c-m"]);
        assert_eq!(all["mappings"]["x-c-m"]["of"].as_str(), Some("c"));
        assert_eq!(all["connector"].as_str(), Some("x"));
    }
}
