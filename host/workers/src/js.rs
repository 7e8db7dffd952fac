//! Instances of the script's modules, over JavaScript.

use crate::rooms::Modules;
use crate::trap;
use wasm_bindgen::prelude::*;
use zero_canon::{Flat, Function, Guest, Image};
use zero_pipeline::platform::CallError;

#[wasm_bindgen(raw_module = "./guests.js")]
extern "C" {
    /// Exports of an instance.
    type Exports;

    #[wasm_bindgen(catch)]
    fn instantiate(module: u32) -> Result<Exports, JsValue>;
    #[wasm_bindgen(js_name = memoryBytes)]
    fn memory_bytes(exports: &Exports) -> f64;
    #[wasm_bindgen(catch)]
    fn read(exports: &Exports, at: u32, into: &mut [u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    fn place(
        exports: &Exports,
        bytes: &mut [u8],
        blocks: &[u32],
        links: &[u32],
        addresses: &mut [u32],
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    fn call(exports: &Exports, function: u32, kinds: &[u8], bits: &[u64]) -> Result<u32, JsValue>;
    #[wasm_bindgen(catch, js_name = postReturn)]
    fn post_return(exports: &Exports, function: u32, result: u32) -> Result<(), JsValue>;
}

/// The modules that the script was made with.
pub(crate) struct ScriptModules;

/// One instance.
pub(crate) struct Instance(Exports);

fn trapped(error: JsValue) -> CallError {
    let message = js_sys::Reflect::get(&error, &JsValue::from_str("message")).ok().and_then(|it| it.as_string());
    CallError::Trap(trap::words(&message.unwrap_or_default()))
}

impl Modules for ScriptModules {
    type Guest = Instance;

    fn instantiate(&self, module: usize) -> Result<Instance, CallError> {
        instantiate(u32::try_from(module).unwrap_or(u32::MAX)).map(Instance).map_err(trapped)
    }
}

impl Guest for Instance {
    fn memory_bytes(&mut self) -> u64 {
        // A memory is at most 4 GiB, which is a whole number to JavaScript.
        memory_bytes(&self.0) as u64
    }

    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), CallError> {
        read(&self.0, at, into).map_err(trapped)
    }

    fn place(&mut self, mut image: Image) -> Result<Vec<u32>, CallError> {
        image.check()?;
        let mut addresses = vec![0; image.blocks.len()];
        if !addresses.is_empty() {
            let blocks: Vec<u32> = image.blocks.iter().flat_map(|it| [it.start, it.bytes, it.align]).collect();
            let links: Vec<u32> = image.links.iter().flat_map(|it| [it.slot, it.block]).collect();
            place(&self.0, &mut image.bytes, &blocks, &links, &mut addresses).map_err(trapped)?;
        }
        Ok(addresses)
    }

    fn call(&mut self, function: Function, params: &[Flat]) -> Result<u32, CallError> {
        let kinds: Vec<u8> = params.iter().map(|flat| flat.kind as u8).collect();
        let bits: Vec<u64> = params.iter().map(|flat| flat.bits).collect();
        call(&self.0, function as u32, &kinds, &bits).map_err(trapped)
    }

    fn post_return(&mut self, function: Function, result: u32) -> Result<(), CallError> {
        post_return(&self.0, function as u32, result).map_err(trapped)
    }
}
