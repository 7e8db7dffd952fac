//! `[traffic]`: how much each asker may ask, and how many questions the host carries.

use core::time::Duration;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Requests a minute that any limit may say: beyond it, it is none.
pub const PER_MINUTE_MAX: u32 = 1_000_000;
/// Buckets of one process, at most: about 64 bytes each.
const BUCKETS_MAX: usize = 4 * 1024 * 1024;
/// Roles with a class: an operator writes them by hand.
const ENTRIES_MAX: usize = 256;
/// Longest wait for Redis: a question has a second in all.
const REDIS_TIME_CEILING: Duration = Duration::from_millis(500);
/// Bytes of a prefix of Redis keys.
const PREFIX_BYTES_MAX: usize = 64;

/// Who goes first when not all can: the later, the sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Nobody knows who asks.
    Anonymous,
    /// A program with an API key.
    Key,
    /// Somebody who signed in.
    SignedIn,
    /// Whoever has to mend the host while it is overloaded.
    Operator,
}

/// Limits that a region's hosts share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redis {
    /// `redis://host:port/database`, without a password.
    pub url: String,
    /// The environment variable that holds the password, where there is one.
    pub password_env: Option<String>,
    /// What every key begins with.
    pub prefix: String,
    /// How long a question waits for it.
    pub time_max: Duration,
}

/// How much may come, and from whom first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// Questions of an address that says no more of itself; 0 for no limit, as in the others.
    pub address_per_minute: u32,
    /// Questions of somebody who signed in.
    pub user_per_minute: u32,
    /// Questions of an API key that has no limit of its own.
    pub key_per_minute: u32,
    /// Questions of all of one tenant.
    pub tenant_per_minute: u32,
    /// Credentials of one address that were not accepted.
    pub failures_per_minute: u32,
    /// How many seconds' worth may come at once.
    pub burst_seconds: u32,
    /// Whether addresses of this machine are limited like others.
    pub limit_loopback: bool,
    /// Buckets kept in this process.
    pub buckets_max: usize,
    /// Where limits are shared; none keeps them in the process.
    pub redis: Option<Redis>,
    /// Questions that are carried however long others wait.
    pub concurrency_min: usize,
    /// How long a task that could run may wait for its turn before questions are turned away.
    pub queue_delay_max: Duration,
    /// Classes by role, over what follows from who asks.
    pub classes: BTreeMap<String, Class>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            address_per_minute: 120,
            user_per_minute: 600,
            key_per_minute: 600,
            tenant_per_minute: 0,
            failures_per_minute: 30,
            burst_seconds: 20,
            limit_loopback: false,
            buckets_max: 65_536,
            redis: None,
            concurrency_min: 4,
            queue_delay_max: Duration::from_millis(25),
            classes: BTreeMap::from([("operator".to_owned(), Class::Operator)]),
        }
    }
}

/// The `[traffic]` table of a configuration file: every key may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TrafficTable {
    address_per_minute: Option<u32>,
    user_per_minute: Option<u32>,
    key_per_minute: Option<u32>,
    tenant_per_minute: Option<u32>,
    failures_per_minute: Option<u32>,
    burst_seconds: Option<u32>,
    limit_loopback: Option<bool>,
    buckets_max: Option<usize>,
    redis: String,
    redis_password_env: String,
    redis_prefix: Option<String>,
    redis_time_ms_max: Option<u64>,
    concurrency_min: Option<usize>,
    queue_delay_ms_max: Option<u64>,
    classes: BTreeMap<String, Class>,
}

impl TrafficTable {
    /// What it says, over the defaults.
    ///
    /// # Errors
    /// Names the key that is wrong.
    pub(crate) fn read(self, in_flight_max: usize) -> Result<Traffic, String> {
        let base = Traffic::default();
        let per_minute = |key: &str, said: Option<u32>, otherwise| within(key, said, otherwise, 0, PER_MINUTE_MAX);
        let redis = self.redis()?;
        let delay = within("queue_delay_ms_max", self.queue_delay_ms_max, 25, 1, 1000)?;
        let concurrency_min = base.concurrency_min.min(in_flight_max);
        let mut classes = base.classes;
        if self.classes.len() > ENTRIES_MAX {
            return Err(format!("`classes` has {} entries, over the limit of {ENTRIES_MAX}", self.classes.len()));
        }
        classes.extend(self.classes);
        Ok(Traffic {
            address_per_minute: per_minute("address_per_minute", self.address_per_minute, base.address_per_minute)?,
            user_per_minute: per_minute("user_per_minute", self.user_per_minute, base.user_per_minute)?,
            key_per_minute: per_minute("key_per_minute", self.key_per_minute, base.key_per_minute)?,
            tenant_per_minute: per_minute("tenant_per_minute", self.tenant_per_minute, base.tenant_per_minute)?,
            failures_per_minute: per_minute("failures_per_minute", self.failures_per_minute, base.failures_per_minute)?,
            burst_seconds: within("burst_seconds", self.burst_seconds, base.burst_seconds, 1, 60)?,
            limit_loopback: self.limit_loopback.unwrap_or(base.limit_loopback),
            buckets_max: within("buckets_max", self.buckets_max, base.buckets_max, 64, BUCKETS_MAX)?,
            redis,
            concurrency_min: within("concurrency_min", self.concurrency_min, concurrency_min, 1, in_flight_max)?,
            queue_delay_max: Duration::from_millis(delay),
            classes,
        })
    }

    fn redis(&self) -> Result<Option<Redis>, String> {
        let prefix = self.redis_prefix.clone().unwrap_or_else(|| "zero:limit:".to_owned());
        if prefix.len() > PREFIX_BYTES_MAX || !prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!("`redis_prefix` is at most {PREFIX_BYTES_MAX} visible characters of ASCII"));
        }
        let most = u64::try_from(REDIS_TIME_CEILING.as_millis()).unwrap_or(u64::MAX);
        let time_max = Duration::from_millis(within("redis_time_ms_max", self.redis_time_ms_max, 50, 1, most)?);
        if self.redis.is_empty() {
            return Ok(None);
        }
        let Some(rest) = self.redis.strip_prefix("redis://") else {
            return Err(
                "`redis` must begin with `redis://`\n\nhint: it is meant for a private network of the region; \
                        put a tunnel with TLS before one that is not"
                    .to_owned(),
            );
        };
        if rest.contains('@') {
            return Err("`redis` holds a password\n\nhint: put it into an environment variable and name that in \
                        `redis_password_env`"
                .to_owned());
        }
        let password_env = Some(self.redis_password_env.clone()).filter(|name| !name.is_empty());
        Ok(Some(Redis { url: self.redis.clone(), password_env, prefix, time_max }))
    }
}

fn within<T: Copy + PartialOrd + core::fmt::Display>(
    key: &str,
    said: Option<T>,
    otherwise: T,
    least: T,
    most: T,
) -> Result<T, String> {
    match said {
        Some(value) if value < least || value > most => {
            Err(format!("`{key}` must be from {least} to {most}, not {value}"))
        }
        said => Ok(said.unwrap_or(otherwise)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    #[test]
    fn the_shipped_file_says_the_defaults() {
        let shipped = Config::from_toml(include_str!("../../../edge-config/default.toml")).unwrap();
        assert_eq!(shipped.traffic, Traffic::default());
        assert_eq!(Config::from_toml("").unwrap().traffic, Traffic::default());
    }

    #[test]
    fn what_is_said_counts() {
        let text = "[traffic]\nkey_per_minute = 60\nredis = \"redis://127.0.0.1:6379/1\"\nredis_password_env = \"SECRET\"\n\
                    [traffic.classes]\nmonitor = \"operator\"\nreader = \"anonymous\"";
        let traffic = Config::from_toml(text).unwrap().traffic;
        assert_eq!(traffic.key_per_minute, 60);
        assert_eq!(traffic.redis.unwrap().password_env.as_deref(), Some("SECRET"));
        let classes: Vec<Class> = traffic.classes.into_values().collect();
        assert_eq!(classes, [Class::Operator, Class::Operator, Class::Anonymous]);
        let few = Config::from_toml("[server]\nquestions_in_flight_max = 1").unwrap();
        assert_eq!(few.traffic.concurrency_min, 1);
    }

    #[test]
    fn a_wrong_key_is_named() {
        for (text, words) in [
            ("colour = 1", "unknown field `colour`"),
            ("burst_seconds = 0", "[traffic] `burst_seconds` must be from 1 to 60"),
            ("key_per_minute = 2000000", "`key_per_minute`"),
            ("concurrency_min = 5000", "`concurrency_min`"),
            ("redis = \"rediss://cache\"", "hint: "),
            ("redis = \"redis://:secret@cache\"", "`redis_password_env`"),
            ("redis_prefix = \"a b\"", "`redis_prefix`"),
            ("classes.monitor = \"first\"", "unknown variant `first`"),
        ] {
            let error = format!("{:#}", Config::from_toml(&format!("[traffic]\n{text}")).unwrap_err());
            assert!(error.contains(words), "{text}: {error}");
            assert!(!error.contains("secret@"), "{error}");
        }
    }
}
