// SPDX-License-Identifier: EUPL-1.2
// @tus/server over HTTPS for senders with a certificate, and beside it what
// tus does not have: the receipts of the files that have arrived whole.
//
//     node server.mjs PKI UPLOADS RECEIPTS PORT
//
// RECEIPTS has {digest}.p7s, signed beforehand.  On standard output: the port,
// then a line of JSON for each request.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const [pki, uploads, receipts, port] = process.argv.slice(2);
const tell = (o) => fs.writeSync(1, JSON.stringify(o) + '\n');
const digestOf = (file) =>
	createHash('sha256').update(fs.readFileSync(file)).digest('hex');

// Also what had arrived when another process served here.
const whole = new Set();
for (const name of fs.readdirSync(uploads)) {
	const about = path.join(uploads, name + '.json');
	if (!fs.existsSync(about))
		continue;
	const file = path.join(uploads, name);
	if (JSON.parse(fs.readFileSync(about)).size === fs.statSync(file).size)
		whole.add(digestOf(file));
}

const tus = new Server({
	path: '/v1/uploads',
	// Else it gives http:// addresses, which a client must not follow.
	relativeLocation: true,
	datastore: new FileStore({ directory: uploads }),
	onUploadFinish: async (req, res, upload) => {
		const digest = digestOf(path.join(uploads, upload.id));
		whole.add(digest);
		tell({ finished: upload.id, digest });
		return res;
	},
});

function giveReceipt(req, res) {
	const [digest, stage] = req.url.split('/').slice(3);
	const file = path.join(receipts, digest + '.p7s');

	if (req.method !== 'GET' || stage !== 'stored' ||
	    !whole.has(digest) || !fs.existsSync(file)) {
		res.writeHead(404).end();
		return;
	}
	res.writeHead(200, { 'Content-Type': 'application/cms' });
	res.end(fs.readFileSync(file));
}

const server = https.createServer({
	cert: fs.readFileSync(path.join(pki, 'portal-tls.pem')),
	key: fs.readFileSync(path.join(pki, 'portal-tls.key')),
	ca: fs.readFileSync(path.join(pki, 'sender-ca.pem')),
	crl: fs.readFileSync(path.join(pki, 'sender-ca.crl')),
	requestCert: true,
	rejectUnauthorized: true,
	minVersion: 'TLSv1.3',
}, (req, res) => {
	res.on('finish', () => tell({
		method: req.method, url: req.url, status: res.statusCode,
		sender: req.socket.getPeerCertificate().subject?.CN,
	}));
	if (/^\/v1\/receipts\/[0-9a-f]{64}\//.test(req.url))
		giveReceipt(req, res);
	else
		tus.handle(req, res);
});
server.listen(Number(port), '127.0.0.1', () =>
	tell({ port: server.address().port }));
