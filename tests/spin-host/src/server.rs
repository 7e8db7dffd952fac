//! HTTP on a local port, in a thread of its own that is gone when it is dropped.

use crate::application::{Application, Options};
use anyhow::{Context as _, Result, anyhow};
use core::convert::Infallible;
use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use wasmtime_wasi_http::Error;

/// A running application.
pub struct Server {
    address: SocketAddr,
    application: Arc<Application>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Loads the application in `folder` and serves it; it can be asked at once.
    ///
    /// # Errors
    /// What Spin would refuse, or an address that cannot be listened on.
    pub fn start(folder: &Path, options: &Options) -> Result<Self> {
        let application = Application::load(folder, options)?;
        let listener = std::net::TcpListener::bind(options.listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&application);
        let thread = std::thread::Builder::new().name("spin-host".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, served) => {}
                }
            });
        });
        let thread = Some(thread.context("starting a thread")?);
        Ok(Self { address, application, stop: Some(stop), thread })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it serves.
    #[must_use]
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// When the server's thread died.
    pub fn run(mut self) -> Result<()> {
        let thread = self.thread.take();
        thread.map_or(Ok(()), |thread| thread.join().map_err(|_| anyhow!("the server panicked")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

async fn accept(listener: std::net::TcpListener, application: Arc<Application>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        let application = Arc::clone(&application);
        tokio::spawn(async move {
            let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let (application, request) = (Arc::clone(&application), whole_uri(request));
                async move {
                    let request = request.map(|body| body.map_err(Error::Hyper).boxed_unsync());
                    Ok::<_, Infallible>(application.handle(request).await)
                }
            });
            // A connection that breaks is its client's affair.
            drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

/// A component is told scheme and authority as well, as Spin tells them.
fn whole_uri<B>(mut request: hyper::Request<B>) -> hyper::Request<B> {
    let host = request.headers().get(http::header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let path = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let whole = format!("http://{}{path}", host.as_deref().unwrap_or("localhost"));
    if let Ok(uri) = whole.parse() {
        *request.uri_mut() = uri;
    }
    request
}
