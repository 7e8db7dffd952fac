//! From a step of the mapping to requests.
//!
//! Takes: a step, variables, maps. Gives: the requests; none when the question lacks what they need.
//! Fails: on broken templates. Limits: [`REQUESTS_MAX`] requests. Why it is so: what a question does not hold cannot be
//! asked about, so a missing variable is not an error but the end of the matter.

use crate::node::Node;
use crate::settings::{Maps, Step, Verb};
use crate::template::{Escape, Mode, Scope, Template};
use crate::vars::Vars;
use serde_json::Value;
use zero_connector_sdk::{Header, Method, Request, encode};

/// Requests a host performs in one round.
const REQUESTS_MAX: usize = 16;
/// Depth of a body's template.
const DEPTH_MAX: usize = 16;

/// The requests of a step; one for each value of its `each`.
pub(crate) fn requests(step: &Step, vars: &Vars, maps: &Maps) -> Result<Vec<Request>, String> {
    let Some(name) = &step.each else { return Ok(request(step, vars, maps)?.into_iter().collect()) };
    let limit: usize = vars.first("limit").and_then(|limit| limit.parse().ok()).unwrap_or(REQUESTS_MAX);
    let mut requests = Vec::new();
    for value in vars.all(name).iter().take(limit.min(REQUESTS_MAX)) {
        let mut vars = vars.clone();
        vars.set(name, vec![value.clone()]);
        requests.extend(request(step, &vars, maps)?);
    }
    Ok(requests)
}

fn request(step: &Step, vars: &Vars, maps: &Maps) -> Result<Option<Request>, String> {
    let nothing = Node::Null;
    let scope = Scope { vars, maps, root: &nothing, item: &nothing };
    let render = |place: &str, text: &str, escape: Escape| {
        let template = Template::parse(text, Mode::Request).map_err(|what| format!("`{place}`: {what}"))?;
        Ok::<_, String>(template.render(scope, escape))
    };

    let mut url = None;
    for text in &step.url.0 {
        url = url.or(render("url", text, Escape::Url)?);
    }
    let Some(mut url) = url else { return Ok(None) };
    for (name, text) in &step.query {
        let Some(value) = render(&format!("query.{name}"), text, Escape::None)? else { return Ok(None) };
        // A parameter whose parts were all left out is left out itself.
        if !value.is_empty() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&encode(name));
            url.push('=');
            url.push_str(&encode(&value));
        }
    }

    let mut headers = Vec::new();
    for (name, text) in &step.headers {
        if HOST_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return Err(format!("`headers.{name}`: the host sets this header itself, for every source alike"));
        }
        let Some(value) = render(&format!("headers.{name}"), text, Escape::Header)? else { return Ok(None) };
        if !value.is_empty() {
            headers.push(Header { name: name.to_ascii_lowercase(), value });
        }
    }
    let mut body = None;
    if let Some(value) = &step.json {
        let Some(value) = json(value, scope, DEPTH_MAX)? else { return Ok(None) };
        body = Some(("application/json", value.to_string().into_bytes()));
    } else if !step.form.is_empty() {
        let mut pairs = Vec::new();
        for (name, text) in &step.form {
            let Some(value) = render(&format!("form.{name}"), text, Escape::None)? else { return Ok(None) };
            if !value.is_empty() {
                pairs.push(format!("{}={}", encode(name), encode(&value)));
            }
        }
        body = Some(("application/x-www-form-urlencoded", pairs.join("&").into_bytes()));
    }
    if let Some((content_type, _)) = &body {
        headers.push(Header { name: "content-type".to_owned(), value: (*content_type).to_owned() });
    }
    let method = match (step.method, &body) {
        (Some(Verb::Post), _) | (None, Some(_)) => Method::Post,
        (Some(Verb::Get), _) | (None, None) => Method::Get,
    };
    Ok(Some(Request {
        method,
        url,
        headers,
        body: body.map(|(_, bytes)| bytes),
        credential: step.credential.clone(),
        cache_seconds: step.cache_seconds,
        endpoint: None,
    }))
}

/// A body's template with its texts rendered: values never meet the syntax of JSON. Members that were left out vanish.
fn json(value: &Value, scope: Scope<'_, '_>, depth: usize) -> Result<Option<Value>, String> {
    let Some(depth) = depth.checked_sub(1) else { return Err(format!("`json`: more than {DEPTH_MAX} levels")) };
    Ok(Some(match value {
        Value::String(text) => {
            let template = Template::parse(text, Mode::Request).map_err(|what| format!("`json`: {what}"))?;
            let Some(text) = template.render(scope, Escape::None) else { return Ok(None) };
            let number = template.is_number().then(|| serde_json::from_str(&text).ok()).flatten();
            number.unwrap_or(Value::String(text))
        }
        Value::Array(list) => {
            let mut out = Vec::with_capacity(list.len());
            for value in list {
                let Some(value) = json(value, scope, depth)? else { return Ok(None) };
                out.push(value);
            }
            Value::Array(out)
        }
        Value::Object(members) => {
            let mut out = serde_json::Map::new();
            for (name, value) in members {
                match json(value, scope, depth)? {
                    Some(Value::String(text)) if text.is_empty() => {}
                    Some(value) => {
                        out.insert(name.clone(), value);
                    }
                    None => return Ok(None),
                }
            }
            Value::Object(out)
        }
        other => other.clone(),
    }))
}

/// Headers that egress refuses from any connector.
const HOST_HEADERS: [&str; 6] = ["user-agent", "accept-encoding", "host", "cookie", "authorization", "content-length"];

/// Reads every template of a step's request.
pub(crate) fn check(step: &Step) -> Result<(), String> {
    let parse = |place: &str, text: &str| {
        Template::parse(text, Mode::Request).map(|_| ()).map_err(|what| format!("`{place}`: {what}"))
    };
    step.url.0.iter().try_for_each(|text| parse("url", text))?;
    for (place, table) in [("query", &step.query), ("headers", &step.headers), ("form", &step.form)] {
        table.iter().try_for_each(|(name, text)| parse(&format!("{place}.{name}"), text))?;
    }
    Ok(())
}
