//! A WebSocket's route, and the request that asks for it (RFC 6455 §4.2.1).

use crate::engine::answer::Answer;
use crate::engine::app::Handler;
use crate::engine::begin::Request;
use crate::error::{ErrorCode, Refusal};
use crate::http::{Framing, Method};
use crate::plan::{self, Limits, PlanError};
use crate::schema::Schema;
use crate::websocket::extension::{MAX_WINDOW, MIN_WINDOW};
use crate::websocket::{Deflate, handshake};

/// A compiled WebSocket route.
#[derive(Debug)]
pub(crate) struct SocketRoute {
    /// What the request has to be.
    pub(crate) handler: Handler,
    origins: Origins,
    pub(super) subprotocols: Vec<String>,
    pub(super) message: Option<Schema>,
    pub(super) tells_invalid: bool,
    pub(super) message_bytes: usize,
    pub(super) buffered_bytes: usize,
    /// Unsent bytes over which the application is told when they are gone.
    pub(super) high_mark: usize,
    pub(super) idle: u64,
    pub(super) pings: bool,
    /// What is agreed to, and from which size on messages are compressed.
    pub(super) deflate: Option<(Deflate, usize)>,
}

/// Pages that may ask for a socket: browsers say which one it is, and send cookies along whatever it is.
#[derive(Debug)]
enum Origins {
    Same,
    Any,
    Listed(Vec<String>),
}

impl SocketRoute {
    pub(crate) fn compile(
        plan: &plan::SocketRoute,
        handler: Handler,
        limits: &Limits,
        at: &str,
    ) -> Result<Self, PlanError> {
        let message = plan.message.as_ref();
        let idle = plan.idle_timeout.unwrap_or(limits.socket_idle);
        if idle == 0 {
            return Err(PlanError::invalid(format!("{at}: idleTimeout"), "got 0, must be at least 1"));
        }
        if let Some(name) = plan.subprotocols.iter().find(|name| !crate::http::response::is_field_name(name.as_bytes()))
        {
            return Err(PlanError::invalid(format!("{at}: subprotocols"), format!("{name:?} is no token")));
        }
        let window = plan.deflate.map_or(MAX_WINDOW, |compression| compression.window_bits);
        if !(MIN_WINDOW..=MAX_WINDOW).contains(&window) {
            let reason = format!("got {window}, allowed are {MIN_WINDOW} to {MAX_WINDOW}");
            return Err(PlanError::invalid(format!("{at}: deflate.windowBits"), reason));
        }
        Ok(Self {
            handler,
            origins: match &plan.origins {
                None => Origins::Same,
                Some(list) if list.iter().any(|origin| origin == "*") => Origins::Any,
                Some(list) => Origins::Listed(list.iter().map(|origin| origin.to_ascii_lowercase()).collect()),
            },
            subprotocols: plan.subprotocols.clone(),
            message: message.map(|schema| Schema::compile(schema, &format!("{at}: message"))).transpose()?,
            tells_invalid: plan.tells_invalid,
            message_bytes: plan.message_bytes.unwrap_or(limits.message_bytes),
            buffered_bytes: plan.buffered_bytes.unwrap_or(limits.buffered_bytes),
            high_mark: limits.stream_buffer,
            idle,
            pings: plan.ping,
            deflate: plan.deflate.map(|compression| {
                (Deflate { context_takeover: compression.context_takeover, window }, compression.threshold)
            }),
        })
    }

    /// Whether a request is a proper handshake of a page that may make it.
    pub(in crate::engine) fn check(&self, request: &Request<'_>) -> Result<(), Answer<'static>> {
        let upgrade = |detail: &str| Err(Answer::Upgrade(Refusal::new(ErrorCode::UpgradeRequired, detail)));
        let bad = |detail: &str| Err(Answer::Refuse(Refusal::new(ErrorCode::BadRequest, detail)));
        let (head, raw) = (request.head, request.raw);
        let lists = |name, token| head.values(raw, name).any(|list| handshake::has_token(list, token));
        if head.method != Method::Get
            || head.http10
            || !lists("upgrade", "websocket")
            || !lists("connection", "upgrade")
        {
            return upgrade("This is a WebSocket: ask for it by GET with Upgrade: websocket and Connection: Upgrade.");
        }
        let mut versions = head.values(raw, "sec-websocket-version");
        if versions.next() != Some(handshake::VERSION.as_bytes()) || versions.next().is_some() {
            return upgrade("The version of the WebSocket protocol is 13.");
        }
        let mut keys = head.values(raw, "sec-websocket-key");
        if !keys.next().is_some_and(handshake::is_key) || keys.next().is_some() {
            return bad("Sec-WebSocket-Key must be 16 bytes in base64.");
        }
        if head.framing != Framing::None {
            return bad("A request for a WebSocket has no body.");
        }
        let mut origins = head.values(raw, "origin");
        if let Some(origin) = origins.next() {
            let host = head.known_value(raw, head.known.host).unwrap_or_default();
            if !self.origins.admit(origin, host) || origins.next().is_some() {
                let detail = "Pages of this origin may not open this WebSocket.";
                return Err(Answer::Refuse(Refusal::new(ErrorCode::Forbidden, detail)));
            }
        }
        Ok(())
    }
}

impl Origins {
    fn admit(&self, origin: &[u8], host: &[u8]) -> bool {
        match self {
            Self::Same => handshake::is_same_origin(origin, host),
            Self::Any => true,
            Self::Listed(list) => list.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(origin)),
        }
    }
}
