// How loud a microphone is, and a tone to try a loudspeaker with.

/** meter tells the loudness of a track, from 0 to 1, some ten times a second, until the returned function is called. */
export function meter(track: MediaStreamTrack, told: (level: number) => void): () => void {
  const context = new AudioContext()
  const analyser = new AnalyserNode(context, { fftSize: 8192 })
  const source = context.createMediaStreamSource(new MediaStream([track]))
  source.connect(analyser)
  void context.resume().catch(() => {})
  const wave = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(wave)
    told(loudest(wave))
  }, 90)
  return () => {
    clearInterval(timer)
    source.disconnect()
    void context.close()
  }
}

/** block is as long as a syllable's loudest part. */
const block = 1024

/** loudest is the loudness of a wave's loudest part: a look ten times a second misses nothing between. */
export function loudest(wave: Float32Array): number {
  let most = 0
  for (let i = 0; i < wave.length; i += block) most = Math.max(most, loudness(wave.subarray(i, i + block)))
  return most
}

/** loudness of a wave, from 0 (silence, or under -60 dB) to 1 (as loud as can be). */
export function loudness(wave: Float32Array): number {
  const mean = Math.sqrt(wave.reduce((sum, x) => sum + x * x, 0) / Math.max(1, wave.length))
  return Math.min(1, Math.max(0, 1 + (20 * Math.log10(Math.max(mean, 1e-6))) / 60))
}

/** playTone plays two soft notes at a loudspeaker; '' is the usual one. It resolves when they have ended. */
export async function playTone(loudspeaker: string): Promise<void> {
  const context = new AudioContext()
  await (context as AudioContext & { setSinkId?(id: string): Promise<void> }).setSinkId?.(loudspeaker).catch(() => {})
  await context.resume()
  const begin = context.currentTime + 0.05
  for (const [i, frequency] of [523.25, 659.25].entries()) {
    const at = begin + i * 0.45
    const loud = new GainNode(context, { gain: 0 })
    loud.gain.setValueAtTime(0, at)
    loud.gain.linearRampToValueAtTime(0.25, at + 0.03)
    loud.gain.exponentialRampToValueAtTime(0.001, at + 0.6)
    const tone = new OscillatorNode(context, { frequency })
    tone.connect(loud).connect(context.destination)
    tone.start(at)
    tone.stop(at + 0.6)
  }
  await new Promise((resolve) => setTimeout(resolve, 1200))
  await context.close()
}
