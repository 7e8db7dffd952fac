//! The native world: wasmtime behind the rooms, egress behind `fetch`, tokio's clock.

use crate::drift::Drift;
use core::time::Duration;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Instant, SystemTime};
use zero_dial::Egress;
use zero_egress::{Askers, Grant};
use zero_engine::{Called, Cause, Connector, Fault, Functions, Registry, Snapshot};
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::{CallError, Fetched, Freshness, Platform, Reading, Rooms};
use zero_types::prelude::*;

/// The native platform with one set of connectors; clones share everything.
#[derive(Clone)]
pub struct Native {
    inner: Arc<Inner>,
    set: Arc<Set>,
    /// Who asks, once that is known; what is nobody's question has none.
    asker: Option<Arc<Principal>>,
}

type MakeGrant = Box<dyn Fn(&SourceRecord, &Descriptor) -> Result<Grant, String> + Send + Sync>;

/// Hears how every call of a connector ended: fine, or by a fault of the connector's own.
pub(crate) type Watcher = Box<dyn Fn(&Connector, Option<&'static str>) + Send + Sync>;

struct Inner {
    start: Instant,
    functions: Functions,
    egress: Egress,
    make_grant: MakeGrant,
    watcher: OnceLock<Watcher>,
    drift: Arc<Drift>,
    /// Who keeps askers' own secrets, if anybody does.
    askers: OnceLock<Arc<dyn Askers>>,
}

/// The connectors of one moment, and what their sources may do outside: the hosts of a source are those that *this*
/// version of its connector may name.
struct Set {
    connectors: Snapshot,
    /// By source, made when a source is first asked.
    grants: Mutex<HashMap<String, Arc<Grant>>>,
}

impl Set {
    fn new(connectors: Snapshot) -> Arc<Self> {
        Arc::new(Self { connectors, grants: Mutex::new(HashMap::new()) })
    }
}

impl Native {
    /// A platform over an engine's functions, the connectors of this moment and a way out; `make_grant` says what a
    /// source may do there, `state` where is kept what must survive a restart.
    pub fn new(
        functions: Functions,
        registry: Registry,
        egress: Egress,
        state: Option<&Path>,
        make_grant: impl Fn(&SourceRecord, &Descriptor) -> Result<Grant, String> + Send + Sync + 'static,
    ) -> Self {
        let inner = Inner {
            start: Instant::now(),
            functions,
            egress,
            make_grant: Box::new(make_grant),
            watcher: OnceLock::new(),
            drift: Arc::new(Drift::open(state)),
            askers: OnceLock::new(),
        };
        Self { inner: Arc::new(inner), set: Set::new(registry.snapshot()), asker: None }
    }

    /// The same world with other connectors. Whoever has this one keeps its connectors until they drop it.
    #[must_use]
    pub fn with_connectors(&self, connectors: Snapshot) -> Self {
        Self { inner: Arc::clone(&self.inner), set: Set::new(connectors), asker: None }
    }

    /// The connectors.
    #[must_use]
    pub fn connectors(&self) -> &Snapshot {
        &self.set.connectors
    }

    /// Whether anybody still holds this set of connectors: a question in flight does.
    #[must_use]
    pub fn handle(&self) -> Weak<dyn core::any::Any + Send + Sync> {
        let set: Arc<dyn core::any::Any + Send + Sync> = Arc::<Set>::clone(&self.set);
        Arc::downgrade(&set)
    }

    /// Has every call of a connector watched; only the first watcher is heard.
    pub(crate) fn watch(&self, watcher: Watcher) {
        let _ = self.inner.watcher.set(watcher);
    }

    /// Has askers' own sources asked with the secrets that are kept here; only the first keeper counts.
    pub fn keep_askers(&self, askers: Arc<dyn Askers>) {
        let _ = self.inner.askers.set(askers);
    }

    /// What a source may do outside can be worked out.
    ///
    /// # Errors
    /// Says which entry is wrong.
    pub fn check_grant(&self, record: &SourceRecord) -> Result<(), String> {
        self.grant(record).map(|_| ())
    }

    fn grant(&self, record: &SourceRecord) -> Result<Arc<Grant>, String> {
        let mut grants = self.set.grants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(grant) = grants.get(&record.source.id) {
            return Ok(Arc::clone(grant));
        }
        let connector = self.set.connectors.get(&record.connector);
        let connector = connector.ok_or_else(|| format!("the connector `{}` is not installed", record.connector))?;
        let grant = Arc::new((self.inner.make_grant)(record, connector.descriptor())?);
        grants.insert(record.source.id.clone(), Arc::clone(&grant));
        Ok(grant)
    }

    /// [`Native::grant_for`], in no more than the exchange's own time: a secret may have to be made fresh.
    async fn grant_within(
        &self,
        record: &SourceRecord,
        slot: Option<&str>,
        budget: Duration,
    ) -> Result<Arc<Grant>, String> {
        let granted = tokio::time::timeout(budget, self.grant_for(record, slot)).await;
        granted.unwrap_or_else(|_| Err("the asker's account at the service took too long to be made ready".to_owned()))
    }

    /// What one exchange may do: the source's grant, with the asker's own secret in the slot that takes one.
    async fn grant_for(&self, record: &SourceRecord, slot: Option<&str>) -> Result<Arc<Grant>, String> {
        let grant = self.grant(record)?;
        let Some((slot, own)) = slot.and_then(|slot| Some((slot, grant.own.get(slot)?))) else { return Ok(grant) };
        let (Some(askers), Some(asker)) = (self.inner.askers.get(), &self.asker) else {
            return Err(format!(
                "`{}` is asked with an account of the asker's own, and there is none",
                record.source.id
            ));
        };
        let secret = askers.secret(asker, &own.provider, self.now_ms()).await?;
        Ok(Arc::new(grant.for_one_exchange(slot, secret)))
    }
}

impl Platform for Native {
    type Rooms = NativeRooms;

    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.inner.start.elapsed()
    }

    fn random(&self) -> u64 {
        // Without the system's randomness an id is still needed, and it need not be secret.
        getrandom::u64().unwrap_or_else(|_| self.inner.start.elapsed().as_nanos() as u64)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    async fn fetch(&self, source: Arc<SourceRecord>, request: Request, budget: Duration) -> Fetched {
        let deadline = Instant::now() + budget;
        let grant = match self.grant_within(&source, request.credential.as_deref(), budget).await {
            Ok(grant) => grant,
            Err(detail) => {
                let outcome = Outcome::Failed(FetchFailure { kind: FetchFailureKind::Refused, detail });
                return Fetched { outcome, freshness: Freshness::Unsaid };
            }
        };
        let fetched = self.inner.egress.fetch(&grant, request, deadline).await;
        Fetched { freshness: fetched.cache.freshness(self.now_ms()), outcome: fetched.outcome }
    }

    fn asked_by(&self, principal: &Principal) -> Self {
        Self { asker: Some(Arc::new(principal.clone())), ..self.clone() }
    }

    fn is_own(&self, source: &SourceRecord) -> bool {
        // What cannot be worked out is not asked either; until then nothing of it is shared.
        self.grant(source).map_or(true, |grant| grant.is_own())
    }

    fn lacks(&self, source: &SourceRecord) -> Option<&'static str> {
        let grant = self.grant(source).ok().filter(|grant| grant.is_own())?;
        let has = |provider: &str| {
            let keeper = self.inner.askers.get().zip(self.asker.as_ref());
            keeper.is_some_and(|(askers, asker)| askers.has(asker, provider))
        };
        let connected = grant.own.values().all(|own| has(&own.provider));
        (!connected).then_some("the asker has not connected an account there")
    }

    fn witness(&self, reading: &Reading<'_, NativeRooms>) -> Option<String> {
        self.inner.drift.witness(reading)
    }

    fn rooms(&self) -> NativeRooms {
        NativeRooms { inner: Arc::clone(&self.inner), connectors: self.set.connectors.clone() }
    }
}

/// The functions, and the connectors as they were at one moment.
#[derive(Clone)]
pub struct NativeRooms {
    inner: Arc<Inner>,
    connectors: Snapshot,
}

impl NativeRooms {
    /// The connectors of this moment.
    #[must_use]
    pub fn connectors(&self) -> &Snapshot {
        &self.connectors
    }

    fn functions(&self) -> &Functions {
        &self.inner.functions
    }

    /// A call of a connector, of whose end the watcher hears.
    fn call<T>(
        &self,
        name: &str,
        call: impl FnOnce(&Connector) -> Result<Called<T>, zero_engine::CallError>,
    ) -> Result<T, CallError> {
        let connector = self.connectors.get(name).ok_or(CallError::Missing)?;
        let called = call(connector);
        if let Some(watcher) = self.inner.watcher.get() {
            // A host that is too busy is not the connector's fault.
            let at_fault =
                |error: &zero_engine::CallError| (error.fault() == Fault::Component).then(|| error.cause.name());
            match &called {
                Ok(_) => watcher(connector, None),
                Err(error) => at_fault(error).into_iter().for_each(|cause| watcher(connector, Some(cause))),
            }
        }
        Ok(called.map_err(call_error)?.value)
    }

    /// [`Rooms::plan`] for those who cannot wait; the components are in this process.
    ///
    /// # Errors
    /// As [`Rooms::plan`].
    pub fn plan_now(
        &self,
        connector: &str,
        source: &Source,
        question: &Question,
        intent: &Intent,
    ) -> Result<Result<Plan, Failure>, CallError> {
        self.call(connector, |connector| connector.plan(source, question, intent))
    }

    /// [`Rooms::resume`] for those who cannot wait.
    ///
    /// # Errors
    /// As [`Rooms::resume`].
    pub fn resume_now(
        &self,
        connector: &str,
        source: &Source,
        state: &[u8],
        outcomes: &[Outcome],
    ) -> Result<Result<Step, Failure>, CallError> {
        self.call(connector, |connector| connector.resume(source, state, outcomes))
    }
}

impl Rooms for NativeRooms {
    fn digests(&self) -> Vec<(String, String)> {
        let function = |(name, digest): (&str, &str)| (format!("functions/{name}"), format!("sha256:{digest}"));
        let connector =
            |(name, it): (&str, &Connector)| (format!("connectors/{name}"), format!("sha256:{}", it.digest()));
        let mut digests: Vec<_> = self.functions().digests().into_iter().map(function).collect();
        digests.extend(self.connectors.iter().map(connector));
        digests.sort();
        digests
    }

    fn has_connector(&self, connector: &str) -> bool {
        self.connectors.get(connector).is_some()
    }

    async fn plan(
        &self,
        connector: &str,
        source: &Source,
        question: &Question,
        intent: &Intent,
    ) -> Result<Result<Plan, Failure>, CallError> {
        self.plan_now(connector, source, question, intent)
    }

    async fn resume(
        &self,
        connector: &str,
        source: &Source,
        state: &[u8],
        outcomes: &[Outcome],
    ) -> Result<Result<Step, Failure>, CallError> {
        self.resume_now(connector, source, state, outcomes)
    }

    fn authenticate(
        &self,
        credential: &Credential,
        trust: &Trust,
        now_ms: i64,
    ) -> Result<Result<Principal, Denial>, CallError> {
        self.functions().authenticate(credential, trust, now_ms).map_err(call_error)
    }

    fn authorize(
        &self,
        principal: &Principal,
        permission: Permission,
        resource: &Resource,
    ) -> Result<Decision, CallError> {
        self.functions().authorize(principal, permission, resource).map_err(call_error)
    }

    fn resolve(&self, question: &Question, profile: &Profile, turns: &[Turn]) -> Result<Resolved, CallError> {
        self.functions().resolve(question, profile, turns).map_err(call_error)
    }

    fn read(&self, question: &Question) -> Result<Intent, CallError> {
        self.functions().read(question).map_err(call_error)
    }

    fn compose(&self, question: &Question, intent: &Intent, findings: &[Finding]) -> Result<Answer, CallError> {
        self.functions().compose(question, intent, findings).map_err(call_error)
    }
}

fn call_error(error: zero_engine::CallError) -> CallError {
    match error.cause {
        Cause::Cpu => CallError::Cpu,
        Cause::Memory => CallError::Memory,
        Cause::Trap(message) => CallError::Trap(message),
        Cause::ResultTooLarge => CallError::ResultTooLarge,
        Cause::Protocol(message) => CallError::Protocol(message),
        Cause::Overloaded => CallError::Overloaded,
        other @ Cause::Internal(_) => CallError::Trap(other.to_string()),
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.drift.write_shapes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_a_call_keeps_its_name() {
        let said = |cause| call_error(zero_engine::CallError { component: "c".into(), call: "plan", cause });
        assert_eq!(said(Cause::Overloaded), CallError::Overloaded);
        assert_eq!(said(Cause::Cpu), CallError::Cpu);
        assert_eq!(said(Cause::Memory), CallError::Memory);
        assert_eq!(said(Cause::ResultTooLarge), CallError::ResultTooLarge);
        assert_eq!(said(Cause::Trap("x".into())), CallError::Trap("x".into()));
        assert_eq!(said(Cause::Protocol("x".into())), CallError::Protocol("x".into()));
    }
}
