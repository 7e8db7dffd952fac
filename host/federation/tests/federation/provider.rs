//! A provider that verifies what OAuth 2.1 asks of it, a service behind it, and the askers between.

use crate::http::{Said, Server, egress, serve};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use http::request::Parts;
use http::{Response, header};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use zero_config::Config;
use zero_dial::Egress;
use zero_egress::{Askers as _, Grant};
use zero_federation::Connections;
use zero_types::connector::{Outcome, Request};
use zero_types::functions::{Principal, PrincipalKind};
use zero_vault::{Master, Vault};

const NOW: i64 = 1_700_000_000_000;
const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

/// What the provider knows.
#[derive(Default)]
struct Desk {
    /// Challenge and nonce by code, each good once.
    codes: BTreeMap<String, (String, String)>,
    /// The refresh tokens that are good.
    refresh: Vec<String>,
    revoked: Vec<String>,
    count: usize,
    /// Said instead, when something is to go wrong.
    instead: Option<Said>,
    /// Of ID tokens, instead of what was asked for.
    nonce: Option<String>,
}

struct World {
    desk: Arc<Mutex<Desk>>,
    server: Server,
    egress: Egress,
    config: Config,
    folder: TempDir,
    connections: Connections,
}

const PROVIDER: &str = "[connections.providers.p]\nclient_id = \"c\"\nclient_secret_env = \"SECRET\"\n\
                        authorization = \"https://p.example/authorize\"\ntoken = \"https://p.example/token\"\n\
                        revocation = \"https://p.example/revoke\"\nissuer = \"https://p.example\"\n\
                        scopes = [\"openid\", \"mail\"]\n";
const SOURCE: &str = "[connections.sources.mail.token]\nprovider = \"p\"\nheader = \"authorization\"\n\
                      prefix = \"Bearer \"\nhosts = [\"api.example\"]\npath = \"/v1\"\n";

async fn world() -> World {
    world_of(PROVIDER).await
}

async fn world_of(provider: &str) -> World {
    let desk: Arc<Mutex<Desk>> = Arc::default();
    let server = serve({
        let desk = Arc::clone(&desk);
        move |heard| {
            let mut desk = desk.lock().unwrap();
            match heard.path.as_str() {
                "/token" if desk.instead.is_some() => desk.instead.clone().unwrap(),
                "/token" => desk.token(&heard.form()),
                "/revoke" => {
                    let form = heard.form();
                    desk.refresh.retain(|token| *token != form["token"]);
                    desk.revoked.push(form["token"].clone());
                    (200, String::new(), String::new())
                }
                _ => (200, String::new(), heard.header("authorization").unwrap_or_default()),
            }
        }
    })
    .await;
    let text = format!("[connections]\npublic_url = \"https://ask.example\"\n{provider}{SOURCE}");
    let config = Config::from_toml(&text).unwrap();
    let egress = egress(&[("p.example", server.address), ("api.example", server.address)]);
    let folder = tempfile::tempdir().unwrap();
    let connections = open(&folder, &config, &egress);
    World { desk, server, egress, config, folder, connections }
}

fn open(folder: &TempDir, config: &Config, egress: &Egress) -> Connections {
    let vault = Arc::new(Vault::open(folder.path(), Master::File(None)).unwrap());
    let secret = |name: &str| (name == "SECRET").then(|| "s3cret".to_owned());
    Connections::open(&config.connections, vault, egress.clone(), secret).unwrap()
}

impl Desk {
    fn token(&mut self, form: &BTreeMap<String, String>) -> Said {
        let is_client = form.get("client_id").map(String::as_str) == Some("c")
            && form.get("client_secret").map(String::as_str) == Some("s3cret");
        if !is_client {
            return (401, String::new(), json!({"error": "invalid_client"}).to_string());
        }
        let refused = (400, String::new(), json!({"error": "invalid_grant", "error_description": "x"}).to_string());
        let nonce = match form["grant_type"].as_str() {
            "authorization_code" => {
                let Some((challenge, nonce)) = self.codes.remove(&form["code"]) else { return refused };
                let verifier = form.get("code_verifier").cloned().unwrap_or_default();
                let proof = B64.encode(digest(&SHA256, verifier.as_bytes()).as_ref());
                let redirect = form["redirect_uri"] == "https://ask.example/v1/connections/callback";
                if proof != challenge || !redirect || verifier.len() < 43 {
                    return refused;
                }
                Some(self.nonce.clone().unwrap_or(nonce))
            }
            "refresh_token" => {
                let known = self.refresh.iter().position(|token| *token == form["refresh_token"]);
                let Some(at) = known else { return refused };
                // Turned over: the one that was shown is good no more.
                self.refresh.remove(at);
                None
            }
            _ => return refused,
        };
        self.count += 1;
        let refresh = format!("refresh-{}", self.count);
        self.refresh.push(refresh.clone());
        let mut answer = json!({
            "access_token": format!("access-{}", self.count),
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": refresh,
            "scope": "openid mail",
        });
        if let Some(nonce) = nonce {
            let payload = json!({"iss": "https://p.example", "aud": "c", "nonce": nonce, "email": "ada@p.example"});
            answer["id_token"] = format!("e30.{}.AAAA", B64.encode(payload.to_string())).into();
        }
        (200, "content-type: application/json\r\n".to_owned(), answer.to_string())
    }
}

fn principal(tenant: &str, id: &str) -> Principal {
    Principal {
        id: id.to_owned(),
        kind: PrincipalKind::User,
        tenant: tenant.to_owned(),
        roles: vec!["asker".to_owned()],
        scopes: None,
        session: None,
        limit_per_minute: None,
    }
}

fn nobody() -> Principal {
    Principal { kind: PrincipalKind::Anonymous, ..principal("", "anonymous") }
}

fn parts(method: &str, path: &str, cookie: &str) -> Parts {
    let request = http::Request::builder().method(method).uri(path).header(header::COOKIE, cookie);
    request.body(()).unwrap().into_parts().0
}

/// A flow that was begun: the parameters at the provider, and what the browser keeps.
struct Begun {
    parameters: BTreeMap<String, String>,
    cookie: String,
}

impl World {
    async fn respond(&self, method: &str, path: &str, cookie: &str, who: &Principal, now: i64) -> (u16, Value, String) {
        let parts = parts(method, path, cookie);
        let response: Response<bytes::Bytes> = self.connections.respond(&parts, who, now).await.unwrap();
        let cookie = response.headers().get(header::SET_COOKIE).map(|it| it.to_str().unwrap().to_owned());
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        (response.status().as_u16(), body, cookie.unwrap_or_default())
    }

    async fn begin(&self, who: &Principal, now: i64) -> Begun {
        let (status, body, cookie) = self.respond("POST", "/v1/connections/p/start", "", who, now).await;
        assert_eq!(status, 200, "{body}");
        let url = body["authorization_url"].as_str().unwrap();
        let (place, query) = url.split_once('?').unwrap();
        assert_eq!(place, "https://p.example/authorize");
        assert!(cookie.starts_with("__Host-zero-connection-"), "{cookie}");
        for word in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(word), "{cookie}");
        }
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Begun { parameters, cookie: cookie.split(';').next().unwrap().to_owned() }
    }

    /// The asker agrees at the provider: gives the code.
    fn agree(&self, begun: &Begun) -> String {
        let of = |name: &str| begun.parameters.get(name).cloned().unwrap_or_default();
        assert_eq!((of("response_type").as_str(), of("client_id").as_str()), ("code", "c"));
        assert_eq!((of("code_challenge_method").as_str(), of("scope").as_str()), ("S256", "openid mail"));
        assert_eq!(of("redirect_uri"), "https://ask.example/v1/connections/callback");
        let mut desk = self.desk.lock().unwrap();
        let code = format!("code-{}", desk.codes.len() + 100 * desk.count);
        desk.codes.insert(code.clone(), (of("code_challenge"), of("nonce")));
        code
    }

    async fn call_back(&self, query: &str, cookie: &str, who: &Principal, now: i64) -> (u16, Value) {
        let path = format!("/v1/connections/callback?{query}");
        let (status, body, _) = self.respond("GET", &path, cookie, who, now).await;
        (status, body)
    }

    async fn connect(&self, who: &Principal, now: i64) {
        let begun = self.begin(who, now).await;
        let code = self.agree(&begun);
        let query = format!("state={}&code={code}&iss=https%3A%2F%2Fp.example", begun.parameters["state"]);
        let (status, body) = self.call_back(&query, &begun.cookie, &nobody(), now).await;
        assert_eq!(status, 200, "{body}");
    }

    /// What the service hears of an exchange that this asker's question makes.
    async fn exchange(&self, who: &Principal, now: i64) -> Result<String, String> {
        let catalogue = zero_pipeline::catalogue::Catalogue::from_toml([(
            "c.toml",
            "connector = \"rest\"\n[[source]]\nid = \"mail\"\nname = \"M\"\nsummary = \"s\"\nhosts = [\"api.example\"]\n",
        )]);
        let catalogue = catalogue.unwrap();
        let record = catalogue.get("mail").unwrap();
        let grant: Grant = zero_config::grant(&self.config, record, &["*".to_owned()], |_| None).unwrap();
        assert!(grant.is_own());
        let secret = self.connections.secret(who, &grant.own["token"].provider, now).await?;
        let grant = grant.for_one_exchange("token", secret);
        let request = Request::get("https://api.example/v1/mail").credential("token");
        let fetched = self.egress.fetch(&grant, request, Instant::now() + Duration::from_secs(5)).await;
        match fetched.outcome {
            Outcome::Response(_) => {
                let heard = self.server.heard.lock().unwrap();
                // A token may have been made fresh meanwhile, by the same server.
                let exchange = heard.iter().rev().find(|it| it.path == "/v1/mail").unwrap();
                Ok(exchange.header("authorization").unwrap())
            }
            Outcome::Failed(failure) => Err(failure.detail),
        }
    }
}

#[tokio::test]
async fn an_exchange_carries_the_token_of_its_own_asker_and_no_others() {
    let world = world().await;
    let (ada, bob) = (principal("acme", "ada"), principal("acme", "bob"));
    world.connect(&ada, NOW).await;
    assert_eq!(world.exchange(&ada, NOW).await.unwrap(), "Bearer access-1");
    for other in
        [bob.clone(), principal("other", "ada"), nobody(), Principal { kind: PrincipalKind::Service, ..ada.clone() }]
    {
        assert!(!world.connections.has(&other, "p"), "{other:?}");
        assert!(world.exchange(&other, NOW).await.is_err(), "{other:?}");
    }
    world.connect(&bob, NOW).await;
    assert_eq!(world.exchange(&bob, NOW).await.unwrap(), "Bearer access-2");
    assert_eq!(world.exchange(&ada, NOW).await.unwrap(), "Bearer access-1");

    let (status, list, _) = world.respond("GET", "/v1/connections", "", &ada, NOW).await;
    assert_eq!((status, list["connections"].as_array().unwrap().len()), (200, 1));
    let one = &list["connections"][0];
    assert_eq!((one["provider"].as_str(), one["account"].as_str()), (Some("p"), Some("ada@p.example")));
    assert!(!list.to_string().contains("access-") && !list.to_string().contains("refresh-"));

    // Sealed at rest, and there after a restart.
    let World { connections, folder, config, egress, .. } = world;
    drop(connections);
    let bytes = std::fs::read(folder.path().join(zero_vault::VAULT_FILE)).unwrap();
    for secret in ["access-1", "refresh-1", "ada@p", "acme"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} lies open");
    }
    let connections = open(&folder, &config, &egress);
    assert!(connections.has(&ada, "p") && connections.len() == 2);
    assert!(connections.secret(&ada, "p", NOW).await.is_ok());
}

#[tokio::test]
async fn a_callback_counts_once_in_its_browser_and_from_its_provider() {
    let world = world().await;
    let (ada, bob) = (principal("acme", "ada"), principal("acme", "bob"));
    let begun = world.begin(&ada, NOW).await;
    let other = world.begin(&bob, NOW).await;
    let (state, iss) = (&begun.parameters["state"], "iss=https%3A%2F%2Fp.example");
    let code = world.agree(&begun);
    let good = format!("state={state}&code={code}&{iss}");
    let check = async |query: String, cookie: &str, who: &Principal, now: i64, expected: u16| {
        let (status, body) = world.call_back(&query, cookie, who, now).await;
        assert_eq!(status, expected, "{query} {body}");
        assert!(!body.to_string().contains(&code) && !body.to_string().contains(state.as_str()), "{body}");
        assert!(world.connections.is_empty());
    };
    check(good.clone(), "", &nobody(), NOW, 400).await;
    check(good.clone(), &other.cookie, &nobody(), NOW, 400).await;
    check(format!("{}0", good.replace('&', "0&")), &begun.cookie, &nobody(), NOW, 400).await;
    check(format!("{good}&code=x"), &begun.cookie, &nobody(), NOW, 400).await;
    check(format!("{good}&state={state}"), &begun.cookie, &nobody(), NOW, 400).await;
    check(format!("code={code}"), &begun.cookie, &nobody(), NOW, 400).await;
    check("a".repeat(9_000), &begun.cookie, &nobody(), NOW, 400).await;
    assert_eq!(world.server.count("/token"), 0, "nothing was asked of the provider");

    // Each of these spends its flow.
    let spend = async |change: &dyn Fn(&str, &str) -> String, who: &Principal, now: i64, expected: u16| {
        let begun = world.begin(&ada, NOW).await;
        let code = world.agree(&begun);
        let query = change(&begun.parameters["state"], &code);
        let (status, body) = world.call_back(&query, &begun.cookie, who, now).await;
        assert_eq!(status, expected, "{query} {body}");
        let (status, _) = world.call_back(&query, &begun.cookie, &ada, NOW).await;
        assert_eq!((status, world.connections.is_empty()), (400, true), "a state counts once");
    };
    let good_of = |state: &str, code: &str| format!("state={state}&code={code}&{iss}");
    spend(&good_of, &bob, NOW, 400).await;
    spend(&good_of, &ada, NOW + HOUR, 400).await;
    spend(&|state, code| format!("state={state}&code={code}&iss=https%3A%2F%2Fevil.example"), &ada, NOW, 400).await;
    spend(&|state, _| format!("state={state}&error=access_denied&{iss}"), &ada, NOW, 403).await;
    spend(&|state, _| format!("state={state}&error=%3Cscript%3E&{iss}"), &ada, NOW, 403).await;
    spend(&|state, _| format!("state={state}&{iss}"), &ada, NOW, 400).await;
    assert_eq!(world.server.count("/token"), 0, "no code was sent on");
    spend(&|state, _| format!("state={state}&code=another&{iss}"), &ada, NOW, 403).await;
    world.desk.lock().unwrap().nonce = Some("of another flow".to_owned());
    spend(&good_of, &ada, NOW, 502).await;
    assert_eq!(world.desk.lock().unwrap().revoked, ["refresh-1"], "what came for another flow is given back");

    assert_eq!(world.respond("POST", "/v1/connections/p/start", "", &nobody(), NOW).await.0, 401);
    assert_eq!(world.respond("POST", "/v1/connections/q/start", "", &ada, NOW).await.0, 404);
    assert_eq!(world.respond("GET", "/v1/connections/p/start", "", &ada, NOW).await.0, 405);
    assert_eq!(world.respond("GET", "/v1/connections", "", &nobody(), NOW).await.0, 401);
}

#[tokio::test]
async fn a_token_is_made_fresh_once_before_it_ends() {
    let world = Arc::new(world().await);
    let ada = principal("acme", "ada");
    world.connect(&ada, NOW).await;
    let refreshes = || world.server.count("/token") - 1;
    assert_eq!(world.exchange(&ada, NOW + HOUR / 2).await.unwrap(), "Bearer access-1");
    assert_eq!(refreshes(), 0);

    // Over: everybody waits for the one flight, and no refresh token is shown twice.
    let many = (0..20).map(|_| {
        let (connections, ada) = (world.connections.clone(), ada.clone());
        tokio::spawn(async move { connections.secret(&ada, "p", NOW + HOUR).await.is_ok() })
    });
    for task in many.collect::<Vec<_>>() {
        assert!(task.await.unwrap());
    }
    assert_eq!((refreshes(), world.exchange(&ada, NOW + HOUR).await.unwrap().as_str()), (1, "Bearer access-2"));

    // Nearly over: the old one still serves, while another is fetched.
    assert_eq!(world.exchange(&ada, NOW + 2 * HOUR - 60 * SECOND).await.unwrap(), "Bearer access-2");
    for _ in 0..500 {
        if world.exchange(&ada, NOW + 2 * HOUR - 60 * SECOND).await.unwrap() == "Bearer access-3" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((refreshes(), world.exchange(&ada, NOW + 2 * HOUR).await.unwrap().as_str()), (2, "Bearer access-3"));

    // The provider stumbles: a pause, and no flood.
    world.desk.lock().unwrap().instead = Some((503, String::new(), "busy".to_owned()));
    for _ in 0..10 {
        world.exchange(&ada, NOW + 4 * HOUR).await.unwrap_err();
    }
    assert_eq!(refreshes(), 3);
    world.desk.lock().unwrap().instead = None;
    assert_eq!(world.exchange(&ada, NOW + 4 * HOUR + 20 * SECOND).await.unwrap(), "Bearer access-4");

    // And when the asker withdrew it there, it is over here, and said to be.
    world.desk.lock().unwrap().refresh.clear();
    let why = world.exchange(&ada, NOW + 6 * HOUR).await.unwrap_err();
    assert!(why.contains("connected again") && !why.contains("refresh-"), "{why}");
    assert!(!world.connections.has(&ada, "p"));
    let (_, list, _) = world.respond("GET", "/v1/connections", "", &ada, NOW).await;
    assert_eq!(list["connections"][0]["state"], "over");
    world.connect(&ada, NOW + 6 * HOUR).await;
    assert!(world.exchange(&ada, NOW + 6 * HOUR).await.is_ok());
}

#[tokio::test]
async fn what_is_disconnected_is_given_back_and_forgotten() {
    let world = world().await;
    let (ada, bob) = (principal("acme", "ada"), principal("acme", "bob"));
    world.connect(&ada, NOW).await;
    world.connect(&bob, NOW).await;
    let (status, body, _) = world.respond("DELETE", "/v1/connections/p", "", &ada, NOW).await;
    assert_eq!((status, &body["revoked"]), (200, &json!(true)));
    assert_eq!(world.desk.lock().unwrap().revoked, ["refresh-1"]);
    assert!(world.exchange(&ada, NOW).await.unwrap_err().contains("no account is connected"));
    assert_eq!(world.exchange(&bob, NOW).await.unwrap(), "Bearer access-2", "the other's stays");
    assert_eq!(world.respond("DELETE", "/v1/connections/p", "", &ada, NOW).await.0, 404);
    assert_eq!(world.connections.forget(&bob).await.unwrap(), 1);
    assert!(world.connections.is_empty());
}

#[tokio::test]
async fn services_that_differ_from_the_standard_are_data() {
    let quirks = "authentication = \"basic\"\ntoken_body = \"json\"\ntoken_member = \"authed_user\"\n\
                  scope_parameter = \"user_scope\"\nscope_separator = \",\"\nparameters = { owner = \"user\" }\n";
    let provider = PROVIDER.replace("[\"openid\", \"mail\"]", "[\"a\", \"b\"]");
    let world = world_of(&format!("{provider}{quirks}")).await;
    let ada = principal("acme", "ada");
    let begun = world.begin(&ada, NOW).await;
    assert_eq!((begun.parameters["user_scope"].as_str(), begun.parameters["owner"].as_str()), ("a,b", "user"));
    assert!(!begun.parameters.contains_key("scope") && !begun.parameters.contains_key("nonce"));
    let query = format!("state={}&code=k", begun.parameters["state"]);
    let answer = json!({"ok": true, "access_token": "bot", "authed_user": {"access_token": "mine", "scope": "a,b"}});
    world.desk.lock().unwrap().instead = Some((200, String::new(), answer.to_string()));
    assert_eq!(world.call_back(&query, &begun.cookie, &ada, NOW).await.0, 200);
    assert_eq!(world.exchange(&ada, NOW).await.unwrap(), "Bearer mine");
    {
        let heard = world.server.heard.lock().unwrap();
        let token = heard.iter().find(|heard| heard.path == "/token").unwrap();
        assert_eq!(token.header("authorization").unwrap(), format!("Basic {}", STANDARD.encode("c:s3cret")));
        let body: Value = serde_json::from_str(&token.body).unwrap();
        assert_eq!((&body["code"], &body["grant_type"]), (&json!("k"), &json!("authorization_code")));
        assert!(!token.body.contains("s3cret") && token.method == "POST");
    }
    // Some refuse with 200.
    let begun = world.begin(&ada, NOW).await;
    let query = format!("state={}&code=k", begun.parameters["state"]);
    world.desk.lock().unwrap().instead =
        Some((200, String::new(), json!({"ok": false, "error": "bad_code"}).to_string()));
    let (status, body) = world.call_back(&query, &begun.cookie, &ada, NOW).await;
    assert!(status == 403 && body["detail"].as_str().unwrap().contains("`bad_code`"), "{body}");
}
