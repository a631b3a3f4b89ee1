// A small identity provider with pages, of another make than the Go tests': it
// asks who one is, and stands at another site than the hub.
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { freePort } from './program'

const b64 = (x: string | Buffer) => Buffer.from(x).toString('base64url')

/** Person is somebody whom the provider knows. */
export interface Person {
  sub: string
  preferred_username: string
  name: string
  roles: string[]
}

/** Provider is the identity provider. */
export class Provider {
  readonly client = { id: 'avhub', secret: 'of-the-browser-tests' }
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  private readonly codes = new Map<string, { person: Person; query: URLSearchParams }>()
  private server!: Server
  /** Where people were sent back to after logging out. */
  readonly left: string[] = []

  private constructor(
    readonly issuer: string,
    readonly people: Person[],
  ) {}

  static async make(people: Person[]): Promise<Provider> {
    const port = await freePort()
    const provider = new Provider(`http://localhost:${port}`, people)
    provider.server = createServer((q, a) => void provider.answer(q, a))
    provider.server.listen(port, 'localhost')
    await once(provider.server, 'listening')
    return provider
  }

  async end() {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  private async answer(q: IncomingMessage, a: ServerResponse) {
    const url = new URL(q.url!, this.issuer)
    const json = (body: unknown, status = 200) => a.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json({
          issuer: this.issuer, authorization_endpoint: `${this.issuer}/authorize`, token_endpoint: `${this.issuer}/token`,
          jwks_uri: `${this.issuer}/keys`, end_session_endpoint: `${this.issuer}/leave`, id_token_signing_alg_values_supported: ['RS256'],
        })
      case '/keys':
        return json({ keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'a', use: 'sig', alg: 'RS256' }] })
      case '/authorize':
        return a.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(this.page(url.searchParams))
      case '/token':
        return this.token(q, json)
      case '/leave':
        this.left.push(url.searchParams.get('post_logout_redirect_uri') ?? '')
        return a.writeHead(303, { Location: url.searchParams.get('post_logout_redirect_uri') ?? '/' }).end()
      default:
        return a.writeHead(404).end()
    }
  }

  /** page offers everybody whom the provider knows, and a way back. */
  private page(query: URLSearchParams): string {
    const back = (fields: Record<string, string>) => `${query.get('redirect_uri')}?${new URLSearchParams({ state: query.get('state')!, ...fields })}`
    const links = this.people.map((person) => {
      const code = randomBytes(16).toString('hex')
      this.codes.set(code, { person, query })
      return `<p><a href="${back({ code }).replaceAll('&', '&amp;')}">${person.name}</a></p>`
    })
    return `<!doctype html><title>统一身份认证</title>${links.join('')}<p><a href="${back({ error: 'access_denied' }).replaceAll('&', '&amp;')}">取消</a></p>`
  }

  private async token(q: IncomingMessage, json: (body: unknown, status?: number) => void) {
    let text = ''
    for await (const part of q) text += String(part)
    const form = new URLSearchParams(text)
    const found = this.codes.get(form.get('code') ?? '')
    this.codes.delete(form.get('code') ?? '')
    const proven = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
    if (q.headers.authorization !== `Basic ${Buffer.from(`${this.client.id}:${this.client.secret}`).toString('base64')}`) return json({ error: 'invalid_client' }, 401)
    if (!found || found.query.get('code_challenge') !== proven) return json({ error: 'invalid_grant' }, 400)
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: this.issuer, aud: this.client.id, iat: now, exp: now + 60, nonce: found.query.get('nonce'), ...found.person }
    const body = `${b64('{"alg":"RS256","kid":"a"}')}.${b64(JSON.stringify(claims))}`
    const signature = createSign('sha256').update(body).sign(this.keys.privateKey)
    return json({ access_token: 'x', token_type: 'Bearer', id_token: `${body}.${b64(signature)}` })
  }
}
