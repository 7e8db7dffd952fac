//! Paths into a response: a subset of JSONPath (RFC 9535), read in the lax mode of SQL/JSON.
//!
//! Takes: a path such as `message.items[*].author[0].family`, and a node. Gives: the nodes it names, in document order.
//! Fails: on what is not of this grammar, with the place. Limits: [`MATCHES_MAX`] nodes, [`STEPS_MAX`] steps.
//! Why it is so: services give now one thing, now a list of it. So a name looks into each element of a list, and
//! `[0]` or `[*]` of what is no list is the thing itself.
//!
//! | step | names |
//! | --- | --- |
//! | `$` at the start | the whole body; without it the path starts at the item |
//! | `name`, `['a name']` | a member; an XML child; `@name` an attribute, `#text` an element's own text |
//! | `[2]`, `[-1]` | one element, from the end when negative |
//! | `[*]`, `.*` | all elements of a list; all members of an object |
//! | `..name` | members of that name at any depth |
//! | `[?name == 'value']`, `!=`, `[?name]` | the elements of which it holds; `:variable` may stand for the value |

use crate::node::{Node, Wanted};
use crate::vars::Vars;

/// Nodes one path may name; the rest is left out.
const MATCHES_MAX: usize = 4096;
const STEPS_MAX: usize = 16;

/// A parsed path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path<'t> {
    from_root: bool,
    steps: Vec<Step<'t>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Step<'t> {
    Name(&'t str),
    Index(i32),
    Elements,
    Members,
    Descendants(&'t str),
    Filter { path: Path<'t>, test: Test<'t> },
}

#[derive(Debug, Clone, PartialEq)]
enum Test<'t> {
    Exists,
    Is(Literal<'t>, bool),
}

#[derive(Debug, Clone, PartialEq)]
enum Literal<'t> {
    Text(&'t str),
    Variable(&'t str),
}

impl<'t> Path<'t> {
    /// Reads a path.
    pub(crate) fn parse(text: &'t str) -> Result<Self, String> {
        Self::parse_at(text.trim(), true).map_err(|what| format!("path `{text}`: {what}"))
    }

    fn parse_at(text: &'t str, filters: bool) -> Result<Self, String> {
        let (from_root, mut rest) = match text.strip_prefix('$') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut steps = Vec::new();
        if !from_root && rest != "@" && !rest.starts_with(['[', '.']) {
            steps.push(Step::Name(name(&mut rest)?));
        }
        if rest == "@" {
            rest = "";
        }
        while !rest.is_empty() {
            if steps.len() >= STEPS_MAX {
                return Err(format!("more than {STEPS_MAX} steps"));
            }
            steps.push(step(&mut rest, filters)?);
        }
        Ok(Self { from_root, steps })
    }

    /// The nodes it names; `item` is where a path without `$` starts.
    pub(crate) fn find<'n, 'b>(&self, root: &'n Node<'b>, item: &'n Node<'b>, vars: &Vars) -> Vec<&'n Node<'b>> {
        let mut nodes = vec![if self.from_root { root } else { item }];
        for step in &self.steps {
            let mut next = Vec::with_capacity(nodes.len());
            for node in nodes {
                step.find(node, vars, &mut next);
            }
            nodes = next;
        }
        nodes
    }

    /// Whether the body has the place it names, even when nothing is there: an empty list, or null.
    pub(crate) fn stands(&self, root: &Node<'_>, vars: &Vars) -> bool {
        let picks = |step: &&Step<'_>| !matches!(step, Step::Name(_) | Step::Descendants(_));
        let picking = self.steps.iter().rev().take_while(picks).count();
        let to = self.steps.get(..self.steps.len() - picking).unwrap_or_default();
        let Some((last, to)) = to.split_last() else { return matches!(root, Node::List(_)) };
        let mut nodes = vec![root];
        for step in to {
            let mut next = Vec::new();
            nodes.into_iter().for_each(|node| step.find(node, vars, &mut next));
            nodes = next;
        }
        nodes.into_iter().any(|node| match last {
            Step::Name(name) => node.elements().iter().any(|node| node.member(name).is_some()),
            _ => {
                let mut found = Vec::new();
                last.find(node, vars, &mut found);
                !found.is_empty()
            }
        })
    }

    /// Adds the names it speaks of.
    pub(crate) fn wants(&self, wanted: &mut Wanted<'t>) {
        for step in &self.steps {
            match step {
                Step::Name(name) => wanted.add(name),
                Step::Members | Step::Descendants(_) => wanted.all = true,
                Step::Filter { path, .. } => path.wants(wanted),
                Step::Index(_) | Step::Elements => {}
            }
        }
    }
}

impl Step<'_> {
    fn find<'n, 'b>(&self, node: &'n Node<'b>, vars: &Vars, out: &mut Vec<&'n Node<'b>>) {
        let room = MATCHES_MAX.saturating_sub(out.len());
        match self {
            Step::Name(name) => match node {
                Node::List(list) => {
                    out.extend(list.iter().filter_map(|node| node.member(name)).filter(not_null).take(room));
                }
                Node::Text(_) if *name == "#text" => out.push(node),
                _ => out.extend(node.member(name).filter(not_null)),
            },
            Step::Index(index) => match node {
                Node::List(list) => {
                    let at = usize::try_from(*index).ok();
                    let at = at.or_else(|| list.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?));
                    out.extend(at.and_then(|at| list.get(at)));
                }
                _ if matches!(index, 0 | -1) => out.push(node),
                _ => {}
            },
            Step::Elements => match node {
                Node::List(list) => out.extend(list.iter().take(room)),
                _ => out.push(node),
            },
            Step::Members => match node {
                Node::Object(members) => out.extend(members.iter().map(|(_, node)| node).take(room)),
                Node::List(list) => out.extend(list.iter().take(room)),
                _ => {}
            },
            Step::Descendants(name) => descend(node, name, out),
            Step::Filter { path, test } => {
                out.extend(
                    node.elements().iter().filter(|node| test.holds(&path.find(node, node, vars), vars)).take(room),
                );
            }
        }
    }
}

impl Test<'_> {
    fn holds(&self, found: &[&Node<'_>], vars: &Vars) -> bool {
        match self {
            Test::Exists => !found.is_empty(),
            Test::Is(literal, wanted) => {
                let value = match literal {
                    Literal::Text(text) => text,
                    Literal::Variable(name) => vars.first(name).unwrap_or_default(),
                };
                found.iter().any(|node| node.text().is_some_and(|text| text == value)) == *wanted
            }
        }
    }
}

fn not_null(node: &&Node<'_>) -> bool {
    !matches!(node, Node::Null)
}

/// Depth is bounded by the parsers.
fn descend<'n, 'b>(node: &'n Node<'b>, name: &str, out: &mut Vec<&'n Node<'b>>) {
    if out.len() >= MATCHES_MAX {
        return;
    }
    match node {
        Node::Object(members) => {
            for (key, node) in members {
                if key == name {
                    out.push(node);
                }
                descend(node, name, out);
            }
        }
        Node::List(list) => list.iter().for_each(|node| descend(node, name, out)),
        _ => {}
    }
}

fn step<'t>(rest: &mut &'t str, filters: bool) -> Result<Step<'t>, String> {
    if let Some(after) = rest.strip_prefix("..") {
        *rest = after;
        return Ok(Step::Descendants(name(rest)?));
    }
    if let Some(after) = rest.strip_prefix(".*") {
        *rest = after;
        return Ok(Step::Members);
    }
    if let Some(after) = rest.strip_prefix('.') {
        *rest = after;
        return Ok(Step::Name(name(rest)?));
    }
    let Some(after) = rest.strip_prefix('[') else { return Err(format!("`.` or `[` expected before `{rest}`")) };
    if let Some(quoted) = after.strip_prefix('\'') {
        let (name, after) = quoted.split_once("']").ok_or("`']` is missing")?;
        *rest = after;
        return Ok(Step::Name(name));
    }
    let (inside, after) = split_bracket(after).ok_or("`]` is missing")?;
    *rest = after;
    match inside.strip_prefix('?') {
        Some(_) if !filters => Err("a filter inside a filter".to_owned()),
        Some(filter) => filter_step(filter),
        None if inside == "*" => Ok(Step::Elements),
        None => inside.parse().map(Step::Index).map_err(|_| format!("`{inside}` is no index")),
    }
}

/// Splits at the `]` that is not inside quotes.
fn split_bracket(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let end = text.find(|c| {
        quoted ^= c == '\'';
        c == ']' && !quoted
    })?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

fn filter_step(filter: &str) -> Result<Step<'_>, String> {
    let filter = filter.trim().trim_start_matches("@.");
    let (path, test) = if let Some((path, value)) = filter.split_once("==") {
        (path, Test::Is(literal(value)?, true))
    } else if let Some((path, value)) = filter.split_once("!=") {
        (path, Test::Is(literal(value)?, false))
    } else {
        (filter, Test::Exists)
    };
    Ok(Step::Filter { path: Path::parse_at(path.trim(), false)?, test })
}

fn literal(text: &str) -> Result<Literal<'_>, String> {
    let text = text.trim();
    if let Some(name) = text.strip_prefix(':') {
        return Ok(Literal::Variable(name));
    }
    match text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        Some(text) => Ok(Literal::Text(text)),
        None if text.parse::<f64>().is_ok() || matches!(text, "true" | "false") => Ok(Literal::Text(text)),
        None => Err(format!("`{text}` is no value: quote it as `'{text}'`")),
    }
}

fn name<'t>(rest: &mut &'t str) -> Result<&'t str, String> {
    let end = rest.find(['.', '[', ']', ' ', '\'', '"', '?', '=', '!', ',', '(', ')', '*', '$']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if name.is_empty() {
        return Err(format!("a name is expected at `{rest}`"));
    }
    *rest = after;
    Ok(name)
}
