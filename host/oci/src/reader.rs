//! What is read from a registry: bounded bodies, no redirect that was not foreseen, credentials only where they belong.

use crate::challenge::{self, Challenge};
use crate::layout::MANIFEST_TYPE;
use crate::{Access, Credentials, Error, Kind, Reference, Result, limits};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, LOCATION, WWW_AUTHENTICATE};
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use sha2::Digest as _;
use url::Url;

/// Types that are asked for: others than ours too, so that the answer says what lies there instead of "not found".
const MANIFEST_TYPES: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
                              application/vnd.docker.distribution.manifest.v2+json";

/// Reads one repository.
pub(crate) struct Reader<'a> {
    access: &'a Access,
    reference: &'a Reference,
    credentials: Credentials,
    client: Client,
    authorization: Option<HeaderValue>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(access: &'a Access, reference: &'a Reference) -> Result<Self> {
        let credentials = access.resolve(reference)?;
        let authorization = match &credentials {
            Credentials::Bearer(token) => Some(header(&format!("Bearer {token}"))?),
            _ => None,
        };
        Ok(Self { access, reference, credentials, client: client(access, reference)?, authorization })
    }

    /// The manifest's bytes under a tag or digest; none where there is none.
    pub(crate) async fn manifest(&mut self, tag_or_digest: &str) -> Result<Option<Vec<u8>>> {
        let path = format!("manifests/{tag_or_digest}");
        let response = self.get(&path, MANIFEST_TYPES).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if response.status().is_redirection() {
            return Err(self.redirected(&response, "a manifest"));
        }
        self.expect_ok(&response)?;
        let mut bytes = Vec::new();
        self.body(response, limits::MANIFEST_BYTES_MAX, "a manifest", |chunk| bytes.extend_from_slice(chunk)).await?;
        Ok(Some(bytes))
    }

    /// A blob, given to `sink` as it comes and checked against size and digest at the end; an error of kind `swapped`
    /// where it is not the one that was named.
    pub(crate) async fn blob(
        &mut self,
        digest: &str,
        size: u64,
        swapped: Kind,
        what: &str,
        mut sink: impl FnMut(&[u8]),
    ) -> Result<()> {
        let response = self.get(&format!("blobs/{digest}"), "*/*").await?;
        let response = self.follow(response).await?;
        let lost = || {
            let next = "the registry lost a part of the artifact: ask the publisher to publish it again";
            Error::new(Kind::NotFound, format!("{what} of `{}` ({digest}) is not there", self.reference), next)
        };
        if response.status() == StatusCode::NOT_FOUND {
            return Err(lost());
        }
        self.expect_ok(&response)?;
        let mut hasher = sha2::Sha256::new();
        let take = |chunk: &[u8]| {
            hasher.update(chunk);
            sink(chunk);
        };
        let taken = self.body(response, size, what, take).await?;
        let found = format!("sha256:{}", hex::encode(hasher.finalize()));
        if taken != size || found != digest {
            let what = format!(
                "{what} of `{}` is not the one that was signed: {taken} bytes of {found} instead of {size} of {digest}",
                self.reference
            );
            let next = "do not install this: the registry, or someone between, changed it; tell who runs the registry";
            return Err(Error::new(swapped, what, next));
        }
        Ok(())
    }

    /// One request, with the authorization that the registry asks for.
    async fn get(&mut self, path: &str, accept: &str) -> Result<Response> {
        let (scheme, host) = (self.access.scheme(self.reference), self.reference.host());
        let url = format!("{scheme}://{host}/v2/{}/{path}", self.reference.repository());
        for attempt in 0..2 {
            let mut request = self.client.get(&url).header(ACCEPT, accept);
            if let Some(authorization) = &self.authorization {
                request = request.header(AUTHORIZATION, authorization.clone());
            }
            let response = request.send().await.map_err(|error| self.unreachable(error))?;
            if response.status() != StatusCode::UNAUTHORIZED || attempt > 0 {
                return Ok(response);
            }
            self.authorize(&response).await?;
        }
        Err(self.denied())
    }

    async fn authorize(&mut self, response: &Response) -> Result<()> {
        let headers = response.headers().get_all(WWW_AUTHENTICATE);
        let authorization = match challenge::parse(headers.iter().filter_map(|it| it.to_str().ok())) {
            Some(Challenge::Basic) => self.basic().ok_or_else(|| self.denied())?,
            Some(Challenge::Bearer { realm, service }) if !matches!(self.credentials, Credentials::Bearer(_)) => {
                let token = self.token(&realm, service.as_deref()).await?;
                format!("Bearer {token}")
            }
            _ => return Err(self.denied()),
        };
        self.authorization = Some(header(&authorization)?);
        Ok(())
    }

    fn basic(&self) -> Option<String> {
        match &self.credentials {
            Credentials::Basic { user, password } => {
                Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
            }
            _ => None,
        }
    }

    /// A token of the registry's token service, to read this repository.
    async fn token(&self, realm: &str, service: Option<&str>) -> Result<String> {
        #[derive(Deserialize)]
        struct Answer {
            token: Option<String>,
            access_token: Option<String>,
        }
        let wrong = |what: String| self.wrong(format!("the registry's token service {what}"));
        let mut url = Url::parse(realm).map_err(|_| wrong("has no address".to_owned()))?;
        if url.scheme() != "https" && !(url.scheme() == self.access.scheme(self.reference) && is_loopback(&url)) {
            return Err(wrong(format!("`{}` is not reached over TLS", crate::error::quoted(realm))));
        }
        if let Some(service) = service {
            url.query_pairs_mut().append_pair("service", service);
        }
        url.query_pairs_mut().append_pair("scope", &format!("repository:{}:pull", self.reference.repository()));
        let mut request = self.client.get(url);
        if let Some(basic) = self.basic() {
            request = request.header(AUTHORIZATION, header(&basic)?);
        }
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        match response.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(self.denied()),
            StatusCode::OK => {}
            status => return Err(wrong(format!("answered {status}"))),
        }
        let mut bytes = Vec::new();
        self.body(response, limits::TOKEN_BYTES_MAX, "a token", |chunk| bytes.extend_from_slice(chunk)).await?;
        let answer: Answer = serde_json::from_slice(&bytes).map_err(|_| wrong("did not answer in JSON".to_owned()))?;
        answer.token.or(answer.access_token).ok_or_else(|| wrong("gave no token".to_owned()))
    }

    /// Follows a registry to where it keeps its blobs.
    async fn follow(&self, mut response: Response) -> Result<Response> {
        for _ in 0..limits::REDIRECTS_MAX {
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let location = response.headers().get(LOCATION).and_then(|it| it.to_str().ok());
            let target = location.and_then(|it| response.url().join(it).ok());
            let foreseen = |url: &Url| {
                let is_same = url.origin() == response.url().origin();
                let host = url.host_str().unwrap_or_default();
                let named = self.access.may_redirect(self.reference.host(), host) && url.username().is_empty();
                let secure =
                    url.scheme() == "https" || (url.scheme() == self.access.scheme(self.reference) && is_loopback(url));
                is_same || (secure && named)
            };
            let Some(target) = target.filter(foreseen) else {
                return Err(self.redirected(&response, "a blob"));
            };
            // Without our authorization: a storage's address carries its own, and it is not the registry.
            response = self.client.get(target).send().await.map_err(|error| self.unreachable(error))?;
        }
        if response.status().is_redirection() { Err(self.redirected(&response, "a blob")) } else { Ok(response) }
    }

    /// A body, at most so many bytes.
    async fn body(
        &self,
        mut response: Response,
        bytes_max: u64,
        what: &str,
        mut sink: impl FnMut(&[u8]),
    ) -> Result<u64> {
        let too_large = || {
            let what = format!("{what} of `{}` is larger than {bytes_max} bytes", self.reference);
            Error::new(Kind::TooLarge, what, "do not install this: the registry sends more than it may")
        };
        if response.content_length().is_some_and(|bytes| bytes > bytes_max) {
            return Err(too_large());
        }
        let mut taken = 0_u64;
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(error))? {
            taken = taken.saturating_add(chunk.len() as u64);
            if taken > bytes_max {
                return Err(too_large());
            }
            sink(&chunk);
        }
        Ok(taken)
    }

    fn expect_ok(&self, response: &Response) -> Result<()> {
        match response.status() {
            StatusCode::OK => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(self.denied()),
            status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                let what = format!("the registry `{}` answered {status}", self.reference.registry());
                Err(Error::new(Kind::Unreachable, what, "try again later"))
            }
            status => Err(self.wrong(format!("the registry `{}` answered {status}", self.reference.registry()))),
        }
    }

    fn wrong(&self, what: String) -> Error {
        let next = format!("check that `{}` is an OCI registry, and tell who runs it", self.reference.registry());
        Error::new(Kind::Registry, what, next)
    }

    fn denied(&self) -> Error {
        let registry = self.reference.registry();
        let next = format!(
            "run `docker login {registry}` as somebody who may read it, or pass credentials; credential helpers \
             (`credsStore`) are not read"
        );
        Error::new(Kind::Denied, format!("the registry refuses us `{}`", self.reference.name()), next)
    }

    fn redirected(&self, response: &Response, what: &str) -> Error {
        let location = response.headers().get(LOCATION).and_then(|it| it.to_str().ok()).unwrap_or("nowhere");
        let host = Url::parse(location).ok().and_then(|url| url.host_str().map(str::to_owned));
        let host = crate::error::quoted(&host.unwrap_or_else(|| location.to_owned()));
        let what = format!("the registry `{}` sends us to `{host}` for {what}", self.reference.registry());
        let next = format!(
            "if that is where it keeps its blobs, allow `{host}` as a blob host; manifests are never fetched elsewhere"
        );
        Error::new(Kind::Redirected, what, next)
    }

    fn unreachable(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        let plain = self.access.scheme(self.reference) == "https" && self.reference.is_loopback();
        let next = if chain(&error).contains("certificate") {
            "check that this is the registry you mean; for one of your own organisation, add its authority's certificate to \
             the system's, or to `root_certificates`"
        } else if plain {
            "start the registry; one on this machine that speaks plain HTTP must be allowed to (`insecure_loopback_http`)"
        } else {
            "check the registry's name and the network, and try again"
        };
        let what = format!("the registry `{}` cannot be reached: {}", self.reference.registry(), chain(&error));
        Error::new(Kind::Unreachable, what, next).because(error)
    }
}

/// The type of a manifest that is written.
pub(crate) const fn manifest_type() -> HeaderValue {
    HeaderValue::from_static(MANIFEST_TYPE)
}

fn header(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        let next = "check user, password and token for line breaks and other control characters";
        Error::new(Kind::Denied, "the credentials do not fit into a header", next)
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Makes ring the provider of TLS, unless the host chose one already.
pub(crate) fn provide_tls() {
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
}

/// A client that follows nothing by itself. The system's roots, or Mozilla's where the system has none.
fn client(access: &Access, reference: &Reference) -> Result<Client> {
    provide_tls();
    let mut roots = Vec::new();
    for pem in &access.root_certificates {
        let read = reqwest::Certificate::from_pem_bundle(pem.as_bytes()).ok().filter(|found| !found.is_empty());
        let unread = || {
            let next = "give a `CERTIFICATE` block in PEM";
            Error::new(Kind::File, "a root certificate cannot be read", next)
        };
        roots.extend(read.ok_or_else(unread)?);
    }
    let builder = || {
        let builder = Client::builder()
            .user_agent(access.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(access.connect_timeout)
            .read_timeout(access.read_timeout)
            .tls_certs_merge(roots.clone())
            .https_only(access.scheme(reference) == "https");
        if reference.is_loopback() { builder.no_proxy() } else { builder }
    };
    let client = builder().build().or_else(|_| {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        builder().tls_backend_preconfigured(tls).build()
    });
    client.map_err(|error| {
        let what = format!("no HTTP client can be made: {}", chain(&error));
        let next = "check the proxy settings and the root certificates";
        Error::new(Kind::Unreachable, what, next).because(error)
    })
}

/// An error and its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
