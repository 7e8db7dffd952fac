//! One shape a body may have: where its items are and what is read of each.
//!
//! Takes: one of the `reads` of a step, and a body. Gives: [`Shaped`]. Fails: when its texts are parsed.
//! Limits: [`ITEMS_MAX`] items, [`TEXT_BYTES_MAX`] of text a passage.
//! Why it is so: an item that lacks what a passage needs is left out, because services answer with holes; but when no
//! item can be read, the service answers in another shape than this one.

use crate::claim::Claims;
use crate::condition::Condition;
use crate::node::Node;
use crate::path::Path;
use crate::response::{conditions, first, templates, url};
use crate::settings::{PassageRule, ReadRule};
use crate::template::{Scope, Template, cut};
use std::borrow::Cow;
use zero_connector_sdk::{Claim, Findings, Passage};

/// What a host keeps of one source.
const ITEMS_MAX: usize = 64;
const TEXT_BYTES_MAX: usize = 6 * 1024;
const TITLE_BYTES_MAX: usize = 512;

/// What a shape makes of a body.
#[derive(Debug)]
pub(crate) enum Shaped {
    /// At least one passage.
    Found(Findings),
    /// It is of this shape and holds nothing that is wanted.
    Nothing,
    /// It is of another shape.
    Other,
}

/// How items are found where the paths lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// They are the things themselves.
    Plain,
    /// Of lists side by side.
    Columns,
    /// Of a table's members.
    Entries,
}

impl Rows {
    fn of(columns: bool, entries: bool) -> Result<Self, String> {
        match (columns, entries) {
            (false, false) => Ok(Self::Plain),
            (true, false) => Ok(Self::Columns),
            (false, true) => Ok(Self::Entries),
            (true, true) => Err("`columns` and `entries`: items are one or the other".to_owned()),
        }
    }
}

/// One shape, parsed.
pub(crate) struct Shape<'t> {
    /// Whether conditions told that the body is of this shape.
    told: bool,
    empty: Vec<Condition<'t>>,
    items: Vec<Path<'t>>,
    rows: Rows,
    keep: Vec<Condition<'t>>,
    passage: PassageReader<'t>,
    claims: Claims<'t>,
}

struct PassageReader<'t> {
    title: Vec<Template<'t>>,
    url: Vec<Template<'t>>,
    text: Vec<Template<'t>>,
    published: Vec<Template<'t>>,
    language: Vec<Template<'t>>,
    score: Vec<Template<'t>>,
}

impl<'t> Shape<'t> {
    /// Parses what a rule says of the items.
    pub(crate) fn new(rule: &'t ReadRule) -> Result<Self, String> {
        let items = rule.items.0.iter().map(|path| Path::parse(path).map_err(|what| format!("`items`: {what}")));
        Ok(Self {
            told: !rule.when.0.is_empty(),
            empty: conditions("empty", &rule.empty)?,
            items: items.collect::<Result<_, _>>()?,
            rows: Rows::of(rule.columns, rule.entries)?,
            keep: conditions("keep", &rule.keep)?,
            passage: PassageReader::new(&rule.passage)?,
            claims: Claims::new(&rule.claims)?,
        })
    }

    /// Reads a body.
    pub(crate) fn read(&self, scope: Scope<'_, '_>) -> Shaped {
        let limit: usize = scope.vars.first("limit").and_then(|limit| limit.parse().ok()).unwrap_or(ITEMS_MAX);
        let limit = limit.clamp(1, ITEMS_MAX);
        let mut passages: Vec<Passage> = Vec::new();
        let mut claims: Vec<Claim> = Vec::new();
        let items = self.items(scope, limit);
        let (none, mut kept) = (items.is_empty(), false);
        for item in items {
            let scope = Scope { item: &item, ..scope };
            if passages.len() >= limit {
                break;
            }
            if !self.keep.iter().all(|condition| condition.holds(scope)) {
                continue;
            }
            kept = true;
            if let Some(mut found) = self.passage.read(scope) {
                claims.extend(self.claims.read(scope, &mut found, passages.len()));
                passages.push(found);
            }
        }
        if !passages.is_empty() {
            rank(&mut passages);
            return Shaped::Found(Findings { passages, claims });
        }
        let named = || self.items.iter().any(|path| path.stands(scope.root, scope.vars));
        let empty = self.empty.iter().any(|condition| condition.holds(scope));
        // The conditions tell the shape as well as the items do, unless there are items and none of them can be read.
        let of_this_shape = if none { self.told || named() } else { !kept && named() };
        if empty || of_this_shape { Shaped::Nothing } else { Shaped::Other }
    }

    /// The items of the first path that names any; without paths, the body is the only one.
    fn items<'n, 'b>(&self, scope: Scope<'n, 'b>, limit: usize) -> Vec<Cow<'n, Node<'b>>> {
        let mut found: Vec<&'n Node<'b>> = if self.items.is_empty() { vec![scope.root] } else { Vec::new() };
        for path in &self.items {
            if found.is_empty() {
                for node in path.find(scope.root, scope.root, scope.vars) {
                    match node {
                        Node::List(list) if self.rows == Rows::Plain => found.extend(list),
                        _ => found.push(node),
                    }
                }
            }
        }
        found.retain(|node| !matches!(node, Node::Null));
        match self.rows {
            Rows::Plain => found.into_iter().map(Cow::Borrowed).collect(),
            Rows::Columns => found.into_iter().flat_map(|node| rows(node, limit)).map(Cow::Owned).collect(),
            Rows::Entries => found.into_iter().flat_map(entries).take(ITEMS_MAX).map(Cow::Owned).collect(),
        }
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

/// The members of a table as rows of `#key` and `#value`; what a value holds itself stands beside them.
fn entries<'b>(table: &Node<'b>) -> Vec<Node<'b>> {
    let Node::Object(members) = table else { return Vec::new() };
    let row = |(key, value): &(Cow<'b, str>, Node<'b>)| {
        let mut row = vec![(Cow::Borrowed("#key"), Node::Text(key.clone())), (Cow::Borrowed("#value"), value.clone())];
        if let Node::Object(inner) = value {
            row.extend(inner.iter().cloned());
        }
        Node::Object(row)
    };
    members.iter().take(ITEMS_MAX).map(row).collect()
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
