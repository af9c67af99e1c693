import type { KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { builtins } from './builtins.ts'
import { type Check, shape } from './check.ts'
import { BoltError } from './errors.ts'

/** A certificate and its key; each is PEM text, or the path of a file with it. */
export interface CertificateOptions {
  /** The certificate, followed by those that lead to its authority. */
  cert: string
  /** Its private key, not encrypted. */
  key: string
  /**
   * Names of servers it is for, as clients ask for them (SNI); `*.` stands for one label.
   * @default those in the certificate
   */
  servers?: readonly string[]
}

/** TLS of a listening server. */
export interface TlsOptions extends Partial<CertificateOptions> {
  /** Several certificates instead of one. The first is for clients that name no server, or none of these. */
  certificates?: readonly CertificateOptions[]
  /** Asks clients for a certificate. One that no authority of `ca` signed is refused in any case. */
  clientAuth?: {
    /** Authorities that sign the certificates of clients: PEM text, or the path of a file with it. */
    ca: string
    /** Whether clients without a certificate are refused. @default true */
    required?: boolean
  }
  /** Oldest version that is spoken. @default '1.2' */
  minVersion?: '1.2' | '1.3'
  /**
   * Milliseconds between looks at the files, which are read again when they change; 0 never looks. Connections are not affected, new ones
   * get the new certificate. One that cannot be used is logged, and the old one stays.
   * @default 10000
   */
  reloadInterval?: number
}

/** TLS as the hosts understand it: PEM text only. */
export interface TlsPlan {
  certificates: Array<{ servers: string[]; cert: string; key: string }>
  clientAuth: { ca: string; required: boolean } | null
  minVersion: '1.2' | '1.3'
}

const certificateShape = { cert: shape.text(), key: shape.text(), servers: shape.list(shape.text(), { min: 1 }) }

/** The shape of `listen({ tls })`. */
export const tlsShape: Check = shape.object({
  ...certificateShape,
  certificates: shape.list(shape.object(certificateShape, ['cert', 'key']), { min: 1 }),
  clientAuth: shape.object({ ca: shape.text(), required: shape.flag() }, ['ca']),
  minVersion: shape.oneOf(['1.2', '1.3']),
  reloadInterval: shape.integer({ min: 0 }),
})

/** Reads and checks everything that TLS needs. Whatever could not be served fails here, not at the first client. */
export function readTls(options: TlsOptions): TlsPlan {
  const { clientAuth, minVersion = '1.2' } = options
  return {
    certificates: listOf(options).map(({ at, ...one }) => readCertificate(one, at)),
    clientAuth:
      clientAuth === undefined ? null : { ca: readAuthorities(clientAuth.ca), required: clientAuth.required ?? true },
    minVersion,
  }
}

/** Files that the options name. */
export function tlsFiles(options: TlsOptions): string[] {
  const given = [...listOf(options).flatMap(({ cert, key }) => [cert, key]), options.clientAuth?.ca]
  return given.filter((text) => text !== undefined && !isPem(text)) as string[]
}

function listOf(options: TlsOptions): Array<CertificateOptions & { at: string }> {
  const { cert, key, servers, certificates } = options
  if (certificates !== undefined) {
    if (cert !== undefined || key !== undefined || servers !== undefined)
      throw new BoltError(
        'invalid-option',
        "listen(): tls has 'certificates' and a 'cert', 'key' or 'servers' of its own",
        "put all of them into 'certificates'",
      )
    return certificates.map((one, index) => ({ ...one, at: `tls.certificates[${index}]` }))
  }
  if (cert === undefined || key === undefined) {
    throw new BoltError(
      'invalid-option',
      `listen(): tls has no '${cert === undefined ? 'cert' : 'key'}'`,
      "give 'cert' and 'key' as PEM text or as paths of files, or 'certificates' with several of them",
    )
  }
  return [{ cert, key, ...(servers === undefined ? {} : { servers }), at: 'tls' }]
}

function readCertificate(options: CertificateOptions, at: string): TlsPlan['certificates'][number] {
  const { text: cert, from } = read(options.cert, `${at}.cert`)
  const leaf = certificatesIn(cert, from)[0] as X509Certificate
  checkDates(leaf, from)
  const place = read(options.key, `${at}.key`)
  const key = privateKey(place.text, place.from)
  if (!leaf.checkPrivateKey(key))
    throw invalid(
      `${place.from} is not the key of the certificate ${from}`,
      'give the key that the certificate was made with',
    )
  const names = namesOf(leaf)
  const servers = options.servers ?? names
  for (const server of servers) {
    if (leaf.checkHost(server.replace('*', 'any')) === undefined)
      throw invalid(
        `${from} is not for the server '${server}'`,
        `the certificate is for ${names.join(', ') || 'no server at all'}; leave 'servers' out to take these`,
      )
  }
  return { servers: [...servers], cert, key: key.export({ type: 'pkcs8', format: 'pem' }) as string }
}

function readAuthorities(given: string): string {
  const { text, from } = read(given, 'tls.clientAuth.ca')
  for (const authority of certificatesIn(text, from)) {
    checkDates(authority, from)
    if (!authority.ca)
      throw invalid(
        `${from} is not the certificate of an authority: ${authority.subject.replaceAll('\n', ', ')}`,
        'give the certificates that sign those of clients, not the ones of clients',
      )
  }
  return text
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN ')
}

function read(given: string, at: string): { text: string; from: string } {
  if (isPem(given)) return { text: given, from: at }
  try {
    return { text: readFileSync(given, 'utf8'), from: `${at} (${given})` }
  } catch (error) {
    throw invalid(
      `${at} cannot be read: ${(error as Error).message}`,
      'give PEM text, or the path of a file that the process may read',
      error,
    )
  }
}

function certificatesIn(text: string, from: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0)
    throw invalid(`${from} has no certificate in PEM form`, 'it begins with -----BEGIN CERTIFICATE-----')
  return blocks.map((block, index) => {
    try {
      return new builtins.crypto.X509Certificate(block)
    } catch (error) {
      throw invalid(`${from}: certificate ${index + 1} is malformed`, 'take the file as the authority made it', error)
    }
  })
}

function privateKey(text: string, from: string): KeyObject {
  try {
    return builtins.crypto.createPrivateKey(text)
  } catch (error) {
    const isEncrypted = text.includes('ENCRYPTED')
    throw invalid(
      isEncrypted ? `${from} is encrypted` : `${from} has no private key in PEM form`,
      isEncrypted
        ? 'decrypt it: openssl pkey -in key.pem -out plain.pem'
        : 'it begins with -----BEGIN PRIVATE KEY-----',
      error,
    )
  }
}

function checkDates(certificate: X509Certificate, from: string): void {
  const { validFrom, validTo, subject } = certificate
  const now = Date.now()
  const who = subject.replaceAll('\n', ', ')
  if (Date.parse(validTo) < now) throw invalid(`${from} expired on ${validTo} (${who})`, 'renew it')
  if (Date.parse(validFrom) > now)
    throw invalid(`${from} is not valid before ${validFrom} (${who})`, 'check the clock of this machine')
}

/** The DNS names of a certificate. */
function namesOf(certificate: X509Certificate): string[] {
  const names = certificate.subjectAltName?.split(', ') ?? []
  return names.filter((name) => name.startsWith('DNS:')).map((name) => name.slice(4))
}

function invalid(what: string, hint: string, cause?: unknown): BoltError {
  return new BoltError('invalid-tls', what, hint, cause)
}
