//! Tokens that are good when they are sent.
//!
//! Takes a connection and the time. Gives its token, made fresh before it ends. Fails with what the asker can do about
//! it. Limits: [`REFRESH_AHEAD_MS`], [`REFRESH_PAUSE_MS`]; one refresh of a connection at a time. Why it is so: a provider
//! that turns its refresh tokens over takes one only once, so two refreshes at once would lose the connection; and so
//! would one that ended with the question it was made for, so it is a task of its own.

use super::exchange::{self, ExchangeError};
use super::store::{self, CONNECTIONS, Connection, Owner, StoreError};
use super::text::Text;
use super::{Inner, name};
use crate::limits::{REFRESH_AHEAD_MS, REFRESH_LATEST_MS, REFRESH_PAUSE_MS};
use std::sync::{Arc, PoisonError};
use zero_egress::Secret;

/// Held by whoever refreshes a connection; holds when the last refresh failed.
pub(super) type Flight = tokio::sync::Mutex<Option<i64>>;

/// Flights that are remembered; those that nobody holds go first.
const FLIGHTS_MAX: usize = 1_024;

/// How good a token is.
#[derive(Debug, PartialEq, Eq)]
enum Age {
    /// For a while.
    Good,
    /// Still, but it is time for another.
    Ending,
    /// Not any more.
    Over,
}

impl Connection {
    fn age(&self, now_ms: i64) -> Age {
        match self.expires_ms.map(|at| at.saturating_sub(now_ms)) {
            None => Age::Good,
            Some(left) if left <= REFRESH_LATEST_MS => Age::Over,
            Some(left) if left <= REFRESH_AHEAD_MS => Age::Ending,
            Some(_) => Age::Good,
        }
    }
}

const CONNECT: &str = "connect it with POST /v1/connections/{provider}/start";

impl Inner {
    pub(super) async fn secret(
        inner: &Arc<Self>,
        owner: &Owner,
        provider: &str,
        now_ms: i64,
    ) -> Result<Secret, String> {
        let connection = inner.usable(owner, provider).await?;
        let age = connection.age(now_ms);
        if age == Age::Good || connection.refresh.is_none() && age == Age::Ending {
            return Ok(Secret::new(connection.access.to_string()));
        }
        let refreshed = tokio::spawn({
            let (inner, owner, provider) = (Arc::clone(inner), owner.clone(), provider.to_owned());
            async move { inner.refresh(&owner, &provider, now_ms).await }
        });
        if age == Age::Ending {
            return Ok(Secret::new(connection.access.to_string()));
        }
        refreshed.await.unwrap_or_else(|_| Err("refreshing it broke".to_owned()))?;
        let connection = inner.usable(owner, provider).await?;
        match connection.age(now_ms) {
            Age::Over => Err("its token is over".to_owned()),
            Age::Good | Age::Ending => Ok(Secret::new(connection.access.to_string())),
        }
    }

    async fn usable(&self, owner: &Owner, provider: &str) -> Result<Connection, String> {
        let connection = self.load(owner, provider).await.map_err(store_failed)?;
        let connection = connection.ok_or_else(|| format!("no account is connected\n\nhint: {CONNECT}"))?;
        if connection.is_over {
            return Err(format!("the account has to be connected again\n\nhint: {CONNECT}"));
        }
        Ok(connection)
    }

    /// Makes a connection's token fresh, unless another has meanwhile.
    async fn refresh(&self, owner: &Owner, provider: &str, now_ms: i64) -> Result<(), String> {
        let name = name(owner, provider);
        let flight = self.flight(&name);
        let mut failed = flight.lock().await;
        let mut connection = self.usable(owner, provider).await?;
        if connection.age(now_ms) == Age::Good {
            return Ok(());
        }
        if failed.is_some_and(|at| now_ms.saturating_sub(at).saturating_abs() < REFRESH_PAUSE_MS) {
            return Err("its token could not be made fresh just now".to_owned());
        }
        let provider = self.providers.get(provider).ok_or("the operator does not offer it any more")?;
        let Some(token) = connection.refresh.clone() else {
            self.end(connection, name).await;
            return Err(format!("the account has to be connected again\n\nhint: {CONNECT}"));
        };
        match exchange::refresh(&self.egress, provider, &self.redirect, &token, now_ms).await {
            Ok(tokens) => {
                *failed = None;
                connection.take(&tokens, now_ms);
                if !self.keep_if_same(connection, name).await? {
                    // It was disconnected, or connected anew, meanwhile: nobody may have these.
                    exchange::revoke(&self.egress, provider, &self.redirect, &tokens).await;
                }
                Ok(())
            }
            Err(ExchangeError::Refused(code)) if OVER.contains(&code.as_str()) => {
                tracing::info!(provider = provider.name, code, "an asker has to connect their account again");
                self.end(connection, name).await;
                Err(format!("the account has to be connected again\n\nhint: {CONNECT}"))
            }
            Err(error) => {
                *failed = Some(now_ms);
                tracing::warn!(provider = provider.name, %error, "a token could not be made fresh");
                Err("its token could not be made fresh".to_owned())
            }
        }
    }

    fn flight(&self, name: &str) -> Arc<Flight> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if flights.len() >= FLIGHTS_MAX {
            flights.retain(|_, flight| Arc::strong_count(flight) > 1);
        }
        Arc::clone(flights.entry(name.to_owned()).or_default())
    }

    /// Writes a connection if it is still the one that was read.
    async fn keep_if_same(&self, connection: Connection, name: String) -> Result<bool, String> {
        let kept = self.blocking(move |vault| {
            vault.write(|view| {
                let known =
                    view.get(CONNECTIONS, &name)?.map(|record| store::read::<Connection>(&record)).transpose()?;
                let same = known.is_some_and(|known| known.generation == connection.generation);
                if same {
                    view.put(CONNECTIONS, &name, &store::write(&connection)?)?;
                }
                Ok::<_, StoreError>(same)
            })
        });
        kept.await.map_err(store_failed)
    }

    /// The provider gives nothing any more: its tokens are forgotten, that there was a connection is not.
    async fn end(&self, mut connection: Connection, name: String) {
        connection.is_over = true;
        connection.access = Text::new("");
        connection.refresh = None;
        // That it could not be written is in the log; the next exchange finds out again.
        if let Ok(true) = self.keep_if_same(connection, name.clone()).await {
            self.index().remove(&name);
        }
    }
}

fn store_failed(error: StoreError) -> String {
    tracing::error!(%error, "connections cannot be read");
    "the store of connections failed".to_owned()
}

/// Words by which providers say that a refresh token is good for nothing any more.
const OVER: [&str; 5] =
    ["invalid_grant", "bad_refresh_token", "invalid_refresh_token", "token_revoked", "token_expired"];
