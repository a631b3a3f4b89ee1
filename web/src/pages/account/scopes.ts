// What an API token may be made for, and how its first use is shown.
import type { Court, Me, TokenInput } from '@/api/types'

/** Power is one thing that a token may do: an action, on one object or (empty) on all. */
export interface Power {
  action: string
  object: string
}

/** scopeOf writes a power as the hub reads it: watch, publish:court-1. */
export function scopeOf({ action, object }: Power): string {
  const id = object.trim()
  return id ? `${action}:${id}` : action
}

/** powerOf reads a scope. */
export function powerOf(scope: string): Power {
  const at = scope.indexOf(':')
  return at < 0 ? { action: scope, object: '' } : { action: scope.slice(0, at), object: scope.slice(at + 1) }
}

/** grantable are the actions that the user can hand on: all of their own but changing the account itself. */
export function grantable(may: Me['may']): string[] {
  return Object.keys(may).filter((action) => may[action] && action !== 'own_account').sort()
}

/** reachable are the courts where the user has a role, with those under them: a token for another one opens nothing. */
export function reachable<T extends Pick<Court, 'id' | 'parent'>>(courts: T[], roles: Me['roles']): T[] {
  const by = new Map(courts.map((c) => [c.id, c]))
  const own = new Set((roles ?? []).map((g) => g.court))
  return courts.filter((court) => {
    const met = new Set<string>()
    for (let c: T | undefined = court; c && !met.has(c.id); c = by.get(c.parent ?? '')) {
      if (own.has(c.id)) return true
      met.add(c.id)
    }
    return false
  })
}

/** Draft is the form of a new token. */
export interface Draft {
  name: string
  powers: Power[]
  court: string
  days: number
}

/** inputOf is what the hub is sent; null while something is missing. The same power is sent once. */
export function inputOf(d: Draft): TokenInput | null {
  const scopes = [...new Set(d.powers.filter((p) => p.action).map(scopeOf))]
  const name = d.name.trim()
  if (!name || scopes.length === 0 || !Number.isInteger(d.days) || d.days < 1 || d.days > 366) return null
  return { name, scopes, days: d.days, ...(d.court ? { court: d.court } : {}) }
}

/** Where the hub is, for examples. */
export interface Place {
  origin: string
  host: string
  rtsp: Rtsp
}

/** Where the RTSP door is: within TLS where the hub has a certificate. */
export interface Rtsp {
  scheme: 'rtsp' | 'rtsps'
  port: number
}

/** examples are what a new token can be tried with: a player's or an encoder's address if it is for that, and curl. */
export function examples(user: string, token: string, scopes: string[], at: Place): { kind: 'rtsp' | 'http'; text: string }[] {
  const media = scopes.map(powerOf).find((p) => p.action === 'watch' || p.action === 'publish')
  const http = { kind: 'http' as const, text: `curl -H 'Authorization: Bearer ${token}' ${at.origin}/api/v1/me` }
  if (!media) return [http]
  const path = media.object || 'court-1'
  return [{ kind: 'rtsp', text: `${at.rtsp.scheme}://${encodeURIComponent(user)}:${token}@${at.host}:${at.rtsp.port}/${path}` }, http]
}
