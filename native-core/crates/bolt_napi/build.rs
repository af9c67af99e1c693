//! Tells the linker of macOS that Node provides the symbols of Node-API and libuv when it loads the library, and the binary the version of the
//! package that it belongs to.

use std::path::Path;

fn main() {
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
        println!("cargo::rustc-cdylib-link-arg=-undefined");
        println!("cargo::rustc-cdylib-link-arg=dynamic_lookup");
    }
    let manifest = Path::new("../../package.json");
    let version = std::fs::read_to_string(manifest).ok().and_then(|text| version_of(&text));
    println!("cargo::rustc-env=CORE_VERSION={}", version.expect("native-core/package.json has a version"));
    println!("cargo::rerun-if-changed={}", manifest.display());
    println!("cargo::rerun-if-changed=build.rs");
}

/// The first `"version": "…"` of a package.json.
fn version_of(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("\"version\"")?;
    rest.split('"').nth(1).map(str::to_owned)
}
