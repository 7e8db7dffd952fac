//! The door of the policy: a planned request becomes one that may be sent, or a refusal, before any socket opens.
//!
//! Takes a request as a connector planned it and the grant of its source. Gives a [`Checked`]: one parsed URL, whose
//! host is the one that is allowed, resolved, named in TLS and sent as `host` alike. Fails as `refused`, saying why.
//! Limits: bytes of URL and body, number of headers. Why it is so: smuggling lives in the gap between two readings of
//! one text, so there is one reading.

use crate::failure::{Attempt, refused};
use crate::grant::{Credential, Grant, Place, Secret};
use crate::policy::{Base, Policy};
use crate::response::Reader;
use http::header::{ACCEPT_ENCODING, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::{Host, Url};
use zero_pipeline::limits::{REQUEST_BYTES_MAX, REQUEST_HEADERS_MAX, URL_BYTES_MAX};
use zero_types::connector::{Method, Request};

/// A request for a host that its source may ask; nothing else of it was looked at.
#[derive(Debug)]
pub struct Planned<'g> {
    grant: &'g Grant,
    url: Url,
    host: String,
    request: Request,
}

/// A request that may be sent. It holds its secret in the clear, so it cannot be shown.
pub struct Checked {
    /// GET, HEAD or POST.
    pub method: http::Method,
    /// The one host that is allowed, resolved, named in TLS and sent as `host`.
    pub host: String,
    /// Of the URL; an override replaces it.
    pub port: u16,
    /// What follows the authority, with the credential if it stands there.
    pub path_and_query: String,
    /// All that are sent, `host` among them.
    pub headers: HeaderMap,
    /// Empty for none.
    pub body: Vec<u8>,
    /// Where the operator sends it instead.
    pub base: Option<Base>,
    secret: Option<Secret>,
}

impl<'g> Planned<'g> {
    /// Whom it names.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The request for a host that is answered in process.
    ///
    /// # Errors
    /// `refused` when it wants a credential.
    pub fn for_virtual_host(self) -> Attempt<Request> {
        if self.request.credential.is_some() {
            return Err(refused(format!("`{}` is answered in process and takes no credential", self.host)));
        }
        Ok(self.request)
    }
}

impl Checked {
    /// Reads what comes back.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::new(self.host.clone(), self.secret.clone())
    }

    /// As runtimes take requests that resolve names themselves: the URI says where it goes, and `host` is there only
    /// when an override sends it elsewhere.
    ///
    /// # Errors
    /// `refused` when it cannot be written so.
    pub fn into_http(mut self) -> Attempt<http::Request<Vec<u8>>> {
        let own = self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or(&self.host).to_owned();
        let (scheme, authority) = match &self.base {
            Some(base) => (if base.tls { "https" } else { "http" }, base.authority()),
            None => {
                self.headers.remove(HOST);
                ("https", own)
            }
        };
        let mut request = http::Request::new(self.body);
        *request.method_mut() = self.method;
        let uri = format!("{scheme}://{authority}{}", self.path_and_query);
        *request.uri_mut() = uri.parse().map_err(|_| refused("the path of the URL cannot be sent"))?;
        *request.headers_mut() = self.headers;
        Ok(request)
    }
}

impl Policy {
    /// The URL of a request for a source, read once.
    ///
    /// # Errors
    /// `refused` when it could be read in two ways, or names a host that the source may not ask.
    pub fn read<'g>(&self, grant: &'g Grant, request: Request) -> Attempt<Planned<'g>> {
        let (url, host) = read_url(&request.url, grant)?;
        Ok(Planned { grant, url, host, request })
    }

    /// The request as it will be sent.
    ///
    /// # Errors
    /// `refused`, saying why.
    pub fn check(&self, planned: Planned<'_>) -> Attempt<Checked> {
        let Planned { grant, url, host, request } = planned;
        let port = destination(self, &url, &host)?;
        let body = request.body.unwrap_or_default();
        if body.len() > REQUEST_BYTES_MAX {
            return Err(refused(format!("the body has {} bytes; at most {REQUEST_BYTES_MAX} are sent", body.len())));
        }
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Head => http::Method::HEAD,
            Method::Post => http::Method::POST,
        };
        if !body.is_empty() && method != http::Method::POST {
            return Err(refused(format!("a body needs the method `POST`, not `{method}`")));
        }
        let mut headers = planned_headers(&request.headers)?;
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        let authority = HeaderValue::try_from(authority).map_err(|_| refused("the host cannot be sent"))?;
        headers.insert(HOST, authority);
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd, deflate"));

        let mut path_and_query = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        let mut secret = None;
        if let Some(slot) = &request.credential {
            let credential = credential(grant, slot, &host, url.path())?;
            add_credential(credential, &mut headers, &mut path_and_query, &url)?;
            secret = Some(credential.secret.clone());
        }
        let base = self.overrides.get(&host).cloned();
        Ok(Checked { method, host, port, path_and_query, headers, body, base, secret })
    }
}

fn read_url(text: &str, grant: &Grant) -> Attempt<(Url, String)> {
    if text.len() > URL_BYTES_MAX {
        return Err(refused(format!("the URL has {} bytes; at most {URL_BYTES_MAX} are sent", text.len())));
    }
    // A URL parser drops tabs and line ends and turns backslashes; a planned URL has no need of such repairs.
    if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
        return Err(refused("the URL holds a space, control character or backslash"));
    }
    let url = Url::parse(text).map_err(|error| refused(format!("the URL cannot be read: {error}")))?;
    let authority = text.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(""));
    if authority.is_empty() || authority.contains('@') {
        return Err(refused("the URL needs a host, and no user name or password"));
    }
    let host = match url.host() {
        Some(Host::Domain(host)) if !host.ends_with('.') => host.to_owned(),
        Some(Host::Domain(host)) => return Err(refused(format!("`{host}` ends with a dot"))),
        Some(address) => address.to_string(),
        None => return Err(refused("the URL has no host")),
    };
    if !grant.allows(&host) {
        return Err(refused(format!(
            "source `{}` may not ask `{host}`\n\nhint: it must stand in the source's `hosts`, in its connector's, and in the operator's",
            grant.source_id
        )));
    }
    Ok((url, host))
}

/// Scheme, name and port are what the policy knows.
fn destination(policy: &Policy, url: &Url, host: &str) -> Attempt<u16> {
    let port = url.port_or_known_default().ok_or_else(|| refused("the URL has no port"))?;
    if policy.overrides.contains_key(host) {
        return match url.scheme() {
            "https" | "http" => Ok(port),
            scheme => Err(refused(format!("`{scheme}` is not spoken"))),
        };
    }
    if url.scheme() != "https" {
        return Err(refused(format!("`{host}` must be asked by `https`, not `{}`", url.scheme())));
    }
    if !matches!(url.host(), Some(Host::Domain(_))) {
        return Err(refused(format!("`{host}` is an address; requests name hosts")));
    }
    let last_label = host.rsplit('.').next().unwrap_or(host);
    if last_label == host || LOCAL_NAMES.contains(&last_label) || host == "home.arpa" || host.ends_with(".home.arpa") {
        return Err(refused(format!("`{host}` is a local name")));
    }
    let declared = policy.ports.get(host).is_some_and(|ports| ports.contains(&port));
    if port != 443 && !declared {
        return Err(refused(format!("port {port} of `{host}` is not declared")));
    }
    Ok(port)
}

fn planned_headers(planned: &[zero_types::connector::Header]) -> Attempt<HeaderMap> {
    if planned.len() > REQUEST_HEADERS_MAX {
        return Err(refused(format!("{} headers; at most {REQUEST_HEADERS_MAX} are sent", planned.len())));
    }
    let mut headers = HeaderMap::with_capacity(planned.len() + 4);
    let mut bytes = 0;
    for header in planned {
        let name = HeaderName::from_bytes(header.name.as_bytes())
            .map_err(|_| refused(format!("`{}` is not the name of a header", header.name.escape_default())))?;
        if is_forbidden(name.as_str()) {
            return Err(refused(format!("header `{name}` is not a connector's to set")));
        }
        // Stricter than HTTP, which also lets single bytes of other encodings pass.
        let visible = header.value.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
        let value = HeaderValue::from_str(&header.value).ok().filter(|_| visible);
        let value =
            value.ok_or_else(|| refused(format!("the value of header `{name}` holds other than visible ASCII")))?;
        bytes += header.name.len() + header.value.len();
        if headers.insert(&name, value).is_some() {
            return Err(refused(format!("header `{name}` is set twice")));
        }
    }
    if bytes > HEADER_BYTES_MAX {
        return Err(refused(format!("headers of {bytes} bytes; at most {HEADER_BYTES_MAX} are sent")));
    }
    Ok(headers)
}

fn is_forbidden(name: &str) -> bool {
    FORBIDDEN.contains(&name) || FORBIDDEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn credential<'g>(grant: &'g Grant, slot: &str, host: &str, path: &str) -> Attempt<&'g Credential> {
    let credential = grant.credentials.get(slot).ok_or_else(|| {
        refused(format!("source `{}` has no credential `{}`", grant.source_id, slot.escape_default()))
    })?;
    if !credential.is_for(host, path) {
        return Err(refused(format!("credential `{}` is not for this path of `{host}`", slot.escape_default())));
    }
    Ok(credential)
}

fn add_credential(credential: &Credential, headers: &mut HeaderMap, target: &mut String, url: &Url) -> Attempt<()> {
    match &credential.place {
        Place::Header { name, prefix } => {
            let name = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes())
                .ok()
                .filter(|name| !is_forbidden(name.as_str()) || CREDENTIAL_HEADERS.contains(&name.as_str()))
                .ok_or_else(|| refused(format!("a credential cannot stand in header `{}`", name.escape_default())))?;
            let mut value = HeaderValue::try_from(format!("{prefix}{}", credential.secret.expose()))
                .map_err(|_| refused(format!("the secret for header `{name}` holds bytes that HTTP cannot carry")))?;
            value.set_sensitive(true);
            if headers.insert(&name, value).is_some() {
                return Err(refused(format!("header `{name}` is the credential's, not the connector's to set")));
            }
        }
        Place::Query { name } => {
            if url.query_pairs().any(|(planned, _)| planned == name.as_str()) {
                return Err(refused(format!("parameter `{name}` is the credential's, not the connector's to set")));
            }
            let pair = url::form_urlencoded::Serializer::new(String::new())
                .append_pair(name, credential.secret.expose())
                .finish();
            target.push(if url.query().is_some() { '&' } else { '?' });
            target.push_str(&pair);
        }
    }
    Ok(())
}

/// Header lines of a planned request, bytes: what common servers accept.
const HEADER_BYTES_MAX: usize = 8 * 1024;

/// Last labels that name machines nearby.
const LOCAL_NAMES: [&str; 5] = ["internal", "local", "localdomain", "localhost", "onion"];

/// What frames or routes a message, carries a credential or a cookie, opens a metadata service, or is the host's own to
/// say.
const FORBIDDEN: [&str; 45] = [
    "accept-charset",
    "accept-encoding",
    "alt-svc",
    "alt-used",
    "authorization",
    "cf-connecting-ip",
    "client-ip",
    "connection",
    "content-encoding",
    "content-length",
    "content-transfer-encoding",
    "cookie",
    "cookie2",
    "early-data",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "metadata",
    "metadata-flavor",
    "origin",
    "proxy",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "user-agent",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-forwarded",
    "x-google-metadata-request",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
];
const FORBIDDEN_PREFIXES: [&str; 5] = ["access-control-", "proxy-", "sec-", "x-aws-ec2-metadata-", "x-forwarded-"];
/// Of those, what a credential of the operator may be.
const CREDENTIAL_HEADERS: [&str; 2] = ["authorization", "cookie"];
