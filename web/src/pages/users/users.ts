// The list of users as plain data.
import type { Grant, User } from '@/api/types'

export type UserState = 'disabled' | 'slowed' | 'new' | 'active'

/** stateOf is what matters most about an account. */
export function stateOf(u: User): UserState {
  if (u.disabled) return 'disabled'
  if (u.slowed) return 'slowed'
  return u.must_change ? 'new' : 'active'
}

/** Filter narrows the list down; empty: all. */
export interface Filter {
  text: string
  role: string
  court: string
}

/** within are the users that fit, by their names. under are the courts that count as the filter's. */
export function within(users: User[], f: Filter, under: (court: string) => boolean): User[] {
  const wanted = f.text.trim().toLowerCase()
  const fits = (g: Grant) => (!f.role || g.role === f.role) && (!f.court || under(g.court))
  return users
    .filter((u) => [u.name, u.full_name].some((v) => v.toLowerCase().includes(wanted)))
    .filter((u) => (!f.role && !f.court) || u.grants.some(fits))
    .sort((a, b) => a.full_name.localeCompare(b.full_name, 'zh-CN') || a.name.localeCompare(b.name))
}

// Letters and digits that nobody takes for one another when they are read out.
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** newPassword is one to be told once: four groups of five, 99 bits. */
export function newPassword(): string {
  const random = crypto.getRandomValues(new Uint32Array(20))
  return [...random].map((n, i) => (i % 5 === 0 && i ? '-' : '') + letters[n % letters.length]).join('')
}

/** grantsOf are the roles as they are sent: each once, without empty lines and empty lists. */
export function grantsOf(grants: Grant[]): Grant[] {
  const seen = new Set<string>()
  return grants.flatMap((g) => {
    const key = `${g.role}/${g.court}`
    if (!g.role || !g.court || seen.has(key)) return []
    seen.add(key)
    return [{ role: g.role, court: g.court, ...(g.sites?.length ? { sites: g.sites } : {}) }]
  })
}
