// Case files: export, gaps explained and signed for, legal holds.
export default {
  casefile: {
    title: 'Recordings', none: 'Nothing is recorded yet.', unread: 'The recordings cannot be read at the moment.', count: 'Cameras: {n}', length: 'Length {length}', gaps: 'Gaps: {n}', noGaps: 'No gaps', play: 'Play',
    running: 'Being recorded: it can be exported when the hearing is closed and the recording sealed.', unsealed: 'Not sealed yet: it cannot be exported.', held: 'Legal hold: nothing may be deleted', heldWhy: '{by}: {reason}',
    faults: 'Faults to be explained or signed for: {n}', settled: 'All faults are explained and signed for', seeGaps: 'Explain gaps',
    export: {
      do: 'Export case file', clip: 'Export clip', title: 'Export the case file', titleClip: 'Export a clip', reading: 'Counting',
      what: 'One ZIP archive with each camera’s own files, manifest and signatures, seal, the statement of gaps, and a page that plays and verifies all of it without a network.', whatClip: 'The segments that the clip touches as a whole, neither cut nor converted, with the words which bytes were asked for: it proves as much as the recording.',
      size: 'Size', files: 'Files', recordings: 'Recordings', media: 'Recorded', gaps: 'Gaps', filesOf: '{n}',
      reason: 'Reason', reasonHint: 'Such as: for the file, for the court of appeal, copy for a party', kept: 'Who exports, when, why, and whether the download was whole, is kept in the audit.',
      composed: 'Composed picture', composedNone: 'None', composedGrid: 'Side by side', composedPip: 'Picture in picture', composedHint: 'One video of all cameras with case number and time, to watch; it is a copy and stands for none of the recordings.', mark: 'Watermark', markHint: 'Such as: for counsel Zhang San only',
      movies: 'With one MP4 of each camera', moviesHint: 'Not converted, for any player: a copy to watch, the segments are the evidence. It doubles the size.',
      make: 'Make it', making: 'Being made: {n} %', queued: 'Waiting its turn', made: 'The composed picture is ready', makeFailed: 'The composed picture could not be made: {why}', noMaker: 'This hub lacks what composed pictures need: have avhub doctor run.',
      start: 'Download', started: 'The download has begun', startedText: 'Your browser’s list of downloads shows how far it is. One that breaks off can be resumed there.',
      again: 'Something was added: counted again', problem: {
        open: 'The recording has not ended: close the hearing first.', gone: 'Some of it was deleted here by rule: have it restored from the archive first (avhub archive restore).',
        nothing_recorded: 'There is nothing to export.', damaged: 'The manifest is damaged: have avhub verify run on it.', busy: 'Too many exports go on at once: try again in a moment.', audit: 'The audit cannot be written, so nothing may be exported. Call a technician.', other: 'It cannot be exported at the moment: try again.',
      },
    },
    certificate: {
      do: 'Certificate', title: 'Certificate of recording', text: 'Times, gaps with their explanations, and integrity check values, to be checked and signed. A4, Chinese with English beside it; as long as the recording is the same, so is every byte of it.',
      reason: 'Reason', hint: 'Such as: the parties confirm the check value, for the file', kept: 'Who asks for it, when and why is kept in the audit.', make: 'Make it', made: 'The certificate is made and on its way to your downloads: open it there to print it.', save: 'Save it again',
      damaged: 'The manifest is damaged, so there is no certificate: have avhub verify run on it.',
    },
    gap: {
      title: 'Gaps to explain', text: 'What a fault of equipment or network has kept from being recorded is explained by the clerk and signed for by the presiding judge. Interruptions that the court ordered need no explanation.', none: 'No fault has left a gap: nothing needs to be explained.',
      cameras: '{names}', lasted: '{length} missing', write: 'Explanation', hint: 'Such as: power cut in the courtroom from 10:05 to 10:07; the hearing was suspended.', save: 'Save', change: 'Change', cancel: 'Cancel',
      changeNote: 'A signature under the old text becomes void.', by: 'By {name}', sign: 'Sign', signed: 'Signed by {name}', wait: 'To be signed by the presiding judge', waitText: 'To be explained by the clerk', done: 'It stands in the manifest',
      problem: { stale: 'It was changed just now: read it again.', authority: 'Only the presiding judge (or the judge who sits alone) signs, and not under their own text.', other: 'It was not saved: try again.' },
    },
    hold: {
      on: 'Legal hold', off: 'Lift the hold', onTitle: 'Legal hold', offTitle: 'Lift the legal hold',
      onText: 'No recording of this case, those to come included, will be deleted here or in the archive until it is lifted.', onTextOne: 'This recording will not be deleted here or in the archive until it is lifted.', offText: 'The recordings are kept as long as the rules say again.',
      reason: 'Reason', reasonOn: 'Such as: a retrial is asked for', reasonOff: 'Such as: the retrial is over', kept: 'Who, when and why is kept in the recordings’ manifests and in the audit.', failed: 'It was not done: try again.', same: 'It is so already.',
    },
    cancel: 'Cancel', close: 'Close',
  },
}
