// SPDX-License-Identifier: EUPL-1.2
// One upload with tus-js-client, over HTTPS with a client certificate.
//
//     node client.mjs JOB
//
// JOB is JSON: pki, who (certificate), file, and either endpoint or uploadUrl;
// chunkSize, uploadDataDuringCreation, headers as in tus-js-client; abortAt
// (bytes that were taken) ends the upload there, terminate takes it back.  On
// standard output: what became of it, each answer, and the last one's body in
// base64, because tus-js-client reads bodies as text.
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import tus from 'tus-js-client';

const job = JSON.parse(process.argv[2]);
const read = (name) => fs.readFileSync(path.join(job.pki, name));
const answers = [];
let body = Buffer.alloc(0);

class Stack extends tus.DefaultHttpStack {
	createRequest(method, url) {
		const request = super.createRequest(method, url);
		const send = request.send.bind(request);
		request.send = (data) => {
			const answer = send(data);
			request.getUnderlyingObject().on('response', (res) => {
				const parts = [];
				res.on('data', (part) => parts.push(part));
				res.on('end', () => { body = Buffer.concat(parts); });
			});
			return answer;
		};
		return request;
	}
}

function end(outcome, message) {
	console.log(JSON.stringify({ outcome, message, url: upload.url, answers,
		body: body.toString('base64') }));
	process.exit(0);
}

const upload = new tus.Upload(fs.createReadStream(job.file), {
	endpoint: job.endpoint,
	uploadUrl: job.uploadUrl,
	uploadSize: fs.statSync(job.file).size,
	chunkSize: job.chunkSize ?? Infinity,
	uploadDataDuringCreation: job.uploadDataDuringCreation ?? false,
	headers: job.headers,
	retryDelays: Array(job.retries ?? 0).fill(200),
	httpStack: new Stack({
		agent: new https.Agent({
			ca: read('tls-root.pem'),
			cert: job.who && read(job.who + '.pem'),
			key: job.who && read(job.who + '.key'),
			minVersion: 'TLSv1.3',
			keepAlive: true,
		}),
	}),
	onAfterResponse: (req, res) => {
		answers.push({ method: req.getMethod(), status: res.getStatus(),
			offset: res.getHeader('Upload-Offset') });
	},
	onChunkComplete: (size, accepted) => {
		if (job.abortAt && accepted >= job.abortAt)
			upload.abort(job.terminate ?? false).then(
				() => end('aborted'), (e) => end('error', e.message));
	},
	onSuccess: () => end('success'),
	onError: (e) => end('error', e.message),
});
upload.start();
