import { expect, it } from 'vitest'
import type { KindFacts, Participant, PartFacts, StandingFacts } from '@/api/types'
import { linesOf, linesOfParties, partsOf, personsOf } from './people'

const part = (id: string, panel = false, account = false) => ({ part: id, panel, account }) as PartFacts
const parts = [part('judge', true, true), part('assessor', true), part('inspector', false, true), part('plaintiff'), part('witness'), part('petitioner')]
const standings = [{ standing: 'appellant', part: 'plaintiff' }, { standing: 'petitioner', part: 'petitioner' }] as StandingFacts[]
const trial = { parts: ['judge', 'assessor', 'inspector', 'plaintiff', 'witness'] } as KindFacts

it('leaves the panel and those with an account to the plan', () => {
  expect(partsOf(trial, parts).map((p) => p.part)).toEqual(['plaintiff', 'witness'])
  const people = ['judge', 'assessor', 'inspector', 'witness'].map((p) => ({ id: p, hearing: 'h', name: p, part: p }) as Participant)
  expect(linesOf(people, parts)).toEqual([{ id: 'witness', name: 'witness', part: 'witness', standing: '', user: '', source: '' }])
})

it('makes participants of the parties that the kind knows', () => {
  const parties = [{ name: '张三', standing: 'appellant' }, { name: '李四', standing: 'petitioner' }]
  expect(linesOfParties(parties, trial, standings)).toEqual([{ id: '', name: '张三', part: 'plaintiff', standing: 'appellant', user: '', source: '' }])
})

it('sends lines with a name', () => {
  expect(personsOf([
    { id: '', name: ' 张三 ', part: 'plaintiff', standing: 'appellant', user: '', source: '' }, { id: 'x', name: '王', part: 'witness', standing: '', user: '', source: 'cell-1' },
    { id: '', name: ' ', part: 'witness', standing: '', user: '', source: '' }, { id: '', name: '看守所', part: 'terminal', standing: '', user: '', source: 'cell-1' },
  ])).toEqual([{ name: '张三', part: 'plaintiff', standing: 'appellant' }, { id: 'x', name: '王', part: 'witness' }, { name: '看守所', part: 'terminal', source: 'cell-1' }])
})
