//! What comes out of a guest, read from its memory within bounds.

use crate::guest::Guest;
use crate::layout::Lift;
use zero_pipeline::platform::CallError;

/// Bytes that are fetched at once: fields of records lie together, and a step over the border has its price.
const WINDOW_BYTES: u64 = 8 * 1024;
/// A window begins a little before what is asked for.
const WINDOW_ALIGN: u64 = 64;

/// Reads one result.
pub(crate) struct Reader<'g, G> {
    guest: &'g mut G,
    memory_bytes: u64,
    left: usize,
    window: Vec<u8>,
    window_at: u64,
}

pub(crate) fn broken<T>(reason: &str) -> Result<T, CallError> {
    Err(CallError::Protocol(reason.to_owned()))
}

impl<'g, G: Guest> Reader<'g, G> {
    /// A reader of at most this much text and lists.
    pub(crate) fn new(guest: &'g mut G, result_bytes_max: usize) -> Self {
        let memory_bytes = guest.memory_bytes();
        Self { guest, memory_bytes, left: result_bytes_max, window: Vec::new(), window_at: 0 }
    }

    /// The value at an address.
    pub(crate) fn value<T: Lift>(&mut self, at: u32) -> Result<T, CallError> {
        if at.checked_rem(T::ALIGN) != Some(0) {
            return broken("its result's address is not aligned");
        }
        self.within(at, T::SIZE.into())?;
        T::load(self, at)
    }

    /// Some bytes of a field.
    pub(crate) fn fixed<const N: usize>(&mut self, at: u32) -> Result<[u8; N], CallError> {
        if let Some(found) = self.seen(at, N) {
            let mut bytes = [0; N];
            bytes.copy_from_slice(found);
            return Ok(bytes);
        }
        self.within(at, N as u64)?;
        let start = u64::from(at) / WINDOW_ALIGN * WINDOW_ALIGN;
        let bytes = WINDOW_BYTES.min(self.memory_bytes.saturating_sub(start));
        self.window.resize(usize::try_from(bytes).unwrap_or_default(), 0);
        self.window_at = start;
        self.guest.read(u32::try_from(start).unwrap_or(u32::MAX), &mut self.window)?;
        let mut bytes = [0; N];
        match self.seen(at, N) {
            Some(found) => bytes.copy_from_slice(found),
            None => return broken("its result lies beyond its memory"),
        }
        Ok(bytes)
    }

    /// The elements of a list whose pointer and length stand at an address; of `size` bytes each.
    pub(crate) fn list_at(&mut self, at: u32, size: u32, align: u32) -> Result<(u32, u32), CallError> {
        let start = u32::from_le_bytes(self.fixed(at)?);
        let length = u32::from_le_bytes(self.fixed(at.saturating_add(4))?);
        if start.checked_rem(align) != Some(0) {
            return broken("the address of a list is not aligned");
        }
        let bytes = u64::from(length) * u64::from(size);
        self.within(start, bytes)?;
        let left = usize::try_from(bytes).ok().and_then(|bytes| self.left.checked_sub(bytes));
        self.left = left.ok_or(CallError::ResultTooLarge)?;
        Ok((start, length))
    }

    /// Bytes that [`Reader::list_at`] has found.
    pub(crate) fn copy(&mut self, at: u32, length: u32) -> Result<Vec<u8>, CallError> {
        let length = length as usize;
        if let Some(found) = self.seen(at, length) {
            return Ok(found.to_vec());
        }
        let mut bytes = vec![0; length];
        self.guest.read(at, &mut bytes)?;
        Ok(bytes)
    }

    fn seen(&self, at: u32, length: usize) -> Option<&[u8]> {
        let start = usize::try_from(u64::from(at).checked_sub(self.window_at)?).ok()?;
        self.window.get(start..start.checked_add(length)?)
    }

    fn within(&self, at: u32, bytes: u64) -> Result<(), CallError> {
        if u64::from(at).saturating_add(bytes) > self.memory_bytes {
            return broken("its result lies beyond its memory");
        }
        Ok(())
    }
}
