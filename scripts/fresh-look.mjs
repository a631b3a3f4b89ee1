// Waits until a demo hub shows its four cameras, as one who logs in with the
// user that its log-in page names: node fresh-look.mjs URL PID
// It gives up when the process has ended, or after an hour.
const [url, pid] = process.argv.slice(2)
const limit = Date.now() + 3600_000
const second = () => new Promise((resolve) => setTimeout(resolve, 1000))

/** alive tells whether the process that should bring the hub is there. */
function alive() {
  try {
    process.kill(Number(pid), 0)
    return Date.now() < limit
  } catch {
    return false
  }
}

async function look() {
  const body = JSON.stringify({ name: 'inspector', password: 'avhub-demo' })
  const login = await fetch(`${url}/api/v1/login`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })
  const headers = { Cookie: login.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ') }
  const { items } = await (await fetch(`${url}/api/v1/sources`, { headers })).json()
  if (items.length !== 4 || items.some((s) => s.main.state !== 'live' || s.sub.state !== 'live')) return null
  const sizes = []
  for (const s of items) {
    const picture = await fetch(`${url}/api/v1/sources/${s.id}/snapshot.jpg`, { headers })
    if (picture.headers.get('Content-Type') !== 'image/jpeg') return null
    sizes.push(`${s.id} ${s.main.video.codec} + ${s.main.audio.codec}, a picture of ${(await picture.arrayBuffer()).byteLength} bytes`)
  }
  const page = await (await fetch(url)).text()
  return page.includes('<script') ? sizes : null
}

for (;;) {
  if (!alive()) {
    console.error('make run has ended before its cameras were seen')
    process.exit(1)
  }
  const seen = await look().catch(() => null) // not there yet
  if (seen) {
    console.log(seen.join('\n'))
    break
  }
  await second()
}
