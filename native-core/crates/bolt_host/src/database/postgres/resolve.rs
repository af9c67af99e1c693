//! Names of machines: asked of the system on a thread, as that may take seconds.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// The addresses of a host, in the order in which to try them.
pub(super) fn resolve(host: &str, port: u16) -> Resolving {
    let answer = Arc::new(Mutex::new(Answer::default()));
    let (name, asked) = (host.to_owned(), answer.clone());
    let thread = std::thread::Builder::new().name("bolt-resolve".to_owned()).spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs().map(Iterator::collect);
        let waker = {
            let mut answer = asked.lock().unwrap_or_else(PoisonError::into_inner);
            answer.found = Some(found);
            answer.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    });
    if let Err(error) = thread {
        answer.lock().unwrap_or_else(PoisonError::into_inner).found = Some(Err(error));
    }
    Resolving(answer)
}

#[derive(Default)]
struct Answer {
    found: Option<io::Result<Vec<SocketAddr>>>,
    waker: Option<Waker>,
}

/// Waits for the answer.
pub(super) struct Resolving(Arc<Mutex<Answer>>);

impl Future for Resolving {
    type Output = io::Result<Vec<SocketAddr>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut answer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = answer.found.take() {
            return Poll::Ready(found);
        }
        answer.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
