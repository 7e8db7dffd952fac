//! `bootstrap`: what AWS Lambda starts.
//!
//! - **Takes** a package beside it, and events of a function URL or of API Gateway (HTTP API or REST API).
//! - **Gives** what `zero serve` gives, streamed or whole as the caller's side can take it.
//! - **Fails** at the start with `init/error` and the reason; later per request with an RFC 9457 problem; an event that
//!   is no HTTP request is an error of that invocation.
//! - **Limits**: [`limits`]; a question never takes longer than what is left of its invocation.
//! - **Why it is so**: a cold start is what an asker waits for, so nothing is read before it is needed and no compiler
//!   is in this program. Lambda freezes the process once a response is complete, so nothing is left for afterwards:
//!   no reports of changed shapes, no watching of versions, no admin door, no connections of clients.
//!
//! ```text
//! LAMBDA_TASK_ROOT   the package (or ZERO_PACKAGE); else the folder of this program
//! ZERO_TRUST         the keys that are believed, outside of the package; else its own `trust.toml`, else nobody is asked
//! ZERO_STREAM        who takes a stream: `function-url` (the default), `rest-api`, both with a comma, or `none`
//! ZERO_LOG           `error`, `warn`, `info` (the default), `debug`
//! ```
//!
//! Whether a caller can take a stream is how it was set up, and no event says so: a function URL with
//! `InvokeMode: RESPONSE_STREAM`, a REST API with `responseTransferMode: STREAM`. Without that, say `ZERO_STREAM=none`:
//! events are then answered whole, and a question for `text/event-stream` gets all its events at once.

mod limits;

mod package;

mod door;
mod origin;

mod failed;

use anyhow::{Context as _, Result};
use door::Door;
use lambda_http::lambda_runtime::{self, FunctionResponse};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent, Service as _, StreamAdapter, service_fn};
use origin::Streams;
use std::process::ExitCode;

fn main() -> ExitCode {
    log();
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let reason = format!("{error:#}");
            tracing::error!(reason, "the function cannot start");
            failed::tell(&reason);
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<()> {
    let streams = Streams::from_environment()?;
    // The library would panic without it.
    std::env::var_os("AWS_LAMBDA_RUNTIME_API").context(
        "`AWS_LAMBDA_RUNTIME_API` is not set\n\nhint: AWS Lambda starts this program; elsewhere use `zero serve`",
    )?;
    let host = package::open()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime")?;
    // Within the runtime, which traffic is measured in.
    runtime.block_on(async { serve(Door::new(host)?, streams).await })
}

async fn serve(door: Door, streams: Streams) -> Result<()> {
    let handler = service_fn(move |event: LambdaEvent<LambdaRequest>| {
        let streamed = streams.takes(&event.payload);
        let door = door.clone();
        async move {
            Ok::<_, lambda_http::Error>(if streamed {
                FunctionResponse::StreamingResponse(StreamAdapter::from(door).call(event).await?)
            } else {
                FunctionResponse::BufferedResponse(Adapter::from(door).call(event).await?)
            })
        }
    });
    let ended = lambda_runtime::run(handler).await;
    ended.map_err(|error| anyhow::anyhow!("the runtime's interface: {error}"))
}

/// To standard error, which is the function's log; its lines have their time there already.
fn log() {
    let said = std::env::var("ZERO_LOG").ok().and_then(|said| said.parse().ok());
    let level = said.unwrap_or(tracing::Level::INFO);
    tracing_subscriber::fmt().with_max_level(level).with_ansi(false).without_time().with_writer(std::io::stderr).init();
}
