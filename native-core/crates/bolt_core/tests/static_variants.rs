//! Which representation of a file a client gets, and files that handlers name.
#![allow(clippy::unwrap_used, clippy::panic)]
#![expect(clippy::disallowed_methods, reason = "files have real times")]

#[path = "engine/client.rs"]
mod client;
mod folder;

use std::fs::File;
use std::time::{Duration, SystemTime};

use bolt_core::compression::{Accepted, Coding, Compression};
use bolt_core::plan::{CompressionLevels, CompressionPlan};
use bolt_core::static_files::{FileAnswer, FileBody, FileRequest, FileResponse, FileSpec, StaticFolder, answer_file};

use folder::{Folder, bytes, header};

fn rules(codings: &[Coding]) -> Compression {
    Compression::compile(&CompressionPlan {
        encodings: codings.to_vec(),
        level: CompressionLevels { br: 3, zstd: 3, gzip: 4 },
        min_bytes: 100,
        types: ["text/*", "application/json"].map(str::to_owned).to_vec(),
    })
    .unwrap()
}

fn all() -> Compression {
    rules(&[Coding::Zstd, Coding::Gzip, Coding::Br])
}

fn request<'r>(path: &'r str, rules: &'r Compression, accept: &'r str) -> FileRequest<'r> {
    FileRequest {
        path,
        compression: Some(rules),
        accepted: Accepted::read([accept.as_bytes()].into_iter()),
        ..FileRequest::default()
    }
}

fn ask(folder: &StaticFolder, request: &FileRequest<'_>) -> FileResponse {
    match folder.answer(request) {
        FileAnswer::Response(response) => response,
        other => panic!("no response: {other:?}"),
    }
}

fn text() -> String {
    "some text that repeats itself, ".repeat(20)
}

#[test]
fn a_file_beside_is_sent_in_its_coding_with_the_type_of_the_original() {
    let folder = Folder::new();
    folder.write("public/app.js", text());
    folder.write("public/app.js.br", "as brotli");
    folder.write("public/app.js.gz", "as gzip");
    let (served, rules) = (folder.served(), all());
    for (accept, coding, content) in
        [("gzip, br", "br", "as brotli"), ("gzip", "gzip", "as gzip"), ("br;q=0.5, gzip", "gzip", "as gzip")]
    {
        let response = ask(&served, &request("app.js", &rules, accept));
        assert_eq!((header(&response, "content-encoding"), bytes(&response)), (Some(coding), content.as_bytes()));
        assert_eq!(header(&response, "content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(header(&response, "vary"), Some("accept-encoding"));
        assert_eq!(header(&response, "content-length"), Some(content.len().to_string().as_str()));
        let etag = header(&response, "etag").unwrap();
        assert!(etag.starts_with('"') && etag.ends_with(&format!("-{coding}\"")), "{etag}");
    }
    let plain = ask(&served, &request("app.js", &rules, ""));
    assert_eq!((header(&plain, "content-encoding"), header(&plain, "vary")), (None, Some("accept-encoding")));
    assert_eq!(bytes(&plain), text().as_bytes());
}

#[test]
fn a_range_is_one_of_the_chosen_representation() {
    let folder = Folder::new();
    folder.write("public/app.js", text());
    folder.write("public/app.js.br", "0123456789");
    let (served, rules) = (folder.served(), all());
    let etag = header(&ask(&served, &request("app.js", &rules, "br")), "etag").unwrap().to_owned();
    let part = |if_range: &[u8]| {
        let range = Some(&b"bytes=2-4"[..]);
        ask(&served, &FileRequest { range, if_range: Some(if_range), ..request("app.js", &rules, "br") })
    };
    let response = part(etag.as_bytes());
    assert_eq!((response.status, bytes(&response)), (206, &b"234"[..]));
    assert_eq!(header(&response, "content-range"), Some("bytes 2-4/10"));
    assert_eq!(header(&response, "content-encoding"), Some("br"));
    let plain = header(&ask(&served, &request("app.js", &rules, "")), "etag").unwrap().to_owned();
    assert_ne!(plain, etag);
    assert_eq!(part(plain.as_bytes()).status, 200, "a part of another representation would not fit");
    let known = FileRequest { if_none_match: Some(etag.as_bytes()), ..request("app.js", &rules, "br") };
    let response = ask(&served, &known);
    assert_eq!((response.status, header(&response, "vary")), (304, Some("accept-encoding")));
}

#[test]
fn a_file_beside_that_is_older_than_its_original_is_not_sent() {
    let folder = Folder::new();
    folder.write("public/app.js", "new ".repeat(10));
    folder.write("public/app.js.br", "old");
    let old = File::options().write(true).open(folder.0.join("public/app.js.br")).unwrap();
    old.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
    let (served, rules) = (folder.served(), all());
    assert_eq!(header(&ask(&served, &request("app.js", &rules, "br")), "content-encoding"), None);
    folder.write("public/app.js.br", "new");
    assert_eq!(header(&ask(&served, &request("app.js", &rules, "br")), "content-encoding"), Some("br"));
}

#[test]
fn a_file_beside_follows_the_same_rules_as_any_other() {
    let folder = Folder::new();
    folder.write("public/app.js", text());
    folder.write("public/picture.png", text());
    folder.write("public/picture.png.br", "no");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.0.join("secret.txt"), folder.0.join("public/app.js.br")).unwrap();
    let (served, rules) = (folder.served(), rules(&[Coding::Br]));
    let response = ask(&served, &request("app.js", &rules, "br"));
    assert_ne!(bytes(&response), b"outside");
    let picture = ask(&served, &request("picture.png", &rules, "br"));
    assert_eq!((header(&picture, "content-encoding"), header(&picture, "vary")), (None, None));
    folder.write("public/only.txt.br", "no original");
    assert!(matches!(served.answer(&request("only.txt", &rules, "br")), FileAnswer::NotFound));
    let direct = ask(&served, &request("picture.png.br", &rules, "br"));
    assert_eq!((bytes(&direct), header(&direct, "content-encoding")), (&b"no"[..], None));
}

#[test]
fn without_a_file_beside_it_is_compressed_once_and_has_a_weak_tag() {
    let folder = Folder::new();
    folder.write("public/a.txt", text());
    let (served, rules) = (folder.served(), all());
    let plain = ask(&served, &request("a.txt", &rules, ""));
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let response = ask(&served, &request("a.txt", &rules, "gzip"));
        assert_eq!(header(&response, "content-encoding"), Some("gzip"));
        assert_eq!(header(&response, "etag"), Some(format!("W/{}", header(&plain, "etag").unwrap()).as_str()));
        assert_eq!(header(&response, "accept-ranges"), None);
        let FileBody::Bytes(content) = response.body else { panic!("in memory") };
        bodies.push(content);
    }
    assert_eq!(bodies[0].as_ptr(), bodies[1].as_ptr(), "kept");
    folder.write("public/a.txt", text().to_uppercase());
    let changed = ask(&served, &request("a.txt", &rules, "gzip"));
    assert_ne!(bytes(&changed), &bodies[0][..]);
    let known =
        FileRequest { if_none_match: header(&changed, "etag").map(str::as_bytes), ..request("a.txt", &rules, "gzip") };
    assert_eq!(ask(&served, &known).status, 304);
}

#[test]
fn a_part_of_a_file_without_one_beside_is_a_part_of_it_as_it_is() {
    let folder = Folder::new();
    folder.write("public/a.txt", text());
    let (served, rules) = (folder.served(), all());
    let response = ask(&served, &FileRequest { range: Some(b"bytes=0-3"), ..request("a.txt", &rules, "gzip") });
    assert_eq!((response.status, bytes(&response), header(&response, "content-encoding")), (206, &b"some"[..], None));
}

#[test]
fn head_of_a_compressed_file_has_the_fields_of_get() {
    let folder = Folder::new();
    folder.write("public/a.txt", text());
    let (served, rules) = (folder.served(), all());
    let get = ask(&served, &request("a.txt", &rules, "gzip"));
    let head = ask(&served, &FileRequest { head: true, ..request("a.txt", &rules, "gzip") });
    assert_eq!((get.headers, bytes(&head)), (head.headers.clone(), &b""[..]));
}

fn spec<'s>(path: &'s str, root: Option<&'s str>) -> FileSpec<'s> {
    FileSpec { path, root, content_type: None, cache_control: "" }
}

#[test]
fn a_named_file_below_a_root_never_leaves_it() {
    let folder = Folder::new();
    folder.write("public/a.txt", "inside");
    folder.write("public/.env", "hidden");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.0.join("secret.txt"), folder.0.join("public/link.txt")).unwrap();
    let root = folder.root();
    let outside = folder.0.join("secret.txt");
    let paths = [
        "../secret.txt",
        outside.to_str().unwrap(),
        "..",
        ".",
        "",
        "a.txt/",
        "./a.txt",
        ".env",
        "link.txt",
        "a.txt\0",
        "x/../a.txt",
        "..\\secret.txt",
        "none.txt",
    ];
    for path in paths {
        assert!(answer_file(&spec(path, Some(&root)), &FileRequest::default()).is_none(), "{path:?}");
    }
    let response = answer_file(&spec("a.txt", Some(&root)), &FileRequest::default()).unwrap();
    assert_eq!((response.status, bytes(&response)), (200, &b"inside"[..]));
    assert_eq!(header(&response, "content-type"), Some("text/plain; charset=utf-8"));
}

#[test]
fn a_named_file_has_ranges_and_is_not_sent_twice() {
    let folder = Folder::new();
    folder.write("public/report", "0123456789");
    let path = folder.0.join("public/report");
    let named =
        FileSpec { content_type: Some("text/csv"), cache_control: "private", ..spec(path.to_str().unwrap(), None) };
    let part = answer_file(&named, &FileRequest { range: Some(b"bytes=-2"), ..FileRequest::default() }).unwrap();
    assert_eq!((part.status, bytes(&part), header(&part, "content-type")), (206, &b"89"[..], Some("text/csv")));
    assert_eq!(header(&part, "cache-control"), Some("private"));
    let known = FileRequest { if_none_match: header(&part, "etag").map(str::as_bytes), ..FileRequest::default() };
    assert_eq!(answer_file(&named, &known).unwrap().status, 304);
    assert!(answer_file(&spec(folder.0.to_str().unwrap(), None), &FileRequest::default()).is_none(), "a folder");
    assert!(answer_file(&spec("/dev/null", None), &FileRequest::default()).is_none(), "a device");
}

#[test]
fn a_file_beyond_four_gibibytes_is_sent_in_pieces_from_any_offset() {
    let folder = Folder::new();
    let path = folder.0.join("public/big.bin");
    // Sparse: it takes no room on the disk.
    File::create(&path).unwrap().set_len(5 << 30).unwrap();
    let root = folder.root();
    let plan = client::app(
        r#"{"requestTimeout":60000}"#,
        &[format!(
            r#"{{"id":0,"kind":"static","method":"GET","path":"/*path","root":"{root}","cacheControl":"","index":null}}"#
        )],
    );
    let mut client = client::Client::new(&plan);
    client.engine.receive(client.id, b"GET /big.bin HTTP/1.1\r\nHost: h\r\n\r\n");
    for _ in 0..50 {
        let waiting = client.engine.output(client.id).len();
        assert!(waiting > 0 && waiting < 200_000, "{waiting} bytes in memory");
        client.engine.wrote(client.id, waiting);
    }
    let mut client = client::Client::new(&plan);
    client.send(b"GET /big.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=5368709110-\r\n\r\n");
    let response = client.responses().remove(0);
    assert_eq!((response.status, response.body.as_slice()), (206, &[0; 10][..]));
    assert_eq!(response.header("content-range"), Some("bytes 5368709110-5368709119/5368709120"));
}
