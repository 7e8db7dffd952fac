//! Which of a server's tools fits a question.

use crate::arguments;
use crate::ask::{Vars, words};
use crate::settings::Settings;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// Tools looked at.
const TOOLS_MAX: usize = 200;
/// Words that say a tool looks something up.
const FINDING: &[&str] = &["search", "ask", "find", "query", "lookup", "answer", "question", "retrieve"];

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Tool {
    pub(crate) name: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default, rename = "inputSchema")]
    pub(crate) schema: Json,
    #[serde(default)]
    annotations: Annotations,
}

#[derive(Debug, Default, Deserialize)]
struct Annotations {
    #[serde(default, rename = "readOnlyHint")]
    reads_only: Option<bool>,
}

/// A tool with its arguments.
pub(crate) struct Choice {
    pub(crate) tool: Tool,
    pub(crate) arguments: Map<String, Json>,
}

/// The best tool of `tools/list`; none when none may be called or can be given what it needs.
pub(crate) fn choose(settings: &Settings, vars: &Vars, listed: &Json) -> Option<Choice> {
    let tools = listed.get("tools").and_then(Json::as_array)?;
    let tools = tools.iter().take(TOOLS_MAX).filter_map(|tool| serde_json::from_value::<Tool>(tool.clone()).ok());
    let text = vars.get("text").map(|text| text.to_lowercase()).unwrap_or_default();
    let asked: Vec<&str> = words(&text).filter(|word| word.len() > 3).collect();
    let mut best: Option<(usize, Choice)> = None;
    for tool in tools.filter(|tool| tool.may_be_called(settings)) {
        let given = match settings.arguments {
            Some(_) => arguments::said(settings, vars),
            None => arguments::derived(&tool.schema, vars),
        };
        let Some(given) = given else { continue };
        let score = tool.fits(&asked);
        if best.as_ref().is_none_or(|(known, _)| score > *known) {
            best = Some((score, Choice { tool, arguments: given }));
        }
    }
    best.map(|(_, choice)| choice)
}

impl Tool {
    /// What the operator names, else what the server says only reads: a question must not act on the world.
    fn may_be_called(&self, settings: &Settings) -> bool {
        match &settings.tool {
            Some(tool) => *tool == self.name,
            None if settings.tools.is_empty() => self.annotations.reads_only == Some(true),
            None => settings.tools.contains(&self.name),
        }
    }

    fn fits(&self, asked: &[&str]) -> usize {
        let name = self.name.to_lowercase();
        let told = format!(
            "{name} {} {}",
            self.title.as_deref().unwrap_or_default(),
            self.description.as_deref().unwrap_or_default()
        );
        let told = told.to_lowercase();
        let finds = FINDING.iter().any(|word| name.contains(word));
        let held = |word: &&&str| told.contains(word.get(..word.floor_char_boundary(6)).unwrap_or(word));
        asked.iter().filter(held).count() + if finds { 2 } else { 0 }
    }
}
