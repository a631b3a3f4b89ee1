// Which platform's instructions somebody needs first.

// Order matters: Android calls itself Linux too, and iPads call themselves Macs.
const signs: [RegExp, string][] = [
  [/\bAndroid|HarmonyOS\b/, 'android'],
  [/\b(?:iPhone|iPad|iPod)\b/, 'ios'],
  [/\bWindows\b/, 'windows'],
  [/\bMac OS X\b/, 'macos'],
  [/\bLinux\b/, 'linux'],
]

/** platformOf is the guide for a browser by its User-Agent; touch tells an iPad from a Mac. */
export function platformOf(agent: string, touch: boolean): string {
  const found = signs.find(([sign]) => sign.test(agent))?.[1] ?? 'windows'
  if (found === 'macos' && touch) return 'ios'
  return found === 'linux' && /\bFirefox\//.test(agent) ? 'firefox' : found
}

/** A phone or tablet, which opens this page by a QR code from a computer. */
export const handheld = (platform: string) => platform === 'ios' || platform === 'android'
