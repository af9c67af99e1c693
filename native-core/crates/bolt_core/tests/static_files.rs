//! Files of a real folder: what is sent, and what must never be.
#![allow(clippy::unwrap_used, clippy::panic)]

mod folder;

use std::fs;

use bolt_core::static_files::{FileAnswer, FileBody, FileRequest, FileResponse, StaticFolder};

use folder::{Folder, bytes, header};

/// A folder with files to send, and some to hide.
fn filled() -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.0.join("public/docs/empty")).unwrap();
    fs::create_dir_all(folder.0.join("public/.git")).unwrap();
    folder.write("public/app.js", "0123456789");
    folder.write("public/empty.txt", "");
    folder.write("public/.env", "hidden");
    folder.write("public/.git/config", "hidden");
    folder.write("public/docs/index.html", "<p>docs</p>");
    folder.write("public/%2e%2e", "named like an escape");
    folder
}

fn response(answer: FileAnswer) -> FileResponse {
    match answer {
        FileAnswer::Response(response) => response,
        other => panic!("no response: {other:?}"),
    }
}

fn get(folder: &StaticFolder, path: &str) -> FileAnswer {
    folder.answer(&FileRequest { path, ..FileRequest::default() })
}

#[test]
fn sends_a_file_with_its_validators() {
    let folder = filled();
    let served = folder.served();
    for _ in 0..2 {
        let response = response(get(&served, "app.js"));
        assert_eq!((response.status, bytes(&response)), (200, &b"0123456789"[..]));
        assert_eq!(header(&response, "content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(header(&response, "content-length"), Some("10"));
        assert_eq!(header(&response, "accept-ranges"), Some("bytes"));
        assert_eq!(header(&response, "cache-control"), Some("max-age=60"));
        assert!(header(&response, "etag").is_some_and(|tag| tag.starts_with('"') && tag.ends_with('"')));
        assert!(header(&response, "last-modified").is_some_and(|date| date.ends_with(" GMT")));
    }
}

#[test]
fn answers_head_with_the_same_fields_and_no_body() {
    let folder = filled();
    let served = folder.served();
    let get = response(get(&served, "app.js"));
    let head = FileRequest { path: "app.js", head: true, range: Some(b"bytes=1-2"), ..FileRequest::default() };
    let head = response(served.answer(&head));
    assert_eq!((head.status, bytes(&head)), (200, &b""[..]));
    assert_eq!(head.headers, get.headers);
}

#[test]
fn sends_an_empty_file() {
    let folder = filled();
    let response = response(get(&folder.served(), "empty.txt"));
    assert_eq!((response.status, header(&response, "content-length")), (200, Some("0")));
    assert!(matches!(response.body, FileBody::Empty));
}

#[test]
fn sends_the_index_of_a_folder_at_its_slash_only() {
    let folder = filled();
    let served = folder.served();
    assert_eq!(bytes(&response(get(&served, "docs/"))), b"<p>docs</p>");
    assert!(matches!(get(&served, "docs"), FileAnswer::AddSlash));
    for path in ["", "docs/empty", "docs/empty/", "app.js/", "docs/index.html/"] {
        assert!(matches!(get(&served, path), FileAnswer::NotFound), "{path:?}");
    }
    let root = folder.0.join("public");
    let plain = StaticFolder::open(root.to_str().unwrap(), "", None, "routes[0]").unwrap();
    assert!(matches!(get(&plain, "docs/"), FileAnswer::NotFound));
    assert!(matches!(get(&plain, "docs"), FileAnswer::NotFound));
    assert_eq!(header(&response(get(&plain, "app.js")), "cache-control"), None);
}

#[test]
fn never_sends_what_lies_outside_or_is_hidden() {
    let folder = filled();
    let served = folder.served();
    for path in [
        "../secret.txt",
        "..\\secret.txt",
        "docs/../../secret.txt",
        "./../secret.txt",
        "/etc/passwd",
        "//etc/passwd",
        "docs/..%2f../secret.txt",
        "%2e%2e/secret.txt",
        "%2e%2e%2fsecret.txt",
        "%252e%252e/secret.txt",
        "..%5csecret.txt",
        "..%00/secret.txt",
        "app.js\0",
        "app.js\0.html",
        ".env",
        "docs/../.env",
        ".git/config",
        ".git",
        ".git/",
        "docs/.",
        "docs/..",
        "C:\\secret.txt",
        "\\\\host\\share",
        "app.js::$DATA",
        "..",
        ".",
        "...",
        "\u{2025}/secret.txt",
        "．．/secret.txt",
        "docs//index.html",
        "nothing",
        "app.js/more",
    ] {
        assert!(matches!(get(&served, path), FileAnswer::NotFound), "{path:?}");
    }
    let long = "a/".repeat(5000);
    assert!(matches!(get(&served, &long), FileAnswer::NotFound));
    assert_eq!(bytes(&response(get(&served, "%2e%2e"))), b"named like an escape");
}

#[cfg(unix)]
#[test]
fn follows_links_within_the_folder_only() {
    use std::os::unix::fs::symlink;
    let folder = filled();
    let public = folder.0.join("public");
    symlink("app.js", public.join("inside.js")).unwrap();
    symlink("../secret.txt", public.join("outside.txt")).unwrap();
    symlink(".env", public.join("visible.txt")).unwrap();
    symlink("..", public.join("up")).unwrap();
    symlink("loop", public.join("loop")).unwrap();
    symlink("/", public.join("docs/root")).unwrap();
    let served = folder.served();
    assert_eq!(bytes(&response(get(&served, "inside.js"))), b"0123456789");
    for path in
        ["outside.txt", "visible.txt", "up/secret.txt", "up/public/app.js/x", "loop", "docs/root/etc/passwd", "up/"]
    {
        assert!(matches!(get(&served, path), FileAnswer::NotFound), "{path:?}");
    }
    // A link that is bent elsewhere after its target was sent.
    fs::remove_file(public.join("inside.js")).unwrap();
    symlink("../secret.txt", public.join("inside.js")).unwrap();
    assert!(matches!(get(&served, "inside.js"), FileAnswer::NotFound));
}

#[cfg(unix)]
#[test]
fn does_not_open_pipes() {
    let folder = filled();
    let made = std::process::Command::new("mkfifo").arg(folder.0.join("public/pipe")).status();
    if made.is_ok_and(|status| status.success()) {
        assert!(matches!(get(&folder.served(), "pipe"), FileAnswer::NotFound));
    }
}

#[test]
fn notices_that_a_file_changed() {
    let folder = filled();
    let served = folder.served();
    let before = response(get(&served, "app.js"));
    folder.write("public/app.js", "changed");
    let after = response(get(&served, "app.js"));
    assert_eq!(bytes(&after), b"changed");
    assert_ne!(header(&before, "etag"), header(&after, "etag"));
    fs::remove_file(folder.0.join("public/app.js")).unwrap();
    assert!(matches!(get(&served, "app.js"), FileAnswer::NotFound));
}

#[test]
fn answers_304_to_whoever_has_the_file() {
    let folder = filled();
    let served = folder.served();
    let first = response(get(&served, "app.js"));
    let tag = header(&first, "etag").unwrap();
    let date = header(&first, "last-modified").unwrap();
    let status = |tags: Option<&str>, since: Option<&str>| {
        let request = FileRequest {
            path: "app.js",
            if_none_match: tags.map(str::as_bytes),
            if_modified_since: since.map(str::as_bytes),
            ..FileRequest::default()
        };
        response(served.answer(&request)).status
    };
    let old = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (tags, since, expected) in [
        (Some(tag.to_owned()), None, 304),
        (Some(format!("W/{tag}")), None, 304),
        (Some(format!("\"a\", W/\"b\",{tag}")), None, 304),
        (Some("*".to_owned()), None, 304),
        (Some("\"other\"".to_owned()), None, 200),
        (Some("\"a,b\", \"c\"".to_owned()), None, 200),
        (Some(tag.trim_matches('"').to_owned()), None, 200),
        (Some("\"".to_owned()), None, 200),
        (Some(String::new()), None, 200),
        (None, Some(date), 304),
        (None, Some("Fri, 31 Dec 9999 23:59:59 GMT"), 304),
        (None, Some(old), 200),
        (None, Some("yesterday"), 200),
        (Some("\"other\"".to_owned()), Some(date), 200),
        (Some(tag.to_owned()), Some(old), 304),
    ] {
        assert_eq!(status(tags.as_deref(), since), expected, "{tags:?} {since:?}");
    }
    let request = FileRequest { path: "app.js", if_none_match: Some(b"*"), ..FileRequest::default() };
    let known = response(served.answer(&request));
    assert!(matches!(known.body, FileBody::Empty));
    assert_eq!(header(&known, "content-length"), None);
    assert_eq!(header(&known, "etag"), Some(tag));
}

#[test]
fn answers_ranges() {
    let folder = filled();
    let served = folder.served();
    let first = response(get(&served, "app.js"));
    let tag = header(&first, "etag").unwrap().to_owned();
    let date = header(&first, "last-modified").unwrap().to_owned();
    let weak = format!("W/{tag}");
    let ask = |range: &str, if_range: Option<&str>| {
        let request = FileRequest {
            path: "app.js",
            range: Some(range.as_bytes()),
            if_range: if_range.map(str::as_bytes),
            ..FileRequest::default()
        };
        let response = response(served.answer(&request));
        let content_range = header(&response, "content-range").map(str::to_owned);
        (response.status, String::from_utf8(bytes(&response).to_vec()).unwrap(), content_range)
    };
    let part = |text: &str, range: &str| (206, text.to_owned(), Some(format!("bytes {range}/10")));
    let whole = (200, "0123456789".to_owned(), None);
    assert_eq!(ask("bytes=2-4", None), part("234", "2-4"));
    assert_eq!(ask("bytes=-2", None), part("89", "8-9"));
    assert_eq!(ask("bytes=8-", None), part("89", "8-9"));
    assert_eq!(ask("bytes=0-99", None), part("0123456789", "0-9"));
    assert_eq!(ask("bytes=10-", None), (416, String::new(), Some("bytes */10".to_owned())));
    assert_eq!(ask("bytes=1-2,4-5", None), whole);
    assert_eq!(ask("bytes=x", None), whole);
    assert_eq!(ask("bytes=2-4", Some(&tag)), part("234", "2-4"));
    assert_eq!(ask("bytes=2-4", Some(&date)), part("234", "2-4"));
    assert_eq!(ask("bytes=2-4", Some(&weak)), whole);
    assert_eq!(ask("bytes=2-4", Some("\"other\"")), whole);
    assert_eq!(ask("bytes=2-4", Some("Sun, 06 Nov 1994 08:49:37 GMT")), whole);
    assert_eq!(ask("bytes=2-4", Some("nonsense")), whole);
}

#[test]
fn hands_over_a_large_file_to_be_read_in_ranges() {
    use std::io::{Read, Seek, SeekFrom};
    let folder = filled();
    folder.write("public/large.bin", "0123456789abcdef".repeat(128 * 1024));
    let request = FileRequest { path: "large.bin", range: Some(b"bytes=1048570-1048579"), ..FileRequest::default() };
    let response = response(folder.served().answer(&request));
    assert_eq!(header(&response, "content-type"), Some("application/octet-stream"));
    let FileBody::File { mut file, offset, length } = response.body else { panic!("a file is expected") };
    assert_eq!((response.status, offset, length), (206, 1_048_570, 10));
    let mut text = String::new();
    file.seek(SeekFrom::Start(offset)).unwrap();
    file.take(length).read_to_string(&mut text).unwrap();
    assert_eq!(text, "abcdef0123");
}

#[test]
fn refuses_a_folder_that_cannot_be_served() {
    let folder = filled();
    let root = folder.0.join("public");
    let root = root.to_str().unwrap();
    let file = format!("{root}/app.js");
    for (root, cache_control, index, at) in [
        ("/no/such/folder", "", None, "routes[0].root"),
        ("", "", None, "routes[0].root"),
        (file.as_str(), "", None, "routes[0].root"),
        (root, "a\r\nb", None, "routes[0].cacheControl"),
        (root, "", Some("../secret.txt"), "routes[0].index"),
        (root, "", Some(".env"), "routes[0].index"),
        (root, "", Some(""), "routes[0].index"),
        (root, "", Some("a/b"), "routes[0].index"),
    ] {
        assert_eq!(StaticFolder::open(root, cache_control, index, "routes[0]").unwrap_err().at, at);
    }
}

#[test]
fn survives_any_path_and_field() {
    let folder = filled();
    let served = folder.served();
    let mut state = 11u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let pieces =
        ["bytes=", "-", "0", "9", ",", "\"", "W/", "*", " ", "app.js", "..", "/", "\\", "\0", "%2e", "é", ".", "docs"];
    let mut files = 0;
    for _ in 0..5_000 {
        let mut text = || (0..next() % 6).map(|_| pieces[next() % pieces.len()]).collect::<String>();
        let (path, range, tags) = (text(), text(), text());
        let request = FileRequest {
            path: &path,
            range: Some(range.as_bytes()),
            if_none_match: Some(tags.as_bytes()).filter(|_| tags.len() % 2 == 0),
            if_range: Some(tags.as_bytes()).filter(|_| tags.len() % 3 == 0),
            ..FileRequest::default()
        };
        if let FileAnswer::Response(response) = served.answer(&request) {
            let sent = bytes(&response);
            assert!(!sent.starts_with(b"outside") && !sent.starts_with(b"hidden"), "{path:?}");
            files += usize::from(matches!(response.status, 200 | 206));
        }
    }
    assert!(files > 50, "{files} files in 5,000 answers show little");
}
