//! How much of other issuers and services is taken in, and for how long.

use core::time::Duration;

/// Discovery and keys of an issuer, each: longer, and the keys that are known must do.
pub const ISSUER_TIME_MAX: Duration = Duration::from_secs(5);
/// How long a token waits for keys that are asked for anew while older ones are still believed.
pub const ISSUER_PATIENCE: Duration = Duration::from_secs(1);
/// Bytes of a discovery document: those of large issuers have 5 kB.
pub const DISCOVERY_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a set of keys: 64 RSA keys with their certificates have 200 kB.
pub const KEYS_BYTES_MAX: usize = 256 * 1024;
/// Keys of an issuer that are looked at; it has two or three, and some more while they change.
pub const KEYS_MAX: usize = 64;
/// Bytes of a key's name.
pub const KEY_ID_BYTES_MAX: usize = 256;
/// Bits of an RSA modulus: below, it can be broken, and above, verifying costs more than it is worth.
pub const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=4096;

/// Keys are fresh for at least this long, ms, whatever the issuer says: it must not be asked for every token.
pub const FRESH_MS_MIN: i64 = 5 * 60 * 1_000;
/// And when it says nothing.
pub const FRESH_MS: i64 = 60 * 60 * 1_000;
/// And at most: a key that was withdrawn is believed no longer.
pub const FRESH_MS_MAX: i64 = 24 * 3_600 * 1_000;
/// An issuer that is away is believed by the keys it had for this long, ms, since they were last fetched.
pub const STALE_MS_MAX: i64 = 24 * 3_600 * 1_000;
/// A key that is not known is looked for at most this often, ms, however many tokens name one.
pub const UNKNOWN_KEY_MS: i64 = 60 * 1_000;
/// An issuer that is away is tried again after this, ms.
pub const RETRY_MS: i64 = 15 * 1_000;

/// Bytes of a token that is looked into for its issuer; more are refused before any cryptography.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Time to agree at a service, ms.
pub const FLOW_MS_MAX: i64 = 10 * 60 * 1_000;
/// Flows of all askers at once; more are turned away.
pub const FLOWS_MAX: usize = 1_000;
/// Flows of one asker at once; the oldest goes.
pub const FLOWS_PER_ASKER_MAX: usize = 8;
/// Connections of one host.
pub const CONNECTIONS_MAX: usize = 100_000;
/// One request to a token endpoint.
pub const EXCHANGE_TIME_MAX: Duration = Duration::from_secs(8);
/// Bytes of the answer of a token endpoint.
pub const EXCHANGE_BYTES_MAX: usize = 64 * 1024;
/// Bytes of an access or refresh token: it stands in a header.
pub const SECRET_BYTES_MAX: usize = 8 * 1024;
/// Bytes of a callback's query, and of the code in it.
pub const QUERY_BYTES_MAX: usize = 8 * 1024;
/// Bytes of an account's name, for people.
pub const ACCOUNT_BYTES_MAX: usize = 256;
/// A token is made fresh this long before it ends, ms.
pub const REFRESH_AHEAD_MS: i64 = 2 * 60 * 1_000;
/// A token that ends sooner than this is not sent any more, ms: it would end on its way.
pub const REFRESH_LATEST_MS: i64 = 10 * 1_000;
/// A refresh that failed is tried again after this, ms.
pub const REFRESH_PAUSE_MS: i64 = 15 * 1_000;

const _: () = assert!(FRESH_MS_MIN <= FRESH_MS && FRESH_MS <= FRESH_MS_MAX && FRESH_MS_MAX <= STALE_MS_MAX);
const _: () = assert!(FLOWS_MAX <= zero_vault::limits::LISTED_MAX);
const _: () = assert!(4 * SECRET_BYTES_MAX <= zero_vault::limits::RECORD_BYTES_MAX);
const _: () = assert!(REFRESH_LATEST_MS < REFRESH_AHEAD_MS);
