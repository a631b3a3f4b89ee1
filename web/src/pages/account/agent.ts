// Which browser a log-in comes from, as its owner would call it.

// Order matters: most browsers call themselves Chrome as well, and Chrome Safari.
const browsers: [RegExp, string][] = [
  [/\bEdgA?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bMicroMessenger\/(\d+)/, '微信'],
  [/\bFirefox\/(\d+)/, 'Firefox'],
  [/\b(?:Headless)?Chrome\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)\S* (?:Mobile\/\S+ )?Safari\//, 'Safari'],
]

const systems: [RegExp, string][] = [
  [/\bOpenHarmony|HarmonyOS\b/, 'HarmonyOS'],
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/** browserOf is "Edge 141 · Windows" of a User-Agent; what is not known stays as it is. */
export function browserOf(agent: string): string {
  const names = browsers.flatMap(([sign, name]) => {
    const version = sign.exec(agent)?.[1]
    return version ? [`${name} ${version}`] : []
  })
  const system = systems.find(([sign]) => sign.test(agent))?.[1]
  if (!names[0]) return agent
  return system ? `${names[0]} · ${system}` : names[0]
}
