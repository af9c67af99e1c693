//! Topics: what is published to one is written to each of its subscribers, encoded once.

use std::collections::HashMap;

use super::super::app::Route;
use super::super::slots::Handle;
use super::super::{Context, Engine};
use super::send;
use crate::websocket::{Opcode, frame};

/// A socket's place among the subscribers of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subscription {
    topic: usize,
    at: usize,
}

/// All topics that have subscribers.
#[derive(Debug, Default)]
pub(super) struct Topics {
    by_name: HashMap<Box<str>, usize>,
    list: slab::Slab<Topic>,
}

#[derive(Debug)]
struct Topic {
    name: Box<str>,
    subscribers: Vec<Handle>,
}

impl Engine {
    /// Adds a socket to a topic. False when the socket is over.
    pub fn subscribe(&mut self, handle: Handle, topic: &str) -> bool {
        if !self.is_open(handle) {
            return false;
        }
        let Some(socket) = self.cx.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut()) else { return false };
        let topics = &mut self.cx.sockets.topics;
        let number = match topics.by_name.get(topic) {
            Some(number) => *number,
            None => {
                let number = topics.list.insert(Topic { name: topic.into(), subscribers: Vec::new() });
                topics.by_name.insert(topic.into(), number);
                number
            }
        };
        if socket.subscriptions.iter().all(|subscription| subscription.topic != number)
            && let Some(topic) = topics.list.get_mut(number)
        {
            socket.subscriptions.push(Subscription { topic: number, at: topic.subscribers.len() });
            topic.subscribers.push(handle);
        }
        true
    }

    /// Takes a socket out of a topic. False when it was not in it.
    pub fn unsubscribe(&mut self, handle: Handle, topic: &str) -> bool {
        let Some(&number) = self.cx.sockets.topics.by_name.get(topic) else { return false };
        let Some(socket) = self.cx.slots.get_mut(handle).and_then(|slot| slot.socket.as_mut()) else { return false };
        let Some(at) = socket.subscriptions.iter().position(|subscription| subscription.topic == number) else {
            return false;
        };
        let subscription = socket.subscriptions.swap_remove(at);
        self.cx.leave_topic(subscription);
        true
    }

    /// Sends a message to all subscribers of a topic but `except`; how many took it. Those that are too slow are closed, as by
    /// [`Engine::socket_send`].
    pub fn publish(&mut self, topic: &str, is_text: bool, data: &[u8], except: Option<Handle>) -> usize {
        let Some(&number) = self.cx.sockets.topics.by_name.get(topic) else { return 0 };
        let Some(topic) = self.cx.sockets.topics.list.get_mut(number) else { return 0 };
        // Whoever is closed on the way leaves the list.
        let subscribers = topic.subscribers.clone();
        let opcode = if is_text { Opcode::Text } else { Opcode::Binary };
        let mut frames = Frames { opcode, data, plain: Vec::new(), deflated: Default::default() };
        subscribers.iter().filter(|handle| Some(**handle) != except && self.deliver(**handle, &mut frames)).count()
    }

    fn deliver(&mut self, handle: Handle, frames: &mut Frames<'_>) -> bool {
        let Some(slot) = self.cx.slots.get(handle) else { return false };
        let Some(Route::Socket(route)) = self.app.routes.get(slot.route as usize) else { return false };
        let Some(connection) = self.connections.get_mut(slot.connection) else { return false };
        let deflate = slot.socket.as_ref().and_then(|socket| socket.deflate);
        if !send::admits(connection, &mut self.cx, handle, route) {
            return false;
        }
        let threshold = route.deflate.map_or(usize::MAX, |(_, threshold)| threshold);
        match deflate.filter(|_| frames.data.len() >= threshold) {
            None => connection.frames(&mut self.cx).extend_from_slice(frames.plain()),
            Some(deflate) if !deflate.context_takeover => {
                let frame = frames.deflated(&mut self.cx, deflate.window);
                connection.frames(&mut self.cx).extend_from_slice(frame);
            }
            Some(_) => {
                if let Some(small) = send::compressed(&mut self.cx, handle, route, frames.data) {
                    frame::write(connection.frames(&mut self.cx), frames.opcode, true, &small);
                    self.cx.sockets.keep(small);
                }
            }
        }
        send::note(connection, &mut self.cx, handle, route);
        self.cx.sweep_by(connection.deadline(&self.app.limits));
        true
    }

    fn is_open(&self, handle: Handle) -> bool {
        let connection = self.cx.slots.get(handle).and_then(|slot| self.connections.get(slot.connection));
        connection.is_some_and(|connection| send::is_open(connection, handle))
    }
}

/// One message as frames, each made when it is first needed.
struct Frames<'d> {
    opcode: Opcode,
    data: &'d [u8],
    plain: Vec<u8>,
    /// By the bits of the window.
    deflated: [Vec<u8>; 16],
}

impl Frames<'_> {
    fn plain(&mut self) -> &[u8] {
        if self.plain.is_empty() {
            frame::write(&mut self.plain, self.opcode, false, self.data);
        }
        &self.plain
    }

    fn deflated(&mut self, cx: &mut Context, window: u8) -> &[u8] {
        let frame = &mut self.deflated[usize::from(window & 15)];
        if frame.is_empty() {
            let mut small = cx.sockets.buffer();
            cx.sockets.deflater(window).message(self.data, &mut small, false);
            frame::write(frame, self.opcode, true, &small);
            cx.sockets.keep(small);
        }
        frame
    }
}

impl Context {
    pub(super) fn leave_topics(&mut self, subscriptions: Vec<Subscription>) {
        for subscription in subscriptions {
            self.leave_topic(subscription);
        }
    }

    fn leave_topic(&mut self, Subscription { topic: number, at }: Subscription) {
        let topics = &mut self.sockets.topics;
        let Some(topic) = topics.list.get_mut(number) else { return };
        topic.subscribers.swap_remove(at);
        if topic.subscribers.is_empty() {
            let topic = topics.list.remove(number);
            topics.by_name.remove(&topic.name);
        } else if let Some(&moved) = topic.subscribers.get(at)
            && let Some(socket) = self.slots.get_mut(moved).and_then(|slot| slot.socket.as_mut())
            && let Some(subscription) = socket.subscriptions.iter_mut().find(|other| other.topic == number)
        {
            // The last subscriber took the place.
            subscription.at = at;
        }
    }
}
