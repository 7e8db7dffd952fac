//! One shape a body may have: where its items are and what is read of each.
//!
//! Takes: a step or one of its `reads`, and a body. Gives: [`Shaped`]. Fails: when its texts are parsed.
//! Limits: [`ITEMS_MAX`] items, [`TEXT_BYTES_MAX`] of text a passage.
//! Why it is so: an item that lacks what a passage needs is left out, because services answer with holes; but when no
//! item can be read, the service answers in another shape than this one.

use crate::claim::Claims;
use crate::condition::Condition;
use crate::node::{Node, Wanted};
use crate::path::Path;
use crate::response::{conditions, first, templates, url};
use crate::settings::{ClaimRule, Many, PassageRule, ReadRule, Step};
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

/// One shape, parsed.
pub(crate) struct Shape<'t> {
    when: Vec<Condition<'t>>,
    empty: Vec<Condition<'t>>,
    items: Vec<Path<'t>>,
    columns: bool,
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
    /// One of the `reads` of a step.
    pub(crate) fn of_rule(rule: &'t ReadRule) -> Result<Self, String> {
        let mut shape = Self::new(&rule.items, rule.columns, &rule.keep, &rule.passage, &rule.claims)?;
        shape.when = conditions("when", &rule.when)?;
        shape.empty = conditions("empty", &rule.empty)?;
        Ok(shape)
    }

    /// What the step says itself; none when it only captures.
    pub(crate) fn of_step(step: &'t Step) -> Result<Option<Self>, String> {
        let Some(passage) = &step.passage else {
            // A step that only captures, so far as its author meant it.
            let idle = !step.items.0.is_empty() || !step.keep.0.is_empty() || !step.claims.is_empty();
            return if idle { Err("`items`, `keep` and `claims` need a `passage`".to_owned()) } else { Ok(None) };
        };
        Self::new(&step.items, step.columns, &step.keep, passage, &step.claims).map(Some)
    }

    fn new(
        items: &'t Many,
        columns: bool,
        keep: &'t Many,
        passage: &'t PassageRule,
        claims: &'t [ClaimRule],
    ) -> Result<Self, String> {
        let items = items.0.iter().map(|path| Path::parse(path).map_err(|what| format!("`items`: {what}")));
        Ok(Self {
            when: Vec::new(),
            empty: Vec::new(),
            items: items.collect::<Result<_, _>>()?,
            columns,
            keep: conditions("keep", keep)?,
            passage: PassageReader::new(passage)?,
            claims: Claims::new(claims)?,
        })
    }

    /// Adds the names it speaks of.
    pub(crate) fn wants(&self, wanted: &mut Wanted<'t>) {
        [&self.when, &self.empty, &self.keep].into_iter().flatten().for_each(|condition| condition.wants(wanted));
        self.items.iter().for_each(|path| path.wants(wanted));
        self.passage.all().into_iter().flatten().for_each(|template| template.wants(wanted));
        self.claims.wants(wanted);
    }

    /// Reads a body.
    pub(crate) fn read(&self, scope: Scope<'_, '_>) -> Shaped {
        if !self.when.iter().all(|condition| condition.holds(scope)) {
            return Shaped::Other;
        }
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
        // `when` tells the shape as well as the items do, unless there are items and none of them can be read.
        let of_this_shape = if none { !self.when.is_empty() || named() } else { !kept && named() };
        if empty || of_this_shape { Shaped::Nothing } else { Shaped::Other }
    }

    /// The items of the first path that names any; without paths, the body is the only one.
    fn items<'n, 'b>(&self, scope: Scope<'n, 'b>, limit: usize) -> Vec<Cow<'n, Node<'b>>> {
        let mut found: Vec<&'n Node<'b>> = if self.items.is_empty() { vec![scope.root] } else { Vec::new() };
        for path in &self.items {
            if found.is_empty() {
                for node in path.find(scope.root, scope.root, scope.vars) {
                    match node {
                        Node::List(list) if !self.columns => found.extend(list),
                        _ => found.push(node),
                    }
                }
            }
        }
        found.retain(|node| !matches!(node, Node::Null));
        if !self.columns {
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
