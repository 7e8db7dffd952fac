//! `/v1/answer`: a question in, an answer out in the form that was asked for.

use super::headers::RequestId;
use super::negotiate::Form;
use super::question::Door;
use super::read::{self, Asked};
use super::{TimeLeft, problem, stream};
use axum::Extension;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use core::fmt::Write as _;
use std::sync::Arc;
use zero_pipeline::receipt::Receipt;
use zero_pipeline::wire::answer::{Answer, Timing};
use zero_pipeline::wire::text;
use zero_pipeline::{Answered, Problem};

/// Where the time went, beside the answer: in it, no two answers would be the same bytes.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

pub(super) async fn get(
    State(door): State<Arc<Door>>,
    Extension(RequestId(id)): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    or_problem(respond(door, id, &parts, read::from_query(&parts)).await)
}

pub(super) async fn post(
    State(door): State<Arc<Door>>,
    Extension(RequestId(id)): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let asked = read::from_body(&parts, body).await;
    or_problem(respond(door, id, &parts, asked).await)
}

fn or_problem(response: Result<Response, Problem>) -> Response {
    response.unwrap_or_else(|problem| problem::response(&problem))
}

async fn respond(
    door: Arc<Door>,
    id: u64,
    parts: &Parts,
    asked: Result<Asked, Problem>,
) -> Result<Response, Problem> {
    let Asked { ask, form, receipt } = asked?;
    let ask = match parts.extensions.get::<TimeLeft>() {
        Some(TimeLeft(left)) => ask.ending_in(*left, door.host().region.settings.gather_budget),
        None => ask,
    };
    door.check(&ask)?;
    let place = door.admit()?;
    if form == Form::Events {
        return Ok(stream::start(door, id, ask, place));
    }
    // The place is given up when the answer stands, or when the client goes and this future is dropped.
    let answered = door.answer(id, ask, |_| {}).await?;
    drop(place);
    let body = match form {
        Form::Text => text::plain(&Answer::of(&answered)),
        _ if receipt => Receipt::of(&answered, &door.host().region.settings)?.to_json()?,
        _ => Answer::of(&answered).to_json()?,
    };
    let content_type = match form {
        Form::Text => HeaderValue::from_static("text/plain; charset=utf-8"),
        other => HeaderValue::from_static(other.media_type()),
    };
    Ok(([(header::CONTENT_TYPE, content_type), (SERVER_TIMING, server_timing(&answered))], body).into_response())
}

/// `total;dur=12.5, read;dur=1.2, source-wikipedia-en;dur=8.1`, in milliseconds.
fn server_timing(answered: &Answered) -> HeaderValue {
    let timing = Timing::of(answered);
    let mut value = format!("total;dur={}", timing.total_ms);
    // Writing to a string cannot fail.
    timing.stages.iter().for_each(|(stage, ms)| _ = write!(value, ", {stage};dur={ms}"));
    timing.sources.iter().for_each(|(id, ms)| _ = write!(value, ", source-{id};dur={ms}"));
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("total"))
}
