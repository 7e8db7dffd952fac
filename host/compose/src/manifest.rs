//! `spin.toml`, version 2.
//!
//! Takes what is in an application; gives the manifest's text. Fails never: names were made acceptable before. Limits:
//! none. Why it is so: the file is the whole of what Spin lets the application do, so it says nothing wider than the
//! bundle, and in an order that two builds share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The manifest's own name.
pub(crate) const FILE: &str = "spin.toml";
/// How it is run. Connectors are built for an instance that lives for one question: they free nothing, and what one asker
/// asked must not be there for the next.
pub(crate) const COMMAND: &str = "spin up --max-instance-reuse-count 1";
/// The composed component.
pub(crate) const ANSWER_FILE: &str = "answer.wasm";
/// Its id.
const ANSWER: &str = "answer";
/// Hosts that are answered in process are nobody's on the net.
const IN_PROCESS: &str = ".zero.internal";

/// A connector that is a component of its own.
pub(crate) struct Chained {
    /// Its file.
    pub(crate) path: String,
    /// Of the file, in hex.
    pub(crate) sha256: String,
    /// `sha256:HEX` of the connector inside.
    pub(crate) carries: String,
}

/// What stands in the manifest.
pub(crate) struct Manifest<'b> {
    pub(crate) region: &'b str,
    pub(crate) bundle: &'b str,
    pub(crate) answer_sha256: String,
    /// Names and digests of what the composed component holds.
    pub(crate) carries: BTreeMap<String, String>,
    /// By connector.
    pub(crate) chained: BTreeMap<String, Chained>,
    /// `scheme://host`.
    pub(crate) hosts: BTreeSet<String>,
    /// Variables, and what each is.
    pub(crate) secrets: BTreeMap<String, String>,
}

/// Where the application may send to: what sources are asked at, by `https` alone, and where an operator leads some of
/// those hosts instead.
pub(crate) fn outbound(hosts: &BTreeSet<String>, overrides: &BTreeMap<String, String>) -> BTreeSet<String> {
    let asked = hosts.iter().filter(|host| !host.ends_with(IN_PROCESS) && !overrides.contains_key(*host));
    let mut outbound: BTreeSet<String> = asked.map(|host| format!("https://{host}")).collect();
    let meant = |host: &str| hosts.iter().any(|pattern| covers(pattern, host));
    let led = overrides.iter().filter(|(host, _)| meant(host)).map(|(_, base)| base.trim_end_matches('/').to_owned());
    outbound.extend(led);
    outbound
}

/// Whether a pattern means this host.
fn covers(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some("") => true,
        Some(parent) => host.len() > parent.len() && host.ends_with(parent),
        None => pattern == host,
    }
}

impl Manifest<'_> {
    pub(crate) fn text(&self) -> String {
        let mut out = format!(
            "# Written by `zero bundle build --target spin`; change the bundle, not this file.\n\
             # Run it as `{COMMAND}`: every question gets an instance of its own.\n\
             spin_manifest_version = 2\n\n\
             [application]\nname = \"zero-world\"\nversion = {version}\ndescription = {description}\n",
            version = quoted(env!("CARGO_PKG_VERSION")),
            description = quoted(&match self.region {
                "" => "Answers questions with citations".to_owned(),
                region => format!("Answers questions with citations, in {region}"),
            }),
        );
        self.variables(&mut out);
        let _ = writeln!(out, "\n[[trigger.http]]\nroute = \"/...\"\ncomponent = {}", quoted(ANSWER));
        for connector in self.chained.keys() {
            let id = zero_spin::component_id(connector);
            let _ = writeln!(out, "\n[[trigger.http]]\nroute = {{ private = true }}\ncomponent = {}", quoted(&id));
        }
        self.answer(&mut out);
        for (connector, chained) in &self.chained {
            let id = zero_spin::component_id(connector);
            let _ = write!(
                out,
                "\n[component.{id}]\nsource = {}\nallowed_outbound_hosts = []\n\n[component.{id}.tool.zero-world]\nsha256 = {}\n{} = {}\n",
                quoted(&chained.path),
                quoted(&chained.sha256),
                quoted(&format!("connectors/{connector}")),
                quoted(&chained.carries),
            );
        }
        out
    }

    fn variables(&self, out: &mut String) {
        if !self.secrets.is_empty() {
            out.push_str("\n# Secrets that are not given are empty, and then their sources are not asked with them.\n[variables]\n");
        }
        for (name, what) in &self.secrets {
            let _ = writeln!(out, "{name} = {{ default = \"\", secret = true, description = {} }}", quoted(what));
        }
    }

    fn answer(&self, out: &mut String) {
        let chained = self.chained.keys().map(|connector| format!("http://{}", zero_spin::chained_host(connector)));
        let _ = write!(
            out,
            "\n[component.{ANSWER}]\nsource = {}\nkey_value_stores = [\"default\"]\nallowed_outbound_hosts = [\n",
            quoted(ANSWER_FILE)
        );
        for host in self.hosts.iter().cloned().chain(chained) {
            let _ = writeln!(out, "    {},", quoted(&host));
        }
        out.push_str("]\n");
        if !self.secrets.is_empty() || !self.chained.is_empty() {
            let _ = writeln!(out, "\n[component.{ANSWER}.variables]");
        }
        for name in self.secrets.keys() {
            let _ = writeln!(out, "{name} = {}", quoted(&format!("{{{{ {name} }}}}")));
        }
        if !self.chained.is_empty() {
            let digests = self.chained.iter().map(|(connector, chained)| format!("{connector}={}", chained.carries));
            let digests: Vec<String> = digests.collect();
            let _ = writeln!(out, "{} = {}", zero_spin::CHAINED_VARIABLE, quoted(&digests.join(" ")));
        }
        let _ = writeln!(out, "\n[component.{ANSWER}.tool.zero-world]\nregion = {}", quoted(self.region));
        if !self.bundle.is_empty() {
            let _ = writeln!(out, "bundle = {}", quoted(self.bundle));
        }
        let _ = writeln!(out, "sha256 = {}", quoted(&self.answer_sha256));
        for (name, digest) in &self.carries {
            let _ = writeln!(out, "{} = {}", quoted(name), quoted(digest));
        }
    }
}

/// A string of TOML: a JSON string is one, but for DEL, which no name here has.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hosts: &[&str], overrides: &[(&str, &str)], expected: &[&str]) {
        let hosts = hosts.iter().map(ToString::to_string).collect();
        let overrides = overrides.iter().map(|(host, base)| (host.to_string(), base.to_string())).collect();
        let found: Vec<String> = outbound(&hosts, &overrides).into_iter().collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn nothing_wider_than_the_sources_gets_out() {
        check(&["a.example", "*.b.example"], &[], &["https://*.b.example", "https://a.example"]);
        check(&["files.zero.internal"], &[], &[]);
        check(&["*"], &[], &["https://*"]);
        // What an operator leads elsewhere is asked there, and not where its name leads.
        check(&["a.example"], &[("a.example", "http://10.0.0.1:8080/")], &["http://10.0.0.1:8080"]);
        check(
            &["*.b.example"],
            &[("x.b.example", "http://127.0.0.1:1"), ("other.example", "http://127.0.0.1:2")],
            &["http://127.0.0.1:1", "https://*.b.example"],
        );
    }

    #[test]
    fn the_text_is_toml_and_names_what_it_must() {
        let chained = Chained { path: "c.wasm".to_owned(), sha256: "00".to_owned(), carries: "sha256:11".to_owned() };
        let manifest = Manifest {
            region: "eu-west",
            bundle: "",
            answer_sha256: "22".to_owned(),
            carries: [("functions/auth".to_owned(), "sha256:33".to_owned())].into(),
            chained: [("oai-pmh".to_owned(), chained)].into(),
            hosts: ["https://a.example".to_owned()].into(),
            secrets: [("github_token".to_owned(), "a \"token\"".to_owned())].into(),
        };
        let read: toml::Table = manifest.text().parse().unwrap();
        let answer = &read["component"]["answer"];
        let hosts = ["https://a.example", "http://connector-oai-pmh.spin.internal"].map(toml::Value::from).to_vec();
        assert_eq!(answer["allowed_outbound_hosts"], toml::Value::Array(hosts));
        assert_eq!(answer["variables"]["github_token"].as_str(), Some("{{ github_token }}"));
        assert_eq!(answer["variables"]["chained_digests"].as_str(), Some("oai-pmh=sha256:11"));
        assert_eq!(read["trigger"]["http"][1]["route"]["private"].as_bool(), Some(true));
        assert_eq!(read["component"]["connector-oai-pmh"]["source"].as_str(), Some("c.wasm"));
        assert_eq!(read["variables"]["github_token"]["description"].as_str(), Some("a \"token\""));
    }
}
