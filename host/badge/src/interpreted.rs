//! A connector as Workers have it: a core module, called through the canonical ABI.
//!
//! An interpreter stands in for V8. The bytes, the ABI and the checks are those of the script; a fresh instance for each
//! call as well.

use wasmi::{Engine, Extern, Linker, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, Val};
use zero_canon::connector::{Version, plan, resume};
use zero_canon::weather::Bounds;
use zero_canon::{Block, Flat, FlatType, Function, Guest, Image};
use zero_connector_sdk::testing::{Called, Ended, EndedBy, Figures, Subject};
use zero_connector_sdk::{Descriptor, Failure, Intent, Outcome, Plan, Question, Source, Step};
use zero_engine::Connector;
use zero_pipeline::CallError;

/// Steps of an interpreted call: far more than an honest one takes in the CPU that hosts grant.
pub const STEPS_MAX: u64 = 2_000_000_000;

/// A core module that can be instantiated.
pub(crate) struct Interpreted {
    module: Module,
    version: Version,
    descriptor: Descriptor,
}

impl Interpreted {
    /// Takes the module out of a component; says why that cannot be done.
    pub(crate) fn new(component: &[u8], native: &Connector) -> Result<Self, String> {
        let core = zero_split::core_module(component, component.len(), crate::GUEST_MEMORY_BYTES_MAX)
            .map_err(|error| error.to_string())?;
        let mut config = wasmi::Config::default();
        config.consume_fuel(true);
        let module = Module::new(&Engine::new(&config), &core.module).map_err(|error| error.to_string())?;
        let version = Version::of_world(&core.world).ok_or_else(|| format!("`{}` is no connector", core.world))?;
        Ok(Self { module, version, descriptor: native.descriptor().clone() })
    }

    fn called<T>(&self, call: impl FnOnce(&mut Instance) -> Result<Result<T, Failure>, CallError>) -> Called<T> {
        let result = Instance::new(&self.module).and_then(|mut instance| call(&mut instance)).map_err(ended);
        Called { result, figures: Figures::default() }
    }
}

impl Subject for Interpreted {
    fn describe(&self) -> Descriptor {
        self.descriptor.clone()
    }

    fn plan(&self, source: &Source, question: &Question, intent: &Intent) -> Called<Plan> {
        self.called(|it| plan(it, self.version, Bounds::default(), (source, question, intent)))
    }

    fn resume(&self, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Called<Step> {
        self.called(|it| resume(it, self.version, Bounds::default(), (source, state, outcomes)))
    }
}

fn ended(error: CallError) -> Ended {
    let (by, detail) = match error {
        CallError::Trap(detail) => (EndedBy::Trap, detail),
        CallError::Cpu => (EndedBy::Cpu, String::new()),
        CallError::Memory => (EndedBy::Memory, String::new()),
        CallError::ResultTooLarge => (EndedBy::ResultTooLarge, String::new()),
        CallError::Protocol(detail) => (EndedBy::Contract, detail),
        other @ (CallError::Overloaded | CallError::Missing) => (EndedBy::Host, other.to_string()),
    };
    Ended { by, detail }
}

/// One instance.
struct Instance {
    store: Store<StoreLimits>,
    instance: wasmi::Instance,
    memory: Memory,
}

fn trap(error: impl core::fmt::Display) -> CallError {
    CallError::Trap(error.to_string())
}

impl Instance {
    fn new(module: &Module) -> Result<Self, CallError> {
        let limits = StoreLimitsBuilder::new().memory_size(crate::GUEST_MEMORY_BYTES_MAX).build();
        let mut store = Store::new(module.engine(), limits);
        store.limiter(|limits| limits);
        store.set_fuel(STEPS_MAX).map_err(trap)?;
        let instance = Linker::new(module.engine()).instantiate_and_start(&mut store, module).map_err(trap)?;
        let memory = instance.get_export(&store, "memory").and_then(Extern::into_memory).ok_or(CallError::Missing)?;
        Ok(Self { store, instance, memory })
    }

    fn run(&mut self, export: &str, params: &[Val], results: &mut [Val]) -> Result<(), CallError> {
        let function = self.instance.get_func(&self.store, export).ok_or(CallError::Missing)?;
        function.call(&mut self.store, params, results).map_err(|error| match error.as_trap_code() {
            Some(wasmi::TrapCode::OutOfFuel) => CallError::Cpu,
            _ => trap(error),
        })
    }

    /// A call whose only result is an address.
    fn address(&mut self, export: &str, params: &[Val]) -> Result<u32, CallError> {
        let mut result = [Val::I32(0)];
        self.run(export, params, &mut result)?;
        let [result] = result;
        result.i32().map(i32::cast_unsigned).ok_or_else(|| CallError::Protocol(format!("`{export}` gives no address")))
    }
}

impl Guest for Instance {
    fn memory_bytes(&mut self) -> u64 {
        self.memory.data(&self.store).len() as u64
    }

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), CallError> {
        let read = self.memory.read(&self.store, at as usize, into);
        read.map_err(|error| CallError::Protocol(error.to_string()))
    }

    fn place(&mut self, image: Image) -> Result<Vec<u32>, CallError> {
        let allocate = |guest: &mut Self, block: Block| {
            guest.address("cabi_realloc", &[0, 0, block.align, block.bytes].map(|it: u32| Val::I32(it.cast_signed())))
        };
        let write = |guest: &mut Self, at: u32, bytes: &[u8]| {
            let written = guest.memory.write(&mut guest.store, at as usize, bytes);
            written.map_err(|error| CallError::Protocol(error.to_string()))
        };
        image.place(self, allocate, write)
    }

    fn call(&mut self, function: Function, params: &[Flat]) -> Result<u32, CallError> {
        let value = |flat: &Flat| match flat.kind {
            FlatType::I32 => Val::I32((flat.bits as u32).cast_signed()),
            FlatType::I64 => Val::I64(flat.bits.cast_signed()),
            FlatType::F32 => Val::F32(f32::from_bits(flat.bits as u32).into()),
            FlatType::F64 => Val::F64(f64::from_bits(flat.bits).into()),
        };
        let params: Vec<Val> = params.iter().map(value).collect();
        self.address(function.export(), &params)
    }

    fn post_return(&mut self, function: Function, result: u32) -> Result<(), CallError> {
        match self.run(function.post_return(), &[Val::I32(result.cast_signed())], &mut []) {
            // Not every guest wants to know.
            Err(CallError::Missing) => Ok(()),
            told => told,
        }
    }
}
