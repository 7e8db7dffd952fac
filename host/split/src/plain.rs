//! What a component says about its core module, and whether that is only what its world says.

use crate::Refused;
use std::collections::BTreeMap;
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, Encoding, ExternalKind, FuncType, Parser, Payload, TypeRef,
    ValType,
};
use zero_canon::{FlatType, Function};

/// A component, as far as it concerns its module.
pub(crate) struct Plain<'b> {
    /// The only core module.
    pub(crate) module: &'b [u8],
    /// Which exports of it are lifted, and how.
    lifts: Vec<Lift>,
}

/// A core export that became a function of the component.
struct Lift {
    export: String,
    /// Exports that the canonical ABI uses besides: allocator and what is told after a call.
    realloc: Option<String>,
    post_return: Option<String>,
}

fn shape<T>(reason: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::Shape(reason.into()))
}

impl<'b> Plain<'b> {
    pub(crate) fn read(component: &'b [u8]) -> Result<Self, Refused> {
        let (mut modules, mut aliases, mut lifts) = (Vec::new(), Vec::new(), Vec::new());
        // What encloses the payload: components and modules.
        let mut enclosing: Vec<Encoding> = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            let payload = payload?;
            let outermost = enclosing.as_slice() == [Encoding::Component];
            match payload {
                Payload::Version { encoding, .. } => enclosing.push(encoding),
                Payload::End(_) => _ = enclosing.pop(),
                Payload::ModuleSection { unchecked_range, .. } => modules.push((outermost, unchecked_range)),
                Payload::ComponentAliasSection(section) if outermost => {
                    for alias in section {
                        if let ComponentAlias::CoreInstanceExport { kind: ExternalKind::Func, name, .. } = alias? {
                            aliases.push(name);
                        }
                    }
                }
                Payload::ComponentCanonicalSection(section) => {
                    for function in section {
                        lifts.push(lift(function?, &aliases, outermost)?);
                    }
                }
                Payload::ComponentStartSection { .. } => return shape("it has a start function of its own"),
                _ => {}
            }
        }
        let module = match modules.as_slice() {
            [(true, range)] => {
                let range = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
                range.and_then(|(start, end)| component.get(start..end)).unwrap_or_default()
            }
            [_] => return shape("its module lies in a component of its own"),
            several => return Err(Refused::Modules(several.len())),
        };
        Ok(Self { module, lifts })
    }

    /// Whether it has just these functions, each under its own name.
    pub(crate) fn check(&self, functions: &[Function]) -> Result<(), Refused> {
        let exports = Exports::read(self.module)?;
        exports.memory()?;
        exports.function("cabi_realloc", &[ValType::I32; 4], &[ValType::I32])?;
        for function in functions {
            let params = function.signature().params.into_iter().map(core_type).collect::<Vec<_>>();
            exports.function(function.export(), &params, &[ValType::I32])?;
            if exports.functions.contains_key(function.post_return()) {
                exports.function(function.post_return(), &[ValType::I32], &[])?;
            }
        }
        for lift in &self.lifts {
            let Some(function) = functions.iter().find(|function| function.export() == lift.export) else {
                return shape(format!("`{}` is none of its world's functions", lift.export));
            };
            if lift.realloc.as_deref().is_some_and(|name| name != "cabi_realloc") {
                return shape("its allocator is not called `cabi_realloc`");
            }
            let named = exports.functions.contains_key(function.post_return()).then(|| function.post_return());
            if lift.post_return.as_deref() != named {
                return shape(format!("what follows `{}` is not called `{}`", lift.export, function.post_return()));
            }
        }
        match functions.iter().find(|function| self.lifts.iter().all(|lift| lift.export != function.export())) {
            Some(missing) => shape(format!("it does not use `{}`", missing.export())),
            None if self.lifts.len() > functions.len() => shape("it uses a function twice"),
            None => Ok(()),
        }
    }
}

fn core_type(flat: FlatType) -> ValType {
    match flat {
        FlatType::I32 => ValType::I32,
        FlatType::I64 => ValType::I64,
        FlatType::F32 => ValType::F32,
        FlatType::F64 => ValType::F64,
    }
}

fn lift(function: CanonicalFunction, aliases: &[&str], outermost: bool) -> Result<Lift, Refused> {
    let CanonicalFunction::Lift { core_func_index, options, .. } = function else {
        return shape("it calls itself, or the host");
    };
    if !outermost {
        return shape("a component within it has functions of its own");
    }
    let named = |index: u32| {
        let found = usize::try_from(index).ok().and_then(|index| aliases.get(index));
        found.map_or_else(|| shape("a function that is none of its module's exports"), |name| Ok((*name).to_owned()))
    };
    let mut lift = Lift { export: named(core_func_index)?, realloc: None, post_return: None };
    for option in &options {
        match *option {
            // There is only one memory, so it is the right one.
            CanonicalOption::UTF8 | CanonicalOption::Memory(_) => {}
            CanonicalOption::Realloc(index) => lift.realloc = Some(named(index)?),
            CanonicalOption::PostReturn(index) => lift.post_return = Some(named(index)?),
            _ => return shape("its texts are not UTF-8, or its functions are asynchronous"),
        }
    }
    Ok(lift)
}

/// What a core module exports.
struct Exports<'b> {
    functions: BTreeMap<&'b str, FuncType>,
    has_memory: bool,
}

impl<'b> Exports<'b> {
    fn read(module: &'b [u8]) -> Result<Self, Refused> {
        let (mut types, mut functions, mut memories) = (Vec::new(), Vec::new(), 0_u32);
        let mut exports = Self { functions: BTreeMap::new(), has_memory: false };
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        for kind in group?.into_types() {
                            types.push(kind.composite_type.inner);
                        }
                    }
                }
                Payload::ImportSection(imports) => {
                    if let Some(import) = imports.into_imports().next() {
                        let import = import?;
                        let what = if matches!(import.ty, TypeRef::Func(_)) { "function" } else { "thing" };
                        return shape(format!("its module imports the {what} `{}` `{}`", import.module, import.name));
                    }
                }
                Payload::FunctionSection(section) => {
                    for function in section {
                        functions.push(function?);
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        let memory = memory?;
                        if memory.memory64 || memory.shared || memory.page_size_log2.is_some() {
                            return shape("its memory is of no plain kind");
                        }
                        memories += 1;
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        match export.kind {
                            ExternalKind::Memory => exports.has_memory |= export.name == "memory",
                            ExternalKind::Func => {
                                let kind = functions.get(export.index as usize).copied();
                                let kind = kind.and_then(|kind| types.get(kind as usize));
                                if let Some(wasmparser::CompositeInnerType::Func(kind)) = kind {
                                    exports.functions.insert(export.name, kind.clone());
                                }
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        if memories > 1 {
            return shape(format!("its module has {memories} memories"));
        }
        Ok(exports)
    }

    fn memory(&self) -> Result<(), Refused> {
        if self.has_memory { Ok(()) } else { shape("its module exports no `memory`") }
    }

    fn function(&self, name: &str, params: &[ValType], results: &[ValType]) -> Result<(), Refused> {
        match self.functions.get(name) {
            None => shape(format!("its module does not export `{name}`")),
            Some(kind) if kind.params() != params || kind.results() != results => {
                shape(format!("`{name}` of its module has another type than its world says"))
            }
            Some(_) => Ok(()),
        }
    }
}
