/** stayAwake keeps the screen from going dark while somebody is in a room, until the returned function is called. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | null = null
  let over = false

  // A browser takes the lock back whenever the page is hidden.
  const take = async () => {
    if (over || document.visibilityState !== 'visible' || (lock && !lock.released)) return
    lock = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null
    if (over) void lock?.release()
  }
  const see = () => void take()
  document.addEventListener('visibilitychange', see)
  see()
  return () => {
    over = true
    document.removeEventListener('visibilitychange', see)
    void lock?.release()
  }
}
