//! The operators' door: installs, swaps, switches and rolls back connectors of the host that runs.
//!
//! - **Takes** a [`Desk`], a listener of its own and a token.
//! - **Gives** the reports of the desk as JSON.
//! - **Fails** with an RFC 9457 problem; a refused installation carries what was wrong as `report`.
//! - **Limits**: [`limits`]; a component as large as the operator's largest grant.
//! - **Why it is so**: whoever gets in can run code here. So the door is on the loopback address, wants a token that only
//!   the owner of the state folder can read (with `[admin.tls]` also a certificate), and turns away whatever a browser might be made to send: another `Host`
//!   (DNS rebinding) or any `Origin` at all, since no page is meant to speak to it.
//!
//! ```text
//! GET    /admin/v1/connectors                       all, with health
//! POST   /admin/v1/connectors                       install: a component, or {"path"} or {"reference"}
//!        ?consent=true  ?allow_unsigned=true  ?source=TEXT
//! POST   /admin/v1/inspect                          what a {"reference"} would ask for, none of its code fetched
//! GET    /admin/v1/connectors/NAME                  one, with its history
//! DELETE /admin/v1/connectors/NAME
//! GET    /admin/v1/connectors/NAME/diff?from=&to=   permissions; `current` and `pending` unless said
//! POST   /admin/v1/identity                         accounts, keys, sessions: an act of `zero identity`
//! POST   /admin/v1/connectors/NAME/enable | disable | pin | unpin | consent | rollback?to= | release?digest=
//! ```

mod accounts;
pub mod client;
mod guard;
mod identity;
mod install;
mod limits;
mod problems;
mod routes;
mod token;

pub use token::{Admin, Announced, Token};

use super::connection::Reception;
use super::tls::Tls;
use crate::desk::Desk;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use zero_config::Proxy;

/// What all requests share.
struct Counter {
    desk: Desk,
    token: Token,
    address: SocketAddr,
    /// Installations underway: each may compile and hold a component.
    places: Arc<Semaphore>,
}

/// Serves until `shutdown`.
///
/// # Errors
/// The listener is unusable from the start.
pub async fn serve(
    desk: Desk,
    token: Token,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let places = Arc::new(Semaphore::new(limits::CHANGES_MAX));
    let tls = desk.live().host().config.admin.tls.as_ref().map(Tls::for_operators).transpose()?;
    let reception =
        Reception { tls, proxy: Proxy::default(), connections_per_address_max: limits::CONNECTIONS_PER_ADDRESS_MAX };
    let counter = Arc::new(Counter { desk, token, address, places });
    super::connection::accept(listener, router(counter), reception, shutdown, || {}).await
}

fn router(counter: Arc<Counter>) -> Router {
    Router::new()
        .route("/admin/v1/connectors", get(routes::list).post(install::install))
        .route("/admin/v1/inspect", post(install::inspect))
        .route("/admin/v1/connectors/{name}", get(routes::show).delete(routes::remove))
        .route("/admin/v1/connectors/{name}/diff", get(routes::diff))
        .route("/admin/v1/connectors/{name}/{act}", post(routes::act))
        .route("/admin/v1/identity", post(accounts::administer))
        .fallback(problems::not_found)
        .method_not_allowed_fallback(super::problem::method_not_allowed)
        // Outermost: nobody learns even what there is without the token.
        // Bodies have limits of their own.
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&counter), guard::check))
        .with_state(counter)
}
