//! The response that a problem becomes here.

use axum::body::Body;
use axum::http::Method;
use axum::response::Response;
use zero_pipeline::Problem;

pub(super) fn response(problem: &Problem) -> Response {
    zero_door::problem::response(problem).map(Body::from)
}

/// The same, with the id of the request.
pub(super) fn response_to(id: u64, problem: &Problem) -> Response {
    zero_door::problem::response_to(id, problem).map(Body::from)
}

pub(super) async fn method_not_allowed(method: Method) -> Response {
    response(&zero_door::problem::method_not_allowed(&method))
}
