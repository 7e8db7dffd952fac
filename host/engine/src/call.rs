//! One instance and the calls of it: what they may take, what they took, and why one ended early.

use crate::clock::cpu_time;
use crate::component::Component;
use crate::error::Cause;
use crate::settings::Limits;
use core::time::Duration;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Instance as Guest, Lift, Lower};
use wasmtime::{PoolConcurrencyLimitError, ResourceLimiter, Store, Trap, UpdateDeadline};
use zero_pipeline::limits::EPOCH_TICK;

/// A value, and what it took to get it.
#[derive(Debug, Clone, PartialEq)]
pub struct Called<T> {
    /// What the component answered.
    pub value: T,
    /// What it took.
    pub figures: CallFigures,
}

/// What a call took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallFigures {
    /// CPU of the call, making and dropping the instance and copying values included.
    pub cpu: Duration,
    /// Linear memory at its largest, bytes.
    pub memory_bytes: usize,
    /// Passages, claims and names of endpoints that were thrown away because they were invalid or over the limit.
    pub dropped: u32,
}

/// An instance with its own store; dropped, nothing of it is left.
pub(crate) struct Instance {
    store: Store<Host>,
    guest: Guest,
}

/// What the host keeps of an instance.
pub(crate) struct Host {
    memory_bytes_max: usize,
    /// Of all its memories together; a memory never shrinks.
    memory_bytes: usize,
    memory_refused: bool,
    cpu_until: Duration,
    cpu_spent: bool,
}

impl Instance {
    /// Makes an instance, whose start already counts against `cpu`.
    pub(crate) fn new(component: &Component, cpu: Duration) -> Result<Self, Cause> {
        let shared = &component.engine().0;
        let Limits { memory_bytes, result_bytes, .. } = shared.limits;
        let host = Host {
            memory_bytes_max: memory_bytes,
            memory_bytes: 0,
            memory_refused: false,
            cpu_until: Duration::ZERO,
            cpu_spent: false,
        };
        let mut store = Store::new(&shared.wasmtime, host);
        store.limiter(|host| host);
        store.epoch_deadline_callback(|mut context| Ok(context.data_mut().deadline()));
        store.set_hostcall_fuel(result_bytes);
        grant(&mut store, cpu);
        match component.instantiate(&mut store) {
            Ok(guest) => Ok(Self { store, guest }),
            Err(error) => Err(cause(&error, store.data())),
        }
    }

    /// Calls an export, with the CPU that is left of the last grant. After an error the instance is worth nothing.
    pub(crate) fn call<P, R>(&mut self, export: &ComponentExportIndex, params: P) -> Result<R, Cause>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        // Compares the signature again: some hundred nanoseconds that spare an `unsafe`.
        let function = self.guest.get_typed_func::<P, R>(&mut self.store, export);
        let result = function.and_then(|function| function.call(&mut self.store, params));
        result.map_err(|error| cause(&error, self.store.data()))
    }

    /// Whether an export has this signature.
    pub(crate) fn fits<P, R>(&mut self, export: &ComponentExportIndex) -> Result<(), String>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let function = self.guest.get_typed_func::<P, R>(&mut self.store, export);
        function.map(|_| ()).map_err(|error| format!("{error:#}"))
    }

    /// Grants CPU for the next call.
    pub(crate) fn grant(&mut self, cpu: Duration) {
        grant(&mut self.store, cpu);
    }

    /// Linear memory at its largest.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.store.data().memory_bytes
    }
}

fn grant(store: &mut Store<Host>, cpu: Duration) {
    store.data_mut().cpu_until = cpu_time() + cpu;
    store.set_epoch_deadline(ticks(cpu));
}

fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(EPOCH_TICK.as_nanos())).unwrap_or(u64::MAX / 2).max(1)
}

impl Host {
    /// Enough time has passed; whether as much CPU was used, only the clock of the thread can tell.
    fn deadline(&mut self) -> UpdateDeadline {
        let left = self.cpu_until.saturating_sub(cpu_time());
        if left.is_zero() {
            self.cpu_spent = true;
            return UpdateDeadline::Interrupt;
        }
        UpdateDeadline::Continue(ticks(left))
    }
}

impl ResourceLimiter for Host {
    fn memory_growing(&mut self, now: usize, wanted: usize, _max: Option<usize>) -> wasmtime::Result<bool> {
        let all = self.memory_bytes.saturating_add(wanted.saturating_sub(now));
        let granted = all <= self.memory_bytes_max;
        if granted {
            self.memory_bytes = all;
        } else {
            self.memory_refused = true;
        }
        Ok(granted)
    }

    /// Tables are bounded by the pool.
    fn table_growing(&mut self, _now: usize, wanted: usize, max: Option<usize>) -> wasmtime::Result<bool> {
        Ok(max.is_none_or(|max| wanted <= max))
    }
}

/// What ended a call. A guest that was refused memory mostly traps, so that is asked first.
fn cause(error: &wasmtime::Error, host: &Host) -> Cause {
    if host.cpu_spent {
        return Cause::Cpu;
    }
    if host.memory_refused {
        return Cause::Memory;
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return Cause::Overloaded;
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return Cause::Trap(trap.to_string());
    }
    let reason = format!("{error:#}");
    // wasmtime keeps the type of this error to itself; a test holds the wording.
    if reason.contains("fuel allocated for hostcalls has been exhausted") {
        return Cause::ResultTooLarge;
    }
    Cause::Protocol(reason)
}
