//! Sessions: a short access token, and a refresh token that is used once.
//!
//! A refresh token is a handle, which every token of a sign-in shares and which names its family, and a secret of its
//! own. Only digests are kept. Whoever shows the handle had a token of this family; when its secret is not the current
//! one, somebody used a token twice, and since nobody can tell the owner from the thief, the family ends.

use crate::house::House;
use crate::limits::{ACCESS_TOKEN_MS, AGENT_BYTES_MAX, IDLE_MS, LEEWAY_MS, SESSIONS_MAX};
use crate::records::{self, ACCOUNTS, Account, FAMILIES, Family, REVOKED, SESSIONS, View};
use crate::{Refused, problems, random};
use serde::Serialize;
use serde_json::json;
use std::net::IpAddr;
use zero_vault::Write;
use zeroize::Zeroizing;

const PREFIX: &str = "zr_";
/// Hexadecimal digits of 128 and 256 bits.
const HANDLE_CHARS: usize = 32;
const SECRET_CHARS: usize = 64;

/// Who asks, from where, when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asks<'a> {
    pub(crate) peer: IpAddr,
    pub(crate) agent: &'a str,
    pub(crate) now_ms: i64,
}

/// RFC 6749, section 5.1.
#[derive(Serialize)]
pub(crate) struct Tokens {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    refresh_token: Zeroizing<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// A session, as its owner sees it.
#[derive(Debug, Serialize)]
pub(crate) struct SessionReport {
    pub(crate) id: String,
    pub(crate) created_ms: i64,
    pub(crate) used_ms: i64,
    pub(crate) ends_ms: i64,
    pub(crate) methods: Vec<String>,
    pub(crate) address: String,
    pub(crate) agent: String,
}

impl Family {
    fn has_ended(&self, now_ms: i64) -> bool {
        now_ms >= self.ends_ms || now_ms >= self.used_ms.saturating_add(IDLE_MS)
    }

    fn place(&self) -> String {
        format!("{}/{}", self.account, self.session)
    }
}

/// Handle and secret; the whole is what is shown.
fn draw(handle: &str) -> Result<Zeroizing<String>, Refused> {
    Ok(Zeroizing::new(format!("{PREFIX}{handle}{}", hex::encode(random::bytes::<{ SECRET_CHARS / 2 }>()?))))
}

/// The handle of a refresh token.
fn handle_of(token: &str) -> Option<&str> {
    let rest = token.strip_prefix(PREFIX)?;
    let hexadecimal = rest.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase());
    (rest.len() == HANDLE_CHARS + SECRET_CHARS && hexadecimal).then(|| rest.get(..HANDLE_CHARS)).flatten()
}

/// Ends a session within a transaction; its access tokens are refused until then.
fn end(view: &mut Write<'_, '_>, key: &str, family: &Family, now_ms: i64) -> Result<(String, i64), Refused> {
    let until_ms = now_ms.saturating_add(ACCESS_TOKEN_MS).saturating_add(LEEWAY_MS);
    view.delete(FAMILIES, key)?;
    view.delete(SESSIONS, &family.place())?;
    records::save(view, REVOKED, &family.session, &until_ms)?;
    Ok((family.session.clone(), until_ms))
}

/// The sessions of an account, with the digests of their handles.
fn of_account(view: &impl View, account: &str) -> Result<Vec<(String, Family)>, Refused> {
    let mut found = Vec::new();
    for (_, key) in view.all::<String>(SESSIONS, &format!("{account}/"))? {
        if let Some(family) = view.load(FAMILIES, &key)? {
            found.push((key, family));
        }
    }
    Ok(found)
}

/// Clears away sessions that have ended by themselves.
pub(crate) fn sweep(view: &mut Write<'_, '_>, now_ms: i64) -> Result<(), Refused> {
    for (key, family) in view.all::<Family>(FAMILIES, "")? {
        if family.has_ended(now_ms) {
            view.delete(FAMILIES, &key)?;
            view.delete(SESSIONS, &family.place())?;
        }
    }
    Ok(())
}

/// What became of a refresh token. A transaction that ends a family must not be undone by the refusal.
enum Used {
    Rotated(Box<Family>, Box<Account>, Zeroizing<String>),
    Ended(String, i64),
    Refused,
}

impl House {
    /// A new session of an account.
    pub(crate) fn open_session(
        &self,
        account: &str,
        scope: Option<String>,
        methods: Vec<String>,
        asks: &Asks<'_>,
    ) -> Result<Tokens, Refused> {
        let (session, handle) = (random::id()?, random::id()?);
        let token = draw(&handle)?;
        let family = Family {
            account: account.to_owned(),
            session,
            current: random::digest(&token),
            created_ms: asks.now_ms,
            used_ms: asks.now_ms,
            ends_ms: asks.now_ms.saturating_add(self.settings.session_ms),
            scope,
            methods,
            address: asks.peer.to_canonical().to_string(),
            agent: agent(asks.agent),
        };
        let (account, ended) = self.vault.write(|view| {
            let account: Account = view.load(ACCOUNTS, account)?.ok_or_else(problems::sign_in_failed)?;
            let mut open = of_account(view, &account.id)?;
            let mut ended = Vec::new();
            open.sort_by_key(|(_, family)| family.used_ms);
            for (key, family) in open.iter().take((open.len() + 1).saturating_sub(SESSIONS_MAX)) {
                ended.push(end(view, key, family, asks.now_ms)?);
            }
            let key = random::digest(&handle);
            records::save(view, SESSIONS, &family.place(), &key)?;
            records::save(view, FAMILIES, &key, &family)?;
            Ok::<_, Refused>((account, ended))
        })?;
        self.disbelieve(ended);
        self.tokens(&account, &family, token, asks.now_ms)
    }

    /// A new pair of tokens for a refresh token, which counts no longer.
    pub(crate) fn refresh(&self, token: &str, asks: &Asks<'_>) -> Result<Tokens, Refused> {
        let handle = handle_of(token).ok_or_else(problems::refresh_refused)?;
        let key = random::digest(handle);
        let used = self.vault.write(|view| {
            let Some(mut family) = view.load::<Family>(FAMILIES, &key)? else { return Ok(Used::Refused) };
            if family.has_ended(asks.now_ms) {
                return Ok(Used::Refused);
            }
            let account = view.load::<Account>(ACCOUNTS, &family.account)?.filter(|account| !account.disabled);
            let right = random::same(&family.current, &random::digest(token));
            let Some(account) = account.filter(|_| right) else {
                let (session, until_ms) = end(view, &key, &family, asks.now_ms)?;
                return Ok(Used::Ended(session, until_ms));
            };
            let next = draw(handle)?;
            family.current = random::digest(&next);
            family.used_ms = asks.now_ms;
            records::save(view, FAMILIES, &key, &family)?;
            Ok::<_, Refused>(Used::Rotated(Box::new(family), Box::new(account), next))
        })?;
        match used {
            Used::Rotated(family, account, next) => self.tokens(&account, &family, next, asks.now_ms),
            Used::Ended(session, until_ms) => {
                tracing::warn!(session, "a refresh token was used twice: its session has ended");
                self.disbelieve([(session, until_ms)]);
                Err(problems::refresh_refused())
            }
            Used::Refused => Err(problems::refresh_refused()),
        }
    }

    /// Ends the session of a refresh token, if it is one (RFC 7009: whether it was is not told).
    pub(crate) fn sign_out_by(&self, token: &str, now_ms: i64) -> Result<(), Refused> {
        let Some(handle) = handle_of(token) else { return Ok(()) };
        let key = random::digest(handle);
        let ended = self.vault.write(|view| {
            let family = view.load::<Family>(FAMILIES, &key)?;
            family.map(|family| end(view, &key, &family, now_ms)).transpose()
        })?;
        self.disbelieve(ended);
        Ok(())
    }

    /// Ends one session of an account; whether there was one.
    pub(crate) fn end_session(&self, account: &str, session: &str, now_ms: i64) -> Result<bool, Refused> {
        let ended = self.vault.write(|view| {
            let found = of_account(view, account)?.into_iter().find(|(_, family)| family.session == session);
            found.map(|(key, family)| end(view, &key, &family, now_ms)).transpose()
        })?;
        let was = ended.is_some();
        self.disbelieve(ended);
        Ok(was)
    }

    /// Ends all sessions of an account but this one; how many.
    pub(crate) fn end_sessions(&self, account: &str, but: Option<&str>, now_ms: i64) -> Result<usize, Refused> {
        let ended = self.vault.write(|view| {
            let mut ended = Vec::new();
            for (key, family) in of_account(view, account)? {
                if but != Some(family.session.as_str()) {
                    ended.push(end(view, &key, &family, now_ms)?);
                }
            }
            Ok::<_, Refused>(ended)
        })?;
        let count = ended.len();
        self.disbelieve(ended);
        Ok(count)
    }

    /// The sessions of an account that last.
    pub(crate) fn sessions(&self, account: &str, now_ms: i64) -> Result<Vec<SessionReport>, Refused> {
        let found = self.vault.read(|view| of_account(view, account))?;
        let lasting = found.into_iter().map(|(_, family)| family).filter(|family| !family.has_ended(now_ms));
        Ok(lasting
            .map(|family| SessionReport {
                id: family.session,
                created_ms: family.created_ms,
                used_ms: family.used_ms,
                ends_ms: family.ends_ms,
                methods: family.methods,
                address: family.address,
                agent: family.agent,
            })
            .collect())
    }

    /// The account and the session behind a token of ours. A token of another issuer may say any subject and session:
    /// only one that this host opened counts.
    pub(crate) fn signed_in(&self, account: &str, session: &str) -> Result<(Account, Family), Refused> {
        let found = self.vault.read(|view| {
            let place = format!("{account}/{session}");
            let Some(key) = view.load::<String>(SESSIONS, &place)? else { return Ok(None) };
            let family = view.load::<Family>(FAMILIES, &key)?;
            let account = view.load::<Account>(ACCOUNTS, account)?.filter(|account| !account.disabled);
            Ok::<_, Refused>(account.zip(family))
        })?;
        found.ok_or_else(problems::sign_in_needed)
    }

    fn tokens(
        &self,
        account: &Account,
        family: &Family,
        refresh_token: Zeroizing<String>,
        now_ms: i64,
    ) -> Result<Tokens, Refused> {
        // Never beyond the end of the session.
        let expires_ms = now_ms.saturating_add(ACCESS_TOKEN_MS).min(family.ends_ms);
        let (now_s, expires_s) = (now_ms.div_euclid(1_000), expires_ms.div_euclid(1_000));
        let mut claims = json!({
            "iss": self.settings.issuer,
            "aud": self.settings.audience,
            "sub": account.id,
            "client_id": "zero",
            "jti": random::id()?,
            "sid": family.session,
            "iat": now_s,
            "nbf": now_s,
            "exp": expires_s,
            "auth_time": family.created_ms.div_euclid(1_000),
            "amr": family.methods,
            "tenant": account.tenant,
            "roles": account.roles,
        });
        if let (Some(claims), Some(scope)) = (claims.as_object_mut(), &family.scope) {
            claims.insert("scope".to_owned(), scope.clone().into());
        }
        Ok(Tokens {
            access_token: self.sign(&claims, now_ms)?,
            token_type: "Bearer",
            expires_in: expires_s - now_s,
            refresh_token,
            scope: family.scope.clone(),
        })
    }
}

/// A program's own name for itself, as far as a list can show it.
fn agent(said: &str) -> String {
    let shown: String = said.chars().filter(|letter| !letter.is_control()).collect();
    let mut end = shown.len().min(AGENT_BYTES_MAX);
    while !shown.is_char_boundary(end) {
        end -= 1;
    }
    shown.get(..end).unwrap_or_default().to_owned()
}
