/**
 * Files that the servers need and nobody keeps: two to be served, a key with its certificate, the plan of our
 * application. They lie in an ignored folder.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const made = fileURLToPath(new URL('../.made/', import.meta.url))

/** Folder of `small.bin` (4 KiB) and `large.bin` (1 MiB). */
export const files = `${made}files`
export const keyFile = `${made}key.pem`
export const certFile = `${made}cert.pem`

/** What our engine without Node serves. */
export const planFile = `${made}plan.json`

export const tls = () => ({ key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') })

/** Makes what is not there; openssl comes with nearly every Linux. */
export function make() {
  makeFiles()
  makePlan()
  if (existsSync(certFile)) return
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650']
  execFileSync('openssl', [...kind, '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'pipe' })
}

function makeFiles() {
  mkdirSync(files, { recursive: true })
  writeFileSync(`${files}/small.bin`, Buffer.alloc(4096, 'small '))
  writeFileSync(`${files}/large.bin`, Buffer.alloc(1024 * 1024, 'large '))
}

/** Writes the plan that the built core compiles from our application, which serves those files. */
export function makePlan() {
  makeFiles()
  execFileSync(process.execPath, [fileURLToPath(new URL('plan.mjs', import.meta.url)), planFile], { stdio: 'pipe' })
}
