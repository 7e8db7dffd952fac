//! A bundle as targets are made from it: every part read, none of them changed.

use crate::lock::{LockedSource, Standing};
use crate::{CONFIG_FILE, Contents, Error, Fault, Lock, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use zero_config::Config;
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_pipeline::wire::kind_from_name;
use zero_types::connector as c;

/// A component by name.
#[derive(Debug, Clone)]
pub struct Component {
    /// `intent`, `wikidata`.
    pub name: String,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The component.
    pub bytes: Vec<u8>,
}

/// A connector, and what it says of itself.
#[derive(Debug, Clone)]
pub struct ViewedConnector {
    /// The component.
    pub component: Component,
    /// What it says of itself, within its manifest.
    pub descriptor: c::Descriptor,
    /// The world it was built for.
    pub world: String,
}

/// A bundle as targets are made from it.
#[derive(Debug, Clone)]
pub struct BundleView {
    /// The region.
    pub region: String,
    /// `sha256:` of the lock: the bundle's name.
    pub lock_digest: String,
    /// The lock.
    pub lock: Lock,
    /// `auth`, `context`, `intent`, `synthesis`.
    pub functions: Vec<Component>,
    /// Connectors, in order of names.
    pub connectors: Vec<ViewedConnector>,
    /// All sources with the region's choices applied, those that its rules deny included: the router denies them.
    pub catalogue: Catalogue,
    /// The catalogue's files by path, as they are.
    pub catalogue_texts: Vec<(String, String)>,
    /// The region's configuration.
    pub config: Config,
    /// The same as `zero.toml` has it.
    pub config_text: String,
    /// Every file of the folder by path, lock and signatures included.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl BundleView {
    /// Reads a bundle that was built or verified.
    ///
    /// # Errors
    /// [`Fault::Input`]: a file that the lock names by its digest cannot be read.
    pub fn of(contents: Contents) -> Result<Self> {
        let Contents { lock, lock_digest, files } = contents;
        let text = |path: &str| {
            let bytes = files.get(path).ok_or_else(|| unreadable(path, "it is missing"))?;
            core::str::from_utf8(bytes).map(str::to_owned).map_err(|_| unreadable(path, "it is not UTF-8"))
        };
        let config_text = text(CONFIG_FILE)?;
        let config = Config::from_toml(&config_text).map_err(|error| unreadable(CONFIG_FILE, &format!("{error:#}")))?;
        if config.region != lock.region {
            let what = format!("it is for the region `{}`, and the lock for `{}`", config.region, lock.region);
            return Err(unreadable(CONFIG_FILE, &what));
        }
        let of_catalogue = files.keys().filter(|path| path.starts_with("catalogue/") && path.ends_with(".toml"));
        let catalogue_texts =
            of_catalogue.map(|path| Ok((path.clone(), text(path)?))).collect::<Result<Vec<(String, String)>>>()?;
        let catalogue = Catalogue::from_toml(catalogue_texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let catalogue = catalogue.map_err(|error| unreadable("catalogue", &error.to_string()))?;
        let catalogue = zero_config::resolve(&catalogue, &config);
        let component = |name: &str, file: &str, digest: &str| {
            let bytes = files.get(file).ok_or_else(|| unreadable(file, "it is missing"))?.clone();
            Ok(Component { name: name.to_owned(), digest: digest.to_owned(), bytes })
        };
        let functions = lock.functions.iter().map(|it| component(&it.name, &it.file, &it.digest));
        let functions = functions.collect::<Result<_>>()?;
        let connectors = lock.connectors.iter().map(|it| {
            let component = component(&it.name, &it.file, &it.digest)?;
            Ok(ViewedConnector { component, descriptor: descriptor(&it.describes), world: it.world.clone() })
        });
        let connectors = connectors.collect::<Result<_>>()?;
        let region = lock.region.clone();
        Ok(Self {
            region,
            lock_digest,
            lock,
            functions,
            connectors,
            catalogue,
            catalogue_texts,
            config,
            config_text,
            files,
        })
    }

    /// The sources that may be asked here: on, and not withheld. What lets requests out of a target is made of these.
    pub fn asked(&self) -> impl Iterator<Item = &Arc<SourceRecord>> {
        let on: BTreeSet<&str> = self.standing(Standing::On).map(|source| source.id.as_str()).collect();
        self.catalogue.records().iter().filter(move |record| on.contains(record.source.id.as_str()))
    }

    /// The sources of one standing.
    pub fn standing(&self, standing: Standing) -> impl Iterator<Item = &LockedSource> {
        self.lock.sources.iter().filter(move |source| source.standing == standing)
    }

    /// Every host pattern that a source of this bundle may be asked at, sorted, and no other.
    #[must_use]
    pub fn hosts(&self) -> BTreeSet<&str> {
        self.standing(Standing::On).flat_map(|source| &source.hosts).map(String::as_str).collect()
    }

    /// The digests of all components as answers and receipts name them: `functions/NAME` and `connectors/NAME`.
    #[must_use]
    pub fn digests(&self) -> Vec<(String, String)> {
        let functions = self.functions.iter().map(|it| (format!("functions/{}", it.name), it.digest.clone()));
        let connectors = self.connectors.iter().map(|it| &it.component);
        let connectors = connectors.map(|it| (format!("connectors/{}", it.name), it.digest.clone()));
        functions.chain(connectors).collect()
    }
}

fn unreadable(path: &str, what: &str) -> Error {
    let next = "the file is the one that was built; build the bundle again with this release";
    Error::new(Fault::Input, format!("`{path}` of the bundle cannot be used: {what}"), next)
}

fn descriptor(said: &zero_oci::Descriptor) -> c::Descriptor {
    let credential = |it: &zero_oci::Slot| c::CredentialSlot {
        name: it.name.clone(),
        summary: it.summary.clone(),
        required: it.required,
    };
    let setting =
        |it: &zero_oci::Slot| c::Setting { name: it.name.clone(), summary: it.summary.clone(), required: it.required };
    c::Descriptor {
        name: said.name.clone(),
        version: said.version.clone(),
        summary: said.summary.clone(),
        hosts: said.hosts.clone(),
        settings: said.settings.iter().map(setting).collect(),
        credentials: said.credentials.iter().map(credential).collect(),
        kinds: said.kinds.iter().filter_map(|name| kind_from_name(name)).collect(),
    }
}
