// SPDX-License-Identifier: GPL-2.0-or-later
// A forward proxy in Node.js whose only way out is a SOCKS5 parent: node socksgw.js LISTEN-ADDRESS PORT PARENT PARENT-PORT [USER PASSWORD]
'use strict';
const http = require('http');
const net = require('net');
const [address, port, parent, parentPort, user, password] = process.argv.slice(2);
const CODES = ['succeeded', 'general failure', 'not allowed by ruleset', 'network unreachable', 'host unreachable', 'connection refused', 'TTL expired', 'command not supported', 'address type not supported'];

function greeting(s, done) {
  s.write(user ? Buffer.from([5, 2, 0, 2]) : Buffer.from([5, 1, 0]));
  s.once('data', (d) => {
    if (d[1] === 255) return done(new Error('SOCKS: no acceptable method'));
    if (d[1] === 0) return done();
    s.write(Buffer.concat([Buffer.from([1, user.length]), Buffer.from(user), Buffer.from([password.length]), Buffer.from(password)]));
    s.once('data', (e) => done(e[1] ? new Error('SOCKS: login refused') : null));
  });
}

function dial(host, to, done) {
  const s = net.connect(parentPort, parent);
  let over = false;
  const end = (error) => { if (!over) { over = true; if (error) { s.destroy(); done(error); } else { s.removeAllListeners(); done(null, s); } } };
  s.on('error', end);
  s.on('close', () => end(new Error('SOCKS: closed')));
  s.setTimeout(6000, () => end(new Error('SOCKS: timeout')));
  s.on('connect', () => greeting(s, (error) => {
    if (error) return end(error);
    s.write(Buffer.concat([Buffer.from([5, 1, 0, 3, host.length]), Buffer.from(host), Buffer.from([to >> 8, to & 255])]));
    s.once('data', (d) => end(d[1] ? new Error('SOCKS: ' + CODES[d[1]]) : null));
  }));
}

http.createServer((request, response) => {
  const url = new URL(request.url);
  const refuse = (error) => { console.log(request.url, error.code || '', error.message); if (!response.headersSent) response.writeHead(502, 'Bad Gateway', { 'Content-Length': 0 }); response.end(); };
  dial(url.hostname, +(url.port || 80), (error, s) => {
    if (error) return refuse(error);
    s.setTimeout(3000, () => s.destroy(new Error('timeout')));
    const up = http.request({ createConnection: () => s, method: request.method, path: url.pathname + url.search, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.statusMessage, answer.headers);
      answer.pipe(response);
    });
    up.on('error', refuse);
    request.pipe(up);
  });
}).listen(+port, address);
