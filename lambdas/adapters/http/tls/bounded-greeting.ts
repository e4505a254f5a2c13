// Sits between the wire and TLS. OpenSSL accepts certificates of up to 100 KB and checks every
// signature among them, even if nothing in the chain is trusted: half a second on the one thread
// that does everything else. Node has no setting for that. So until the handshake is over, the
// server's bytes are counted before OpenSSL sees them, and passed on in turn.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { limits } from '../../../contract/limits/limits.ts';
import { SendFailure } from '../send-failure.ts';

export class BoundedGreeting extends Duplex {
  readonly #socket: Socket;
  readonly #inTurn: (step: () => void) => void;
  /** Bytes waiting for their turn. */
  readonly #waiting: Uint8Array[] = [];
  #bytesLeft = limits.serverGreetingBytesMax;
  #isOpen = false;
  #hasEnded = false;

  constructor(socket: Socket, inTurn: (step: () => void) => void) {
    super({ allowHalfOpen: true, autoDestroy: true });
    this.#socket = socket;
    this.#inTurn = inTurn;
    socket.on('data', (chunk: Uint8Array) => this.#take(chunk));
    socket.on('end', () => {
      this.#hasEnded = true;
      if (this.#waiting.length === 0) this.push(null);
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** The handshake is over: from now on the reader bounds the bytes. */
  open(): void {
    this.#isOpen = true;
    this.#passAll();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(
    chunk: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#waiting.length = 0;
    this.#socket.destroy();
    done(error);
  }

  #take(chunk: Uint8Array): void {
    if (this.#isOpen) return this.#pass(chunk);
    this.#bytesLeft -= chunk.byteLength;
    if (this.#bytesLeft < 0) {
      const detail = `The server sent more than ${limits.serverGreetingBytesMax} bytes in the TLS handshake: its certificate chain is too long`;
      this.destroy(new SendFailure('tls_failed', { detail }));
      return;
    }
    this.#waiting.push(chunk);
    if (this.#waiting.length === 1) this.#inTurn(() => this.#passAll());
  }

  #passAll(): void {
    if (this.#waiting.length === 0) return;
    for (const chunk of this.#waiting.splice(0)) this.#pass(chunk);
    if (this.#hasEnded) this.push(null);
  }

  #pass(chunk: Uint8Array): void {
    if (!this.destroyed && !this.push(chunk)) this.#socket.pause();
  }
}
