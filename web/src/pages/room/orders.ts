/** orders to the hearing that are given from within its room; the others have their own page. */
export const orders = ['prepare', 'open', 'adjourn', 'resume', 'closed_session', 'off_record', 'start_recording', 'stop_recording', 'close']
