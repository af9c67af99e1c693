//! Where tokens are found: the Authorization field and cookies.

use bolt_core::auth::{bearer, cookie, cookies};

#[test]
fn finds_the_token_after_the_scheme() {
    let cases: &[(&str, Option<&str>)] = &[
        ("Bearer abc", Some("abc")),
        ("bearer abc", Some("abc")),
        ("BEARER   abc  ", Some("abc")),
        ("Bearer a b", Some("a b")),
        ("Bearer", None),
        ("Bearer ", None),
        ("Bearerabc", None),
        ("Bearer\tabc", None),
        ("Basic abc", None),
        ("abc", None),
        ("", None),
        ("Bearer, abc", None),
    ];
    for (field, expected) in cases {
        assert_eq!(bearer(field.as_bytes()), expected.map(str::as_bytes), "{field:?}");
    }
}

#[test]
fn takes_the_first_cookie_of_a_name() {
    let cases: &[(&str, &str, Option<&str>)] = &[
        ("a=1; b=2", "b", Some("2")),
        ("a=1;b=2", "b", Some("2")),
        ("a=1; a=2", "a", Some("1")),
        ("a=1; A=2", "A", Some("2")),
        ("a=\"quoted\"", "a", Some("quoted")),
        ("a=\"half", "a", Some("\"half")),
        ("a=\"", "a", Some("\"")),
        ("a=b=c", "a", Some("b=c")),
        ("a=", "a", Some("")),
        ("a", "a", None),
        ("=1", "", None),
        ("; ;a=1;;", "a", Some("1")),
        (" a = 1 ", "a", Some("1")),
        ("xa=1", "a", None),
        ("a=1, b=2", "b", None),
        ("", "a", None),
    ];
    for (field, name, expected) in cases {
        assert_eq!(cookie(field.as_bytes(), name), expected.map(str::as_bytes), "{field:?} {name}");
    }
}

#[test]
fn lists_cookies_in_order_without_malformed_pairs() {
    let list: Vec<_> = cookies(b"a=1; junk; b=\xff; =x; c=").collect();
    assert_eq!(list, [(&b"a"[..], &b"1"[..]), (b"b", b"\xff"), (b"c", b"")]);
}
