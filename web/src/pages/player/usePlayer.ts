import { computed, onBeforeUnmount, reactive, ref, shallowRef } from 'vue'
import { Refusal } from '@/api/client'
import { type Recording, recordings } from '@/api/recordings'
import { Conductor, type Seat } from '@/film/conductor'
import { HlsReel } from '@/film/hlsreel'
import { MseReel } from '@/film/msereel'
import { mediaOf, type Reel, type ReelState, type Stretch } from '@/film/reel'
import { flagsOf, lanesOf, offsetsOf } from './timeline'

const look = 100 // ms between looks at the reels
const rest = 2000 // ms between looks at recordings that are being written

/** usePlayer plays the recordings of a set, or one recording, by their id. */
export function usePlayer(id: () => string) {
  const films = shallowRef<Recording[]>([])
  const failed = ref<'' | 'offline' | 'unknown'>('')
  const loaded = ref(false)
  const offsets = computed(() => offsetsOf(films.value))
  const lanes = computed(() => lanesOf(films.value, offsets.value))
  const flags = computed(() => flagsOf(films.value, offsets.value))
  const end = computed(() => Math.max(0, ...lanes.value.map((l) => l.end)))
  const open = computed(() => films.value.some((r) => !r.sealed && !r.fault))
  const plays = computed(() => films.value.length > 0 && films.value.every((r) => r.may.play))

  const now = reactive({ at: 0, playing: false, waiting: false, rate: 1, leapt: null as Stretch | null })
  const states = reactive<Record<string, ReelState>>({})
  const heard = ref<string | null>(null)
  const conductor = new Conductor([])
  const reels = new Map<string, Reel>()
  let stopped = false
  let polling: ReturnType<typeof setTimeout> | undefined

  async function read(): Promise<Recording[]> {
    const set = await recordings.list({ set: id(), limit: '50' })
    const found = set.items.length ? set.items.map((r) => r.id) : [id()]
    const all = await Promise.all(found.map((r) => recordings.one(r)))
    return all.sort((a, b) => a.source.localeCompare(b.source) || Date.parse(a.begin) - Date.parse(b.begin))
  }

  async function load() {
    failed.value = ''
    try {
      films.value = await read()
      loaded.value = true
      know()
      conductor.seek(conductor.at())
      poll()
    } catch (e) {
      failed.value = e instanceof Refusal && e.problem.status === 404 ? 'unknown' : 'offline'
    }
  }

  /** reread takes in what was added to the recordings. */
  async function reread() {
    try {
      films.value = await Promise.all(films.value.map((r) => recordings.one(r.id)))
      know()
    } catch {
      // It is there, and will be seen with the next look at the page.
    }
  }

  /** poll follows recordings that are being written. */
  function poll() {
    clearTimeout(polling)
    if (stopped || !open.value) return
    polling = setTimeout(async () => {
      try {
        films.value = await Promise.all(films.value.map((r) => (r.sealed ? r : recordings.one(r.id))))
        know()
      } catch {
        // What cannot be read now is read with the next look.
      }
      poll()
    }, rest)
  }

  /** know gives the conductor and the reels what is known now. */
  function know() {
    const seats: Seat[] = []
    films.value.forEach((r, i) => {
      const reel = reels.get(r.id)
      reel?.know(r)
      if (reel) seats.push({ reel, offset: offsets.value[i]!, media: mediaOf(r) })
    })
    conductor.seats = seats
    conductor.end = end.value
    conductor.grows = open.value
    hear(heard.value)
  }

  /** show gives a recording its video element; null takes it away. */
  function show(film: Recording, video: HTMLVideoElement | null) {
    reels.get(film.id)?.close()
    reels.delete(film.id)
    if (video) {
      const reel = 'MediaSource' in window ? new MseReel(video, film) : new HlsReel(video, film)
      reels.set(film.id, reel)
    }
    know()
    if (video) reels.get(film.id)!.seek(conductor.at() - (conductor.seats.find((s) => s.reel === reels.get(film.id))?.offset ?? 0))
  }

  /** hear turns one recording's sound on, and all others' off. */
  function hear(which: string | null) {
    heard.value = which
    for (const [film, reel] of reels) reel.video.muted = film !== which
    conductor.heard = (which && reels.get(which)) || null
  }

  function tell() {
    conductor.tick()
    now.at = conductor.at()
    now.playing = conductor.playing
    now.waiting = conductor.waiting
    now.rate = conductor.rate
    now.leapt = conductor.leapt
    films.value.forEach((r) => {
      const seat = conductor.seats.find((s) => s.reel === reels.get(r.id))
      if (seat) states[r.id] = conductor.state(seat)
    })
  }
  const looking = setInterval(tell, look)

  function seek(at: number) {
    conductor.leapt = null
    conductor.seek(at)
    tell()
  }

  function toggle() {
    if (conductor.playing) conductor.pause()
    else {
      conductor.leapt = null
      conductor.play()
    }
    tell()
  }

  function speed(rate: number) {
    conductor.speed(rate)
    tell()
  }

  /** frame goes to the next picture, or the one before, of the first camera that has one there. */
  async function frame(by: 1 | -1) {
    if (conductor.playing) conductor.pause()
    const i = films.value.findIndex((r) => ['ready', 'loading'].includes(states[r.id] ?? ''))
    const film = films.value[Math.max(0, i)]
    if (!film) return
    const offset = offsets.value[Math.max(0, i)]!
    const place = reels.get(film.id)?.position() ?? conductor.at() - offset
    const frames = (await recordings.frames(film.id, place - 3, 6)).map((f) => f.at)
    const shown = frames.findLastIndex((f) => f <= place)
    const to = by > 0 ? frames[shown + 1] : frames[shown - 1]
    // A hair into the picture, so that rounding does not show the one before.
    if (to !== undefined) seek(to + offset + 0.001)
  }

  /** event goes to the next gap or mark, or the one before. */
  function event(by: 1 | -1) {
    const at = conductor.at()
    const places = [...lanes.value.flatMap((l) => l.gaps.map((g) => g.start - 1)), ...flags.value.map((f) => f.at)].map((p) => Math.max(0, p)).sort((a, b) => a - b)
    const to = by > 0 ? places.find((p) => p > at + 0.3) : places.findLast((p) => p < at - 1)
    if (to !== undefined) seek(to)
  }

  onBeforeUnmount(() => {
    stopped = true
    clearInterval(looking)
    clearTimeout(polling)
    conductor.close()
  })

  return { films, lanes, flags, end, open, plays, loaded, failed, now, states, heard, load, reread, show, hear, seek, toggle, speed, frame, event }
}
