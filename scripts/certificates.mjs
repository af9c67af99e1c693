/** Certificates for trials and tests, made with Node alone: openssl is not on every system. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** An authority that signs certificates. `days` from now are those that it is valid on. */
export function authority(name = 'Test authority', days = [0, 30]) {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const self = certificate({ name, isAuthority: true, days }, pair.publicKey, name, pair.privateKey)
  return {
    cert: self,
    key: pemOf(pair.privateKey),
    issue: (options) => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return { cert: certificate(options, own.publicKey, name, pair.privateKey), key: pemOf(own.privateKey) }
    },
  }
}

function pemOf(key) {
  return key.export({ type: 'pkcs8', format: 'pem' })
}

const SEQUENCE = 0x30
const OID = 0x06
const ECDSA_SHA256 = tlv(SEQUENCE, tlv(OID, Buffer.from('2a8648ce3d040302', 'hex')))

/** An X.509 certificate (RFC 5280 §4.1) in PEM form. */
function certificate(options, publicKey, issuer, signer) {
  const { name, servers = [], isAuthority = false, days = [-1, 30] } = options
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const serial = randomBytes(8)
  serial[0] = 0x11
  const extensions = [
    extension('551d0e', tlv(0x04, createHash('sha1').update(spki).digest())),
    ...(isAuthority ? [extension('551d13', tlv(SEQUENCE, tlv(0x01, Buffer.from([0xff]))))] : []),
    ...(servers.length === 0
      ? []
      : [extension('551d11', tlv(SEQUENCE, ...servers.map((server) => tlv(0x82, Buffer.from(server)))))]),
  ]
  const body = tlv(
    SEQUENCE,
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    ECDSA_SHA256,
    nameOf(issuer),
    tlv(SEQUENCE, time(days[0] - 1), time(days[1])),
    nameOf(name),
    spki,
    tlv(0xa3, tlv(SEQUENCE, ...extensions)),
  )
  const signature = sign('sha256', body, signer)
  const der = tlv(SEQUENCE, body, ECDSA_SHA256, tlv(0x03, Buffer.from([0]), signature))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function nameOf(text) {
  const type = tlv(OID, Buffer.from('550403', 'hex'))
  return tlv(SEQUENCE, tlv(0x31, tlv(SEQUENCE, type, tlv(0x0c, Buffer.from(text)))))
}

function extension(id, value) {
  return tlv(SEQUENCE, tlv(OID, Buffer.from(id, 'hex')), tlv(0x04, value))
}

function time(days) {
  const at = new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return tlv(0x18, Buffer.from(`${at}Z`))
}

/** Tag, length, value (ITU-T X.690 §8.1). */
function tlv(tag, ...parts) {
  const value = Buffer.concat(parts)
  const { length } = value
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), value])
}
