//! Instances of core modules under an interpreter.
//!
//! Takes a module that was taken out of a component, and bounds; gives instances that [`Guest`] calls are made on. Fails
//! as the contract's calls do. Limits: memory and steps. Why it is so: where no engine of the host is at hand, or another
//! opinion than the engine's is wanted, the same ABI runs over a plain interpreter.

use crate::{Block, Flat, FlatType, Function, Guest, Image};
use wasmi::{Engine, Extern, Linker, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, Val};
use zero_pipeline::CallError;

/// A core module that can be instantiated.
#[derive(Debug, Clone)]
pub struct Interpreter {
    module: Module,
    memory_bytes_max: usize,
    steps_max: u64,
}

impl Interpreter {
    /// Reads a module, whose instances get at most so much memory and so many steps.
    ///
    /// # Errors
    /// What is wrong with the module.
    pub fn new(module: &[u8], memory_bytes_max: usize, steps_max: u64) -> Result<Self, CallError> {
        let mut config = wasmi::Config::default();
        config.consume_fuel(true);
        let module = Module::new(&Engine::new(&config), module).map_err(trap)?;
        Ok(Self { module, memory_bytes_max, steps_max })
    }

    /// A fresh instance.
    ///
    /// # Errors
    /// It traps at its start, or has no memory.
    pub fn instance(&self) -> Result<Instance, CallError> {
        let limits = StoreLimitsBuilder::new().memory_size(self.memory_bytes_max).build();
        let mut store = Store::new(self.module.engine(), limits);
        store.limiter(|limits| limits);
        store.set_fuel(self.steps_max).map_err(trap)?;
        let instance = Linker::new(self.module.engine()).instantiate_and_start(&mut store, &self.module);
        let instance = instance.map_err(trap)?;
        let memory = instance.get_export(&store, "memory").and_then(Extern::into_memory).ok_or(CallError::Missing)?;
        Ok(Instance { store, instance, memory })
    }
}

/// One instance.
pub struct Instance {
    store: Store<StoreLimits>,
    instance: wasmi::Instance,
    memory: Memory,
}

fn trap(error: impl core::fmt::Display) -> CallError {
    CallError::Trap(error.to_string())
}

impl Instance {
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
