import { connect } from 'node:net';
import type { ChangesAnswer, ChangesQuestion } from '../checkpoint/ask-for-changes.js';
import { LIMITS } from '../core/limits.js';
import { SocketFolder } from './socket-folder.js';
import { formatQuestion, parseAnswer } from './wire.js';

/** All that the other side says; null when it does not, or too much, or not in time. */
async function exchange(path: string, text: string, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const socket = connect({ path });
    const end = (answer: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(null), timeoutMs);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > LIMITS.changesAnswerBytes) end(null);
    });
    socket.on('end', () => end(Buffer.concat(chunks).toString('utf8')));
    // Whatever keeps it from answering: then everything is looked at.
    socket.on('error', () => end(null));
    socket.write(text);
  });
}

/**
 * Asks who watches the workspace what may have changed. Null when nobody does, or answers in time,
 * and for whatever is no answer.
 */
export async function askWatch(
  stateDir: string,
  question: ChangesQuestion,
  timeoutMs: number,
): Promise<ChangesAnswer | null> {
  const folder = SocketFolder.find(stateDir);
  if (folder === null) return null;
  try {
    const text = await exchange(folder.socket, formatQuestion(question), timeoutMs);
    return text === null ? null : parseAnswer(text);
  } finally {
    folder.close();
  }
}
