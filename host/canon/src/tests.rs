//! Every type of the contracts, there and back again, and beside what `wit-parser` says of its layout.

use crate::flat::{Flat, FlatType};
use crate::guest::Guest;
use crate::image::{Block, Image};
use crate::layout::{Layout, Lift, Lower};
use crate::reader::Reader;
use crate::{Function, v0_1};
use core::fmt::Debug;
use wit_parser::abi::{AbiVariant, FlatTypes, WasmType};
use wit_parser::{Resolve, SizeAlign, Type};
use zero_pipeline::limits::{GUEST_MEMORY_BYTES_MAX, GUEST_RESULT_BYTES_MAX};
use zero_pipeline::platform::CallError;
use zero_types::{connector as c, functions as f};

/// A memory and an allocator that leaves gaps.
struct Heap(Vec<u8>);

impl Guest for Heap {
    fn memory_bytes(&mut self) -> u64 {
        self.0.len() as u64
    }
    fn read(&mut self, at: u32, into: &mut [u8]) -> Result<(), CallError> {
        into.copy_from_slice(&self.0[at as usize..][..into.len()]);
        Ok(())
    }
    fn place(&mut self, image: Image) -> Result<Vec<u32>, CallError> {
        let allocate = |heap: &mut Self, block: Block| {
            assert_ne!(block.bytes, 0);
            let start = (heap.0.len() + 1).next_multiple_of(block.align as usize);
            heap.0.resize(start + block.bytes as usize + 3, 0xaa);
            Ok(u32::try_from(start).unwrap())
        };
        let write = |heap: &mut Self, at: u32, bytes: &[u8]| {
            heap.0[at as usize..][..bytes.len()].copy_from_slice(bytes);
            Ok(())
        };
        image.place(self, allocate, write)
    }
    fn call(&mut self, _: Function, _: &[Flat]) -> Result<u32, CallError> {
        Err(CallError::Missing)
    }
    fn post_return(&mut self, _: Function, _: u32) -> Result<(), CallError> {
        Ok(())
    }
}

/// The same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A value of any content.
trait Any {
    fn any(dice: &mut Dice) -> Self;
}

macro_rules! any_number {
    ($($type:ty: $from:expr;)*) => { $(impl Any for $type {
        fn any(dice: &mut Dice) -> Self { let from: fn(u64) -> $type = $from; from(dice.roll(u64::MAX)) }
    })* };
}

any_number! {
    u8: |it| it as u8;
    u16: |it| it as u16;
    u32: |it| it as u32;
    i64: |it| (it as i64).wrapping_mul(-7_777_777_777);
    f32: |it| it as f32 / 3.0;
    f64: |it| it as f64 / -3.0;
    bool: |it| it % 2 == 1;
}

impl Any for String {
    fn any(dice: &mut Dice) -> Self {
        (0..dice.roll(12)).map(|_| ['a', 'é', '語', '\u{0}', '🦀'][dice.roll(5) as usize]).collect()
    }
}

impl<T: Any> Any for Vec<T> {
    fn any(dice: &mut Dice) -> Self {
        (0..dice.roll(4)).map(|_| T::any(dice)).collect()
    }
}

impl<T: Any> Any for Option<T> {
    fn any(dice: &mut Dice) -> Self {
        (dice.roll(2) == 1).then(|| T::any(dice))
    }
}

macro_rules! any {
    ($($kind:ident $module:ident :: $name:ident { $($body:tt)* })*) => {
        $(any!(@$kind $module $name { $($body)* });)*

        /// One line for each type.
        fn every_type(check: &mut Checks<'_>) {
            $(check.type_of::<$module::$name>(stringify!($module), stringify!($name));)*
        }
    };
    (@record $module:ident $name:ident { $($field:ident $($wit:literal)? : $type:ty),* $(,)? }) => {
        impl Any for $module::$name {
            fn any(dice: &mut Dice) -> Self { Self { $($field: <$type>::any(dice)),* } }
        }
    };
    (@choice $module:ident $name:ident { $($case:ident $wit:literal),* $(,)? }) => {
        impl Any for $module::$name {
            fn any(dice: &mut Dice) -> Self {
                let cases = [$(Self::$case),*];
                cases[dice.roll(cases.len() as u64) as usize]
            }
        }
    };
    (@variant $module:ident $name:ident {
        $((none $empty:ident $empty_wit:literal),)? $($case:ident $wit:literal ($type:ty)),* $(,)?
    }) => {
        impl Any for $module::$name {
            fn any(dice: &mut Dice) -> Self {
                let cases: &[fn(&mut Dice) -> Self] = &[$(|_| Self::$empty,)? $(|dice| Self::$case(<$type>::any(dice))),*];
                cases[dice.roll(cases.len() as u64) as usize](dice)
            }
        }
    };
}

crate::every_type!(any);

struct Checks<'r> {
    resolve: &'r Resolve,
    sizes: SizeAlign,
    types: usize,
}

impl Checks<'_> {
    fn type_of<T: Lower + Lift + Any + PartialEq + Debug>(&mut self, module: &str, name: &str) {
        self.types += 1;
        self.layout::<T>(module, name);
        for seed in 0..64 {
            let value = T::any(&mut Dice(seed));
            check_round_trip(&[value]);
        }
        let mut dice = Dice(7);
        check_round_trip(&[T::any(&mut dice), T::any(&mut dice), T::any(&mut dice)]);
        check_garbage::<T>();
    }

    /// Size, alignment and parameters are those that the contract's own parser gives.
    fn layout<T: Layout>(&self, module: &str, name: &str) {
        let kebab: String = name
            .char_indices()
            .flat_map(|(at, letter)| {
                (at > 0 && letter.is_uppercase()).then_some('-').into_iter().chain(letter.to_lowercase())
            })
            .collect();
        let package = match module {
            "c" => "zero:connector@0.2.0",
            "v0_1" => "zero:connector@0.1.0",
            _ => "zero:functions@0.1.0",
        };
        let (id, _) = self
            .resolve
            .types
            .iter()
            .find(|(_, it)| {
                it.name.as_deref() == Some(&kebab)
                    && matches!(it.owner, wit_parser::TypeOwner::Interface(interface) if {
                        let interface = &self.resolve.interfaces[interface];
                        interface.name.as_deref() == Some("types")
                            && self.resolve.packages[interface.package.unwrap()].name.to_string() == package
                    })
            })
            .unwrap_or_else(|| panic!("no type `{kebab}` in `{package}`"));
        let found = (T::SIZE as usize, T::ALIGN as usize);
        let size = self.sizes.size(&Type::Id(id)).size_wasm32();
        assert_eq!(found, (size, self.sizes.align(&Type::Id(id)).align_wasm32()), "{module}::{name}");
        let (mut flat, mut storage) = (Vec::new(), [WasmType::I32; 256]);
        T::flat_types(&mut flat);
        let mut wanted = FlatTypes::new(&mut storage);
        assert!(self.resolve.push_flat(&Type::Id(id), &mut wanted), "{module}::{name}");
        let wanted: Vec<FlatType> = wanted.to_vec().iter().map(|it| flat_type(*it)).collect();
        assert_eq!(flat, wanted, "{module}::{name}");
    }
}

fn flat_type(kind: WasmType) -> FlatType {
    match kind {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => FlatType::I32,
        WasmType::I64 | WasmType::PointerOrI64 => FlatType::I64,
        WasmType::F32 => FlatType::F32,
        WasmType::F64 => FlatType::F64,
    }
}

fn check_round_trip<T: Lower + Lift + PartialEq + Debug>(values: &[T]) {
    let mut image = Image::default();
    let block = image.list(values);
    let mut heap = Heap(vec![0; 9]);
    let start = heap.place(image).unwrap()[block];
    for (index, value) in (0_u32..).zip(values) {
        let mut reader = Reader::new(&mut heap, GUEST_RESULT_BYTES_MAX);
        assert_eq!(reader.value::<T>(start + index * T::SIZE).as_ref(), Ok(value));
    }
}

/// Whatever lies in a memory is a value or a typed error.
fn check_garbage<T: Lift>() {
    for seed in 0..200 {
        let mut dice = Dice(seed);
        // Mostly small numbers, so that cases are known and pointers lead somewhere.
        let byte = |dice: &mut Dice| match dice.roll(4) {
            0 => dice.roll(256) as u8,
            1 => dice.roll(8) as u8,
            _ => 0,
        };
        let mut heap = Heap((0..2048).map(|_| byte(&mut dice)).collect());
        for at in [0, 8, 2040, 2048, u32::MAX - 7] {
            let read = Reader::new(&mut heap, GUEST_RESULT_BYTES_MAX).value::<T>(at);
            let typed = matches!(read, Ok(_) | Err(CallError::Protocol(_) | CallError::ResultTooLarge));
            assert!(typed, "{:?}", read.err());
        }
    }
}

fn contracts() -> Resolve {
    let mut resolve = Resolve::default();
    for version in zero_builder::VERSIONS {
        resolve.push_str("connector.wit", version.wit).unwrap();
    }
    resolve.push_str("functions.wit", zero_builder::FUNCTIONS_WIT).unwrap();
    resolve
}

#[test]
fn every_type_goes_in_and_comes_out_as_the_contract_lays_it_out() {
    let resolve = contracts();
    let mut sizes = SizeAlign::default();
    sizes.fill(&resolve).unwrap();
    let mut checks = Checks { resolve: &resolve, sizes, types: 0 };
    every_type(&mut checks);
    assert!(checks.types > 50, "only {} types", checks.types);
}

#[test]
fn every_function_has_the_contracts_core_type() {
    let resolve = contracts();
    let mut seen = 0;
    for (_, interface) in resolve.interfaces.iter().filter(|(_, it)| !it.functions.is_empty()) {
        let package = &resolve.packages[interface.package.unwrap()].name;
        let full = package.interface_id(interface.name.as_deref().unwrap());
        for function in interface.functions.values() {
            let export = format!("{full}#{}", function.name);
            let ours = Function::ALL.iter().find(|ours| ours.export() == export).unwrap_or_else(|| panic!("{export}"));
            let wanted = resolve.wasm_signature(AbiVariant::GuestExport, function);
            assert!(wanted.retptr, "{export} gives its result back as it is");
            let params: Vec<FlatType> = wanted.params.iter().map(|it| flat_type(*it)).collect();
            assert_eq!(ours.signature().params, params, "{export}");
            assert_eq!(ours.post_return(), format!("cabi_post_{export}"));
            seen += 1;
        }
    }
    assert_eq!(seen, Function::ALL.len());
    for version in zero_builder::VERSIONS {
        assert!(crate::connector::Version::of_world(version.world).is_some(), "{}", version.number);
    }
}

#[test]
fn what_is_too_large_or_nowhere_is_refused() {
    let mut image = Image::default();
    image.block(&vec![0; GUEST_MEMORY_BYTES_MAX + 1], 1);
    assert_eq!(Heap(Vec::new()).place(image), Err(CallError::Memory));

    let words = |words: &[u32]| Heap(words.iter().flat_map(|word| word.to_le_bytes()).chain([0; 64]).collect());
    let text = |heap: &mut Heap, max: usize| Reader::new(heap, max).value::<String>(0);
    assert_eq!(text(&mut words(&[8, 3]), 3), Ok("\0\0\0".to_owned()));
    assert_eq!(text(&mut words(&[8, 4]), 3), Err(CallError::ResultTooLarge));
    for (start, length) in [(8, 65), (73, 0), (u32::MAX, u32::MAX), (8, u32::MAX)] {
        let read = text(&mut words(&[start, length]), usize::MAX);
        assert!(matches!(read, Err(CallError::Protocol(_))), "{start} {length}: {read:?}");
    }
    let mut garbled = Heap([8_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat().into_iter().chain([0xff]).collect());
    assert_eq!(text(&mut garbled, 9), Err(CallError::Protocol("a text is not UTF-8".to_owned())));
    let numbers = Reader::new(&mut words(&[9, 1]), 99).value::<Vec<u32>>(0);
    assert_eq!(numbers, Err(CallError::Protocol("the address of a list is not aligned".to_owned())));
}

#[test]
fn a_number_that_is_none_has_one_form() {
    let mut heap = Heap(0xffc1_2345_u32.to_le_bytes().to_vec());
    let read: f32 = Reader::new(&mut heap, 0).value(0).unwrap();
    assert_eq!(read.to_bits(), 0x7fc0_0000);
}
