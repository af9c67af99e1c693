//! A real folder with files, and what is sent of it.
#![allow(dead_code, reason = "each test file uses its part of it")]

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use bolt_core::static_files::{FileBody, FileResponse, StaticFolder};

/// A folder that is gone after the test. What is in `public` is served.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// One with an empty `public`, and beside it `secret.txt`.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("bolt-folder-{}-{number}", std::process::id()));
        fs::create_dir_all(path.join("public")).unwrap();
        let folder = Self(path);
        folder.write("secret.txt", "outside");
        folder
    }

    /// Writes a file whose folder exists.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), content).unwrap();
    }

    pub(crate) fn root(&self) -> String {
        self.0.join("public").to_str().unwrap().to_owned()
    }

    pub(crate) fn served(&self) -> StaticFolder {
        StaticFolder::open(&self.root(), "max-age=60", Some("index.html"), "routes[0]").unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The content of a response that is in memory.
pub(crate) fn bytes(response: &FileResponse) -> &[u8] {
    match &response.body {
        FileBody::Bytes(bytes) => bytes,
        FileBody::Empty => b"",
        FileBody::File { .. } => panic!("a small file is read at once"),
    }
}

pub(crate) fn header<'r>(response: &'r FileResponse, name: &str) -> Option<&'r str> {
    response.headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
}
