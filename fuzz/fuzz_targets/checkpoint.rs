//! Notes, keys, tiles and receipts: no bytes end the reader, what is read is what would be written,
//! and a text behind a good signature is held to its form all the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use samsyn_fuzz::ledger::{
    Checkpoint, LogKey, ReceiptKey, Succession, Tile, VerifierKey, WitnessKey, WitnessVerifierKey,
    add_lines, bundled_leaves, cosignatures, entry_bundle, note_text, open_receipt,
};
use samsyn_fuzz::{key, time};
use signed_note::Note;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(leaves) = bundled_leaves(bytes) {
        assert_eq!(entry_bundle(leaves).ok().as_deref(), Some(bytes), "a bundle has one spelling");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let witness = WitnessKey::new("witness.example", &[3; 32]).expect("a fit name");
    let witnesses = [witness.verifier_key()];
    notes(text);

    // The same text, signed: whoever signed it may still have signed nonsense.
    if let Ok(mut note) = Note::new(bytes, &[]) {
        let new = LogKey::new(key().origin(), &[8; 32]).expect("a fit name");
        note.add_sigs(&[key(), &new]).expect("fit names");
        let note = String::from_utf8(note.to_bytes()).expect("it was text");
        notes(&note);
        if note_text(&note).is_ok_and(|body| body == text) {
            let cosigned = add_lines(&note, [witness.cosign(text, time())]).expect("a line");
            assert_eq!(cosignatures(&cosigned, &witnesses).len(), 1, "a witness counts");
            assert!(cosignatures(&note, &witnesses).is_empty(), "none counts before it signs");
        }
    }
    if let Ok(lines) = add_lines(text, [witness.cosign("", time())]) {
        assert!(note_text(&lines).is_ok(), "a note stays one");
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text, "a key has one spelling");
    }
    if let Ok(key) = text.parse::<WitnessVerifierKey>() {
        assert_eq!(key.to_string(), text, "a witness's key has one spelling");
    }
    if let Ok(tile) = text.parse::<Tile>() {
        assert_eq!(tile.to_string(), text, "a path has one spelling");
        let _ = (tile.is_in(u64::MAX), tile.first());
    }
    let receipts = ReceiptKey::derive(&[7; 32]).expect("a fit key");
    assert!(open_receipt(text, &[receipts.verifier().clone()]).is_err(), "nobody signed it");
});

/// Reads a note in every way. If its signature holds, its text is held to its one spelling.
fn notes(note: &str) {
    let public = key().verifier_key();
    let body = note_text(note).ok();
    if let Ok(checkpoint) = Checkpoint::open(note, &public) {
        assert_eq!(body.as_deref(), Some(checkpoint.body().as_str()), "a checkpoint has one spelling");
    }
    if let Ok(succession) = Succession::open(note, &public) {
        assert!(Checkpoint::open(note, &public).is_err(), "one thing or the other");
        assert!(body.is_some_and(|body| body.contains(&succession.new.to_string())));
    }
    let _ = Succession::follow(&[note.to_owned()], &public, &public);
}
