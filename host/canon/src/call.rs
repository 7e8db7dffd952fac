//! The functions of the contracts, and one call of one of them.

use crate::flat::{FLAT_PARAMS_MAX, Flat, FlatType, Signature};
use crate::guest::Guest;
use crate::image::Image;
use crate::layout::{Lift, Lower, aligned, larger};
use crate::reader::Reader;
use crate::{connector, functions};
use zero_pipeline::limits::GUEST_RESULT_BYTES_MAX;
use zero_pipeline::platform::CallError;

macro_rules! functions {
    ($($(#[$doc:meta])* $function:ident $world:literal $interface:literal $name:literal $params:ty;)*) => {
        /// A function that a core module of ours exports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Function { $($(#[$doc])* $function),* }

        impl Function {
            /// All of them; the number of each is its place here.
            pub const ALL: &[Self] = &[$(Self::$function),*];

            /// The world whose components export it: their stamp.
            #[must_use]
            pub fn world(self) -> &'static str {
                match self { $(Self::$function => $world),* }
            }

            /// The name of its core export.
            #[must_use]
            pub fn export(self) -> &'static str {
                match self { $(Self::$function => concat!($interface, "#", $name)),* }
            }

            /// The export that is told when its result was read; a module need not have it.
            #[must_use]
            pub fn post_return(self) -> &'static str {
                match self { $(Self::$function => concat!("cabi_post_", $interface, "#", $name)),* }
            }

            /// Its core type.
            #[must_use]
            pub fn signature(self) -> Signature {
                match self { $(Self::$function => signature::<$params>()),* }
            }
        }
    };
}

functions! {
    /// `describe` of version 0.1.0, whose values are those of the latest.
    DescribeV0_1 "zero:connector/component@0.1.0" "zero:connector/connector@0.1.0" "describe" ();
    /// `plan` of version 0.1.0.
    PlanV0_1 "zero:connector/component@0.1.0" "zero:connector/connector@0.1.0" "plan" connector::PlanParams<'static>;
    /// `resume` of version 0.1.0.
    ResumeV0_1 "zero:connector/component@0.1.0" "zero:connector/connector@0.1.0" "resume" connector::ResumeParams<'static>;
    /// What a connector says of itself.
    Describe "zero:connector/component@0.2.0" "zero:connector/connector@0.2.0" "describe" ();
    /// How sure a connector is, and its first step.
    Plan "zero:connector/component@0.2.0" "zero:connector/connector@0.2.0" "plan" connector::PlanParams<'static>;
    /// The next step.
    Resume "zero:connector/component@0.2.0" "zero:connector/connector@0.2.0" "resume" connector::ResumeParams<'static>;
    /// What a question asks.
    Read "zero:functions/intent-component@0.1.0" "zero:functions/intent@0.1.0" "read" functions::ReadParams<'static>;
    /// A question that stands alone.
    Resolve "zero:functions/context-component@0.1.0" "zero:functions/context@0.1.0" "resolve" functions::ResolveParams<'static>;
    /// The answer that findings support.
    Compose "zero:functions/synthesis-component@0.1.0" "zero:functions/synthesis@0.1.0" "compose" functions::ComposeParams<'static>;
    /// What a model is told.
    Prompt "zero:functions/synthesis-component@0.1.0" "zero:functions/synthesis@0.1.0" "prompt" functions::ComposeParams<'static>;
    /// What remains of a model's draft.
    Verify "zero:functions/synthesis-component@0.1.0" "zero:functions/synthesis@0.1.0" "verify" functions::VerifyParams<'static>;
    /// Who asks.
    Authenticate "zero:functions/auth-component@0.1.0" "zero:functions/auth@0.1.0" "authenticate" functions::AuthenticateParams<'static>;
    /// Whether a principal may do something.
    Authorize "zero:functions/auth-component@0.1.0" "zero:functions/auth@0.1.0" "authorize" functions::AuthorizeParams<'static>;
}

impl Function {
    /// Those that a component of this world exports; none of an unknown world.
    pub fn of_world(world: &str) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |function| function.world() == world)
    }
}

/// What a function is given, by reference.
pub(crate) trait Params {
    fn flat_types(out: &mut Vec<FlatType>);
    /// The parameters by themselves.
    fn flatten(&self, image: &mut Image, out: &mut Vec<Flat>);
    /// The parameters as a record in memory; gives its block.
    fn store(&self, image: &mut Image) -> usize;
}

macro_rules! params {
    ($($name:ident: $type:ident),*) => {
        impl<$($type: Lower + ?Sized),*> Params for ($(&$type,)*) {
            fn flat_types(_out: &mut Vec<FlatType>) {
                $($type::flat_types(_out);)*
            }
            fn flatten(&self, _image: &mut Image, _out: &mut Vec<Flat>) {
                let ($($name,)*) = self;
                $($name.flatten(_image, _out);)*
            }
            fn store(&self, image: &mut Image) -> usize {
                let ($($name,)*) = self;
                let align = 1_u32;
                $(let align = larger(align, $type::ALIGN);)*
                let end = 0_u32;
                $(let end = aligned(end, $type::ALIGN) + $type::SIZE;)*
                let (block, _at) = image.reserve(aligned(end, align) as usize, align);
                let _end = 0_u32;
                $(
                    let start = aligned(_end, $type::ALIGN);
                    $name.store(image, _at + start as usize);
                    let _end = start + $type::SIZE;
                )*
                block
            }
        }
    };
}

params!();
params!(one: A);
params!(one: A, two: B);
params!(one: A, two: B, three: C);
params!(one: A, two: B, three: C, four: D);

fn signature<P: Params>() -> Signature {
    let mut params = Vec::new();
    P::flat_types(&mut params);
    if params.len() > FLAT_PARAMS_MAX {
        params = vec![FlatType::I32];
    }
    Signature { params }
}

/// Calls a function: what goes in is placed, what comes out is read, and the guest hears that it was.
pub(crate) fn call<G: Guest, P: Params, R: Lift>(guest: &mut G, function: Function, params: P) -> Result<R, CallError> {
    let (mut image, mut flats) = (Image::default(), Vec::with_capacity(FLAT_PARAMS_MAX));
    if function.signature().params.len() == flat_count::<P>() {
        params.flatten(&mut image, &mut flats);
    } else {
        let block = params.store(&mut image);
        flats.push(Flat { block: Some(block), ..Flat::i32(0) });
    }
    image.check()?;
    let addresses = guest.place(image)?;
    for flat in &mut flats {
        if let Some(address) = flat.block.take().and_then(|block| addresses.get(block)) {
            flat.bits = (*address).into();
        }
    }
    let result = guest.call(function, &flats)?;
    let value = Reader::new(guest, GUEST_RESULT_BYTES_MAX).value(result)?;
    guest.post_return(function, result)?;
    Ok(value)
}

fn flat_count<P: Params>() -> usize {
    let mut types = Vec::new();
    P::flat_types(&mut types);
    types.len()
}
