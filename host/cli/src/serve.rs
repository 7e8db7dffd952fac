//! `zero serve`: answers over HTTP until it is told to stop.

use crate::setup::{Setup, runtime};
use anyhow::{Context as _, Result};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct ServeArguments {
    /// Address and port, instead of the configuration's; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Answer from this folder as well, for askers who consent to the source `files`
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
}

pub(crate) fn serve(setup: &Setup, arguments: ServeArguments) -> Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .init();
    let bundle = setup.bundle()?;
    eprintln!("bundle {}: {} sources", bundle.folder.display(), bundle.catalogue.records().len());
    let host = setup.host(bundle, arguments.files.as_deref())?;
    let listen = arguments.listen.unwrap_or_else(|| host.config.server.listen.clone());
    runtime()?.block_on(async move {
        let listener =
            tokio::net::TcpListener::bind(&listen).await.with_context(|| format!("listening on {listen}"))?;
        // Whoever started us on port 0 reads the address here.
        crate::out::line(&format!("listening on http://{}", listener.local_addr()?))?;
        zero_native::server::serve(host, listener, stop()).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Completes on SIGTERM or Ctrl-C.
async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
