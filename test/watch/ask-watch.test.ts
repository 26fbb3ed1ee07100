import { expect } from 'chai';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ChangesAnswer, ChangesQuestion } from '../../src/checkpoint/ask-for-changes.js';
import { ROOT } from '../../src/core/byte-path.js';
import { PitonError } from '../../src/core/errors.js';
import { LIMITS } from '../../src/core/limits.js';
import { askWatch } from '../../src/watch/ask-watch.js';
import { listen } from '../../src/watch/listen.js';
import { SocketFolder } from '../../src/watch/socket-folder.js';
import { tempDirectory } from '../helpers/temp.js';
import { asNobody } from '../worktree/scanning.js';

const MARK = { watch: 'ab'.repeat(16), sequence: 4 };
const QUESTION: ChangesQuestion = { since: MARK, facts: 'cd'.repeat(32) };
const ANSWER: ChangesAnswer = {
  mark: { ...MARK, sequence: 5 },
  touched: new Map([[ROOT, new Set()]]),
};
const LONG_MS = 60_000;

describe('watch: asking', () => {
  let stateDir: string;
  let folder: SocketFolder;
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  const ask = (timeoutMs = LONG_MS): Promise<ChangesAnswer | null> =>
    askWatch(stateDir, QUESTION, timeoutMs);

  const serve = async (
    answer: (question: ChangesQuestion) => Promise<ChangesAnswer | null>,
  ): Promise<void> => {
    servers.push(await listen(folder.socket, answer));
  };

  /** Something else at the socket. */
  const serveOther = async (onSocket: (socket: Socket) => void): Promise<void> => {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      onSocket(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(folder.socket, resolve));
  };

  beforeEach(() => {
    // Longer than the path of a socket may be.
    stateDir = join(tempDirectory(), 'long'.repeat(40));
    mkdirSync(stateDir);
    folder = SocketFolder.make(stateDir);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
    folder.close();
  });

  it('gets the answer, each time', async () => {
    const asked: ChangesQuestion[] = [];
    await serve((question) => {
      asked.push(question);
      return Promise.resolve(asked.length < 3 ? ANSWER : null);
    });
    expect(await ask()).to.deep.equal(ANSWER);
    expect(await ask()).to.deep.equal(ANSWER);
    expect(await ask()).to.equal(null);
    expect(asked).to.deep.equal([QUESTION, QUESTION, QUESTION]);
    expect(lstatSync(join(stateDir, 'resident')).mode & 0o777).to.equal(0o700);
    expect(lstatSync(folder.socket).mode & 0o777).to.equal(0o600);
  });

  it('gets none where nobody listens, or did before he was killed', async () => {
    expect(await ask()).to.equal(null);
    await serve(() => Promise.resolve(ANSWER));
    const [server] = servers.splice(0);
    // What a killed process leaves: the socket's file, and nobody behind it.
    const path = join(stateDir, 'resident', 'kept');
    linkSync(folder.socket, path);
    await new Promise<void>((resolve) => server?.close(() => resolve()));
    renameSync(path, folder.socket);
    expect(await ask()).to.equal(null);
    await serve(() => Promise.resolve(ANSWER));
    expect(await ask()).to.deep.equal(ANSWER);
    rmSync(join(stateDir, 'resident'), { recursive: true });
    expect(await ask()).to.equal(null);
    expect(existsSync(join(stateDir, 'resident'))).to.equal(false);
    writeFileSync(join(stateDir, 'resident'), '');
    expect(await ask()).to.equal(null);
  });

  it('gets none that is too late, too long, cut off or no answer', async () => {
    let say = (socket: Socket): unknown => socket.resume();
    await serveOther((socket) => say(socket));
    expect(await ask(50)).to.equal(null);
    say = (socket) => socket.end('x'.repeat(LIMITS.changesAnswerBytes + 1));
    expect(await ask()).to.equal(null);
    say = (socket) => socket.destroy();
    expect(await ask()).to.equal(null);
    say = (socket) => socket.end('{"version":1,"mark":{"wat');
    expect(await ask()).to.equal(null);
    say = (socket) => socket.end('{"version":2}\n');
    expect(await ask()).to.equal(null);
  });

  it('trusts no folder or socket that others could have put there', async () => {
    await serve(() => Promise.resolve(ANSWER));
    const path = join(stateDir, 'resident');
    for (const mode of [0o720, 0o702, 0o755]) {
      chmodSync(path, mode);
      expect(await ask(), mode.toString(8)).to.equal(null);
    }
    chmodSync(path, 0o700);
    expect(await ask()).to.deep.equal(ANSWER);
    if (process.getuid?.() === 0) {
      chownSync(folder.socket, 1, 1);
      expect(await ask()).to.equal(null);
      chownSync(folder.socket, 0, 0);
      chownSync(path, 1, 1);
      expect(await ask()).to.equal(null);
      expect(() => SocketFolder.make(stateDir))
        .to.throw(PitonError)
        .with.property('code', 'UNSAFE_PATH');
      chownSync(path, 0, 0);
      chmodSync(stateDir, 0o755);
      await asNobody(async () => expect(await ask()).to.equal(null));
    }
    const [server] = servers.splice(0);
    await new Promise<void>((resolve) => server?.close(() => resolve()));
    writeFileSync(folder.socket, '');
    expect(await ask()).to.equal(null);
  });

  it('answers only questions, and those who wait for it', async () => {
    let release = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (release = resolve));
    await serve(async () => {
      await waiting;
      return ANSWER;
    });
    const say = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ path: folder.socket });
        let answer = '';
        socket.on('error', () => undefined).on('data', (chunk) => (answer += String(chunk)));
        socket.on('close', () => resolve(answer));
        socket.write(text);
      });
    expect(await say('{"version":9}\n')).to.equal('{"version":1}\n');
    expect(await say('x'.repeat(5_000))).to.equal('');
    expect(await ask(50)).to.equal(null);
    release();
    expect(await ask()).to.deep.equal(ANSWER);
  });
});
