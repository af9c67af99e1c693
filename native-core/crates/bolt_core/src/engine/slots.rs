//! Requests in flight. A slot keeps its own copy of head and body, so that a handler may look at them long after the connection's buffer
//! was used for something else.

use super::ConnectionId;
use super::answer::Meta;
use super::inputs::Value;
use super::problem::PlacedIssue;
use super::socket::Socket;
use super::upload::Upload;
use crate::auth::Claims;
use crate::http::Head;

/// Enough for a million sockets; a slot's eight million generations are used up long after that.
const SLOT_BITS: u32 = 20;
const GENERATION_BITS: u32 = 23;

/// Names a request: slot and generation. After the request is over it names nothing, never another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Handle(u64);

impl Handle {
    /// Number of bits a handle uses, so that a binding can add the number of the server and stay below 2^53.
    pub const BITS: u32 = SLOT_BITS + GENERATION_BITS;

    fn new(slot: usize, generation: u32) -> Self {
        Self((slot as u64) << GENERATION_BITS | u64::from(generation))
    }

    /// From [`Handle::bits`].
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// As a number below 2^[`Handle::BITS`].
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Its slot: a small number that no other living request or socket has.
    pub fn place(self) -> u32 {
        self.slot() as u32
    }

    fn slot(self) -> usize {
        (self.0 >> GENERATION_BITS) as usize
    }

    fn generation(self) -> u32 {
        (self.0 & ((1 << GENERATION_BITS) - 1)) as u32
    }
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum State {
    /// Nobody's.
    #[default]
    Free,
    /// Its body is being read.
    Receiving,
    /// A handler has it, or will have it next.
    Waiting,
    /// A database has it, or will have it next.
    Querying,
    /// It became a WebSocket.
    Upgraded,
    /// A handler has begun the response.
    Answering,
}

impl State {
    /// Whether a handler has it.
    pub(crate) fn is_with_handler(self) -> bool {
        matches!(self, Self::Waiting | Self::Answering)
    }
}

/// One request.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    generation: u32,
    pub(crate) state: State,
    pub(crate) connection: ConnectionId,
    /// Which request of its connection.
    pub(crate) sequence: u64,
    pub(crate) route: u32,
    pub(crate) meta: Meta,
    /// When it was queued for a handler, microseconds; only if somebody observes.
    pub(crate) queued: u64,
    pub(crate) head: Head,
    /// The bytes `head` is about.
    pub(crate) raw: Vec<u8>,
    pub(crate) inputs: Vec<Value>,
    /// Text the inputs point into.
    pub(crate) text: String,
    pub(crate) issues: Vec<PlacedIssue>,
    /// The body, or what the handler has not taken of it.
    pub(crate) body: Vec<u8>,
    pub(crate) upload: Upload,
    pub(crate) claims: Option<Claims>,
    pub(crate) socket: Option<Box<Socket>>,
}

/// All slots of one engine.
#[derive(Debug, Default)]
pub struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
    live: usize,
    sockets: usize,
}

/// Capacity beyond which a buffer is not kept for the next request.
const KEEP: usize = 64 * 1024;

impl Slots {
    /// Requests in flight.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// Whether there is no slot left, whatever the limits say.
    pub(crate) fn is_used_up(&self) -> bool {
        self.free.is_empty() && self.slots.len() >= 1 << SLOT_BITS
    }

    /// A request becomes a WebSocket: from now on it is not in flight.
    pub(crate) fn upgrade(&mut self, handle: Handle, socket: Box<Socket>) {
        let Some(slot) = self.get_mut(handle) else { return };
        slot.state = State::Upgraded;
        slot.socket = Some(socket);
        self.live -= 1;
        self.sockets += 1;
    }

    /// WebSockets.
    pub(crate) fn sockets(&self) -> usize {
        self.sockets
    }

    /// Takes a free slot.
    pub(crate) fn take(&mut self) -> (Handle, &mut Slot) {
        let at = match self.free.pop() {
            Some(at) => at as usize,
            None => {
                self.slots.push(Slot::default());
                self.slots.len() - 1
            }
        };
        self.live += 1;
        let slot = &mut self.slots[at];
        slot.state = State::Receiving;
        (Handle::new(at, slot.generation), slot)
    }

    /// The request of a handle, while it lives.
    #[inline]
    pub(crate) fn get(&self, handle: Handle) -> Option<&Slot> {
        self.slots.get(handle.slot()).filter(|slot| slot.generation == handle.generation() && slot.state != State::Free)
    }

    /// The request of a handle, while it lives.
    #[inline]
    pub(crate) fn get_mut(&mut self, handle: Handle) -> Option<&mut Slot> {
        self.slots
            .get_mut(handle.slot())
            .filter(|slot| slot.generation == handle.generation() && slot.state != State::Free)
    }

    /// Ends a request. A slot whose generations are used up is never taken again.
    pub(crate) fn release(&mut self, handle: Handle) {
        let Some(slot) = self.get_mut(handle) else { return };
        let was_in_flight = slot.state != State::Upgraded;
        slot.reset();
        let reusable = slot.generation < (1 << GENERATION_BITS);
        if reusable {
            self.free.push(handle.slot() as u32);
        }
        if was_in_flight {
            self.live -= 1;
        } else {
            self.sockets -= 1;
        }
    }

    /// Ends all requests.
    pub(crate) fn clear(&mut self) {
        for at in 0..self.slots.len() {
            let handle = Handle::new(at, self.slots[at].generation);
            self.release(handle);
        }
    }
}

impl Slot {
    /// Keeps a request: its head, for which the caller gets an old one to fill again, the bytes that is about, and its place among those of
    /// its connection.
    #[inline]
    pub(crate) fn take_request(&mut self, head: &mut Head, raw: &[u8], meta: Meta, place: (ConnectionId, u64)) {
        std::mem::swap(&mut self.head, head);
        self.raw.extend_from_slice(raw);
        self.meta = meta;
        (self.connection, self.sequence) = place;
    }

    fn reset(&mut self) {
        self.generation += 1;
        self.state = State::Free;
        self.raw.clear();
        self.inputs.clear();
        self.text.clear();
        self.issues.clear();
        self.body.clear();
        self.upload = Upload::Whole;
        self.claims = None;
        self.socket = None;
        for buffer in [&mut self.raw, &mut self.body] {
            if buffer.capacity() > KEEP {
                *buffer = Vec::new();
            }
        }
        if self.text.capacity() > KEEP {
            self.text = String::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_dead_once_its_slot_is_used_again() {
        let mut slots = Slots::default();
        let (first, _) = slots.take();
        slots.release(first);
        let (second, _) = slots.take();
        assert_eq!(first.slot(), second.slot());
        assert!(slots.get(first).is_none() && slots.get(second).is_some());
        slots.release(first);
        assert_eq!(slots.live(), 1);
    }

    #[test]
    fn a_slot_without_generations_left_is_retired() {
        let mut slots = Slots::default();
        let (handle, slot) = slots.take();
        slot.generation = (1 << GENERATION_BITS) - 1;
        let last = Handle::new(handle.slot(), slot.generation);
        slots.release(last);
        assert_ne!(slots.take().0.slot(), handle.slot());
    }
}
