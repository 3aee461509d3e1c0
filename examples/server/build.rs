//! What the linker is asked for, so that the program takes less memory.

use std::env;
use std::process::Command;

/// Since this version of glibc, programs may list the places of their pointers in the short form (`DT_RELR`), a bit
/// each instead of 24 bytes, all of which are read at start:
/// <https://sourceware.org/pipermail/libc-announce/2022/000034.html>.
const SHORT_RELOCATIONS: (u32, u32) = (2, 36);

/// Set to anything, the linker is asked for nothing: for a program that is to run on another machine with an older glibc.
const PLAIN: &str = "BLOG_PLAIN_LINK";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={PLAIN}");
    let release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    // The version here says nothing of another machine, and linkers that people choose do not know all of it.
    let native = env::var_os("HOST") == env::var_os("TARGET");
    let gnu = env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu");
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let chosen = flags.contains("linker=") || flags.contains("fuse-ld");
    if env::var_os(PLAIN).is_some() || !release || !native || !gnu || chosen {
        return;
    }
    if glibc() >= Some(SHORT_RELOCATIONS) {
        let layout = concat!(env!("CARGO_MANIFEST_DIR"), "/seldom.ld");
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        println!("cargo:rustc-link-arg-bins=-Wl,-T,{layout}");
        println!("cargo:rerun-if-changed={layout}");
    }
}

/// Its version, as `getconf` tells it: `glibc 2.36`.
fn glibc() -> Option<(u32, u32)> {
    let told = Command::new("getconf")
        .arg("GNU_LIBC_VERSION")
        .output()
        .ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = told.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
