//! One instance of a core module, as the canonical ABI needs it.

use crate::call::Function;
use crate::flat::Flat;
use crate::image::Image;
use zero_pipeline::platform::CallError;

/// An instance that can be called. After an error it is worth nothing.
pub trait Guest {
    /// Size of its memory now.
    fn memory_bytes(&mut self) -> u64;

    /// Copies from its memory; the caller has compared the range with [`Guest::memory_bytes`].
    ///
    /// # Errors
    /// When the range is not in its memory.
    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), CallError>;

    /// Puts every block of an image where the guest's allocator wants it, as [`Image::place`] does.
    ///
    /// # Errors
    /// When the allocator traps or answers with what is not in its memory.
    fn place(&mut self, image: Image) -> Result<Vec<u32>, CallError>;

    /// Calls a function, whose result is an address.
    ///
    /// # Errors
    /// When it traps, or is not there.
    fn call(&mut self, function: Function, params: &[Flat]) -> Result<u32, CallError>;

    /// Tells the guest that its result has been read, where it wants to know.
    ///
    /// # Errors
    /// When it traps.
    fn post_return(&mut self, function: Function, result: u32) -> Result<(), CallError>;
}
