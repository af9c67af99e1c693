//! The kinds of routes of a plan.

use serde::Deserialize;
use serde_json::Value;

use super::PlanError;
use crate::auth::GuardPlan;

/// One route.
#[derive(Debug)]
pub enum RoutePlan {
    /// A JavaScript function.
    Handler(Box<HandlerRoute>),
    /// A statement of a database.
    Query(Box<QueryRoute>),
    /// A fixed answer.
    Answer(AnswerRoute),
    /// Files of a folder.
    Static(StaticRoute),
    /// Everything below a prefix goes to JavaScript unparsed.
    Mount(MountRoute),
    /// A WebSocket.
    Socket(Box<SocketRoute>),
}

/// What all kinds have.
macro_rules! route {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            /// Index in the plan.
            pub id: u32,
            /// The discriminator; already read.
            #[serde(rename = "kind")]
            _kind: String,
            /// Method token; a mount answers all.
            pub method: String,
            /// `/notes/:id`, `/files/*path`.
            pub path: String,
            $($(#[$field_doc])* pub $field: $type,)*
        }
    };
}

route! {
    /// `HandlerRoute` of `plan.ts`.
    HandlerRoute {
        /// Object schema of the path parameters.
        params: Option<Value>,
        /// Declared query properties.
        query: Option<PartPlan>,
        /// Declared header fields.
        headers: Option<PartPlan>,
        /// Declared cookies.
        cookies: Option<PartPlan>,
        /// JSON body.
        body: Option<BodyPlan>,
        /// Its own limit instead of `limits.bodyBytes`.
        body_bytes: Option<usize>,
        /// Whether the handler takes the body piece by piece.
        stream_body: bool,
        /// Whether the body is a form; any other is refused.
        #[serde(default)]
        form: bool,
        /// Verifiers; the first that finds a token decides.
        auths: Vec<usize>,
        /// What happens without a valid token.
        on_missing: OnMissing,
        /// Cookies that make it worth asking JavaScript.
        ask_cookies: Vec<String>,
        /// Requirements on the claims.
        guards: Vec<GuardPlan>,
        /// Rate limits, in the order in which they are asked.
        #[serde(default)]
        rate_limits: Vec<usize>,
        /// Status of a plain return value.
        status: u16,
        /// Whether its responses may be compressed; they may unless it says otherwise.
        #[serde(default = "yes")]
        compression: bool,
    }
}

route! {
    /// `QueryRoute` of `plan.ts`.
    QueryRoute {
        /// What the request must be, and the handler for when only JavaScript can say who asks.
        request: HandlerRoute,
        /// Schemas of the verified claims, one of which must fit.
        claims: Vec<Value>,
        /// Number of the pool.
        pool: usize,
        /// Number of the statement within the pool.
        statement: usize,
        /// In the order of `$1`, `$2`.
        parameters: Vec<QueryParameter>,
        /// Whether its rows have an entity tag, by which a client may ask whether it has them.
        #[serde(default)]
        etag: bool,
        /// Whether its responses may be compressed; they may unless it says otherwise.
        #[serde(default = "yes")]
        compression: bool,
    }
}

route! {
    /// `AnswerRoute` of `plan.ts`.
    AnswerRoute {
        /// HTTP status.
        status: u16,
        /// Name and value in turn.
        headers: Vec<String>,
        /// Sent as it is.
        body: String,
        /// Whether its responses may be compressed; they may unless it says otherwise.
        #[serde(default = "yes")]
        compression: bool,
    }
}

route! {
    /// `StaticRoute` of `plan.ts`.
    StaticRoute {
        /// The folder.
        root: String,
        /// Value of Cache-Control.
        cache_control: String,
        /// File served for a folder.
        index: Option<String>,
        /// Whether its responses may be compressed; they may unless it says otherwise.
        #[serde(default = "yes")]
        compression: bool,
    }
}

route! {
    /// `MountRoute` of `plan.ts`.
    MountRoute {
        /// Its own limit instead of `limits.bodyBytes`.
        body_bytes: Option<usize>,
        /// Rate limits, in the order in which they are asked.
        #[serde(default)]
        rate_limits: Vec<usize>,
        /// Whether its responses may be compressed; they may unless it says otherwise.
        #[serde(default = "yes")]
        compression: bool,
    }
}

route! {
    /// `SocketRoute` of `plan.ts`.
    SocketRoute {
        /// What the request that asks for it must be, and who answers it.
        request: HandlerRoute,
        /// Pages that may ask for it; `None`: those of the host itself.
        origins: Option<Vec<String>>,
        /// Subprotocols that are spoken.
        subprotocols: Vec<String>,
        /// Schema of text messages, which are JSON then.
        message: Option<Value>,
        /// Whether JavaScript is told of a message that does not fit; else the socket is closed.
        tells_invalid: bool,
        /// Its own limit instead of `limits.messageBytes`.
        message_bytes: Option<usize>,
        /// Its own limit instead of `limits.bufferedBytes`.
        buffered_bytes: Option<usize>,
        /// Its own limit instead of `limits.socketIdle`.
        idle_timeout: Option<u64>,
        /// Whether a silent client is asked for a sign of life.
        ping: bool,
        /// What of permessage-deflate is agreed to.
        deflate: Option<SocketCompression>,
    }
}

/// `SocketCompression` of `plan.ts`: permessage-deflate (RFC 7692).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SocketCompression {
    /// Bytes from which on a message is compressed.
    pub threshold: usize,
    /// Whether messages build on those before.
    pub context_takeover: bool,
    /// Bits of the window, 9 to 15.
    pub window_bits: u8,
}

/// `PartPlan` of `plan.ts`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartPlan {
    /// The order in which the handler receives the properties.
    pub names: Vec<String>,
    /// An object schema.
    pub schema: Value,
}

/// `QueryParameter` of `plan.ts`: where a parameter of a statement comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum QueryParameter {
    /// Always the same.
    Constant {
        /// As the database is given it.
        value: Constant,
    },
    /// One of the values that the handler would get.
    Input {
        /// Its place among them.
        at: usize,
    },
    /// A property of the JSON body.
    Body {
        /// Its name.
        name: String,
        /// Whether it is bound as JSON, whatever it is.
        json: bool,
    },
    /// A verified claim; a request without it is refused.
    Claim {
        /// Name, or dotted path.
        path: String,
        /// Whether it is bound as JSON, whatever it is.
        json: bool,
    },
}

/// The declared JSON body.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BodyPlan {
    /// Its schema.
    pub schema: Value,
    /// Whether a request without body is refused.
    pub required: bool,
}

/// What happens when no verifier finds a valid token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnMissing {
    /// 401.
    Reject,
    /// JavaScript decides, if one of `askCookies` is there or none is named; else 401.
    Ask,
}

fn yes() -> bool {
    true
}

impl RoutePlan {
    pub(super) fn read(index: usize, value: Value) -> Result<Self, PlanError> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
        let at = format!("routes[{index}] {} {}", text("method"), text("path"));
        let kind = text("kind");
        let route = match kind.as_str() {
            "handler" => serde_json::from_value(value).map(|r| Self::Handler(Box::new(r))),
            "query" => serde_json::from_value(value).map(|r| Self::Query(Box::new(r))),
            "answer" => serde_json::from_value(value).map(Self::Answer),
            "static" => serde_json::from_value(value).map(Self::Static),
            "mount" => serde_json::from_value(value).map(Self::Mount),
            "socket" => serde_json::from_value(value).map(|r| Self::Socket(Box::new(r))),
            _ => {
                return Err(PlanError::invalid(
                    at,
                    format!("kind is {kind:?}, allowed are handler, query, answer, static, mount, socket"),
                ));
            }
        };
        let route = route.map_err(|e| PlanError::invalid(&at, e))?;
        if route.id() as usize != index {
            return Err(PlanError::invalid(at, format!("id is {}, must be the index {index}", route.id())));
        }
        Ok(route)
    }

    /// Index in the plan.
    pub fn id(&self) -> u32 {
        self.base().0
    }

    /// Method and path, as an error names them.
    pub fn label(&self) -> String {
        let (id, method, path) = self.base();
        format!("routes[{id}] {method} {path}")
    }

    /// Method token.
    pub fn method(&self) -> &str {
        self.base().1
    }

    /// Path pattern.
    pub fn path(&self) -> &str {
        self.base().2
    }

    fn base(&self) -> (u32, &str, &str) {
        match self {
            Self::Handler(r) => (r.id, &r.method, &r.path),
            Self::Query(r) => (r.id, &r.method, &r.path),
            Self::Answer(r) => (r.id, &r.method, &r.path),
            Self::Static(r) => (r.id, &r.method, &r.path),
            Self::Mount(r) => (r.id, &r.method, &r.path),
            Self::Socket(r) => (r.id, &r.method, &r.path),
        }
    }
}

/// A value that a statement always has: null is NULL.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Constant {
    /// NULL.
    Null,
    /// A text.
    Text(String),
    /// A finite number.
    Number(f64),
}
