// The court's own words: kinds of rooms, parts, standings. The hub has them, with
// the rules that go with them; they are read once.
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { court } from '@/api/court'
import { i18n } from '@/app/i18n'
import type { KindFacts, PartFacts, Participant, StandingFacts, Vocabulary } from '@/api/types'

export const useVocabulary = defineStore('vocabulary', () => {
  const { locale } = i18n.global
  const words = shallowRef<Vocabulary>({ kinds: [], parts: [], standings: [] })
  let reading: Promise<void> | null = null

  /** load reads them, unless they are there; what fails now is tried the next time. */
  function load(): Promise<void> {
    reading ??= court.vocabulary().then(
      (v) => void (words.value = v),
      (e: unknown) => {
        reading = null
        throw e
      },
    )
    return reading
  }

  /** said is a word in the reader's language; an id that the hub has no word for stands for itself, and nothing before the words are there. */
  const said = (w: { chinese: string; english: string } | undefined, id: string) => (w ? (locale.value === 'en' ? w.english : w.chinese) : words.value.kinds.length ? id : '')
  const kind = (id: string): KindFacts | undefined => words.value.kinds.find((k) => k.kind === id)
  const part = (id: string): PartFacts | undefined => words.value.parts.find((p) => p.part === id)
  const standing = (id: string): StandingFacts | undefined => words.value.standings.find((s) => s.standing === id)
  const kindName = (id: string) => said(kind(id), id)
  const partName = (id: string) => said(part(id), id)
  const standingName = (id: string) => said(standing(id), id)
  /** title is what stands on somebody's name plate. */
  const title = (p: Pick<Participant, 'part' | 'standing'>) => (p.standing ? standingName(p.standing) : partName(p.part))

  return { words, load, kind, part, standing, kindName, partName, standingName, title }
})
