/** Differences between the engine and servers of others that say nothing about how a request was read, and why. */

/** Fields about one connection, which a proxy keeps to itself (RFC 9110 §7.6.1). */
const ofConnection = ['connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade', 'expect']

export const accepted = [
  {
    title: 'nginx answers itself what concerns the connection, and passes no such field on',
    readers: ['nginx'],
    is: ({ part, theirs }) => ofConnection.includes(part) && theirs === undefined,
  },
  {
    title: 'nginx writes the length of a body anew',
    readers: ['nginx'],
    is: ({ part, ours, theirs }) =>
      part === 'content-length' && theirs?.length === 1 && Number(ours ?? theirs) === Number(theirs),
  },
  {
    title: 'nginx tells a host in lower case and without its port',
    readers: ['nginx'],
    is: ({ part, ours, theirs }) => part === 'host' && ours.toLowerCase().replace(/:\d*$/, '') === theirs,
  },
  {
    // Nothing is framed or routed by it; the comparison with hyper says the same.
    title: 'a request of HTTP/1.0 without Host whose target is a URL has no host for our handlers',
    readers: ['node', 'nginx'],
    is: ({ part, ours }) => part === 'host' && ours === '',
  },
]
