import { ElMessage } from 'element-plus/es/components/message/index'
import 'element-plus/es/components/message/style/css'
import { useI18n } from 'vue-i18n'
import { Refusal } from '@/api/client'
import type { RoomCommand } from '@/media/roomwire'

/** useGive gives commands to the room, and says in words what the hub has against one. */
export function useGive(command: (c: RoomCommand) => Promise<void>) {
  const { t, te } = useI18n()

  /** give tells whether it was carried out. */
  return async function give(c: RoomCommand): Promise<boolean> {
    try {
      await command(c)
      return true
    } catch (e) {
      ElMessage({ type: 'error', message: words(e), grouping: true })
      return false
    }
  }

  function words(e: unknown): string {
    if (!(e instanceof Refusal)) return t('room.refused.offline')
    const key = `room.refused.${e.problem.code}`
    return te(key) ? t(key) : t('invalid.server', { detail: e.message })
  }
}
