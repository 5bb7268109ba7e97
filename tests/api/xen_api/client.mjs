// SPDX-License-Identifier: GPL-2.0-or-later
//
// Drives the API by npm's xen-api as Xen Orchestra does: it connects, keeps a copy of all objects
// by events, starts, snapshots and stops a VM, and leaves. One line of JSON for each step.
// With a file and an SR's UUID it also exports the VM into the file, and imports it into the SR.
// usage: node client.mjs URL USER PASSWORD VM-UUID [FILE SR-UUID]
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
const { createClient } = await import(pathToFileURL(process.env.XEN_API).href)

const [url, user, password, uuid, file, sr] = process.argv.slice(2)
const say = (step, value) => console.log(JSON.stringify({ step, value }))

// An object in the copy, as soon as a condition holds for it; the copy is fed by events only.
const until = (xapi, what, holds) =>
  new Promise((resolve, reject) => {
    const look = () => {
      const found = Object.values(xapi.objects.all).find(holds)
      if (found === undefined) {
        return
      }
      clearTimeout(timer)
      xapi.objects.removeListener('finish', look)
      resolve(found)
    }
    const timer = setTimeout(() => reject(new Error(`no event made it so: ${what}`)), 20e3)
    xapi.objects.on('finish', look)
    look()
  })

const auth = { user, password }
const xapi = createClient({ url, auth, allowUnauthorized: true, watchEvents: true })
await xapi.connect()
await xapi.objectsFetched
say('pool', xapi.pool.$type)
say('types', [...new Set(Object.values(xapi.objects.all).map(o => o.$type))].sort())

const vm = xapi.getObjectByUuid(uuid)
say('state', vm.power_state)
await xapi.callAsync('VM.start', vm.$ref, false, false)
const running = await until(xapi, 'running', o => o.uuid === uuid && o.power_state === 'Running')
say('running', running.domid > 0)

const snapshot = await xapi.callAsync('VM.snapshot', vm.$ref, 'by xen-api')
const made = await until(xapi, 'snapshot', o => o.$ref === snapshot)
say('snapshot', made.name_label)

await xapi.barrier(vm.$ref)
say('barrier', true)

await xapi.setFieldEntry('VM', vm.$ref, 'other_config', 'key', 'Jürgen & <co>')
await until(xapi, 'entry', o => o.uuid === uuid && o.other_config.key === 'Jürgen & <co>')
say('entry', true)

await xapi.callAsync('VM.hard_shutdown', vm.$ref)
await until(xapi, 'halted', o => o.uuid === uuid && o.power_state === 'Halted')
say('halted', true)

const nonsense = xapi.call('VM.start', 'OpaqueRef:nonsense', false, false)
const refused = await nonsense.catch(error => error)
say('refused', [refused.code, refused.params])

if (file !== undefined) {
  const query = { ref: vm.$ref, use_compression: 'zstd' }
  const { body, task } = await xapi.getResource('/export/', { query, task: true })
  await pipeline(body, createWriteStream(file))
  await task
  say('exported', statSync(file).size)

  // Of no known length, as from a pipe.
  const result = await xapi.putResource(createReadStream(file), '/import/', {
    query: { sr_id: xapi.getObjectByUuid(sr).$ref },
    task: true,
  })
  const [ref] = /OpaqueRef:[0-9a-f-]+/.exec(result)
  const imported = await until(xapi, 'imported', o => o.$ref === ref)
  say('imported', imported.uuid)
}

await xapi.callAsync('VM.destroy', snapshot)
for (;;) {
  if (xapi.getObject(snapshot, null) === null) {
    break
  }
  await new Promise(resolve => setTimeout(resolve, 20))
}
say('gone', true)
await xapi.disconnect()
say('end', xapi.status)
process.exit(0)
