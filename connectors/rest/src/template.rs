//! Templates: texts with holes, for requests and for what is read from responses.
//!
//! Takes: `{title}[[ ({year|year})]]` and a [`Scope`]. Gives: the text, or none when a hole outside of `[[ ]]` is empty.
//! Fails: on broken templates, with the place. Limits: [`RENDERED_BYTES_MAX`].
//! Why it is so: "nothing there" is the usual case with services' answers, so leaving out is the rule, not a special
//! case; and each hole is escaped for the place it stands in, so that no question and no answer can leave it.
//!
//! `{a ?? b ?? 'text'}` takes the first that is not empty; `|` adds filters; `[[ ]]` is left out when a hole inside is
//! empty; `{{` and `}}` are braces. In a request a hole names a variable; in a response a path, and `:name` a variable.

use crate::filter::Filter;
use crate::node::{Node, Wanted};
use crate::path::Path;
use crate::settings::Maps;
use crate::vars::Vars;
use std::borrow::Cow;

/// A rendered text; the rest is cut.
const RENDERED_BYTES_MAX: usize = 32 * 1024;

/// What a bare name in a hole means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A variable.
    Request,
    /// A path.
    Response,
}

/// How a hole is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// As it is: JSON strings are escaped by whoever writes the JSON, and passages are plain text.
    None,
    /// Percent-encoded; in the host part only letters, digits and `-` are allowed.
    Url,
    /// No control characters.
    Header,
}

/// Where holes get their values from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'s, 'b> {
    pub(crate) vars: &'s Vars,
    pub(crate) maps: &'s Maps,
    pub(crate) root: &'s Node<'b>,
    pub(crate) item: &'s Node<'b>,
}

/// A parsed template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template<'t>(Vec<Part<'t>>);

#[derive(Debug, Clone, PartialEq)]
enum Part<'t> {
    Text(&'t str),
    Hole(Hole<'t>),
    Optional(Vec<Part<'t>>),
}

/// One hole: alternatives, then filters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hole<'t> {
    alternatives: Vec<Operand<'t>>,
    filters: Vec<Filter<'t>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Operand<'t> {
    Variable(&'t str),
    Path(Path<'t>),
    Text(&'t str),
}

impl<'t> Template<'t> {
    /// Reads a template.
    pub(crate) fn parse(text: &'t str, mode: Mode) -> Result<Self, String> {
        let mut rest = text;
        parts(&mut rest, mode, false).map(Self).map_err(|what| format!("template `{text}`: {what}"))
    }

    /// Adds the names its paths speak of.
    pub(crate) fn wants(&self, wanted: &mut Wanted<'t>) {
        wants(&self.0, wanted);
    }

    /// The text, or none when a hole outside of `[[ ]]` is empty.
    pub(crate) fn render(&self, scope: Scope<'_, '_>, escape: Escape) -> Option<String> {
        let mut out = String::new();
        render(&self.0, scope, escape, &mut out)?;
        cut(&mut out, RENDERED_BYTES_MAX);
        Some(out)
    }

    /// All values, when the template is a single hole; else the text as the only one.
    pub(crate) fn values(&self, scope: Scope<'_, '_>) -> Vec<String> {
        match self.0.as_slice() {
            [Part::Hole(hole)] => hole.values(scope).into_iter().map(Cow::into_owned).collect(),
            _ => self.render(scope, Escape::None).into_iter().collect(),
        }
    }

    /// Whether the body has a place for what it reads, be that place empty.
    pub(crate) fn stands(&self, scope: Scope<'_, '_>) -> bool {
        stands(&self.0, scope)
    }

    /// Whether it is a single hole.
    pub(crate) fn is_hole(&self) -> bool {
        matches!(self.0.as_slice(), [Part::Hole(_)])
    }

    /// Whether it is a single hole whose last filter is `number`.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.0.as_slice(), [Part::Hole(hole)] if hole.filters.last() == Some(&Filter::Number))
    }
}

impl<'t> Hole<'t> {
    /// Reads what stands between braces.
    pub(crate) fn parse(text: &'t str, mode: Mode) -> Result<Self, String> {
        let mut parts = split(text, "|").into_iter();
        let head = parts.next().unwrap_or_default();
        let alternatives =
            split(head, "??").into_iter().map(|one| operand(one.trim(), mode)).collect::<Result<_, _>>()?;
        Ok(Self { alternatives, filters: parts.map(Filter::parse).collect::<Result<_, _>>()? })
    }

    /// A hole that is this text.
    pub(crate) fn text(text: &'t str) -> Self {
        Self { alternatives: vec![Operand::Text(text)], filters: Vec::new() }
    }

    pub(crate) fn wants(&self, wanted: &mut Wanted<'t>) {
        for operand in &self.alternatives {
            if let Operand::Path(path) = operand {
                path.wants(wanted);
            }
        }
    }

    /// Its values, none of them blank.
    pub(crate) fn values<'s>(&self, scope: Scope<'s, '_>) -> Vec<Cow<'s, str>>
    where
        't: 's,
    {
        let first = self.alternatives.iter().map(|operand| operand.values(scope)).find(|values| !values.is_empty());
        let mut values = first.unwrap_or_default();
        for filter in &self.filters {
            values = filter.apply(values, scope);
            values.retain(|value| !value.trim().is_empty());
        }
        values
    }

    fn in_segments(&self) -> bool {
        self.filters.contains(&Filter::Segments)
    }
}

impl<'t> Operand<'t> {
    fn values<'s>(&self, scope: Scope<'s, '_>) -> Vec<Cow<'s, str>>
    where
        't: 's,
    {
        let mut values: Vec<Cow<'s, str>> = match self {
            Operand::Text(text) => vec![Cow::Borrowed(text)],
            Operand::Variable(name) => scope.vars.all(name).iter().map(|value| Cow::Borrowed(value.as_str())).collect(),
            Operand::Path(path) => {
                let mut values = Vec::new();
                for node in path.find(scope.root, scope.item, scope.vars) {
                    match node {
                        Node::List(list) => values.extend(list.iter().filter_map(Node::text)),
                        _ => values.extend(node.text()),
                    }
                }
                values
            }
        };
        values.retain(|value| !value.trim().is_empty());
        values
    }
}

fn parts<'t>(rest: &mut &'t str, mode: Mode, inside: bool) -> Result<Vec<Part<'t>>, String> {
    let mut parts = Vec::new();
    loop {
        let end = rest.find(['{', '}', '[', ']']).unwrap_or(rest.len());
        let (text, tail) = rest.split_at(end);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        *rest = tail;
        if let Some(after) = tail.strip_prefix("{{") {
            parts.push(Part::Text("{"));
            *rest = after;
        } else if let Some(after) = tail.strip_prefix("}}") {
            parts.push(Part::Text("}"));
            *rest = after;
        } else if let Some(after) = tail.strip_prefix('{') {
            let end = hole_end(after).ok_or("`}` is missing")?;
            parts.push(Part::Hole(Hole::parse(after.get(..end).unwrap_or_default(), mode)?));
            *rest = after.get(end + 1..).unwrap_or_default();
        } else if let Some(after) = tail.strip_prefix("[[").filter(|_| !inside) {
            *rest = after;
            parts.push(Part::Optional(self::parts(rest, mode, true)?));
        } else if let Some(after) = tail.strip_prefix("]]").filter(|_| inside) {
            *rest = after;
            return Ok(parts);
        } else if tail.starts_with('}') {
            return Err("`}` without `{`".to_owned());
        } else if let Some(after) = tail.get(1..) {
            parts.push(Part::Text(tail.get(..1).unwrap_or_default()));
            *rest = after;
        } else if inside {
            return Err("`]]` is missing".to_owned());
        } else {
            return Ok(parts);
        }
    }
}

/// The `}` that is not inside quotes.
fn hole_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.find(|c| {
        quoted ^= c == '\'';
        c == '}' && !quoted
    })
}

/// Splits at a separator outside of quotes and brackets.
pub(crate) fn split<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut parts, mut start, mut quoted, mut depth) = (Vec::new(), 0, false, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !quoted && depth == 0 && at >= start && text.get(at..).is_some_and(|tail| tail.starts_with(separator)) {
            parts.push(text.get(start..at).unwrap_or_default());
            start = at + separator.len();
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn operand(text: &str, mode: Mode) -> Result<Operand<'_>, String> {
    if let Some(text) = text.strip_prefix('\'') {
        return Ok(Operand::Text(text.strip_suffix('\'').ok_or("a quote is not closed")?));
    }
    match (mode, text.strip_prefix(':')) {
        (_, Some(name)) => Ok(Operand::Variable(name)),
        (Mode::Request, None) if text.is_empty() => Err("an empty hole".to_owned()),
        (Mode::Request, None) => Ok(Operand::Variable(text)),
        (Mode::Response, None) => Path::parse(text).map(Operand::Path),
    }
}

fn wants<'t>(parts: &[Part<'t>], wanted: &mut Wanted<'t>) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Hole(hole) => hole.wants(wanted),
            Part::Optional(parts) => wants(parts, wanted),
        }
    }
}

fn stands(parts: &[Part<'_>], scope: Scope<'_, '_>) -> bool {
    parts.iter().any(|part| match part {
        Part::Text(_) => false,
        Part::Optional(parts) => stands(parts, scope),
        Part::Hole(hole) => hole.alternatives.iter().any(|operand| match operand {
            Operand::Path(path) => path.stands(scope.root, scope.vars),
            Operand::Variable(_) | Operand::Text(_) => false,
        }),
    })
}

fn render(parts: &[Part<'_>], scope: Scope<'_, '_>, escape: Escape, out: &mut String) -> Option<()> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Hole(hole) => {
                let values = hole.values(scope);
                if values.is_empty() {
                    return None;
                }
                push(&values.join(", "), hole.in_segments(), escape, scope, out)?;
            }
            Part::Optional(parts) => {
                let length = out.len();
                if render(parts, scope, escape, out).is_none() {
                    out.truncate(length);
                }
            }
        }
    }
    Some(())
}

fn push(value: &str, in_segments: bool, escape: Escape, scope: Scope<'_, '_>, out: &mut String) -> Option<()> {
    match escape {
        Escape::None => out.push_str(value),
        Escape::Header => out.extend(value.chars().filter(|c| !c.is_control())),
        Escape::Url => {
            let in_host = !out.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
            if in_host && out.is_empty() && is_base(value, scope) {
                out.push_str(value.trim_end_matches('/'));
            } else if in_host {
                let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
                if !plain || !out.contains("://") {
                    return None;
                }
                out.push_str(value);
            } else if in_segments {
                let mut segments = value.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
                out.push_str(&zero_connector_sdk::encode(segments.next()?));
                segments.for_each(|segment| {
                    out.push('/');
                    out.push_str(&zero_connector_sdk::encode(segment));
                });
            } else {
                out.push_str(&zero_connector_sdk::encode(value));
            }
        }
    }
    Some(())
}

/// A URL that the operator wrote into the variable `base`: the only one that may start a URL.
fn is_base(value: &str, scope: Scope<'_, '_>) -> bool {
    scope.vars.first("base") == Some(value) && (value.starts_with("https://") || value.starts_with("http://"))
}

/// Cuts at a character boundary.
pub(crate) fn cut(text: &mut String, bytes_max: usize) {
    text.truncate(text.floor_char_boundary(bytes_max));
}
