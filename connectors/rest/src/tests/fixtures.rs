use super::{folder, source_of};
use crate::response::Reader;
use crate::vars::Vars;
use zero_connector_sdk::{Outcome, Response};

/// Family of real bodies, the source that reads them, and the step whose responses they are.
const FAMILIES: [(&str, &str, usize); 27] = [
    ("arxiv-atom", "arxiv", 0),
    ("crossref-works-search", "crossref", 0),
    ("crossref-work", "crossref", 0),
    ("openlibrary", "open-library", 0),
    ("stackexchange", "stackoverflow", 0),
    ("hn-firebase", "hacker-news", 0),
    ("github-search", "github-repositories", 0),
    ("nvd-cve", "nvd", 0),
    ("osv", "osv", 0),
    ("ecb-rates", "ecb-rates", 0),
    ("europepmc", "europepmc", 0),
    ("doaj", "doaj", 0),
    ("datacite", "datacite", 0),
    ("gbif", "gbif", 0),
    ("zenodo", "zenodo", 0),
    ("tvmaze", "tvmaze", 0),
    ("usgs-earthquakes", "usgs-earthquakes", 0),
    ("open-meteo", "open-meteo", 1),
    ("rubygems", "rubygems", 0),
    ("package-registries", "npm", 0),
    ("semantic-scholar", "semantic-scholar", 0),
    ("musicbrainz-xml", "musicbrainz", 0),
    ("pubmed-eutils", "pubmed", 1),
    ("nominatim", "nominatim", 0),
    ("met-museum", "met-museum", 1),
    ("world-bank", "world-bank", 0),
    ("feed-real", "arxiv", 0),
];

/// Families whose bodies are mostly of the endpoint's own kind, and how many of them must give passages.
const LEAST: [(&str, usize); 11] = [
    ("arxiv-atom", 8),
    ("crossref-works-search", 5),
    ("crossref-work", 3),
    ("stackexchange", 1),
    ("europepmc", 3),
    ("doaj", 4),
    ("datacite", 5),
    ("tvmaze", 3),
    ("musicbrainz-xml", 5),
    ("nominatim", 2),
    ("rubygems", 2),
];

#[test]
fn real_bodies_never_panic_and_give_passages() {
    let root = folder("../../../shared/fixtures");
    let Ok(index) = std::fs::read_to_string(root.join("index.tsv")) else {
        eprintln!("SKIPPED: {} is absent, so no real body was read", root.display());
        return;
    };
    let mut short = Vec::new();
    eprintln!("{:24} {:>6} {:>6} {:>6} {:>6}", "family", "bodies", "full", "empty", "failed");
    for (family, id, at) in FAMILIES {
        let source = source_of(id);
        let settings = crate::settings(&source).unwrap();
        let reader = Reader::new(&settings.steps[at]).unwrap();
        let mut vars = Vars::default();
        for name in ["town", "latitude", "longitude"] {
            vars.add(name, "1");
        }
        let (mut full, mut empty, mut failed) = (0, 0, 0);
        for line in index.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            if columns[1] != family {
                continue;
            }
            let body = std::fs::read(root.join(columns[2])).unwrap();
            let status = columns[5].parse().unwrap_or(200);
            let outcome = Outcome::Response(Response { status, headers: Vec::new(), body });
            match reader.read(&outcome, &vars, &settings.maps) {
                Ok(read) if read.findings.passages.is_empty() => empty += 1,
                Ok(read) => {
                    full += 1;
                    for claim in &read.findings.claims {
                        let passage = &read.findings.passages[claim.passage as usize];
                        assert!(claim.span.of(&passage.text).is_some(), "{} {claim:?}", columns[0]);
                    }
                }
                Err(failure) => {
                    failed += 1;
                    eprintln!("    {} {:?}: {:.100}", columns[0], failure.kind, failure.detail);
                }
            }
        }
        eprintln!("{family:24} {:>6} {full:>6} {empty:>6} {failed:>6}", full + empty + failed);
        let least = LEAST.iter().find(|(name, _)| *name == family).map_or(0, |(_, least)| *least);
        if full < least {
            short.push(format!("{family}: {full} of at least {least} bodies gave passages"));
        }
    }
    assert!(short.is_empty(), "{}", short.join("\n"));
}
