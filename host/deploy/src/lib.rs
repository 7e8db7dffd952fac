//! Deployment files of a bundle, filled in from the templates of `edge-config/`.
//!
//! - **Takes** what differs from one deployment to the next: region, images, lock, names of secrets.
//! - **Gives** paths and texts, the same bytes for the same values; whoever calls writes them.
//! - **Fails** naming the value that is not of its form: an operator's, and found before a file is written.
//! - **Limits**: [`limits`].
//! - **Why it is so**: values end up in units, manifests and build files, each with a syntax of its own. So every value
//!   is of a narrow alphabet that means nothing in any of them, and is quoted on top of it where YAML might take it for
//!   a number or a truth.

mod limits;

mod template;
mod values;

pub use values::Invalid;

use template::{Syntax, Value, fill};
use values::{Name, Values};

/// One deployment of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Of the bundle: `eu-west`.
    pub region: String,
    /// What the bundle's container is called once it is pushed: `registry.example/zero-eu-west:1`.
    pub image: String,
    /// The program without a bundle, over which the bundle's container is built.
    pub program_image: String,
    /// Digest of the bundle's lock: `sha256:` and 64 hex digits.
    pub lock_digest: String,
    /// Environment variables that the configuration's `[credentials]` name.
    pub secrets: Vec<String>,
    /// Pods at least and at most.
    pub replicas: (u16, u16),
    /// Where the program is on a machine without containers.
    pub program: String,
    /// Where the bundle is there.
    pub bundle: String,
    /// Where it listens there.
    pub listen: String,
    /// The bundle's folder among the files that are given, as the container's build finds it: `.` or `bundle`.
    pub bundle_in_context: String,
}

impl Deployment {
    /// A deployment as the templates expect it, without secrets: its images are named after region and lock, and are in
    /// no registry yet.
    #[must_use]
    pub fn new(region: &str, lock_digest: &str) -> Self {
        let lock: String = lock_digest.trim_start_matches("sha256:").chars().take(12).collect();
        Self {
            region: region.to_owned(),
            image: format!("localhost/zero-{region}:{lock}"),
            program_image: concat!("localhost/zero:", env!("CARGO_PKG_VERSION")).to_owned(),
            lock_digest: lock_digest.to_owned(),
            secrets: Vec::new(),
            replicas: (2, 16),
            program: "/usr/bin/zero".to_owned(),
            bundle: "/usr/share/zero/bundle".to_owned(),
            listen: "127.0.0.1:8080".to_owned(),
            bundle_in_context: "bundle".to_owned(),
        }
    }
}

/// Files for the native host: a systemd unit, a container, manifests of Kubernetes.
///
/// # Errors
/// Names the value that is not of its form.
pub fn native(deployment: &Deployment) -> Result<Vec<(String, String)>, Invalid> {
    let values = Values::of(deployment)?;
    Ok(NATIVE.iter().map(|file| (file.path.to_owned(), file.filled(&values))).collect())
}

/// The file for the Spin host on Kubernetes; `image` is the Spin application, whose `spin.toml` calls the variable of a
/// secret what `variable` says.
///
/// # Errors
/// As [`native`].
pub fn spinkube(deployment: &Deployment, variable: impl Fn(&str) -> String) -> Result<Vec<(String, String)>, Invalid> {
    let values = Values::for_spin(deployment, variable)?;
    Ok(vec![(SPIN_APP.path.to_owned(), SPIN_APP.filled(&values))])
}

/// A template and where it goes.
struct Template {
    path: &'static str,
    syntax: Syntax,
    text: &'static str,
}

macro_rules! template {
    ($syntax:ident, $path:literal) => {
        template!($syntax, $path, $path)
    };
    ($syntax:ident, $path:literal, $from:literal) => {
        Template { path: $path, syntax: Syntax::$syntax, text: include_str!(concat!("../../../edge-config/", $from)) }
    };
}

const NATIVE: [Template; 8] = [
    template!(Plain, "systemd/zero.service"),
    template!(Plain, "container/Containerfile", "container/bundle.Containerfile"),
    template!(Yaml, "kubernetes/configmap.yaml"),
    template!(Yaml, "kubernetes/deployment.yaml"),
    template!(Yaml, "kubernetes/hpa.yaml"),
    template!(Yaml, "kubernetes/networkpolicy.yaml"),
    template!(Yaml, "kubernetes/pdb.yaml"),
    template!(Yaml, "kubernetes/service.yaml"),
];

const SPIN_APP: Template = template!(Yaml, "spinkube/spinapp.yaml");

impl Template {
    fn filled(&self, values: &Values) -> String {
        fill(self.text, self.syntax, |name| {
            Some(match Name::of(name)? {
                Name::Text(text) => Value::Text(text(values)),
                Name::Block(block) => Value::Block(block(values)),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_known() {
        for template in NATIVE.iter().chain([&SPIN_APP]) {
            for name in template::names(template.text) {
                assert!(Name::of(name).is_some(), "{}: `{{{{{name}}}}}`", template.path);
            }
        }
    }
}
