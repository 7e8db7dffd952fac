//! The look-up that needs no query of the source's own: things of a label, then what is known of the best.

use crate::passages::{cut, spaced};
use crate::results::{Answer, Row};
use crate::settings::Settings;
use crate::template::{Template, Vars};
use crate::term::{Kind, Term};
use serde::{Deserialize, Serialize};
use zero_connector_sdk::prose::squeeze;
use zero_connector_sdk::{Claim, Failure, FailureKind, Findings, Passage, Source, Span, Value};

/// Facts of one thing that are told.
const FACTS_MAX: usize = 40;
/// Values of one property.
const SAME_MAX: usize = 4;

const PREFIXES: &str = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> \
PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX schema: <http://schema.org/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> ";

/// Properties that say nothing to a reader.
const SILENT: &[&str] = &[
    "type",
    "sameAs",
    "subject",
    "wikiPageID",
    "wikiPageRevisionID",
    "wikiPageLength",
    "wikiPageWikiLink",
    "wikiPageExternalLink",
    "wikiPageUsesTemplate",
    "wasDerivedFrom",
    "isPrimaryTopicOf",
    "label",
    "comment",
    "abstract",
    "prefLabel",
    "altLabel",
    "seeAlso",
    "thumbnail",
    "depiction",
    "exactMatch",
    "closeMatch",
    "inScheme",
    "wikiPageInterLanguageLink",
    "definition",
    "description",
];

/// A thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Thing {
    pub(crate) iri: String,
    pub(crate) label: String,
    pub(crate) description: String,
    pub(crate) language: Option<String>,
}

fn template(source: &Source, text: &str) -> Result<Template, Failure> {
    Template::parse(text).map_err(|what| Failure::new(FailureKind::Internal, format!("source `{}`: {what}", source.id)))
}

/// Things of a label. The paths are the operator's, checked when the settings were read.
pub(crate) fn lookup(settings: &Settings, source: &Source) -> Result<Template, Failure> {
    let Settings { label, description, .. } = settings;
    let text = format!(
        "{PREFIXES}SELECT ?thing ?label ?description WHERE {{ VALUES ?label {{ ${{subject:string@*}} ${{subject:title@*}} \
         ${{subject:title@en}} ${{subject:title}} }} ?thing {label} ?label . \
         OPTIONAL {{ ?thing {description} ?description FILTER(lang(?description) IN (${{language:language}}, \"en\", \"\")) }} }} \
         LIMIT ${{limit:integer}}"
    );
    template(source, &text)
}

/// What is known of a thing.
pub(crate) fn of_thing(settings: &Settings, source: &Source, thing: &Thing) -> Result<Option<String>, Failure> {
    let label = &settings.label;
    let text = format!(
        "{PREFIXES}SELECT ?p ?o ?oLabel WHERE {{ ${{thing:iri}} ?p ?o . OPTIONAL {{ ?o {label} ?oLabel \
         FILTER(lang(?oLabel) IN (\"en\", \"\")) }} FILTER(!isLiteral(?o) || lang(?o) IN (\"en\", \"\")) }} LIMIT 300"
    );
    Ok(template(source, &text)?.fill(&Vars::from([("thing".to_owned(), thing.iri.clone())])))
}

/// The things of an answer, those with a description first.
pub(crate) fn things(answer: &Answer) -> Vec<Thing> {
    let mut things: Vec<Thing> = Vec::new();
    for row in &answer.rows {
        let bound = |name: &str| row.iter().find(|(known, _)| known == name).map(|(_, term)| term);
        let (Some(iri), Some(label)) = (bound("thing").filter(|term| term.is_web()), bound("label")) else { continue };
        let description = bound("description").map(|term| squeeze(&term.text)).unwrap_or_default();
        let description = cut(&description).to_owned();
        match things.iter_mut().find(|known| known.iri == iri.text) {
            Some(known) if known.description.is_empty() => known.description = description,
            Some(_) => {}
            None => things.push(Thing {
                iri: iri.text.clone(),
                label: squeeze(&label.text),
                description,
                language: bound("description").unwrap_or(label).language.clone(),
            }),
        }
    }
    things.sort_by_key(|thing| thing.description.is_empty());
    things.truncate(8);
    things
}

fn passage(source: &Source, thing: &Thing, text: String, score: f32) -> Passage {
    Passage {
        title: thing.label.clone(),
        url: Some(thing.iri.clone()),
        text,
        language: thing.language.clone().or_else(|| source.languages.first().cloned()),
        published: None,
        score,
    }
}

/// Each described thing as a passage.
pub(crate) fn passages(source: &Source, things: &[Thing]) -> Findings {
    let mut findings = Findings::none();
    for (nth, thing) in things.iter().filter(|thing| !thing.description.is_empty()).enumerate() {
        let score = if nth == 0 { 1.0 } else { 0.5 };
        findings.passages.push(passage(source, thing, format!("{}: {}.", thing.label, thing.description), score));
    }
    findings
}

/// What is known of a thing, in sentences of one fact each; those asked for first.
pub(crate) fn told(source: &Source, thing: &Thing, asked: &[String], rows: &[Row]) -> Findings {
    let mut facts: Vec<(String, Value, String)> = Vec::new();
    for row in rows {
        let bound = |name: &str| row.iter().find(|(known, _)| known == name).map(|(_, term)| term);
        let Some((property, value, said)) = fact(bound("p"), bound("o"), bound("oLabel")) else { continue };
        let known = facts.iter().filter(|(name, ..)| *name == property);
        if known.clone().count() < SAME_MAX && !known.clone().any(|(.., told)| *told == said) {
            facts.push((property, value, said));
        }
    }
    let wanted = |property: &str| asked.iter().any(|asked| property.contains(&asked.to_lowercase()));
    facts.sort_by_key(|(property, ..)| !wanted(property));
    facts.truncate(FACTS_MAX);

    let mut text = if thing.description.is_empty() { String::new() } else { format!("{}.", thing.description) };
    let mut claims = Vec::new();
    for (property, value, said) in facts {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{}: {property} ", thing.label));
        let start = text.len();
        text.push_str(&said);
        claims.push(Claim {
            passage: 0,
            span: Span::new(start, text.len()),
            subject: thing.label.clone(),
            property,
            value,
            time: None,
            negated: false,
        });
        text.push('.');
    }
    if text.is_empty() {
        return Findings::none();
    }
    Findings { passages: vec![passage(source, thing, text, 1.0)], claims }
}

fn fact(p: Option<&Term>, o: Option<&Term>, label: Option<&Term>) -> Option<(String, Value, String)> {
    let local = p?.text.rsplit(['#', '/', ':']).next().unwrap_or_default();
    if SILENT.contains(&local) || local.is_empty() || local.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let o = o?;
    let (value, said) = match (o.kind, label) {
        (Kind::Literal, _) => o.value()?,
        (_, Some(label)) => {
            let said = squeeze(&label.text);
            (Value::Text(said.clone()), said)
        }
        _ => return None,
    };
    let said = cut(&said).to_owned();
    (!said.is_empty()).then(|| (spaced(local), value, said))
}
