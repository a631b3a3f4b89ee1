import type { Me } from '@/api/types'

/** The pages with what makes them of use, in the order of the menu. */
export const pages = [
  { to: '/hearings', key: 'nav.hearings', may: ['see_hearing'] },
  { to: '/cases', key: 'nav.cases', may: ['see_hearing'] },
  { to: '/wall', key: 'nav.wall', may: ['watch'] },
  { to: '/recordings', key: 'nav.recordings', may: ['see_recording'] },
  { to: '/devices', key: 'nav.devices', may: ['manage_source'] },
  { to: '/users', key: 'nav.users', may: ['manage_accounts'] },
  { to: '/courts', key: 'nav.courts', may: ['manage_courts'] },
  { to: '/audit', key: 'nav.audit', may: ['read_audit'] },
  { to: '/docs', key: 'nav.docs', may: ['see_hub'] },
]

/** Where each role works; of several roles that which stands first here decides. */
const work: [role: string, page: string][] = [
  ['judge', '/hearings'],
  ['clerk', '/hearings'],
  ['inspector', '/wall'],
  ['duty_officer', '/wall'],
  ['commander', '/wall'],
  ['field_officer', '/wall'],
  ['technician', '/devices'],
  ['admin', '/users'],
  ['auditor', '/audit'],
]

/** landing is the page of somebody's work: that of their role, else the first one of use to them. */
export function landing(me: Pick<Me, 'kind' | 'roles' | 'may'>): string {
  if (me.kind === 'guest') return '/join'
  const of = (to: string) => pages.find((p) => p.to === to)?.may.some((a) => me.may[a])
  const roles = new Set((me.roles ?? []).map((g) => g.role))
  return work.find(([role, page]) => roles.has(role) && of(page))?.[1] ?? pages.find((p) => of(p.to))?.to ?? '/account'
}
