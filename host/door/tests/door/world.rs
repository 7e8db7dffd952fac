//! A region with three sources on a clock that passes only when nothing else can happen.

use bytes::Bytes;
use core::cell::Cell;
use core::pin::pin;
use core::time::Duration;
use futures_util::StreamExt as _;
use http::{HeaderMap, Request, Response, StatusCode};
use std::rc::Rc;
use std::sync::Arc;
use zero_door::{BodyProblem, Door, Reply};
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_pipeline::settings::Settings;
use zero_pipeline::virtual_time::VirtualTime;
use zero_pipeline::{CallError, Fetched, Freshness, Platform, Problem, Region, Rooms};
use zero_types::connector;
use zero_types::prelude::{Answer as Composed, *};

/// `echo` answers after its time; `slow` does so when others have; `off` is not to be asked.
const CATALOGUE: &str = "
connector = \"echo\"
[[source]]
id = \"echo\"
name = \"Echo\"
summary = \"says what it is asked\"
hosts = [\"echo.example\"]
[[source]]
id = \"slow\"
name = \"Slow\"
summary = \"says it later\"
hosts = [\"slow.example\"]
[[source]]
id = \"off\"
name = \"Off\"
summary = \"says nothing\"
enabled = false
";

pub(crate) const NOW_MS: i64 = 1_700_000_000_000;

/// Not `Send`, as at the edge: the door must not ask for it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) time: VirtualTime,
    ids: Rc<Cell<u64>>,
    /// Bytes of every response.
    pub(crate) said_bytes: Rc<Cell<usize>>,
    /// Questions that were read.
    pub(crate) read: Rc<Cell<usize>>,
    /// Credentials that were looked up.
    pub(crate) identified: Rc<Cell<usize>>,
}

impl World {
    pub(crate) fn new() -> Self {
        let count = Rc::new(Cell::new(0));
        Self {
            time: VirtualTime::default(),
            ids: Rc::new(Cell::new(0xfeed)),
            said_bytes: Rc::new(Cell::new(64)),
            read: count,
            identified: Rc::new(Cell::new(0)),
        }
    }

    pub(crate) fn door(&self) -> Door<Self> {
        let catalogue = Catalogue::from_toml([("echo.toml", CATALOGUE)]).unwrap();
        Door::new(Arc::new(Region::new(catalogue, Settings::default())), self.clone())
    }
}

impl Platform for World {
    type Rooms = Self;

    fn now_ms(&self) -> i64 {
        NOW_MS + i64::try_from(self.time.now().as_millis()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        self.time.now()
    }

    fn random(&self) -> u64 {
        self.ids.set(self.ids.get() + 1);
        self.ids.get()
    }

    async fn sleep(&self, duration: Duration) {
        self.time.sleep(duration).await;
    }

    async fn fetch(&self, source: Arc<SourceRecord>, _: connector::Request, _: Duration) -> Fetched {
        let takes = if source.source.id == "slow" { 700 } else { 20 };
        self.time.sleep(Duration::from_millis(takes)).await;
        let body = vec![b'4'; self.said_bytes.get()];
        let outcome = Outcome::Response(connector::Response { status: 200, headers: Vec::new(), body });
        Fetched { outcome, freshness: Freshness::Never }
    }

    fn rooms(&self) -> Self {
        self.clone()
    }
}

impl Rooms for World {
    fn digests(&self) -> Vec<(String, String)> {
        vec![
            ("connectors/echo".to_owned(), "sha256:ec40".to_owned()),
            ("functions/intent".to_owned(), "sha256:1234".to_owned()),
        ]
    }

    fn has_connector(&self, connector: &str) -> bool {
        connector == "echo"
    }

    async fn plan(
        &self,
        _: &str,
        source: &Source,
        question: &Question,
        _: &Intent,
    ) -> Result<Result<Plan, Failure>, CallError> {
        assert!(!question.text.contains("panic"), "a secret of the house");
        let requests = vec![connector::Request::get(format!("https://{}.example/", source.id))];
        Ok(Ok(Plan { bid: 0.9, step: Step::Fetch(Fetch { requests, state: Vec::new() }) }))
    }

    async fn resume(
        &self,
        _: &str,
        source: &Source,
        _: &[u8],
        _: &[Outcome],
    ) -> Result<Result<Step, Failure>, CallError> {
        let passage =
            Passage::computed("Penicillin", format!("Penicillin was discovered by Fleming, says {}.", source.id));
        Ok(Ok(Step::Done(Findings { passages: vec![passage], claims: Vec::new() })))
    }

    fn authenticate(
        &self,
        credential: &Credential,
        trust: &Trust,
        now_ms: i64,
    ) -> Result<Result<Principal, Denial>, CallError> {
        self.identified.set(self.identified.get() + 1);
        Ok(zero_auth::authenticate(credential, trust, now_ms))
    }

    fn authorize(
        &self,
        principal: &Principal,
        permission: Permission,
        resource: &Resource,
    ) -> Result<Decision, CallError> {
        Ok(zero_auth::authorize(principal, permission, resource))
    }

    fn resolve(&self, question: &Question, profile: &Profile, turns: &[Turn]) -> Result<Resolved, CallError> {
        self.read.set(self.read.get() + 1);
        Ok(zero_context::resolve(question, profile, turns))
    }

    fn read(&self, question: &Question) -> Result<Intent, CallError> {
        Ok(zero_intent::read(question))
    }

    fn compose(&self, question: &Question, intent: &Intent, findings: &[Finding]) -> Result<Composed, CallError> {
        Ok(zero_synthesis::compose(question, intent, findings))
    }
}

/// A question in a query, and one in a body.
pub(crate) const WHO: &str = "/v1/answer?q=who+discovered+penicillin&sources=echo";

/// A request of this method, path and headers.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> http::request::Parts {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

/// A response that has come whole.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Whole {
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map_or("", |value| value.to_str().unwrap());
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn events(&self) -> Vec<(&str, serde_json::Value)> {
        let events = self.body.split_terminator("\n\n").enumerate().map(|(at, block)| {
            let lines: Vec<&str> = block.lines().collect();
            let [event, id, data] = lines[..] else { panic!("{block}") };
            assert_eq!(id, format!("id: {}", at + 1));
            let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            (event.strip_prefix("event: ").unwrap(), data)
        });
        events.collect()
    }
}

/// The response of a door, read to its end.
pub(crate) async fn whole<G>(response: Response<Reply<World, G>>) -> Whole {
    let (parts, reply) = response.into_parts();
    let body = match reply {
        Reply::Whole(body) => body.to_vec(),
        Reply::Events(telling) => telling.into_stream().collect::<Vec<Bytes>>().await.concat(),
    };
    Whole { status: parts.status, headers: parts.headers, body: String::from_utf8(body).unwrap() }
}

/// What a door says to a request with this body.
pub(crate) fn said(world: &World, door: &Door<World>, request: &http::request::Parts, body: &str) -> Whole {
    let body = Bytes::from(body.to_owned());
    let saying = async {
        let response = door.respond(request, core::future::ready(Ok(body)), |_| Ok(())).await;
        whole(response).await
    };
    world.time.run(saying).unwrap()
}

/// What a door says to a request whose body comes like this, where there is room for so many questions.
pub(crate) fn said_with(
    world: &World,
    request: &http::request::Parts,
    body: impl Future<Output = Result<Bytes, BodyProblem>>,
    has_room: bool,
) -> Whole {
    let door = world.door();
    let admit =
        |_: &Principal| if has_room { Ok(()) } else { Err(Problem::overloaded(zero_door::limits::RETRY_AFTER)) };
    let body = pin!(body);
    world.time.run(async { whole(door.respond(request, body, admit).await).await }).unwrap()
}
