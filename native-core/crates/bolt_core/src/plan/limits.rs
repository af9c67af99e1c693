//! Bounds that hold for every application unless it says otherwise.

use serde::Deserialize;

use super::PlanError;
use crate::schema::JsonLimits;

/// Most header fields that [`Limits::header_count`] may allow: the parser's table has a fixed size.
const MAX_HEADER_COUNT: usize = 256;
/// Most requests in flight that [`Limits::in_flight`] may allow: a slot number has 16 bits.
const MAX_IN_FLIGHT: usize = 65_535;

/// `Limits` of `plan.ts`; times in milliseconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Request line and header fields.
    pub head_bytes: usize,
    /// Header fields of one request.
    pub header_count: usize,
    /// Request target.
    pub uri_bytes: usize,
    /// Request body; a route may set its own.
    pub body_bytes: usize,
    /// From the first byte of a head to its last.
    pub headers_timeout: u64,
    /// From the end of a request to its response.
    pub request_timeout: u64,
    /// Slowest accepted body, bytes per second, after 5 s of grace.
    pub body_rate: u64,
    /// Slowest accepted client, in bytes per second that it takes of what it is sent while some of it waits.
    pub send_rate: u64,
    /// Idle time between requests of one connection.
    pub keep_alive: u64,
    /// Open connections.
    pub connections: usize,
    /// Open connections of one peer address.
    pub connections_per_address: usize,
    /// Requests that wait for JavaScript at one time.
    pub in_flight: usize,
    /// Depth of a JSON body.
    pub json_depth: usize,
    /// Bytes of one streamed response that may be unsent, and of one streamed body that may be unread, before the other side has to wait.
    pub stream_buffer: usize,
    /// One WebSocket message, once inflated; a route may set its own.
    pub message_bytes: usize,
    /// What may wait for a WebSocket client that does not read; a route may set its own.
    pub buffered_bytes: usize,
    /// How long a WebSocket client may be silent; a route may set its own.
    pub socket_idle: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 16 * 1024,
            header_count: 100,
            uri_bytes: 8 * 1024,
            body_bytes: 1024 * 1024,
            headers_timeout: 10_000,
            request_timeout: 60_000,
            body_rate: 500,
            send_rate: 500,
            keep_alive: 65_000,
            connections: 65_536,
            connections_per_address: 65_536,
            in_flight: 16_384,
            json_depth: 64,
            stream_buffer: 64 * 1024,
            message_bytes: 1024 * 1024,
            buffered_bytes: 4 * 1024 * 1024,
            socket_idle: 60_000,
        }
    }
}

impl Limits {
    /// Refuses values the engine cannot honour.
    pub(super) fn check(&self) -> Result<(), PlanError> {
        let bounded = [
            ("headBytes", self.head_bytes, 1024 * 1024),
            ("headerCount", self.header_count, MAX_HEADER_COUNT),
            ("uriBytes", self.uri_bytes, 1024 * 1024),
            ("bodyBytes", self.body_bytes, u32::MAX as usize),
            ("connections", self.connections, u32::MAX as usize),
            ("connectionsPerAddress", self.connections_per_address, u32::MAX as usize),
            ("inFlight", self.in_flight, MAX_IN_FLIGHT),
            ("jsonDepth", self.json_depth, JsonLimits::MAX_DEPTH),
            ("streamBuffer", self.stream_buffer, u32::MAX as usize),
            ("messageBytes", self.message_bytes, u32::MAX as usize),
            ("bufferedBytes", self.buffered_bytes, u32::MAX as usize),
        ];
        for (name, value, most) in bounded {
            if value == 0 && name != "bodyBytes" || value > most {
                return Err(PlanError::invalid(
                    format!("limits.{name}"),
                    format!("got {value}, allowed are 1 to {most}"),
                ));
            }
        }
        let times = [
            ("headersTimeout", self.headers_timeout),
            ("requestTimeout", self.request_timeout),
            ("bodyRate", self.body_rate),
            ("sendRate", self.send_rate),
            ("keepAlive", self.keep_alive),
            ("socketIdle", self.socket_idle),
        ];
        match times.iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(PlanError::invalid(format!("limits.{name}"), "got 0, must be at least 1")),
            None => Ok(()),
        }
    }
}
