//! A core module under an interpreter.

use wasmi::{Engine, Extern, Linker, Memory, Module, Store, Val};
use zero_canon::{Block, Flat, FlatType, Function, Guest, Image};
use zero_pipeline::platform::CallError;

/// One instance.
pub(crate) struct Instance {
    store: Store<()>,
    instance: wasmi::Instance,
    memory: Memory,
}

impl Instance {
    pub(crate) fn new(module: &[u8]) -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, module).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).unwrap();
        let memory = instance.get_export(&store, "memory").and_then(Extern::into_memory).unwrap();
        Self { store, instance, memory }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.memory.data(&self.store).len() as u64
    }

    fn run(&mut self, export: &str, params: &[Val], results: &mut [Val]) -> Result<(), CallError> {
        let function = self.instance.get_func(&self.store, export).ok_or(CallError::Missing)?;
        function.call(&mut self.store, params, results).map_err(|error| CallError::Trap(error.to_string()))
    }
}

fn word(value: &Val) -> u32 {
    value.i32().unwrap().cast_unsigned()
}

impl Guest for Instance {
    fn memory_bytes(&mut self) -> u64 {
        self.bytes()
    }

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), CallError> {
        let read = self.memory.read(&self.store, at as usize, into);
        read.map_err(|error| CallError::Protocol(error.to_string()))
    }

    fn place(&mut self, image: Image) -> Result<Vec<u32>, CallError> {
        let allocate = |guest: &mut Self, block: Block| {
            let params = [0, 0, block.align, block.bytes].map(|it| Val::I32(it.cast_signed()));
            let mut result = [Val::I32(0)];
            guest.run("cabi_realloc", &params, &mut result)?;
            Ok(word(&result[0]))
        };
        let write = |guest: &mut Self, at: u32, bytes: &[u8]| {
            let written = guest.memory.write(&mut guest.store, at as usize, bytes);
            written.map_err(|error| CallError::Protocol(error.to_string()))
        };
        image.place(self, allocate, write)
    }

    fn call(&mut self, function: Function, params: &[Flat]) -> Result<u32, CallError> {
        let params: Vec<Val> = params
            .iter()
            .map(|flat| match flat.kind {
                FlatType::I32 => Val::I32((flat.bits as u32).cast_signed()),
                FlatType::I64 => Val::I64(flat.bits.cast_signed()),
                FlatType::F32 => Val::F32(f32::from_bits(flat.bits as u32).into()),
                FlatType::F64 => Val::F64(f64::from_bits(flat.bits).into()),
            })
            .collect();
        let mut result = [Val::I32(0)];
        self.run(function.export(), &params, &mut result)?;
        Ok(word(&result[0]))
    }

    fn post_return(&mut self, function: Function, result: u32) -> Result<(), CallError> {
        match self.run(function.post_return(), &[Val::I32(result.cast_signed())], &mut []) {
            Err(CallError::Missing) => Ok(()),
            told => told,
        }
    }
}
