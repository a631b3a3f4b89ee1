import { describe, expect, it } from 'vitest'
import { addressOK, faultsOf, formOf, inputOf } from './form'

const good = { ...formOf(null), id: 'court-9', url: 'rtsp://u:p@192.0.2.7:554/a' }

describe('the form of a device', () => {
  it('can be saved when it is right', () => {
    expect(faultsOf(good, true, () => false)).toEqual({})
  })

  it('says which fields are wrong, and why', () => {
    expect(faultsOf({ ...good, id: 'Court 9', url: 'http://x', sub_url: 'y' }, true, () => false)).toEqual({
      id: 'invalid.id', url: 'invalid.url', sub_url: 'invalid.url',
    })
    expect(faultsOf(good, true, (id) => id === 'court-9')).toEqual({ id: 'invalid.taken' })
  })

  it('asks no id of a device that has one, and no address of an encoder', () => {
    expect(faultsOf({ ...good, id: '' }, false, () => true)).toEqual({})
    expect(faultsOf({ ...good, kind: 'push', url: '' }, true, () => false)).toEqual({})
  })

  it('sends an encoder without the addresses that were typed before', () => {
    expect(inputOf({ ...good, kind: 'push' })).toMatchObject({ url: '', sub_url: '' })
  })

  it('knows an address', () => {
    for (const url of ['rtsp://h', 'rtsps://h:322/a?b=c', 'RTSP://u:p%40@h/x', 'rtsp://[::1]:554/x']) expect(addressOK(url), url).toBe(true)
    for (const url of ['', 'rtsp://', 'rtsp:///x', 'http://h', 'rtsp://h /x']) expect(addressOK(url), url).toBe(false)
  })
})
