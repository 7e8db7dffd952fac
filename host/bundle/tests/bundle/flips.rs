//! A bit that is flipped anywhere is found.

use crate::{Bundle, inputs, now, trust};
use zero_bundle::{Fault, LOCK_FILE, SIGNATURE_FILE};

/// The same positions in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % below as u64).unwrap()
    }
}

/// Flips of a file beyond its first and last bit.
const FLIPS: usize = 24;

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    let bundle = Bundle::new(inputs("eu-west", "IE"));
    let good = bundle.verify().unwrap();
    let mut dice = Dice(4711);
    for (path, bytes) in &good.contents.files {
        let bits = bytes.len() * 8;
        // Every bit of the signatures, since not all of their bytes are signed themselves.
        let flips: Vec<usize> = if path == SIGNATURE_FILE {
            (0..bits).collect()
        } else {
            [0, bits - 1].into_iter().chain((0..FLIPS).map(|_| dice.next(bits))).collect()
        };
        for bit in flips {
            let mut changed = good.contents.files.clone();
            changed.get_mut(path).unwrap()[bit / 8] ^= 1 << (bit % 8);
            let found = zero_bundle::verify_files(changed, &trust(&bundle.signer), Some("eu-west"), now());
            let Err(error) = found else { panic!("bit {bit} of {path} was not missed") };
            match path.as_str() {
                LOCK_FILE | SIGNATURE_FILE => {
                    assert!(matches!(error.fault(), Fault::Signature(_)), "bit {bit} of {path}: {error}");
                }
                _ => assert_eq!(error.fault(), Fault::Changed, "bit {bit} of {path}: {error}"),
            }
        }
    }
}

/// The same through the folder, once a file: what is read from the disk is what is checked.
#[test]
fn a_flipped_bit_on_the_disk_is_found() {
    let bundle = Bundle::new(inputs("eu-west", "IE"));
    let good = bundle.verify().unwrap();
    let mut dice = Dice(42);
    for (path, bytes) in &good.contents.files {
        let at = bundle.path().join(path);
        let mut changed = bytes.clone();
        let bit = dice.next(bytes.len() * 8);
        changed[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&at, changed).unwrap();
        assert!(bundle.verify().is_err(), "bit {bit} of {path} was not missed");
        std::fs::write(&at, bytes).unwrap();
        assert!(bundle.verify().is_ok());
    }
}
