//! The least that a server can cost: whatever arrives is answered with the same bytes, as many as our JSON answer has, and nothing of it is looked
//! at. What it takes is the system's: reading, writing, waiting.

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use slab::Slab;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 27\r\n\
    date: Sun, 06 Nov 1994 08:49:37 GMT\r\nx-request-id: 0123456789abcdef-1000000\r\nx-content-type-options: nosniff\r\n\
    x-frame-options: DENY\r\nreferrer-policy: no-referrer\r\n\r\n{\"message\":\"Hello, World!\"}";
const LISTENER: Token = Token(usize::MAX);

/// Serves until it is ended; the benchmark sends one request at a time on each connection.
pub(super) fn serve(port: &str) -> Result<(), Box<dyn Error>> {
    let mut poll = Poll::new()?;
    let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse()?)))?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    println!("listening {}", listener.local_addr()?.port());
    let (mut events, mut buffer) = (Events::with_capacity(256), vec![0; 64 * 1024]);
    let mut streams = Slab::new();
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            match event.token() {
                LISTENER => {
                    while let Ok((mut stream, _)) = listener.accept() {
                        stream.set_nodelay(true)?;
                        let place = streams.vacant_entry();
                        poll.registry().register(&mut stream, Token(place.key()), Interest::READABLE)?;
                        place.insert(stream);
                    }
                }
                Token(id) => {
                    if streams.get(id).is_some_and(|stream| !answer(stream, &mut buffer)) {
                        streams.remove(id);
                    }
                }
            }
        }
    }
}

/// Reads once and answers once; false when the connection is over.
fn answer(mut stream: &TcpStream, buffer: &mut [u8]) -> bool {
    match stream.read(buffer) {
        Ok(0) => false,
        Ok(_) => stream.write_all(ANSWER).is_ok(),
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}
