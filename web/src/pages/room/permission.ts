/** Allowing is by which steps a browser lets a page have camera and microphone again. */
export type Allowing = 'wechat' | 'ios' | 'android' | 'safari' | 'firefox' | 'chrome'

/** allowing reads what a browser says it is. */
export function allowing(agent: string): Allowing {
  if (/MicroMessenger/i.test(agent)) return 'wechat'
  if (/iPhone|iPad|iPod/.test(agent)) return 'ios'
  if (/Android|HarmonyOS/.test(agent)) return 'android'
  if (/Firefox\//.test(agent)) return 'firefox'
  return /Chrome\/|Chromium\/|Edg\//.test(agent) ? 'chrome' : 'safari'
}
