//! What goes into a guest, as one piece of bytes.
//!
//! - **Takes** values.
//! - **Gives** blocks, each of which the guest's allocator places, and the pointers between them that want patching.
//! - **Limits**: [`Image::place`] refuses more than `GUEST_MEMORY_BYTES_MAX`.
//! - **Why it is so**: a guest owns what it is given and frees every text and list by itself, so each must be an
//!   allocation of its own. As one image, all of them cross the border to another engine's heap in one step.

use crate::layout::Lower;
use zero_pipeline::limits::GUEST_MEMORY_BYTES_MAX;
use zero_pipeline::platform::CallError;

/// Values laid out as a guest reads them, with pointers left open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// All blocks, one after another.
    pub bytes: Vec<u8>,
    /// In the order in which they are to be allocated.
    pub blocks: Vec<Block>,
    /// Pointers to be patched.
    pub links: Vec<Link>,
}

/// One allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Where in the image it begins.
    pub start: u32,
    /// Its length; never 0.
    pub bytes: u32,
    /// Its alignment.
    pub align: u32,
}

/// A pointer from the image into one of its blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Where in the image the pointer stands.
    pub slot: u32,
    /// The block it points to.
    pub block: u32,
}

/// Offsets past the limit are never used: [`Image::check`] comes first.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

impl Image {
    /// Room for a block; gives its number and where it begins.
    pub(crate) fn reserve(&mut self, bytes: usize, align: u32) -> (usize, usize) {
        let (number, start) = (self.blocks.len(), self.bytes.len());
        self.blocks.push(Block { start: offset(start), bytes: offset(bytes), align });
        self.bytes.resize(start.saturating_add(bytes), 0);
        (number, start)
    }

    /// A block of these bytes.
    pub(crate) fn block(&mut self, bytes: &[u8], align: u32) -> usize {
        let number = self.blocks.len();
        self.blocks.push(Block { start: offset(self.bytes.len()), bytes: offset(bytes.len()), align });
        self.bytes.extend_from_slice(bytes);
        number
    }

    /// A block with the elements of a list.
    pub(crate) fn list<T: Lower>(&mut self, list: &[T]) -> usize {
        let size = T::SIZE as usize;
        let (number, start) = self.reserve(list.len().saturating_mul(size), T::ALIGN);
        for (index, element) in list.iter().enumerate() {
            element.store(self, start + index * size);
        }
        number
    }

    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..at.saturating_add(bytes.len())) {
            place.copy_from_slice(bytes);
        }
    }

    /// Pointer and length. What is empty has no block, and a pointer that is aligned and not null.
    pub(crate) fn put_list(&mut self, at: usize, block: Option<usize>, length: usize, align: u32) {
        match block {
            Some(block) => self.links.push(Link { slot: offset(at), block: offset(block) }),
            None => self.put(at, &align.to_le_bytes()),
        }
        self.put(at + 4, &offset(length).to_le_bytes());
    }

    /// Whether a guest could hold it at all.
    ///
    /// # Errors
    /// [`CallError::Memory`].
    pub fn check(&self) -> Result<(), CallError> {
        if self.bytes.len() > GUEST_MEMORY_BYTES_MAX { Err(CallError::Memory) } else { Ok(()) }
    }

    /// Allocates every block in order, patches the pointers and writes the blocks; gives their addresses.
    ///
    /// # Errors
    /// What `allocate` or `write` say; `write` is to refuse what is not in the memory.
    pub fn place<G: ?Sized>(
        mut self,
        guest: &mut G,
        mut allocate: impl FnMut(&mut G, Block) -> Result<u32, CallError>,
        mut write: impl FnMut(&mut G, u32, &[u8]) -> Result<(), CallError>,
    ) -> Result<Vec<u32>, CallError> {
        self.check()?;
        let mut addresses = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let address = allocate(guest, *block)?;
            if address.checked_rem(block.align) != Some(0) {
                return Err(CallError::Protocol("its allocator gave an address that is not aligned".to_owned()));
            }
            addresses.push(address);
        }
        for link in core::mem::take(&mut self.links) {
            if let Some(address) = addresses.get(link.block as usize) {
                self.put(link.slot as usize, &address.to_le_bytes());
            }
        }
        for (block, address) in self.blocks.iter().zip(&addresses) {
            let start = block.start as usize;
            let bytes = self.bytes.get(start..start.saturating_add(block.bytes as usize)).unwrap_or_default();
            write(guest, *address, bytes)?;
        }
        Ok(addresses)
    }
}
