// A real wechaty gateway (wechaty-puppet-service) over a simulated WeChat (wechaty-puppet-mock), for the tests.
//
//   node gateway.mjs PORT TOKEN          with TLS=1 in the environment it speaks TLS with wechaty's own certificate
//
// Orders come as JSON lines on stdin: {"id": 1, "do": "say", …}, each is answered by {"id": 1, "ok": …} or
// {"id": 1, "error": "…"} on stdout. What the bot makes the gateway do is reported as {"called": "messageSendText",
// "args": […]}. It ends with its stdin.

import readline from 'node:readline'
import { FileBox } from 'file-box'
import { puppet as grpc } from 'wechaty-grpc'
import { PuppetMock, mock } from 'wechaty-puppet-mock'
import { PuppetServer } from 'wechaty-puppet-service'

const [port, token] = process.argv.slice(2)
const tell = what => process.stdout.write(JSON.stringify(what) + '\n')

// --- a small world: the account, three residents, two rooms ---

const mocker = new mock.Mocker()
const puppet = new PuppetMock({ mocker })
const people = new Map()
const rooms = new Map()

const addPerson = (id, name) => people.set(id, mocker.createContact({ id, name, alias: '' }))
const addRoom = (id, topic, members) =>
  rooms.set(id, mocker.createRoom({ id, topic, memberIdList: [...members], ownerId: members[0] }))

addPerson('bot', '客厅')
addPerson('wang', '王阿姨')
addPerson('li', '李姐')
addPerson('chen', '小陈')
addRoom('1@chatroom', '幸福里1群', ['wang', 'li', 'bot'])
addRoom('2@chatroom', '幸福里2群', ['li', 'bot'])

function world () {                     // runs at every start of the puppet: a bot that takes over starts it anew
  if (!puppet.isLoggedIn) mocker.login(people.get('bot'))
  setImmediate(() => puppet.emit('ready', { data: 'ready' }))
  return () => {}
}
mocker.use(world)

// --- faults: a method that throws, a payload or a method that is held back ---

const faults = new Map()                // method -> { left, message, code }
const held = new Map()                  // words coming or going, the id of a contact or room, a method -> what lets it go

function maybeFail (method) {
  const fault = faults.get(method)
  if (!fault) return
  if (--fault.left <= 0) faults.delete(method)
  throw Object.assign(new Error(fault.message), fault.code === undefined ? {} : { code: fault.code, details: fault.message })
}

function wrap (method, around) {
  const original = puppet[method].bind(puppet)
  puppet[method] = (...args) => around(original, args)
}

for (const method of ['messageRawPayload', 'contactRawPayload', 'roomRawPayload']) {
  wrap(method, async (original, args) => {
    maybeFail(method)
    const payload = await original(...args)
    await (held.get(payload.text) ?? held.get(payload.id))?.gate
    return payload
  })
}

// --- what the bot does: report it, and give back the message's id, which the mock forgets to do ---

const newest = () => [...mocker.cacheMessagePayload.keys()].at(-1)
const plain = arg => FileBox.valid(arg) ? { file: arg.name, mediaType: arg.mediaType, ...arg.toJSON() } : arg

for (const method of ['messageSendText', 'messageSendFile', 'roomTopic', 'roomAnnounce', 'contactAlias', 'start', 'stop']) {
  wrap(method, async (original, args) => {
    maybeFail(method)
    await (held.get(method) ?? held.get(args[1]))?.gate
    const result = await original(...args)
    tell({ called: method, args: args.map(plain) })
    return method.startsWith('messageSend') ? newest() : result
  })
}

puppet.messageImage = id => puppet.messageFile(id)   // the mock has a code in place of every picture

// An event can carry anything, as the gateways of others do: {"raw": {"type": 99, "payload": "no JSON"}} goes out as it is.
const { setPayload } = grpc.EventResponse.prototype
grpc.EventResponse.prototype.setPayload = function (text) {
  const { raw } = JSON.parse(text) ?? {}
  if (raw) this.setType(raw.type)
  return setPayload.call(this, raw ? raw.payload : text)
}

// --- orders ---

const contacts = ids => ids.map(id => people.get(id))

const orders = {
  nothing: () => {},
  person: ({ person, name }) => { addPerson(person, name) },
  room: ({ room, topic, members }) => { addRoom(room, topic, members) },
  rename: ({ person, name }) => {
    people.get(person).payload.name = name
    puppet.dirtyPayload(2, person)      // 2: a contact
  },
  say: ({ by, to, text, file, mentions = [], type }) => {
    const what = file ? FileBox.fromBase64(file, 'picture.png') : text
    people.get(by).say(what, contacts(mentions)).to(rooms.get(to) ?? people.get(to))
    const id = newest()
    if (type !== undefined) mocker.cacheMessagePayload.get(id).type = type
    return id
  },
  again: ({ message }) => { puppet.emit('message', { messageId: message }) },
  join: ({ room, who, by }) => { rooms.get(room).add(...contacts(who)).by(people.get(by)) },
  leave: ({ room, who, by }) => { rooms.get(room).remove(...contacts(who)).by(people.get(by)) },
  topic: ({ room, text, by }) => { rooms.get(room).topic(text).by(people.get(by)) },
  event: ({ event, payload }) => { puppet.emit(event, payload) },
  raw: ({ type, payload }) => { puppet.emit('heartbeat', { raw: { type, payload } }) },
  logout: async () => { await puppet.logout('bye') },
  login: () => { mocker.login(people.get('bot')) },
  fail: ({ method, times = 1, message = 'out of order', code }) => { faults.set(method, { left: times, message, code }) },
  hold: ({ what }) => {
    const lock = {}
    lock.gate = new Promise(resolve => { lock.open = resolve })
    held.set(what, lock)
  },
  release: ({ what }) => {
    held.get(what)?.open()
    held.delete(what)
  },
  reset: () => {
    faults.clear()
    for (const what of [...held.keys()]) orders.release({ what })
  },
}

async function obey (line) {
  const { id, do: order, ...what } = JSON.parse(line)
  try {
    tell({ id, ok: await orders[order](what) ?? null })
  } catch (error) {
    tell({ id, error: String(error) })
  }
}

process.on('uncaughtException', error => tell({ broken: String(error.stack) }))
readline.createInterface({ input: process.stdin }).on('line', obey).on('close', () => process.exit(0))

const server = new PuppetServer({ endpoint: `127.0.0.1:${port}`, puppet, token, tls: { disable: process.env.TLS !== '1' } })
await server.start()
tell({ up: Number(port) })
