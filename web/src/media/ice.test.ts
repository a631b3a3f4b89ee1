import { describe, expect, it } from 'vitest'
import { iceServers } from './ice'

describe('the servers that an answer names', () => {
  it('are read with their credentials', () => {
    const header =
      '<turn:[2001:db8::1]:3478?transport=udp>; rel="ice-server"; username="1700000000:0a"; credential="a/+,;=\\"b\\\\"; credential-type="password", ' +
      '<turns:hub:5349?transport=tcp>; rel="ice-server"; username="u"; credential="p"; credential-type="password", ' +
      '<stun:stun.court.example>; rel="ice-server"'
    expect(iceServers(header)).toEqual([
      { urls: 'turn:[2001:db8::1]:3478?transport=udp', username: '1700000000:0a', credential: 'a/+,;="b\\' },
      { urls: 'turns:hub:5349?transport=tcp', username: 'u', credential: 'p' },
      { urls: 'stun:stun.court.example' },
    ])
  })

  it('are none where other things are linked, or nothing', () => {
    for (const header of [null, '', 'nonsense', '<https://a/>; rel="next"', '<https://a/>; rel="ice-server"', '<turn:a', '<turn:a>']) {
      expect(iceServers(header), String(header)).toEqual([])
    }
  })
})
