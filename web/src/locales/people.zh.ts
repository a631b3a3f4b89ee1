// Words of users and courts.
export default {
  users: {
    add: '添加用户', count: '共 {n} 个账户', search: '按姓名或用户名查找', anyRole: '全部角色', loading: '正在读取', none: '没有符合条件的用户', noneText: '请放宽条件，或添加用户。', tooMany: '共 {n} 个，只显示前 {most} 个，请缩小范围。',
    col: { name: '姓名', roles: '角色', state: '状态', second: '二次验证', sessions: '在线', actions: '操作' }, editThat: '编辑{name}',
    state: { active: '正常', new: '待改密码', slowed: '登录受限至 {time}', disabled: '已停用' },
    fullName: '姓名', nameHint: '小写字母、数字，2 至 32 个字符。', pickRole: '选择角色', roleOf: '第 {n} 个角色', courtOf: '第 {n} 个角色的法院', placesOf: '第 {n} 个角色限定的场所', anyPlace: '专属场所（选填）', less: '去掉第 {n} 个角色', more: '增加角色',
    rolesHint: '角色在所选法院及其下级法院有效。限定场所后，审判员、书记员可随时查看自己的法庭，值班员查看自己的区域。',
    setPassword: '初始密码', makePassword: '生成', setPasswordHint: '至少 10 个字符；首次登录时必须修改。', made: '账户已添加', tell: '请把用户名和初始密码告知本人；首次登录时须修改密码。关闭后不再显示。', told: '我已告知',
    door: '登录', account: '账户', mustChange: '由他人设置，下次登录须修改', hasPassword: '已设置', noPassword: '未设置', reset: '重设密码', resetText: '重设后，此人的全部登录立即结束，下次登录须修改密码。', passwordSet: '密码已重设',
    disable: '停用', disableText: '停用{name}的账户？其全部登录、令牌和正在观看的画面会立即结束。', disabledNow: '{name}的账户已停用', enable: '启用', enabledNow: '{name}的账户已启用', unlock: '解除限制', unlockedNow: '登录限制已解除',
    drop: '关闭二次验证', dropText: '关闭{name}的二次验证？请先确认是本人提出，例如手机丢失。', self: '这是您自己的账户，密码和二次验证请在此修改：', endAll: '结束全部登录', endAllText: '结束{name}的全部 {n} 处登录？那里的画面会立即中断。', nowhere: '目前没有登录。',
  },
  courts: {
    tree: '法院', count: '共 {n} 个', add: '添加法院', change: '修改', parent: '上级法院', under: '隶属{name}', idHint: '小写字母、数字和连字符；保存后不可修改。', remove: '删除法院', removeText: '删除“{name}”？', inUse: '“{name}”仍有下级法院、场所、角色、案件或庭审，不能删除。',
    places: '场所与设备', placeCount: '{n} 个场所', addPlace: '添加场所', changePlace: '修改场所', placeIdHint: '小写字母、数字和连字符，如 aihui-1；保存后不可修改。', noPlaces: '还没有场所。请先添加法庭等场所，再添加其中的设备。', noDevice: '没有设备',
    deviceAt: '在{name}添加设备', editThat: '编辑{name}', removeThat: '删除{name}', removePlace: '删除场所', removePlaceText: '删除“{name}”？', removePlaceWith: '删除“{name}”？其中的 {n} 台设备会保留，但不再属于任何场所。', loose: '未指定场所的设备',
    people: '人员', noPeople: '还没有人在本院任职。',
  },
}
