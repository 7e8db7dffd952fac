//! The JSON-RPC response in an answer: alone, in a list, or at the end of a stream of events.
//!
//! Takes: an outcome, and the id that was asked with. Gives: the result, or the error as the server says it. Fails: typed.
//! Limits: [`BODY_BYTES_MAX`]. Why it is so: notifications and keep-alives before the response are nobody's answer, and a
//! response to another id is not ours.

use serde::Deserialize;
use serde_json::Value as Json;
use zero_connector_sdk::{Failure, FailureKind, Outcome, Response, success};

/// Bytes of an answer that are read.
const BODY_BYTES_MAX: usize = 768 * 1024;

/// What the server made of a request.
#[derive(Debug)]
pub(crate) enum Reply {
    Result(Json),
    Error(RpcError),
    /// A status that is no success, and no message in the body that would say why.
    Refused(Failure),
}

#[derive(Debug, Deserialize)]
pub(crate) struct RpcError {
    #[serde(default)]
    pub(crate) code: i64,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) data: Json,
}

impl RpcError {
    /// Errors that only a server of revision 2026-07-28 or newer sends.
    pub(crate) fn is_modern(&self) -> bool {
        matches!(self.code, -32022..=-32020)
    }

    pub(crate) fn failure(&self) -> Failure {
        let kind = match self.code {
            // What the server says when it wants a person to log in.
            -32042 => FailureKind::Credential,
            _ => FailureKind::Upstream,
        };
        let message: String = self.message.chars().filter(|c| !c.is_control()).collect();
        Failure::new(kind, format!("MCP error {}: {message}", self.code))
    }
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    id: Json,
    result: Option<Json>,
    error: Option<RpcError>,
}

/// The reply to the request of this id.
pub(crate) fn reply(outcome: &Outcome, id: u32) -> Result<Reply, Failure> {
    match success(outcome) {
        Ok(response) => read(response, id),
        Err(failure) => match outcome {
            // An error of the protocol may come with any status, but a credential or a rate limit is what the status says.
            Outcome::Response(response) if failure.kind == FailureKind::Upstream => Ok(read(response, id)
                .ok()
                .filter(|reply| matches!(reply, Reply::Error(_)))
                .unwrap_or(Reply::Refused(failure))),
            _ => Err(failure),
        },
    }
}

fn read(response: &Response, id: u32) -> Result<Reply, Failure> {
    let malformed = |what: &str| Failure::new(FailureKind::Malformed, format!("not an answer of MCP: {what}"));
    if response.body.len() > BODY_BYTES_MAX {
        return Err(malformed(&format!("{} bytes; at most {BODY_BYTES_MAX} are read", response.body.len())));
    }
    let text = String::from_utf8_lossy(&response.body);
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    let streamed = response.header("content-type").is_some_and(|kind| kind.contains("text/event-stream"))
        || ["event:", "data:", "id:", "retry:", ":"].iter().any(|start| text.starts_with(start));
    let found = if streamed {
        events(text)
            .iter()
            .filter_map(|data| serde_json::from_str::<Message>(data).ok())
            .find(|message| message.answers(id))
    } else if text.starts_with('[') {
        let list: Vec<Message> = serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))?;
        list.into_iter().find(|message| message.answers(id))
    } else {
        let one: Message = serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))?;
        Some(one).filter(|message| message.answers(id))
    };
    match found {
        Some(Message { error: Some(error), .. }) => Ok(Reply::Error(error)),
        Some(Message { result: Some(result), .. }) => Ok(Reply::Result(result)),
        _ => Err(malformed("it holds no response to the request")),
    }
}

impl Message {
    /// Errors about what could not be read carry no id.
    fn answers(&self, id: u32) -> bool {
        let ours = self.id.as_u64() == Some(u64::from(id)) || self.id.as_str() == Some(id.to_string().as_str());
        (self.result.is_some() && ours) || (self.error.is_some() && (ours || self.id.is_null()))
    }
}

/// The data of each event of a stream; the last may lack its blank line.
fn events(text: &str) -> Vec<String> {
    let (mut events, mut data) = (Vec::new(), None::<String>);
    for line in text.split('\n').map(|line| line.trim_end_matches('\r')).chain([""]) {
        match line.split_once(':') {
            Some(("data", value)) => {
                let value = value.strip_prefix(' ').unwrap_or(value);
                match &mut data {
                    Some(data) => {
                        data.push('\n');
                        data.push_str(value);
                    }
                    None => data = Some(value.to_owned()),
                }
            }
            None if line.is_empty() => events.extend(data.take()),
            _ => {}
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outcome(status: u16, body: &str) -> Outcome {
        Outcome::Response(Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
    }

    #[test]
    fn a_response_is_found_wherever_it_stands() {
        let stream = ": ping\n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}\n\n\
            id: 7\r\nevent: message\r\ndata: {\"jsonrpc\":\"2.0\",\r\ndata: \"id\":3,\"result\":{\"x\":1}}\r\n";
        for body in [
            stream,
            r#"{"id":3,"result":{"x":1}}"#,
            r#"{"id":"3","result":{"x":1}}"#,
            r#"[{"id":2,"result":{}},{"id":3,"result":{"x":1}}]"#,
        ] {
            let Reply::Result(result) = reply(&outcome(200, body), 3).unwrap() else { panic!("{body}") };
            assert_eq!(result["x"], 1, "{body}");
        }
        for body in ["", "x", "[]", "{}", r#"{"id":4,"result":{}}"#, "data: {\"id\":4}\n\n"] {
            assert_eq!(reply(&outcome(200, body), 3).unwrap_err().kind, FailureKind::Malformed, "{body}");
        }
        let modern = r#"{"jsonrpc":"2.0","id":3,"error":{"code":-32022,"message":"Unsupported","data":{"supported":["2025-11-25"]}}}"#;
        assert!(matches!(reply(&outcome(400, modern), 3), Ok(Reply::Error(error)) if error.is_modern()));
        assert!(matches!(reply(&outcome(400, "Bad Request"), 3), Ok(Reply::Refused(_))));
        assert_eq!(reply(&outcome(401, modern), 3).unwrap_err().kind, FailureKind::Credential);
    }

    proptest! {
        #[test]
        fn any_stream_is_read(text in "(data:|event:| |\\{|\\}|\"id\":3|,|\n|\r|x|:){0,40}") {
            let _ = events(&text);
            let _ = reply(&outcome(200, &text), 3);
        }
    }
}
