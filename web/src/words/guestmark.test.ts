import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Me } from '@/api/types'
import { useMe } from '@/stores/me'
import GuestMark from './GuestMark.vue'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-02T01:31:07Z') })
  setActivePinia(createPinia())
})
afterEach(() => vi.useRealTimers())

it('stands over what a guest sees, with their name and the court’s time', async () => {
  useMe().me = { kind: 'guest', name: 'guest', full_name: '刘明', may: {}, roles: [] } as unknown as Me
  const mark = mount(GuestMark)
  expect(mark.text()).toContain('刘明 2026-03-02 09:31')
  expect(mark.attributes('aria-hidden')).toBe('true')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(mark.text()).toContain('刘明 2026-03-02 09:32')
  mark.unmount()
})

it('is not there for the court', () => {
  useMe().me = { kind: 'user', name: 'judge', full_name: '王建国', may: {}, roles: [] } as unknown as Me
  expect(mount(GuestMark).find('.watermark').exists()).toBe(false)
})
