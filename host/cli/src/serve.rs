//! `zero serve`: answers over HTTP until it is told to stop.

use crate::setup::{Setup, Verify, runtime};
use anyhow::{Context as _, Error, Result, bail};
use clap::Args;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use zero_config::{Admin, Config, may_listen};
use zero_federation::Federation;
use zero_identity::Identity;
use zero_native::accounts::{keep_up, open_identity, open_vault};
use zero_native::server::admin::{self, Announced, Token};
use zero_native::{Desk, Live};
use zero_vault::Vault;

#[derive(Args)]
pub(crate) struct ServeArguments {
    /// Address and port, instead of the configuration's; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Answer from this folder as well, for askers who consent to the source `files`
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// Let connectors be installed that nobody signed: on machines for development
    #[arg(long)]
    allow_unsigned: bool,
    /// A proxy that speaks TLS stands before this host, which may then listen where other machines reach it
    #[arg(long)]
    behind_proxy: bool,
    #[command(flatten)]
    verify: Verify,
}

pub(crate) fn serve(setup: &Setup, arguments: ServeArguments) -> Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .init();
    let mut bundle = setup.bundle_verified(&arguments.verify)?;
    bundle.config.server.proxy.terminates_tls |= arguments.behind_proxy;
    eprintln!("bundle {}: {} sources", bundle.folder.display(), bundle.catalogue.records().len());
    let mut host = setup.host_with(bundle, arguments.files.as_deref(), arguments.allow_unsigned)?;
    let vault = vault(setup, &host.config)?;
    host.identity = accounts(&host.config.identity, vault.as_ref())?;
    host.federation = zero_native::federation::open(&host, vault)?;
    let identity = host.identity.clone();
    let listen = arguments.listen.unwrap_or_else(|| host.config.server.listen.clone());
    let live = Live::from(host);
    runtime()?.block_on(async move {
        let listener = TcpListener::bind(&listen).await.with_context(|| format!("listening on {listen}"))?;
        let address = listener.local_addr()?;
        let server = live.host().config.server.clone();
        // Before anybody is told that there is a host.
        may_listen(address, server.tls.is_some(), &server.proxy).map_err(Error::msg)?;
        let scheme = if server.tls.is_some() { "https" } else { "http" };
        // Whoever started us on port 0 reads the address here.
        crate::out::line(&format!("listening on {scheme}://{address}"))?;
        let operators = Operators::open(&live).await;
        let keeping = identity.map(|identity| tokio::spawn(keep_up(identity)));
        let served = zero_native::server::serve(live, listener, stop()).await;
        operators.close().await;
        if let Some(keeping) = keeping {
            keeping.abort();
        }
        served
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The vault of this host, where anything is to be kept in it. It has it to itself from here on.
fn vault(setup: &Setup, config: &Config) -> Result<Option<Arc<Vault>>> {
    if !config.identity.enabled && !Federation::needs_vault(config) {
        return Ok(None);
    }
    let Some(state) = setup.state_dir() else {
        bail!(
            "[identity] there is no state folder for accounts\n\nhint: `--state DIR` or ZERO_STATE says where it may be"
        );
    };
    let vault = open_vault(&state)?;
    eprintln!("vault: {}", state.join("vault").display());
    Ok(Some(vault))
}

/// The accounts of this host, where it has any.
fn accounts(config: &zero_config::Identity, vault: Option<&Arc<Vault>>) -> Result<Option<Identity>> {
    let Some(vault) = vault.filter(|_| config.enabled) else { return Ok(None) };
    let identity = open_identity(config, Arc::clone(vault))?;
    eprintln!("accounts: issuer {}", config.issuer);
    Ok(Some(identity))
}

/// The operators' door, while it is open.
struct Operators(Option<(Announced, JoinHandle<Result<()>>, oneshot::Sender<()>)>);

impl Operators {
    /// Opens it. Askers come first: a host without a door for operators still answers, and says why it has none.
    async fn open(live: &Live) -> Self {
        let opened = open(live).await;
        Self(opened.unwrap_or_else(|error| {
            eprintln!("warning: operators cannot change this host while it runs: {error:#}");
            None
        }))
    }

    async fn close(self) {
        let Some((announced, serving, stop)) = self.0 else { return };
        // Who is to stop may have stopped already.
        let _ = stop.send(());
        let _ = serving.await;
        drop(announced);
    }
}

async fn open(live: &Live) -> Result<Option<(Announced, JoinHandle<Result<()>>, oneshot::Sender<()>)>> {
    let settings = live.host().config.admin.clone();
    let Some(desk) = Desk::open(live.clone()) else {
        bail!("there is no state folder\n\nhint: `--state DIR` or ZERO_STATE says where it may be");
    };
    if !settings.enabled {
        return Ok(None);
    }
    let Some(mut announced) = Announced::claim(desk.folder())? else {
        bail!("another host runs over {}\n\nhint: give each its own `--state`", desk.folder().display());
    };
    let listener = match TcpListener::bind(settings.listen).await {
        // Several hosts on one machine; `admin.json` says where each is.
        Err(error) if error.kind() == ErrorKind::AddrInUse && settings.listen == Admin::default().listen => {
            TcpListener::bind((settings.listen.ip(), 0)).await
        }
        bound => bound,
    };
    let listener = listener.with_context(|| format!("[admin] listening on {}", settings.listen))?;
    let token = Token::given_or_new(std::env::var("ZERO_ADMIN_TOKEN").ok())?;
    let address = listener.local_addr()?;
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    match settings.tls {
        Some(_) => announced.announce_encrypted(address, &token)?,
        None => announced.announce(address, &token)?,
    }
    eprintln!("operators: {scheme}://{address}, token in {}", desk.folder().join("admin.json").display());
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(admin::serve(desk, token, listener, async {
        // A sender that is dropped is a host that ends.
        let _ = stopped.await;
    }));
    Ok(Some((announced, serving, stop)))
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
