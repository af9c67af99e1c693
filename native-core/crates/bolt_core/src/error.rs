//! Every error the core answers by itself: one row here is its code, status and title. `native-core/src/errors.ts` holds the same table
//! for JavaScript, and a test compares the two.

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $code:literal, $title:literal;)*) => {
        /// Why a request was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)*
        }

        impl ErrorCode {
            /// All codes in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The `code` of the problem document.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }

            /// The `title` of the problem document (RFC 9457 §3.1.3): the same for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
        }
    };
}

error_codes! {
    /// The bytes are no valid HTTP/1.1 request; the connection is closed.
    BadRequest = 400, "bad-request", "Bad Request";
    /// The body is no JSON, or JSON that is refused: bad UTF-8, a duplicate key, too deep.
    MalformedJson = 400, "malformed-json", "Malformed JSON";
    /// No valid credentials.
    Unauthorized = 401, "unauthorized", "Unauthorized";
    /// Valid credentials that are not enough.
    Forbidden = 403, "forbidden", "Forbidden";
    /// No route.
    NotFound = 404, "not-found", "Not Found";
    /// The path has routes, but not for this method.
    MethodNotAllowed = 405, "method-not-allowed", "Method Not Allowed";
    /// What the request wants contradicts what is there.
    Conflict = 409, "conflict", "Conflict";
    /// The client was too slow to send its request.
    RequestTimeout = 408, "request-timeout", "Request Timeout";
    /// The body is larger than its limit.
    BodyTooLarge = 413, "body-too-large", "Content Too Large";
    /// The request target is longer than its limit.
    UriTooLong = 414, "uri-too-long", "URI Too Long";
    /// The body's Content-Type is not what the route declares.
    UnsupportedMediaType = 415, "unsupported-media-type", "Unsupported Media Type";
    /// A Range outside the file.
    RangeNotSatisfiable = 416, "range-not-satisfiable", "Range Not Satisfiable";
    /// An Expect other than `100-continue`.
    ExpectationFailed = 417, "expectation-failed", "Expectation Failed";
    /// Parameters or body violate the route's schema.
    ValidationFailed = 422, "validation-failed", "Validation Failed";
    /// The path is a WebSocket, and the request does not ask for one, or for another version.
    UpgradeRequired = 426, "upgrade-required", "Upgrade Required";
    /// More requests than a rate limit allows.
    TooManyRequests = 429, "too-many-requests", "Too Many Requests";
    /// Request line and header fields are larger or more than their limits.
    HeadersTooLarge = 431, "headers-too-large", "Request Header Fields Too Large";
    /// A fault on the server's side; details are only in the log.
    Internal = 500, "internal", "Internal Server Error";
    /// A method that no origin server implements, such as CONNECT.
    NotImplemented = 501, "not-implemented", "Not Implemented";
    /// More requests or connections than the limits allow.
    Overloaded = 503, "overloaded", "Service Unavailable";
    /// The database cannot be asked just now.
    DatabaseUnavailable = 503, "database-unavailable", "Service Unavailable";
    /// The handler did not answer in time.
    HandlerTimeout = 504, "handler-timeout", "Gateway Timeout";
    /// Neither HTTP/1.1 nor HTTP/1.0.
    HttpVersionNotSupported = 505, "http-version-not-supported", "HTTP Version Not Supported";
}

/// A refusal: the code and what is particular to this occurrence, if anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which error.
    pub code: ErrorCode,
    /// The `detail` of the problem document.
    pub detail: Option<String>,
}

impl Refusal {
    /// A refusal that says more than its title.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: Some(detail.into()) }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self { code, detail: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_kebab_case_and_their_status_is_an_error() {
        for (i, code) in ErrorCode::ALL.iter().enumerate() {
            assert!(code.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{code:?}");
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(!ErrorCode::ALL[..i].iter().any(|other| other.code() == code.code()), "{code:?} twice");
        }
    }
}
