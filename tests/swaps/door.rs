//! The operators' door over HTTP, as `zero connectors` uses it.

use crate::guests::{Guest, NAME};
use crate::world::{World, world};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use zero_native::server::admin::client::{Client, Sent};
use zero_native::server::admin::{self, Admin, Token};

const TOKEN: &str = "0123456789abcdef";

/// The door of a world, and its address.
async fn open(world: &World) -> (Client, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let token = Token::given_or_new(Some(TOKEN.to_owned())).unwrap();
    tokio::spawn(admin::serve(world.desk.clone(), token, listener, std::future::pending()));
    (Client::new(Admin { url: url.clone(), token: TOKEN.to_owned() }), url)
}

async fn ask(client: &Client, method: &'static str, path: &str, sent: Sent) -> Value {
    client.ask(method, &format!("/admin/v1/connectors{path}"), sent).await.unwrap()
}

async fn refused(client: &Client, method: &'static str, path: &str, sent: Sent) -> String {
    client.send(method, &format!("/admin/v1/connectors{path}"), sent).await.unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_works_at_the_door() {
    let Some(world) = world().await else { return };
    let (client, url) = open(&world).await;
    assert!(client.is_alive().await);
    assert_eq!(ask(&client, "GET", "", Sent::Nothing).await, json!({ "connectors": [] }));

    let component = |guest: Guest| Sent::Component(guest.component());
    let unsigned = refused(&client, "POST", "", component(Guest::plain(1))).await;
    assert!(unsigned.contains("is not signed") && unsigned.contains("hint: "), "{unsigned}");
    let installed = ask(&client, "POST", "?allow_unsigned=true&source=file:x.wasm", component(Guest::plain(1))).await;
    assert_eq!((&installed["outcome"], &installed["version"]["from"]), (&json!("activated"), &json!("file:x.wasm")));
    assert_eq!(world.answer().await, Guest::says(1));

    let wider = Guest { host: "*.example", ..Guest::plain(2) };
    let pending = ask(&client, "POST", "?allow_unsigned=true", component(wider)).await;
    assert_eq!((&pending["outcome"], &pending["diff"]["wider_hosts"]), (&json!("pending"), &json!(["*.example"])));
    let diff = ask(&client, "GET", &format!("/{NAME}/diff"), Sent::Nothing).await;
    assert_eq!(diff["needs_consent"], json!(true));
    let agreed = ask(&client, "POST", &format!("/{NAME}/consent"), Sent::Nothing).await;
    assert_eq!(agreed["current"]["version"], json!("02"));
    assert_eq!(world.answer().await, Guest::says(2));

    for (act, key, value) in [
        ("disable", "enabled", json!(false)),
        ("enable", "enabled", json!(true)),
        ("pin", "pinned", json!(true)),
        ("unpin", "pinned", json!(false)),
    ] {
        let report = ask(&client, "POST", &format!("/{NAME}/{act}"), Sent::Nothing).await;
        assert_eq!(report[key], value, "{act}");
    }
    let back = ask(&client, "POST", &format!("/{NAME}/rollback"), Sent::Nothing).await;
    assert_eq!(back["current"]["version"], json!("01"));
    assert_eq!(world.answer().await, Guest::says(1));
    let shown = ask(&client, "GET", &format!("/{NAME}"), Sent::Nothing).await;
    assert!(shown["health"]["calls"].as_u64().unwrap() >= 3, "{shown}");

    let path = world.folder.path().join("three.wasm");
    std::fs::write(&path, Guest::plain(3).component()).unwrap();
    ask(&client, "POST", "?allow_unsigned=true", Sent::Json(json!({ "path": path }))).await;
    assert_eq!(world.answer().await, Guest::says(3));

    let failed =
        raw(&url, "POST", "?allow_unsigned=true", &[], Guest { lies: true, ..Guest::plain(4) }.component()).await;
    assert_eq!(failed.0, 422, "{}", failed.1);
    assert!(failed.1["report"]["failures"][0].as_str().unwrap().contains("something else"), "{}", failed.1);
    ask(&client, "POST", &format!("/{NAME}/release"), Sent::Nothing).await;
    client.send("DELETE", &format!("/admin/v1/connectors/{NAME}"), Sent::Nothing).await.unwrap();
    assert_eq!(ask(&client, "GET", "", Sent::Nothing).await, json!({ "connectors": [] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_door_turns_away() {
    let Some(world) = world().await else { return };
    let (client, url) = open(&world).await;
    let stranger = Client::new(Admin { url: url.clone(), token: "fedcba9876543210".to_owned() });
    assert!(refused(&stranger, "GET", "", Sent::Nothing).await.contains("no valid token"));
    for (method, path, sent, wanted) in [
        ("GET", "/nobody", Sent::Nothing, "no connector is called `nobody`"),
        ("POST", "/nobody/enable", Sent::Nothing, "no connector is called `nobody`"),
        ("POST", "/nobody/dance", Sent::Nothing, "`dance` is nothing that can be done"),
        ("POST", "", Sent::Nothing, "the body is ``"),
        ("POST", "", Sent::Json(json!({ "url": "x" })), "says nothing to install"),
        ("POST", "?allow_unsigned=true", Sent::Component(b"no component".to_vec()), "cannot be loaded"),
        ("POST", "?allow_unsigned=true", Sent::Json(json!({ "path": "/nowhere/at.wasm" })), "No such file"),
        ("POST", "", Sent::Json(json!({ "reference": "registry.example/x:1" })), "no key is trusted here"),
    ] {
        let said = refused(&client, method, path, sent).await;
        assert!(said.contains(wanted), "{method} {path}: {said}");
    }
    // As a page in the operator's browser would send it, once to us by our name and once by its own.
    for header in [("origin", "https://evil.example"), ("host", "evil.example")] {
        let (status, problem) = raw(&url, "GET", "", &[header], Vec::new()).await;
        assert_eq!(status, 403, "{problem}");
    }
}

/// A request as it is, with the token.
async fn raw(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (u16, Value) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut head = format!(
        "{method} /admin/v1/connectors{path} HTTP/1.1\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n"
    );
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str(&format!("host: {address}\r\n"));
    }
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    head.push_str(&format!("content-type: application/wasm\r\ncontent-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap())
}
