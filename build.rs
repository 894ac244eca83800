//! Tells cargo that the migrations are part of the program: it does not see them by itself.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
