import { computed, onMounted, reactive, ref, shallowRef, watch } from 'vue'
import { court as api } from '@/api/court'
import { Refusal } from '@/api/client'
import type { Court, HearingView, Place, Plan } from '@/api/types'
import { useVocabulary } from '@/stores/vocabulary'
import { dayOf } from '@/words/courttime'
import { type CaseDraft, draftOf, emptyDraft } from './casenumber'
import { emptyPanel, fitPanel } from './panel'
import { type Line, linesOfParties, personsOf } from './people'
import { byField, emptyForm, formOf, planOf } from './plan'

/** What the page was opened for. */
export interface Opened {
  /** The hearing that is changed; empty: a new one. */
  id: string
  day: string
  /** The case that it is of; empty: none chosen yet. */
  case: string
}

/** usePlanning is the form of a new hearing, or of one whose plan is changed. */
export function usePlanning(opened: Opened) {
  const words = useVocabulary()
  const form = reactive(emptyForm(opened.day || dayOf(new Date()), new Date()))
  const draft = ref<CaseDraft>(emptyDraft())
  const people = ref<Line[]>([])
  /** The hearing was entered, its participants were not. */
  const peopleLost = ref(false)
  const why = ref('')
  const hearing = shallowRef<HearingView | null>(null)
  const courts = shallowRef<Court[]>([])
  const places = shallowRef<Place[]>([])
  const state = ref<'loading' | 'ready' | 'failed' | 'gone'>('loading')
  const errors = ref<Record<string, string>>({})

  const kind = computed(() => words.kind(form.kind))
  const title = computed(() => draft.value.title || kind.value?.chinese || '')
  const plan = computed(() =>
    planOf(form, kind.value, {
      title: title.value, ...(draft.value.found ? { case: draft.value.found.id } : {}), ...(hearing.value?.external_id ? { external_id: hearing.value.external_id } : {}),
    }),
  )

  async function load() {
    state.value = 'loading'
    try {
      const [, all, sites] = await Promise.all([words.load(), api.courts(), api.places()])
      courts.value = all
      places.value = sites
      if (opened.id) await loadHearing(opened.id)
      else await begin(all)
      state.value = 'ready'
    } catch (e) {
      state.value = e instanceof Refusal && e.problem.status === 404 ? 'gone' : 'failed'
    }
  }

  async function loadHearing(id: string) {
    const h = await api.hearing(id)
    hearing.value = h
    Object.assign(form, formOf(h))
    form.panel = fitPanel(form.panel, words.kind(form.kind))
    if (h.case) draft.value = draftOf(await api.case(h.case))
  }

  async function begin(all: Court[]) {
    form.court = all.find((c) => c.may.schedule)?.id ?? ''
    form.panel = emptyPanel(kind.value)
    if (!opened.case) return
    const found = await api.case(opened.case)
    form.court = found.court
    draft.value = draftOf(found)
  }

  // The parties of the case take part, as long as nobody has been entered by hand.
  let proposed = '[]'
  watch([() => draft.value.parties, kind], () => {
    if (opened.id || JSON.stringify(people.value) !== proposed) return
    people.value = linesOfParties(draft.value.parties, kind.value, words.words.standings)
    proposed = JSON.stringify(people.value)
  }, { deep: true })

  watch(() => form.kind, (_, was) => {
    if (state.value !== 'ready' || !was) return
    form.panel = fitPanel(form.panel, kind.value)
    form.public = kind.value?.gallery ?? false
  })

  /** save enters or changes the hearing, and first a case that is new; it returns the hearing's id. */
  async function save(): Promise<string> {
    errors.value = {}
    if (!draft.value.found && draft.value.number) {
      try {
        const { number, title: cause, parties } = draft.value
        const made = await api.addCase({ court: form.court, number, title: cause.trim(), parties: parties.filter((p) => p.name.trim()) })
        draft.value.found = made
      } catch (e) {
        throw told(e, { title: 'case_title' })
      }
    }
    if (!plan.value) throw new Error('no time')
    try {
      if (hearing.value) {
        await api.command(hearing.value.id, { kind: 'change', version: hearing.value.version, plan: plan.value, ...(why.value.trim() ? { why: why.value.trim() } : {}) })
        return hearing.value.id
      }
      return await enter(plan.value)
    } catch (e) {
      throw told(e)
    }
  }

  /** enter enters a new hearing; that it is there counts, even where its participants are refused. */
  async function enter(p: Plan): Promise<string> {
    const made = await api.schedule(p)
    const persons = personsOf(people.value)
    if (persons.length) await api.putParticipants(made.id, persons).catch(() => (peopleLost.value = true))
    return made.id
  }

  /** told keeps what the hub has against the fields. */
  function told(e: unknown, renamed: Record<string, string> = {}): unknown {
    if (e instanceof Refusal) errors.value = Object.fromEntries(Object.entries(byField(e.fields)).map(([field, text]) => [renamed[field] ?? field, text]))
    return e
  }

  onMounted(load)
  return { form, draft, people, peopleLost, why, hearing, courts, places, state, errors, kind, plan, title, load, save }
}
