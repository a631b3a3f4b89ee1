import { ElMessageBox } from 'element-plus/es/components/message-box/index'
import 'element-plus/es/components/message-box/style/css'

/** ask asks before something that cannot be taken back, and tells whether to go on. */
export async function ask(text: string, title: string, yes: string, no: string): Promise<boolean> {
  try {
    await ElMessageBox.confirm(text, title, {
      confirmButtonText: yes, cancelButtonText: no, type: 'warning', confirmButtonClass: 'el-button--danger',
    })
    return true
  } catch {
    return false
  }
}
