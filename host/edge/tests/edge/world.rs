//! A runtime whose clock, network and store are the test's.

use crate::root;
use core::time::Duration;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use zero_connector_sdk::testing::Exchange;
use zero_edge::World;
use zero_pipeline::virtual_time::VirtualTime;
use zero_types::connector::{FetchFailure, FetchFailureKind, Method, Request};

type Sent = http::Request<Vec<u8>>;
type Reply = Result<http::Response<Vec<u8>>, FetchFailure>;

/// Clones share everything.
#[derive(Clone)]
pub(crate) struct TestWorld {
    pub(crate) time: VirtualTime,
    pub(crate) inner: Rc<Inner>,
}

pub(crate) struct Inner {
    reply: Box<dyn Fn(&Sent) -> Reply>,
    /// How long every reply takes.
    pub(crate) delay: Duration,
    pub(crate) sent: RefCell<Vec<Sent>>,
    underway: Cell<usize>,
    /// At once.
    pub(crate) underway_max: Cell<usize>,
    pub(crate) store: RefCell<BTreeMap<String, Vec<u8>>>,
    /// How long the store takes.
    pub(crate) store_delay: Cell<Duration>,
    pub(crate) secrets: BTreeMap<&'static str, &'static str>,
}

impl TestWorld {
    /// A network that answers like this.
    pub(crate) fn new(reply: impl Fn(&Sent) -> Reply + 'static) -> Self {
        let inner = Inner {
            reply: Box::new(reply),
            delay: Duration::from_millis(20),
            sent: RefCell::default(),
            underway: Cell::default(),
            underway_max: Cell::default(),
            store: RefCell::default(),
            store_delay: Cell::default(),
            secrets: BTreeMap::from([("KEY", "s3cr&t-key")]),
        };
        Self { time: VirtualTime::default(), inner: Rc::new(inner) }
    }

    /// The exchanges that lie beside the connector for wikis.
    pub(crate) fn recorded() -> Self {
        let folder = root().join("connectors/mediawiki/exchanges");
        let exchanges = Exchange::read_folder(&folder).unwrap();
        Self::new(move |sent| {
            let request = planned(sent);
            let found = exchanges.iter().find(|(_, exchange)| exchange.answers(&request));
            let Some((_, exchange)) = found else { return Err(unreachable("nobody recorded this")) };
            let mut response = http::Response::builder().status(exchange.response.status);
            for header in &exchange.response.headers {
                response = response.header(&header.name, &header.value);
            }
            Ok(response.body(exchange.response.body.clone()).unwrap())
        })
    }

    /// The same network and store as another instance meets them.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.inner.sent.borrow().iter().map(|sent| sent.uri().to_string()).collect()
    }
}

pub(crate) fn unreachable(detail: &str) -> FetchFailure {
    FetchFailure { kind: FetchFailureKind::Unreachable, detail: detail.to_owned() }
}

/// As a connector would have planned what was sent.
fn planned(sent: &Sent) -> Request {
    let method = match sent.method().as_str() {
        "POST" => Method::Post,
        "HEAD" => Method::Head,
        _ => Method::Get,
    };
    let body = (!sent.body().is_empty()).then(|| sent.body().clone());
    Request { method, body, ..Request::get(sent.uri().to_string()) }
}

impl World for TestWorld {
    fn now_ms(&self) -> i64 {
        1_803_893_400_000 + i64::try_from(self.time.now().as_millis()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        self.time.now()
    }

    fn random(&self) -> u64 {
        7
    }

    async fn sleep(&self, duration: Duration) {
        self.time.sleep(duration).await;
    }

    async fn send(&self, request: Sent, _: Duration) -> Reply {
        let reply = (self.inner.reply)(&request);
        self.inner.sent.borrow_mut().push(request);
        let underway = Underway::begin(&self.inner);
        self.time.sleep(self.inner.delay).await;
        drop(underway);
        reply
    }

    fn secret(&self, name: &str) -> Option<String> {
        self.inner.secrets.get(name).map(|&secret| secret.to_owned())
    }

    async fn recall(&self, key: &str) -> Option<Vec<u8>> {
        self.time.sleep(self.inner.store_delay.get()).await;
        self.inner.store.borrow().get(key).cloned()
    }

    fn keep(&self, key: String, entry: Vec<u8>, _: Duration) {
        self.inner.store.borrow_mut().insert(key, entry);
    }
}

/// Counts what is on its way, also when nobody waits for it any more.
struct Underway<'w>(&'w Inner);

impl<'w> Underway<'w> {
    fn begin(inner: &'w Inner) -> Self {
        inner.underway.set(inner.underway.get() + 1);
        inner.underway_max.set(inner.underway_max.get().max(inner.underway.get()));
        Self(inner)
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.0.underway.set(self.0.underway.get() - 1);
    }
}
