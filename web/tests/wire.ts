import { createServer, request, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A way from the browser to the station that can be cut: a proxy whose connections all end, and none comes about. */
export class Wire {
  private readonly sockets = new Set<Socket>()
  private whole = true

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      if (!this.whole) {
        socket.destroy()
        return
      }
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
    })
  }

  static async open(): Promise<Wire> {
    const server = createServer((asked, answer) => {
      const { method, headers } = asked
      const onwards = request(asked.url ?? '', { method, headers }, (came) => {
        answer.writeHead(came.statusCode ?? 502, came.headers)
        came.pipe(answer)
      })
      asked.pipe(onwards)
      onwards.on('error', () => answer.destroy())
      asked.on('close', () => {
        if (!asked.complete) onwards.destroy()
      })
      answer.on('close', () => onwards.destroy())
    })
    const wire = new Wire(server)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return wire
  }

  /** How a browser is told to go this way, also to the machine it runs on. */
  get proxy(): { server: string; bypass: string } {
    return { server: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`, bypass: '<-loopback>' }
  }

  cut(): void {
    this.whole = false
    for (const socket of this.sockets) socket.destroy()
  }

  mend(): void {
    this.whole = true
  }

  close(): void {
    this.cut()
    this.server.close()
  }
}
