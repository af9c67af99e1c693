import { fileURLToPath } from 'node:url'
import type { Declared, Scope } from './declared.ts'
import type { OpenApiDocument } from './openapi.ts'
import type { AppSettings } from './options.ts'

/** Where the page's scripts and styles lie once the package is built. */
const assets = fileURLToPath(new URL('./docs-assets/', import.meta.url))

/** The routes of the document and its page: fixed answers and files, so JavaScript is never entered for them. */
export function docsRoutes(
  settings: NonNullable<AppSettings['openapi']>,
  document: OpenApiDocument,
  scope: Scope,
): Declared[] {
  const answer = (path: string, headers: string[], body: string): Declared => ({
    kind: 'answer',
    method: 'GET',
    path,
    scope,
    status: 200,
    headers,
    body,
    hidden: true,
    compression: true,
  })
  const json = answer(
    settings.document,
    ['content-type', 'application/json', 'cache-control', 'no-cache'],
    JSON.stringify(document),
  )
  if (settings.docs === false) return [json]
  const page = answer(
    settings.docs,
    [
      'content-type',
      'text/html; charset=utf-8',
      'cache-control',
      'no-cache',
      'content-security-policy',
      policy(document),
    ],
    html(document.info.title, settings.docs, settings.document),
  )
  const files: Declared = {
    kind: 'static',
    method: 'GET',
    path: `${settings.docs}/assets/*path`,
    scope,
    root: assets,
    cacheControl: 'public, max-age=3600',
    index: null,
    compression: true,
  }
  return [json, page, files]
}

/** No inline script or style, nothing from elsewhere; requests go to this server and the ones the document names. */
function policy(document: OpenApiDocument): string {
  const origins = (document.servers ?? []).flatMap(({ url }) => (URL.canParse(url) ? [new URL(url).origin] : []))
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...new Set(origins)].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function html(title: string, page: string, document: string): string {
  // Relative to the page, so that it also works behind a proxy that strips a prefix.
  const folder = `${page.split('/').at(-1)}/assets`
  const up = '../'.repeat(page.split('/').length - 2)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${folder}/swagger-ui.css">
<link rel="icon" type="image/png" href="${folder}/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<noscript>This page needs JavaScript; the document itself is <a href="${up}${document.slice(1)}">here</a>.</noscript>
<script src="${folder}/swagger-ui-bundle.js"></script>
<script src="${folder}/start.js" data-document="${escapeHtml(`${up}${document.slice(1)}`)}"></script>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
