//! Headers, records, leaves and manifests: what is read is what would be written, and the verifier,
//! which reads them in place, takes just the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use samsyn_fuzz::ledger::{Header, Leaf, Manifest, Record, RecordLine};
use samsyn_fuzz::{export, header_of, is_proved};

fuzz_target!(|bytes: &[u8]| {
    let header = Header::parse(bytes).ok();
    let hashes = header.as_ref().map(|(_, hashes)| hashes.as_slice()).unwrap_or_default();
    if let Some((header, _)) = header.as_ref().filter(|_| hashes.is_empty()) {
        assert_eq!(header.seal(&[]).header, bytes, "a header has one spelling");
    }
    let sealed: Vec<_> = hashes.iter().map(|hash| RecordLine::Sealed(*hash)).collect();
    assert_eq!(header.is_some(), is_proved(&export(bytes, &sealed)), "both readers of a header");

    let record = Record::parse(bytes).ok();
    let around = export(&header_of(bytes), &[RecordLine::Open(bytes)]);
    assert_eq!(record.is_some(), is_proved(&around), "both readers of a record");
    if let Ok(leaf) = Leaf::parse(bytes) {
        assert_eq!(leaf.bytes(), bytes, "a leaf has one spelling");
    }
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert_eq!(manifest.line().strip_suffix(b"\n"), Some(bytes), "a manifest has one spelling");
    }
});
