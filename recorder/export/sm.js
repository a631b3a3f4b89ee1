// SM3 (GB/T 32905) and signatures of SM2 (GB/T 32918.2), which no browser has. It stands in
// the page behind SHA256, whose padding it shares. Nothing here is secret, so that it
// need not take the same time for every number.
class SM3 extends SHA256 {
  constructor() {
    super()
    this.h = Uint32Array.of(0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e)
    this.w = new Uint32Array(68)
  }
  block(d, at) {
    const w = this.w, rol = (x, n) => (x << n) | (x >>> (32 - n))
    for (let i = 0; i < 16; i++, at += 4) w[i] = (d[at] << 24) | (d[at + 1] << 16) | (d[at + 2] << 8) | d[at + 3]
    for (let i = 16; i < 68; i++) {
      const x = w[i - 16] ^ w[i - 9] ^ rol(w[i - 3], 15)
      w[i] = x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[i - 13], 7) ^ w[i - 6]
    }
    let [a, b, c, e0, e, f, g, h] = this.h
    for (let i = 0; i < 64; i++) {
      const early = i < 16, turned = rol(a, 12), k = early ? 0x79cc4519 : 0x7a879d8a
      const s1 = rol((turned + e + (i % 32 ? rol(k, i % 32) : k)) | 0, 7)
      const t1 = ((early ? a ^ b ^ c : (a & b) | (a & c) | (b & c)) + e0 + (s1 ^ turned) + (w[i] ^ w[i + 4])) | 0
      const t2 = ((early ? e ^ f ^ g : (e & f) | (~e & g)) + h + s1 + w[i]) | 0
      e0 = c; c = rol(b, 9); b = a; a = t1
      h = g; g = rol(f, 19); f = e; e = t2 ^ rol(t2, 9) ^ rol(t2, 17)
    }
    const s = this.h;
    [a, b, c, e0, e, f, g, h].forEach((v, i) => { s[i] ^= v })
  }
}

const SM2 = (() => {
  const p = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn, n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
  const b = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n, a = p - 3n
  const G = [0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n, 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n, 1n]
  const mod = (x, m = p) => ((x % m) + m) % m
  const number = (raw) => raw.reduce((sum, v) => (sum << 8n) | BigInt(v), 0n)
  const octets = (x) => Uint8Array.from({ length: 32 }, (_, i) => Number((x >> BigInt(8 * (31 - i))) & 255n))
  const hashed = (...parts) => parts.reduce((h, part) => h.update(part), new SM3()).hex()

  // Points are in Jacobian coordinates; a third one of 0 is the point at infinity.
  const twice = ([x, y, z]) => {
    const yy = mod(y * y), s = mod(4n * x * yy), zz = mod(z * z), m = mod(3n * (x - zz) * (x + zz)), x3 = mod(m * m - 2n * s)
    return [x3, mod(m * (s - x3) - 8n * yy * yy), mod(2n * y * z)]
  }
  const plus = (P, Q) => {
    if (!P[2]) return Q
    if (!Q[2]) return P
    const [x1, y1, z1] = P, [x2, y2, z2] = Q, a1 = mod(z1 * z1), a2 = mod(z2 * z2)
    const u1 = mod(x1 * a2), h = mod(x2 * a1 - u1), s1 = mod(y1 * z2 * a2), r = mod(y2 * z1 * a1 - s1)
    if (!h) return r ? [1n, 1n, 0n] : twice(P)
    const hh = mod(h * h), v = mod(u1 * hh), x3 = mod(r * r - h * hh - 2n * v)
    return [x3, mod(r * (v - x3) - s1 * h * hh), mod(h * z1 * z2)]
  }
  const inverse = (x) => { let [r, s, u, v] = [p, mod(x), 0n, 1n]; while (s) { const q = r / s; [r, s, u, v] = [s, r - q * s, v, u - q * v] } return mod(u) }

  // integers reads a sequence of two in ASN.1, as DER writes them and no other way.
  const integers = (der) => {
    const found = []
    if (der[0] !== 0x30 || der[1] !== der.length - 2) return null
    for (let at = 2; at < der.length; ) {
      const size = der[at + 1], value = der.subarray(at + 2, at + 2 + size)
      if (der[at] !== 2 || !size || value.length !== size || value[0] > 127 || (size > 1 && !value[0] && value[1] < 128)) return null
      found.push(number(value))
      at += 2 + size
    }
    return found.length === 2 ? found : null
  }

  // verify holds a signature (DER) of the usual user id against a public key (04 X Y) and a text.
  const verify = (key, text, der) => {
    const rs = integers(der)
    if (!rs || key.length !== 65 || key[0] !== 4) return false
    const [r, s] = rs, x = number(key.subarray(1, 33)), y = number(key.subarray(33)), t = mod(r + s, n)
    if (x >= p || y >= p || mod(y * y - x * x * x - a * x - b) || r < 1n || r >= n || s < 1n || s >= n || !t) return false
    const id = new TextEncoder().encode('1234567812345678')
    const z = hashed(Uint8Array.of(0, id.length * 8), id, ...[a, b, G[0], G[1], x, y].map(octets))
    const e = BigInt('0x' + hashed(octets(BigInt('0x' + z)), new TextEncoder().encode(text)))
    const P = [x, y, 1n], both = plus(G, P)
    let sum = [1n, 1n, 0n]
    for (let i = 255n; i >= 0n; i--) {
      sum = twice(sum)
      const g = (s >> i) & 1n, q = (t >> i) & 1n
      if (g && q) sum = plus(sum, both)
      else if (g) sum = plus(sum, G)
      else if (q) sum = plus(sum, P)
    }
    if (!sum[2]) return false
    const z1 = inverse(sum[2])
    return mod(e + mod(sum[0] * z1 * z1), n) === r
  }
  return { verify }
})()
