//! Connections that wait for their next request.
//!
//! Takes and gives senders by whom they lead to: host, security and the address that was checked. Limits: idle
//! connections of one key, of all, and their time. Why it is so: the key holds the checked address, so a connection is
//! used again only while the name still leads there.

use crate::dial::{Protocol, Sender};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use zero_pipeline::limits::{IDLE_CONNECTION_TIME_MAX, IDLE_CONNECTIONS_PER_HOST_MAX};

/// Whom a connection leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) host: String,
    pub(crate) tls: bool,
    pub(crate) address: SocketAddr,
}

struct Idle {
    key: Key,
    since: Instant,
    sender: Sender,
}

#[derive(Default)]
pub(crate) struct Pool {
    /// Oldest first. Some hundred at most, so a scan is cheaper than an index.
    idle: Mutex<Vec<Idle>>,
}

impl Pool {
    /// The connection used last among those that lead to one of `addresses`.
    pub(crate) fn take(&self, host: &str, tls: bool, addresses: &[SocketAddr]) -> Option<(Key, Sender)> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(is_alive);
        let leads = |key: &Key| key.tls == tls && key.host == host && addresses.contains(&key.address);
        let index = idle.iter().rposition(|entry| leads(&entry.key))?;
        let entry = idle.get_mut(index)?;
        if let Some(sender) = entry.sender.shared() {
            // It serves many requests at once, so it stays.
            entry.since = Instant::now();
            return Some((entry.key.clone(), sender));
        }
        let Idle { key, sender, .. } = idle.remove(index);
        Some((key, sender))
    }

    /// Keeps a connection for the next request.
    pub(crate) fn put(&self, key: Key, sender: Sender) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(is_alive);
        let same = idle.iter().filter(|entry| entry.key == key).count();
        if same >= IDLE_CONNECTIONS_PER_HOST_MAX
            && let Some(oldest) = idle.iter().position(|entry| entry.key == key)
        {
            idle.remove(oldest);
        }
        if idle.len() >= IDLE_CONNECTIONS_MAX {
            idle.remove(0);
        }
        idle.push(Idle { key, since: Instant::now(), sender });
    }
}

fn is_alive(entry: &Idle) -> bool {
    let open = match &entry.sender.protocol {
        Protocol::One(sender) => !sender.is_closed(),
        Protocol::Many(sender) => !sender.is_closed(),
    };
    open && entry.since.elapsed() < IDLE_CONNECTION_TIME_MAX
}

/// Idle connections of all hosts: a few dozen sources in use at a time.
const IDLE_CONNECTIONS_MAX: usize = 256;
