//! How values lie in memory, and how they become parameters.

use crate::flat::{Flat, FlatType};
use crate::guest::Guest;
use crate::image::Image;
use crate::reader::{Reader, broken};
use zero_pipeline::platform::CallError;

/// Size and alignment, as the canonical ABI has them.
pub(crate) trait Layout {
    /// Bytes.
    const SIZE: u32;
    /// A power of two.
    const ALIGN: u32;
    /// The core parameters it becomes.
    fn flat_types(out: &mut Vec<FlatType>);
}

/// What goes into a guest.
pub(crate) trait Lower: Layout {
    /// Writes it at an offset of the image that was reserved for it.
    fn store(&self, image: &mut Image, at: usize);
    /// Appends the parameters it becomes.
    fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>);
    /// The block of a list of it; bytes go in as they are.
    fn list_block(list: &[Self], image: &mut Image) -> usize
    where
        Self: Sized,
    {
        image.list(list)
    }
}

/// What comes out of a guest.
pub(crate) trait Lift: Layout + Sized {
    /// Reads it at an address that is in the memory.
    fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError>;
    /// Reads a list that is in the memory; bytes come out as they are.
    fn load_list<G: Guest>(reader: &mut Reader<'_, G>, start: u32, length: u32) -> Result<Vec<Self>, CallError> {
        let mut list = Vec::with_capacity(length as usize);
        for index in 0..length {
            // The whole list is in the memory, so no address overflows.
            list.push(Self::load(reader, start.saturating_add(index.saturating_mul(Self::SIZE)))?);
        }
        Ok(list)
    }
}

/// The next offset of this alignment.
pub(crate) const fn aligned(offset: u32, align: u32) -> u32 {
    offset.next_multiple_of(align)
}

/// The larger one, in constants.
pub(crate) const fn larger(one: u32, other: u32) -> u32 {
    if one > other { one } else { other }
}

macro_rules! numbers {
    ($($type:ty, $flat:ident, $bits:expr;)*) => { $(
        impl Layout for $type {
            const SIZE: u32 = size_of::<$type>() as u32;
            const ALIGN: u32 = size_of::<$type>() as u32;
            fn flat_types(out: &mut Vec<FlatType>) { out.push(FlatType::$flat); }
        }
        impl Lower for $type {
            fn store(&self, image: &mut Image, at: usize) { image.put(at, &self.to_le_bytes()); }
            fn flatten(&self, _image: &mut Image, out: &mut Vec<Flat>) {
                let bits: fn($type) -> u64 = $bits;
                out.push(Flat::new(FlatType::$flat, bits(*self)));
            }
        }
    )* };
}

numbers! {
    u16, I32, u64::from;
    u32, I32, u64::from;
    i64, I64, |it| it.cast_unsigned();
    f32, F32, |it| it.to_bits().into();
    f64, F64, f64::to_bits;
}

macro_rules! lifted_numbers {
    ($($type:ty),*) => { $(
        impl Lift for $type {
            fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
                Ok(<$type>::from_le_bytes(reader.fixed(at)?))
            }
        }
    )* };
}

lifted_numbers!(u16, u32, i64);

/// A number that is none has many forms, and which one a machine makes is left to it: here there is one.
macro_rules! lifted_floats {
    ($($type:ty),*) => { $(
        impl Lift for $type {
            fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
                let value = <$type>::from_le_bytes(reader.fixed(at)?);
                Ok(if value.is_nan() { <$type>::NAN } else { value })
            }
        }
    )* };
}

lifted_floats!(f32, f64);

impl Layout for u8 {
    const SIZE: u32 = 1;
    const ALIGN: u32 = 1;
    fn flat_types(out: &mut Vec<FlatType>) {
        out.push(FlatType::I32);
    }
}

impl Lower for u8 {
    fn store(&self, image: &mut Image, at: usize) {
        image.put(at, &[*self]);
    }
    fn flatten(&self, _image: &mut Image, out: &mut Vec<Flat>) {
        out.push(Flat::i32((*self).into()));
    }
    fn list_block(list: &[Self], image: &mut Image) -> usize {
        image.block(list, 1)
    }
}

impl Lift for u8 {
    fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
        let [byte] = reader.fixed(at)?;
        Ok(byte)
    }
    fn load_list<G: Guest>(reader: &mut Reader<'_, G>, start: u32, length: u32) -> Result<Vec<Self>, CallError> {
        reader.copy(start, length)
    }
}

impl Layout for bool {
    const SIZE: u32 = 1;
    const ALIGN: u32 = 1;
    fn flat_types(out: &mut Vec<FlatType>) {
        u8::flat_types(out);
    }
}

impl Lower for bool {
    fn store(&self, image: &mut Image, at: usize) {
        u8::from(*self).store(image, at);
    }
    fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>) {
        u8::from(*self).flatten(image, out);
    }
}

impl Lift for bool {
    fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
        Ok(u8::load(reader, at)? != 0)
    }
}

impl<T: Layout> Layout for [T] {
    const SIZE: u32 = 8;
    const ALIGN: u32 = 4;
    fn flat_types(out: &mut Vec<FlatType>) {
        out.extend([FlatType::I32, FlatType::I32]);
    }
}

impl<T: Lower> Lower for [T] {
    fn store(&self, image: &mut Image, at: usize) {
        let block = (!self.is_empty()).then(|| T::list_block(self, image));
        image.put_list(at, block, self.len(), T::ALIGN);
    }
    fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>) {
        let block = (!self.is_empty()).then(|| T::list_block(self, image));
        out.push(Flat { block, ..Flat::i32(T::ALIGN) });
        out.push(Flat::i32(u32::try_from(self.len()).unwrap_or(u32::MAX)));
    }
}

impl Layout for str {
    const SIZE: u32 = <[u8]>::SIZE;
    const ALIGN: u32 = <[u8]>::ALIGN;
    fn flat_types(out: &mut Vec<FlatType>) {
        <[u8]>::flat_types(out);
    }
}

impl Lower for str {
    fn store(&self, image: &mut Image, at: usize) {
        self.as_bytes().store(image, at);
    }
    fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>) {
        self.as_bytes().flatten(image, out);
    }
}

impl Layout for String {
    const SIZE: u32 = str::SIZE;
    const ALIGN: u32 = str::ALIGN;
    fn flat_types(out: &mut Vec<FlatType>) {
        str::flat_types(out);
    }
}

impl Lower for String {
    fn store(&self, image: &mut Image, at: usize) {
        self.as_str().store(image, at);
    }
    fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>) {
        self.as_str().flatten(image, out);
    }
}

impl Lift for String {
    fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
        let (start, length) = reader.list_at(at, 1, 1)?;
        Self::from_utf8(reader.copy(start, length)?).or_else(|_| broken("a text is not UTF-8"))
    }
}

impl<T: Layout> Layout for Vec<T> {
    const SIZE: u32 = <[T]>::SIZE;
    const ALIGN: u32 = <[T]>::ALIGN;
    fn flat_types(out: &mut Vec<FlatType>) {
        <[T]>::flat_types(out);
    }
}

impl<T: Lower> Lower for Vec<T> {
    fn store(&self, image: &mut Image, at: usize) {
        self.as_slice().store(image, at);
    }
    fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>) {
        self.as_slice().flatten(image, out);
    }
}

impl<T: Lift> Lift for Vec<T> {
    fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
        let (start, length) = reader.list_at(at, T::SIZE, T::ALIGN)?;
        T::load_list(reader, start, length)
    }
}

/// Where the payload of a variant with few cases stands, behind the byte that names the case.
pub(crate) const fn payload_at(align: u32) -> u32 {
    aligned(1, align)
}

/// The parameters of a variant: the case, and for each place of a payload what holds that of every case.
pub(crate) fn joined(out: &mut Vec<FlatType>, cases: &[fn(&mut Vec<FlatType>)]) {
    let mut shared: Vec<FlatType> = Vec::new();
    for case in cases {
        let mut own = Vec::new();
        case(&mut own);
        for (index, kind) in own.into_iter().enumerate() {
            match shared.get_mut(index) {
                Some(place) => *place = place.join(kind),
                None => shared.push(kind),
            }
        }
    }
    out.push(FlatType::I32);
    out.append(&mut shared);
}

/// A case and its payload, in the places that [`joined`] gives; places it does not need are zero.
pub(crate) fn flatten_case<T: Layout + ?Sized>(case: u8, payload: Vec<Flat>, out: &mut Vec<Flat>) {
    let mut places = Vec::new();
    T::flat_types(&mut places);
    out.push(Flat::i32(case.into()));
    let mut payload = payload.into_iter();
    for kind in places.into_iter().skip(1) {
        out.push(payload.next().map_or(Flat::new(kind, 0), |flat| Flat { kind, ..flat }));
    }
}

impl<T: Layout> Layout for Option<T> {
    const ALIGN: u32 = T::ALIGN;
    const SIZE: u32 = aligned(payload_at(T::ALIGN) + T::SIZE, T::ALIGN);
    fn flat_types(out: &mut Vec<FlatType>) {
        joined(out, &[T::flat_types]);
    }
}

impl<T: Lower> Lower for Option<T> {
    fn store(&self, image: &mut Image, at: usize) {
        if let Some(value) = self {
            image.put(at, &[1]);
            value.store(image, at + payload_at(T::ALIGN) as usize);
        }
    }
    fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>) {
        let mut payload = Vec::new();
        if let Some(value) = self {
            value.flatten(image, &mut payload);
        }
        flatten_case::<Self>(self.is_some().into(), payload, out);
    }
}

impl<T: Lift> Lift for Option<T> {
    fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
        match u8::load(reader, at)? {
            0 => Ok(None),
            1 => Ok(Some(T::load(reader, at.saturating_add(payload_at(T::ALIGN)))?)),
            _ => broken("an option that is neither there nor not"),
        }
    }
}

impl<T: Layout, E: Layout> Layout for Result<T, E> {
    const ALIGN: u32 = larger(T::ALIGN, E::ALIGN);
    const SIZE: u32 = aligned(payload_at(Self::ALIGN) + larger(T::SIZE, E::SIZE), Self::ALIGN);
    fn flat_types(out: &mut Vec<FlatType>) {
        joined(out, &[T::flat_types, E::flat_types]);
    }
}

impl<T: Lift, E: Lift> Lift for Result<T, E> {
    fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
        let payload = at.saturating_add(payload_at(Self::ALIGN));
        match u8::load(reader, at)? {
            0 => Ok(Ok(T::load(reader, payload)?)),
            1 => Ok(Err(E::load(reader, payload)?)),
            _ => broken("a result that is neither"),
        }
    }
}
