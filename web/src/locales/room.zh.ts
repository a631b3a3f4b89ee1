// Words of the room in which a hearing is held.
export default {
  room: {
    title: '庭审', enter: '进入{place}', coming: '正在进入{place}……', recording: '正在录制', locked: '已锁定', stage: '画面', sound: '点击开启声音', pages: '更多画面', pageBack: '上一页', pageOn: '下一页',
    place: {
      trial: '法庭', interrogation: '提讯室', petition_reception: '接访室', mediation: '调解室', committee_meeting: '会议室', conference: '会议室', training: '培训室', parole_hearing: '法庭',
    },
    host: {
      trial: '法庭', interrogation: '提讯人员', petition_reception: '接访人员', mediation: '调解员', committee_meeting: '主持人', conference: '主持人', training: '主持人', parole_hearing: '法庭',
    },
    check: {
      camera: '摄像头', microphone: '麦克风', loudspeaker: '扬声器', network: '网络', level: '麦克风音量', allow: '请在浏览器的提示中选择“允许”。', cameraComes: '正在打开摄像头……', cameraOff: '摄像头已关闭，其他人看不到您',
      withSound: '麦克风：开', withoutSound: '麦克风：关', withPicture: '摄像头：开', withoutPicture: '摄像头：关', speak: '请说一句话，音量条应随之变化。', heard: '麦克风正常，听得到您说话。',
      play: '播放测试音', playing: '正在播放……', didYou: '听到两声提示音了吗？', yes: '听到了', no: '没听到', hears: '扬声器正常。', hearsNot: '请调高设备音量，检查耳机是否插好；手机请关闭静音。也可以换一个扬声器再试。',
      measuring: '正在测试网络……', again: '重新测试', network_good: '网络良好。', network_fair: '网络一般：声音没有问题，画面可能不够清晰。', network_poor: '网络较差：声音会优先保证，画面可能停顿。请靠近路由器，或改用其他网络。', network_none: '暂时连不上服务器，请检查网络。',
      enter: '进入{place}', enterText: '准备好后请进入。进入之前，没有人能看到或听到您。', watchText: '您只旁听：没有人能看到或听到您。',
    },
    device: { microphone: '麦克风', camera: '摄像头', loudspeaker: '扬声器', nth: '设备 {n}' },
    trouble: {
      microphone_denied: '浏览器没有允许使用麦克风', microphone_none: '没有找到麦克风', microphone_busy: '麦克风正被其他程序占用', microphone_insecure: '当前连接不安全，浏览器不允许使用麦克风', microphone_lost: '麦克风已断开', microphone_failed: '麦克风无法打开',
      camera_denied: '浏览器没有允许使用摄像头', camera_none: '没有找到摄像头，您仍可以听和说', camera_busy: '摄像头正被其他程序占用', camera_insecure: '当前连接不安全，浏览器不允许使用摄像头', camera_lost: '摄像头已断开', camera_failed: '摄像头无法打开',
    },
    mend: {
      none: '请插好设备后重试；也可以换一台手机或电脑，重新打开链接。', busy: '请关闭正在使用它的程序（如其他会议软件），然后重试。', insecure: '请使用以 https 开头的地址打开本页，或联系书记员。', lost: '请重新插好设备，或在列表中换一个。', failed: '请重新插拔设备或重启浏览器，然后重试。',
    },
    allow: {
      chrome: '请点击地址栏左侧的图标，把麦克风和摄像头都改为“允许”，然后重试。', firefox: '请点击地址栏左侧的摄像头或麦克风图标，清除“已阻止”，然后重试。', safari: '请在菜单“Safari 浏览器 › 此网站的设置”中，把摄像头和麦克风改为“允许”，然后重试。',
      ios: '请点按地址栏左侧的“大小”图标，选择“网站设置”，允许摄像头和麦克风；若仍不行，请在手机“设置 › Safari 浏览器”中允许，然后重试。', android: '请点按地址栏左侧的图标，选择“权限”，允许摄像头和麦克风；若仍不行，请在手机“设置 › 应用 › 浏览器 › 权限”中允许，然后重试。',
      wechat: '请在手机“设置”中允许微信使用麦克风和摄像头；也可以点右上角“…”，选择“在浏览器打开”。',
    },
    door: { as: '您的身份：', seen: '书记员已经看到您在等候。', nothingSent: '等候期间，没有人能看到或听到您。请保持本页打开。' },
    said: {
      away: '与服务器的连接已断开，正在重新连接，请稍候……', blocked: '声音和画面没有接通：当前网络可能限制了音视频。正在继续尝试，您也可以换一个网络（如手机热点）。', noMedia: '网络中断，声音和画面正在恢复……', hidden: '您正在旁观：没有人能看到或听到您。', watching: '您正在旁听：没有人能看到或听到您。',
      muted: '您的麦克风已关闭：{host}已将您静音。需要发言请举手，等候允许。', mutedHand: '您的麦克风已关闭：{host}已将您静音。您已举手，请等候允许。', asked: '{host}请您发言，请打开麦克风。', interrupted: '麦克风暂时被系统占用（可能正在通话），其他人听不到您。', noDevices: '没有可用的麦克风和摄像头：您可以看和听，其他人看不到也听不到您。',
      microphone_denied: '浏览器没有允许使用麦克风，其他人听不到您。点“设置”查看怎样允许。', microphone_none: '没有找到麦克风：您可以看和听，其他人听不到您。', microphone_busy: '麦克风正被其他程序占用，其他人听不到您。', microphone_insecure: '当前连接不安全，浏览器不允许使用麦克风，其他人听不到您。', microphone_lost: '麦克风已断开，其他人听不到您。请重新插好，或在“设置”中换一个。', microphone_failed: '麦克风无法打开，其他人听不到您。',
      camera_denied: '浏览器没有允许使用摄像头，其他人看不到您；您仍可以听和说。', camera_none: '没有找到摄像头，您仍可以听和说。', camera_busy: '摄像头正被其他程序占用，其他人看不到您；您仍可以听和说。', camera_insecure: '当前连接不安全，浏览器不允许使用摄像头；您仍可以听和说。', camera_lost: '摄像头已断开，其他人看不到您；您仍可以听和说。', camera_failed: '摄像头无法打开，您仍可以听和说。',
      floor: '现在由您发言，麦克风已打开。', hand: '您已举手，请等候。', poor: '您的网络不稳定：画面已降低清晰度，声音优先。', on_seen: '麦克风和摄像头都已打开。', on_unseen: '麦克风已打开，摄像头已关闭。', off_seen: '您的麦克风已关闭：您自己关闭了它，其他人听不到您。', off_unseen: '您的麦克风和摄像头都已关闭。',
    },
    cover: { away: '连接已断开，正在等候其恢复', noPicture: '未开启摄像头', dead: '没有画面', coming: '画面即将出现', yours: '您的摄像头已关闭' },
    tile: { you: '您', own: '（您）', screenOf: '{name}的屏幕', pin: '放大 {name}', unpin: '还原 {name}', hand: '已举手', muted_self: '自己关闭了麦克风', muted_court: '已被{host}静音' },
    bar: {
      label: '控制', mute: '关闭麦克风', unmute: '打开麦克风', muted: '已被静音', cameraOff: '关闭摄像头', cameraOn: '打开摄像头', hand: '举手', handDown: '放下手', screen: '共享屏幕', screenOff: '停止共享', layout: '布局', panel: '人员与消息', settings: '设置', leave: '离开',
    },
    short: { microphone: '麦克风', camera: '摄像头', panel: '人员' },
    layout: { free: '各自选择', speaker: '发言人', grid: '平铺', courtroom: '法庭席位', set: '{host}已统一设置布局。' },
    floor: { left: '{name} 发言，剩余', open: '{name} 发言', over: '{name} 发言，已超时', end: '结束发言', time: '发言时间', free: '不限时', minutes: '{n} 分钟' },
    panel: { title: '人员与消息', people: '人员', chat: '消息', marks: '标记', court: '庭审', close: '收起' },
    people: { waiting: '等候进入', hands: '举手', inside: '在场', gone: '已离开' },
    person: {
      removed: '已请出：{why}', outside: '不在线', away: '连接已断开', waiting: '正在等候', heldBack: '等候传唤', watches: '旁听', muted_self: '自己关闭了麦克风', muted_court: '已被{host}静音', muted_asked: '已请其发言，尚未打开麦克风', checked: '✓ 身份已核对', checkedBy: '核对人：{name}', more: '对{name}的操作',
    },
    do: {
      admit: '允许进入', admit_of: '允许{name}进入', admit_all: '全部允许', ask_to_unmute: '请其打开麦克风', mute: '静音', give_floor: '请其发言', give_floor_of: '请{name}发言', lower_hand: '放下手', check_identity: '核对身份', spotlight: '聚焦', spotlight_off: '取消聚焦', send_out: '请回候庭', remove: '请出……',
    },
    remove: { title: '请出{name}', text: '请出后不能自行返回，须由法庭再次允许。', why: '原因' },
    identity: { title: '核对{name}的身份', name: '姓名', picture: '{name}此刻的画面', none: '现在没有画面：请在其进入并打开摄像头后核对，或以其他方式核对。', text: '请请其出示身份证件，与名单核对一致后确认。', confirm: '一致，确认身份' },
    chat: { title: '消息', clerk: '书记员', staff: '书记员和法官', to: '发给', write: '写消息', send: '发送', hint: '这里的消息只有书记员和法官能看到，并存入卷宗。', noneYet: '还没有消息。' },
    mark: { title: '标记', text: '其他内容', set: '标记', notYet: '开庭后可以标记。', isSet: '已标记：{text}' },
    court: {
      discipline: '法庭纪律', readDiscipline: '已宣读法庭纪律', disciplineRead: '{time} 已宣读（{name}）', disciplineNot: '尚未宣读。', sound: '声音', muteAll: '全体静音', muteAllText: '合议庭成员和书记员除外。', layout: '所有人的布局', door: '进入', lock: '锁定', unlock: '解除锁定', lockedText: '锁定中：不再允许新的人进入，已允许的人可以返回。', unlockedText: '锁定后，不再允许新的人进入。',
    },
    loud: {
      title: '现场扩声', opening: '正在接通', reached: '已接通', held: '被占用', away: '未接通', none: '无扬声器', browser: '由旁边的浏览器播放', since: '自 {time} 起',
    },
    kiosk: {
      title: '终端扩声', bad: '链接无效或已过期', badText: '请联系书记员，取得新的终端链接后重新打开。', early: '等待开庭', earlyText: '庭审开始前会自动接入，无须操作。', over: '庭审已结束', overText: '下次庭审请打开新的终端链接。', door: '等候法庭允许接入', doorText: '接入后，庭审的声音和画面会自动播放。', away: '连接中断，正在自动恢复', blocked: '浏览器禁止自动播放声音：请按操作手册以信息亭模式启动浏览器，或点击此处。', code: '此链接需要验证码，不能用于无人值守的终端。请让书记员生成不带验证码的链接。', as: '终端：{name}',
    },
    settings: { title: '设置', sound: '收听', deaf: '不播放声音', hear: '恢复播放声音', language: '语言', light: '外观' },
    news: {
      came: '{name}已进入。', left: '{name}已离开。', removed: '{name}已被请出。', waits: '{name}正在等候进入。', hand: '{name}举手。', floor: '现在由{name}发言。', locked: '已锁定，不再允许新的人进入。', unlocked: '已解除锁定。', state: '庭审状态：{state}。', records: '录制已开始。', recordsNot: '录制已停止。',
    },
    end: {
      why: '原因：{why}', again: '重新进入', takeOver: '改在这里参加', back: '返回庭审信息',
      title_removed: '您已被请出', text_removed: '法庭已请您离开。如需再次参加，请等候法庭允许，或与书记员联系。', title_taken: '您已在另一处进入', text_taken: '您在另一个窗口或另一台设备上进入了{place}，这里已退出。', title_elsewhere: '您已在{place}中', text_elsewhere: '您正在另一个窗口或另一台设备上参加。改在这里参加，那里将自动退出。',
      title_over: '庭审已结束', text_over: '感谢您的参加，现在可以关闭本页。', title_left: '您已离开{place}', text_left: '庭审尚未结束时，可以重新进入。', title_refused: '暂时不能进入{place}', text_refused: '请按下面的说明处理后重试。',
    },
    refused: {
      offline: '服务器没有应答，请稍后再试。', not_yours: '您的身份不能执行此操作。', not_now: '庭审目前的状态不允许此操作。', no_person: '此人不在这里。', field: '内容不符合要求，请检查。', full: '已达上限。', muted: '您已被静音：请举手，等候允许。', locked: '已锁定，请先解除锁定。', removed: '法庭已请您离开。', needless: '已经是这样了。', protected: '不能对主持庭审的人执行此操作。', too_fast: '操作过于频繁，请稍候。',
      forbidden: '您没有进入的权限。', not_found: '没有这场庭审，或您不在名单中。', log_in: '登录已失效，请重新登录。',
    },
    keys: { microphone: '麦克风', camera: '摄像头', hand: '举手或放下', layout: '切换布局', panel: '人员与消息', marks: '标记（书记员）', back: '还原画面' },
  },
}
