//! Heads between HTTP/2 and the engine, which reads and writes them as HTTP/1.1.

use std::mem::MaybeUninit;

use http::header::{COOKIE, HOST};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};

/// Most fields of a response.
const TABLE: usize = 256;

/// A request that HTTP/2 forbids (RFC 9113 §8.1.1); its stream is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Writes a request's head for [`bolt_core::Engine::open_exchange`].
pub(super) fn write_request<B>(request: &Request<B>, is_secure: bool) -> Result<Vec<u8>, Malformed> {
    let uri = request.uri();
    // A proxy that ends TLS forwards the scheme as its client sent it; but nobody sends plain requests through TLS.
    if !matches!((uri.scheme_str(), is_secure), (None | Some("https"), _) | (Some("http"), false)) {
        return Err(Malformed);
    }
    let authority = uri.authority().map(http::uri::Authority::as_str);
    let target = match uri.path_and_query() {
        _ if request.method() == Method::CONNECT => authority.unwrap_or_default(),
        Some(target) => target.as_str(),
        None => "/",
    };
    let mut head = Vec::with_capacity(512);
    for piece in [request.method().as_str(), " ", target, " HTTP/1.1\r\n"] {
        head.extend_from_slice(piece.as_bytes());
    }
    if let Some(authority) = authority {
        field(&mut head, b"host", authority.as_bytes())?;
    }
    for (name, value) in request.headers() {
        match (name, authority) {
            (&COOKIE, _) => {}
            // RFC 9113 §8.3.1: they must not differ.
            (&HOST, Some(authority)) if !value.as_bytes().eq_ignore_ascii_case(authority.as_bytes()) => {
                return Err(Malformed);
            }
            (&HOST, Some(_)) => {}
            _ => field(&mut head, name.as_str().as_bytes(), value.as_bytes())?,
        }
    }
    // RFC 9113 §8.2.3: crumbs of one field.
    let crumbs: Vec<&[u8]> = request.headers().get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if !crumbs.is_empty() {
        field(&mut head, b"cookie", &crumbs.join(&b"; "[..]))?;
    }
    head.extend_from_slice(b"\r\n");
    Ok(head)
}

/// Name and value as the `http` crate knows them have no line ends; white space around a value is forbidden too (RFC 9113 §8.2.1).
fn field(head: &mut Vec<u8>, name: &[u8], value: &[u8]) -> Result<(), Malformed> {
    if value.trim_ascii().len() != value.len() {
        return Err(Malformed);
    }
    for piece in [name, b": ", value, b"\r\n"] {
        head.extend_from_slice(piece);
    }
    Ok(())
}

/// Reads a response's head at the start of `bytes`, and how long it is; `None` when it is not complete or no head.
pub(super) fn read_response(bytes: &[u8]) -> Option<(usize, Response<()>)> {
    let mut table = [const { MaybeUninit::<httparse::Header<'_>>::uninit() }; TABLE];
    let mut parsed = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let status = config.parse_response_with_uninit_headers(&mut parsed, bytes, &mut table).ok()?;
    let httparse::Status::Complete(length) = status else { return None };
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(parsed.code?).ok()?;
    let headers = response.headers_mut();
    headers.reserve(parsed.headers.len());
    for header in parsed.headers.iter().filter(|header| !is_of_connection(header.name)) {
        let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
        headers.append(name, HeaderValue::from_bytes(header.value).ok()?);
    }
    Some((length, response))
}

/// Fields about an HTTP/1.1 connection, which HTTP/2 forbids (RFC 9113 §8.2.2).
fn is_of_connection(name: &str) -> bool {
    ["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(request: http::request::Builder, is_secure: bool) -> Result<String, Malformed> {
        let head = write_request(&request.body(()).expect("a request"), is_secure)?;
        Ok(String::from_utf8(head).expect("ASCII"))
    }

    #[test]
    fn pseudo_fields_become_the_request_line_and_host() {
        let request = Request::post("http://a.example:81/x?y=1").header("b", "2");
        assert_eq!(
            written(request, false).as_deref(),
            Ok("POST /x?y=1 HTTP/1.1\r\nhost: a.example:81\r\nb: 2\r\n\r\n")
        );
        let connect = Request::builder().method("CONNECT").uri("a.example:443");
        assert!(written(connect, false).expect("written").starts_with("CONNECT a.example:443 HTTP/1.1\r\n"));
    }

    #[test]
    fn crumbs_of_cookies_become_one_field() {
        let request = Request::get("http://a/").header("cookie", "a=1").header("x", "1").header("cookie", "b=2; c=3");
        assert_eq!(
            written(request, false).as_deref(),
            Ok("GET / HTTP/1.1\r\nhost: a\r\nx: 1\r\ncookie: a=1; b=2; c=3\r\n\r\n")
        );
    }

    #[test]
    fn a_host_that_differs_from_the_authority_is_malformed() {
        assert_eq!(written(Request::get("http://a/").header("host", "b"), false), Err(Malformed));
        assert!(written(Request::get("http://a/").header("host", "A"), false).is_ok());
        let alone = written(Request::get("/").header("host", "b"), false).expect("written");
        assert_eq!(alone, "GET / HTTP/1.1\r\nhost: b\r\n\r\n");
    }

    #[test]
    fn the_scheme_must_fit_the_transport() {
        assert_eq!(written(Request::get("http://a/"), true), Err(Malformed));
        assert!(written(Request::get("https://a/"), true).is_ok());
        assert!(written(Request::get("https://a/"), false).is_ok(), "a proxy may have ended TLS");
        assert_eq!(written(Request::get("ftp://a/"), false), Err(Malformed));
    }

    #[test]
    fn white_space_around_a_value_is_malformed() {
        for value in [" a", "a ", "\ta"] {
            assert_eq!(written(Request::get("http://a/").header("x", value), false), Err(Malformed), "{value:?}");
        }
    }

    #[test]
    fn fields_of_the_connection_are_left_out_of_responses() {
        let head = b"HTTP/1.1 201 Created\r\nconnection: close\r\nset-cookie: a\r\nset-cookie: b\r\nTransfer-Encoding: x\r\n\r\nrest";
        let (length, response) = read_response(head).expect("a head");
        assert_eq!((length, response.status().as_u16()), (head.len() - 4, 201));
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(response.headers().len(), 2);
        assert!(read_response(b"HTTP/1.1 200 OK\r\na: b\r\n").is_none());
    }
}
