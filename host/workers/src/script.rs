//! One request: a site, a world and the rooms, behind the door.
//!
//! A [`Site`] serves one request at a time: what one request waits for, another of the same isolate must not be made to
//! finish, for the platform ties every wait to its own request. A site that is done waits for the next request, with its
//! cache and its memory of unwell sources.

use crate::js::ScriptModules;
use crate::rooms::{CoreRooms, Room};
use crate::world::RequestWorld;
use bytes::Bytes;
use core::convert::Infallible;
use futures_util::StreamExt as _;
use js_sys::Uint8Array;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use worker::{Body, Context, Env, HttpRequest, event};
use zero_door::{Door, Reply, body};
use zero_edge::{Edge, EdgeData, Site, Target};
use zero_pipeline::Problem;

/// Sites that wait in one isolate: its 128 MiB are also its questions'.
const SITES_IDLE_MAX: usize = 2;
/// Set to `1` by an operator who lets askers have receipts.
const VARIABLE_RECEIPTS: &str = "ZERO_RECEIPTS";

#[wasm_bindgen(raw_module = "./guests.js")]
extern "C" {
    #[wasm_bindgen(js_name = bundleData)]
    fn bundle_data() -> Uint8Array;
    #[wasm_bindgen(js_name = bundleRooms)]
    fn bundle_rooms() -> String;
}

thread_local! {
    static SCRIPT: OnceCell<Result<Rc<Script>, String>> = const { OnceCell::new() };
}

/// What lasts as long as the isolate.
struct Script {
    rooms: CoreRooms<ScriptModules>,
    data: &'static [u8],
    idle: RefCell<Vec<Rc<Site>>>,
}

impl Script {
    fn of_isolate() -> Result<Rc<Self>, String> {
        SCRIPT.with(|script| script.get_or_init(|| Self::load().map(Rc::new)).clone())
    }

    fn load() -> Result<Self, String> {
        let rooms: Vec<(String, String, String)> =
            serde_json::from_str(&bundle_rooms()).map_err(|error| format!("the script's list of modules: {error}"))?;
        let rooms: Vec<Room> = rooms.into_iter().map(|(name, digest, world)| Room { name, digest, world }).collect();
        let rooms = CoreRooms::new(ScriptModules, &rooms)?;
        // Read once for the life of the isolate; every site reads from it.
        let data: &'static [u8] = bundle_data().to_vec().leak();
        Ok(Self { rooms, data, idle: RefCell::default() })
    }

    fn site(self: &Rc<Self>) -> Result<Lease, String> {
        let waiting = self.idle.borrow_mut().pop();
        let site = match waiting {
            Some(site) => site,
            None => {
                let data = EdgeData::read(self.data).map_err(|error| error.to_string())?;
                Site::new(data, Target::WORKERS).map_err(|error| error.to_string())?
            }
        };
        Ok(Lease { script: Rc::clone(self), site })
    }
}

/// A site, until its request is over.
struct Lease {
    script: Rc<Script>,
    site: Rc<Site>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut idle = self.script.idle.borrow_mut();
        if idle.len() < SITES_IDLE_MAX {
            idle.push(Rc::clone(&self.site));
        }
    }
}

#[event(fetch)]
async fn fetch(request: HttpRequest, env: Env, context: Context) -> worker::Result<http::Response<Body>> {
    let script = Script::of_isolate().and_then(|script| Ok((script.site()?, script)));
    let (lease, script) = match script {
        Ok((lease, script)) => (Rc::new(lease), script),
        // The bundle and the script do not fit each other: no request will be answered, and each says so.
        Err(why) => {
            worker::console_error!("{why}");
            let (head, body) = zero_door::problem::response(&Problem::internal(why)).into_parts();
            return Ok(http::Response::from_parts(head, whole(body)?));
        }
    };
    let receipts = env.var(VARIABLE_RECEIPTS).is_ok_and(|it| it.to_string() == "1");
    let edge = Edge::new(Rc::clone(&lease.site), RequestWorld::new(env, context), script.rooms.clone());
    let door = Door::new(edge.region(), edge).with_receipts(receipts);
    let (parts, sent) = request.into_parts();
    let kept = Rc::clone(&lease);
    let response = door.respond(&parts, body::collect(sent), |_| Ok(kept)).await;
    let (head, reply) = response.into_parts();
    let body = match reply {
        Reply::Whole(bytes) => whole(bytes)?,
        Reply::Events(telling) => {
            // The site is this stream's until it ends or nobody reads it.
            let events = telling.into_stream().map(move |bytes| {
                let _held = &lease;
                Ok::<_, Infallible>(Vec::from(bytes))
            });
            Body::from_stream(events)?
        }
    };
    Ok(http::Response::from_parts(head, body))
}

fn whole(bytes: Bytes) -> worker::Result<Body> {
    if bytes.is_empty() {
        return Ok(Body::empty());
    }
    Body::from_stream(futures_util::stream::iter([Ok::<_, Infallible>(Vec::from(bytes))]))
}
