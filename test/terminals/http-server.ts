import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TEST_ENV } from '../helpers/git.js';

/** Who may come in. */
export const USER = { name: 'me', password: 'open sesame' };

export interface HttpServer {
  url: string;
  /** What was asked for without credentials, or with wrong ones. */
  refused: string[];
  close: () => void;
}

/** A certificate of our own for the loopback, and its key. */
export interface Certificate {
  cert: string;
  key: string;
}

/** Makes a certificate that nobody knows; its file is `cert.pem`. */
export function makeCertificate(folder: string): Certificate {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  const done = spawnSync('openssl', [...args, '-keyout', key, '-out', cert]);
  if (done.status !== 0) throw new Error(done.stderr.toString());
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** Serves the repositories below a folder by git's own http-backend, to those who log in. */
export async function serveHttp(folder: string, tls?: Certificate): Promise<HttpServer> {
  const refused: string[] = [];
  const listen = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.headers.authorization === basic(USER)) {
      answer(folder, request, response);
      return;
    }
    refused.push(request.url ?? '');
    response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
  };
  const server = tls === undefined ? createServer(listen) : createTlsServer(tls, listen);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    refused,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function basic({ name, password }: typeof USER): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

/** As CGI has it: RFC 3875. */
function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '', 'http://host');
  const { headers } = request;
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...TEST_ENV,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: USER.name,
      REMOTE_ADDR: '127.0.0.1',
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: headers['content-type'],
      CONTENT_LENGTH: headers['content-length'],
      HTTP_CONTENT_ENCODING: headers['content-encoding'],
      GIT_PROTOCOL: headers['git-protocol'] as string | undefined,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    const lines = all.subarray(0, end).toString().split('\r\n');
    const fields = lines.map((line) => line.split(': ') as [string, string]);
    const status = Number(fields.find(([name]) => name === 'Status')?.[1].slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(fields)).end(all.subarray(end + 4));
  });
}
