import type zh from './room.zh'
import type { Words } from './words'

const en: Words<typeof zh> = {
  room: {
    title: 'Hearing', enter: 'Enter the {place}', coming: 'Entering the {place}…', recording: 'Recording', locked: 'Locked', stage: 'Pictures', sound: 'Turn on the sound', pages: 'More pictures', pageBack: 'Back', pageOn: 'On',
    place: {
      trial: 'courtroom', interrogation: 'interrogation room', petition_reception: 'reception room', mediation: 'mediation room', committee_meeting: 'meeting room', conference: 'meeting room', training: 'training room', parole_hearing: 'courtroom',
    },
    host: {
      trial: 'the court', interrogation: 'the court', petition_reception: 'the court', mediation: 'the mediator', committee_meeting: 'the chair', conference: 'the chair', training: 'the chair', parole_hearing: 'the court',
    },
    check: {
      camera: 'Camera', microphone: 'Microphone', loudspeaker: 'Loudspeaker', network: 'Network', level: 'Loudness of the microphone', allow: 'Choose “Allow” when the browser asks.', cameraComes: 'The camera is being opened…', cameraOff: 'Your camera is off: nobody sees you',
      withSound: 'Microphone: on', withoutSound: 'Microphone: off', withPicture: 'Camera: on', withoutPicture: 'Camera: off', speak: 'Say something: the bar should move.', heard: 'The microphone works: you are heard.',
      play: 'Play a sound', playing: 'Playing…', didYou: 'Did you hear two notes?', yes: 'Yes', no: 'No', hears: 'The loudspeaker works.', hearsNot: 'Turn up the volume, see whether headphones are plugged in, and take a phone out of silent mode. Another loudspeaker may do, too.',
      measuring: 'The network is being tried…', again: 'Try again', network_good: 'The network is good.', network_fair: 'The network is fair: sound will be fine, pictures may be less sharp.', network_poor: 'The network is poor: sound comes first, pictures may stop. Go nearer to the router, or use another network.', network_none: 'The hub cannot be reached: check the network.',
      enter: 'Enter the {place}', enterText: 'Enter when you are ready. Until then nobody sees or hears you.', watchText: 'You watch only: nobody sees or hears you.',
    },
    device: { microphone: 'Microphone', camera: 'Camera', loudspeaker: 'Loudspeaker', nth: 'Device {n}' },
    trouble: {
      microphone_denied: 'The browser has not allowed the microphone', microphone_none: 'No microphone was found', microphone_busy: 'Another program holds the microphone', microphone_insecure: 'The connection is not secure: the browser allows no microphone', microphone_lost: 'The microphone is unplugged', microphone_failed: 'The microphone cannot be opened',
      camera_denied: 'The browser has not allowed the camera', camera_none: 'No camera was found; you can still listen and speak', camera_busy: 'Another program holds the camera', camera_insecure: 'The connection is not secure: the browser allows no camera', camera_lost: 'The camera is unplugged', camera_failed: 'The camera cannot be opened',
    },
    mend: {
      none: 'Plug one in and try again; or open the link on another phone or computer.', busy: 'Close the program that uses it, such as another meeting, and try again.', insecure: 'Open this page by an address that begins with https, or ask the clerk.', lost: 'Plug it in again, or choose another.', failed: 'Unplug it and plug it in again, or restart the browser, then try again.',
    },
    allow: {
      chrome: 'Click the sign left of the address, set microphone and camera to “Allow”, and try again.', firefox: 'Click the camera or microphone sign left of the address, clear “Blocked”, and try again.', safari: 'In the menu “Safari › Settings for this website”, set camera and microphone to “Allow”, and try again.',
      ios: 'Tap the sign left of the address, choose “Website Settings”, and allow camera and microphone. If that does not help, allow them in the phone’s “Settings › Safari”, and try again.', android: 'Tap the sign left of the address, choose “Permissions”, and allow camera and microphone. If that does not help, allow them in the phone’s “Settings › Apps › Browser › Permissions”, and try again.',
      wechat: 'Allow WeChat microphone and camera in the phone’s “Settings”; or tap “…” and open the page in the browser.',
    },
    door: { as: 'You are: ', seen: 'The clerk sees that you wait.', nothingSent: 'While you wait nobody sees or hears you. Keep this page open.' },
    said: {
      away: 'The connection to the hub is lost. Trying again…', blocked: 'Sound and pictures do not come through: this network may hold them back. The page keeps trying; another network, such as a phone’s, may do.', noMedia: 'The network was interrupted: sound and pictures will be back…', hidden: 'You look on: nobody sees or hears you.', watching: 'You watch: nobody sees or hears you.',
      muted: 'Your microphone is off: {host} muted you. Raise your hand to speak, and wait until you may.', mutedHand: 'Your microphone is off: {host} muted you. Your hand is up: wait until you may speak.', asked: 'You are asked to speak by {host}: turn your microphone on.', interrupted: 'The system holds the microphone, perhaps for a call: nobody hears you.', noDevices: 'No microphone and no camera can be used: you see and hear the others, they do not see or hear you.',
      microphone_denied: 'The browser has not allowed the microphone: nobody hears you. “Settings” says how to allow it.', microphone_none: 'No microphone was found: you see and hear, but nobody hears you.', microphone_busy: 'Another program holds the microphone: nobody hears you.', microphone_insecure: 'The connection is not secure, so the browser allows no microphone: nobody hears you.', microphone_lost: 'The microphone is unplugged: nobody hears you. Plug it in, or choose another in “Settings”.', microphone_failed: 'The microphone cannot be opened: nobody hears you.',
      camera_denied: 'The browser has not allowed the camera: nobody sees you. You can listen and speak.', camera_none: 'No camera was found. You can still listen and speak.', camera_busy: 'Another program holds the camera: nobody sees you. You can listen and speak.', camera_insecure: 'The connection is not secure, so the browser allows no camera. You can listen and speak.', camera_lost: 'The camera is unplugged: nobody sees you. You can listen and speak.', camera_failed: 'The camera cannot be opened. You can listen and speak.',
      floor: 'You have the floor; your microphone is on.', hand: 'Your hand is up: please wait.', poor: 'Your network is unsteady: pictures are less sharp, sound comes first.', on_seen: 'Microphone and camera are on.', on_unseen: 'The microphone is on, the camera is off.', off_seen: 'Your microphone is off: you turned it off, and nobody hears you.', off_unseen: 'Your microphone and camera are off.',
    },
    cover: { away: 'The connection has gone; waiting for it', noPicture: 'Camera off', dead: 'No picture', coming: 'The picture comes', yours: 'Your camera is off' },
    tile: { you: 'You', own: ' (you)', screenOf: 'Screen of {name}', pin: 'Enlarge {name}', unpin: 'Put back {name}', hand: 'Hand is up', muted_self: 'turned the microphone off', muted_court: 'muted by {host}' },
    bar: {
      label: 'Controls', mute: 'Mic off', unmute: 'Mic on', muted: 'Muted', cameraOff: 'Camera off', cameraOn: 'Camera on', hand: 'Raise hand', handDown: 'Lower hand', screen: 'Share screen', screenOff: 'Stop sharing', layout: 'Layout', panel: 'People', settings: 'Settings', leave: 'Leave',
    },
    short: { microphone: 'Mic', camera: 'Camera', panel: 'People' },
    layout: { free: 'Each chooses', speaker: 'Speaker', grid: 'Grid', courtroom: 'Courtroom', set: 'The layout was set by {host}.' },
    floor: { left: '{name} speaks, left', open: '{name} speaks', over: '{name} speaks, over time', end: 'End', time: 'Time to speak', free: 'no limit', minutes: '{n} min' },
    panel: { title: 'People and messages', people: 'People', chat: 'Messages', marks: 'Marks', court: 'Hearing', close: 'Close' },
    people: { waiting: 'Waiting', hands: 'Hands up', inside: 'Here', gone: 'Gone' },
    person: {
      removed: 'Removed: {why}', outside: 'not connected', away: 'connection lost', waiting: 'waits', heldBack: 'waits to be called', watches: 'watches', muted_self: 'turned the microphone off', muted_court: 'muted by {host}', muted_asked: 'asked to speak, microphone still off', checked: '✓ identity checked', checkedBy: 'by {name}', more: 'What to do with {name}',
    },
    do: {
      admit: 'Admit', admit_of: 'Admit {name}', admit_all: 'Admit all', ask_to_unmute: 'Ask to unmute', mute: 'Mute', give_floor: 'Give the floor', give_floor_of: 'Give {name} the floor', lower_hand: 'Lower hand', check_identity: 'Check identity', spotlight: 'Spotlight', spotlight_off: 'End spotlight', send_out: 'Send to the door', remove: 'Remove…',
    },
    remove: { title: 'Remove {name}', text: 'They cannot come back by themselves: the court has to admit them again.', why: 'Reason' },
    identity: { title: 'Check the identity of {name}', name: 'Name', picture: 'Picture of {name} now', none: 'There is no picture now: check once they are in and have turned their camera on, or by another way.', text: 'Have them show their identity card, and compare it with the list.', confirm: 'It is them' },
    chat: { title: 'Messages', clerk: 'the clerk', staff: 'Clerk and judges', to: 'To', write: 'Write a message', send: 'Send', hint: 'Only clerk and judges read this; it goes to the case file.', noneYet: 'No messages yet.' },
    mark: { title: 'Marks', text: 'Something else', set: 'Mark', notYet: 'Marks can be set once the hearing has been opened.', isSet: 'Marked: {text}' },
    court: {
      discipline: 'Discipline', readDiscipline: 'It has been read out', disciplineRead: 'Read at {time} ({name})', disciplineNot: 'Not read yet.', sound: 'Sound', muteAll: 'Mute all', muteAllText: 'All but the panel and the clerk.', layout: 'Layout for all', door: 'Door', lock: 'Lock', unlock: 'Unlock', lockedText: 'Locked: nobody new is admitted; who was admitted may come back.', unlockedText: 'Once locked, nobody new is admitted.',
    },
    loud: {
      title: 'Heard in the room', opening: 'being reached', reached: 'reached', held: 'in use by another', away: 'not reached', none: 'no loudspeaker', browser: 'by a browser beside it', since: 'since {time}',
    },
    kiosk: {
      title: 'Terminal', bad: 'The link is not valid, or no longer', badText: 'Ask the clerk for a new link of this terminal, and open that.', early: 'Waiting for the hearing', earlyText: 'The terminal joins by itself; nothing needs to be done.', over: 'The hearing is over', overText: 'Open the new link for the next hearing.', door: 'Waiting to be admitted by the court', doorText: 'Sound and pictures come by themselves then.', away: 'Connection lost; it is being restored', blocked: 'The browser holds sound back: start it in kiosk mode as the manual says, or click here.', code: 'This link asks for a code, and does not suit a terminal that nobody sits at. Have the clerk make one without.', as: 'Terminal: {name}',
    },
    settings: { title: 'Settings', sound: 'Sound', deaf: 'Play no sound', hear: 'Play sound again', language: 'Language', light: 'Look' },
    news: {
      came: '{name} has come in.', left: '{name} has left.', removed: '{name} was removed.', waits: '{name} waits at the door.', hand: '{name} has raised a hand.', floor: '{name} has the floor.', locked: 'The room is locked.', unlocked: 'The room is unlocked.', state: 'The hearing: {state}.', records: 'Recording has begun.', recordsNot: 'Recording has stopped.',
    },
    end: {
      why: 'Reason: {why}', again: 'Enter again', takeOver: 'Take part here', back: 'Back to the hearing',
      title_removed: 'You were removed', text_removed: 'The court has asked you to leave. To take part again, wait until it admits you, or ask the clerk.', title_taken: 'You have entered elsewhere', text_taken: 'You entered the {place} in another window or on another device; this one has left.', title_elsewhere: 'You are in the {place} already', text_elsewhere: 'You take part in another window or on another device. If you take part here, that one leaves.',
      title_over: 'The hearing is over', text_over: 'Thank you for taking part. You can close this page.', title_left: 'You have left the {place}', text_left: 'As long as the hearing goes on, you can enter again.', title_refused: 'The {place} cannot be entered now', text_refused: 'See what is said below, then try again.',
    },
    refused: {
      offline: 'The hub does not answer: try again in a moment.', not_yours: 'Your part in the hearing does not allow this.', not_now: 'The hearing is not at the point for this.', no_person: 'They are not here.', field: 'Something in it is not right: look at it again.', full: 'There is no room for more.', muted: 'You were muted: raise your hand, and wait until you may speak.', locked: 'The room is locked: unlock it first.', removed: 'The court has asked you to leave.', needless: 'It is so already.', protected: 'This is not done to whoever runs the hearing.', too_fast: 'Too much at once: wait a moment.',
      forbidden: 'You may not enter.', not_found: 'There is no such hearing, or you are not on its list.', log_in: 'Your log-in has ended: log in again.',
    },
    keys: { microphone: 'microphone', camera: 'camera', hand: 'raise or lower your hand', layout: 'next layout', panel: 'people and messages', marks: 'marks (clerk)', back: 'put the picture back' },
  },
}

export default en
