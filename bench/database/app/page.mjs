/** The page of fortunes: one more is added, all are put in order and made safe to show. */
import { addedFortune } from '../rows.mjs'

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text) => (/[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (sign) => entities[sign]) : text)

export const htmlType = 'text/html; charset=utf-8'

export function fortunePage(fortunes) {
  const all = [...fortunes, { id: 0, message: addedFortune }]
  all.sort((a, b) => (a.message < b.message ? -1 : 1))
  const rows = all.map(({ id, message }) => `<tr><td>${id}</td><td>${escapeHtml(message)}</td></tr>`)
  return `<!DOCTYPE html><html lang="en"><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>${rows.join('')}</table></body></html>`
}
