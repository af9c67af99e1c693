//! hyper's HTTP/1 server as a reader, without sockets and without a runtime.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};

use crate::message::Message;

/// All requests that hyper read whole.
pub fn read(input: &[u8]) -> Vec<Message> {
    let messages = Rc::new(RefCell::new(Vec::new()));
    let service = service_fn(|request: Request<Incoming>| {
        let messages = Rc::clone(&messages);
        async move {
            let (head, body) = request.into_parts();
            if let Ok(body) = body.collect().await {
                messages.borrow_mut().push(message(&head, body.to_bytes().to_vec()));
            }
            Ok::<_, Infallible>(Response::new(String::new()))
        }
    });
    let io = Memory { input: input.to_vec(), at: 0 };
    let mut builder = http1::Builder::new();
    builder.max_headers(256).half_close(true);
    let mut connection = pin!(builder.serve_connection(io, service));
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    while woken.0.swap(false, Ordering::Relaxed) {
        if connection.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            break;
        }
    }
    messages.take()
}

fn message(head: &hyper::http::request::Parts, body: Vec<u8>) -> Message {
    let mut fields = BTreeMap::<Vec<u8>, Vec<Vec<u8>>>::new();
    for (name, value) in &head.headers {
        fields.entry(name.as_str().as_bytes().to_vec()).or_default().push(value.as_bytes().to_vec());
    }
    let field = fields.remove(&b"host"[..]).and_then(|values| values.into_iter().next()).unwrap_or_default();
    let host = head.uri.authority().map_or(field, |authority| authority.as_str().as_bytes().to_vec());
    // A URL without a path means the root (RFC 9110 §4.2.3); hyper leaves that to whoever asks for the path.
    let target = head.uri.path_and_query().map_or("", |text| text.as_str());
    let target = if target.starts_with('/') { target.as_bytes().to_vec() } else { format!("/{target}").into_bytes() };
    Message { method: head.method.as_str().as_bytes().to_vec(), target, host, fields, body }
}

/// Bytes that are all there, and nothing more comes.
struct Memory {
    input: Vec<u8>,
    at: usize,
}

impl Read for Memory {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        let count = (self.input.len() - self.at).min(buffer.remaining());
        if count == 0 {
            return Poll::Pending;
        }
        buffer.put_slice(&self.input[self.at..self.at + count]);
        self.at += count;
        Poll::Ready(Ok(()))
    }
}

impl Write for Memory {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
