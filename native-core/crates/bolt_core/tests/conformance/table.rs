//! Reader of `native-core/test/conformance/http1.cases`, whose head explains the form.

const TEXT: &str = include_str!("../../../../test/conformance/http1.cases");

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Keep,
    Close,
    Any,
    Wait,
}

/// One case.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Sent one after the other; before each but the first the client waits for something to come back.
    pub(crate) pieces: Vec<Vec<u8>>,
    /// Of each response the statuses that are right.
    pub(crate) statuses: Vec<Vec<u16>>,
    pub(crate) end: End,
    /// Names and values that the last request's echo must have.
    pub(crate) echo: Vec<(String, Vec<u8>)>,
}

/// All cases in the order of the file.
pub(crate) fn cases() -> Vec<Case> {
    let (mut cases, mut wrap) = (Vec::new(), "{}");
    for line in TEXT.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with("== ") {
            wrap = "{}";
        } else if let Some(template) = line.strip_prefix("wrap ") {
            wrap = template;
        } else {
            rows(line, wrap, &mut cases);
        }
    }
    cases
}

fn rows(line: &str, wrap: &str, cases: &mut Vec<Case>) {
    let columns: Vec<&str> = line.split('|').map(str::trim).collect();
    let (&[id, title, bytes, expected], each) = columns.split_at(4) else { panic!("four columns: {line}") };
    let bytes = wrap.replacen("{}", bytes, 1);
    let Some(each) = each.first().map(|each| each.strip_prefix("each ").expect("each")) else {
        return cases.push(case(id, title, &bytes, expected));
    };
    for byte in each.split(' ').flat_map(range) {
        let hex = format!("{byte:02x}");
        let bytes = bytes.replace("\\$", &format!("\\x{hex}"));
        cases.push(case(&id.replace('$', &hex), &title.replace('$', &hex), &bytes, expected));
    }
}

fn range(text: &str) -> std::ops::RangeInclusive<u8> {
    let hex = |digits: &str| u8::from_str_radix(digits, 16).expect("hexadecimal");
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    hex(first)..=hex(last)
}

fn case(id: &str, title: &str, bytes: &str, expected: &str) -> Case {
    let pieces = bytes.split("\\w").map(unescape).collect();
    let expected = String::from_utf8(unescape_repeats(expected)).expect("text");
    let (expected, body) = match expected.split_once("body=") {
        Some((before, body)) => (before, Some(("body".to_owned(), unescape(body)))),
        None => (expected.as_str(), None),
    };
    let mut case = Case {
        id: id.to_owned(),
        title: title.to_owned(),
        pieces,
        statuses: Vec::new(),
        end: End::Any,
        echo: body.into_iter().collect(),
    };
    for word in expected.split_whitespace() {
        match word {
            "must" | "should" | "strict" | "limit" => {}
            "keep" => case.end = End::Keep,
            "close" => case.end = End::Close,
            "any" => case.end = End::Any,
            "wait" => case.end = End::Wait,
            word => match word.split_once('=') {
                Some((name, value)) => case.echo.push((name.to_owned(), unescape(value))),
                None => {
                    case.statuses.push(word.split('/').map(|status| status.parse().expect("a status")).collect());
                }
            },
        }
    }
    case
}

/// Expands only `\{N*text}`; other escapes stay.
fn unescape_repeats(text: &str) -> Vec<u8> {
    let Some(start) = text.find("\\{") else { return text.as_bytes().to_vec() };
    let (count, rest) = text[start + 2..].split_once('*').expect("N*");
    let end = closing(rest);
    let inner = unescape_repeats(&rest[..end]).repeat(count.parse().expect("a number"));
    [&text.as_bytes()[..start], &inner, &unescape_repeats(&rest[end + 1..])].concat()
}

/// Where the brace that is open is closed.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    panic!("not closed: {text}")
}

fn unescape(text: &str) -> Vec<u8> {
    let text = unescape_repeats(text);
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.iter());
    while let Some(byte) = rest.next() {
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        out.push(match rest.next().expect("an escape") {
            b'r' => b'\r',
            b'n' => b'\n',
            b't' => b'\t',
            b's' => b' ',
            b'0' => 0,
            b'\\' => b'\\',
            b'x' => {
                let digits = [*rest.next().expect("a digit"), *rest.next().expect("a digit")];
                u8::from_str_radix(str::from_utf8(&digits).expect("text"), 16).expect("hexadecimal")
            }
            other => panic!("unknown escape {:?}", char::from(*other)),
        });
    }
    out
}
