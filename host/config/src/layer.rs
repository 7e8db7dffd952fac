//! Several texts of one configuration, laid over each other.

use anyhow::{Context as _, Result};
use toml::{Table, Value};

/// Far deeper than a configuration is; a table below is replaced as a whole.
pub const LAYER_DEPTH_MAX: usize = 32;

/// One text, and where it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer<'t> {
    /// For messages: a path, or what it is.
    pub file: &'t str,
    /// TOML.
    pub text: &'t str,
}

/// The layers as one table: a later one counts, tables are merged key by key, anything else is replaced.
///
/// # Errors
/// Names the file that is no TOML.
pub fn merge(layers: &[Layer<'_>]) -> Result<Table> {
    let mut merged = Table::new();
    for layer in layers {
        let table: Table = toml::from_str(layer.text).with_context(|| format!("configuration {}", layer.file))?;
        lay(&mut merged, table, LAYER_DEPTH_MAX);
    }
    Ok(merged)
}

fn lay(base: &mut Table, over: Table, depth: usize) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) if depth > 0 => lay(below, above, depth - 1),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    const DEFAULT: &str = "[pipeline]\nhedge = false\nbid_min = 0.2\n[sources]\nenable = [\"a\", \"b\"]\n\
                           [credentials.a.token]\nenv = \"A\"\nheader = \"x\"\nhosts = [\"a.example\"]\n";

    fn layered(region: &str) -> Result<Config> {
        Config::layered(&[Layer { file: "default.toml", text: DEFAULT }, Layer { file: "r.toml", text: region }])
    }

    #[test]
    fn a_region_says_only_what_differs() {
        assert_eq!(layered("").unwrap().pipeline, Config::from_toml(DEFAULT).unwrap().pipeline);
        let config =
            layered("[pipeline]\nbid_min = 0.5\n[sources]\nenable = [\"c\"]\n[credentials.a.token]\nenv = \"B\"");
        let config = config.unwrap();
        assert_eq!((config.pipeline.bid_min, config.pipeline.hedge), (0.5, false));
        assert_eq!(config.sources.enable, ["c"]);
        let token = &config.credentials["a"]["token"];
        assert_eq!((token.env.as_str(), token.header.as_deref()), ("B", Some("x")));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_file() {
        let error = |region: &str| format!("{:#}", layered(region).unwrap_err());
        for (region, words) in [
            ("[pipelines]\n", ["configuration r.toml", "unknown field `pipelines`"]),
            ("[pipeline]\nbids_min = 0.5\n", ["configuration r.toml", "unknown field `bids_min`"]),
            ("[credentials.a.token]\nenvironment = \"B\"\n", ["r.toml", "unknown field `environment`"]),
            ("[pipeline]\nbid_min = 5.0\n", ["configuration r.toml over default.toml", "[pipeline] `bid_min`"]),
            (
                "[credentials.b.token]\nenv = \"B\"\n",
                ["configuration r.toml over default.toml", "missing field `hosts`"],
            ),
            ("pipeline = ", ["configuration r.toml", "line 1"]),
        ] {
            let error = error(region);
            assert!(words.iter().all(|word| error.contains(word)), "{region}: {error}");
        }
    }
}
