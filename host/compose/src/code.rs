//! The multiplexer's core module, instruction by instruction.
//!
//! - **Takes** signatures and offsets.
//! - **Gives** a module that exports what the canonical ABI wants of the multiplexer's world.
//! - **Limits**: a call's values live in a bump arena that is emptied when its result was read; over
//!   [`CALL_BYTES_MAX`](crate::mux::CALL_BYTES_MAX) it traps.
//! - **Why it is so**: a few hundred bytes of code between orchestrator and connector; a compiled guest would bring an
//!   allocator, and copy every value once more.

use crate::layout::{Passed, Widened};
use crate::mux::{CALL_BYTES_MAX, import_name};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, InstructionSink, MemArg, MemArgTarget, MemorySection, MemoryType, Module,
    TypeSection, ValType,
};
use wit_parser::abi::WasmType;

/// Everything the module is made of.
pub(crate) struct Plan<'d> {
    pub(crate) plan: Passed,
    pub(crate) resume: Passed,
    /// For each connector, what its requests need.
    pub(crate) widened: Vec<Option<Widened>>,
    pub(crate) data: &'d [u8],
}

const PAGE_BYTES: u64 = 65_536;
/// Null stays null: nothing lies at the first addresses.
const FIRST_ADDRESS: u32 = 16;
/// Where the arena's end is kept.
const ARENA: u32 = 0;

/// Function types, by index.
const TYPE_REALLOC: u32 = 0;
const TYPE_DATA: u32 = 1;
const TYPE_POST: u32 = 2;
const TYPE_WIDEN: u32 = 3;
const TYPE_OUTER: u32 = 4; // of `plan`, then of `resume`
const TYPE_INNER: u32 = 6; // likewise

/// Where things lie in memory.
struct Memory {
    /// The pair of pointer and length that `data` gives.
    pair: u32,
    /// What a connector's result is written to.
    result: u32,
    data: u32,
    arena: u32,
    pages: u64,
}

impl Memory {
    fn of(plan: &Plan<'_>) -> Self {
        let (pair, result) = (FIRST_ADDRESS, FIRST_ADDRESS + 16);
        let data = aligned(result + plan.plan.result_bytes.max(plan.resume.result_bytes));
        let arena = aligned(data.saturating_add(u32::try_from(plan.data.len()).unwrap_or(u32::MAX)));
        Self { pair, result, data, arena, pages: u64::from(arena) / PAGE_BYTES + 1 }
    }
}

fn aligned(address: u32) -> u32 {
    address.saturating_add(15) & !15
}

pub(crate) fn module(plan: &Plan<'_>) -> Vec<u8> {
    let memory = Memory::of(plan);
    let count = u32::try_from(plan.widened.len()).unwrap_or(u32::MAX);
    // Imported: `plan` of each, then `resume` of each. Own functions follow.
    let first = count.saturating_mul(2);
    let (realloc, data, post, plan_at, resume_at) = (first, first + 1, first + 2, first + 3, first + 4);
    let widen = |which: u32| first + 5 + which;

    let mut imports = ImportSection::new();
    for (name, ty) in [("plan", TYPE_INNER), ("resume", TYPE_INNER + 1)] {
        for which in 0..plan.widened.len() {
            imports.import(&import_name(which), name, EntityType::Function(ty));
        }
    }

    let mut functions = FunctionSection::new();
    for ty in [TYPE_REALLOC, TYPE_DATA, TYPE_POST, TYPE_OUTER, TYPE_OUTER + 1] {
        functions.function(ty);
    }
    let mut widening = Vec::new();
    let mut widen_of = Vec::with_capacity(plan.widened.len());
    for widened in &plan.widened {
        widen_of.push(widened.map(|it| {
            let index = widening.iter().position(|known| *known == it).unwrap_or_else(|| {
                functions.function(TYPE_WIDEN);
                widening.push(it);
                widening.len() - 1
            });
            widen(u32::try_from(index).unwrap_or(u32::MAX))
        }));
    }

    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: memory.pages,
        maximum: Some(memory.pages + CALL_BYTES_MAX / PAGE_BYTES),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut globals = GlobalSection::new();
    globals.global(
        GlobalType { val_type: ValType::I32, mutable: true, shared: false },
        &ConstExpr::i32_const(memory.arena.cast_signed()),
    );

    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("cabi_realloc", ExportKind::Func, realloc);
    exports.export("zero:edge/bundle@0.1.0#data", ExportKind::Func, data);
    for (name, at) in [("plan", plan_at), ("resume", resume_at)] {
        exports.export(&format!("zero:edge/connectors@0.1.0#{name}"), ExportKind::Func, at);
        exports.export(&format!("cabi_post_zero:edge/connectors@0.1.0#{name}"), ExportKind::Func, post);
    }

    let mut code = CodeSection::new();
    code.function(&realloc_code());
    code.function(&data_code(&memory));
    code.function(&post_code(&memory));
    code.function(&dispatch_code(&plan.plan, &memory, 0, &widen_of));
    code.function(&dispatch_code(&plan.resume, &memory, count, &widen_of));
    for widened in &widening {
        code.function(&widen_code(widened, realloc));
    }

    let mut segments = DataSection::new();
    let length = u32::try_from(plan.data.len()).unwrap_or(u32::MAX);
    let pair = [memory.data.to_le_bytes(), length.to_le_bytes()].concat();
    segments.active(0, &ConstExpr::i32_const(memory.pair.cast_signed()), pair);
    segments.active(0, &ConstExpr::i32_const(memory.data.cast_signed()), plan.data.iter().copied());

    let mut module = Module::new();
    module.section(&types(plan)).section(&imports).section(&functions).section(&memories).section(&globals);
    module.section(&exports).section(&code).section(&segments);
    module.finish()
}

fn types(plan: &Plan<'_>) -> TypeSection {
    let value = |ty: &WasmType| match ty {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => ValType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
    };
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 4], [ValType::I32]); // TYPE_REALLOC
    types.ty().function([], [ValType::I32]); // TYPE_DATA
    types.ty().function([ValType::I32], []); // TYPE_POST
    types.ty().function([ValType::I32], []); // TYPE_WIDEN
    for passed in [&plan.plan, &plan.resume] {
        types.ty().function(passed.outer.iter().map(value), [ValType::I32]);
    }
    for passed in [&plan.plan, &plan.resume] {
        let inner: Vec<ValType> = passed.inner.iter().map(value).chain([ValType::I32]).collect();
        types.ty().function(inner, []);
    }
    types
}

/// An address that the code adds nothing to but `offset`.
fn at(offset: u64, align: u32) -> MemArg {
    MemArg { offset, align, target: MemArgTarget::Memory(0), ordering: None }
}

/// `cabi_realloc(old, old_bytes, align, bytes)`: a fresh piece of the arena; what was there is copied.
fn realloc_code() -> Function {
    const OLD: u32 = 0;
    const OLD_BYTES: u32 = 1;
    const ALIGN: u32 = 2;
    const BYTES: u32 = 3;
    const PIECE: u32 = 4;
    const END: u32 = 5;
    let mut function = Function::new([(2, ValType::I32)]);
    let mut code = function.instructions();
    // piece = (arena + align - 1) & -align; end = piece + bytes
    code.global_get(ARENA).local_get(ALIGN).i32_add().i32_const(1).i32_sub();
    code.i32_const(0).local_get(ALIGN).i32_sub().i32_and().local_tee(PIECE);
    code.local_get(BYTES).i32_add().local_tee(END).global_set(ARENA);
    code.local_get(END).local_get(PIECE).i32_lt_u().if_(BlockType::Empty).unreachable().end();
    // Grow by what is missing, and no more: the arena is emptied after every call.
    code.local_get(END).memory_size(0).i32_const(16).i32_shl().i32_gt_u().if_(BlockType::Empty);
    code.local_get(END).i32_const(0xffff).i32_add().i32_const(16).i32_shr_u().memory_size(0).i32_sub();
    code.memory_grow(0).i32_const(-1).i32_eq().if_(BlockType::Empty).unreachable().end();
    code.end();
    code.local_get(OLD_BYTES).if_(BlockType::Empty);
    code.local_get(PIECE).local_get(OLD);
    code.local_get(OLD_BYTES).local_get(BYTES).local_get(OLD_BYTES).local_get(BYTES).i32_lt_u().select();
    code.memory_copy(0, 0).end();
    code.local_get(PIECE).end();
    function
}

fn data_code(memory: &Memory) -> Function {
    let mut function = Function::new([]);
    function.instructions().i32_const(memory.pair.cast_signed()).end();
    function
}

/// The result was read: the arena is empty again.
fn post_code(memory: &Memory) -> Function {
    let mut function = Function::new([]);
    function.instructions().i32_const(memory.arena.cast_signed()).global_set(ARENA).end();
    function
}

/// Hands a call on to the connector that `which` names; a number that names none traps.
fn dispatch_code(passed: &Passed, memory: &Memory, first: u32, widen_of: &[Option<u32>]) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    let count = u32::try_from(widen_of.len()).unwrap_or(u32::MAX);
    for _ in 0..count.saturating_add(2) {
        code.block(BlockType::Empty);
    }
    match passed.which_offset {
        Some(offset) => code.local_get(0).i32_load(at(offset, 2)),
        None => code.local_get(narrowed(passed.outer.len()).saturating_sub(1)),
    };
    code.br_table(0..count, count).end();
    for (which, widen) in (0..count).zip(widen_of) {
        for parameter in 0..narrowed(passed.inner.len()) {
            code.local_get(parameter);
        }
        code.i32_const(memory.result.cast_signed()).call(first + which);
        if let Some(widen) = widen {
            widen_result(&mut code, passed, memory, *widen);
        }
        // Blocks still open outside this one: those of the later connectors, then the one of all.
        code.br(count - which).end();
    }
    code.unreachable().end();
    code.i32_const(memory.result.cast_signed()).end();
    function
}

/// When there was no failure, the step's requests are widened.
fn widen_result(code: &mut InstructionSink<'_>, passed: &Passed, memory: &Memory, widen: u32) {
    let step = u32::try_from(passed.step_offset).unwrap_or(u32::MAX);
    code.i32_const(memory.result.cast_signed()).i32_load8_u(at(0, 0)).i32_eqz().if_(BlockType::Empty);
    code.i32_const(memory.result.saturating_add(step).cast_signed()).call(widen).end();
}

/// `widen(step)`: a fetch gets a list of requests of the latest version instead of its own.
fn widen_code(widened: &Widened, realloc: u32) -> Function {
    const STEP: u32 = 0;
    const FROM: u32 = 1;
    const LEFT: u32 = 2;
    const TO: u32 = 3;
    let mut function = Function::new([(3, ValType::I32)]);
    let mut code = function.instructions();
    let (list, length) = (widened.fetch_offset, widened.fetch_offset + 4);
    let fixed = |bytes: u32| bytes.cast_signed();
    // Only a fetch has requests; it is the first case.
    code.local_get(STEP).i32_load8_u(at(0, 0)).if_(BlockType::Empty).return_().end();
    code.local_get(STEP).i32_load(at(list, 2)).local_set(FROM);
    code.local_get(STEP).i32_load(at(length, 2)).local_set(LEFT);
    code.i32_const(0).i32_const(0).i32_const(fixed(widened.align));
    code.local_get(LEFT).i32_const(fixed(widened.new_bytes)).i32_mul().call(realloc).local_set(TO);
    code.local_get(STEP).local_get(TO).i32_store(at(list, 2));
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(LEFT).i32_eqz().br_if(1);
    code.local_get(TO).local_get(FROM).i32_const(fixed(widened.common_bytes)).memory_copy(0, 0);
    code.local_get(TO).i32_const(0).i32_store8(at(widened.absent_offset, 0));
    code.local_get(TO).i32_const(fixed(widened.new_bytes)).i32_add().local_set(TO);
    code.local_get(FROM).i32_const(fixed(widened.old_bytes)).i32_add().local_set(FROM);
    code.local_get(LEFT).i32_const(1).i32_sub().local_set(LEFT).br(0);
    code.end().end().end();
    function
}

fn narrowed(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
