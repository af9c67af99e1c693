import type { Case } from '../case.ts'

const origin = 'https://app.example'
const preflight = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }

export const cors: Case[] = [
  {
    title: 'answers a preflight natively',
    app: 'cors',
    ask: { method: 'OPTIONS', url: '/notes', headers: preflight },
    answer: {
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': /POST/,
        'access-control-allow-headers': 'content-type, authorization',
        'access-control-max-age': '5',
        vary: 'Origin',
      },
    },
    native: true,
  },
  {
    title: 'does not allow another origin',
    app: 'cors',
    ask: { method: 'OPTIONS', url: '/notes', headers: { ...preflight, origin: 'https://evil.example' } },
    answer: {
      status: 204,
      headers: { 'access-control-allow-origin': null, 'access-control-allow-methods': null, vary: 'Origin' },
    },
    native: true,
  },
  {
    title: 'does not take a longer origin for the listed one',
    app: 'cors',
    ask: { method: 'OPTIONS', url: '/notes', headers: { ...preflight, origin: `${origin}.evil.example` } },
    answer: { status: 204, headers: { 'access-control-allow-origin': null } },
    native: true,
  },
  {
    title: 'does not allow the null origin',
    app: 'cors',
    ask: { method: 'POST', url: '/notes', json: { a: 'x' }, headers: { origin: 'null' } },
    answer: { status: 200, headers: { 'access-control-allow-origin': null } },
  },
  {
    title: 'allows an answer',
    app: 'cors',
    ask: { method: 'POST', url: '/notes', json: { a: 'x' }, headers: { origin } },
    answer: {
      status: 200,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'x-request-id',
        vary: 'Origin',
      },
    },
  },
  {
    title: 'says Vary without an origin too',
    app: 'cors',
    ask: { method: 'POST', url: '/notes', json: { a: 'x' } },
    answer: { status: 200, headers: { vary: 'Origin', 'access-control-allow-origin': null } },
  },
  {
    title: 'allows a 404',
    app: 'cors',
    ask: { url: '/nowhere', headers: { origin } },
    answer: { status: 404, headers: { 'access-control-allow-origin': origin } },
    native: true,
  },
  {
    title: 'allows a 413',
    app: 'cors',
    ask: { method: 'POST', url: '/notes', json: { a: 'x'.repeat(100) }, headers: { origin } },
    answer: { status: 413, headers: { 'access-control-allow-origin': origin } },
    native: true,
  },
  {
    title: 'allows a 422',
    app: 'cors',
    ask: { method: 'POST', url: '/notes', json: {}, headers: { origin } },
    answer: { status: 422, headers: { 'access-control-allow-origin': origin } },
    native: true,
  },
  {
    title: 'allows a 500',
    app: 'cors',
    ask: { url: '/throw', headers: { origin } },
    answer: { status: 500, headers: { 'access-control-allow-origin': origin } },
  },
  {
    title: 'allows every origin without credentials',
    app: 'open-cors',
    ask: { method: 'POST', url: '/notes', json: { a: 'x' }, headers: { origin: 'https://any.example' } },
    answer: { status: 200, headers: { 'access-control-allow-origin': '*', 'access-control-allow-credentials': null } },
  },
  {
    title: 'has no CORS headers unless asked for',
    ask: { url: '/', headers: { origin } },
    answer: { status: 200, headers: { 'access-control-allow-origin': null, vary: null } },
  },
  {
    title: 'answers a plain OPTIONS with Allow',
    app: 'cors',
    ask: { method: 'OPTIONS', url: '/notes' },
    answer: { status: 204, headers: { allow: 'POST, OPTIONS' } },
    native: true,
  },
]
