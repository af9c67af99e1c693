/** The smallest server that Node can be: what every figure is compared with. */
import { createServer } from 'node:http'

const body = JSON.stringify({ status: 'ok' })

createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
}).listen(Number(process.env.PORT), '127.0.0.1')
