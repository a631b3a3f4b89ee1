// What the page does with the folder that is chosen: every file of it is held against its
// recording's manifest. SHA256, SM3 and SM2 stand before this in the page.
const hexOf = (buffer) => Array.from(new Uint8Array(buffer), (v) => v.toString(16).padStart(2, '0')).join('')

// hashOf uses the browser's own SHA-256 where there is one, for what fits in memory.
async function hashOf(f) {
  if (globalThis.crypto && crypto.subtle && f.size <= 256 * 1024 * 1024) return hexOf(await crypto.subtle.digest('SHA-256', await f.arrayBuffer()))
  const h = new SHA256(), reader = f.stream().getReader()
  for (;;) { const { done, value } = await reader.read(); if (done) return h.hex(); h.update(value) }
}
// sm3Of is the same by SM3, of a file of any size.
async function sm3Of(f) {
  const h = new SM3(), reader = f.stream().getReader()
  for (;;) { const { done, value } = await reader.read(); if (done) return h.hex(); h.update(value) }
}
const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))

// signed holds an Ed25519 signature against a head's text; null: this browser cannot.
async function signed(key, id, n, hash, signature) {
  try {
    const k = await crypto.subtle.importKey('raw', bytes(key), 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', k, bytes(signature), new TextEncoder().encode(`avhub-ledger/1 head\n${id}\n${n}\n${hash}\n`))
  } catch { return null }
}

// signedSM2 holds a signature of SM2 against a head's text.
function signedSM2(key, id, n, hash, signature) {
  try { return SM2.verify(bytes(key), `avhub-ledger/1 head sm2\n${id}\n${n}\n${hash}\n`, bytes(signature)) } catch { return false }
}

// verify holds a recording's files against its manifest: the chain of lines, each signed
// head, the seal, each segment's bytes, and that nothing was cut off or added.
async function verify(r, files) {
  const folder = r.folder + '/'
  const find = (name) => files.find((f) => f.webkitRelativePath.endsWith('/' + folder + name))
  const faults = [], named = new Map(), ended = new Map(), hashes = new Map(), hashes3 = new Map()
  let previous = '0'.repeat(64), previous3 = previous, n = 0, header = null, checked = 0, checked2 = 0, able = true, sealed = 0
  const head = async (what, h) => {
    if (!header) return
    if (hashes.get(h.n) !== h.hash) faults.push(`${what}：清单已被截断或改写 the manifest was cut or rewritten`)
    const good = await signed(header.key, header.id, h.n, h.hash, h.signature)
    if (good === false) faults.push(`${what}：签名不符 its signature is wrong`)
    if (good === null) able = false; else checked++
    if (!header.sm2) return
    if (hashes3.get(h.n) !== h.hash_sm3) faults.push(`${what}：SM3 与清单不符 its SM3 is not the manifest's`)
    if (signedSM2(header.sm2, header.id, h.n, h.hash_sm3, h.sm2)) checked2++
    else faults.push(`${what}：SM2 签名不符 its SM2 signature is wrong`)
  }
  const manifests = []
  for (let f; (f = find(manifests.length ? `manifest-${String(manifests.length + 1).padStart(6, '0')}.jsonl` : 'manifest.jsonl')); ) manifests.push(f)
  if (!manifests.length) faults.push('清单缺失 manifest missing')
  // After a failed write only the first bytes of a file count: the next one's header says how many.
  for (const f of [...manifests]) {
    try {
      const before = JSON.parse((await f.slice(0, 262144).text()).split('\n', 1)[0]).body.before
      if (before && manifests[before.file - 1]) manifests[before.file - 1] = manifests[before.file - 1].slice(0, before.size)
    } catch { /* said below */ }
  }
  for (const f of manifests) {
    const lines = (await f.text()).split('\n')
    if (lines.pop() !== '') faults.push('清单末尾不完整 the manifest ends in mid-line')
    for (const line of lines) {
      let e
      try { e = JSON.parse(line) } catch { faults.push(`清单第 ${n + 1} 行无法读取 line unreadable`); break }
      n++
      if (e.n !== n || e.prev !== previous) { faults.push(`清单第 ${n} 条与前一条不衔接 entry ${n} does not follow the one before`); n = e.n }
      if (e.kind === 'header') {
        if (header && (header.key !== e.body.key || header.sm2 !== e.body.sm2)) faults.push(`第 ${n} 条更换了密钥 entry ${n} has another key`)
        header = e.body
      }
      if (header && header.sm2 && e.prev_sm3 !== previous3) faults.push(`清单第 ${n} 条的 SM3 与前一条不衔接 entry ${n} does not follow by SM3`)
      if (e.kind === 'head' && header && header.sm2) {
        if (signedSM2(header.sm2, header.id, e.n - 1, e.prev_sm3, e.body.sm2)) checked2++
        else faults.push(`第 ${n} 条 SM2 签名不符 SM2 signature ${n} is wrong`)
      }
      if (e.kind === 'head' && header) {
        const good = await signed(header.key, header.id, e.n - 1, e.prev, e.body.signature)
        if (good === false) faults.push(`第 ${n} 条签名不符 signature ${n} is wrong`)
        if (good === null) able = false; else checked++
      }
      if (e.kind === 'segment') named.set(e.body.file, e.body.segment)
      if (e.kind === 'segment_end') ended.set(e.body.segment, e.body)
      if (e.kind === 'seal') sealed = n
      previous = new SHA256().update(new TextEncoder().encode(line)).hex()
      hashes.set(n, previous)
      if (header && header.sm2) hashes3.set(n, (previous3 = new SM3().update(new TextEncoder().encode(line)).hex()))
    }
  }
  if (!sealed) faults.push('清单没有封存记录 the manifest has no seal')
  for (const name of ['seal.json', 'head.json']) {
    const f = find(name)
    if (!f) { faults.push(`${name} 缺失 missing`); continue }
    let body
    try { body = JSON.parse(await f.text()) } catch { faults.push(`${name} 无法读取 unreadable`); continue }
    if (name === 'head.json') { await head(name, body); continue }
    await head(name, body.head)
    if (body.value !== r.value || body.head.hash !== r.value || body.head.n !== sealed + 1) faults.push('完整性校验值不符 the integrity check value is another one')
    if (header && header.sm2 && body.value_sm3 !== body.head.hash_sm3) faults.push('SM3 完整性校验值不符 the integrity check value by SM3 is another one')
  }
  if (named.size !== r.segments.length) faults.push(`清单有 ${named.size} 个片段，应为 ${r.segments.length} the manifest has ${named.size} segments`)
  let count = 0
  for (const [i, s] of r.segments.entries()) {
    const end = ended.get(i + 1)
    if (named.get(s.file) !== i + 1 || !end || end.sha256 !== s.sha256 || end.size !== s.size) faults.push(`${s.file} 与清单不符 is not the manifest's`)
    if (s.out) continue
    count++
    $('progress').textContent = folder + s.file
    const f = find(s.file), when = clock(Date.parse(r.zero) + s.start * 1000)
    if (!f) faults.push(`${s.file} 缺失 missing (${when})`)
    else if (f.size !== s.size || (await hashOf(f)) !== s.sha256 || (end && end.sm3 && (await sm3Of(f)) !== end.sm3)) faults.push(`${s.file} 已被改动 was changed (${when})`)
  }
  for (const f of files) {
    const name = f.webkitRelativePath.split('/').pop()
    if (f.webkitRelativePath.includes('/' + folder) && name.endsWith('.mp4') && !named.has(name)) faults.push(`${name} 不在清单内 is not in the manifest`)
  }
  return { faults, entries: n, checked, checked2, able, count, key: header && header.key, key2: header && header.sm2 }
}
$('folder').onchange = async (e) => {
  const files = [...e.target.files], body = $('report').tBodies[0]
  if (!files.length) return
  e.target.value = '' // the same folder may be chosen again
  body.replaceChildren()
  $('progress').textContent = '…'
  for (const r of file.recordings) {
    const v = await verify(r, files).catch((err) => ({ faults: [`文件无法读取 a file cannot be read: ${err.message}`], entries: 0 })), row = body.insertRow(), cell = row.insertCell()
    cell.textContent = r.folder
    const result = row.insertCell()
    result.className = v.faults.length ? 'bad' : 'good'
    result.textContent = v.faults.length ? v.faults.join('；') : `完整 whole: ${v.count} 个片段 segments${v.count < r.segments.length ? `（节选，共 ${r.segments.length} excerpt, of ${r.segments.length}）` : ''}, ${v.entries} 条 entries, ${v.able ? v.checked + ' 个签名 signatures' : '本浏览器不能验证 Ed25519 签名 this browser cannot check signatures of Ed25519'}${v.key2 ? `, ${v.checked2} 个 SM2 签名 SM2 signatures` : ''}`
    const value = row.insertCell()
    for (const [label, text] of [['', r.value], ['公钥 public key ', v.key || ''], ...(v.key2 ? [['SM2 公钥 ', v.key2]] : [])]) { const c = document.createElement('code'); c.textContent = text; value.append(label, c, document.createElement('br')) }
  }
  $('progress').textContent = '校验完毕 done'
}
