//! What is answered without a handler: each case also proves that none was called.

#[path = "engine/client.rs"]
mod client;

use client::{Client, Response, app, handler};

/// The one response to one request, answered without a call.
fn ask(plan: &str, request: &str) -> Response {
    let mut client = Client::new(plan);
    client.send(request.as_bytes());
    assert!(!client.engine.has_calls(), "no handler is asked: {request}");
    assert_eq!((client.engine.stats().native_answers, client.engine.stats().calls), (1, 0));
    assert_eq!(client.engine.stats().in_flight, 0);
    let responses = client.responses();
    assert_eq!(responses.len(), 1, "{request}");
    responses.into_iter().next().expect("a response")
}

fn plan() -> String {
    let body = r#""body":{"required":true,"schema":{"type":"object","properties":{"title":{"type":"string","minLength":3}},"required":["title"],"additionalProperties":false}}"#;
    let query =
        r#""query":{"names":["page"],"schema":{"type":"object","properties":{"page":{"type":"integer","minimum":1}}}}"#;
    let answer = r#"{"id":4,"kind":"answer","method":"GET","path":"/healthz","status":200,"headers":["Content-Type","application/json","X-Frame-Options","ALLOW"],"body":"{\"status\":\"ok\"}"}"#;
    app(
        "{}",
        &[
            handler(0, "GET", "/notes/:id", query),
            handler(1, "POST", "/notes", &format!("{body},{query}")),
            handler(2, "DELETE", "/notes/:id", ""),
            handler(3, "GET", "/dir/", ""),
            answer.to_owned(),
        ],
    )
}

fn with_cors(cors: &str) -> String {
    plan().replace(r#""cors":null"#, &format!(r#""cors":{cors}"#))
}

const CORS: &str = r#"{"origins":["https://app.example","null"],"methods":["GET","POST"],"allowHeaders":["content-type"],"exposeHeaders":["etag"],"credentials":true,"maxAge":600}"#;

#[test]
fn routing_answers() {
    for (request, status, field) in [
        ("GET /none", 404, None),
        ("GET /notes//", 404, None),
        ("PUT /notes/1", 405, Some(("allow", "GET, HEAD, DELETE, OPTIONS"))),
        ("BREW /notes", 405, Some(("allow", "POST, OPTIONS"))),
        ("get /notes/1", 405, Some(("allow", "GET, HEAD, DELETE, OPTIONS"))),
        ("OPTIONS /notes/1", 204, Some(("allow", "GET, HEAD, DELETE, OPTIONS"))),
        ("OPTIONS *", 204, None),
        ("GET /dir?a=b", 308, Some(("location", "/dir/?a=b"))),
        ("POST /notes/?x", 308, Some(("location", "/notes?x"))),
        ("GET /notes/%zz", 400, None),
        ("GET /notes/%ff", 400, None),
        ("GET /notes/1?page=%", 400, None),
        ("GET /healthz", 200, Some(("content-type", "application/json"))),
    ] {
        let response = ask(&plan(), &format!("{request} HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert_eq!(response.status, status, "{request}");
        if let Some((name, value)) = field {
            assert_eq!(response.header(name), Some(value), "{request}");
        }
        assert!(response.header("x-request-id").is_some() && response.header("date").is_some(), "{request}");
        if status >= 400 {
            assert_eq!(response.header("content-type"), Some("application/problem+json"));
            assert_eq!(response.json()["status"], status);
            assert_eq!(response.json()["requestId"].as_str(), response.header("x-request-id"));
        }
    }
}

#[test]
fn a_fixed_answer_replaces_security_headers_it_has_itself() {
    let response = ask(&plan(), "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(response.header("x-frame-options"), Some("ALLOW"));
    assert_eq!(response.body, br#"{"status":"ok"}"#);
}

#[test]
fn all_violations_are_reported_at_once() {
    let body = r#"{"title":"x","more":1}"#;
    let head = format!(
        "POST /notes?page=0 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}",
        body.len()
    );
    let response = ask(&plan(), &format!("{head}\r\n\r\n{body}"));
    assert_eq!(response.status, 422);
    let json = response.json();
    let errors: Vec<_> =
        json["errors"].as_array().expect("errors").iter().map(|e| (e["in"].as_str(), e["code"].as_str())).collect();
    for expected in [("query", "minimum"), ("body", "minLength"), ("body", "additionalProperties")] {
        assert!(errors.contains(&(Some(expected.0), Some(expected.1))), "{expected:?} in {errors:?}");
    }
}

#[test]
fn bodies_that_are_no_json_are_refused() {
    let post = |headers: &str, body: &str| {
        format!("POST /notes HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
    };
    let json = "Content-Type: application/json\r\n";
    for (request, status, code) in [
        (post(json, "{"), 400, "malformed-json"),
        (post(json, r#"{"title":"abc","title":"abd"}"#), 400, "malformed-json"),
        (post(json, &"[".repeat(100)), 400, "malformed-json"),
        (post(json, ""), 422, "validation-failed"),
        (post(json, "[]"), 422, "validation-failed"),
        (post("", "{}"), 415, "unsupported-media-type"),
        (post("Content-Type: text/plain\r\n", "{}"), 415, "unsupported-media-type"),
        (post("Content-Type: application/json; charset=latin1\r\n", "{}"), 415, "unsupported-media-type"),
    ] {
        let response = ask(&plan(), &request);
        assert_eq!((response.status, response.json()["code"].as_str()), (status, Some(code)), "{request}");
    }
}

#[test]
fn a_preflight_is_answered_for_allowed_origins_only() {
    let preflight = |origin: &str| {
        let request = format!(
            "OPTIONS /notes HTTP/1.1\r\nHost: a\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n\r\n"
        );
        ask(&with_cors(CORS), &request)
    };
    for origin in ["https://app.example", "null"] {
        let response = preflight(origin);
        assert_eq!((response.status, response.header("access-control-allow-origin")), (204, Some(origin)));
        assert_eq!(response.header("access-control-allow-methods"), Some("GET, POST"));
        assert_eq!(response.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(response.header("vary"), Some("Origin"));
    }
    for origin in ["https://evil.example", "https://app.example.evil", "http://app.example", "https://APP.example"] {
        let response = preflight(origin);
        assert_eq!((response.status, response.header("access-control-allow-origin")), (204, None), "{origin}");
        assert_eq!(response.header("access-control-allow-methods"), None);
    }
}

#[test]
fn refusals_carry_cors_fields_too() {
    for (request, status) in [("GET /none", 404), ("PUT /notes", 405), ("POST /notes", 422)] {
        let request = format!("{request} HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\n\r\n");
        let response = ask(&with_cors(CORS), &request);
        assert_eq!(
            (response.status, response.header("access-control-allow-origin")),
            (status, Some("https://app.example"))
        );
        assert_eq!(response.header("access-control-expose-headers"), Some("etag"));
    }
    let large = "POST /notes HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n";
    let response = ask(&with_cors(CORS), large);
    assert_eq!((response.status, response.header("access-control-allow-origin")), (413, Some("https://app.example")));
}

#[test]
fn plans_that_cannot_be_honoured_are_refused_with_their_place() {
    use bolt_core::Engine;
    use bolt_core::engine::Slots;
    let refusal = |plan: String| Engine::new(&plan, Slots::default()).map(|_| ()).expect_err("refused");
    let with_routes = |routes: &[String]| app("{}", routes);
    for (plan, part) in [
        (with_routes(&[handler(0, "GET", "/a/:x", ""), handler(1, "GET", "/a/:y", "")]), "routes[1] GET /a/:y"),
        (with_routes(&[handler(0, "FETCH", "/a", "")]), "allowed are GET, HEAD"),
        (with_routes(&[handler(0, "GET", "a", "")]), "must begin with /"),
        (with_routes(&[handler(0, "GET", "/a", r#""auths":[3]"#)]), "there is no auth 3"),
        (
            with_routes(&[handler(0, "GET", "/a", r#""guards":[{"claim":"role","oneOf":["admin"]}]"#)]),
            "guards need an auth",
        ),
        (with_routes(&[handler(0, "GET", "/a", r#""status":99"#)]), "allowed are 200 to 599"),
        (with_routes(&[handler(0, "GET", "/a", r#""cached":true"#)]), "cached"),
        (with_routes(&[handler(7, "GET", "/a", "")]), "must be the index 0"),
        (app(r#"{"headBytes":0}"#, &[]), "limits.headBytes"),
        (app(r#"{"bodySize":1}"#, &[]), "bodySize"),
        (app("{}", &[]).replace("x-frame-options", "content-length"), "set by the engine"),
        (app("{}", &[]).replace("DENY", "a\\r\\nb"), "no header field"),
        (
            with_cors(&CORS.replace("https://app.example", "*").replace(r#","null""#, "")),
            "cannot be true with the origin *",
        ),
        (with_cors(&CORS.replace("https://app.example", "app.example")), "is no origin"),
        (app("{}", &[]).replace(r#""trustedProxies":[]"#, r#""trustedProxies":["10.0.0.0/99"]"#), "trustedProxies[0]"),
    ] {
        let error = refusal(plan);
        assert!(error.message.contains(part), "{part:?} in {:?}", error.message);
    }
    assert_eq!(
        refusal(with_routes(&[handler(0, "GET", "/a", ""), handler(1, "GET", "/a", "")])).code,
        "duplicate-route"
    );
}
