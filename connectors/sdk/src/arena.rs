//! The allocator of a connector instance, which lives for one call: memory is handed out upwards and given back all
//! at once when the host drops the instance. Only the newest block can grow or shrink in place, which is what growing
//! a `Vec` or `String` needs.

#![allow(unsafe_code, reason = "an allocator cannot be written without it")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;

/// What most calls need fits here, so that they never grow the memory; bytes.
const ARENA_BYTES: usize = 64 * 1024;
const PAGE_BYTES: usize = 64 * 1024;

#[repr(C, align(16))]
struct Arena(UnsafeCell<[u8; ARENA_BYTES]>);

struct Bump {
    arena: Arena,
    /// Next free address and end of what is ours; 0 before the first allocation.
    state: UnsafeCell<(usize, usize)>,
}

// SAFETY: a component instance has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static BUMP: Bump = Bump { arena: Arena(UnsafeCell::new([0; ARENA_BYTES])), state: UnsafeCell::new((0, 0)) };

impl Bump {
    /// Makes `end` ours, growing the memory by at least a quarter so that growth stays rare.
    fn reach(&self, end: usize) -> bool {
        // SAFETY: one thread, and no reference to the state outlives a call.
        let (_, limit) = unsafe { *self.state.get() };
        if end <= limit {
            return true;
        }
        let pages_now = core::arch::wasm32::memory_size(0);
        let top = pages_now * PAGE_BYTES;
        // Growth by whoever else (nobody, in a component of one module) would leave a gap: take what lies above.
        let needed = end.saturating_sub(top).div_ceil(PAGE_BYTES);
        let grown = needed.max(pages_now / 4);
        let got = [grown, needed].into_iter().any(|pages| core::arch::wasm32::memory_grow(0, pages) != usize::MAX);
        if got {
            let limit = core::arch::wasm32::memory_size(0) * PAGE_BYTES;
            // SAFETY: as above.
            unsafe { (*self.state.get()).1 = limit };
        }
        got
    }
}

// SAFETY: blocks never overlap: `next` only moves up, except back to the start of the newest block.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: one thread, and no reference to the state outlives a call.
        let (mut next, mut limit) = unsafe { *self.state.get() };
        if next == 0 {
            next = self.arena.0.get() as usize;
            limit = next + ARENA_BYTES;
            // SAFETY: as above.
            unsafe { *self.state.get() = (next, limit) };
        }
        let mut start = next.next_multiple_of(layout.align());
        let Some(mut end) = start.checked_add(layout.size()) else { return core::ptr::null_mut() };
        if end > limit {
            // The static arena lies below the heap end; a block that outgrows it starts in fresh pages.
            let in_arena = limit == self.arena.0.get() as usize + ARENA_BYTES;
            if in_arena {
                start = core::arch::wasm32::memory_size(0) * PAGE_BYTES;
                let Some(fresh_end) = start.checked_add(layout.size()) else { return core::ptr::null_mut() };
                end = fresh_end;
            }
            if !self.reach(end) {
                return core::ptr::null_mut();
            }
        }
        // SAFETY: as above.
        unsafe { (*self.state.get()).0 = end };
        start as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        let state = unsafe { &mut *self.state.get() };
        if block as usize + layout.size() == state.0 {
            state.0 = block as usize;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as above.
        let (next, limit) = unsafe { *self.state.get() };
        let newest = block as usize + layout.size() == next;
        if newest && let Some(end) = (block as usize).checked_add(new_size) {
            let in_arena = limit == self.arena.0.get() as usize + ARENA_BYTES;
            if end <= limit || (!in_arena && self.reach(end)) {
                // SAFETY: as above.
                unsafe { (*self.state.get()).0 = end };
                return block;
            }
        }
        if new_size <= layout.size() {
            return block;
        }
        // SAFETY: the caller vouches for `layout`; the new block is disjoint from the old one.
        unsafe {
            let fresh = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
            if !fresh.is_null() {
                core::ptr::copy_nonoverlapping(block, fresh, layout.size());
            }
            fresh
        }
    }
}
