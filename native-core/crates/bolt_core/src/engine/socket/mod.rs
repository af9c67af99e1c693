//! WebSockets: connections that a request turned into something else.
//!
//! The request keeps its slot as long as JavaScript knows the socket, so that its number means the socket from then on. For JavaScript a
//! socket is over with the first Close frame of either side, or with its connection; the rest of the closing handshake happens here.
//! Messages of one socket are handed out one at a time: the next one when the handler of the one before is done.

mod accept;
mod events;
mod read;
mod route;
mod send;
mod topics;

use std::collections::VecDeque;

use super::connection::{Connection, Phase, Upgraded};
use super::slots::Handle;
use super::{Context, Event};
use crate::schema::Issue;
use crate::websocket::{CloseCode, Decoder, Deflate, Deflater, Inflater};

pub use events::SocketEvent;
pub(super) use read::read;
pub(super) use route::SocketRoute;
use topics::{Subscription, Topics};

/// Messages of one socket that may wait for JavaScript; more are left on the connection.
const INBOX: usize = 256;
/// Bytes of messages of one socket that may wait for JavaScript.
const INBOX_BYTES: usize = 64 * 1024;
/// Memory of messages that is kept for the next ones.
const SPARE: usize = 64;
/// Capacity beyond which it is not kept.
const KEEP: usize = 16 * 1024;

/// Something that JavaScript has to know about a socket.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// A text message.
    Text(Vec<u8>),
    /// A binary message.
    Binary(Vec<u8>),
    /// A message that does not fit the route's schema; why, as a JSON text.
    Invalid(Vec<u8>),
    /// Everything that waited for the client was written, after more than a little did.
    Drained,
    /// It is over. Nothing comes after it.
    Closed(CloseCode, String),
}

/// What is known of one socket.
#[derive(Debug)]
pub(crate) struct Socket {
    /// `None` once no messages are looked at any more.
    decoder: Option<Box<Decoder>>,
    deflate: Option<Deflate>,
    /// With context takeover: memory of its own.
    own: Option<Box<(Inflater, Deflater)>>,
    inbox: VecDeque<News>,
    inbox_bytes: usize,
    /// JavaScript is not done with what it was told last.
    is_busy: bool,
    /// It is in the queue of those with news.
    is_queued: bool,
    /// More than a little waits for the client.
    owes_drained: bool,
    subscriptions: Vec<Subscription>,
    /// How it ends once JavaScript is done with the messages before that.
    ending: Option<(CloseCode, String)>,
    /// JavaScript was told that it is over.
    is_told: bool,
}

/// What all sockets of an engine share.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    /// Sockets with news.
    ready: VecDeque<Handle>,
    topics: Topics,
    /// Memory of messages, to be used again.
    spare: Vec<Vec<u8>>,
    inflater: Option<Box<Inflater>>,
    /// By the bits of their window.
    deflaters: [Option<Box<Deflater>>; 16],
}

impl Sockets {
    /// Empty memory for a message.
    fn buffer(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_default()
    }

    /// Keeps memory for another message.
    fn keep(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= KEEP && self.spare.len() < SPARE {
            buffer.clear();
            self.spare.push(buffer);
        }
    }

    fn deflater(&mut self, window: u8) -> &mut Deflater {
        self.deflaters[usize::from(window & 15)].get_or_insert_with(|| Box::new(Deflater::new(window)))
    }
}

impl Upgraded {
    /// How long after the last sign of life something has to be done.
    pub(super) fn patience(&self) -> u64 {
        if self.pings && !self.is_asked { self.idle / 2 } else { self.idle }
    }
}

impl Socket {
    fn new(decoder: Decoder, deflate: Option<Deflate>) -> Self {
        let own = deflate.filter(|deflate| deflate.context_takeover);
        Self {
            decoder: Some(Box::new(decoder)),
            deflate,
            own: own.map(|deflate| Box::new((Inflater::default(), Deflater::new(deflate.window)))),
            inbox: VecDeque::new(),
            inbox_bytes: 0,
            // Until it was told that it is open.
            is_busy: true,
            is_queued: false,
            owes_drained: false,
            subscriptions: Vec::new(),
            ending: None,
            is_told: false,
        }
    }

    /// Whether it waits for JavaScript before more messages are read.
    fn is_full(&self) -> bool {
        self.inbox.len() >= INBOX || self.inbox_bytes >= INBOX_BYTES
    }
}

impl News {
    fn bytes(&self) -> usize {
        match self {
            Self::Text(data) | Self::Binary(data) | Self::Invalid(data) => data.len(),
            Self::Drained | Self::Closed(..) => 0,
        }
    }
}

impl Context {
    /// Puts news behind what JavaScript has not heard of this socket yet.
    fn tell(&mut self, handle: Handle, news: News) {
        let Some(socket) = self.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut()) else { return };
        socket.inbox_bytes += news.bytes();
        socket.inbox.push_back(news);
        if !socket.is_queued && !socket.is_busy {
            socket.is_queued = true;
            self.sockets.ready.push_back(handle);
        }
    }

    /// The socket is over for JavaScript, with or without the messages that it has not seen.
    fn end_socket(&mut self, handle: Handle, code: CloseCode, reason: &str, forgets: bool) {
        let Some(socket) = self.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut()) else { return };
        if forgets {
            socket.inbox.clear();
            socket.inbox_bytes = 0;
        }
        socket.decoder = None;
        socket.own = None;
        socket.ending = None;
        let subscriptions = std::mem::take(&mut socket.subscriptions);
        // A handler that is still running may want to stop.
        if socket.is_busy {
            self.events.push_back((handle, Event::Aborted));
        }
        self.leave_topics(subscriptions);
        self.tell(handle, News::Closed(code, reason.to_owned()));
    }
}

/// The connection of a socket is gone.
pub(super) fn lost(connection: &mut Connection, cx: &mut Context) {
    if !matches!(connection.phase, Phase::Upgrade | Phase::Socket(_) | Phase::Closing(_)) {
        return;
    }
    connection.broken = true;
    if let Phase::Socket(Upgraded { handle, .. }) = std::mem::replace(&mut connection.phase, Phase::Ended) {
        let socket = cx.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut());
        let ending = socket.and_then(|socket| socket.ending.take());
        let (code, reason) = ending.unwrap_or((CloseCode::ABNORMAL, String::new()));
        cx.end_socket(handle, code, &reason, false);
    }
}

/// The client does not take what it is sent: its connection is cut, and JavaScript is told why.
pub(super) fn too_slow(connection: &mut Connection, cx: &mut Context) {
    if let Phase::Socket(upgraded) = &connection.phase
        && let Some(socket) = cx.slots.get_mut(upgraded.handle).and_then(|slot| slot.socket.as_mut())
    {
        socket.ending = Some((CloseCode::ABNORMAL, send::TOO_LITTLE.to_owned()));
        lost(connection, cx);
    }
}

/// The server shuts down.
pub(super) fn restart(connection: &mut Connection, cx: &mut Context) {
    if let Phase::Socket(upgraded) = &connection.phase {
        let handle = upgraded.handle;
        send::close(connection, cx, handle, CloseCode::RESTART, "the server restarts");
    }
}

/// A deadline passed.
pub(super) fn expire(connection: &mut Connection, cx: &mut Context) {
    let Phase::Socket(upgraded) = &mut connection.phase else {
        connection.broken = true;
        return cx.touch(connection);
    };
    if upgraded.is_full {
        // Nothing was read, so silence means nothing.
        connection.since = cx.now;
    } else if upgraded.pings && !upgraded.is_asked {
        upgraded.is_asked = true;
        send::ping(connection, cx);
    } else {
        let handle = upgraded.handle;
        send::close(connection, cx, handle, CloseCode::GOING_AWAY, "nothing came for too long");
    }
}

/// Something was written to a socket's connection.
pub(super) fn wrote(connection: &mut Connection, cx: &mut Context) {
    let is_behind = !connection.is_flushed();
    let Phase::Socket(upgraded) = &mut connection.phase else { return };
    upgraded.is_behind = is_behind;
    if is_behind {
        return;
    }
    let handle = upgraded.handle;
    let Some(socket) = cx.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut()) else { return };
    if std::mem::take(&mut socket.owes_drained) {
        cx.tell(handle, News::Drained);
    }
}

/// The violations of a message as JSON text.
fn issues_text(issues: &[Issue]) -> Vec<u8> {
    let list: Vec<_> = issues
        .iter()
        .map(|issue| serde_json::json!({ "in": "message", "path": issue.path, "code": issue.code, "message": issue.message }))
        .collect();
    serde_json::Value::Array(list).to_string().into_bytes()
}
