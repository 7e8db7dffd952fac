//! Recorded exchanges of many folders, and which of them answers a request.

use anyhow::{Context as _, Result, anyhow};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use zero_connector_sdk::Request;
use zero_connector_sdk::testing::Exchange;

/// An exchange and the file it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Where it was read from.
    pub file: PathBuf,
    /// What it says.
    pub exchange: Exchange,
}

/// All recorded exchanges, those with the most specific patterns first.
#[derive(Debug, Clone, Default)]
pub struct Exchanges {
    all: Vec<Recorded>,
}

impl Exchanges {
    /// Reads every `*.http` below the folders.
    ///
    /// # Errors
    /// Names the folder or file that cannot be read.
    pub fn read<P: AsRef<Path>>(folders: &[P]) -> Result<Self> {
        let mut files = Vec::new();
        for folder in folders {
            collect(folder.as_ref(), FOLDER_DEPTH_MAX, &mut files)?;
        }
        files.sort();
        let mut all = Vec::new();
        for file in files {
            let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            let exchange = Exchange::parse(&text).map_err(|why| anyhow!("{}: {why}", file.display()))?;
            all.push(Recorded { file, exchange });
        }
        // Stable: of equally specific ones the first by file name answers, on every machine.
        all.sort_by_key(|recorded| std::cmp::Reverse(specificity(&recorded.exchange)));
        Ok(Self { all })
    }

    /// Those of all connectors of a work tree.
    ///
    /// # Errors
    /// As [`Exchanges::read`].
    pub fn of_work_tree(root: &Path) -> Result<Self> {
        let connectors = root.join("connectors");
        let entries = fs::read_dir(&connectors).with_context(|| format!("reading {}", connectors.display()))?;
        let folders: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path().join("exchanges")).filter(|folder| folder.is_dir()).collect();
        Self::read(&folders)
    }

    /// The exchange that answers `request`.
    #[must_use]
    pub fn find(&self, request: &Request) -> Option<&Recorded> {
        self.all.iter().find(|recorded| recorded.exchange.answers(request))
    }

    /// All of them, most specific first.
    #[must_use]
    pub fn all(&self) -> &[Recorded] {
        &self.all
    }

    /// Every host that is named in full.
    #[must_use]
    pub fn hosts(&self) -> BTreeSet<String> {
        self.all.iter().filter_map(|recorded| host(&recorded.exchange.url)).collect()
    }
}

/// Characters of the pattern that must be there.
fn specificity(exchange: &Exchange) -> usize {
    let fixed = |pattern: &str| pattern.chars().filter(|&c| c != '*').count();
    fixed(&exchange.url) + exchange.body.as_deref().map_or(0, fixed)
}

/// The host of a pattern; none when a `*` stands in it, since no one can say where to dial that instead.
fn host(pattern: &str) -> Option<String> {
    let (_, rest) = pattern.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = url::Url::parse(&format!("https://{authority}/")).ok()?.host_str()?.to_owned();
    (!host.contains('*') && !host.contains("%2A")).then_some(host)
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("reading {}", folder.display()))?.path();
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, files)?;
        } else if path.extension().is_some_and(|extension| extension == "http") {
            files.push(path);
        }
    }
    Ok(())
}

/// Deeper folders are not looked into, so that a link to a parent ends.
const FOLDER_DEPTH_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), text).unwrap();
    }

    #[test]
    fn the_most_specific_exchange_answers() {
        let folder = tempfile::tempdir().unwrap();
        let exchange = |url: &str, status: u16| format!("GET {url}\n\nHTTP/1.1 {status}\n\nbody");
        write(folder.path(), "a.http", &exchange("https://a.example/*", 200));
        write(folder.path(), "b.http", &exchange("https://a.example/*q=bees*", 201));
        write(&folder.path().join("deeper"), "c.http", &exchange("https://*.example/x", 202));
        write(folder.path(), "notes.txt", "no exchange");
        let exchanges = Exchanges::read(&[folder.path()]).unwrap();

        let check = |url: &str, expected: Option<u16>| {
            let found = exchanges.find(&Request::get(url)).map(|recorded| recorded.exchange.response.status);
            assert_eq!(found, expected, "{url}");
        };
        check("https://a.example/s?q=bees&n=1", Some(201));
        check("https://a.example/s?q=wasps", Some(200));
        check("https://b.example/x", Some(202));
        check("https://b.example/y", None);
        assert_eq!(exchanges.hosts().into_iter().collect::<Vec<_>>(), ["a.example"]);
    }

    #[test]
    fn a_file_that_is_no_exchange_is_named() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "broken.http", "GET https://a.example/");
        let error = Exchanges::read(&[folder.path()]).unwrap_err().to_string();
        assert!(error.contains("broken.http") && error.contains("response is missing"), "{error}");
    }
}
