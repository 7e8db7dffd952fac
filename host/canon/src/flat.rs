//! Values as parameters of core functions.

/// A function may have this many parameters; beyond it they lie in memory and a pointer is the only one.
pub(crate) const FLAT_PARAMS_MAX: usize = 16;

/// The type of a core parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum FlatType {
    /// Also booleans, small integers, cases, pointers and lengths.
    I32,
    /// 64 bits.
    I64,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

impl FlatType {
    /// What can hold both of these: the payloads of a variant's cases share their places.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::I32, Self::F32) | (Self::F32, Self::I32) => Self::I32,
            _ => Self::I64,
        }
    }
}

/// A core parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flat {
    /// How it is passed.
    pub kind: FlatType,
    /// Its bits, zero-extended; those of a pointer are known once its block is placed.
    pub bits: u64,
    /// The block of the image that it points to.
    pub block: Option<usize>,
}

impl Flat {
    pub(crate) fn new(kind: FlatType, bits: u64) -> Self {
        Self { kind, bits, block: None }
    }

    pub(crate) fn i32(bits: u32) -> Self {
        Self::new(FlatType::I32, bits.into())
    }
}

/// The core type of a function. Every result of the contracts is too wide to be returned as it is, so that what comes
/// back is the address of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Its parameters.
    pub params: Vec<FlatType>,
}
