//! The way out: allowed hosts alone, other components of the application, and overrides instead of names.

use crate::allowed::{AllowedHost, is_allowed};
use crate::application::Application;
use http::Uri;
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpStream;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

/// What local service chaining ends in.
const INTERNAL: &str = ".spin.internal";

/// The way out of one instance.
pub(crate) struct Outbound {
    pub(crate) application: Arc<Application>,
    pub(crate) allowed: Arc<[AllowedHost]>,
}

type Sent = (http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _read: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        let (application, allowed) = (Arc::clone(&self.application), Arc::clone(&self.allowed));
        Box::new(async move {
            let response = send(&application, &allowed, request).await?;
            Ok((response, Box::new(async { Ok(()) }) as Box<dyn Future<Output = Result<(), Error>> + Send>))
        })
    }
}

async fn send(
    application: &Arc<Application>,
    allowed: &[AllowedHost],
    request: http::Request<WasiBody>,
) -> Result<http::Response<WasiBody>, Error> {
    let uri = request.uri().clone();
    if !is_allowed(allowed, &uri) {
        application.note(format!("refused: {uri}"));
        return Err(Error::HttpRequestDenied);
    }
    let host = uri.host().unwrap_or_default();
    if let Some(component) = host.strip_suffix(INTERNAL) {
        if !application.manifest.is_reachable(component) {
            return Err(Error::DestinationNotFound);
        }
        // The one asked may ask others in turn, so its future is boxed.
        let called = Box::pin(application.call(component, request));
        return called.await.map_err(|error| {
            application.note(format!("{component}: {error:#}"));
            Error::InternalError(Some("the component failed".to_owned()))
        });
    }
    let address = application.overrides.get(host).or_else(|| application.overrides.get("*"));
    let address = *address.ok_or(Error::DestinationNotFound)?;
    dial(address, &uri, request).await
}

/// In the clear, with the host's own name.
async fn dial(
    address: SocketAddr,
    uri: &Uri,
    mut request: http::Request<WasiBody>,
) -> Result<http::Response<WasiBody>, Error> {
    let stream = TcpStream::connect(address).await.map_err(Error::Connect)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move { drop(connection.await) });
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse().map_err(|_| Error::HttpRequestUriInvalid)?;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let host = http::HeaderValue::from_str(authority).map_err(|_| Error::HttpRequestUriInvalid)?;
    request.headers_mut().insert(http::header::HOST, host);
    let response = sender.send_request(request).await?;
    Ok(response.map(|body| body.map_err(Error::Hyper).boxed_unsync()))
}
