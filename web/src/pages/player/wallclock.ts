// The court's clock, to the second: 09:31:07.
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })

export const wallClock = (at: Date): string => clock.format(at)
