//! Buckets that the hosts of a region share, in Redis.
//!
//! - **Takes** charges to several buckets at once.
//! - **Gives** what became of each, by the clock of the server, in one round trip of one script.
//! - **Fails** by giving nothing: then the process counts for itself. That it went away, and that it is back, is said
//!   once each.
//! - **Limits**: the time an operator gives it, a connection, [`REDIS_COMMANDS_MAX`] commands that wait; keys expire when
//!   they say nothing any more.
//! - **Why it is so**: limits are a promise to those who keep them, and no reason to turn anybody away when Redis is. No
//!   question ever waits for a connection: one is made beside them. Buckets of one question lie under different keys, so
//!   this is for one server (with replicas) in each region and not for a cluster.

use crate::asker::{Charge, Key};
use crate::gcra::Charged;
use crate::limits::{REDIS_COMMANDS_MAX, REDIS_CONNECT_TIME_MAX, REDIS_PAUSE};
use core::time::Duration;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, IntoConnectionInfo as _, RedisError, Script};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::{Instant, timeout};

/// A way to Redis; clones share it.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    client: Client,
    script: Script,
    prefix: String,
    time_max: Duration,
    link: Mutex<Link>,
}

enum Link {
    /// Not there, and not tried again before this.
    Away(Instant),
    /// Being made.
    Coming,
    /// There; which of all that ever were, so that an old one's end does not end a new one.
    Here(u64, MultiplexedConnection),
}

impl Shared {
    /// The way to this server, which is not gone before the first question.
    ///
    /// # Errors
    /// The address is none.
    pub fn new(redis: &zero_config::Redis, password: Option<&str>) -> Result<Self, String> {
        let wrong = |error: RedisError| format!("[traffic] `redis`: {error}");
        let info = redis.url.as_str().into_connection_info().map_err(wrong)?;
        let settings = match password {
            Some(password) => info.redis_settings().clone().set_password(password),
            None => info.redis_settings().clone(),
        };
        let client = Client::open(info.set_redis_settings(settings)).map_err(wrong)?;
        Ok(Self(Arc::new(Inner {
            client,
            script: Script::new(include_str!("charge.lua")),
            prefix: redis.prefix.clone(),
            time_max: redis.time_max,
            link: Mutex::new(Link::Away(Instant::now())),
        })))
    }

    /// Begins to connect, so that the first question finds a connection. Needs a runtime, as all but [`Shared::new`].
    pub fn begin(&self) {
        let _ = self.connection();
    }

    /// Whether there is a connection that nothing is known against.
    #[must_use]
    pub fn is_there(&self) -> bool {
        matches!(&*self.lock(), Link::Here(..))
    }

    /// Charges all of them or none. None when Redis is away: then the caller counts for itself.
    pub async fn charge(&self, charges: &[Charge], cost: u32) -> Option<Vec<Charged>> {
        let (number, mut connection) = self.connection()?;
        let mut call = self.0.script.prepare_invoke();
        call.arg(cost);
        for charge in charges {
            call.key(self.key(charge.key)).arg(charge.rate.interval_us()).arg(charge.rate.debt_us_max());
        }
        let told: Result<Result<Vec<u64>, RedisError>, _> =
            timeout(self.0.time_max, call.invoke_async(&mut connection)).await;
        let why = match told {
            Ok(Ok(told)) if told.len() == 3 * charges.len() => return Some(read(&told)),
            Ok(Ok(told)) => format!("it told {} numbers of {} buckets", told.len(), charges.len()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", self.0.time_max.as_millis()),
        };
        self.handle_failure(number, &why);
        None
    }

    fn key(&self, key: Key) -> String {
        let mut text = self.0.prefix.clone();
        // Writing to a string cannot fail.
        key.0.iter().for_each(|byte| _ = write!(text, "{byte:02x}"));
        text
    }

    /// The connection, if there is one. Where it is time, another is begun beside.
    fn connection(&self) -> Option<(u64, MultiplexedConnection)> {
        let mut link = self.lock();
        match &*link {
            Link::Here(number, connection) => return Some((*number, connection.clone())),
            Link::Away(until) if Instant::now() >= *until => {}
            Link::Away(_) | Link::Coming => return None,
        }
        *link = Link::Coming;
        drop(link);
        tokio::spawn(self.clone().connect());
        None
    }

    async fn connect(self) {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(REDIS_CONNECT_TIME_MAX))
            .set_response_timeout(Some(self.0.time_max))
            .set_pipeline_buffer_size(REDIS_COMMANDS_MAX);
        let made = timeout(REDIS_CONNECT_TIME_MAX, async {
            let mut connection = self.0.client.get_multiplexed_async_connection_with_config(&config).await?;
            // Loaded now, so that a charge is one round trip from the first on.
            self.0.script.prepare_invoke().load_async(&mut connection).await?;
            Ok::<_, RedisError>(connection)
        })
        .await;
        let why = match made {
            Ok(Ok(connection)) => {
                tracing::info!("rate limits are shared through Redis");
                *self.lock() = Link::Here(next_number(), connection);
                return;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no connection within {} ms", REDIS_CONNECT_TIME_MAX.as_millis()),
        };
        tracing::debug!(why, "Redis is not there yet");
        *self.lock() = Link::Away(Instant::now() + REDIS_PAUSE);
    }

    fn handle_failure(&self, number: u64, why: &str) {
        let mut link = self.lock();
        // Of many questions that saw it go, one says so.
        if matches!(&*link, Link::Here(here, _) if *here == number) {
            *link = Link::Away(Instant::now() + REDIS_PAUSE);
            tracing::warn!(why, "Redis is away: this host counts rate limits for itself");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Link> {
        self.0.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Numbers connections of this process.
fn next_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn read(told: &[u64]) -> Vec<Charged> {
    let (triples, _) = told.as_chunks::<3>();
    triples.iter().map(|&[room, debt_us, wait_us]| Charged { allowed: room == 1, debt_us, wait_us }).collect()
}
