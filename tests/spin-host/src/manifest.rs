//! `spin.toml`, version 2: the fields of Spin's schema, and no other key.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The manifest of an application.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    spin_manifest_version: u32,
    /// About the application.
    pub application: Details,
    /// What an operator gives it.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    trigger: BTreeMap<String, Vec<Trigger>>,
    /// Its components.
    #[serde(default)]
    pub component: BTreeMap<String, Component>,
}

/// About an application.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// Its name.
    pub name: String,
    /// As in `1.2.3`.
    #[serde(default)]
    pub version: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// For people.
    #[serde(default)]
    pub authors: Vec<String>,
    /// For other tools.
    #[serde(default)]
    pub tool: BTreeMap<String, toml::Table>,
}

/// A variable.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Used where nobody gave it a value.
    #[serde(default)]
    pub default: Option<String>,
    /// Whether it must be given.
    #[serde(default)]
    pub required: bool,
    /// Whether it is shown to nobody.
    #[serde(default)]
    pub secret: bool,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trigger {
    #[serde(default)]
    #[allow(dead_code, reason = "a field of the schema")]
    id: String,
    component: String,
    route: Route,
    #[serde(default)]
    #[allow(dead_code, reason = "a field of the schema")]
    executor: Option<toml::Table>,
}

/// Which requests a component is for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Route {
    /// A path, or with `/...` at its end everything below it.
    Path(String),
    /// Only other components of the application reach it.
    Private {
        /// Always true.
        private: bool,
    },
}

/// A component.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its file, relative to the manifest.
    pub source: PathBuf,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// Values of its variables; `{{ name }}` is the application's.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Where it may send to.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Stores it may open.
    #[serde(default)]
    pub key_value_stores: Vec<String>,
    /// For other tools.
    #[serde(default)]
    pub tool: BTreeMap<String, toml::Table>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// Names the key that Spin does not have, or what is inconsistent.
    pub fn parse(text: &str) -> Result<Self> {
        let manifest: Self = toml::from_str(text)?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<()> {
        if self.spin_manifest_version != 2 {
            bail!("`spin_manifest_version` is {}", self.spin_manifest_version);
        }
        if let Some(other) = self.trigger.keys().find(|kind| *kind != "http") {
            bail!("a trigger of kind `{other}`");
        }
        self.component.keys().try_for_each(|id| check_id(id, '-'))?;
        let variables = self.component.values().flat_map(|component| component.variables.keys());
        self.variables.keys().chain(variables).try_for_each(|id| check_id(id, '_'))?;
        for (name, variable) in &self.variables {
            if variable.required == variable.default.is_some() {
                bail!("the variable `{name}` must be either `required` or have a `default`");
            }
        }
        for trigger in self.http() {
            if !self.component.contains_key(&trigger.component) {
                bail!("a trigger for `{}`, which is no component", trigger.component);
            }
            match &trigger.route {
                Route::Path(path) if !path.starts_with('/') => bail!("the route `{path}` does not begin with `/`"),
                Route::Private { private: false } => bail!("a route is private or has a path"),
                _ => {}
            }
        }
        Ok(())
    }

    fn http(&self) -> impl Iterator<Item = &Trigger> {
        self.trigger.get("http").into_iter().flatten()
    }

    /// The component with the longest route that a path falls under.
    #[must_use]
    pub fn route(&self, path: &str) -> Option<&str> {
        let fits = |route: &str| match route.strip_suffix("/...") {
            Some(base) => path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            None => route == path,
        };
        let routes = self.http().filter_map(|trigger| match &trigger.route {
            Route::Path(route) if fits(route) => Some((route.len(), trigger.component.as_str())),
            _ => None,
        });
        routes.max_by_key(|(length, _)| *length).map(|(_, component)| component)
    }

    /// Whether other components may reach this one: it has a trigger.
    #[must_use]
    pub fn is_reachable(&self, component: &str) -> bool {
        self.http().any(|trigger| trigger.component == component)
    }

    /// The variables of a component, with the values an operator gave or the defaults.
    ///
    /// # Errors
    /// Names the variable that is required and was not given.
    pub fn values(&self, component: &Component, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
        let mut values = BTreeMap::new();
        for (name, template) in &component.variables {
            let mut value = template.clone();
            for (variable, declared) in &self.variables {
                let hole = format!("{{{{ {variable} }}}}");
                if value.contains(&hole) {
                    let filled = given.get(variable).or(declared.default.as_ref());
                    value = value.replace(&hole, filled.with_context(|| format!("`{variable}` was not given"))?);
                }
            }
            values.insert(name.clone(), value);
        }
        Ok(values)
    }
}

/// Words of lower-case letters and digits, each beginning with a letter.
fn check_id(id: &str, separator: char) -> Result<()> {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    if id.split(separator).all(is_word) { Ok(()) } else { bail!("`{id}` is no name that Spin accepts") }
}
