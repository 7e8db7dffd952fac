//! What wasmtime is told: the same code and the same results on every machine, and hard bounds on what a guest takes.

use core::time::Duration;
use wasmtime::{Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};
use zero_pipeline::limits;

/// What calls may take. The defaults are those of `zero_pipeline::limits`; an operator may narrow them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Size of a component, bytes.
    pub component_bytes: usize,
    /// Linear memory of one instance, bytes.
    pub memory_bytes: usize,
    /// The most that one component may ever be granted: room for it is reserved in address space.
    pub memory_bytes_ceiling: usize,
    /// CPU of one call of a connector, its instantiation included.
    pub connector_cpu: Duration,
    /// CPU of one call of a function.
    pub function_cpu: Duration,
    /// What one call may hand back, bytes of text and lists.
    pub result_bytes: usize,
    /// What a connector may hand to its next round, bytes.
    pub state_bytes: usize,
    /// Requests of one round.
    pub requests: usize,
    /// Instances alive at once.
    pub instances: u32,
    /// How long a component may take to compile in a child process.
    pub compile_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: zero_builder::COMPONENT_BYTES_MAX,
            memory_bytes: limits::GUEST_MEMORY_BYTES_MAX,
            memory_bytes_ceiling: limits::GUEST_MEMORY_BYTES_MAX,
            connector_cpu: limits::GUEST_CPU_MAX,
            function_cpu: limits::FUNCTION_CPU_MAX,
            result_bytes: limits::GUEST_RESULT_BYTES_MAX,
            state_bytes: limits::GUEST_STATE_BYTES_MAX,
            requests: limits::REQUESTS_PER_ROUND_MAX,
            instances: limits::GUEST_INSTANCES_MAX,
            compile_time: limits::COMPILE_TIME_MAX,
        }
    }
}

/// Address space behind each memory: all that 32 bits can reach, so that compiled code needs no bounds checks.
const MEMORY_RESERVATION_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// What a memory, once used, keeps resident for the next instance instead of giving it back to the kernel.
const KEEP_RESIDENT_BYTES: usize = 256 * 1024;
/// Indirect calls of one component.
const TABLE_ELEMENTS_MAX: usize = 20_000;
/// Core instances, memories and tables of one component. The builder makes one of each; an interpreter comes with its
/// libraries as instances of their own, and with components in it that stand for what it would import.
const CORE_INSTANCES_PER_COMPONENT_MAX: u32 = 128;
const MEMORIES_PER_COMPONENT_MAX: u32 = 4;
const TABLES_PER_COMPONENT_MAX: u32 = 16;
/// How many core instances and tables there are for each component instance, on average: only interpreters have many.
const CORE_INSTANCES_EACH: u32 = 16;
const TABLES_EACH: u32 = 4;

/// All that decides which code is made of a component: equal here, in the compiling child, and on every machine.
pub(crate) fn compiling() -> wasmtime::Config {
    let mut config = wasmtime::Config::new();

    // One question, one answer: whatever the standard leaves to the machine is fixed.
    #[cfg(feature = "compiler")]
    config.cranelift_nan_canonicalization(true);
    config.relaxed_simd_deterministic(true);

    // What no component of ours needs is not there to be attacked.
    config.wasm_memory64(false);
    // Calls between the components of one component copy from memory to memory; what they have together is bounded.
    config.wasm_multi_memory(true);
    config.wasm_custom_page_sizes(false);
    config.wasm_wide_arithmetic(false);
    config.shared_memory(false);
    config.concurrency_support(false);

    config.epoch_interruption(true);
    #[cfg(feature = "compiler")]
    config.cranelift_opt_level(wasmtime::OptLevel::Speed);
    config.memory_reservation(MEMORY_RESERVATION_BYTES);
    config.memory_may_move(false);

    // Nobody symbolises a guest's stack in production; without the tables an artifact is half the size.
    config.generate_address_map(false);
    config.native_unwind_info(cfg!(windows));
    config.wasm_backtrace_max_frames(None);
    config
}

/// The same, and where instances live: slots that are made once and handed out in microseconds.
pub(crate) fn running(limits: &Limits) -> wasmtime::Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits.instances)
        .total_core_instances(
            limits.instances.saturating_mul(CORE_INSTANCES_EACH).max(CORE_INSTANCES_PER_COMPONENT_MAX),
        )
        .total_memories(limits.instances.max(MEMORIES_PER_COMPONENT_MAX))
        .total_tables(limits.instances.saturating_mul(TABLES_EACH).max(TABLES_PER_COMPONENT_MAX))
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT_MAX)
        .max_memories_per_component(MEMORIES_PER_COMPONENT_MAX)
        .max_tables_per_component(TABLES_PER_COMPONENT_MAX)
        .max_tables_per_module(TABLES_PER_COMPONENT_MAX)
        .table_elements(TABLE_ELEMENTS_MAX)
        .max_memory_size(limits.memory_bytes.max(limits.memory_bytes_ceiling))
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .table_keep_resident(TABLE_ELEMENTS_MAX * size_of::<usize>())
        .pagemap_scan(Enabled::Auto);
    let mut config = compiling();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}
