//! Who asks is known before anything else is done for them, and once.

use crate::world::{WHO, Whole, World, request, whole};
use bytes::Bytes;
use core::cell::{Cell, RefCell};
use std::sync::Arc;
use zero_auth::{ASKER, READER, SECRET_BYTES, key_record};
use zero_door::{Door, Identified};
use zero_types::prelude::*;

fn principal(id: &str, role: &str) -> Principal {
    Principal {
        id: id.to_owned(),
        kind: PrincipalKind::User,
        tenant: "acme".to_owned(),
        roles: vec![role.to_owned()],
        scopes: None,
        session: None,
        limit_per_minute: None,
    }
}

/// A door that trusts a key of each, and the keys: an asker's, a reader's, and an asker's that may only ask.
fn keyed(world: &World) -> (Door<World>, [String; 3]) {
    let of = |id: &str, role: &str, scopes: Option<Vec<String>>| {
        let (key, record) = key_record(id, &[7; SECRET_BYTES], principal(id, role), 0, None).unwrap();
        (key, KeyRecord { scopes, ..record })
    };
    let all = [of("ada", ASKER, None), of("rob", READER, None), of("eve", ASKER, Some(vec!["ask".to_owned()]))];
    let keys = all.iter().map(|(_, record)| record.clone()).collect();
    let trust = Trust { keys, issuers: Vec::new(), revoked_sessions: Vec::new() };
    (world.door().with_receipts(true).with_trust(Arc::new(trust)), all.map(|(key, _)| key))
}

/// What a door says, and whom it asked to be admitted.
fn said(world: &World, door: &Door<World>, request: &http::request::Parts) -> (Whole, Vec<String>) {
    let admitted = RefCell::new(Vec::new());
    let admit = |caller: &Principal| {
        admitted.borrow_mut().push(caller.id.clone());
        Ok(())
    };
    let body = core::future::ready(Ok(Bytes::new()));
    let said = world.time.run(async { whole(door.respond(request, body, admit).await).await }).unwrap();
    (said, admitted.into_inner())
}

#[test]
fn each_route_asks_for_its_own_permission() {
    let world = World::new();
    let (door, [ada, rob, eve]) = keyed(&world);
    let receipt = format!("{WHO}&include=receipt");
    let check = |key: &str, path: &str, status: u16, admitted: &[&str]| {
        let bearer = format!("Bearer {key}");
        let headers: &[_] = if key.is_empty() { &[] } else { &[("authorization", bearer.as_str())] };
        let (said, asked) = said(&world, &door, &request("GET", path, headers));
        assert_eq!(said.status.as_u16(), status, "{path}: {}", said.body);
        assert_eq!(asked, admitted, "{path}");
        assert!(key.is_empty() || !said.body.contains(key), "{}", said.body);
    };
    for (key, answers, lists, receipts, id) in [
        ("", 200, 200, 200, "anonymous"),
        (&ada, 200, 200, 200, "ada"),
        (&rob, 403, 200, 403, "rob"),
        (&eve, 200, 403, 403, "eve"),
        ("zw_nobody", 401, 401, 401, ""),
        ("eyJhbGciOiJub25lIn0.e30.", 401, 401, 401, ""),
    ] {
        let admitted = |status: u16| if status == 200 { vec![id] } else { vec![] };
        check(key, WHO, answers, &admitted(answers));
        check(key, &receipt, receipts, &admitted(receipts));
        check(key, "/v1/sources", lists, &[]);
        check(key, "/v1/sources/echo", lists, &[]);
        check(key, "/healthz", 200, &[]);
        check(key, "/v1/nowhere", 404, &[]);
    }
}

#[test]
fn a_body_is_read_for_whom_may_ask() {
    let world = World::new();
    let (door, [ada, rob, _]) = keyed(&world);
    let check = |key: &str, status: u16| {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let parts = request("POST", "/v1/answer", &headers);
        let read = Cell::new(false);
        let body = async {
            read.set(true);
            Ok(Bytes::from_static(br#"{"question": "who discovered penicillin", "sources": ["echo"]}"#))
        };
        let saying = async { whole(door.respond(&parts, body, |_| Ok(())).await).await };
        let said = world.time.run(saying).unwrap();
        assert_eq!((said.status.as_u16(), read.get()), (status, status == 200), "{}", said.body);
    };
    check(&ada, 200);
    check(&rob, 403);
    check("hunter2", 401);
}

#[test]
fn nobody_is_looked_up_twice() {
    let world = World::new();
    let (door, [ada, ..]) = keyed(&world);
    let bearer = format!("Bearer {ada}");
    for accept in ["application/json", "text/event-stream"] {
        let mut parts = request("GET", WHO, &[("authorization", &bearer), ("accept", accept)]);
        world.identified.set(0);
        assert_eq!(said(&world, &door, &parts).1, ["ada"]);
        assert_eq!(world.identified.get(), 1, "{accept}");
        // A host that has found out already, for its own routes.
        parts.extensions.insert(Identified(door.identify(&parts.headers).unwrap()));
        world.identified.set(0);
        assert_eq!(said(&world, &door, &parts).1, ["ada"]);
        assert_eq!(world.identified.get(), 0, "{accept}");
    }
}
