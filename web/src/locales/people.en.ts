import type zh from './people.zh'
import type { Words } from './words'

const en: Words<typeof zh> = {
  users: {
    add: 'Add a user', count: '{n} accounts', search: 'Name or user name', anyRole: 'All roles', loading: 'Loading', none: 'Nobody fits', noneText: 'Ask for less, or add somebody.', tooMany: '{n} fit, the first {most} are shown: ask for less.',
    col: { name: 'Name', roles: 'Roles', state: 'State', second: 'Second factor', sessions: 'Logged in', actions: 'Actions' }, editThat: 'Edit {name}',
    state: { active: 'Active', new: 'Password to be changed', slowed: 'Must wait until {time}', disabled: 'Disabled' },
    fullName: 'Name', nameHint: 'Small letters and digits, 2 to 32 of them.', pickRole: 'Role', roleOf: 'Role {n}', courtOf: 'Court of role {n}', placesOf: 'Places of role {n}', anyPlace: 'Places of their own (if any)', less: 'Remove role {n}', more: 'Another role',
    rolesHint: 'A role holds at its court and at those under it. With places, judges and clerks see their own courtrooms at any time, duty officers their own area.',
    setPassword: 'First password', makePassword: 'Make one', setPasswordHint: 'At least 10 characters; it must be changed at the first log-in.', made: 'The account is made', tell: 'Tell them their user name and password, which they must change at the first log-in. Neither is shown again.', told: 'I have told them',
    door: 'Logging in', account: 'Account', mustChange: 'set by somebody else, to be changed', hasPassword: 'set', noPassword: 'none', reset: 'Reset password', resetText: 'All their log-ins end at once; at the next one they must change the password.', passwordSet: 'The password is reset',
    disable: 'Disable', disableText: 'Disable the account of {name}? Their log-ins, tokens and pictures end at once.', disabledNow: 'The account of {name} is disabled', enable: 'Enable', enabledNow: 'The account of {name} is enabled', unlock: 'Unlock', unlockedNow: 'They need not wait any more',
    drop: 'Turn second factor off', dropText: 'Turn the second factor of {name} off? Make sure that they asked for it themselves, such as for a lost phone.', self: 'This is your own account. Password and second factor are changed here:', endAll: 'End all log-ins', endAllText: 'End all {n} log-ins of {name}? Pictures stop there at once.', nowhere: 'Not logged in anywhere.',
  },
  courts: {
    tree: 'Courts', count: '{n} courts', add: 'Add a court', change: 'Change', parent: 'Court above', under: 'under {name}', idHint: 'Small letters, digits and hyphens; it cannot be changed later.', remove: 'Remove the court', removeText: 'Remove “{name}”?', inUse: '“{name}” cannot be removed: courts, places, roles, cases or hearings belong to it.',
    places: 'Places and devices', placeCount: '{n} places', addPlace: 'Add a place', changePlace: 'Change the place', placeIdHint: 'Small letters, digits and hyphens, such as aihui-1; it cannot be changed later.', noPlaces: 'No places yet. Add courtrooms and others first, then the devices in them.', noDevice: 'no device',
    deviceAt: 'Add a device at {name}', editThat: 'Edit {name}', removeThat: 'Remove {name}', removePlace: 'Remove the place', removePlaceText: 'Remove “{name}”?', removePlaceWith: 'Remove “{name}”? Its {n} devices stay, and stand in no place then.', loose: 'Devices in no place',
    people: 'People', noPeople: 'Nobody has a role here yet.',
  },
}

export default en
