//! Passkeys: two ceremonies, each of a challenge and its answer.
//!
//! Whoever signs in by one names no account: the passkey does. So a sign-in cannot be used to find out who has an
//! account. A passkey is only taken where its owner was verified (by finger, face or PIN), so it is two factors.

use crate::attempts::Whom;
use crate::house::House;
use crate::limits::{CEREMONY_MS, PASSKEYS_MAX};
use crate::records::{self, ACCOUNTS, Account, PASSKEYS, PasskeyRecord, View as _};
use crate::sessions::{Asks, Tokens};
use crate::{Refused, problems, random};
use core::num::NonZeroUsize;
use lru::LruCache;
use serde::Serialize;
use std::sync::{MutexGuard, PoisonError};
use webauthn_rs::prelude::{
    CreationChallengeResponse, CredentialID, DiscoverableAuthentication, DiscoverableKey, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, RequestChallengeResponse, Uuid,
};

/// What is underway.
pub(crate) struct Ceremonies(LruCache<String, Underway>);

struct Underway {
    until_ms: i64,
    what: What,
}

enum What {
    Register { account: String, state: PasskeyRegistration },
    SignIn(DiscoverableAuthentication),
}

impl Ceremonies {
    pub(crate) fn new(most: usize) -> Self {
        Self(LruCache::new(NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN)))
    }

    fn begin(&mut self, what: What, now_ms: i64) -> Result<String, Refused> {
        let id = random::id()?;
        self.0.push(id.clone(), Underway { until_ms: now_ms.saturating_add(CEREMONY_MS), what });
        Ok(id)
    }

    /// A challenge is answered once.
    fn take(&mut self, id: &str, now_ms: i64) -> Result<What, Refused> {
        let underway = self.0.pop(id).filter(|underway| now_ms < underway.until_ms);
        underway.map(|underway| underway.what).ok_or_else(problems::passkey_refused)
    }
}

/// A ceremony that has begun, and what the browser is given.
#[derive(Serialize)]
pub(crate) struct Begun<O> {
    ceremony: String,
    options: O,
}

/// A passkey, as its owner sees it.
#[derive(Serialize)]
pub(crate) struct PasskeyReport {
    id: String,
    label: String,
    created_ms: i64,
    used_ms: Option<i64>,
}

fn place(account: &str, credential: &CredentialID) -> String {
    format!("{account}/{}", random::digest(&hex::encode(credential.as_ref() as &[u8])))
}

impl House {
    fn ceremonies(&self) -> MutexGuard<'_, Ceremonies> {
        self.ceremonies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn passkeys_of(&self, account: &str) -> Result<Vec<(String, PasskeyRecord)>, Refused> {
        self.vault.read(|view| view.all(PASSKEYS, &format!("{account}/")))
    }

    /// A challenge for a new passkey.
    pub(crate) fn begin_passkey(
        &self,
        account: &Account,
        asks: &Asks<'_>,
    ) -> Result<Begun<CreationChallengeResponse>, Refused> {
        let has = self.passkeys_of(&account.id)?;
        if has.len() >= PASSKEYS_MAX {
            return Err(problems::too_many("passkeys"));
        }
        let exclude = has.into_iter().map(|(_, record)| record.passkey.cred_id().clone()).collect();
        let id = Uuid::try_parse(&account.id).map_err(|_| problems::broken("an account has no usable id"))?;
        let begun = self.webauthn.start_passkey_registration(id, &account.name, &account.name, Some(exclude));
        let (options, state) = begun.map_err(|_| problems::broken("a ceremony could not begin"))?;
        let ceremony = self.ceremonies().begin(What::Register { account: account.id.clone(), state }, asks.now_ms)?;
        Ok(Begun { ceremony, options: discoverable(options) })
    }

    /// The answer to it.
    pub(crate) fn finish_passkey(
        &self,
        account: &Account,
        (ceremony, label): (&str, String),
        answer: &RegisterPublicKeyCredential,
        asks: &Asks<'_>,
    ) -> Result<PasskeyReport, Refused> {
        let What::Register { account: begun_by, state } = self.ceremonies().take(ceremony, asks.now_ms)? else {
            return Err(problems::passkey_refused());
        };
        if begun_by != account.id {
            return Err(problems::passkey_refused());
        }
        let passkey = self.webauthn.finish_passkey_registration(answer, &state).map_err(|error| refuse(&error))?;
        let place = place(&account.id, passkey.cred_id());
        let record = PasskeyRecord { label, created_ms: asks.now_ms, used_ms: None, passkey };
        self.vault.write(|view| {
            if view.all::<PasskeyRecord>(PASSKEYS, &format!("{}/", account.id))?.len() >= PASSKEYS_MAX {
                return Err(problems::too_many("passkeys"));
            }
            records::save(view, PASSKEYS, &place, &record)
        })?;
        Ok(report(&place, record))
    }

    /// A challenge for whoever has a passkey of this host; the same for everybody.
    pub(crate) fn begin_sign_in(&self, asks: &Asks<'_>) -> Result<Begun<RequestChallengeResponse>, Refused> {
        self.begin(&[Whom::address(asks.peer)], asks.now_ms)?;
        let begun = self.webauthn.start_discoverable_authentication();
        let (mut options, state) = begun.map_err(|_| problems::broken("a ceremony could not begin"))?;
        // Whether the browser asks at once or waits for a field is the page's choice.
        options.mediation = None;
        let ceremony = self.ceremonies().begin(What::SignIn(state), asks.now_ms)?;
        Ok(Begun { ceremony, options })
    }

    /// The answer to it opens a session.
    pub(crate) fn finish_sign_in(
        &self,
        ceremony: &str,
        answer: &PublicKeyCredential,
        scope: Option<String>,
        asks: &Asks<'_>,
    ) -> Result<Tokens, Refused> {
        let What::SignIn(state) = self.ceremonies().take(ceremony, asks.now_ms)? else {
            return Err(problems::passkey_refused());
        };
        let named = self.webauthn.identify_discoverable_authentication(answer);
        let (account, credential) = named.map_err(|error| refuse(&error))?;
        let account = account.simple().to_string();
        let place = place(&account, &credential.to_vec());
        self.vault.write(|view| {
            let found = view.load::<PasskeyRecord>(PASSKEYS, &place)?;
            let mut record = found.ok_or_else(problems::passkey_refused)?;
            let lives = view.load::<Account>(ACCOUNTS, &account)?.is_some_and(|account| !account.disabled);
            let key = DiscoverableKey::from(&record.passkey);
            let finished = self.webauthn.finish_discoverable_authentication_v2(answer, state, &key);
            let result = finished.map_err(|error| refuse(&error))?;
            if !lives || !result.user_verified() {
                return Err(problems::passkey_refused());
            }
            record.passkey.update_credential(&result);
            record.used_ms = Some(asks.now_ms);
            records::save(view, PASSKEYS, &place, &record)
        })?;
        self.give_back(&[Whom::address(asks.peer)]);
        self.open_session(&account, scope, vec!["hwk".to_owned(), "user".to_owned()], asks)
    }

    /// The passkeys of an account.
    pub(crate) fn passkeys(&self, account: &str) -> Result<Vec<PasskeyReport>, Refused> {
        Ok(self.passkeys_of(account)?.into_iter().map(|(place, record)| report(&place, record)).collect())
    }

    /// Forgets one of them.
    pub(crate) fn forget_passkey(&self, account: &str, id: &str) -> Result<(), Refused> {
        let gone = self.vault.delete(PASSKEYS, &format!("{account}/{id}"))?;
        if gone { Ok(()) } else { Err(problems::nothing_here("passkey")) }
    }

    /// Forgets them all.
    pub(crate) fn forget_passkeys(&self, account: &str) -> Result<(), Refused> {
        for (place, _) in self.passkeys_of(account)? {
            self.vault.delete(PASSKEYS, &place)?;
        }
        Ok(())
    }
}

/// Asks for a passkey that names its account by itself: only such a one can sign in here.
fn discoverable(mut options: CreationChallengeResponse) -> CreationChallengeResponse {
    if let Some(selection) = options.public_key.authenticator_selection.as_mut() {
        selection.resident_key = Some(webauthn_rs_proto::ResidentKeyRequirement::Required);
        selection.require_resident_key = true;
    }
    options
}

fn report(place: &str, record: PasskeyRecord) -> PasskeyReport {
    let id = place.rsplit_once('/').map_or(place, |(_, id)| id).to_owned();
    PasskeyReport { id, label: record.label, created_ms: record.created_ms, used_ms: record.used_ms }
}

/// What exactly did not fit is for the log.
fn refuse(error: &webauthn_rs::prelude::WebauthnError) -> Refused {
    tracing::info!(%error, "a passkey was refused");
    problems::passkey_refused()
}
