import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { ChangesAnswer, ChangesQuestion } from '../checkpoint/ask-for-changes.js';
import { removeFile } from '../disk/remove-file.js';
import { formatAnswer, parseQuestion } from './wire.js';

const QUESTION_BYTES = 4_096;
const QUESTION_MS = 5_000;
const CONNECTIONS = 64;

type Answer = (question: ChangesQuestion) => Promise<ChangesAnswer | null>;

function serve(socket: Socket, answer: Answer): void {
  let text = '';
  // Whoever says nothing must not keep a watch that is told to stop.
  socket.unref();
  socket.setTimeout(QUESTION_MS, () => socket.destroy());
  // Whoever asked may have gone: that is theirs.
  socket.on('error', () => socket.destroy());
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    if (text.length > QUESTION_BYTES) socket.destroy();
    if (!text.includes('\n')) return;
    socket.removeAllListeners('data');
    const question = parseQuestion(text);
    if (question === null) socket.end(formatAnswer(null));
    else void answer(question).then((one) => socket.end(formatAnswer(one)));
  });
}

/** Answers questions at a socket, in place of one that a dead process left. */
export async function listen(path: string, answer: Answer): Promise<Server> {
  removeFile(path);
  const server = createServer((socket) => serve(socket, answer));
  server.maxConnections = CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}
