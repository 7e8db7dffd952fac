//! From a response to passages, claims and captured variables.
//!
//! Takes: a step of the mapping, variables, maps, a response. Gives: [`Read`]. Fails: on errors the service reports and on
//! bodies that cannot be read. Limits: [`ITEMS_MAX`] items, [`TEXT_BYTES_MAX`] of text a passage.
//! Why it is so: an item that lacks what a passage needs is left out, because services answer with holes.

use crate::claim::Claims;
use crate::condition::Condition;
use crate::node::{Node, Wanted, from_json};
use crate::path::Path;
use crate::settings::{ErrorKind, Format, Many, Maps, PassageRule, Step};
use crate::template::{Escape, Mode, Scope, Template, cut};
use crate::vars::Vars;
use crate::xml::from_xml;
use std::borrow::Cow;
use std::collections::BTreeMap;
use zero_connector_sdk::{Claim, Failure, FailureKind, Findings, Outcome, Passage, Response, success};

/// What a host keeps of one source.
const ITEMS_MAX: usize = 64;
const TEXT_BYTES_MAX: usize = 6 * 1024;
const TITLE_BYTES_MAX: usize = 512;

/// What was read from one response.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) findings: Findings,
    /// In the order of the mapping's `capture`.
    pub(crate) captured: Vec<(String, Vec<String>)>,
}

/// The parts of a mapping's step that read responses, parsed.
pub(crate) struct Reader<'t> {
    step: &'t Step,
    errors: Vec<(Vec<Condition<'t>>, ErrorKind, Vec<Template<'t>>)>,
    capture: Vec<(&'t str, Template<'t>)>,
    items: Vec<Path<'t>>,
    keep: Vec<Condition<'t>>,
    passage: Option<PassageReader<'t>>,
    claims: Claims<'t>,
    wanted: Wanted<'t>,
    prefixes: BTreeMap<&'t str, &'t str>,
}

struct PassageReader<'t> {
    title: Vec<Template<'t>>,
    url: Vec<Template<'t>>,
    text: Vec<Template<'t>>,
    published: Vec<Template<'t>>,
    language: Vec<Template<'t>>,
    score: Vec<Template<'t>>,
}

impl<'t> Reader<'t> {
    /// Parses what a step says of responses.
    pub(crate) fn new(step: &'t Step) -> Result<Self, String> {
        let mut errors = Vec::new();
        for (at, rule) in step.errors.iter().enumerate() {
            let place = format!("errors[{at}]");
            errors.push((conditions(&place, &rule.when)?, rule.kind, templates(&place, &rule.message)?));
        }
        let mut capture = Vec::new();
        for (name, text) in &step.capture {
            let template = Template::parse(text, Mode::Response);
            capture.push((name.as_str(), template.map_err(|what| format!("`capture.{name}`: {what}"))?));
        }
        let items = step.items.0.iter().map(|path| Path::parse(path).map_err(|what| format!("`items`: {what}")));
        let mut reader = Self {
            step,
            errors,
            capture,
            items: items.collect::<Result<_, _>>()?,
            keep: conditions("keep", &step.keep)?,
            passage: step.passage.as_ref().map(PassageReader::new).transpose()?,
            claims: Claims::new(&step.claims)?,
            wanted: Wanted::default(),
            prefixes: step.namespaces.iter().map(|(prefix, uri)| (uri.as_str(), prefix.as_str())).collect(),
        };
        reader.wanted = reader.wants();
        Ok(reader)
    }

    fn wants(&self) -> Wanted<'t> {
        let mut wanted = Wanted::default();
        for (when, _, message) in &self.errors {
            when.iter().for_each(|condition| condition.wants(&mut wanted));
            message.iter().for_each(|template| template.wants(&mut wanted));
        }
        self.capture.iter().for_each(|(_, template)| template.wants(&mut wanted));
        self.items.iter().for_each(|path| path.wants(&mut wanted));
        self.keep.iter().for_each(|condition| condition.wants(&mut wanted));
        if let Some(passage) = &self.passage {
            passage.all().into_iter().flatten().for_each(|template| template.wants(&mut wanted));
        }
        self.claims.wants(&mut wanted);
        wanted
    }

    /// Reads one outcome.
    pub(crate) fn read(&self, outcome: &Outcome, vars: &Vars, maps: &Maps) -> Result<Read, Failure> {
        let nothing = Read { findings: Findings::none(), captured: Vec::new() };
        let failed = success(outcome).err();
        let Outcome::Response(response) = outcome else { return failed.map_or(Ok(nothing), Err) };
        if self.step.empty.contains(&response.status) {
            return Ok(nothing);
        }
        let body = self.parse(response);
        if let Ok(root) = &body {
            let scope = Scope { vars, maps, root, item: root };
            match self.error(scope, failed.as_ref()) {
                Some(Ok(())) => return Ok(nothing),
                Some(Err(failure)) => return Err(failure),
                None => {}
            }
        }
        if let Some(failure) = failed {
            return Err(failure);
        }
        if response.status == 204 || response.body.is_empty() && response.status != 200 {
            return Ok(nothing);
        }
        let root = body.map_err(|what| Failure::new(FailureKind::Malformed, what))?;
        let scope = Scope { vars, maps, root: &root, item: &root };
        let captured = self.capture.iter().map(|(name, template)| ((*name).to_owned(), template.values(scope)));
        Ok(Read { captured: captured.collect(), findings: self.findings(scope) })
    }

    fn parse<'b>(&self, response: &'b Response) -> Result<Node<'b>, String> {
        match self.step.format {
            Format::Json => {
                from_json(&response.body, &self.wanted).map_err(|what| format!("not the JSON expected: {what}"))
            }
            Format::Xml => from_xml(&response.body, &self.wanted, &self.prefixes)
                .map_err(|what| format!("not the XML expected: {what}")),
        }
    }

    /// The service's own error; `Ok` when it only means that nothing was found.
    fn error(&self, scope: Scope<'_, '_>, failed: Option<&Failure>) -> Option<Result<(), Failure>> {
        let holds = |when: &[Condition<'_>]| when.iter().all(|condition| condition.holds(scope));
        let (_, kind, message) = self.errors.iter().find(|(when, _, _)| holds(when))?;
        let kind = match (kind, failed) {
            (ErrorKind::Empty, None) => return Some(Ok(())),
            (ErrorKind::Empty, Some(failed)) if failed.kind == FailureKind::Upstream => return Some(Ok(())),
            // The status says more than a rule that knows nothing in particular.
            (ErrorKind::Empty | ErrorKind::Upstream, Some(failed)) => failed.kind,
            (ErrorKind::Upstream, None) => FailureKind::Upstream,
            (ErrorKind::Credential, _) => FailureKind::Credential,
            (ErrorKind::RateLimited, _) => FailureKind::RateLimited,
            (ErrorKind::Settings, _) => FailureKind::Settings,
        };
        let mut detail = first(message, scope).unwrap_or_else(|| "the service reports an error".to_owned());
        cut(&mut detail, TITLE_BYTES_MAX);
        Some(Err(Failure::new(kind, detail).retry_after(failed.and_then(|failed| failed.retry_after_seconds))))
    }

    fn findings(&self, scope: Scope<'_, '_>) -> Findings {
        let Some(passage) = &self.passage else { return Findings::none() };
        let limit: usize = scope.vars.first("limit").and_then(|limit| limit.parse().ok()).unwrap_or(ITEMS_MAX);
        let limit = limit.clamp(1, ITEMS_MAX);
        let mut passages: Vec<Passage> = Vec::new();
        let mut claims: Vec<Claim> = Vec::new();
        for item in self.items(scope, limit) {
            let scope = Scope { item: &item, ..scope };
            if passages.len() >= limit {
                break;
            }
            if !self.keep.iter().all(|condition| condition.holds(scope)) {
                continue;
            }
            if let Some(mut found) = passage.read(scope) {
                claims.extend(self.claims.read(scope, &mut found, passages.len()));
                passages.push(found);
            }
        }
        rank(&mut passages);
        Findings { passages, claims }
    }

    /// The items of the first path that names any; without paths, the body is the only one.
    fn items<'n, 'b>(&self, scope: Scope<'n, 'b>, limit: usize) -> Vec<Cow<'n, Node<'b>>> {
        let mut found: Vec<&'n Node<'b>> = if self.items.is_empty() { vec![scope.root] } else { Vec::new() };
        for path in &self.items {
            if found.is_empty() {
                for node in path.find(scope.root, scope.root, scope.vars) {
                    match node {
                        Node::List(list) if !self.step.columns => found.extend(list),
                        _ => found.push(node),
                    }
                }
            }
        }
        if !self.step.columns {
            return found.into_iter().map(Cow::Borrowed).collect();
        }
        found.into_iter().flat_map(|node| rows(node, limit)).map(Cow::Owned).collect()
    }
}

/// Rows of columns that lie side by side as lists.
fn rows<'b>(columns: &Node<'b>, limit: usize) -> Vec<Node<'b>> {
    let Node::Object(columns) = columns else { return Vec::new() };
    let cell = |column: &Node<'b>, at: usize| match column {
        Node::List(list) => list.get(at).cloned(),
        _ => None,
    };
    (0..limit)
        .map(|at| {
            columns.iter().filter_map(|(name, column)| Some((name.clone(), cell(column, at)?))).collect::<Vec<_>>()
        })
        .take_while(|row| !row.is_empty())
        .map(Node::Object)
        .collect()
}

/// Scores between 0 and 1: the service's own relative to its best, else by rank.
fn rank(passages: &mut [Passage]) {
    let best = passages.iter().map(|passage| passage.score).fold(0.0_f32, f32::max);
    let count = passages.len().max(1);
    for (at, passage) in passages.iter_mut().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "there are at most 64")]
        let by_rank = 1.0 - 0.5 * at as f32 / count as f32;
        passage.score = if best > 0.0 { (passage.score / best).clamp(0.0, 1.0) } else { by_rank };
    }
}

impl<'t> PassageReader<'t> {
    fn new(rule: &'t PassageRule) -> Result<Self, String> {
        Ok(Self {
            title: templates("passage.title", &rule.title)?,
            url: templates("passage.url", &rule.url)?,
            text: templates("passage.text", &rule.text)?,
            published: templates("passage.published", &rule.published)?,
            language: templates("passage.language", &rule.language)?,
            score: templates("passage.score", &rule.score)?,
        })
    }

    fn all(&self) -> [&[Template<'t>]; 6] {
        [&self.title, &self.url, &self.text, &self.published, &self.language, &self.score]
    }

    /// A passage needs a title or a text; either may stand for the other.
    fn read(&self, scope: Scope<'_, '_>) -> Option<Passage> {
        let clean = |templates: &[Template<'_>], bytes_max: usize| {
            let mut text = crate::html::strip(&first(templates, scope)?);
            cut(&mut text, bytes_max);
            Some(text).filter(|text| !text.is_empty())
        };
        let title = clean(&self.title, TITLE_BYTES_MAX);
        let text = clean(&self.text, TEXT_BYTES_MAX).or_else(|| title.clone())?;
        let title = title.unwrap_or_else(|| {
            let mut title = text.clone();
            cut(&mut title, 80);
            title
        });
        let score = first(&self.score, scope).and_then(|score| score.parse::<f32>().ok());
        Some(Passage {
            title,
            url: url(&self.url, scope),
            text,
            language: first(&self.language, scope).filter(|language| (2..=35).contains(&language.len())),
            published: first(&self.published, scope).and_then(|date| crate::date::normalise(&date)),
            score: score.filter(|score| score.is_finite()).unwrap_or(0.0).max(0.0),
        })
    }
}

/// A web address: one that came whole, or one whose holes were escaped.
pub(crate) fn url(templates: &[Template<'_>], scope: Scope<'_, '_>) -> Option<String> {
    templates.iter().find_map(|template| {
        let whole = template.values(scope).into_iter().next();
        let web = |url: &String| {
            (url.starts_with("https://") || url.starts_with("http://")) && !url.contains(char::is_whitespace)
        };
        match template.is_hole() {
            true => whole.map(|url| url.trim().to_owned()).filter(web),
            false => template.render(scope, Escape::Url).filter(web),
        }
    })
}

/// The first template that gives a text.
pub(crate) fn first(templates: &[Template<'_>], scope: Scope<'_, '_>) -> Option<String> {
    templates.iter().find_map(|template| template.render(scope, Escape::None).filter(|text| !text.trim().is_empty()))
}

/// Parses templates of a response.
pub(crate) fn templates<'t>(place: &str, many: &'t Many) -> Result<Vec<Template<'t>>, String> {
    let parse = |text: &'t String| Template::parse(text, Mode::Response).map_err(|what| format!("`{place}`: {what}"));
    many.0.iter().map(parse).collect()
}

/// Parses conditions on a response.
pub(crate) fn conditions<'t>(place: &str, many: &'t Many) -> Result<Vec<Condition<'t>>, String> {
    let parse = |text: &'t String| Condition::parse(text).map_err(|what| format!("`{place}`: {what}"));
    many.0.iter().map(parse).collect()
}
