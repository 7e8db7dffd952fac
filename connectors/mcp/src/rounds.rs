//! The rounds: the request itself where no handshake is needed; handshake, list and call where one is.

use crate::ask::Vars;
use crate::message::{Reply, RpcError, reply};
use crate::settings::{LEGACY, MODERN, Settings};
use crate::tool::{self, Choice};
use crate::{arguments, content, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use zero_connector_sdk::{Failure, FailureKind, Fetch, Outcome, Plan, Request, Source, Step, state};

/// Fetches of one question; what the host grants.
const ROUNDS_MAX: u8 = 4;
/// Lists of tools and handshakes are the same for everyone, but a session is not: only what needs no session is cached.
const LIST_CACHE_SECONDS: u32 = 600;
/// Answers of tools are as fresh as the question.
const CALL_CACHE_SECONDS: u32 = 60;
/// Bytes of a session id or a request's state that are sent back.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    awaited: Awaited,
    /// The revision spoken.
    revision: String,
    session: Option<String>,
    /// Fetches so far; also the id of the request awaited.
    round: u8,
    vars: Vars,
    /// What is called: the tool with its arguments.
    call: Option<Call>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Awaited {
    Initialize,
    Initialized,
    List,
    Call,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Call {
    tool: String,
    arguments: Map<String, Json>,
    /// Headers that repeat arguments.
    headers: Vec<(String, String)>,
}

pub(crate) fn first(settings: &Settings, bid: f32, vars: Vars) -> Result<Plan, Failure> {
    let Some(call) = named(settings, &vars) else { return Ok(Plan::not_relevant()) };
    let legacy = LEGACY.iter().find(|revision| **revision == settings.revision);
    let revision = legacy.map_or(MODERN, |revision| revision).to_owned();
    let state = State { awaited: Awaited::Call, revision, session: None, round: 0, vars, call };
    let Step::Fetch(fetch) = (if legacy.is_some() { state.initialize(settings) } else { state.go_on(settings) })?
    else {
        return Ok(Plan::not_relevant());
    };
    Ok(Plan { bid, step: Step::Fetch(fetch) })
}

/// What is known before any request: the tool that the source names. The outer none: a hole cannot be filled.
#[allow(clippy::option_option, reason = "nothing to call yet, and nothing to call ever, are two things")]
fn named(settings: &Settings, vars: &Vars) -> Option<Option<Call>> {
    if let Some(resource) = &settings.resource {
        let uri = arguments::filled(resource, vars)?;
        return Some(Some(Call { tool: uri, arguments: Map::new(), headers: Vec::new() }));
    }
    match (&settings.tool, &settings.arguments) {
        (Some(tool), Some(_)) => {
            let arguments = arguments::said(settings, vars)?;
            Some(Some(Call { tool: tool.clone(), arguments, headers: Vec::new() }))
        }
        _ => Some(None),
    }
}

pub(crate) fn next(source: &Source, settings: &Settings, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
    let mut state: State = state::load(state)?;
    // A notification that went along is answered first, with nothing.
    let outcome =
        outcomes.last().ok_or_else(|| Failure::new(FailureKind::Internal, "no outcome came back for a request"))?;
    if state.awaited == Awaited::Initialized {
        zero_connector_sdk::success(outcome)?;
        return state.go_on(settings);
    }
    let reply = reply(outcome, u32::from(state.round))?;
    match (state.awaited, reply) {
        (Awaited::Initialize, Reply::Result(result)) => {
            if let Some(revision) = result.get("protocolVersion").and_then(Json::as_str) {
                let known = LEGACY.iter().find(|known| **known == revision);
                let unknown =
                    || Failure::new(FailureKind::Upstream, format!("MCP revision `{revision}` is unknown to us"));
                state.revision = (*known.ok_or_else(unknown)?).to_owned();
            }
            if let Outcome::Response(response) = outcome {
                let session = response.header("mcp-session-id").filter(|session| session.len() <= TOKEN_BYTES_MAX);
                state.session = session.map(str::to_owned);
            }
            state.initialized(settings)
        }
        (Awaited::List, Reply::Result(result)) => match tool::choose(settings, &state.vars, &result) {
            Some(Choice { tool, arguments }) => {
                let headers = header::of_parameters(&tool.schema, &arguments);
                let wrong = || {
                    Failure::new(
                        FailureKind::Upstream,
                        format!("the schema of the tool `{}` breaks the rules for headers", tool.name),
                    )
                };
                state.call = Some(Call { headers: headers.ok_or_else(wrong)?, tool: tool.name, arguments });
                state.go_on(settings)
            }
            None => Err(Failure::new(
                FailureKind::Upstream,
                "the server has no tool that may be called for this question\n\nhint: name it with `tool` or `tools`",
            )),
        },
        (_, Reply::Result(result)) => match result.get("resultType").and_then(Json::as_str) {
            Some("input_required") => state.again(settings, &result),
            _ => {
                let called = state.call.as_ref().map_or("", |call| call.tool.as_str());
                Ok(Step::Done(content::findings(source, settings, &state.vars, called, &result)?))
            }
        },
        (_, Reply::Error(error)) => state.after_error(settings, &error),
        (_, Reply::Refused(failure)) if state.may_fall_back(settings) && is_refusal_of_form(outcome) => {
            state.initialize(settings).map_err(|_| failure)
        }
        (_, Reply::Refused(failure)) => Err(failure),
    }
}

/// Statuses with which an older server refuses what it does not know.
fn is_refusal_of_form(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Response(response) if matches!(response.status, 400 | 404 | 405 | 406 | 415 | 422))
}

impl State {
    fn may_fall_back(&self, settings: &Settings) -> bool {
        settings.is_auto() && self.revision == MODERN && self.round == 1
    }

    fn after_error(mut self, settings: &Settings, error: &RpcError) -> Result<Step, Failure> {
        let supported = error.data.get("supported").and_then(Json::as_array);
        let speaks = |revision: &str| supported.is_some_and(|list| list.iter().any(|it| it == revision));
        match error.code {
            // Another revision is wanted: one we know, or the error stands.
            -32022 if settings.is_auto() && self.revision == MODERN => match LEGACY.into_iter().find(|it| speaks(it)) {
                Some(_) => self.initialize(settings),
                None => Err(error.failure()),
            },
            // Parameters must be repeated in headers, and which they are stands in the list.
            -32020 if self.awaited == Awaited::Call && settings.resource.is_none() && self.round == 1 => {
                self.call = None;
                self.go_on(settings)
            }
            _ if !error.is_modern() && self.may_fall_back(settings) => self.initialize(settings),
            _ => Err(error.failure()),
        }
    }

    /// The same request once more, with the state that the server wants back. What it asks of a person nobody here can say.
    fn again(self, settings: &Settings, result: &Json) -> Result<Step, Failure> {
        let asks = result.get("inputRequests").and_then(Json::as_object).is_some_and(|requests| !requests.is_empty());
        let back = result.get("requestState").and_then(Json::as_str).filter(|back| back.len() <= TOKEN_BYTES_MAX);
        match back.filter(|_| !asks && self.awaited == Awaited::Call) {
            Some(back) => {
                let back = back.to_owned();
                self.call(settings, Some(back), Vec::new())
            }
            None => Err(Failure::new(FailureKind::Upstream, "the server asks for input that a question cannot give")),
        }
    }

    /// The list where the tool is not known yet, else the call.
    fn go_on(self, settings: &Settings) -> Result<Step, Failure> {
        self.go_on_after(settings, Vec::new())
    }

    fn go_on_after(self, settings: &Settings, before: Vec<Request>) -> Result<Step, Failure> {
        if self.call.is_some() { self.call(settings, None, before) } else { self.list(settings, before) }
    }

    fn initialize(mut self, settings: &Settings) -> Result<Step, Failure> {
        if self.revision == MODERN {
            LEGACY.first().copied().unwrap_or_default().clone_into(&mut self.revision);
        }
        let params = json!({"protocolVersion": self.revision, "capabilities": {}, "clientInfo": client()});
        let request = self.request(settings, "initialize", None, params);
        self.fetch(Awaited::Initialize, vec![request])
    }

    /// Says that the handshake is done; along with the next request where no round is left for it alone.
    fn initialized(mut self, settings: &Settings) -> Result<Step, Failure> {
        let body = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
        let notification = self
            .headed(settings, Request::post(settings.url.clone(), "application/json", body).endpoint("initialized"));
        let needed = if self.call.is_some() { 2 } else { 3 };
        if self.round + needed <= ROUNDS_MAX {
            // It carries no id, and the round's number is not given to another request.
            self.round += 1;
            let state = State { awaited: Awaited::Initialized, ..self };
            return Ok(Step::Fetch(Fetch { requests: vec![notification], state: state::save(&state)? }));
        }
        self.go_on_after(settings, vec![notification])
    }

    fn list(self, settings: &Settings, mut requests: Vec<Request>) -> Result<Step, Failure> {
        let mut request = self.request(settings, "tools/list", None, json!({}));
        if self.session.is_none() {
            request = request.cached(LIST_CACHE_SECONDS);
        }
        requests.push(request);
        self.fetch(Awaited::List, requests)
    }

    fn call(self, settings: &Settings, back: Option<String>, mut requests: Vec<Request>) -> Result<Step, Failure> {
        let Some(call) = &self.call else {
            return Err(Failure::new(FailureKind::Internal, "state: nothing is to be called"));
        };
        let (method, mut params) = match settings.resource {
            Some(_) => ("resources/read", json!({"uri": call.tool})),
            None => ("tools/call", json!({"name": call.tool, "arguments": call.arguments})),
        };
        if let (Some(back), Some(params)) = (back, params.as_object_mut()) {
            params.insert("requestState".to_owned(), Json::String(back));
        }
        let mut request = self.request(settings, method, Some(&call.tool), params);
        if self.revision == MODERN {
            for (name, value) in &call.headers {
                request = request.header(name, value.clone());
            }
        }
        if self.session.is_none() {
            request = request.cached(CALL_CACHE_SECONDS);
        }
        requests.push(request);
        self.fetch(Awaited::Call, requests)
    }

    /// A request of the protocol with the id of the round it is for.
    fn request(&self, settings: &Settings, method: &str, name: Option<&str>, mut params: Json) -> Request {
        let modern = self.revision == MODERN;
        if let Some(params) = params.as_object_mut().filter(|_| modern) {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientInfo": client(),
                "io.modelcontextprotocol/clientCapabilities": {},
            });
            params.insert("_meta".to_owned(), meta);
        }
        let body = json!({"jsonrpc": "2.0", "id": self.round + 1, "method": method, "params": params}).to_string();
        let mut request =
            Request::post(settings.url.clone(), "application/json", body).endpoint(method.replace('/', "-"));
        if modern {
            request = request.header("mcp-method", method);
            if let Some(name) = name {
                request = request.header("mcp-name", header::encoded(name));
            }
        }
        // The handshake itself is where a revision is agreed on.
        if method == "initialize" { accepting(settings, request) } else { self.headed(settings, request) }
    }

    fn headed(&self, settings: &Settings, request: Request) -> Request {
        let request = accepting(settings, request).header("mcp-protocol-version", self.revision.clone());
        match &self.session {
            Some(session) => request.header("mcp-session-id", session.clone()),
            None => request,
        }
    }

    fn fetch(mut self, awaited: Awaited, requests: Vec<Request>) -> Result<Step, Failure> {
        if self.round >= ROUNDS_MAX {
            return Err(Failure::new(FailureKind::Internal, format!("the server wants more than {ROUNDS_MAX} rounds")));
        }
        self.round += 1;
        self.awaited = awaited;
        Ok(Step::Fetch(Fetch { requests, state: state::save(&self)? }))
    }
}

fn accepting(settings: &Settings, request: Request) -> Request {
    let request = request.header("accept", "application/json, text/event-stream");
    if settings.authorized { request.credential("token") } else { request }
}

fn client() -> Json {
    json!({"name": "zero-world", "version": env!("CARGO_PKG_VERSION")})
}
