//! Limits of accounts: unit, default, reason.

use zero_pipeline::limits::REQUEST_BODY_BYTES_MAX;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// One day.
pub(crate) const DAY_MS: i64 = 24 * HOUR;

/// How long an access token opens anything: so long a sign-out has to be remembered.
pub const ACCESS_TOKEN_MS: i64 = 15 * MINUTE;
/// How far clocks of verifiers may differ.
pub const LEEWAY_MS: i64 = 30 * SECOND;
/// How long a signing key is published before it signs: verifiers that look once a day know it by then.
pub const KEY_LEAD_MS: i64 = DAY_MS;
/// How long a verifier may keep the published keys, seconds: far less than the lead.
pub(crate) const JWKS_MAX_AGE_S: i64 = 300;
const _: () = assert!(JWKS_MAX_AGE_S * SECOND * 10 < KEY_LEAD_MS);

/// How long ago whoever changes their account's safety must have signed in.
pub(crate) const FRESH_MS: i64 = 15 * MINUTE;
/// A session that nobody used for this long has ended, whatever its lifetime.
pub(crate) const IDLE_MS: i64 = 14 * DAY_MS;
/// How often what has ended is cleared away.
pub(crate) const SWEEP_MS: i64 = HOUR;

/// Bytes of a body: a passkey's attestation has a few thousand.
pub const BODY_BYTES_MAX: usize = 32 * 1024;
const _: () = assert!(BODY_BYTES_MAX <= REQUEST_BODY_BYTES_MAX);
/// Bytes of an account's name: the longest e-mail address.
pub(crate) const NAME_BYTES_MAX: usize = 254;
/// Characters of a password: shorter ones are guessed.
pub(crate) const PASSWORD_CHARS_MIN: usize = 10;
/// Bytes of a password: a long sentence, and nothing to keep a hasher busy with.
pub(crate) const PASSWORD_BYTES_MAX: usize = 512;
/// Bytes of what an asker calls a key or a passkey.
pub(crate) const LABEL_BYTES_MAX: usize = 100;
/// Bytes of a program's name that a list of sessions shows.
pub(crate) const AGENT_BYTES_MAX: usize = 200;
/// Scopes that one token or key names.
pub(crate) const SCOPES_MAX: usize = 32;
/// Bytes of one scope.
pub(crate) const SCOPE_BYTES_MAX: usize = 64;

/// Sessions of one account; one more ends the one that was not used for longest.
pub(crate) const SESSIONS_MAX: usize = 64;
/// API keys of one account.
pub(crate) const KEYS_MAX: usize = 32;
/// API keys in all: each is in the memory of every host.
pub(crate) const KEYS_TOTAL_MAX: usize = 10_000;
/// Passkeys of one account.
pub(crate) const PASSKEYS_MAX: usize = 16;
/// Days that an API key is valid at most, when it expires at all.
pub(crate) const KEY_DAYS_MAX: i64 = 3_650;

/// Failed sign-ins of one name in [`ATTEMPTS_WINDOW_MS`].
pub const ATTEMPTS_NAME_MAX: u32 = 10;
/// Failed sign-ins, and ceremonies begun, of one address in the same time: an office may share one.
pub const ATTEMPTS_ADDRESS_MAX: u32 = 60;
/// New accounts of one address in the same time.
pub(crate) const REGISTRATIONS_ADDRESS_MAX: u32 = 10;
/// See there.
pub const ATTEMPTS_WINDOW_MS: i64 = 15 * MINUTE;
/// Names and addresses whose failures are remembered: some megabytes.
pub(crate) const ATTEMPTS_REMEMBERED_MAX: usize = 65_536;

/// Ceremonies with passkeys that are underway; one more forgets the oldest.
pub(crate) const CEREMONIES_MAX: usize = 4_096;
/// How long a person may take to touch their key.
pub(crate) const CEREMONY_MS: i64 = 5 * MINUTE;

/// Sign-ins that wait for a thread which hashes; one more is told to come again.
pub(crate) const HASHING_QUEUE_MAX: usize = 64;
/// Threads for all else, which waits for the disk.
pub(crate) const DESK_THREADS: usize = 4;
/// Requests that wait for one of them.
pub(crate) const DESK_QUEUE_MAX: usize = 256;
/// When to come again after either queue was full, seconds.
pub(crate) const BUSY_RETRY_AFTER_S: u64 = 2;

/// Length of a TOTP step, seconds, and of its secret, bytes: RFC 6238 and RFC 4226.
pub(crate) const TOTP_STEP_S: u64 = 30;
/// See there.
pub(crate) const TOTP_SECRET_BYTES: usize = 20;
/// Steps by which a person's clock may be off.
pub(crate) const TOTP_SKEW: u16 = 1;
/// Recovery codes that are shown when a second factor is set up.
pub(crate) const RECOVERY_CODES: usize = 10;
/// Random bytes of each: 80 bits, so a plain hash is enough.
pub(crate) const RECOVERY_BYTES: usize = 10;
