//! Where a server's host is: here, in the loop of JavaScript's thread, or on a thread of its own.

use std::cell::{OnceCell, Ref, RefCell, RefMut};
use std::io;
use std::ops::{Deref, DerefMut};

use bolt_host::{Host, HostThread, Locked};

/// A host that moves to a thread at most once. Borrowed for short spans only, never while JavaScript runs.
#[derive(Debug)]
pub(crate) struct HostCell {
    here: RefCell<Option<Host>>,
    there: OnceCell<HostThread>,
}

/// The host; `G` is the guard of its cell.
pub(crate) enum Borrowed<'h, G> {
    Here(G),
    There(Locked<'h>),
}

/// The host, to look at.
pub(crate) type HostRef<'h> = Borrowed<'h, Ref<'h, Option<Host>>>;

/// The host, to change.
pub(crate) type HostMut<'h> = Borrowed<'h, RefMut<'h, Option<Host>>>;

/// The option is empty only once there is a thread, and then nobody looks into it.
const PRESENT: &str = "the host is here as long as it has no thread";

impl HostCell {
    pub(crate) fn new(host: Host) -> Self {
        Self { here: RefCell::new(Some(host)), there: OnceCell::new() }
    }

    #[inline]
    pub(crate) fn borrow(&self) -> HostRef<'_> {
        match self.there.get() {
            None => Borrowed::Here(self.here.borrow()),
            Some(thread) => Borrowed::There(thread.lock()),
        }
    }

    #[inline]
    pub(crate) fn borrow_mut(&self) -> HostMut<'_> {
        match self.there.get() {
            None => Borrowed::Here(self.here.borrow_mut()),
            Some(thread) => Borrowed::There(thread.lock()),
        }
    }

    /// The thread, if there is one.
    #[inline]
    pub(crate) fn thread(&self) -> Option<&HostThread> {
        self.there.get()
    }

    /// Moves the host to a thread, unless it is there; see [`HostThread::start`].
    pub(crate) fn move_to_thread(&self, ring: impl Fn() + Send + 'static) -> io::Result<()> {
        if self.there.get().is_none() {
            let thread = HostThread::start(&mut self.here.borrow_mut(), ring)?;
            // Empty, as was just seen.
            let _ = self.there.set(thread);
        }
        Ok(())
    }
}

impl<G: Deref<Target = Option<Host>>> Deref for Borrowed<'_, G> {
    type Target = Host;

    #[inline]
    fn deref(&self) -> &Host {
        match self {
            Self::Here(host) => host.as_ref().expect(PRESENT),
            Self::There(host) => host,
        }
    }
}

impl<G: DerefMut<Target = Option<Host>>> DerefMut for Borrowed<'_, G> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Host {
        match self {
            Self::Here(host) => host.as_mut().expect(PRESENT),
            Self::There(host) => host,
        }
    }
}
