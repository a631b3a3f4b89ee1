// The pictures of all cameras on one timeline, with its gaps. file is what is in the case
// file; it stands before this in the page.
const $ = (id) => document.getElementById(id)
const causes = {
  source_offline: '信号源离线 source offline', network_loss: '网络丢失 network loss', no_keyframe: '无法解码 not decodable', hub_restart: '系统重启 hub restart',
  disk: '磁盘故障 disk', overload: '过载 overload', codec: '编码不支持 codec', adjournment: '休庭 adjournment', closed_session: '不公开举证质证 closed session',
  mediation: '不宜录制的调解 mediation', operator: '人工停止 stopped by hand',
}
$('number').textContent = file.number || '录像 Recordings'
$('title').textContent = file.title || ''

const clock = (ms) => new Date(ms).toLocaleString(undefined, { hour12: false })

// One timeline for all cameras, by the hub's clock; of an excerpt, its stretch.
const x = file.excerpt
const zero = x ? Date.parse(x.from) : Math.min(...file.recordings.map((r) => Date.parse(r.zero)))
const length = x ? (Date.parse(x.to) - zero) / 1000 : Math.max(...file.recordings.map((r) => (Date.parse(r.zero) - zero) / 1000 + r.end))
if (x) $('excerpt').textContent = `节选 Excerpt: ${clock(zero)} — ${clock(zero + length * 1000)}`
let playing = false, last = 0
// It begins where there is a picture.
let now = Math.max(0, Math.min(...file.recordings.flatMap((r) => r.segments.filter((s) => !s.out).map((s) => (Date.parse(r.zero) - zero) / 1000 + s.start)))) || 0
const cameras = file.recordings.map((r) => {
  const figure = document.createElement('figure'), video = document.createElement('video'), caption = document.createElement('figcaption')
  const name = document.createElement('span'), state = document.createElement('span')
  name.textContent = r.name || r.source
  caption.append(name, state)
  figure.append(video, caption)
  video.playsInline = true
  $('screens').append(figure)
  const c = { r, video, state, offset: (Date.parse(r.zero) - zero) / 1000, segment: null, broken: '' }
  video.onerror = () => {
    // A file that is not there, or one that this browser has no decoder for.
    c.broken = video.error && video.error.code === 4 && !/DEMUXER|DECODE/.test(video.error.message) ? '找不到文件 file missing' : '本浏览器不能播放此编码，请用 VLC this browser cannot decode it: use VLC'
    c.state.textContent = c.broken
  }
  return c
})

function show(c) {
  const at = now - c.offset
  const there = c.r.segments.find((s) => at >= s.start && at < s.end)
  const s = there && !there.out ? there : undefined
  const g = c.r.gaps.find((g) => at >= g.start && at < g.end)
  c.state.textContent = s ? c.broken : there ? '未附 not in this excerpt' : g ? causes[g.cause] || g.cause : '—'
  c.video.style.visibility = s ? '' : 'hidden'
  if (!s) { c.video.pause(); c.segment = null; return }
  if (c.segment !== s) {
    c.segment = s
    c.broken = c.state.textContent = ''
    c.video.src = c.r.folder.split('/').map(encodeURIComponent).join('/') + '/' + s.file
    c.video.currentTime = at - s.start
  } else if (Math.abs(c.video.currentTime - (at - s.start)) > (playing ? 0.3 : 0.02)) c.video.currentTime = at - s.start
  c.video.playbackRate = Number($('speed').value)
  if (playing && c.video.paused) c.video.play().catch(() => {})
  if (!playing && !c.video.paused) c.video.pause()
}
const cursor = document.createElement('b')
for (const c of cameras) for (const g of c.r.gaps) {
  const i = document.createElement('i')
  i.style.left = ((g.start + c.offset) / length) * 100 + '%'
  i.style.width = ((g.end - g.start) / length) * 100 + '%'
  i.title = causes[g.cause] || g.cause
  $('bar').append(i)
}
$('bar').append(cursor)
function draw() {
  cursor.style.left = (now / length) * 100 + '%'
  $('clock').textContent = clock(zero + now * 1000)
  $('play').textContent = playing ? '暂停 Pause' : '播放 Play'
  $('bar').setAttribute('aria-valuenow', now.toFixed(0)); $('bar').setAttribute('aria-valuemax', length.toFixed(0))
  $('bar').setAttribute('aria-valuetext', $('clock').textContent)
  cameras.forEach(show)
}
function go(to) { now = Math.max(0, Math.min(length - 0.04, to)); draw() }
function toggle(on) { playing = on ?? !playing; last = performance.now(); draw(); if (playing) requestAnimationFrame(step) }
function step(t) {
  if (!playing) return
  now += ((t - last) / 1000) * Number($('speed').value); last = t
  if (now >= length - 0.04) { now = length - 0.04; playing = false }
  draw()
  if (playing) requestAnimationFrame(step)
}
$('play').onclick = () => toggle()
$('bar').onclick = (e) => go((e.offsetX / $('bar').clientWidth) * length)
addEventListener('keydown', (e) => {
  if (e.target.matches('select, button, input')) return
  const keys = { ' ': () => toggle(), k: () => toggle(false), l: () => toggle(true), j: () => go(now - 10), ArrowLeft: () => go(now - 5), ArrowRight: () => go(now + 5) }
  if (keys[e.key]) { e.preventDefault(); keys[e.key]() }
})
for (const r of file.recordings) for (const g of r.gaps) {
  const row = $('gaps').tBodies[0].insertRow()
  for (const text of [r.name || r.source, clock(Date.parse(g.utc)), clock(Date.parse(g.until)), (causes[g.cause] || g.cause) + (g.by ? ' · ' + g.by : '') + (g.detail ? ' · ' + g.detail : ''), g.lawful ? '' : g.text ? `${g.text}（${g.author}）` + (g.signed ? ` ✓ ${g.signed}` : ' 尚未签名 not signed yet') : '尚未说明 not explained yet'])
    row.insertCell().textContent = text
}
if (!$('gaps').tBodies[0].rows.length) $('gaps').tBodies[0].insertRow().insertCell().textContent = '无 none'
draw()
