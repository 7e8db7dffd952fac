//! What can be wrong with a connection, in the words of whoever connects it.

use core::time::Duration;
use zero_pipeline::Problem;
use zero_pipeline::problem::Whose;

pub(super) fn anonymous() -> Problem {
    Problem::unauthenticated(
        "accounts are connected to somebody, and nobody is signed in\n\nhint: send your API key or token as \
         `Authorization: Bearer ...`",
    )
}

pub(super) fn no_provider() -> Problem {
    let hint = "GET /v1/connections names those that can be connected here";
    Problem::of_asker("not-found", 404, "there is nothing here", "no such provider", hint)
}

pub(super) fn not_connected(title: &str) -> Problem {
    let detail = format!("no account at {title} is connected");
    Problem::of_asker("not-found", 404, "there is nothing here", detail, "GET /v1/connections names those that are")
}

pub(super) fn malformed(detail: &'static str) -> Problem {
    Problem::malformed(detail, "begin again with POST /v1/connections/{provider}/start")
}

/// A state that is wrong, spent or over: which, is nobody's business.
pub(super) fn no_state() -> Problem {
    let detail = "this callback belongs to nothing that was begun here, or came too late, or came before";
    let hint = "begin again with POST /v1/connections/{provider}/start";
    Problem::of_asker("connection-unknown", 400, "nothing waits for this callback", detail, hint)
}

pub(super) fn not_this_browser() -> Problem {
    let detail = "this callback came to another browser or asker than the one that began";
    let hint = "begin again, and agree in the browser in which you began";
    Problem::of_asker("connection-unknown", 400, "nothing waits for this callback", detail, hint)
}

pub(super) fn refused(title: &str, code: &str) -> Problem {
    let detail = format!("{title} refused: `{code}`");
    let hint = "agree at the service to connect your account; if you did, tell the operator this code";
    Problem::of_asker("connection-refused", 403, "the service refused", detail, hint)
}

pub(super) fn unavailable(title: &str, why: &str) -> Problem {
    Problem {
        name: "connection-unavailable",
        status: 502,
        title: "the service could not be asked",
        detail: format!("{title}: {why}"),
        whose: Whose::Connector,
        retry_after: Some(Duration::from_secs(10)),
        hint: "begin again in a moment".to_owned(),
    }
}

pub(super) fn busy() -> Problem {
    Problem {
        detail: "too many accounts are being connected at once".to_owned(),
        ..Problem::overloaded(Duration::from_secs(60))
    }
}

pub(super) fn full() -> Problem {
    Problem {
        detail: "this host keeps as many accounts as it can".to_owned(),
        hint: "ask the operator".to_owned(),
        ..Problem::overloaded(Duration::from_secs(3_600))
    }
}

/// What is wrong with our own store is for the log, not for the asker.
pub(super) fn broken(error: &dyn core::fmt::Display) -> Problem {
    tracing::error!(%error, "connections cannot be kept");
    Problem::internal("the store of connections failed")
}
