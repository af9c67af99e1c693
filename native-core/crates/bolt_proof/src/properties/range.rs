//! Whatever a range field says, the answer is whole, a part that lies in the file and is as long as it says, or 416.

use bolt_core::static_files::{FileAnswer, FileBody, FileRequest, StaticFolder};

/// Bytes of the file.
const SIZE: u64 = 1_000;

pub(super) fn check(input: &[u8]) {
    // One field, or a range and the condition that comes with it.
    let (range, condition) = input.split_at(input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len()));
    let condition = condition.get(1..);
    let request = FileRequest {
        path: "file.bin",
        range: Some(range),
        if_range: condition,
        if_none_match: condition,
        if_modified_since: condition,
        ..FileRequest::default()
    };
    let FileAnswer::Response(response) = FOLDER.with(|folder| folder.answer(&request)) else {
        panic!("the file is there")
    };
    let value = |name| response.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str());
    let length = match &response.body {
        FileBody::Empty => 0,
        FileBody::Bytes(bytes) => bytes.len() as u64,
        FileBody::File { offset, length, .. } => {
            assert!(offset + length <= SIZE);
            *length
        }
    };
    match response.status {
        200 => assert_eq!(length, SIZE),
        206 => {
            let text = value("content-range").and_then(|text| text.strip_prefix("bytes ")?.strip_suffix("/1000"));
            let Some((first, last)) = text.and_then(|text| text.split_once('-')) else {
                panic!("{:?}", response.headers)
            };
            let (Ok(first), Ok(last)) = (first.parse::<u64>(), last.parse::<u64>()) else { panic!("{first} {last}") };
            assert!(first <= last && last < SIZE && last - first + 1 == length, "{first}-{last} of {length}");
        }
        304 => assert_eq!(length, 0),
        416 => assert_eq!(value("content-range"), Some("bytes */1000")),
        status => panic!("{status}"),
    }
}

thread_local! {
    /// A folder with one file.
    static FOLDER: StaticFolder = open_folder();
}

fn open_folder() -> StaticFolder {
    let root = std::env::temp_dir().join(format!("bolt-proof-{}", std::process::id()));
    let made =
        std::fs::create_dir_all(&root).and_then(|()| std::fs::write(root.join("file.bin"), [b'x'; SIZE as usize]));
    assert!(made.is_ok(), "a temporary folder");
    match StaticFolder::open(&root.to_string_lossy(), "no-cache", None, "root") {
        Ok(folder) => folder,
        Err(error) => panic!("{error}"),
    }
}
