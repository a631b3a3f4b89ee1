// 录像与回放。
export default {
  film: {
    title: '录像', one: '录像回放', none: '没有录像', noneText: '庭审开庭、手动录制或设为“始终录制”的信号源，其录像会出现在这里。', noMatchText: '请放宽日期，或去掉部分条件。',
    unread: '暂时无法读取录像。', loading: '正在读取录像', more: '更早的录像', unknown: '没有这段录像', unknownText: '链接可能有误，或您无权查看。',
    source: '信号源', anySource: '全部信号源', court: '法院', anyCourt: '全部法院', site: '场所', anySite: '全部场所', hearing: '庭审', anyHearing: '全部庭审', clear: '清除条件', day: '日期', before: '前一天', after: '后一天', today: '今天', anyDay: '全部日期', case: '案号', caseHint: '案号，可只写一部分',
    col: { time: '时间', what: '案件', cameras: '画面', length: '时长', gaps: '缺口', size: '大小', state: '状态' },
    for: { always: '全天录制', hand: '手动录制', hearing: '庭审录像', other: '录像' }, by: '{name} 开始',
    count: '{n} 路', gaps: '{n} 处，共 {length}', noGaps: '无', play: '回放', details: '详情', notYours: '仅可查看录像信息，不能回放',
    recording: '正在录制', sealed: '已封存', unsealed: '未封存', fault: '清单有缺损', value: '完整性校验值', held: '已冻结，不得删除',
    pausedBy: '未在录制：{cause}', notRecorded: '应录未录', start: '开始录制', stop: '停止录制', mayNot: '您不能录制这一路信号源。', notBegun: '未能执行：{detail}',
    live: '回到最新', playing: '正在录制，可边录边看', leapt: '已跳过 {length}：{cause}', waiting: '正在读取画面', several: '各路画面均无录像',
    state: {
      loading: '正在读取', h265: '此浏览器不能播放 H.265，只显示静止画面。请改用支持 H.265 的浏览器。', codec: '此浏览器不能播放这种编码，只显示静止画面。',
      failed: '画面读取失败，正在重试', before: '此路画面尚未开始录制', after: '此路画面的录像到此结束', soundOnly: '只有声音', none: '此处没有录像',
    },
    cause: {
      source_offline: '信号源离线', network_loss: '网络中断', no_keyframe: '画面无法解码', hub_restart: '系统重启', disk: '磁盘已满或故障', overload: '系统过载',
      codec: '编码不受支持', adjournment: '休庭', closed_session: '不公开举证质证', mediation: '不宜录制的调解', operator: '人工停止',
      damaged: '录像文件缺损', deleted: '录像文件已按规定删除', unknown: '原因不明',
    },
    gap: {
      title: '缺口', none: '没有缺口，录像完整。', when: '时间', length: '时长', camera: '画面', cause: '原因', by: '{name} 决定', goTo: '跳到 {time}', lasts: '仍在持续',
      explained: '情况说明', explainedBy: '{name} 说明', signedBy: '{name} 签名', unexplained: '尚无情况说明', ordered: '依法中断', fault: '故障', track: { video: '缺少画面', audio: '缺少声音' },
    },
    mark: { do: '标记', text: '标记内容', hint: '例如：原告举证，第二组', save: '保存标记', cancel: '取消', failed: '标记未能保存，请稍后再试。' },
    clip: {
      do: '片段', from: '起点', to: '终点', setFrom: '起点设为当前', setTo: '终点设为当前', length: '时长', play: '试看', take: '导出片段', close: '取消', open: '录像封存后方可导出',
    },
    marks: { title: '标记', none: '没有标记。' },
    facts: { title: '录像信息', begin: '开始', end: '结束', length: '时长', media: '实录', size: '大小', files: '{n} 个文件', frames: '帧数', framesOf: '{kept} 帧，缺口中 {gapped} 帧', restarts: '录制期间系统重启 {n} 次', codecs: '编码', recording: '编号', archived: '归档', archivedOf: '{n} / {of} 个文件已归档', who: '可查看', whoHearing: '本庭合议庭成员和书记员、巡查员可回放；审计员可查看录像信息', whoOther: '巡查员可回放；审计员可查看录像信息' },
    timeline: '时间轴', zoomIn: '放大时间轴', zoomOut: '缩小时间轴', toggle: { play: '播放', pause: '暂停' }, back: '后退 10 秒', forward: '前进 10 秒', frameBack: '上一帧', frameForward: '下一帧',
    speed: '速度', mute: '静音', unmute: '打开 {name} 的声音', noSound: '此路没有声音', fullscreen: '全屏', leaveFullscreen: '退出全屏', openKeys: '快捷键', hint: 'K 播放/暂停 · J L ±10 秒 · ← → ±5 秒 · , . 逐帧',
    keys: {
      toggle: '播放、暂停', far: '后退、前进 10 秒', near: '后退、前进 5 秒', frame: '上一帧、下一帧', speed: '加快、减慢', event: '上一处、下一处缺口或标记',
      ends: '开头、结尾', zoom: '放大、缩小时间轴', sound: '切换声音', mark: '标记当前时刻', clip: '片段起点、终点', fullscreen: '全屏', help: '显示本表',
    },
  },
}
