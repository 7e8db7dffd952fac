//! From a response to passages, claims and captured variables.
//!
//! Takes: a step of the mapping, variables, maps, a response. Gives: [`Read`]. Fails: on errors the service reports and on
//! bodies that cannot be read: those that do not parse, and those of no known shape. Limits: those of `shape`.
//! Why it is so: "found nothing" and "answers otherwise than the mapping says" must not look alike, since the first is
//! the usual case and the second is for the mapping's author.

use crate::condition::Condition;
use crate::node::{Node, Wanted, from_json};
use crate::settings::{ErrorKind, Format, Many, Maps, Step};
use crate::shape::{Shape, Shaped};
use crate::template::{Escape, Mode, Scope, Template, cut};
use crate::vars::Vars;
use crate::xml::from_xml;
use std::collections::BTreeMap;
use zero_connector_sdk::{Failure, FailureKind, Findings, Outcome, Response, success};

/// Of a service's own words about an error.
const MESSAGE_BYTES_MAX: usize = 512;

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
    empty: Vec<Condition<'t>>,
    /// The step's `reads`, then the step itself.
    shapes: Vec<Shape<'t>>,
    wanted: Wanted<'t>,
    prefixes: BTreeMap<&'t str, &'t str>,
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
        let mut shapes = Vec::new();
        for (at, rule) in step.reads.iter().enumerate() {
            shapes.push(Shape::of_rule(rule).map_err(|what| format!("`reads[{at}]`: {what}"))?);
        }
        shapes.extend(Shape::of_step(step)?);
        let mut reader = Self {
            step,
            errors,
            capture,
            empty: conditions("empty", &step.empty.conditions)?,
            shapes,
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
        self.empty.iter().for_each(|condition| condition.wants(&mut wanted));
        self.shapes.iter().for_each(|shape| shape.wants(&mut wanted));
        wanted
    }

    /// Reads one outcome.
    pub(crate) fn read(&self, outcome: &Outcome, vars: &Vars, maps: &Maps) -> Result<Read, Failure> {
        let nothing = Read { findings: Findings::none(), captured: Vec::new() };
        let failed = success(outcome).err();
        let Outcome::Response(response) = outcome else { return failed.map_or(Ok(nothing), Err) };
        if self.step.empty.statuses.contains(&response.status) {
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
        Ok(Read { captured: captured.collect(), findings: self.findings(scope)? })
    }

    fn parse<'b>(&self, response: &'b Response) -> Result<Node<'b>, String> {
        let xml = match self.step.format {
            Format::Json => false,
            Format::Xml => true,
            Format::Either => starts_as_xml(&response.body),
        };
        if xml {
            let root = from_xml(&response.body, &self.wanted, &self.prefixes);
            return root.map_err(|what| format!("not the XML expected: {what}"));
        }
        from_json(&response.body, &self.wanted).map_err(|what| format!("not the JSON expected: {what}"))
    }

    /// What the first shape that gives a passage gives. A body without a passage must at least be of a known shape.
    fn findings(&self, scope: Scope<'_, '_>) -> Result<Findings, Failure> {
        let mut known = self.empty.iter().any(|condition| condition.holds(scope))
            || self.capture.iter().any(|(_, template)| template.stands(scope));
        for shape in &self.shapes {
            match shape.read(scope) {
                Shaped::Found(findings) => return Ok(findings),
                Shaped::Nothing => known = true,
                Shaped::Other => {}
            }
        }
        if known {
            return Ok(Findings::none());
        }
        Err(Failure::new(
            FailureKind::Malformed,
            format!("the body has none of the known shapes: {}", scope.root.sketch()),
        ))
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
        cut(&mut detail, MESSAGE_BYTES_MAX);
        Some(Err(Failure::new(kind, detail).retry_after(failed.and_then(|failed| failed.retry_after_seconds))))
    }
}

/// Whether a body of either format is XML.
fn starts_as_xml(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.trim_ascii_start().first() == Some(&b'<') || body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff")
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
