//! Where the canonical ABI puts what the multiplexer touches.
//!
//! - **Takes** the contracts.
//! - **Gives** core signatures and offsets of the two functions of a connector, and what an older result must become.
//! - **Fails** when an older contract does not lie in memory as its adapter says.
//! - **Why it is so**: the multiplexer is generated, and a number written by hand would be wrong after the next
//!   version of the interface; these come from the contracts themselves.

use crate::Error;
use wit_parser::abi::{AbiVariant, WasmSignature, WasmType};
use wit_parser::{Function, InterfaceId, Resolve, SizeAlign, Type, TypeDefKind};

/// A function that takes one more parameter, last, and hands the others on.
#[derive(Debug, Clone)]
pub(crate) struct Passed {
    /// Core parameters of the exported function.
    pub(crate) outer: Vec<WasmType>,
    /// Core parameters of the imported one, without the return pointer.
    pub(crate) inner: Vec<WasmType>,
    /// Where `which` is, when the parameters are handed over in memory.
    pub(crate) which_offset: Option<u64>,
    /// Bytes of the result.
    pub(crate) result_bytes: u32,
    /// Where in the result the step is, when there is no failure.
    pub(crate) step_offset: u64,
}

/// A list of requests of an older version, made one of the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Widened {
    /// Bytes of a request of the older version.
    pub(crate) old_bytes: u32,
    /// Bytes of a request of the latest.
    pub(crate) new_bytes: u32,
    /// Bytes that both have in common.
    pub(crate) common_bytes: u32,
    /// Where the discriminant of what is new is.
    pub(crate) absent_offset: u64,
    /// Alignment of both.
    pub(crate) align: u32,
    /// Where in a step the fetch is.
    pub(crate) fetch_offset: u64,
}

/// Sizes of every type of the contracts.
pub(crate) struct Layouts<'r> {
    resolve: &'r Resolve,
    sizes: SizeAlign,
}

impl<'r> Layouts<'r> {
    pub(crate) fn new(resolve: &'r Resolve) -> Result<Self, Error> {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve).map_err(|error| Error::Contract(format!("{error:#}")))?;
        Ok(Self { resolve, sizes })
    }

    /// How the exported `outer` hands on to the imported `inner` of the same name.
    pub(crate) fn passed(&self, outer: InterfaceId, inner: InterfaceId, name: &str) -> Result<Passed, Error> {
        let (outer, inner) = (self.function(outer, name)?, self.function(inner, name)?);
        let exported = self.resolve.wasm_signature(AbiVariant::GuestExport, outer);
        let imported = self.resolve.wasm_signature(AbiVariant::GuestImport, inner);
        let types = |function: &Function| function.params.iter().map(|param| param.ty).collect::<Vec<Type>>();
        let (outer_types, inner_types) = (types(outer), types(inner));
        let broken = |why: &str| Error::Contract(format!("`{name}` {why}"));
        if outer_types.len() != inner_types.len() + 1 || outer_types.last() != Some(&Type::U32) {
            return Err(broken("does not take `which` as one parameter more"));
        }
        if exported.indirect_params != imported.indirect_params || !exported.retptr || !imported.retptr {
            return Err(broken("is not called the same way on both sides"));
        }
        let which_offset = exported.indirect_params.then(|| self.offsets(&outer_types).last().copied()).flatten();
        let result = outer.result.ok_or_else(|| broken("has no result"))?;
        Ok(Passed {
            inner: without_return_pointer(imported),
            outer: exported.params,
            which_offset,
            result_bytes: narrow(self.sizes.size(&result).size_wasm32()),
            step_offset: self.step_offset(result)?,
        })
    }

    /// What makes an older list of requests the latest: the records are equal but for one absent option at the end.
    pub(crate) fn widened(&self, old: InterfaceId, new: InterfaceId) -> Result<Widened, Error> {
        let (old_request, new_request) = (self.named(old, "request")?, self.named(new, "request")?);
        let (old_fields, new_fields) = (self.fields(old_request)?, self.fields(new_request)?);
        let (old_offsets, new_offsets) = (self.offsets(&old_fields), self.offsets(&new_fields));
        let absent = new_offsets.get(old_offsets.len()).copied();
        let Some((absent_offset, true)) = absent.map(|it| (it, new_offsets.starts_with(&old_offsets))) else {
            return Err(Error::Contract("requests of an older version do not begin as those of the latest".to_owned()));
        };
        let (old_step, new_step) = (self.named(old, "step")?, self.named(new, "step")?);
        let fetch_offset = self.payload_offset(new_step)?;
        if fetch_offset != self.payload_offset(old_step)? {
            return Err(Error::Contract("steps of an older version do not lie as those of the latest".to_owned()));
        }
        let old_bytes = narrow(self.sizes.size(&old_request).size_wasm32());
        Ok(Widened {
            old_bytes,
            new_bytes: narrow(self.sizes.size(&new_request).size_wasm32()),
            common_bytes: old_bytes.min(u32::try_from(absent_offset).unwrap_or(u32::MAX)),
            absent_offset,
            align: narrow(self.sizes.align(&new_request).align_wasm32()),
            fetch_offset,
        })
    }

    /// A result of a plan or a step: where the step is.
    fn step_offset(&self, result: Type) -> Result<u64, Error> {
        let Some(TypeDefKind::Result(inner)) = self.kind(result) else {
            return Err(Error::Contract("a connector's function gives no `result`".to_owned()));
        };
        let ok = inner.ok.ok_or_else(|| Error::Contract("a connector's function gives nothing".to_owned()))?;
        let payload = self.sizes.payload_offset(wit_parser::Int::U8, [inner.ok.as_ref(), inner.err.as_ref()]);
        let inside = match self.kind(ok) {
            Some(TypeDefKind::Record(_)) => self.offsets(&self.fields(ok)?).last().copied().unwrap_or(0),
            _ => 0,
        };
        Ok(payload.size_wasm32() as u64 + inside)
    }

    fn payload_offset(&self, variant: Type) -> Result<u64, Error> {
        let Some(TypeDefKind::Variant(variant)) = self.kind(variant) else {
            return Err(Error::Contract("`step` is no variant".to_owned()));
        };
        let offset = self.sizes.payload_offset(variant.tag(), variant.cases.iter().map(|case| case.ty.as_ref()));
        Ok(offset.size_wasm32() as u64)
    }

    fn offsets(&self, types: &[Type]) -> Vec<u64> {
        self.sizes.field_offsets(types).into_iter().map(|(offset, _)| offset.size_wasm32() as u64).collect()
    }

    fn fields(&self, record: Type) -> Result<Vec<Type>, Error> {
        match self.kind(record) {
            Some(TypeDefKind::Record(record)) => Ok(record.fields.iter().map(|field| field.ty).collect()),
            _ => Err(Error::Contract("a record was expected".to_owned())),
        }
    }

    /// What a type is, its aliases followed; they are as deep as the contracts, which are ours.
    fn kind(&self, mut ty: Type) -> Option<&'r TypeDefKind> {
        while let Type::Id(id) = ty {
            match &self.resolve.types.get(id)?.kind {
                TypeDefKind::Type(aliased) => ty = *aliased,
                kind => return Some(kind),
            }
        }
        None
    }

    fn named(&self, interface: InterfaceId, name: &str) -> Result<Type, Error> {
        let found = self.resolve.interfaces.get(interface).and_then(|it| it.types.get(name));
        found.map(|id| Type::Id(*id)).ok_or_else(|| Error::Contract(format!("no type `{name}`")))
    }

    fn function(&self, interface: InterfaceId, name: &str) -> Result<&'r Function, Error> {
        let found = self.resolve.interfaces.get(interface).and_then(|it| it.functions.get(name));
        found.ok_or_else(|| Error::Contract(format!("no function `{name}`")))
    }
}

fn without_return_pointer(signature: WasmSignature) -> Vec<WasmType> {
    let mut params = signature.params;
    params.pop();
    params
}

/// Sizes of the contracts are far below this; one that is not stays recognisably wrong.
fn narrow(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
