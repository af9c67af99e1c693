//! Unix domain sockets, and the files they leave behind.
//!
//! A socket file outlives a process that is killed, and then stands in the way of the next one. It is removed only when it is a socket,
//! nobody answers on it, and it is still the same file as the one that was asked.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net;
use std::path::{Path, PathBuf};

use mio::event::Source;
use mio::net::UnixStream;
use socket2::{Domain, SockAddr, Socket, Type};

use super::ListenError;

/// A listening Unix domain socket.
#[derive(Debug)]
pub(super) struct UnixListener {
    /// Removed before the socket closes: as long as that is open, no other file can have the same inode number.
    file: Option<SocketFile>,
    socket: mio::net::UnixListener,
}

impl UnixListener {
    /// Opens a socket at a path; also the absolute path.
    pub(super) fn open(path: &str, mode: Option<u32>, backlog: i32) -> Result<(Self, PathBuf), ListenError> {
        let failed = |error: io::Error| match error.kind() {
            ErrorKind::InvalidInput => {
                let message = format!("listen on {path}: a path of a socket has 1 to 107 bytes and no NUL");
                ListenError::new("EINVAL", message)
            }
            _ => ListenError::of(path, &error),
        };
        let path = std::path::absolute(path).map_err(failed)?;
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).map_err(failed)?;
        let address = SockAddr::unix(&path).map_err(failed)?;
        bind(&socket, &address, &path).map_err(failed)?;
        // From here on the file is ours, and an error removes it again.
        let file = SocketFile::at(&path).map_err(failed)?;
        if let Some(mode) = mode {
            // Nobody can connect before `listen`, so there is no moment with other permissions.
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).map_err(failed)?;
        }
        socket.set_nonblocking(true).map_err(failed)?;
        socket.listen(backlog).map_err(failed)?;
        Ok((Self { file: Some(file), ..Self::inherit(socket) }, path))
    }

    pub(super) fn inherit(socket: Socket) -> Self {
        let socket = mio::net::UnixListener::from_std(net::UnixListener::from(OwnedFd::from(socket)));
        Self { socket, file: None }
    }

    pub(super) fn into_descriptor(mut self) -> OwnedFd {
        if let Some(file) = self.file.take() {
            file.keep();
        }
        self.socket.into()
    }

    pub(super) fn accept(&self) -> io::Result<UnixStream> {
        self.socket.accept().map(|(stream, _)| stream)
    }

    pub(super) fn source(&mut self) -> &mut dyn Source {
        &mut self.socket
    }
}

fn bind(socket: &Socket, address: &SockAddr, path: &Path) -> io::Result<()> {
    match socket.bind(address) {
        Err(error) if error.kind() == ErrorKind::AddrInUse && remove_stale(path)? => socket.bind(address),
        bound => bound,
    }
}

/// Removes a socket file that nobody listens on any more; whether it did.
fn remove_stale(path: &Path) -> io::Result<bool> {
    let before = fs::symlink_metadata(path)?;
    if !before.file_type().is_socket() {
        return Err(io::Error::new(ErrorKind::AlreadyExists, "there is a file that is no socket"));
    }
    if !is_refused(path)? {
        return Ok(false);
    }
    let now = fs::symlink_metadata(path)?;
    // Another process may have put its own there in the meantime; inode numbers are used again, times are not.
    let identity = |file: &fs::Metadata| (file.dev(), file.ino(), file.ctime(), file.ctime_nsec());
    if identity(&before) != identity(&now) {
        return Ok(false);
    }
    fs::remove_file(path)?;
    Ok(true)
}

/// Whether nobody listens on a socket file. Does not wait: a listener whose backlog is full is one, too.
fn is_refused(path: &Path) -> io::Result<bool> {
    let probe = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    probe.set_nonblocking(true)?;
    Ok(probe.connect(&SockAddr::unix(path)?).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused))
}

/// A socket file; removed when dropped, if it is still the same.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl SocketFile {
    fn at(path: &Path) -> io::Result<Self> {
        let metadata = fs::symlink_metadata(path)?;
        Ok(Self { path: path.to_owned(), device: metadata.dev(), inode: metadata.ino() })
    }

    /// Leaves it to somebody else.
    fn keep(mut self) {
        self.path = PathBuf::new();
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = |now: fs::Metadata| (now.dev(), now.ino()) == (self.device, self.inode);
        if fs::symlink_metadata(&self.path).is_ok_and(is_ours) {
            // If it cannot be removed, the next to listen here tries again.
            let _ = fs::remove_file(&self.path);
        }
    }
}
