//! What all requests share: the vault, the keys that sign, and what may be believed.

use crate::attempts::{Attempts, Whom};
use crate::believed::Believed;
use crate::limits::{CEREMONIES_MAX, SWEEP_MS};
use crate::passkeys::Ceremonies;
use crate::password::Hasher;
use crate::records::{self, ACCOUNTS, Account, META, REVOKED, SIGNING_KEYS, View as _};
use crate::settings::Settings;
use crate::signing::{self, Due, Signer, SigningRecord, Term};
use crate::{Refused, problems, random};
use aws_lc_rs::hmac;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use webauthn_rs::Webauthn;
use zero_pipeline::Problem;
use zero_types::functions::Trust;
use zero_vault::{Vault, Write};
use zeroize::Zeroizing;

/// Before the first keys there is nobody to believe.
fn nobody() -> Trust {
    Trust { keys: Vec::new(), issuers: Vec::new(), revoked_sessions: Vec::new() }
}

const PEPPER: &str = "pepper";

pub(crate) struct House {
    pub(crate) vault: Arc<Vault>,
    pub(crate) settings: Settings,
    pub(crate) hasher: Hasher,
    pub(crate) webauthn: Webauthn,
    pub(crate) ceremonies: Mutex<Ceremonies>,
    signers: RwLock<Vec<Signer>>,
    believed: Mutex<Believed>,
    trust: RwLock<Arc<Trust>>,
    attempts: Mutex<Attempts>,
    /// Names are looked up under it, so that the store's own file names nobody.
    pepper: hmac::Key,
    swept_ms: AtomicI64,
}

impl House {
    pub(crate) fn open(settings: Settings, vault: Arc<Vault>, now_ms: i64) -> Result<Self, Refused> {
        let hasher = Hasher::new(settings.argon2.clone())?;
        let webauthn = settings.webauthn()?;
        let pepper = pepper(&vault)?;
        let records: Vec<(String, SigningRecord)> = vault.read(|view| view.all(SIGNING_KEYS, ""))?;
        let signers = records.iter().map(|(_, record)| Signer::from_record(record)).collect::<Result<_, _>>()?;
        let house = Self {
            vault,
            settings,
            hasher,
            webauthn,
            ceremonies: Mutex::new(Ceremonies::new(CEREMONIES_MAX)),
            signers: RwLock::new(signers),
            believed: Mutex::new(Believed::default()),
            trust: RwLock::new(Arc::new(nobody())),
            attempts: Mutex::new(Attempts::new()),
            pepper,
            swept_ms: AtomicI64::new(now_ms),
        };
        house.rotate_if_due(now_ms)?;
        house.sweep(now_ms)?;
        let accounts: Vec<(String, Account)> = house.vault.read(|view| view.all(ACCOUNTS, ""))?;
        house.believed().roles.extend(accounts.into_iter().flat_map(|(_, account)| account.roles));
        let roles = house.settings.roles.clone();
        house.believe_roles(&roles);
        house.believe_keys()?;
        Ok(house)
    }

    /// Does what the time asks for: keys come and go, and what has ended is cleared away.
    pub(crate) fn tick(&self, now_ms: i64) -> Result<(), Refused> {
        self.rotate_if_due(now_ms)?;
        self.believed().forget(now_ms);
        let swept_ms = self.swept_ms.load(Ordering::Relaxed);
        if now_ms.saturating_sub(swept_ms) >= SWEEP_MS {
            self.swept_ms.store(now_ms, Ordering::Relaxed);
            self.sweep(now_ms)?;
        }
        self.publish();
        Ok(())
    }

    /// What may be believed at this moment.
    pub(crate) fn trust(&self) -> Arc<Trust> {
        Arc::clone(&self.trust.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn signers(&self) -> RwLockReadGuard<'_, Vec<Signer>> {
        self.signers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn believed(&self) -> MutexGuard<'_, Believed> {
        self.believed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The digest under which a name is looked up and its failures are counted.
    pub(crate) fn name_digest(&self, name: &str) -> String {
        hex::encode(hmac::sign(&self.pepper, name.as_bytes()))
    }

    /// Counts an attempt before it is made.
    pub(crate) fn begin(&self, whom: &[Whom], now_ms: i64) -> Result<(), Problem> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).begin(whom, now_ms)
    }

    /// It was no failure.
    pub(crate) fn give_back(&self, whom: &[Whom]) {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).give_back(whom);
    }

    /// They have shown who they are.
    pub(crate) fn clear(&self, whom: &Whom) {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).clear(whom);
    }

    /// Tokens of these sessions are refused until then, from this moment on.
    pub(crate) fn disbelieve(&self, sessions: impl IntoIterator<Item = (String, i64)>) {
        self.believed().revoked.extend(sessions);
        self.publish();
    }

    /// Takes in the API keys as the vault has them now.
    pub(crate) fn believe_keys(&self) -> Result<(), Refused> {
        let keys = self.vault.read(|view| crate::keys::records(view))?;
        self.believed().keys = keys;
        self.publish();
        Ok(())
    }

    /// Tokens may bring these roles from now on: some account has them.
    pub(crate) fn believe_roles(&self, roles: &[String]) {
        self.believed().roles.extend(roles.iter().cloned());
        self.publish();
    }

    fn publish(&self) {
        let trust = self.believed().trust(&self.settings, &self.signers());
        let mut published = self.trust.write().unwrap_or_else(PoisonError::into_inner);
        if **published != trust {
            *published = Arc::new(trust);
        }
    }

    fn rotate_if_due(&self, now_ms: i64) -> Result<(), Refused> {
        // Each turn makes or withdraws; the bound is far above what any state asks for.
        for _ in 0..8 {
            let due = {
                let signers = self.signers();
                let latest = signers.iter().max_by_key(|signer| signer.term.signs_ms);
                let same = latest.is_none_or(|signer| signer.algorithm == self.settings.algorithm);
                let terms: Vec<Term> = signers.iter().map(|signer| signer.term.clone()).collect();
                signing::due(&terms, same, self.settings.rotation_days, now_ms)
            };
            match due {
                Due::Nothing => return Ok(()),
                Due::Another { signs_ms } => self.another_signer(now_ms, signs_ms)?,
                Due::Withdraw(ids) => self.withdraw(&ids)?,
            }
        }
        Ok(())
    }

    /// A new signing key; the ones before it are withdrawn once their tokens have expired.
    pub(crate) fn another_signer(&self, now_ms: i64, signs_ms: i64) -> Result<(), Refused> {
        let (signer, record) = Signer::draw(self.settings.algorithm, now_ms, signs_ms)?;
        tracing::info!(key = record.term.id, signs_ms, "a signing key is published");
        let ends_ms = signing::ends_ms(signs_ms);
        self.vault.write(|view| {
            for (id, mut earlier) in view.all::<SigningRecord>(SIGNING_KEYS, "")? {
                earlier.term.ends_ms = Some(earlier.term.ends_ms.map_or(ends_ms, |it| it.min(ends_ms)));
                records::save(view, SIGNING_KEYS, &id, &earlier)?;
            }
            records::save(view, SIGNING_KEYS, &record.term.id, &record)
        })?;
        {
            let mut signers = self.signers.write().unwrap_or_else(PoisonError::into_inner);
            for earlier in signers.iter_mut() {
                earlier.term.ends_ms = Some(earlier.term.ends_ms.map_or(ends_ms, |it| it.min(ends_ms)));
            }
            signers.push(signer);
        }
        self.publish();
        Ok(())
    }

    /// These keys are no longer believed, whatever they signed.
    pub(crate) fn withdraw(&self, ids: &[String]) -> Result<(), Refused> {
        self.vault.write::<_, Refused>(|view| {
            for id in ids {
                view.delete(SIGNING_KEYS, id)?;
            }
            Ok(())
        })?;
        self.signers.write().unwrap_or_else(PoisonError::into_inner).retain(|signer| !ids.contains(&signer.term.id));
        tracing::info!(keys = ids.len(), "signing keys are withdrawn");
        self.publish();
        Ok(())
    }

    /// Clears away what has ended.
    fn sweep(&self, now_ms: i64) -> Result<(), Refused> {
        let revoked = self.vault.write(|view| {
            crate::sessions::sweep(view, now_ms)?;
            clear_revoked(view, now_ms)
        })?;
        self.believed().revoked = revoked.into_iter().collect();
        Ok(())
    }
}

/// The sessions whose tokens are still to be refused.
fn clear_revoked(view: &mut Write<'_, '_>, now_ms: i64) -> Result<Vec<(String, i64)>, Refused> {
    let mut revoked: Vec<(String, i64)> = view.all(REVOKED, "")?;
    for (session, _) in revoked.iter().filter(|(_, until_ms)| *until_ms <= now_ms) {
        view.delete(REVOKED, session)?;
    }
    revoked.retain(|(_, until_ms)| *until_ms > now_ms);
    Ok(revoked)
}

fn pepper(vault: &Vault) -> Result<hmac::Key, Refused> {
    let bytes = vault.write(|view| {
        if let Some(bytes) = view.get(META, PEPPER)? {
            return Ok(bytes);
        }
        let bytes = Zeroizing::new(random::bytes::<32>()?.to_vec());
        view.put(META, PEPPER, &bytes)?;
        Ok::<_, Refused>(bytes)
    })?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

impl House {
    /// A token of now.
    pub(crate) fn sign(&self, claims: &serde_json::Value, now_ms: i64) -> Result<String, Refused> {
        let signers = self.signers();
        let signer = signing::signing(&signers, now_ms).ok_or_else(|| problems::broken("there is no signing key"))?;
        signer.token("at+jwt", claims)
    }
}
