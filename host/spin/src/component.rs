//! One request: the site of this instance, the world of this request, the door.

use crate::CHAINED_VARIABLE;
use crate::rooms::SpinRooms;
use crate::world::SpinWorld;
use bytes::Bytes;
use core::cell::RefCell;
use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};
use futures_util::Stream;
use http_body::{Body, Frame, SizeHint};
use spin_sdk::http::body::IncomingBodyExt as _;
use spin_sdk::http::{Request, Response, StatusCode};
use std::rc::Rc;
use zero_chain::Carried;
use zero_door::{Door, Reply};
use zero_edge::{Edge, EdgeData, Roster, Site, Target};

#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::restriction, reason = "generated")]
pub(crate) mod imports {
    wit_bindgen::generate!({
        path: ["../../wit/connector/since-0.2.0", "../../wit/functions", "../../wit/edge"],
        world: "zero:edge/orchestrator-guest",
        with: {
            "zero:connector/types@0.2.0": zero_types::connector,
            "zero:functions/types@0.1.0": zero_types::functions,
        },
        generate_all,
    });
}

/// What an instance keeps from request to request; most have one only.
#[derive(Clone)]
struct Ready {
    site: Rc<Site>,
    rooms: SpinRooms,
    store: bool,
    receipts: bool,
}

thread_local! {
    static READY: RefCell<Option<Ready>> = const { RefCell::new(None) };
}

/// Reads what this component was composed with.
async fn ready() -> Result<Ready, String> {
    if let Some(ready) = READY.with_borrow(Option::clone) {
        return Ok(ready);
    }
    let carried = imports::zero::edge::bundle::data();
    let Carried { chained, store, receipts, edge } =
        zero_chain::decode(&carried).ok_or("the data this component was composed with is of another release")?;
    let mut data = EdgeData::read(edge).map_err(|error| error.to_string())?;
    if !chained.is_empty() {
        let said = spin_sdk::variables::get(CHAINED_VARIABLE).await;
        told(&mut data, &said.map_err(|_| format!("the variable `{CHAINED_VARIABLE}` is not set"))?);
    }
    let roster = Roster::new(data.digests.clone());
    let site = Site::new(data, Target::SPIN).map_err(|error| error.to_string())?;
    let ready = Ready { site, rooms: SpinRooms::new(roster, chained), store, receipts };
    READY.with_borrow_mut(|kept| *kept = Some(ready.clone()));
    Ok(ready)
}

/// Digests of connectors that are components of their own: the manifest has them, so that one can be deployed anew
/// without this component.
fn told(data: &mut EdgeData, said: &str) {
    for (name, digest) in said.split(' ').filter_map(|pair| pair.split_once('=')) {
        let full = format!("connectors/{name}");
        data.digests.iter_mut().filter(|(known, _)| *known == full).for_each(|(_, it)| digest.clone_into(it));
        data.connectors.iter_mut().filter(|it| it.name == name).for_each(|it| digest.clone_into(&mut it.digest));
    }
}

#[spin_sdk::http_service]
async fn handle(request: Request) -> Response<Told> {
    let Ready { site, rooms, store, receipts } = match ready().await {
        Ok(ready) => ready,
        Err(why) => return broken(why),
    };
    let world = SpinWorld::new(site.config(), store).await;
    let region = std::sync::Arc::clone(site.region());
    let door = Door::new(region, Edge::new(site, world, rooms)).with_receipts(receipts);
    let (parts, body) = request.into_parts();
    let response = door.respond(&parts, zero_door::body::collect(body.stream()), |_| Ok(())).await;
    response.map(|reply| match reply {
        Reply::Whole(body) => Told::Whole(Some(body)),
        Reply::Events(telling) => Told::Events(Box::pin(telling.into_stream())),
    })
}

/// The packer composed what does not belong together; nobody can be answered before it is mended.
fn broken(why: String) -> Response<Told> {
    let mut response = Response::new(Told::Whole(Some(format!("{why}\n").into())));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// The body of a response.
enum Told {
    /// All of it.
    Whole(Option<Bytes>),
    /// The question is asked while this is read.
    Events(Pin<Box<dyn Stream<Item = Bytes>>>),
}

impl Body for Told {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Self::Events(events) => events.as_mut().poll_next(cx).map(|event| event.map(|it| Ok(Frame::data(it)))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64)),
            Self::Events(_) => SizeHint::default(),
        }
    }
}
