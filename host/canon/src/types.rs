//! The types of the contracts as the canonical ABI lays them out.

use crate::flat::{Flat, FlatType};
use crate::guest::Guest;
use crate::image::Image;
use crate::layout::{Layout, Lift, Lower, aligned, flatten_case, joined, larger, payload_at};
use crate::reader::{Reader, broken};
use crate::v0_1;
use zero_pipeline::platform::CallError;
use zero_types::{connector as c, functions as f};

macro_rules! canon {
    ($($kind:ident $module:ident :: $name:ident { $($body:tt)* })*) => { $(canon!(@$kind $module $name { $($body)* });)* };

    (@record $module:ident $name:ident { $($field:ident $($wit:literal)? : $type:ty),* $(,)? }) => {
        impl Layout for $module::$name {
            const ALIGN: u32 = {
                let mut align = 1;
                $(align = larger(align, <$type>::ALIGN);)*
                align
            };
            const SIZE: u32 = {
                let mut end = 0;
                $(end = aligned(end, <$type>::ALIGN) + <$type>::SIZE;)*
                aligned(end, Self::ALIGN)
            };
            fn flat_types(out: &mut Vec<FlatType>) {
                $(<$type>::flat_types(out);)*
            }
        }
        impl Lower for $module::$name {
            fn store(&self, image: &mut Image, at: usize) {
                let mut end = 0;
                $(
                    let start = aligned(end, <$type>::ALIGN);
                    self.$field.store(image, at + start as usize);
                    end = start + <$type>::SIZE;
                )*
                let _ = end;
            }
            fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>) {
                $(self.$field.flatten(image, out);)*
            }
        }
        impl Lift for $module::$name {
            fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
                let mut end = 0;
                $(
                    let start = aligned(end, <$type>::ALIGN);
                    let $field = <$type>::load(reader, at.saturating_add(start))?;
                    end = start + <$type>::SIZE;
                )*
                let _ = end;
                Ok(Self { $($field),* })
            }
        }
    };

    (@choice $module:ident $name:ident { $($case:ident $wit:literal),* $(,)? }) => {
        impl Layout for $module::$name {
            const ALIGN: u32 = 1;
            const SIZE: u32 = 1;
            fn flat_types(out: &mut Vec<FlatType>) {
                out.push(FlatType::I32);
            }
        }
        impl Lower for $module::$name {
            fn store(&self, image: &mut Image, at: usize) {
                image.put(at, &[*self as u8]);
            }
            fn flatten(&self, _image: &mut Image, out: &mut Vec<Flat>) {
                out.push(Flat::i32(*self as u32));
            }
        }
        impl Lift for $module::$name {
            fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
                let found = u8::load(reader, at)?;
                $(if found == Self::$case as u8 { return Ok(Self::$case); })*
                broken(concat!("a `", stringify!($name), "` of no known case"))
            }
        }
    };

    (@variant $module:ident $name:ident {
        $((none $empty:ident $empty_wit:literal),)? $($case:ident $wit:literal ($type:ty)),* $(,)?
    }) => {
        impl Layout for $module::$name {
            const ALIGN: u32 = {
                let mut align = 1;
                $(align = larger(align, <$type>::ALIGN);)*
                align
            };
            const SIZE: u32 = {
                let mut widest = 0;
                $(widest = larger(widest, <$type>::SIZE);)*
                aligned(payload_at(Self::ALIGN) + widest, Self::ALIGN)
            };
            fn flat_types(out: &mut Vec<FlatType>) {
                joined(out, &[$(<$type>::flat_types),*]);
            }
        }
        impl Lower for $module::$name {
            fn store(&self, image: &mut Image, at: usize) {
                match self {
                    $(Self::$empty => image.put(at, &[Case::$empty as u8]),)?
                    $(Self::$case(value) => {
                        image.put(at, &[Case::$case as u8]);
                        value.store(image, at + payload_at(Self::ALIGN) as usize);
                    })*
                }
                #[allow(non_camel_case_types, reason = "cases are named as they are")]
                enum Case { $($empty,)? $($case),* }
            }
            fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>) {
                let mut payload = Vec::new();
                let case = match self {
                    $(Self::$empty => Case::$empty,)?
                    $(Self::$case(value) => {
                        value.flatten(image, &mut payload);
                        Case::$case
                    })*
                };
                flatten_case::<Self>(case as u8, payload, out);
                enum Case { $($empty,)? $($case),* }
            }
        }
        impl Lift for $module::$name {
            fn load<G: Guest>(reader: &mut Reader<'_, G>, at: u32) -> Result<Self, CallError> {
                enum Case { $($empty,)? $($case),* }
                let found = u8::load(reader, at)?;
                $(if found == Case::$empty as u8 { return Ok(Self::$empty); })?
                $(if found == Case::$case as u8 {
                    return Ok(Self::$case(<$type>::load(reader, at.saturating_add(payload_at(Self::ALIGN)))?));
                })*
                broken(concat!("a `", stringify!($name), "` of no known case"))
            }
        }
    };
}

crate::every_type!(canon);
