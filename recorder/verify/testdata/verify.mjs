// A verifier of recordings and audits, written from docs/evidence-format.md alone.
//   node verify.mjs FOLDER [KEPT_HEAD.json]     exit 0: whole, 1: not whole, and why
import { createHash, createPublicKey, verify } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [dir, keptFile] = process.argv.slice(2)
const fail = (text) => { console.log(`not whole: ${text}`); process.exit(1) }
const must = (ok, text) => ok || fail(text)
process.on('uncaughtException', (e) => fail(e.message))
const read = (name) => readFileSync(join(dir, name))
const sum = (kind, bytes) => createHash(kind).update(bytes).digest('hex')
const zeros = '0'.repeat(64)
const digits = (n) => String(n).padStart(6, '0')
const escaped = (json) => json.replace(/[<>&\u2028\u2029]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'))
// has tells whether an object has these members, and no others; those with ? may be missing.
const has = (o, names, sorted = (list) => list.sort()) => {
  const keys = Object.keys(o)
  const wanted = names.split(' ').filter((n) => !n.endsWith('?') || keys.includes(n.slice(0, -1))).map((n) => n.replace('?', ''))
  return sorted(keys).join() === sorted(wanted).join()
}
const hasInOrder = (o, names) => has(o, names, (list) => list)
const pretty = (name, members) => {
  const text = read(name).toString()
  const o = JSON.parse(text)
  must(escaped(JSON.stringify(o, null, 2)) + '\n' === text && hasInOrder(o, members), `${name} is not written as it should be`)
  return o
}

// SM2, GB/T 32918, on its recommended curve.
const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
const A = P - 3n
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n
const G = [0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n, 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n]
const mod = (a, m) => ((a % m) + m) % m
const inverse = (a) => { let [x, y, u, v] = [mod(a, P), P, 1n, 0n]; while (x > 1n) { const q = y / x; [x, y, u, v] = [y % x, x, v - q * u, u] } return mod(u, P) }
const add = (p, q) => {
  if (!p || !q) return p || q
  if (p[0] === q[0] && mod(p[1] + q[1], P) === 0n) return null
  const l = p[0] === q[0] ? mod((3n * p[0] * p[0] + A) * inverse(2n * p[1]), P) : mod((q[1] - p[1]) * inverse(q[0] - p[0]), P)
  const x = mod(l * l - p[0] - q[0], P)
  return [x, mod(l * (p[0] - x) - p[1], P)]
}
const times = (k, p) => { let r = null; for (; k > 0n; k >>= 1n, p = add(p, p)) if (k & 1n) r = add(r, p); return r }
const big = (b) => BigInt('0x' + (b.toString('hex') || '0'))
const bytes32 = (v) => Buffer.from(v.toString(16).padStart(64, '0'), 'hex')
const sm2Valid = (point, text, signature) => {
  const der = Buffer.from(signature, 'base64')
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der[2] !== 2 || der[4 + der[3]] !== 2 || der[5 + der[3]] !== der.length - 6 - der[3]) return false
  const [r, s] = [big(der.subarray(4, 4 + der[3])), big(der.subarray(6 + der[3]))]
  if (r < 1n || r >= N || s < 1n || s >= N) return false
  const q = [big(point.subarray(1, 33)), big(point.subarray(33))]
  const z = createHash('sm3').update(Buffer.from([0, 0x80])).update('1234567812345678')
  for (const v of [A, B, ...G, ...q]) z.update(bytes32(v))
  const e = big(createHash('sm3').update(z.digest()).update(text).digest())
  const t = mod(r + s, N)
  const at = add(times(s, G), times(t, q))
  return t !== 0n && at !== null && mod(e + at[0], N) === r
}

// 1. The ledger
const names = readdirSync(dir)
const manifest = names.some((f) => /^manifest(-\d{6})?\.jsonl$/.test(f))
const files = names.filter((f) => (manifest ? /^manifest(-\d{6})?\.jsonl$/ : /^\d{6}\.jsonl$/).test(f)).sort((a, b) => (a === 'manifest.jsonl' ? -1 : b === 'manifest.jsonl' ? 1 : a < b ? -1 : 1))
must(files.length > 0, 'there is no ledger')
const fileName = (n) => (manifest ? (n === 1 ? 'manifest.jsonl' : `manifest-${digits(n)}.jsonl`) : `${digits(n)}.jsonl`)
const pem = (name) => {
  const text = read(name).toString()
  const der = Buffer.from(text.replace(/-----[A-Z ]+-----|\n/g, ''), 'base64')
  must(text === `-----BEGIN PUBLIC KEY-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END PUBLIC KEY-----\n`, `${name} is not written as it should be`)
  return der
}
const spki = pem('ledger.pub')
must(spki.length === 44 && spki.subarray(0, 12).toString('hex') === '302a300506032b6570032100', 'ledger.pub holds no Ed25519 key')
const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
const point = existsSync(join(dir, 'ledger-sm2.pub')) ? pem('ledger-sm2.pub').subarray(-65) : null
const linesOf = (bytes) => {
  const lines = []
  for (let at = 0; ; ) {
    const end = bytes.indexOf(10, at)
    if (end < 0) return lines
    lines.push(bytes.subarray(at, end))
    at = end + 1
  }
}
const all = files.map((f) => ({ name: f, bytes: read(f) }))
const headers = all.map((f) => JSON.parse(linesOf(f.bytes)[0]).body)
headers.forEach((h) => {
  if (!h.before) return
  const f = all[h.before.file - 1]
  must(f && f.bytes.length >= h.before.size, 'a file is shorter than the next one says')
  for (const line of linesOf(f.bytes.subarray(h.before.size))) {
    let kind = ''
    try { kind = JSON.parse(line).kind } catch { /* anything may stand there */ }
    must(kind !== 'head', 'a head stands in what does not count')
  }
  f.bytes = f.bytes.subarray(0, h.before.size)
})
const id = headers[0].id
const strictBase64 = (s) => Buffer.from(s, 'base64').toString('base64') === s
const signed = (h, header) =>
  strictBase64(h.signature) && verify(null, Buffer.from(`avhub-ledger/1 head\n${id}\n${h.n}\n${h.hash}\n`), key, Buffer.from(h.signature, 'base64')) &&
  (header.sm2 ? point && h.sm2 && strictBase64(h.sm2) && sm2Valid(point, `avhub-ledger/1 head sm2\n${id}\n${h.n}\n${h.hash_sm3}\n`, h.sm2) : !h.sm2)
const entries = []
const at = new Map() // number → line's hashes, time, header
const heads = []
let prev = { sha: zeros, sm3: zeros }
all.forEach((f, i) => {
  must(f.name === fileName(i + 1), `a file before ${f.name} is gone`)
  const header = headers[i]
  linesOf(f.bytes).forEach((line, k) => {
    const where = `${f.name}:${k + 1}`
    const text = line.toString()
    const e = JSON.parse(text)
    must(line.length < 4194304 && escaped(JSON.stringify(e)) === text && hasInOrder(e, header.hashes.length > 1 ? 'n t kind prev prev_sm3 body' : 'n t kind prev body'), `${where} is not written as it should be`)
    must(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z$/.test(e.t), `${where}: a time that is not written as it should be`)
    must(e.n === entries.length + 1, `${where} is entry ${e.n}, not ${entries.length + 1}`)
    must(e.prev === prev.sha && (!('prev_sm3' in e) || e.prev_sm3 === prev.sm3), `${where}: the entry before is not as it was`)
    must((k === 0) === (e.kind === 'header'), `${where}: a header at the wrong place`)
    if (k === 0) must(has(e.body, 'format id purpose hashes key sm2? file before?') && e.body.format === 'avhub-ledger/1' && e.body.id === id && e.body.purpose === (manifest ? 'recording' : 'audit') && e.body.file === i + 1 &&
      e.body.key === spki.subarray(-32).toString('base64') && (!e.body.sm2 || (point && e.body.sm2 === point.toString('base64'))), `${where}: another ledger's, or another key's`)
    if (e.kind === 'head') {
      must(has(e.body, 'signature sm2?') && signed({ n: e.n - 1, hash: e.prev, hash_sm3: e.prev_sm3, ...e.body }, header), `${where}: bad signature`)
      heads.push(e.n)
    }
    prev = { sha: sum('sha256', line), sm3: header.hashes.includes('sm3') ? sum('sm3', line) : zeros }
    at.set(e.n, { ...prev, t: e.t, header })
    entries.push(e)
  })
})
const known = (h, name) => {
  const entry = at.get(h.n)
  must(h.id === id && entry && entry.sha === h.hash, `${name}: the ledger does not reach to entry ${h.n} as it was signed`)
  must(signed(h, entry.header) && (h.hash_sm3 || zeros) === entry.sm3, `${name} is not signed by the key`)
}
if (existsSync(join(dir, 'head.json'))) {
  const h = pretty('head.json', 'id n hash hash_sm3? signature sm2? time')
  known(h, 'head.json')
  must(h.time === at.get(h.n).t && h.n >= (heads.at(-2) ?? 0), 'head.json is not the newest head')
} else must(heads.length < 2, 'head.json is gone')
if (keptFile) { const h = JSON.parse(readFileSync(keptFile)); known(h.head ?? h, 'the head that was kept') }
if (!manifest) { console.log(`whole: ${entries.length} entries`); process.exit(0) }

// 2. and 3. The recording
const members = {
  recording: 'format id source name? set? labels? asked zero part_ms sync hub', segment: 'segment file start utc size sha256 sm3? tracks mid_group?',
  part: 'segment part offset size sha256 sm3? start duration utc keyframe? recovered? tracks', gap: 'gap start utc cause detail? by?', gap_end: 'gap end utc tracks?',
  segment_end: 'segment size sha256 sm3? crc32? start end utc parts tracks abandoned?', track_gap: 'id start end cause detail? frames?', clock: 'at utc step_ms',
  repaired: 'segment size dropped adopted', mark: 'id at text by?', explanation: 'gap text by', countersign: 'gap by', stamp: 'entry hash time token tsa',
  archived: 'file sha256 where version? retained?', hold: 'on reason by', tombstone: 'files rule reason? by?', seal: 'ended end segments bytes media gaps gap_count tracks restarts files',
}
const causes = 'source_offline network_loss no_keyframe hub_restart disk overload codec adjournment closed_session mediation operator'.split(' ')
const annexes = 'mark explanation countersign stamp archived hold tombstone'.split(' ')
const [segments, gaps, trackGaps, clocks, stamps] = [[], [], [], [], []]
const [gone, explained] = [new Set(), new Set()]
let begin, seal, sealEntry
const openSegment = () => (segments.at(-1)?.end ? undefined : segments.at(-1))
const openGap = () => (gaps.at(-1)?.ended ? undefined : gaps.at(-1))
const bytesOf = (s) => s.parts.reduce((n, p) => n + p.size, s.size)
const untilOf = (s) => s.end?.end ?? (s.parts.length ? s.parts.at(-1).start + s.parts.at(-1).duration : s.start)
const reach = () => Math.max(0, segments.length ? untilOf(segments.at(-1)) : 0, gaps.length ? (gaps.at(-1).ended?.end ?? gaps.at(-1).start) : 0)
const take = {
  segment: (b) => !openSegment() && b.segment === segments.length + 1 && b.file === `${digits(b.segment)}.mp4` && b.size > 0 && b.start >= reach() && segments.push({ ...b, parts: [] }),
  part: (b, s = openSegment()) => s && b.segment === s.segment && b.part === s.parts.length + 1 && b.offset === bytesOf(s) && b.size > 0 && b.start >= s.start && b.duration >= 0 && s.parts.push(b),
  segment_end: (b, s = openSegment()) => s && b.segment === s.segment && b.size === bytesOf(s) && b.parts === s.parts.length && b.end >= s.start && (s.end = b),
  gap: (b) => !openGap() && !openSegment() && b.gap === gaps.length + 1 && causes.includes(b.cause) && gaps.push({ ...b }),
  gap_end: (b, g = openGap()) => g && b.gap === g.gap && b.end >= g.start && (g.ended = b),
  track_gap: (b) => trackGaps.push(b), clock: (b) => clocks.push(b), stamp: (b, _, n) => stamps.push({ ...b, n }), tombstone: (b) => { b.files.forEach((f) => gone.add(f)); return true },
  explanation: (b) => b.gap >= 1 && b.gap <= gaps.length && explained.add(b.gap), countersign: (b) => explained.has(b.gap),
  seal: (b, _, n) => !openSegment() && !openGap() && b.segments === segments.length && ((seal = b), (sealEntry = n)),
}
for (const e of entries) {
  if (['header', 'head', 'recovered'].includes(e.kind)) continue
  const wrong = `entry ${e.n} (${e.kind}) cannot stand here`
  must(members[e.kind] && has(e.body, members[e.kind]), wrong)
  must((e.kind === 'recording') === !begin && (!seal || annexes.includes(e.kind)), wrong)
  if (e.kind === 'recording') { begin = e.body; must(begin.format === 'avhub-recording/1' && begin.id, 'another format') }
  else must(!take[e.kind] || take[e.kind](e.body, undefined, e.n), wrong)
}
must(begin, 'the manifest does not say what it is of')
const utcAt = (m) => Date.parse(begin.zero) + m / 1000 + clocks.filter((c) => c.at <= m).reduce((n, c) => n + c.step_ms, 0)

const box = (b, at) => ({ name: b.subarray(at + 4, at + 8).toString('latin1'), body: b.subarray(at + 8, at + b.readUInt32BE(at)), next: at + b.readUInt32BE(at) })
const boxes = (b) => { const out = []; for (let at = 0; at < b.length; ) { const x = box(b, at); must(x.next > at + 7 && x.next <= b.length, 'a box that does not end'); out.push(x); at = x.next } return out }
const checkPart = (s, p, bytes) => {
  const where = `${s.file} part ${p.part} at ${p.start / 1e6} s`
  const three = boxes(bytes)
  must(three.map((x) => x.name).join() === 'prft,moof,mdat', `${where} is no part`)
  const ntp = three[0].body.readBigUInt64BE(8)
  const unix = Number(ntp >> 32n) + (ntp >> 63n ? 0 : 2 ** 32) - 2208988800 + Number(ntp & 0xffffffffn) / 2 ** 32
  must(Math.abs(unix * 1000 - Date.parse(p.utc)) <= 2, `${where}: another wall clock`) // Date.parse cuts at milliseconds
  const trafs = boxes(three[1].body).filter((x) => x.name === 'traf').map((x) => Object.fromEntries(boxes(x.body).map((y) => [y.name, y.body])))
  must(trafs.length === p.tracks.length, `${where}: ${trafs.length} tracks`)
  trafs.forEach((t, i) => {
    const track = p.tracks[i]
    must(has(track, 'id frames rtp ntp? damaged?') && t.tfhd.readUInt32BE(4) === track.id && t.trun.readUInt32BE(4) === track.frames, `${where}: other frames than the manifest says`)
    const d = s.tracks.find((x) => x.id === track.id)
    if (d) must(Math.abs(((Number(t.tfdt.readBigUInt64BE(4)) + d.base) / d.timescale) * 1e6 - p.start) <= 10e6, `${where}: its frames lie elsewhere`)
  })
}
const excerptFile = join(dir, '..', '..', 'excerpt.json')
const excerpt = existsSync(excerptFile) ? JSON.parse(readFileSync(excerptFile)) : null
must(!excerpt || excerpt.format === 'avhub-excerpt/1', 'excerpt.json has another format')
const of = excerpt?.recordings.find((r) => r.recording === begin.id)
if (of) {
  must(of.value === JSON.parse(read('seal.json')).value && of.left_out === segments.length - of.segments.length, 'excerpt.json does not fit')
  for (const x of of.segments) {
    const s = segments.find((y) => y.file === x.file)
    const parts = s?.parts.slice(x.first_part - 1, x.last_part) ?? []
    must(parts.length > 0 && x.first_part > 0 && parts.length === x.last_part - x.first_part + 1 && x.size === s.end.size && x.sha256 === s.end.sha256 && x.bytes[0] === parts[0].offset &&
      x.bytes[1] === parts.at(-1).offset + parts.at(-1).size && x.parts_sha256.join() === parts.map((p) => p.sha256).join(), `excerpt.json does not fit ${x.file}`)
  }
}
for (const s of segments) {
  const path = join(dir, s.file)
  if (!existsSync(path) && (gone.has(s.file) || (excerpt && !of?.segments.some((x) => x.file === s.file)))) continue
  must(lstatSync(path).isFile(), `${s.file} is no file`)
  const want = bytesOf(s)
  must(lstatSync(path).size >= want && (lstatSync(path).size === want || !s.end || s.end.abandoned), `${s.file} has ${lstatSync(path).size} bytes, not ${want}`)
  const bytes = readFileSync(path).subarray(0, want)
  if (s.end) must(sum('sha256', bytes) === s.end.sha256 && (!s.end.sm3 || sum('sm3', bytes) === s.end.sm3), `${s.file} is not as it was recorded`)
  else for (const x of [{ ...s, offset: 0 }, ...s.parts]) must(sum('sha256', bytes.subarray(x.offset, x.offset + x.size)) === x.sha256, `${s.file} is not as it was recorded`)
  for (const p of s.parts) checkPart(s, p, bytes.subarray(p.offset, p.offset + p.size))
}

// The account
const near = (a, b, slack = 40_000) => Math.abs(a - b) <= slack
const total = (list, f) => list.reduce((n, x) => n + f(x), 0)
const stretches = [...segments.map((s) => [s.start, untilOf(s)]), ...gaps.map((g) => [g.start, g.ended?.end ?? g.start])].sort((a, b) => a[0] - b[0] || a[1] - b[1])
let [reached, holes] = [0, 0]
for (const [from, until] of stretches) {
  must(from >= reached && from - reached <= 100_000, `nothing says what was between ${reached / 1e6} s and ${from / 1e6} s`)
  holes += from - reached
  reached = Math.max(reached, until)
}
const [kept, gapped] = [{}, {}]
const count = (to, list) => (list ?? []).forEach((t) => (to[t.id] = (to[t.id] ?? 0) + (t.frames ?? 0)))
for (const s of segments) {
  let head = s.start
  const own = {}
  for (const p of s.parts) { must(p.start >= head - 40_000 && p.start <= head + 1e6, `${s.file} part ${p.part} does not follow`); head = Math.max(head, p.start + p.duration); count(own, p.tracks); count(kept, p.tracks) }
  if (s.end) must(s.end.start === s.start && s.end.end >= head - 40_000 && s.end.end <= head + 1e6 && s.end.tracks.every((t) => t.frames === (own[t.id] ?? 0)), `${s.file} does not end as its parts do`)
}
gaps.forEach((g) => count(gapped, g.ended?.tracks))
count(gapped, trackGaps)
if (seal) {
  const media = total(segments, (s) => untilOf(s) - s.start) + holes + Math.max(0, seal.end - reached)
  must(seal.end >= reached && seal.end - reached <= 100_000 && near(seal.media + seal.gaps, seal.end) && near(seal.media, media) && near(seal.gaps, total(gaps, (g) => g.ended.end - g.start)), 'media and gaps do not add up')
  must(seal.gap_count === gaps.length && seal.restarts === gaps.filter((g) => g.cause === 'hub_restart').length && near(Date.parse(seal.ended), utcAt(seal.end), 1001), 'the seal does not add up')
  must(seal.files.length === segments.length && seal.bytes === total(segments, (s) => s.end.size) && seal.files.every((f, i) => has(f, 'file size sha256 sm3?') && f.file === segments[i].file && f.size === segments[i].end.size && f.sha256 === segments[i].end.sha256 && f.sm3 === segments[i].end.sm3), 'the files of the seal are others')
  must(seal.tracks.every((t) => t.in === t.kept + t.gapped && t.kept === (kept[t.id] ?? 0) && t.gapped === (gapped[t.id] ?? 0)), 'frames do not add up')
  must(Object.entries({ ...kept, ...gapped }).every(([id]) => !(kept[id] || gapped[id]) || seal.tracks.some((t) => t.id === +id)), 'a track is missing in the seal')
  const s = pretty('seal.json', 'format recording source set? labels? value value_sm3? seal head')
  must(s.format === 'avhub-seal/1' && JSON.stringify(s.seal) === JSON.stringify(seal), 'seal.json has another seal')
  const same = (k) => JSON.stringify(s[k]) === JSON.stringify(begin[k])
  must(s.recording === begin.id && same('source') && same('set') && same('labels') && s.value === s.head.hash && s.value_sm3 === s.head.hash_sm3 && s.head.n > sealEntry, 'seal.json is of another recording')
  must(hasInOrder(s.head, 'id n hash hash_sm3? signature sm2?'), 'seal.json has another head')
  known(s.head, 'seal.json')
} else must(!existsSync(join(dir, 'seal.json')), 'seal.json is there, and no seal in the manifest')
for (const s of stamps) {
  const imprint = Buffer.concat([Buffer.from('300d06096086480165030402010500' + '0420', 'hex'), Buffer.from(s.hash, 'hex')])
  must(s.entry < s.n && heads.includes(s.entry) && at.get(s.entry).sha === s.hash && Buffer.from(s.token, 'base64').includes(imprint), `the time stamp of entry ${s.n} is not of entry ${s.entry}`)
}
const own = [...files, 'head.json', 'ledger.pub', 'ledger-sm2.pub', 'seal.json']
for (const e of readdirSync(dir, { withFileTypes: true })) {
  const known = own.includes(e.name.replace(/\.new$/, '')) || segments.some((s) => s.file === e.name) || (!seal && e.name === `${digits(segments.length + 1)}.mp4`)
  must(known && e.isFile(), `${e.name} does not belong there`)
}
console.log(`whole: ${entries.length} entries, ${segments.length} segments, ${gaps.length} gaps`)
