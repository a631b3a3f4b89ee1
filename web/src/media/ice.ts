// The STUN and TURN servers that the hub names in answers (RFC 9725 section 4.6):
// <turn:host:3478?transport=udp>; rel="ice-server"; username="…"; credential="…"

const link = /<([^<>]*)>((?:\s*;\s*[\w-]+\s*=\s*"(?:[^"\\]|\\.)*")*)/g
const parameter = /([\w-]+)\s*=\s*"((?:[^"\\]|\\.)*)"/g

/** iceServers reads Link headers, joined by commas as fetch gives them. */
export function iceServers(header: string | null): RTCIceServer[] {
  const servers: RTCIceServer[] = []
  for (const [, url, rest] of (header ?? '').matchAll(link)) {
    const says = new Map<string, string>()
    for (const [, name, value] of rest!.matchAll(parameter)) says.set(name!.toLowerCase(), value!.replace(/\\(.)/g, '$1'))
    if (says.get('rel') !== 'ice-server' || !/^(stun|turn)s?:/.test(url!)) continue
    const server: RTCIceServer = { urls: url! }
    if (says.has('username')) server.username = says.get('username')!
    if (says.has('credential')) server.credential = says.get('credential')!
    servers.push(server)
  }
  return servers
}
