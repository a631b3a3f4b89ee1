// SHA-256 (FIPS 180-4), in the page, for files of any size.
class SHA256 {
  static k = Uint32Array.from(primes(64), (p) => fraction(Math.cbrt(p)))
  constructor() { this.h = Uint32Array.from(primes(8), (p) => fraction(Math.sqrt(p))); this.rest = new Uint8Array(0); this.bytes = 0; this.w = new Uint32Array(64) }
  update(data) {
    this.bytes += data.length
    if (this.rest.length) { const all = new Uint8Array(this.rest.length + data.length); all.set(this.rest); all.set(data, this.rest.length); data = all }
    let i = 0
    for (; i + 64 <= data.length; i += 64) this.block(data, i)
    this.rest = data.slice(i)
    return this
  }
  block(d, at) {
    const w = this.w, k = SHA256.k
    for (let i = 0; i < 16; i++, at += 4) w[i] = (d[at] << 24) | (d[at + 1] << 16) | (d[at + 2] << 8) | d[at + 3]
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2]
      w[i] = w[i - 16] + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) + w[i - 7] + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))
    }
    let [a, b, c, e0, e, f, g, h] = this.h
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0
      const t2 = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g; g = f; f = e; e = (e0 + t1) | 0; e0 = c; c = b; b = a; a = (t1 + t2) | 0
    }
    const s = this.h
    s[0] += a; s[1] += b; s[2] += c; s[3] += e0; s[4] += e; s[5] += f; s[6] += g; s[7] += h
  }
  hex() {
    const bits = BigInt(this.bytes) * 8n, pad = new Uint8Array(((this.rest.length + 8) >= 64 - 0 ? 128 : 64) - this.rest.length)
    pad[0] = 0x80
    for (let i = 0; i < 8; i++) pad[pad.length - 1 - i] = Number((bits >> BigInt(8 * i)) & 255n)
    this.update(pad)
    return Array.from(this.h, (v) => v.toString(16).padStart(8, '0')).join('')
  }
}
function primes(n) { const p = []; for (let i = 2; p.length < n; i++) if (p.every((q) => i % q)) p.push(i); return p }
function fraction(x) { return Math.floor((x - Math.floor(x)) * 4294967296) }
