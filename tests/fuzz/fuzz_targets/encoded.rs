#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| zero_tests::entry::encoded(bytes));
