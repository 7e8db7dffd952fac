//! The shared types as components see them.
//!
//! - **Takes** the types of `zero_types`, by reference.
//! - **Gives** for each of them a twin that wasmtime can lower into a guest without copying text first, and a twin
//!   that it can lift out of one.
//! - **Fails** never here: wasmtime compares the twins with a component's own types, by name and shape, before a call.
//! - **Limits**: none here; what is lifted is bounded by the store's hostcall fuel.
//! - **Why it is so**: `zero_types` must not know wasmtime, and wasmtime's traits cannot be implemented for foreign
//!   types. `bindgen!` would need a copy of every text on the way in and compares every function at every
//!   instantiation; this costs one line a field. A test builds a component of every world, so that a field that was
//!   forgotten here cannot go unnoticed.

#![allow(unsafe_code, reason = "wasmtime's derives lift and lower values of the canonical ABI")]

use wasmtime::component::{ComponentType, Lift, Lower};
use zero_canon::v0_1;
use zero_types::{connector as c, functions as f};

/// A type that crosses the border of a component.
pub(crate) trait Mirror: Sized + 'static {
    /// What comes out of a guest.
    type Lifted: Lift + Send + Sync + 'static;
    /// What goes into a guest; borrows all text.
    type Lowered<'a>: Lower + Send + Sync;
    /// A list of it on the way in: for bytes the slice itself.
    type LoweredList<'a>: Lower + Send + Sync;

    fn raise(lifted: Self::Lifted) -> Self;
    fn lower(&self) -> Self::Lowered<'_>;
    fn lower_list(list: &[Self]) -> Self::LoweredList<'_>;
}

/// Shorthands for the signatures of calls.
pub(crate) type Lifted<T> = <T as Mirror>::Lifted;
pub(crate) type Lowered<'a, T> = <T as Mirror>::Lowered<'a>;
pub(crate) type LoweredList<'a, T> = <T as Mirror>::LoweredList<'a>;

macro_rules! list_of_lowered {
    () => {
        type LoweredList<'a> = Vec<Self::Lowered<'a>>;
        fn lower_list(list: &[Self]) -> Self::LoweredList<'_> {
            list.iter().map(Mirror::lower).collect()
        }
    };
}

macro_rules! plain {
    ($($type:ty),*) => { $(
        impl Mirror for $type {
            type Lifted = $type;
            type Lowered<'a> = $type;
            type LoweredList<'a> = &'a [$type];
            fn raise(lifted: $type) -> Self { lifted }
            fn lower(&self) -> $type { *self }
            fn lower_list(list: &[Self]) -> &[Self] { list }
        }
    )* };
}

plain!(bool, u8, u16, u32, i64, f32, f64);

impl Mirror for String {
    type Lifted = String;
    type Lowered<'a> = &'a str;
    list_of_lowered!();
    fn raise(lifted: String) -> Self {
        lifted
    }
    fn lower(&self) -> &str {
        self
    }
}

impl<T: Mirror> Mirror for Option<T> {
    type Lifted = Option<T::Lifted>;
    type Lowered<'a> = Option<T::Lowered<'a>>;
    list_of_lowered!();
    fn raise(lifted: Self::Lifted) -> Self {
        lifted.map(T::raise)
    }
    fn lower(&self) -> Self::Lowered<'_> {
        self.as_ref().map(T::lower)
    }
}

impl<T: Mirror> Mirror for Vec<T> {
    type Lifted = Vec<T::Lifted>;
    type Lowered<'a> = T::LoweredList<'a>;
    list_of_lowered!();
    fn raise(lifted: Self::Lifted) -> Self {
        lifted.into_iter().map(T::raise).collect()
    }
    fn lower(&self) -> Self::Lowered<'_> {
        T::lower_list(self)
    }
}

/// Only ever comes out: the answer of a call.
pub(crate) fn raise_result<T: Mirror, E: Mirror>(lifted: Result<T::Lifted, E::Lifted>) -> Result<T, E> {
    lifted.map(T::raise).map_err(E::raise)
}

/// Names stand as in the contract wherever they differ from Rust's.
macro_rules! mirror {
    ($($kind:ident $module:ident :: $name:ident { $($body:tt)* })*) => { $(mirror!(@$kind $module $name { $($body)* });)* };

    (@record $module:ident $name:ident { $($field:ident $($wit:literal)? : $type:ty),* $(,)? }) => {
        const _: () = {
            #[derive(ComponentType, Lift)]
            #[component(record)]
            pub(crate) struct Out { $( $(#[component(name = $wit)])? $field: Lifted<$type> ),* }
            #[derive(ComponentType, Lower)]
            #[component(record)]
            pub(crate) struct In<'a> { $( $(#[component(name = $wit)])? $field: Lowered<'a, $type> ),* }

            impl Mirror for $module::$name {
                type Lifted = Out;
                type Lowered<'a> = In<'a>;
                list_of_lowered!();
                fn raise(lifted: Out) -> Self {
                    Self { $($field: <$type>::raise(lifted.$field)),* }
                }
                fn lower(&self) -> In<'_> {
                    In { $($field: self.$field.lower()),* }
                }
            }
        };
    };

    (@choice $module:ident $name:ident { $($case:ident $wit:literal),* $(,)? }) => {
        const _: () = {
            #[derive(ComponentType, Lift, Lower, Clone, Copy)]
            #[component(enum)]
            #[repr(u8)]
            pub(crate) enum Both { $( #[component(name = $wit)] $case ),* }

            impl Mirror for $module::$name {
                type Lifted = Both;
                type Lowered<'a> = Both;
                list_of_lowered!();
                fn raise(lifted: Both) -> Self {
                    match lifted { $(Both::$case => Self::$case),* }
                }
                fn lower(&self) -> Both {
                    match self { $(Self::$case => Both::$case),* }
                }
            }
        };
    };

    (@variant $module:ident $name:ident {
        $((none $empty:ident $empty_wit:literal),)? $($case:ident $wit:literal ($type:ty)),* $(,)?
    }) => {
        const _: () = {
            #[derive(ComponentType, Lift)]
            #[component(variant)]
            pub(crate) enum Out {
                $( #[component(name = $empty_wit)] $empty, )?
                $( #[component(name = $wit)] $case(Lifted<$type>) ),*
            }
            #[derive(ComponentType, Lower)]
            #[component(variant)]
            pub(crate) enum In<'a> {
                $( #[component(name = $empty_wit)] $empty, )?
                $( #[component(name = $wit)] $case(Lowered<'a, $type>) ),*
            }

            impl Mirror for $module::$name {
                type Lifted = Out;
                type Lowered<'a> = In<'a>;
                list_of_lowered!();
                fn raise(lifted: Out) -> Self {
                    match lifted {
                        $(Out::$empty => Self::$empty,)?
                        $(Out::$case(value) => Self::$case(<$type>::raise(value))),*
                    }
                }
                fn lower(&self) -> In<'_> {
                    match self {
                        $(Self::$empty => In::$empty,)?
                        $(Self::$case(value) => In::$case(value.lower())),*
                    }
                }
            }
        };
    };
}

zero_canon::every_type!(mirror);
