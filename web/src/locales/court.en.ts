import type zh from './court.zh'
import type { Words } from './words'

const en: Words<typeof zh> = {
  hearings: {
    ofToday: 'Today’s hearings', ofDay: 'Hearings', found: 'Found', count: '{n} hearings', now: '{n} in session', day: 'Day', before: 'Day before', after: 'Day after', today: 'Today',
    court: 'Court', anyCourt: 'All courts', search: 'Case number, cause or party', loading: 'Loading', unread: 'The hearings cannot be read just now.',
    none: 'No hearings on this day', noneText: 'Schedule one, or import a list.', noneYours: 'There is no hearing on this day that you may see.',
    noMatch: 'Nothing found for “{text}”', noMatchText: 'Check the case number, the cause or the name; a part of it is enough.',
    network: 'By network', public: 'public', notPublic: 'not public', noBench: 'not named yet', against: 'v.', recording: 'recording',
    col: { time: 'Time', case: 'Case', kind: 'Kind', bench: 'Panel', parties: 'Parties', state: 'State' },
  },
  hearingState: {
    scheduled: 'Scheduled', waiting: 'Waiting', in_session: 'In session', adjourned: 'Adjourned', closed_session: 'Closed session', off_record: 'Off the record',
    closed: 'Closed', filed: 'Filed', cancelled: 'Cancelled',
  },
  hearing: {
    title: 'Hearing', back: 'Hearings', gone: 'There is no such hearing', goneText: 'It may belong to another court, or you do not sit in it.', facts: 'Hearing', history: 'History', people: 'Participants',
    peopleCount: '{n}', editPeople: 'Edit participants', peopleHint: 'The panel is part of the plan: change it there. Who is removed here loses their link at once.', nobody: 'Nobody yet.', byAccount: 'logs in',
    earlier: 'Sat before', held: 'Held', sources: 'Cameras there', noSources: 'Its cameras can be seen from half an hour before the hearing.', external: 'External id', minutes: '{n} min', another: 'another case',
    recordedAlways: 'always recorded', recordedYes: 'recorded', recordedNo: 'not recorded', recordedConsent: 'recorded once the parties agree',
    onOrderOf: 'on {name}’s order', clock: 'the hub’s clock said {time} then', orderedBy: 'Judge who gave the order', why: 'Reason', whyFree: 'Reason (if any)', whyHint: 'Goes to the case file', keepRecording: 'Go on recording; only the public leaves',
    tooLate: 'The hearing has changed just now and is shown as it is: look at it, then try again.', notYours: 'This is for the panel, or for the clerk on a judge’s order.', noAudit: 'The audit cannot be written, so nothing may be changed. Call a technician.',
  },
  command: {
    schedule: 'Schedule', change: 'Change', change_panel: 'Change the panel', postpone: 'Postpone', continue: 'Go on another day', prepare: 'Open the waiting room', open: 'Open the hearing', adjourn: 'Adjourn', resume: 'Resume',
    closed_session: 'Closed session', off_record: 'Off the record', start_recording: 'Start recording', stop_recording: 'Stop recording', close: 'Close the hearing', reopen: 'Reopen', file: 'File', cancel: 'Cancel the hearing', reinstate: 'Reinstate',
  },
  commandText: {
    change_panel: 'The new panel holds from now on.', postpone: 'Links stay good; tell the participants the new time.', prepare: 'Participants can come in and wait.', open: 'It is recorded from now on.', adjourn: 'Nothing is recorded meanwhile.',
    resume: 'It is recorded again from now on.', closed_session: 'The public leaves; the panel and the parties stay.', off_record: 'Mediation that is not fit for recording: resume the hearing when it is over.', start_recording: 'Make sure that all agree, and name them.',
    stop_recording: 'Nothing is recorded from now on.', close: 'The hearing ends; its recording is sealed.', reopen: 'The hearing is adjourned again; the time since its closing counts as an interruption.', file: 'Nothing can be changed afterwards.', cancel: 'The participants’ links are of no use any more.', reinstate: 'The hearing is scheduled again.',
  },
  planning: {
    new: 'Schedule a hearing', change: 'Change the hearing', enter: 'Schedule', checking: 'Checking the number', caseFound: '{title}', caseNew: 'a new case, entered along with the hearing', numberHint: 'Checked while you type; brackets may be left out.', numberFree: 'Leave it empty if there is none.',
    needsCase: 'A hearing of this kind needs a case number.', needed: 'This is needed.', part: 'Part of seat {n}', who: 'Person of seat {n}', pick: 'Choose a person', pickOrType: 'Choose, or type a name', less: 'Remove seat {n}', more: 'Another member',
    partOf: 'Part of person {n}', nameOf: 'Name of person {n}', deviceOf: 'Device of person {n}', byBrowser: 'comes by a browser', byDevice: 'device: {name}', name: 'Name', lessPerson: 'Remove person {n}', morePeople: 'Another participant', until: 'until {time}', networkText: 'Everybody comes by the network.', public: 'Open to the public', record: 'Record it',
    peopleLost: 'The hearing is scheduled, but its participants were not saved: enter them here.', tooLate: 'This hearing cannot be changed any more', tooLateText: 'Once it has begun it can be postponed, or be given another panel.', noCourt: 'There is no court that you can do this for', noCourtText: 'Hearings are scheduled by judges and clerks: ask an administrator for the role.',
    taken: 'The courtroom is taken', takenText: 'Another hearing is there at that time. Schedule this one there all the same?', anyway: 'All the same',
    clash: { site: 'The courtroom is taken', person: '{name} sits elsewhere' },
    field: {
      kind: 'Kind', title: 'Title', start: 'Time', day: 'Day', clock: 'Begins', minutes: 'Minutes', site: 'Place', public: 'Public', recorded: 'Recording', panel: 'Panel', people: 'Participants', case: 'Case',
    },
  },
  cases: {
    one: 'Case', count: '{n} cases', new: 'Enter a case', change: 'Change', none: 'No cases yet', noneText: 'Scheduling a hearing enters its case; it can be entered here beforehand.', number: 'Case number', noNumber: '(no number)', numberFree: 'Mediation before a suit can have none.',
    cause: 'Cause of action', causeHint: 'such as: sales contract', parties: 'Parties', standingOf: 'Standing of party {n}', partyOf: 'Name of party {n}', less: 'Remove party {n}', more: 'Another party', taken: 'There is a case with this number already.',
    gone: 'There is no such case', goneText: 'It may belong to another court, or you do not sit in it.', noParties: 'No parties yet.', hearings: 'Hearings', noHearings: 'No hearings yet.',
    col: { number: 'Number', cause: 'Cause', parties: 'Parties', court: 'Court', entered: 'Entered' },
  },
  caseNumber: {
    year: 'It begins with a year of four digits, such as （2026）.', court: 'After the year comes the code of the court: 黑, 黑11, 黑1102 or 最高法.', type: 'After the court comes the type: 民初, 刑终, 执. Numbers with 字第 are from before 2016: enter the present one.',
    number: 'After the type comes the number of one case, without 第.', end: 'It ends with 号: is something cut off, or too much?', sub: 'After 之 stands a number from 一 to 九十九.',
  },
  importing: {
    title: 'Import a list', text: 'Upload hearings as CSV: they are shown first, and entered all together once nothing is wrong. Spreadsheets save as CSV.', template: 'Download a template', choose: 'Choose a file', drop: 'or drop it here', reading: 'Reading the file',
    noCourtText: 'Lists are imported by clerks: ask an administrator for the role.', wrong: '{n} errors: mend them and upload the file again ({rows} lines are good)', good: '{n} lines, all good', nothing: 'There is no hearing in the file', warned: '{n} warnings, which do no harm',
    enter: 'Import {n} hearings', done: 'Imported: {added} new, {changed} changed, {same} as they were', look: 'Look at the hearings', warning: 'Warning', error: 'Error',
    col: { line: 'Line', column: 'Column', content: 'Content', what: 'Problem', time: 'Time', case: 'Case', site: 'Place', kind: 'Kind', bench: 'Panel', parties: 'Parties' },
    problem: {
      unreadable: 'The file was not read to its end: upload it again.', too_large: 'The file is larger than {n} KiB: split it.', too_many: 'There are more than {n} hearings: split the file.', workbook: 'This is the spreadsheet itself: save it as CSV UTF-8 and upload that.',
      encoding: 'The text cannot be read: save it as CSV UTF-8.', no_headings: 'The first line has no heading that is known: begin with the template.', unknown_column: '“{column}” is no column that is known; it is left out.', quotes: 'Quotation marks do not match on this line.',
      missing: '“{column}” is empty.', missing_column: 'The column “{column}” is missing.', invalid: '“{column}” cannot be read.', unknown_site: 'The court has no such place: enter its name, or add it on the page of courts.', unknown_user: 'This is no account of the court: enter the name to log in with.',
      duplicate: 'This is the hearing of line {line}.', duplicate_column: 'The column “{column}” stands there twice.', site_clash: 'The place is taken on {day} {from}–{to} by “{title}”.', site_clash_line: 'The place is taken on {day} {from}–{to} by line {line}.',
      person_clash: '{name} sits in “{title}” on {day} {from}–{to}.', person_clash_line: '{name} sits in line {line} on {day} {from}–{to}.', more: 'There are {n} more problems: mend these first.',
    },
    form: {
      case_number: 'Such as （2026）黑11民初23号.', date: 'Such as 2026-03-05.', start: 'Such as 09:00.', duration: 'The minutes, such as 90.', kind: 'One of trial, interrogation, petition reception, mediation, committee meeting, conference, training, parole hearing.', public: 'Yes or no.',
      parties: 'Such as plaintiff:Zhang San;defendant:Li Si.', presiding_judge: 'They need the role of a judge.', judges: 'Several with commas; they need the role of a judge.', clerk: 'They need the role of a clerk.', assessors: 'Names will do; several with commas.',
    },
  },
  links: {
    title: 'Link of {name} ({part})', of: 'Link of {name}', show: 'Show link', make: 'Make a link', newText: 'The link is for this person alone. It is bound to the device that opens it first: passed on, it opens nothing.', againText: 'The link from before is void at once; who is in by it is out.',
    from: 'Good from', to: 'Good until', zone: 'China’s time.', past: 'This time is past.', turned: 'It must end after it begins.', withCode: 'Ask for six digits when it is first opened', withCodeText: 'Tell them the digits by another way, such as by telephone.',
    digits: 'Digits', digitsText: 'Shown this once: tell them by another way.', loopback: 'The hub serves this machine only: other devices cannot open the link.', qr: 'QR code of {name}’s link', stands: 'State', valid: 'Good', between: '{from} to {to}',
    code: 'Digits', codeAsked: 'asked for at first', codeNot: 'not asked for', withPlayBack: 'May play back the recordings after the closing', withPlayBackText: 'Their name and the time stand over the picture, and each playback is in the audit. Let the link last long enough.', playBack: 'Recordings', playBackYes: 'after the closing', playBackNo: 'no', device: 'Device', boundAt: 'bound to a device {time}, not there now', unused: 'not opened yet', address: 'Link', text: 'Text to send', revoke: 'Revoke',
    revokeText: 'Revoke the link of {name}? Who is in by it is out at once.', again: 'Make another', againHint: 'For a new phone, or if it went to the wrong person.',
    letter: '{name}: {court} holds a {kind} ({matter}) on {day} at {clock}, China’s time. You take part as {title}. Open this in a browser on a computer or phone 15 minutes before: {url} . The link is for you alone and is bound to the device that opens it first: do not pass it on.', letterCode: ' It asks for six digits, which the clerk tells you by another way.',
    state: { none: 'no link', early: 'not good yet', ready: 'not opened', bound: 'opened', here: 'there now', over: 'expired', revoked: 'revoked' },
    expired: { over: 'The link from before has expired.', revoked: 'The link from before was revoked.' },
  },
  join: {
    title: 'Take part', checking: 'Checking the link', what: 'Hearing', when: 'Time', where: 'Place', as: 'You are', zone: 'China’s time', atSite: '{site}; you take part on this device', byNetwork: 'on this device',
    code: 'Six digits', codeWrong: 'These are not the digits: check them and type them again.', enter: 'Enter', stay: 'Back to my work', anyway: 'Enter as the participant', keep: 'Keep this page open. If you close it, open the link again on this device.',
    recordings: 'Recordings', look: 'Play back', lookText: 'Your name and the time stand over the picture. The recording is for you alone: do not film or pass it on.', back: 'Back to the hearing', leftDays: '{days} d {hours} h until it begins', leftHours: '{hours} h {minutes} min until it begins', leftMinutes: '{minutes} min until it begins',
    wait: {
      scheduled: 'The waiting room is not open yet: come back 15 minutes before the hearing.', waiting: 'The waiting room is open: wait until the clerk lets you in.', in_session: 'The hearing goes on: wait until the clerk lets you in.', held: 'The hearing goes on: wait until you are called.', adjourned: 'The hearing is adjourned: wait until it goes on.',
      closed: 'The hearing is over. Thank you for taking part.', cancelled: 'The hearing was cancelled: ask the court if you have questions.', gallery: 'The hearing will be opened to the public soon: wait here.', notPublic: 'Evidence is heard in closed session just now: wait until it is public again.',
    },
    title_account: 'You are logged in', text_account: 'You are logged in as {name}. This link is for a participant: if you go on, you are logged out, the link is bound to this device, and they cannot use it any more.',
    title_nothing: 'Open the link that you were sent', text_nothing: 'This page needs the link that the court sent you: open it from the message.', title_left: 'You have left', text_left: 'To come in again, open the link once more on this device.',
    title_bad: 'The link is no good', text_bad: 'It may be incomplete, or not of this court: open it from the message as it was sent, or ask the clerk for another.', title_offline: 'No connection', text_offline: 'The hub does not answer: check the network and try again.',
    title_early: 'It is too early', text_early: 'The link lets in from {time} on: open it then, on this device.', title_over: 'The link has expired', text_over: 'Its time is over. If you still have to take part, ask the clerk for another.',
    title_revoked: 'The link was revoked', text_revoked: 'The court has revoked it, or made you another one. Ask the clerk.', title_elsewhere: 'The link is in use on another device', text_elsewhere: 'It is bound to the device that opened it first. With a new phone or computer, ask the clerk for another.',
    title_no_device: 'The browser keeps no cookies', text_no_device: 'Allow cookies of this site in the browser’s settings, or use another browser.', title_code: 'Type the digits', text_code: 'The clerk tells you six digits by another way. They are asked for once.', title_code_wrong: 'Type the digits', text_code_wrong: 'The clerk tells you six digits by another way. They are asked for once.',
  },
}

export default en
