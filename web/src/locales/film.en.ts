// Recordings and playback.
import type film from './film.zh'
import type { Words } from './words'

const words: Words<typeof film> = {
  film: {
    title: 'Recordings', one: 'Playback', none: 'No recordings', noneText: 'Hearings in session, sources recorded by hand and those set to be recorded always appear here.', noMatchText: 'Widen the time, or take a condition away.',
    unread: 'The recordings cannot be read just now.', loading: 'Reading the recordings', more: 'Earlier recordings', unknown: 'There is no such recording', unknownText: 'The address may be wrong, or it is not for you to see.',
    source: 'Source', anySource: 'Any source', court: 'Court', anyCourt: 'Any court', site: 'Place', anySite: 'Any place', hearing: 'Hearing', anyHearing: 'Any hearing', clear: 'Clear', day: 'Day', before: 'Day before', after: 'Day after', today: 'Today', anyDay: 'Any day', case: 'Case number', caseHint: 'Part of a case number',
    col: { time: 'Time', what: 'Case', cameras: 'Cameras', length: 'Length', gaps: 'Gaps', size: 'Size', state: 'State' },
    for: { always: 'Recorded always', hand: 'Recorded by hand', hearing: 'Hearing', other: 'Recording' }, by: 'begun by {name}',
    count: '{n}', gaps: '{n}, {length} in all', noGaps: 'none', play: 'Play', details: 'Details', notYours: 'You may see what is known of it, not play it',
    recording: 'Recording', sealed: 'Sealed', unsealed: 'Not sealed', fault: 'Manifest damaged', value: 'Integrity check value', held: 'Held: it must not be deleted',
    pausedBy: 'Not recording: {cause}', notRecorded: 'Should be recorded and is not', start: 'Start recording', stop: 'Stop recording', mayNot: 'You may not record this source.', notBegun: 'It was not done: {detail}',
    live: 'To the latest', playing: 'Still being recorded: you can watch all the same', leapt: 'Skipped {length}: {cause}', waiting: 'Reading the pictures', several: 'no camera was recorded',
    state: {
      loading: 'Reading', h265: 'This browser does not play H.265: still pictures are shown. Use one that does.', codec: 'This browser does not play this codec: still pictures are shown.',
      failed: 'It cannot be read; trying again', before: 'This camera was not recorded yet', after: 'The recording of this camera ends here', soundOnly: 'Sound only', none: 'Nothing is recorded here',
    },
    cause: {
      source_offline: 'Source offline', network_loss: 'Network interrupted', no_keyframe: 'The picture could not be decoded', hub_restart: 'The hub was restarted', disk: 'Disk full or broken', overload: 'The hub could not keep up',
      codec: 'Codec not supported', adjournment: 'Adjournment', closed_session: 'Evidence in closed session', mediation: 'Mediation not fit for recording', operator: 'Stopped by hand',
      damaged: 'Files are missing or damaged', deleted: 'Files were deleted by rule', unknown: 'For an unknown reason',
    },
    gap: {
      title: 'Gaps', none: 'No gaps: the recording is whole.', when: 'When', length: 'Length', camera: 'Camera', cause: 'Cause', by: 'ordered by {name}', goTo: 'Go to {time}', lasts: 'goes on',
      explained: 'Explanation', explainedBy: 'explained by {name}', signedBy: 'signed by {name}', unexplained: 'Not explained yet', ordered: 'Ordered', fault: 'Fault', track: { video: 'no picture', audio: 'no sound' },
    },
    mark: { do: 'Mark', text: 'What happens here', hint: 'Such as: plaintiff’s evidence, second part', save: 'Save', cancel: 'Cancel', failed: 'The mark was not saved: try again.' },
    clip: {
      do: 'Clip', from: 'From', to: 'To', setFrom: 'From here', setTo: 'To here', length: 'Length', play: 'Try it', take: 'Export clip', close: 'Cancel', open: 'Can be exported once sealed',
    },
    marks: { title: 'Marks', none: 'No marks.' },
    facts: { title: 'About this recording', begin: 'Begins', end: 'Ends', length: 'Length', media: 'Recorded', size: 'Size', files: '{n} files', frames: 'Frames', framesOf: '{kept} kept, {gapped} in gaps', restarts: 'The hub was restarted {n} times meanwhile', codecs: 'Codecs', recording: 'Id', archived: 'Archive', archivedOf: '{n} of {of} files archived', who: 'Who may see it', whoHearing: 'The hearing’s bench and clerk and inspectors play it; auditors see what is known of it', whoOther: 'Inspectors play it; auditors see what is known of it' },
    timeline: 'Timeline', zoomIn: 'Zoom in', zoomOut: 'Zoom out', toggle: { play: 'Play', pause: 'Pause' }, back: '10 seconds back', forward: '10 seconds forward', frameBack: 'Frame before', frameForward: 'Next frame',
    speed: 'Speed', mute: 'Mute', unmute: 'Sound of {name}', noSound: 'No sound on this one', fullscreen: 'Full screen', leaveFullscreen: 'Leave full screen', openKeys: 'Shortcuts', hint: 'K play/pause · J L ±10 s · ← → ±5 s · , . frame by frame',
    keys: {
      toggle: 'Play, pause', far: '10 seconds back, forward', near: '5 seconds back, forward', frame: 'Frame before, next frame', speed: 'Faster, slower', event: 'Gap or mark before, next one',
      ends: 'Beginning, end', zoom: 'Zoom in, out', sound: 'Change the sound', mark: 'Mark this moment', clip: 'Clip from here, to here', fullscreen: 'Full screen', help: 'Show this list',
    },
  },
}

export default words
