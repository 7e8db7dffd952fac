//! As a component.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use spin_sdk::http::{Method, Request, Response, StatusCode};
use zero_chain::{Answered, Call, MESSAGE_BYTES_MAX, Reply};

#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::restriction, reason = "generated")]
mod imports {
    wit_bindgen::generate!({
        path: ["../../wit/connector/since-0.2.0", "../../wit/functions", "../../wit/edge"],
        world: "zero:edge/face-guest",
        with: { "zero:connector/types@0.2.0": zero_types::connector },
        generate_all,
    });
}
use imports::zero::edge::connectors;

/// The only connector behind the multiplexer.
const FIRST: u32 = 0;

#[spin_sdk::http_service]
async fn handle(request: Request) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    let Ok(body) = Limited::new(body, MESSAGE_BYTES_MAX).collect().await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    };
    match zero_chain::decode::<Call>(&body.to_bytes()) {
        Some(call) => Response::new(Full::new(zero_chain::encode(&called(call)).into())),
        None => status(StatusCode::BAD_REQUEST),
    }
}

fn called(call: Call) -> Reply {
    match call {
        Call::Plan(source, question, intent) => {
            connectors::plan(&source, &question, &intent, FIRST).map(Answered::Plan)
        }
        Call::Resume(source, state, outcomes) => {
            connectors::resume(&source, &state, &outcomes, FIRST).map(Answered::Step)
        }
    }
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
