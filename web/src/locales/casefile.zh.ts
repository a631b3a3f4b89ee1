// 卷宗：导出、缺口说明与签名、法律保留。
export default {
  casefile: {
    title: '录像卷宗', none: '尚无录像。', unread: '暂时无法读取录像。', count: '{n} 路录像', length: '时长 {length}', gaps: '缺口 {n} 处', noGaps: '无缺口', play: '回放',
    running: '正在录制，庭审结束并封存后方可导出。', unsealed: '录像尚未封存，暂不能导出。', held: '法律保留中，任何录像均不得删除', heldWhy: '{by}：{reason}',
    faults: '{n} 处故障缺口待说明或签名', settled: '故障缺口均已说明并签名', seeGaps: '缺口说明',
    export: {
      do: '导出卷宗', clip: '导出片段', title: '导出卷宗', titleClip: '导出录像片段', reading: '正在统计内容',
      what: '压缩包含各路录像原始文件、清单与签名、封存记录、缺口说明，以及无需联网即可播放和校验的页面。', whatClip: '所选时间涉及的片段文件完整附上，不剪切、不转码，并注明所选内容位于哪些字节，证明力与原录像相同。',
      size: '大小', files: '文件', recordings: '录像', media: '实录时长', gaps: '缺口', filesOf: '{n} 个',
      reason: '导出理由', reasonHint: '例如：归档、移送二审、当事人依法复制', kept: '导出人、时间、理由与是否完整下载均记入审计。',
      composed: '合成画面', composedNone: '不附', composedGrid: '各路并列', composedPip: '画中画', composedHint: '将各路画面合为一个视频，叠加案号与时间，便于观看；它是副本，不替代原始录像。', mark: '水印文字', markHint: '例如：仅供张三律师阅卷',
      movies: '附单个 MP4 文件', moviesHint: '每路一个 MP4，不转码，便于播放；它是副本，证据仍为原始片段，文件大小约加倍。',
      make: '生成合成画面', making: '正在生成 {n}%', queued: '排队等待生成', made: '合成画面已就绪', makeFailed: '合成画面未能生成：{why}', noMaker: '本机缺少生成合成画面所需的软件，请技术人员运行 avhub doctor。',
      start: '开始下载', started: '下载已开始', startedText: '请在浏览器下载列表中查看进度。若下载中断，可从下载列表继续，内容不会重复。',
      again: '内容有更新，已重新统计', problem: {
        open: '录像尚未结束：请先闭庭，待封存后再导出。', gone: '部分录像已按规定从本机删除：请技术人员先从归档库恢复（avhub archive restore）。',
        nothing_recorded: '此处没有可导出的录像。', damaged: '录像清单有缺损，无法导出：请技术人员运行 avhub verify。', busy: '正在进行的导出过多，请稍后再试。', audit: '审计暂时无法写入，按规定不能导出。请联系技术人员。', other: '暂时无法导出，请稍后再试。',
      },
    },
    certificate: {
      do: '证明书', title: '录像证明书', text: '列明起止时间、缺口与情况说明、完整性校验值，供各方核对签名。A4，中英文对照；录像不变，证明书逐字节相同。',
      reason: '出具理由', hint: '例如：当庭确认完整性校验值、附卷', kept: '出具人、时间与理由记入审计。', make: '出具', made: '证明书已出具并开始下载，打开即可打印。', save: '再次保存',
      damaged: '录像清单有缺损，不能出具证明书：请技术人员运行 avhub verify。',
    },
    gap: {
      title: '缺口说明', text: '因设备或网络故障未能录制的时间，由书记员书面说明，审判长签名，一并存入卷宗。由法庭决定的中断无需说明。', none: '没有故障造成的缺口，无需说明。',
      cameras: '{names}', lasted: '缺 {length}', write: '情况说明', hint: '例如：10 时 05 分法庭停电，10 时 07 分恢复供电，期间庭审暂停。', save: '保存说明', change: '修改说明', cancel: '取消',
      changeNote: '修改后，原签名作废。', by: '说明人 {name}', sign: '签名确认', signed: '{name} 已签名', wait: '待审判长签名', waitText: '待书记员说明', done: '已存入录像清单',
      problem: { stale: '说明刚被修改，请重新阅读。', authority: '只有本案审判长（独任审判员）可以签名，且不得与说明人为同一人。', other: '未能保存，请稍后再试。' },
    },
    hold: {
      on: '设置法律保留', off: '解除法律保留', onTitle: '设置法律保留', offTitle: '解除法律保留',
      onText: '设置后，本案全部录像（包括今后的录像）均不得删除，归档库同步锁定，直至解除。', onTextOne: '设置后，该录像不得删除，归档库同步锁定，直至解除。', offText: '解除后，录像恢复按保存期限管理。',
      reason: '理由', reasonOn: '例如：当事人申请再审、纪检调阅', reasonOff: '例如：再审审结', kept: '操作人、时间与理由记入录像清单和审计。', failed: '未能办理，请稍后再试。', same: '状态已是如此，无需重复办理。',
    },
    cancel: '取消', close: '关闭',
  },
}
