import { expect, it } from 'vitest'
import { landing } from './landing'

const grant = (role: string) => ({ role, court: 'heihe' })
const who = (roles: string[], may: string[], kind: 'user' | 'guest' = 'user') =>
  ({ kind, roles: roles.map(grant), may: Object.fromEntries(may.map((a) => [a, true])) })

it.each([
  ['a judge', who(['judge'], ['see_hearing', 'watch', 'see_hub']), '/hearings'],
  ['an inspector, who may see hearings too', who(['inspector'], ['see_hearing', 'watch', 'see_hub']), '/wall'],
  ['an administrator who is a technician as well', who(['admin', 'technician'], ['manage_accounts', 'manage_source']), '/devices'],
  ['a judge whose rights do not suffice', who(['judge'], ['see_hub']), '/docs'],
  ['somebody without a role', who([], []), '/account'],
  ['a guest', who([], ['see_hearing'], 'guest'), '/join'],
])('%s comes to %s', (_, me, page) => expect(landing(me)).toBe(page))
