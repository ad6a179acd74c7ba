// A real Bluesky server and a directory of accounts for it, on this machine only and in a folder of their own:
// `node start.mjs FOLDER` prints the server's address. The packages' own start() would listen on every interface.
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { createRequire } from 'node:module'
import { Secp256k1Keypair } from '@atproto/crypto'
import { PDS, envToCfg, envToSecrets } from '@atproto/pds'

const plc = createRequire(import.meta.url)('@did-plc/server')
const folder = process.argv[2]

const listen = (app, port = 0) =>
  new Promise((done, fail) => {
    const server = http.createServer(app)
    server.once('error', fail)
    server.listen(port, '127.0.0.1', () => done(server.address().port))
  })
const free = await new Promise((done) => {
  const probe = http.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address()
    probe.close(() => done(port))
  })
})
const hex = (bytes) => Buffer.from(bytes).toString('hex')

const directory = await listen(plc.PlcServer.create({ db: plc.Database.mock(), port: 0 }).app)
fs.mkdirSync(path.join(folder, 'blobs'), { recursive: true })
const rotation = await Secp256k1Keypair.create({ exportable: true })
const env = {
  devMode: true,
  port: free,
  hostname: 'localhost',
  dataDirectory: folder,
  blobstoreDiskLocation: path.join(folder, 'blobs'),
  didPlcUrl: `http://127.0.0.1:${directory}`,
  recoveryDidKey: (await Secp256k1Keypair.create()).did(),
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  adminPassword: hex(crypto.randomBytes(16)),
  jwtSecret: hex(crypto.randomBytes(16)),
  dpopSecret: hex(crypto.randomBytes(32)),
  plcRotationKeyK256PrivateKeyHex: hex(await rotation.export()),
  blobUploadLimit: 5 * 1024 * 1024,
  disableSsrfProtection: true,
  rateLimitsEnabled: false,
  crawlers: [],
}
const pds = await PDS.create(envToCfg(env), envToSecrets(env))
await pds.ctx.sequencer.start()
await listen(pds.app, free)
console.log(`http://127.0.0.1:${free}`)
